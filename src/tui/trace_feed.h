// SPDX-License-Identifier: GPL-2.0-or-later
// The trace that the user began, on libuv's loop: what it says goes into the node. One at a time;
// another one begins when the one before has ended.
#ifndef TUI_TRACE_FEED_H
#define TUI_TRACE_FEED_H

#include <uv.h>

#include "model/node.h"
#include "source/trace_live.h"
#include "tui/trace_order.h"

struct trace_feed {
    uv_loop_t *loop;
    struct node *node; // the loop's
    void (*changed)(void *user_data);
    void *user_data;

    struct trace_live *live; // NULL: none
    struct trace_order *order;
    uv_poll_t *poll;  // of live; its own memory, which goes when libuv has closed it
    uint64_t *inodes; // that are traced
    size_t inode_count;
    struct trace_live_state state; // of the last one
    bool paused;

    struct trace_order *next; // begins when this one has ended; NULL: none
    uint64_t next_netns;
    struct error error; // why the last one did not begin; code 0: it did
};

void trace_feed_init(struct trace_feed *feed, uv_loop_t *loop, struct node *node,
                     void (*changed)(void *user_data), void *user_data);

// Begins to trace in the namespace, or in all (0), or where the order says; takes the order over.
// What comes of it is in state and error, after changed.
void trace_feed_start(struct trace_feed *feed, struct trace_order *order, uint64_t netns);
void trace_feed_stop(struct trace_feed *feed);

// True from the beginning to the end.
bool trace_feed_is_on(const struct trace_feed *feed);

// The node's namespaces have changed: what went is not traced any further.
void trace_feed_update(struct trace_feed *feed);

// While it is paused, what is shown stays; it goes on below.
void trace_feed_set_paused(struct trace_feed *feed, bool paused);

// Begins nothing more. When the loop has ended, trace_feed_done waits until the kernel has none of
// its rules any more.
void trace_feed_close(struct trace_feed *feed);
void trace_feed_done(struct trace_feed *feed);

#endif
