// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef SOURCE_LEGACY_BRIDGE_H
#define SOURCE_LEGACY_BRIDGE_H

#include <stdbool.h>

#include <linux/netlink.h>

#include "model/netns.h"
#include "ruleset/ruleset.h"

// Whether ebtables-legacy has tables in the namespace. None is made by this. Where a kernel does
// not tell (before 5.14, or without CAP_NET_ADMIN) it is not known.
enum nf_presence legacy_bridge_find(const struct netns *netns);

// Whether what the kernel tells of a hook is a function of ebtables. Pure.
bool legacy_bridge_hook_parse(const struct nlmsghdr *message);

#endif
