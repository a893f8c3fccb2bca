// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's ids of namespaces: each counts in one namespace alone.
#ifndef SOURCE_NETNS_NSID_H
#define SOURCE_NETNS_NSID_H

#include <stdint.h>

#include "source/netlink.h"

// The nsid that the namespace behind the descriptor has in the socket's namespace (RTM_GETNSID,
// linux/net_namespace.h); NETNSA_NSID_NOT_ASSIGNED if it has none, or if it vanishes meanwhile.
int32_t netns_ask_nsid(struct netlink *netlink, int fd);

#endif
