// SPDX-License-Identifier: GPL-2.0-or-later
// The ways on that the chosen route has: which of them the kernel may take, through which gateway
// and neighbour, with which source address and MTU.
#include <string.h>

#include <net/if.h>

#include "sim/route_walk.h"

#define SCOPE_LINK 253 // RT_SCOPE_LINK

// --- What the kernel learned about the destination
// ------------------------------------------------

static bool is_through(const struct route *learned, const struct route_nexthop *nexthop) {
    for (size_t i = 0; i < learned->shared->nexthop_count; i++) {
        if (learned->shared->nexthops[i].ifindex == nexthop->ifindex)
            return true;
    }
    return false;
}

// A path MTU or redirect for the destination on that way, NULL: none that still counts.
static const struct route *find_learned(const struct route_walk *walk, const struct route *route,
                                        const struct route_nexthop *nexthop) {
    const struct address *dst = &walk->decision->question.dst;
    const struct route_trie_part part = {route->shared->table, dst->family, true};
    const struct route_trie *trie = walk->world->routes ? route_trie_of(walk->world->routes) : NULL;
    struct route_group groups[ROUTE_GROUPS_MAX];
    size_t count = trie ? route_trie_find(trie, &part, dst, groups) : 0;
    for (uint32_t n = 0; count > 0 && n < groups[0].count; n++) {
        const struct route *learned = route_trie_route(trie, groups[0].first + n);
        if (learned->expires >= 0 && is_through(learned, nexthop))
            return learned;
    }
    return NULL;
}

static void apply_redirect(struct route_walk *walk, struct route_way *way,
                           const struct route *learned) {
    const struct address *gateway = &learned->shared->nexthops[0].gateway;
    if (gateway->family == ADDRESS_NONE || address_compare(gateway, &way->gateway) == 0)
        return;
    way->gateway = *gateway;
    way->why = "the gateway is one that a redirect named";
    route_walk_note(walk, ROUTE_STEP_PASSED, "a redirect named %s as the gateway to use",
                    route_walk_address(walk, gateway));
}

// --- One way -------------------------------------------------------------------------------------

static void set_mtu(struct route_way *way, const struct route *route, const struct route *learned) {
    if (learned && learned->shared->metrics.mtu.known) {
        way->mtu = (uint32_t)learned->shared->metrics.mtu.value;
        way->mtu_from = "learned path MTU";
    } else if (route && route->shared->metrics.mtu.known) {
        way->mtu = (uint32_t)route->shared->metrics.mtu.value;
        way->mtu_from = "route";
    } else if (way->link) {
        way->mtu = way->link->mtu;
        way->mtu_from = "interface";
    }
}

// Whose link-layer address a packet needs: nobody's where the link has none.
static void set_neighbour(const struct route_walk *walk, struct route_way *way) {
    uint8_t type = walk->decision->type;
    if (type != ROUTE_UNICAST || !way->link || way->link->flags & (IFF_NOARP | IFF_LOOPBACK))
        return;
    way->next = way->gateway.family == ADDRESS_NONE ? walk->decision->question.dst : way->gateway;
    if (walk->world->neighbours)
        way->neighbour = neighbour_find(walk->world->neighbours, way->link->ifindex, &way->next);
}

static void set_source(const struct route_walk *walk, struct route_way *way) {
    const struct route_decision *decision = walk->decision;
    int32_t ifindex = way->nexthop ? way->nexthop->ifindex : decision->question.oif;
    if (decision->question.iif)
        return;
    if (walk->has_source)
        way->source = walk->flow.src;
    else if (decision->question.dst.family == ADDRESS_IPV6)
        way->source = route_source6(walk, way->route, ifindex);
    else if (way->route)
        way->source = route_source4(walk, way->route, way->nexthop);
    else
        way->source = route_source4_select(walk, ifindex, NULL, SCOPE_LINK);
}

// A packet for the node itself goes through lo, or through the VRF that the address is in.
static const struct link *find_out(const struct route_walk *walk, int32_t ifindex) {
    const struct route_decision *decision = walk->decision;
    bool local = decision->route && decision->route->shared->type == ROUTE_LOCAL;
    bool here = local || decision->type == ROUTE_LOCAL || decision->type == ROUTE_ANYCAST ||
                (decision->question.iif && decision->type == ROUTE_BROADCAST);
    if (!here)
        return route_walk_link(walk, ifindex);
    int32_t vrf = decision->route ? route_walk_vrf(walk, ifindex) : 0;
    return route_walk_link(walk, vrf ? vrf : ROUTE_LOOPBACK);
}

// IPv4 broadcast, and multicast that found no better route than a default one, go to no gateway.
static bool is_sent_to_link(const struct route_decision *decision) {
    const struct address *dst = &decision->question.dst;
    if (dst->family != ADDRESS_IPV4)
        return false;
    return memcmp(dst->bytes, "\xff\xff\xff\xff", 4) == 0 ||
           (decision->type == ROUTE_MULTICAST && decision->route->dst_len < 4);
}

static void fill_way(struct route_walk *walk, struct route_way *way, const struct route *route,
                     const struct route_nexthop *nexthop) {
    const struct route_decision *decision = walk->decision;
    const struct route *learned = nexthop ? find_learned(walk, route, nexthop) : NULL;
    way->route = route;
    way->nexthop = nexthop;
    way->link = find_out(walk, nexthop ? nexthop->ifindex : decision->question.oif);
    way->why = nexthop ? route_nexthop_trouble(walk, nexthop) : NULL;
    way->usable = !way->why || decision->given;
    if (nexthop && !is_sent_to_link(decision))
        way->gateway = nexthop->gateway;
    if (learned)
        apply_redirect(walk, way, learned);
    set_mtu(way, route, learned);
    set_neighbour(walk, way);
    set_source(walk, way);
}

// --- All of them ---------------------------------------------------------------------------------

static bool any_through(const struct route_way *ways, size_t count, int32_t ifindex) {
    for (size_t i = 0; i < count; i++) {
        if (ways[i].usable && ways[i].nexthop->ifindex == ifindex)
            return true;
    }
    return false;
}

// Where an interface is asked for and some lead through it, only those are taken.
static void keep_asked(struct route_way *ways, size_t count, int32_t ifindex) {
    for (size_t i = 0; ifindex && any_through(ways, count, ifindex) && i < count; i++) {
        if (!ways[i].usable || ways[i].nexthop->ifindex == ifindex)
            continue;
        ways[i].usable = false;
        ways[i].why = "another interface was asked for";
    }
}

// Where the check of a packet that comes in depends on which way is chosen.
static void refuse(struct route_walk *walk, struct route_way *ways, size_t count) {
    for (size_t i = 0; walk->refusals && i < count; i++) {
        if (!walk->refusals[i] || !ways[i].usable)
            continue;
        ways[i].refused = true;
        ways[i].why = walk->refusals[i];
    }
}

// What the kernel has worked out for a nexthop it keeps with it, and an object is shared.
static void note_object(struct route_walk *walk, const struct route *route) {
    if (route && route->shared->nexthop_id.known)
        route_walk_note(walk, ROUTE_STEP_PASSED,
                        "nexthop object %u has the metrics, such as the MTU, of the route that "
                        "used it first, which the kernel keeps to itself",
                        (unsigned)route->shared->nexthop_id.value);
}

static size_t count_usable(const struct route_way *ways, size_t count) {
    size_t usable = 0;
    for (size_t i = 0; i < count; i++)
        usable += ways[i].usable;
    return usable;
}

void route_ways_find(struct route_walk *walk) {
    struct route_decision *decision = walk->decision;
    const struct route *route = decision->route;
    size_t first = route ? route->shared->nexthop_count : 1, count = first + decision->rival_count;
    struct route_way *ways = arena_alloc(&decision->arena, count * sizeof(*ways));
    if (!ways) {
        walk->failed = true;
        return;
    }
    for (size_t i = 0; i < first; i++)
        fill_way(walk, &ways[i], route, route ? &route->shared->nexthops[i] : NULL);
    // Of a default route that competes with others, the first nexthop alone counts.
    for (size_t i = 0; i < decision->rival_count; i++)
        fill_way(walk, &ways[first + i], decision->rivals[i],
                 &decision->rivals[i]->shared->nexthops[0]);
    note_object(walk, route);
    // The flow has no interface where a VRF was asked for, which then stands for its table. With a
    // source of its own, IPv6 lets the hash decide even then.
    if (route && (walk->strict || decision->question.dst.family == ADDRESS_IPV4))
        keep_asked(ways, count, walk->flow.oif);
    refuse(walk, ways, count);
    decision->ways = ways;
    decision->way_count = count;
    if (decision->rival_count == 0 && count_usable(ways, count) > 1)
        route_walk_note(walk, ROUTE_STEP_PASSED,
                        "several ways: the kernel takes one by a hash over the packet's addresses "
                        "that it keeps to itself");
}
