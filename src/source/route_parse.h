// SPDX-License-Identifier: GPL-2.0-or-later
// Bytes of rtnetlink to routes, policy rules and nexthop objects. Pure: no I/O.
#ifndef SOURCE_ROUTE_PARSE_H
#define SOURCE_ROUTE_PARSE_H

#include <linux/netlink.h>

#include "model/nexthop.h"
#include "model/route.h"
#include "model/routing_rule.h"
#include "source/attr.h"
#include "source/route_context.h"

// The parts that the routes of one table share, found again by the bytes that they were made of.
struct route_shares {
    const struct route_context *context;
    struct arena *arena; // of the table: where the parts are
    struct route_share *slots;
    size_t capacity; // a power of two, or 0
    size_t count;
};

// For another table: forgets the parts of the one before.
void route_shares_begin(struct route_shares *shares, struct arena *arena);
void route_shares_done(struct route_shares *shares);

// RTM_NEWROUTE of IPv4, IPv6 or MPLS into a zeroed row of the table that the shares are of. Returns
// 0; -ENOMSG if the message is none (the row is as it was); -ENOMEM; or -EBADMSG if it, or one of
// its attributes, is malformed (the row has what could be read if its shared part is not NULL).
int route_parse(const struct nlmsghdr *message, struct route_shares *shares,
                struct route *ret_route);

// RTM_NEWRULE of IPv4 or IPv6 into a zeroed row; its position and twin are the caller's to say.
// Returns as route_parse.
int routing_rule_parse(const struct nlmsghdr *message, const struct route_context *context,
                       struct arena *arena, struct routing_rule *ret_rule);

// RTM_NEWNEXTHOP into a zeroed row. Returns as route_parse.
int nexthop_parse(const struct nlmsghdr *message, const struct route_context *context,
                  struct arena *arena, struct nexthop *ret_nexthop);

// A way on while it is read: encapsulation is known only when its type is, which stands behind it.
struct route_raw_way {
    struct route_nexthop nexthop;
    uint32_t ifindex;
    struct maybe encap_type;
    const struct nlattr *encap;
};

// For tables of attributes: RTA_VIA, RTA_ENCAP, RTA_NEWDST and their like into the struct
// route_raw_way that the target's row begins with.
int route_way_take_via(const struct nlattr *attr, const struct attr_target *target);
int route_way_take_encap(const struct nlattr *attr, const struct attr_target *target);
int route_way_take_labels(const struct nlattr *attr, const struct attr_target *target);

// Completes a way that was read: names and encapsulation, which goes to ret_encap. Returns 0,
// -ENOMEM or -EBADMSG.
int route_way_finish(struct route_raw_way *way, const struct route_context *context,
                     struct arena *arena, struct encap *ret_encap);

#endif
