// SPDX-License-Identifier: GPL-2.0-or-later
// rtnetlink messages about interfaces into the model. Pure: bytes in, structs out; texts and lists
// go into the arena. Every function returns 0, -EBADMSG (the message is malformed; what could be
// read was), -ENOMEM, or -ENOMSG (a message about something else, nothing was stored).
#ifndef SOURCE_LINK_PARSE_H
#define SOURCE_LINK_PARSE_H

#include <linux/netlink.h>
#include <netlink/attr.h>

#include "base/arena.h"
#include "model/link.h"

// RTM_NEWLINK. The row is zeroed before; on -EBADMSG it is of use if it has an ifname.
int link_parse(const struct nlmsghdr *message, struct arena *arena, struct link *ret_link);

// Its IFLA_LINKINFO: what the kind of device knows.
int link_kind_parse(const struct nlattr *linkinfo, struct arena *arena, struct link *link);

// RTM_NEWADDR.
int link_address_parse(const struct nlmsghdr *message, struct arena *arena, int32_t *ret_ifindex,
                       struct link_address *ret_address);

// RTM_NEWLINK of AF_BRIDGE, asked for with RTEXT_FILTER_BRVLAN_COMPRESSED: the VLANs of a port
// or bridge, into link's vlans and vlan_texts. link_bridge_index says first which one it is about.
int link_bridge_index(const struct nlmsghdr *message, int32_t *ret_ifindex);
int link_vlans_parse(const struct nlmsghdr *message, struct arena *arena, struct link *link);

// RTM_NEWNETCONF for IPv4: the rp_filter.
int link_netconf_parse(const struct nlmsghdr *message, int32_t *ret_ifindex,
                       struct maybe *ret_rp_filter);

// RTM_NEWNSID: the nsid that the namespace asked for has; -1 for none.
int link_nsid_parse(const struct nlmsghdr *message, int32_t *ret_nsid);

// RTM_NEWSTATS with IFLA_STATS_LINK_64.
int link_stats_parse(const struct nlmsghdr *message, int32_t *ret_ifindex,
                     uint64_t ret_counters[HISTORY_COUNTERS]);

#endif
