// SPDX-License-Identifier: GPL-2.0-or-later
// rtnetlink messages about traffic control into the model. Pure. Every function returns 0,
// -EBADMSG (the message is malformed), -ENOMEM, or -ENOMSG (about something else); only on 0 was
// something stored.
#ifndef SOURCE_TC_PARSE_H
#define SOURCE_TC_PARSE_H

#include <linux/netlink.h>

#include "base/arena.h"
#include "model/tc_filter.h"

// RTM_NEWQDISC: which sides the qdisc can carry classifiers for that meet packets on their way.
struct tc_qdisc {
    int32_t ifindex;
    bool ingress; // kind "ingress" or "clsact"
    bool egress;  // kind "clsact"
};
int tc_qdisc_parse(const struct nlmsghdr *message, struct tc_qdisc *ret_qdisc);

// RTM_NEWTFILTER: a filter with its actions; texts and lists go into the arena. Which interface and
// side it is on is known to who asked: those of a shared block do not say it, and ifindex and side
// are stored as 0.
int tc_filter_parse(const struct nlmsghdr *message, struct arena *arena,
                    struct tc_filter *ret_filter);

#endif
