// SPDX-License-Identifier: GPL-2.0-or-later
// Asking ctnetlink for one flow, to see its counters and its time as they are now.
#ifndef SOURCE_FLOW_GET_H
#define SOURCE_FLOW_GET_H

#include "base/arena.h"
#include "model/flow.h"
#include "source/netlink.h"

// Asks for the flow that has the original tuple, the zone and the id of `flow`. What is behind
// pointers of the answer is in the arena. Returns 0; -ENOENT if there is no such flow (any more);
// or -errno.
int flow_get(struct netlink *netlink, const struct flow *flow, struct arena *arena,
             struct flow *ret_flow, struct error *err);

// How many flows the kernel counts in the socket's namespace. Returns 0 or -errno.
int flow_get_count(struct netlink *netlink, uint64_t *ret_count, struct error *err);

#endif
