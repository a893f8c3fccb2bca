// SPDX-License-Identifier: GPL-2.0-or-later
// Conditions on flows, as ctnetlink's dump applies them (linux/netfilter/nfnetlink_conntrack.h):
// mark since Linux 2.6.32, tuples since 5.8 (CTA_FILTER), status since 5.15, zone since 6.8. A
// kernel that does not know one passes over it or refuses the request. Pure.
#ifndef SOURCE_FLOW_FILTER_H
#define SOURCE_FLOW_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include <netlink/msg.h>

#include "model/condition.h"
#include "model/flow.h"

// One direction's tuple; which parts of it count, as a bit each (CTA_FILTER_*_FLAGS).
struct flow_filter_tuple {
    uint32_t flags;
    struct flow_tuple tuple;
};

struct flow_filter {
    uint8_t family; // AF_INET, AF_INET6, or AF_UNSPEC for both
    bool has_mark, has_zone, has_protocol;
    uint32_t mark;
    uint16_t zone;
    uint8_t protocol;
    uint32_t status, status_mask; // bits that count, and what they are
    struct flow_filter_tuple orig, reply;
};

// Makes the filter from conditions on fields of flows, of those that ctnetlink can apply: IPv6
// addresses are not among them, as kernels up to the newest compare them the wrong way round.
void flow_filter_of(const struct conditions *conditions, struct flow_filter *ret_filter);

// True if nothing is filtered.
bool flow_filter_is_empty(const struct flow_filter *filter);

// True if it has tuples, which the kernel compares within one family only: a dump a family.
bool flow_filter_needs_family(const struct flow_filter *filter);

// Leaves out what it says of replies: kernels before 5.16 compare them with nothing.
void flow_filter_drop_reply(struct flow_filter *filter);

// Adds the filter to a request for a dump. Returns 0 or -ENOMEM.
int flow_filter_put(const struct flow_filter *filter, struct nl_msg *request);

#endif
