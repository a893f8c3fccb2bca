// SPDX-License-Identifier: GPL-2.0-or-later
// One namespace whose flows are kept: its sockets, its store, and how far reading has come. Used by
// the thread of flow_live.c alone.
#ifndef SOURCE_FLOW_PLACE_H
#define SOURCE_FLOW_PLACE_H

#include "base/buffer.h"
#include "model/flow_store.h"
#include "model/netns.h"
#include "source/netlink.h"

struct flow_place {
    uint64_t inode;
    const struct netns *netns;
    struct table *namespaces; // in which that is
    struct flow_store *store;
    struct netlink events, questions;
    bool open;
    bool stale;               // is to be read
    bool ready;               // was read once
    bool told;                // its status has changed since the last snapshot
    struct buffer backlog;    // events that were heard while the table was read
    bool lost;                // some of those, or of the others since the last reading
    int64_t not_before;       // when it may be read again
    int64_t check_not_before; // the same, where only the count differs
    int64_t snapshot_at;      // when the last snapshot was taken
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

// Compares with the kernel's count; flows that went without a word make it stale.
void flow_place_check(struct flow_place *place, int64_t now);

// Asks for a flow, and puts what the kernel says into the store. Returns it, good until the next
// change, or NULL if it is not there.
const struct flow *flow_place_ask(struct flow_place *place, uint64_t identity);

// Returns the flows as they are now, with the status; NULL when memory is out.
struct table *flow_place_snapshot(struct flow_place *place);

#endif
