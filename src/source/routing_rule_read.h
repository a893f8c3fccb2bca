// SPDX-License-Identifier: GPL-2.0-or-later
// Reading the policy rules of a namespace: for their own sake, and to know in which order tables
// are looked up.
#ifndef SOURCE_ROUTING_RULE_READ_H
#define SOURCE_ROUTING_RULE_READ_H

#include <stdbool.h>

#include "source/route_context.h"

// Adds the rules of IPv4, then those of IPv6, each in the order in which the kernel goes through
// them, to a table of routing_rule_kind. Trouble that costs some of them stands in the table's
// status. Returns 0 or -errno.
int routing_rules_read(struct table *table, const struct route_context *context,
                       struct netlink *netlink, struct error *err);

// False where the kernel has no IPv6: it would answer with IPv4 instead.
bool route_has_ipv6(void);

#endif
