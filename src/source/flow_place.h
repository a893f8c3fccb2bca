// SPDX-License-Identifier: GPL-2.0-or-later
// One namespace whose flows are kept: its sockets, its store, and how far reading has come. Used by
// the thread of flow_live_thread.c alone.
#ifndef SOURCE_FLOW_PLACE_H
#define SOURCE_FLOW_PLACE_H

#include "base/buffer.h"
#include "model/flow_event.h"
#include "model/flow_store.h"
#include "model/flow_summary.h"
#include "model/netns.h"
#include "source/netlink.h"

// What there is to be told of a namespace, each in a table of its own.
enum flow_output {
    FLOW_OUTPUT_FLOWS,
    FLOW_OUTPUT_SUMMARIES,
    FLOW_OUTPUT_EVENTS,
    FLOW_OUTPUT_COUNT,
};

struct flow_told {
    bool wanted;
    bool news;          // the status has changed, or nothing was told yet
    uint64_t changes;   // how many there were
    int64_t not_before; // when it may be told again
};

struct flow_place {
    uint64_t inode;
    const struct netns *netns;
    struct table *namespaces; // in which that is
    struct flow_store *store;
    struct flow_counting *counting; // of what is in the store; NULL: nobody wants summaries
    struct flow_log *log;           // NULL: nobody wants events
    struct flow_told told[FLOW_OUTPUT_COUNT];
    struct netlink events, questions;
    bool open;
    bool stale;               // is to be read
    bool ready;               // was read once
    struct buffer backlog;    // events that were heard while the table was read
    bool lost;                // some of those, or of the others since the last reading
    int64_t not_before;       // when it may be read again
    int64_t check_not_before; // the same, where only the count differs
    int64_t difference;       // the kernel's count less ours, after the last reading
    unsigned differs;         // so often in a row it was another one
    enum status_state state;  // of what there is
    char reason[200];
};

// Returns a place that is to be read, or NULL when memory is out. Takes a reference of the table.
struct flow_place *flow_place_new(const struct netns *netns, struct table *namespaces);
void flow_place_free(struct flow_place *place);

// Called now and then while the table is read, with all that came so far. Returns true to go on.
typedef bool flow_place_progress(struct flow_place *place, void *user_data);

// Listens if it does not yet, and reads the whole table. What went wrong is in state and reason.
void flow_place_read(struct flow_place *place, int64_t now, flow_place_progress *progress,
                     void *user_data);

// Takes the events that wait, a bounded number. Returns true if there may be more.
bool flow_place_listen(struct flow_place *place);

// True if so many flows went that somebody still looks at that more would take memory without
// bound: then it neither listens nor reads. Some events will be lost.
bool flow_place_is_full(struct flow_place *place);

// Compares with the kernel's count; flows that went without a word make it stale.
void flow_place_check(struct flow_place *place, int64_t now);

// Asks for a flow, and puts what the kernel says into the store. Returns it, good until the next
// change, or NULL if it is not there.
const struct flow *flow_place_ask(struct flow_place *place, uint64_t identity);

// Tells of these kinds from now on (KIND_BIT), and of the flows themselves always.
void flow_place_want(struct flow_place *place, uint32_t wanted);

// True if there is something new to be told; returns it, with the status, as a table of the
// caller's, or NULL when memory is out.
bool flow_place_has_news(const struct flow_place *place, enum flow_output output);
struct table *flow_place_tell(struct flow_place *place, enum flow_output output);

#endif
