// SPDX-License-Identifier: GPL-2.0-or-later
// The sources of routes, of policy rules and of nexthop objects (rtnetlink(7)).
#ifndef SOURCE_ROUTE_SOURCE_H
#define SOURCE_ROUTE_SOURCE_H

#include "source/source.h"

extern const struct source route_source;
extern const struct source routing_rule_source;
extern const struct source nexthop_source;

#endif
