// SPDX-License-Identifier: GPL-2.0-or-later
// Source addresses: inet_select_addr (net/ipv4/devinet.c) and ipv6_dev_get_saddr
// (net/ipv6/addrconf.c; RFC 6724, 5).
#include <string.h>

#include "sim/route_walk.h"

#define SCOPE_LINK 253 // RT_SCOPE_*
#define SCOPE_HOST 254

#define ADDRESS_SECONDARY  0x01 // IFA_F_*; of IPv6: temporary
#define ADDRESS_OPTIMISTIC 0x04
#define ADDRESS_DEPRECATED 0x20
#define ADDRESS_TENTATIVE  0x40

static const struct address no_address;

// --- IPv4 ----------------------------------------------------------------------------------------

static bool is_primary4(const struct link_address *own) {
    return own->local.family == ADDRESS_IPV4 && !(own->flags & ADDRESS_SECONDARY);
}

static bool is_on_link(const struct link_address *own, const struct address *dst) {
    bool pair = own->peer.family != ADDRESS_NONE;
    const struct prefix prefix = {pair ? own->peer : own->local, own->prefixlen};
    return prefix_contains(&prefix, dst);
}

// The first address that may be used there; one in whose prefix dst is (NULL: any) comes first.
static struct address select_on(const struct link *link, const struct address *dst, uint8_t scope) {
    struct address first = no_address;
    uint8_t host_scope = link->ipv4.route_localnet.value ? SCOPE_LINK : SCOPE_HOST;
    for (size_t i = 0; i < link->addr_count; i++) {
        const struct link_address *own = &link->addr_info[i];
        if (!is_primary4(own) || (own->scope < host_scope ? own->scope : host_scope) > scope)
            continue;
        if (!dst || is_on_link(own, dst))
            return own->local;
        if (first.family == ADDRESS_NONE)
            first = own->local;
    }
    return first;
}

static struct address select_beside(const struct link *link, uint8_t scope) {
    for (size_t i = 0; i < link->addr_count; i++) {
        const struct link_address *own = &link->addr_info[i];
        if (is_primary4(own) && own->scope != SCOPE_LINK && own->scope <= scope)
            return own->local;
    }
    return no_address;
}

// An address of any other interface in the same VRF, or outside of any.
static struct address select_elsewhere(const struct route_walk *walk, int32_t ifindex,
                                       uint8_t scope) {
    int32_t vrf = route_walk_vrf(walk, ifindex);
    const struct link *master = route_walk_link(walk, vrf);
    struct address found = master ? select_beside(master, scope) : no_address;
    const struct table *links = walk->world->links;
    for (size_t i = 0; found.family == ADDRESS_NONE && links && i < links->count; i++) {
        const struct link *link = table_row(links, i);
        if (route_walk_vrf(walk, link->ifindex) == vrf)
            found = select_beside(link, scope);
    }
    return found;
}

struct address route_source4_select(const struct route_walk *walk, int32_t ifindex,
                                    const struct address *dst, uint8_t scope) {
    const struct link *link = route_walk_link(walk, ifindex);
    struct address found = link ? select_on(link, dst, scope) : no_address;
    return found.family == ADDRESS_NONE ? select_elsewhere(walk, ifindex, scope) : found;
}

struct address route_source4(const struct route_walk *walk, const struct route *route,
                             const struct route_nexthop *nexthop) {
    int32_t vrf = walk->flow.l3mdev;
    bool local = route->shared->type == ROUTE_LOCAL;
    if (!local && vrf && route_walk_vrf(walk, nexthop->ifindex) != vrf)
        return route_source4_select(walk, vrf, NULL, SCOPE_LINK);
    if (route->shared->prefsrc.family != ADDRESS_NONE)
        return route->shared->prefsrc;
    if (local)
        return walk->flow.dst;
    bool gateway = nexthop->gateway.family == ADDRESS_IPV4;
    return route_source4_select(walk, nexthop->ifindex, gateway ? &nexthop->gateway : NULL,
                                route->shared->scope);
}

// --- IPv6: what an address is
// ---------------------------------------------------------------------

#define SCOPE6_LINK   2
#define SCOPE6_SITE   5
#define SCOPE6_GLOBAL 14

static bool is_in(const struct address *address, const uint8_t (*bytes)[16], uint8_t length) {
    struct prefix prefix = {.address.family = ADDRESS_IPV6, .length = length};
    memcpy(prefix.address.bytes, *bytes, sizeof(*bytes));
    return prefix_contains(&prefix, address);
}

static const uint8_t zeroes[16],
    loopback[16] = {[15] = 1}, link_local[16] = {0xfe, 0x80}, site_local[16] = {0xfe, 0xc0},
    multicast[16] = {0xff}, mapped[16] = {[10] = 0xff, 0xff}, orchid[16] = {0x20, 0x01, 0x00, 0x10};

static int scope_of(const struct address *address) {
    if (is_in(address, &multicast, 8))
        return address->bytes[1] & 0x0f;
    if (is_in(address, &zeroes, 128))
        return -1;
    if (is_in(address, &loopback, 128) || is_in(address, &link_local, 10))
        return SCOPE6_LINK;
    return is_in(address, &site_local, 10) ? SCOPE6_SITE : SCOPE6_GLOBAL;
}

// RFC 6724, 2.1, as the kernel begins with it (net/ipv6/addrlabel.c).
static const struct route_label usual_labels[] = {
    {{{ADDRESS_IPV6, {0}}, 0}, 0, 1},
    {{{ADDRESS_IPV6, {0xfc}}, 7}, 0, 5},
    {{{ADDRESS_IPV6, {0x20, 0x02}}, 16}, 0, 2},
    {{{ADDRESS_IPV6, {0x20, 0x01, 0x00, 0x10}}, 28}, 0, 7},
    {{{ADDRESS_IPV6, {0x20, 0x01}}, 32}, 0, 6},
    {{{ADDRESS_IPV6, {[10] = 0xff, 0xff}}, 96}, 0, 4},
    {{{ADDRESS_IPV6, {0}}, 96}, 0, 3},
    {{{ADDRESS_IPV6, {[15] = 1}}, 128}, 0, 0},
};

static uint32_t label_of(const struct route_walk *walk, const struct address *address,
                         int32_t ifindex) {
    const struct route_world *world = walk->world;
    const struct route_label *labels = world->labels ? world->labels : usual_labels;
    size_t count =
        world->labels ? world->label_count : sizeof(usual_labels) / sizeof(usual_labels[0]);
    const struct route_label *best = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct route_label *label = &labels[i];
        if ((label->ifindex == 0 || label->ifindex == ifindex) &&
            prefix_contains(&label->prefix, address) &&
            (!best || label->prefix.length > best->prefix.length))
            best = label;
    }
    return best ? best->label : UINT32_MAX;
}

static int common_length(const struct address *a, const struct address *b) {
    int bits = 0;
    while (bits < 128 && !((a->bytes[bits / 8] ^ b->bytes[bits / 8]) & 0x80 >> bits % 8))
        bits++;
    return bits;
}

// --- IPv6: which is better
// ------------------------------------------------------------------------

struct choice {
    const struct route_walk *walk;
    struct address dst;
    int32_t ifindex; // of the outgoing interface; 0: any
    int scope;
    uint32_t label;
    const struct link *link; // of own
    const struct link_address *own;
};

// What an address is worth by each rule of RFC 6724, 5, in their order; more is better.
typedef int worth(const struct choice *choice, const struct link *link,
                  const struct link_address *own);

static int is_same(const struct choice *choice, const struct link *link,
                   const struct link_address *own) {
    (void)link;
    return address_compare(&own->local, &choice->dst) == 0;
}

static int fits_scope(const struct choice *choice, const struct link *link,
                      const struct link_address *own) {
    (void)link;
    int scope = scope_of(&own->local);
    return scope >= choice->scope ? -scope : scope - 128;
}

static int is_preferred(const struct choice *choice, const struct link *link,
                        const struct link_address *own) {
    (void)choice;
    (void)link;
    bool special = is_in(&own->local, &zeroes, 96) || is_in(&own->local, &mapped, 96);
    return special || !(own->flags & (ADDRESS_DEPRECATED | ADDRESS_OPTIMISTIC));
}

static int is_outgoing(const struct choice *choice, const struct link *link,
                       const struct link_address *own) {
    (void)own;
    return choice->ifindex == 0 || choice->ifindex == link->ifindex;
}

static int has_label(const struct choice *choice, const struct link *link,
                     const struct link_address *own) {
    return label_of(choice->walk, &own->local, link->ifindex) == choice->label;
}

static int is_public(const struct choice *choice, const struct link *link,
                     const struct link_address *own) {
    (void)choice;
    bool temporary = own->flags & ADDRESS_SECONDARY;
    bool wanted = link->ipv6.use_tempaddr.known && link->ipv6.use_tempaddr.value == 2;
    return temporary == wanted;
}

static int is_as_orchid(const struct choice *choice, const struct link *link,
                        const struct link_address *own) {
    (void)link;
    return is_in(&own->local, &orchid, 28) == is_in(&choice->dst, &orchid, 28);
}

static int matching_bits(const struct choice *choice, const struct link *link,
                         const struct link_address *own) {
    (void)link;
    int bits = common_length(&own->local, &choice->dst);
    return bits < own->prefixlen ? bits : own->prefixlen;
}

static bool is_better(const struct choice *choice, const struct link *link,
                      const struct link_address *own) {
    static worth *const rules[] = {is_same,   fits_scope, is_preferred, is_outgoing,
                                   has_label, is_public,  is_as_orchid, matching_bits};
    for (size_t i = 0; choice->own && i < sizeof(rules) / sizeof(rules[0]); i++) {
        int best = rules[i](choice, choice->link, choice->own);
        int this = rules[i](choice, link, own);
        if (best != this)
            return this > best;
    }
    return !choice->own;
}

static bool is_candidate(const struct link_address *own) {
    if (own->local.family != ADDRESS_IPV6 || is_in(&own->local, &multicast, 8) ||
        is_in(&own->local, &zeroes, 128))
        return false;
    return !(own->flags & ADDRESS_TENTATIVE) || own->flags & ADDRESS_OPTIMISTIC;
}

static void consider(struct choice *choice, const struct link *link) {
    for (size_t i = 0; link && i < link->addr_count; i++) {
        const struct link_address *own = &link->addr_info[i];
        if (is_candidate(own) && is_better(choice, link, own)) {
            choice->link = link;
            choice->own = own;
        }
    }
}

static void consider_all(struct choice *choice) {
    const struct route_walk *walk = choice->walk;
    const struct table *links = walk->world->links;
    int32_t vrf = route_walk_vrf(walk, choice->ifindex);
    // On a link in a VRF, its own and the VRF's are enough if one of them reaches far enough.
    if (vrf && vrf != choice->ifindex) {
        consider(choice, route_walk_link(walk, choice->ifindex));
        consider(choice, route_walk_link(walk, vrf));
        if (choice->own && scope_of(&choice->own->local) >= choice->scope)
            return;
    }
    for (size_t i = 0; links && i < links->count; i++) {
        const struct link *link = table_row(links, i);
        if (route_walk_vrf(walk, link->ifindex) == vrf)
            consider(choice, link);
    }
}

struct address route_source6(const struct route_walk *walk, const struct route *route,
                             int32_t ifindex) {
    if (route && route->shared->prefsrc.family != ADDRESS_NONE)
        return route->shared->prefsrc;
    const struct address *dst = &walk->flow.dst;
    struct choice choice = {.walk = walk,
                            .dst = *dst,
                            .ifindex = ifindex,
                            .scope = scope_of(dst),
                            .label = label_of(walk, dst, ifindex)};
    if (is_in(dst, &multicast, 8) || choice.scope <= SCOPE6_LINK)
        consider(&choice, route_walk_link(walk, ifindex));
    else
        consider_all(&choice);
    return choice.own ? choice.own->local : no_address;
}
