// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/route_classic.h"

#include <string.h>

#include "model/route.h"

#define PROTOCOL_REDIRECT 1 // RTPROT_REDIRECT
#define PROTOCOL_RA       9 // RTPROT_RA

static const struct route_nexthop *first_nexthop(const struct route_shared *shared) {
    return shared->nexthop_count > 0 ? &shared->nexthops[0] : NULL;
}

static bool has_gateway(const struct route_shared *shared) {
    const struct route_nexthop *nexthop = first_nexthop(shared);
    return nexthop && nexthop->gateway.family != ADDRESS_NONE;
}

// Of IPv4, the kernel says of unreachable and prohibit only that they refuse.
static bool is_refused(const struct route_shared *shared) {
    switch ((enum route_type)shared->type) {
    case ROUTE_UNREACHABLE:
    case ROUTE_PROHIBIT:
        return true;
    case ROUTE_BLACKHOLE:
    case ROUTE_THROW:
        return shared->family == ROUTE_IPV6;
    case ROUTE_UNSPEC:
    case ROUTE_UNICAST:
    case ROUTE_LOCAL:
    case ROUTE_BROADCAST:
    case ROUTE_ANYCAST:
    case ROUTE_MULTICAST:
    case ROUTE_NAT:
    case ROUTE_XRESOLVE:
        return false;
    }
    return false;
}

// Where nothing goes, route(8) has no words for a way.
static bool has_no_way(const struct route_shared *shared) {
    return is_refused(shared) && shared->nexthop_count == 0;
}

static void set_address(struct value *ret, const struct address *address) {
    ret->kind = VALUE_ADDRESS;
    ret->address = *address;
}

static void set_number(struct value *ret, uint64_t number) {
    ret->kind = VALUE_UINT;
    ret->uint = number;
}

void route_classic_destination(const struct row_ref *ref, const struct field *field,
                               struct value *ret) {
    const struct route *route = ref->row;
    const struct prefix dst = route_destination(route);
    (void)field;
    if (route->shared->family == ROUTE_MPLS)
        return;
    if (route->shared->family == ROUTE_IPV4) {
        set_address(ret, &dst.address);
        return;
    }
    ret->kind = VALUE_PREFIX;
    ret->prefix = dst;
}

void route_classic_gateway(const struct row_ref *ref, const struct field *field,
                           struct value *ret) {
    const struct route *route = ref->row;
    const struct route_nexthop *nexthop = first_nexthop(route->shared);
    const struct address none = {.family = route->shared->family};
    (void)field;
    if (route->shared->family == ROUTE_MPLS || has_no_way(route->shared))
        return;
    if (nexthop && nexthop->gateway.family == route->shared->family)
        set_address(ret, &nexthop->gateway);
    else
        set_address(ret, &none);
}

void route_classic_genmask(const struct row_ref *ref, const struct field *field,
                           struct value *ret) {
    const struct route *route = ref->row;
    struct address mask = {.family = ADDRESS_IPV4};
    (void)field;
    if (route->shared->family != ROUTE_IPV4)
        return;
    for (unsigned bit = 0; bit < route->dst_len; bit++)
        mask.bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
    set_address(ret, &mask);
}

void route_classic_flags(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct route *route = ref->row;
    const struct route_shared *shared = route->shared;
    bool host = route->dst_len == (shared->family == ROUTE_IPV4 ? 32 : 128);
    bool redirect = shared->protocol == PROTOCOL_REDIRECT;
    bool cached = shared->flags & ROUTE_CLONED;
    (void)field;
    value_printf(ret, "%s%s%s%s%s%s%s", is_refused(shared) ? "!" : "U",
                 has_gateway(shared) ? "G" : "", host ? "H" : "", redirect ? "D" : "",
                 redirect || (cached && shared->metrics.mtu.known) ? "M" : "",
                 shared->protocol == PROTOCOL_RA ? "A" : "", cached ? "C" : "");
}

void route_classic_metric(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct route *route = ref->row;
    (void)field;
    set_number(ret, route->shared->metric);
}

void route_classic_ref(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct route *route = ref->row;
    (void)field;
    if (!has_no_way(route->shared))
        set_number(ret, route->shared->references.value);
}

void route_classic_use(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct route *route = ref->row;
    (void)field;
    set_number(ret, route->shared->use.value);
}

void route_classic_iface(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct route *route = ref->row;
    const struct route_nexthop *nexthop = first_nexthop(route->shared);
    (void)field;
    if (!has_no_way(route->shared))
        value_set_text(ret, nexthop && nexthop->dev ? nexthop->dev : "*");
}
