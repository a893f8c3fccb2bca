// SPDX-License-Identifier: GPL-2.0-or-later
// Traces in several namespaces at once: their events become packets, and packets that are one
// packet on its way through several namespaces become a journey.
#ifndef SOURCE_TRACE_GROUP_H
#define SOURCE_TRACE_GROUP_H

#include <poll.h>

#include "model/journey.h"
#include "model/netns.h"
#include "model/table.h"
#include "source/trace.h"

struct trace_group_sink {
    // Takes the packets of a journey, or one packet, in the order of time; `where` of each is the
    // const struct netns * that it was traced in. The packets become the sink's. Returns 0 or
    // -errno, which the call that led to it returns.
    int (*packets)(const struct journey_part *parts, size_t count, void *user_data);
    // So many events of the namespace were lost (0: it is not known how many): packets that are
    // under way there are marked.
    void (*lost)(const struct netns *netns, uint64_t count, void *user_data);
    void *user_data;
};

struct trace_group;

// Returns an empty group, or NULL when memory is out. trace_group_free ends its traces, and drops
// the packets that are under way. The options' `tracked` is found out in each namespace.
struct trace_group *trace_group_new(const struct trace_options *options,
                                    const struct trace_group_sink *sink);
void trace_group_free(struct trace_group *group); // NULL is nothing

// Begins to trace in the namespace, which must live as long as the group. Returns 0, or what
// trace_open does; or -ENOMEM. That a part of it cannot be traced is in the namespace's status.
int trace_group_add(struct trace_group *group, const struct netns *netns, struct error *err);

// Ends the trace in the namespace, whose packets under way are given to the sink. Returns 0 or what
// the sink did.
int trace_group_remove(struct trace_group *group, const struct netns *netns);

// How many namespaces are traced; each by its place, with what is to be said of it.
size_t trace_group_count(const struct trace_group *group);
const struct netns *trace_group_netns(const struct trace_group *group, size_t place);
const struct status *trace_group_status(const struct trace_group *group, size_t place);

// Fills in what is to be waited for, one of each namespace. Returns how many.
size_t trace_group_poll(const struct trace_group *group, struct pollfd *ret_polled);

// Takes what waits to be read, without waiting; then what has been idle long enough, or all
// (`end`), goes to the sink. Returns 0, -ENOMEM, or what the sink did.
int trace_group_read(struct trace_group *group);
int trace_group_expire(struct trace_group *group, bool end);

// Milliseconds until something is to go to the sink though nothing comes; -1: never.
int trace_group_wait(const struct trace_group *group);

#endif
