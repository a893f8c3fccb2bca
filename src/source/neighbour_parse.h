// SPDX-License-Identifier: GPL-2.0-or-later
// Bytes of rtnetlink to neighbours and entries of forwarding databases. Pure: no I/O.
#ifndef SOURCE_NEIGHBOUR_PARSE_H
#define SOURCE_NEIGHBOUR_PARSE_H

#include <linux/netlink.h>

#include "model/fdb.h"
#include "model/neighbour.h"

// RTM_NEWNEIGH of AF_INET or AF_INET6 into a zeroed row. Returns 0; -ENOMSG if the message is none
// (the row is as it was); -EBADMSG if it, or one of its attributes, is too short or has no address.
int neighbour_parse(const struct nlmsghdr *message, struct neighbour *neighbour);

// RTM_NEWNEIGH of AF_BRIDGE likewise.
int fdb_parse(const struct nlmsghdr *message, struct fdb_entry *entry);

#endif
