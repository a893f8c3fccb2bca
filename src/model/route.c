// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/route.h"

#include <string.h>

#define NAMES(words) \
    { (words), sizeof(words) / sizeof((words)[0]) }

static const char *const types[] = {
    [ROUTE_UNSPEC] = "none",
    [ROUTE_UNICAST] = "unicast",
    [ROUTE_LOCAL] = "local",
    [ROUTE_BROADCAST] = "broadcast",
    [ROUTE_ANYCAST] = "anycast",
    [ROUTE_MULTICAST] = "multicast",
    [ROUTE_BLACKHOLE] = "blackhole",
    [ROUTE_UNREACHABLE] = "unreachable",
    [ROUTE_PROHIBIT] = "prohibit",
    [ROUTE_THROW] = "throw",
    [ROUTE_NAT] = "nat",
    [ROUTE_XRESOLVE] = "xresolve",
};
const struct enum_names route_type_names = NAMES(types);

const char *route_type_name(uint8_t type) {
    const char *name = type < route_type_names.count ? types[type] : NULL;
    return name ? name : "unknown";
}

// RFC 4191, 2.1: two bits of a signed number.
static const char *const prefs[] = {[0] = "medium", [1] = "high", [3] = "low"};
const struct enum_names route_pref_names = NAMES(prefs);

const struct flag_name route_flag_names[] = {
    {ROUTE_DEAD, "dead"},
    {ROUTE_ONLINK, "onlink"},
    {ROUTE_PERVASIVE, "pervasive"},
    {ROUTE_OFFLOAD, "offload"},
    {ROUTE_TRAP, "trap"},
    {ROUTE_NOTIFY, "notify"},
    {ROUTE_LINKDOWN, "linkdown"},
    {ROUTE_UNRESOLVED, "unresolved"},
    {ROUTE_RT_OFFLOAD, "rt_offload"},
    {ROUTE_RT_TRAP, "rt_trap"},
    {ROUTE_RT_OFFLOAD_FAILED, "rt_offload_failed"},
    {0, NULL},
};

const char *route_family_name(uint8_t family) {
    switch ((enum route_family)family) {
    case ROUTE_FAMILY_NONE:
        return NULL;
    case ROUTE_IPV4:
        return "inet";
    case ROUTE_IPV6:
        return "inet6";
    case ROUTE_MPLS:
        return "mpls";
    }
    return NULL;
}

struct prefix route_destination(const struct route *route) {
    struct prefix prefix = {.length = route->dst_len};
    if (route->shared->family == ROUTE_MPLS)
        return prefix;
    prefix.address.family = route->shared->family;
    memcpy(prefix.address.bytes, route->dst, sizeof(route->dst));
    return prefix;
}

uint32_t route_label(const struct route *route) {
    const uint8_t *bytes = route->dst;
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}
