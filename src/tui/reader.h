// SPDX-License-Identifier: GPL-2.0-or-later
// Keeps a node up to date on libuv's loop. Workers read; what they bring is put into the node on
// the loop's thread. Read is what was wished for, again when the kernel tells of a change; counters
// are sampled as time goes by.
#ifndef TUI_READER_H
#define TUI_READER_H

#include <stdbool.h>
#include <stdint.h>

#include <uv.h>

#include "model/node.h"
#include "source/flow_live.h"
#include "source/source.h"
#include "source/watch.h"
#include "tui/changes.h"
#include "tui/view.h"

#define READER_HISTORY_SECONDS 60

// What is shown.
struct reader_wish {
    enum kind_id kind;         // of the rows
    const enum kind_id *needs; // what tells of them; read afterwards
    size_t need_count;
    uint64_t netns;  // inode; 0: of all
    uint32_t others; // kinds (KIND_BIT) that are read of the other namespaces too, last
};

// Whose counters are wanted. Without rows: of every row of the namespace.
struct reader_rows {
    struct row_id *rows; // those of one namespace stand together
    size_t count;
    size_t capacity;
    uint64_t whole_netns; // 0: the rows above
    // Every row of another kind in a namespace, too; 0: of none.
    enum kind_id also;
    uint64_t also_netns;
};

struct reader_callbacks {
    // The node has changed. `data`: something that is no counter has.
    void (*changed)(bool data, void *user_data);
    // Rows of a table that was read again came or went: may take the changes.
    void (*compared)(uint64_t netns, enum kind_id kind, struct changes *changes, void *user_data);
    // Fills in whose counters are wanted now; `shown`: those of what is shown can be had.
    void (*want)(struct reader_rows *rows, bool shown, void *user_data);
    // The namespace that was asked for by name was found (err->code 0), or was not.
    void (*named)(uint64_t netns, const struct error *err, void *user_data);
    void *user_data;
};

struct subject;

struct reader {
    uv_loop_t *loop;
    struct node *node; // the loop's
    struct reader_callbacks callbacks;
    const char *name; // of a namespace, to be found with the first discovery; NULL: none
    struct reader_wish wish;
    struct reader_rows wanted;
    double interval; // seconds
    bool paused;
    bool closing;

    struct watch *watch; // NULL until the first discovery is through
    uv_poll_t watch_poll;
    uv_timer_t discover_timer, read_timer, sample_timer;
    bool discovering, reading, sampling;
    bool sampled;             // at least once
    bool discover_again;      // something happened meanwhile
    uint64_t poll_not_before; // milliseconds of the loop's clock
    uint64_t read_not_before; // of what was read already; milliseconds of the loop's clock

    struct flow_live *live; // what is kept by events; NULL until it is wished for
    uv_poll_t live_poll;
    uint64_t *live_netnses; // inodes
    size_t live_count;
    uint32_t live_kinds; // that are shown, KIND_BIT

    struct subject *subjects;
    size_t subject_count;
    struct error trouble; // of the watch or the discovery; code 0: none
};

// Begins to find namespaces. Returns 0 or -errno (words in err). The reader stays where it is until
// reader_close and the end of the loop.
int reader_open(struct reader *reader, uv_loop_t *loop, struct node *node, const char *name,
                const struct reader_callbacks *callbacks, struct error *err);

// Other rows are wished for; another interval; nothing is to change for a while.
void reader_set_wish(struct reader *reader, const struct reader_wish *wish);
void reader_set_interval(struct reader *reader, double seconds);
void reader_set_paused(struct reader *reader, bool paused);

// Begins nothing more. The loop ends once the workers are through; then reader_done.
void reader_close(struct reader *reader);
void reader_done(struct reader *reader);

#endif
