// SPDX-License-Identifier: GPL-2.0-or-later
// Bytes of rtnetlink to neighbours and entries of forwarding databases. Pure: no I/O.
#ifndef SOURCE_NEIGHBOUR_PARSE_H
#define SOURCE_NEIGHBOUR_PARSE_H

#include <linux/netlink.h>

#include "model/fdb.h"
#include "model/neighbour.h"
#include "model/neighbour_table.h"

// RTM_NEWNEIGH of AF_INET or AF_INET6 into a zeroed row. Returns 0; -ENOMSG if the message is none
// (the row is as it was); -EBADMSG if it, or one of its attributes, is too short or has no address.
int neighbour_parse(const struct nlmsghdr *message, struct neighbour *neighbour);

// RTM_NEWNEIGH of AF_BRIDGE likewise.
int fdb_parse(const struct nlmsghdr *message, struct fdb_entry *entry);

// RTM_NEWNEIGHTBL of IPv4 or IPv6, without the counts of the namespace's own entries; an
// interface's own settings are no table (-ENOMSG). The name goes to the arena. As neighbour_parse
// otherwise, or -ENOMEM; the row is as it was if this fails.
int neighbour_table_parse(const struct nlmsghdr *message, struct arena *arena,
                          struct neighbour_table *table);

#endif
