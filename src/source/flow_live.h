// SPDX-License-Identifier: GPL-2.0-or-later
// The flows of namespaces, live: each table is read once and then kept by the kernel's events
// (model/flow_store.h), on a thread of its own. What it has to say is taken from there: snapshots,
// and counters of the flows that are looked at.
//
// - It listens first, then reads; what is heard meanwhile is put in afterwards, in order.
// - Where events were lost (ENOBUFS) the table says so, and is read again.
// - Flows that began while nobody listened send no events (nf_conntrack_events=2): where the
//   kernel's own count shows that some went, the table is read again.
// - A socket keeps a namespace alive: whoever wants one says when it is gone.
#ifndef SOURCE_FLOW_LIVE_H
#define SOURCE_FLOW_LIVE_H

#include "base/error.h"
#include "model/history.h"
#include "model/table.h"

struct flow_live;

// Starts it. Returns 0 or -errno. flow_live_free stops it, and waits for the thread.
int flow_live_new(struct flow_live **ret_live, struct error *err);
void flow_live_free(struct flow_live *live);

// A descriptor that becomes readable when there is something to take.
int flow_live_fd(const struct flow_live *live);

// Keeps the flows of these namespaces, out of the table of all namespaces, of which it takes a
// reference, and of no others. Tells of the flows, and of these kinds (KIND_BIT of
// KIND_FLOW_SUMMARIES, KIND_FLOW_EVENTS). Returns 0 or -ENOMEM.
int flow_live_set(struct flow_live *live, struct table *namespaces, const uint64_t *inodes,
                  size_t count, uint32_t wanted);

// A flow that somebody looks at.
struct flow_live_look {
    uint64_t netns; // inode
    uint64_t identity;
};

// Asks the kernel for these flows' counters and times, soon and once. Returns 0 or -ENOMEM.
int flow_live_look_at(struct flow_live *live, const struct flow_live_look *looks, size_t count);

// Who takes it. Tables are the taker's.
struct flow_live_sink {
    void (*table)(uint64_t netns, struct table *table, void *user_data);
    void (*counters)(uint64_t netns, uint64_t identity, int64_t time,
                     const uint64_t counters[HISTORY_COUNTERS], void *user_data);
    void *user_data;
};

// Takes all that there is, without waiting.
void flow_live_take(struct flow_live *live, const struct flow_live_sink *sink);

#endif
