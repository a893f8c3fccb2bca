// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel says of connection tracking as a whole: ctnetlink's statistics, and the files of
// /proc/sys/net/netfilter. Pure. Messages: 0, -EBADMSG, or -ENOMSG (about something else).
#ifndef SOURCE_CONNTRACK_PARSE_H
#define SOURCE_CONNTRACK_PARSE_H

#include <linux/netlink.h>

#include "base/arena.h"
#include "model/conntrack.h"

// IPCTNL_MSG_CT_GET_STATS_CPU, which comes once a processor.
int conntrack_cpu_parse(const struct nlmsghdr *message, struct conntrack_cpu *ret_cpu);

// IPCTNL_MSG_EXP_GET_STATS_CPU: the expectations' part. ret_cpu has only that and the number.
int conntrack_expect_cpu_parse(const struct nlmsghdr *message, struct conntrack_cpu *ret_cpu);

// IPCTNL_MSG_CT_GET_STATS: count, and since Linux 5.8 max.
int conntrack_stats_parse(const struct nlmsghdr *message, struct conntrack *conntrack);

// The name and text of a file of /proc/sys/net/netfilter: stores the setting if conntrack has a
// member for it. Returns false if the text is no number.
bool conntrack_setting_parse(const char *name, const char *text, struct conntrack *conntrack);

// The same for a timeout ("nf_conntrack_tcp_timeout_established": "tcp_established"). Returns 1 if
// it is one, 0, or -ENOMEM.
int conntrack_timeout_parse(const char *name, const char *text, struct arena *arena,
                            struct conntrack_timeout *ret_timeout);

#endif
