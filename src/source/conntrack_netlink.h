// SPDX-License-Identifier: GPL-2.0-or-later
// Asking ctnetlink: what the readers of flows, expectations and statistics share.
#ifndef SOURCE_CONNTRACK_NETLINK_H
#define SOURCE_CONNTRACK_NETLINK_H

#include <stdint.h>

#include "model/table.h"
#include "source/netlink.h"

// Opens a socket for ctnetlink in the namespace. Returns 0, -EOPNOTSUPP if the kernel has not
// loaded connection tracking (asking it would), or -errno as netlink_open.
int conntrack_open(struct netlink *netlink, const struct netns *netns, struct error *err);

// A request of a type (IPCTNL_MSG_*) to a subsystem (NFNL_SUBSYS_CTNETLINK, ..._EXP) about an
// address family (AF_UNSPEC: every one). NULL when memory is out.
struct nl_msg *conntrack_request(int subsystem, int type, uint8_t family);

// Writes the end of a reading into the table's status, if r is an error.
void conntrack_trouble(struct table *table, int r, const struct error *err);

#endif
