// SPDX-License-Identifier: GPL-2.0-or-later
// A nexthop object: a way on that routes use by its number (linux/nexthop.h, ip-nexthop(8)).
#ifndef MODEL_NEXTHOP_H
#define MODEL_NEXTHOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/kind.h"
#include "model/route.h"

// A member of a group.
struct nexthop_member {
    uint32_t id;
    uint32_t weight; // 1 and more
};

struct nexthop {
    uint32_t id;
    uint8_t family;   // enum route_family; ROUTE_FAMILY_NONE of a group
    uint8_t protocol; // RTPROT_*: who made it
    uint8_t scope;
    bool blackhole;
    bool fdb;                 // for entries of a forwarding database, not for routes
    struct route_nexthop way; // gateway, interface, encapsulation, flags
    const char *protocol_name;
    const char *scope_name; // NULL: global

    const struct nexthop_member *group; // NULL: no group
    size_t group_count;
    const char *group_type; // "mpath", "resilient"; NULL: no group
    struct {                // of a resilient group; times in hundredths of a second
        struct maybe buckets, idle_timer, unbalanced_timer, unbalanced_time;
    } resilient;
};

extern const struct kind nexthop_kind;
extern const struct record_type nexthop_member_type;

#endif
