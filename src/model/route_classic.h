// SPDX-License-Identifier: GPL-2.0-or-later
// A route in the words of route(8), which many people read more easily than ip(8)'s: getters of
// fields whose ref->row is a struct route.
#ifndef MODEL_ROUTE_CLASSIC_H
#define MODEL_ROUTE_CLASSIC_H

#include "model/field.h"

// "10.0.0.0"; of IPv6 with its length, "fd00::/8", as it has no mask.
field_getter route_classic_destination;

// The first way's; "0.0.0.0" or "::" where there is none, or one of another family. Absent, as ref
// and iface are, where packets are refused.
field_getter route_classic_gateway;

// "255.0.0.0"; absent of IPv6.
field_getter route_classic_genmask;

// "UGH": U up, G by a gateway, H to a host, D from a redirect, M changed by one or by a path MTU, A
// by a router's advertisement, C cached, ! refused.
field_getter route_classic_flags;

// 0 where nobody gave one.
field_getter route_classic_metric;

// Users and uses; 0 but of cached exceptions.
field_getter route_classic_ref, route_classic_use;

// The first way's; "*" where there is none.
field_getter route_classic_iface;

#endif
