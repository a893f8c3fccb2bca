// SPDX-License-Identifier: GPL-2.0-or-later
// A trace that runs beside the rest, on a thread of its own: its newest packets and their summaries
// are taken from there as tables.
#ifndef SOURCE_TRACE_LIVE_H
#define SOURCE_TRACE_LIVE_H

#include "base/error.h"
#include "model/table.h"
#include "source/trace.h"

enum trace_phase {
    TRACE_STARTING, // rules are read, and the trace's are written
    TRACE_RUNNING,
    TRACE_ENDED, // the kernel has none of its rules any more
};

// How it stands.
struct trace_live_state {
    enum trace_phase phase;
    size_t traced;    // namespaces
    size_t refused;   // namespaces where it could not begin
    size_t gone;      // namespaces that vanished meanwhile
    uint64_t seen;    // packets
    size_t kept;      // of them, the newest
    uint64_t losses;  // times that events were lost
    uint64_t lost;    // how many at least: not every kernel says
    struct error why; // why the first one was refused, or why it ended; code 0: nothing
};

struct trace_live;

// Begins to trace the namespaces of these inodes, out of the table of all namespaces, of which it
// takes a reference. The options' filter must live until trace_live_free. Returns 0 or -errno.
int trace_live_new(const struct trace_options *options, struct table *namespaces,
                   const uint64_t *inodes, size_t count, struct trace_live **ret_live,
                   struct error *err);

// Asks it to end, which its state says when it has; and waits for that.
void trace_live_stop(struct trace_live *live);
void trace_live_free(struct trace_live *live); // NULL is nothing

// The namespaces that are there still: no other is traced any further. A socket keeps a namespace
// alive, so whoever knows tells. Returns 0 or -ENOMEM.
int trace_live_keep(struct trace_live *live, const uint64_t *inodes, size_t count);

// A descriptor that becomes readable when there is something to take.
int trace_live_fd(const struct trace_live *live);

// Takes all that there is, without waiting: tables of packets and of their summaries, which are the
// taker's, and the state.
void trace_live_take(struct trace_live *live,
                     void (*table)(uint64_t netns, struct table *table, void *user_data),
                     void *user_data, struct trace_live_state *ret_state);

#endif
