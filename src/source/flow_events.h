// SPDX-License-Identifier: GPL-2.0-or-later
// Flows as they come, change and go: ctnetlink's notifications in one namespace.
#ifndef SOURCE_FLOW_EVENTS_H
#define SOURCE_FLOW_EVENTS_H

#include "base/arena.h"
#include "source/flow_parse.h"
#include "source/netlink.h"

// Opens a socket that hears of the namespace's flows; netlink_close ends that. While it is open the
// namespace stays, whoever else leaves it. Returns 0 or -errno as conntrack_open.
int flow_events_open(struct netlink *netlink, const struct netns *netns, struct error *err);

typedef void flow_event_sink(enum flow_event event, const struct flow *flow, void *user_data);

// Takes what waits to be read in one go, without waiting, and gives it to sink; the flows live that
// long. Returns 0, -EAGAIN if there was nothing, -ENOBUFS if some were lost, or -errno.
int flow_events_read(struct netlink *netlink, flow_event_sink *sink, void *user_data);

#endif
