// SPDX-License-Identifier: GPL-2.0-or-later
// Reading the filters of traffic control that packets meet on their way (RTM_GETQDISC,
// RTM_GETTFILTER).
#ifndef SOURCE_TC_H
#define SOURCE_TC_H

#include "model/tc_filter.h"
#include "source/netlink.h"

struct tc_filters {
    struct tc_filter *items; // by interface and side, in the order in which packets meet them
    size_t count;
};

// Reads all filters of the qdiscs clsact and ingress in the socket's namespace. Texts and actions
// are the arena's, the array is the caller's to free, also of what was read until an error came.
// Returns 0, or -errno as netlink_dump. A kernel without traffic control has none.
int tc_read_filters(struct netlink *netlink, struct arena *arena, struct tc_filters *ret_filters,
                    struct error *err);

#endif
