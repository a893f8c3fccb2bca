// SPDX-License-Identifier: GPL-2.0-or-later
// What br_netfilter is set to in a namespace.
#ifndef SOURCE_BRIDGE_NETFILTER_H
#define SOURCE_BRIDGE_NETFILTER_H

#include "model/bypass.h"
#include "model/netns.h"

// Reads /proc/sys/net/bridge in the namespace. Where there is none, br_netfilter is not loaded;
// before Linux 5.3 the first namespace has the settings of all. Returns 0, or -errno if it cannot
// be known.
int bridge_netfilter_read(const struct netns *netns, struct bridge_netfilter *ret_settings,
                          struct error *err);

#endif
