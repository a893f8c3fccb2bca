// SPDX-License-Identifier: GPL-2.0-or-later
// The checks around the IPv4 tables: for what the node sends ip_route_output_key_hash_rcu, for what
// comes in ip_route_input_slow and fib_validate_source (net/ipv4/route.c, fib_frontend.c).
#include <errno.h>
#include <string.h>

#include <net/if.h>

#include "sim/route_walk.h"

#define SCOPE_UNIVERSE 0 // RT_SCOPE_*
#define SCOPE_LINK     253
#define SCOPE_HOST     254

static bool is_multicast(const struct address *address) {
    return (address->bytes[0] & 0xf0) == 224;
}

static bool is_local_multicast(const struct address *address) {
    return address->bytes[0] == 224 && address->bytes[1] == 0 && address->bytes[2] == 0;
}

static bool is_limited_broadcast(const struct address *address) {
    return memcmp(address->bytes, "\xff\xff\xff\xff", 4) == 0;
}

static bool is_any(const struct address *address) {
    return memcmp(address->bytes, "\0\0\0\0", 4) == 0;
}

static bool is_loopback(const struct address *address) {
    return address->bytes[0] == 127;
}

static struct route_found end(struct route_walk *walk, int error, const char *words) {
    route_walk_note(walk, ROUTE_STEP_ENDED, "%s", words);
    return (struct route_found){.error = error};
}

// The interface that has the address, or 0.
static int32_t find_address(const struct route_walk *walk, const struct address *address) {
    const struct table *links = walk->world->links;
    for (size_t i = 0; links && i < links->count; i++) {
        const struct link *link = table_row(links, i);
        for (size_t n = 0; n < link->addr_count; n++) {
            if (address_compare(&link->addr_info[n].local, address) == 0)
                return link->ifindex;
        }
    }
    return 0;
}

// The interface through which the node has the address, or 0: it is an interface's own, or table
// local says so (127.0.0.2).
static int32_t find_own(struct route_walk *walk, const struct address *address) {
    int32_t ifindex = find_address(walk, address);
    if (ifindex)
        return ifindex;
    const uint32_t tables[] = {ROUTE_TABLE_LOCAL, ROUTE_TABLE_MAIN};
    struct route_walk beside = *walk;
    beside.quiet = true;
    beside.flow = (struct route_flow){.dst = *address, .iif = ROUTE_LOOPBACK};
    beside.flow.src.family = ADDRESS_IPV4;
    struct route_found found =
        route_select4(&beside, tables, route_rules_are_default(walk) ? 2 : 1);
    bool own = found.error == 0 && found.type == ROUTE_LOCAL;
    return own && found.route->shared->nexthop_count ? found.route->shared->nexthops[0].ifindex : 0;
}

// --- What the node sends -------------------------------------------------------------------------

// What is left when an interface was asked for: the destination is taken to be on its link.
static struct route_found assume_link(struct route_walk *walk, uint8_t type, const char *why) {
    route_walk_note(walk, ROUTE_STEP_TAKEN, "%s: taken to be on the link of %s", why,
                    route_walk_name(walk, walk->decision->question.oif));
    return (struct route_found){.type = type};
}

// The sender's address has to be the node's. Stores true where the packet's route is settled by it.
static struct route_found check_source(struct route_walk *walk, bool *ret_settled) {
    struct route_flow *flow = &walk->flow;
    *ret_settled = true;
    if (is_multicast(&flow->src) || is_limited_broadcast(&flow->src))
        return end(walk, -EINVAL, "no packet can have that source");
    int32_t own = find_own(walk, &flow->src);
    if (!own)
        return end(walk, -ENETUNREACH, "the source is not an address of the node");
    route_walk_note(walk, ROUTE_STEP_PASSED, "the source is an address of the node: of %s",
                    route_walk_name(walk, own));
    if (flow->oif == 0 && (is_multicast(&flow->dst) || is_limited_broadcast(&flow->dst))) {
        walk->decision->question.oif = own;
        return assume_link(walk, is_multicast(&flow->dst) ? ROUTE_MULTICAST : ROUTE_BROADCAST,
                           "multicast or broadcast goes out where the source is");
    }
    *ret_settled = false;
    return (struct route_found){0};
}

static struct route_found check_oif(struct route_walk *walk, bool *ret_settled) {
    struct route_flow *flow = &walk->flow;
    const struct link *link = route_walk_link(walk, flow->oif);
    *ret_settled = true;
    if (!link)
        return end(walk, -ENODEV, "there is no such interface");
    if (!(link->flags & IFF_UP))
        return end(walk, -ENETUNREACH, "the interface is down");
    if (is_local_multicast(&flow->dst) || is_limited_broadcast(&flow->dst) || flow->proto == 2)
        return assume_link(walk,
                           is_limited_broadcast(&flow->dst) ? ROUTE_BROADCAST : ROUTE_MULTICAST,
                           "such packets stay on one link");
    *ret_settled = false;
    if (!walk->has_source && is_multicast(&flow->dst))
        flow->src = route_source4_select(walk, flow->oif, NULL, SCOPE_UNIVERSE);
    else if (!walk->has_source && is_any(&flow->dst))
        flow->src = route_source4_select(walk, flow->oif, NULL, SCOPE_HOST);
    flow->src.family = ADDRESS_IPV4;
    walk->has_source = !is_any(&flow->src);
    return (struct route_found){0};
}

static struct route_found look_up_output(struct route_walk *walk) {
    struct route_found found = route_rules_look_up(walk);
    bool vrf_decides = walk->flow.l3mdev && !is_multicast(&walk->flow.dst);
    if (found.error != 0 && walk->flow.oif && !vrf_decides)
        return assume_link(walk, ROUTE_UNICAST, "no route is usable, but an interface is given");
    return walk->flow.oif ? found : route_default4(walk, found);
}

// Multicast and limited broadcast stay so, whatever route they found.
static uint8_t type_of(const struct route_flow *flow, uint8_t type) {
    if (is_limited_broadcast(&flow->dst))
        return ROUTE_BROADCAST;
    return is_multicast(&flow->dst) ? ROUTE_MULTICAST : type;
}

// What is no reason before the tables are asked, but is behind them (__mkroute_output).
static struct route_found check_output(struct route_walk *walk, struct route_found found) {
    const struct route_flow *flow = &walk->flow;
    int32_t out = walk->decision->question.oif;
    if (found.route && found.route->shared->nexthop_count)
        out = found.route->shared->nexthops[0].ifindex;
    const struct link *link =
        route_walk_link(walk, found.type == ROUTE_LOCAL ? ROUTE_LOOPBACK : out);
    bool localnet = link && link->ipv4.route_localnet.value;
    if (found.error == 0 && is_loopback(&flow->src) && link && !(link->flags & IFF_LOOPBACK) &&
        !localnet)
        return end(walk, -EINVAL, "a loopback address does not leave the node");
    if (found.error == 0)
        found.type = type_of(flow, found.type);
    return found;
}

static struct route_found find_itself(struct route_walk *walk) {
    if (!walk->has_source)
        walk->flow.src = (struct address){ADDRESS_IPV4, {127, 0, 0, 1}};
    walk->has_source = true;
    route_walk_note(walk, ROUTE_STEP_TAKEN, "0.0.0.0 stands for the node itself");
    return (struct route_found){.type = ROUTE_LOCAL};
}

static struct route_found find_output(struct route_walk *walk) {
    bool settled = false;
    struct route_found found = {0};
    if (walk->has_source)
        found = check_source(walk, &settled);
    if (!settled && walk->flow.oif)
        found = check_oif(walk, &settled);
    if (!settled && is_any(&walk->flow.dst))
        return find_itself(walk);
    return check_output(walk, settled ? found : look_up_output(walk));
}

// --- What comes in -------------------------------------------------------------------------------

// The decision for a packet that goes back to the source; no address answers a broadcast.
static struct route_found look_back(const struct route_walk *walk, int32_t oif, uint8_t type) {
    struct route_walk back = *walk;
    bool ports = route_rules_need_ports(&back);
    back.quiet = true;
    back.flow.dst = walk->flow.src;
    if (type != ROUTE_BROADCAST)
        back.flow.src = walk->flow.dst;
    else
        memset(back.flow.src.bytes, 0, sizeof(back.flow.src.bytes));
    back.flow.iif = oif ? oif : ROUTE_LOOPBACK;
    back.flow.oif = 0;
    back.flow.l3mdev = route_walk_vrf(walk, walk->flow.iif);
    back.flow.oif_vrf = false;
    back.flow.mark = 0; // unless src_valid_mark is set
    back.flow.proto = ports ? walk->flow.proto : 0;
    back.flow.sport = ports ? walk->flow.dport : 0;
    back.flow.dport = ports ? walk->flow.sport : 0;
    back.has_source = true;
    struct route_found found = route_rules_look_up(&back);
    return found;
}

// Whether a nexthop leads through the interface, or through one of the VRF that it is.
static bool uses(const struct route_walk *walk, const struct route *route, int32_t ifindex) {
    for (size_t i = 0; i < route->shared->nexthop_count; i++) {
        int32_t out = route->shared->nexthops[i].ifindex;
        if (out == ifindex || route_walk_vrf(walk, out) == ifindex)
            return true;
    }
    return false;
}

static bool has_address(const struct link *link) {
    for (size_t i = 0; i < link->addr_count; i++) {
        if (link->addr_info[i].local.family == ADDRESS_IPV4)
            return true;
    }
    return false;
}

// True where the kernel takes a short cut: without rules and local routes of one's own it only
// looks whether the source is an interface's address.
static bool is_simple(struct route_walk *walk) {
    const struct route_trie *trie = walk->world->routes ? route_trie_of(walk->world->routes) : NULL;
    return route_rules_are_default(walk) && !(trie && route_trie_has_own_local(trie));
}

// Whether a packet with that source may come in there (rp_filter). oif: where it goes on, 0: here.
static const char *find_martian(struct route_walk *walk, const struct link *in, int32_t oif,
                                uint8_t type) {
    uint64_t filter = in->ipv4.rp_filter_in_effect.value;
    struct route_found back = look_back(walk, oif, type);
    bool accept_local = in->ipv4.accept_local.value;
    if (filter == 0 && oif != in->ifindex && accept_local)
        return NULL;
    if (filter == 0 && oif != in->ifindex && is_simple(walk))
        return find_address(walk, &walk->flow.src) ? "the source is the node's own address" : NULL;
    if (back.error == 0 && back.type != ROUTE_UNICAST &&
        (back.type != ROUTE_LOCAL || !accept_local))
        return back.type == ROUTE_LOCAL ? "the source is the node's own address"
                                        : "the source is no host's address";
    if (filter == 0)
        return NULL;
    if (back.error != 0)
        return "rp_filter: there is no way back to the source";
    if (back.route && uses(walk, back.route, in->ifindex))
        return NULL;
    if (!has_address(in))
        return "rp_filter: the way back is elsewhere, and the interface has no address";
    return filter == 1 ? "rp_filter: the way back to the source is through another interface"
                       : NULL;
}

static struct route_found check_sender(struct route_walk *walk, const struct link *in, int32_t oif,
                                       struct route_found found) {
    const char *martian = find_martian(walk, in, oif, found.type);
    return martian ? end(walk, -EINVAL, martian) : found;
}

static const char *find_odd(const struct route_walk *walk, const struct link *in) {
    const struct route_flow *flow = &walk->flow;
    bool localnet = in->ipv4.route_localnet.value;
    if (is_multicast(&flow->src) || is_limited_broadcast(&flow->src))
        return "no packet can have that source";
    if (is_limited_broadcast(&flow->dst) || (is_any(&flow->dst) && is_any(&flow->src)))
        return NULL;
    if (is_any(&flow->src))
        return "a packet without a source is not routed";
    if (is_any(&flow->dst))
        return "0.0.0.0 is no destination";
    if (!localnet && (is_loopback(&flow->dst) || is_loopback(&flow->src)))
        return "loopback addresses do not come in from outside";
    return NULL;
}

// Why the packet may not come in if it goes on that way; NULL: it may, or the way cannot be used.
static const char *find_refusal(struct route_walk *walk, const struct link *in,
                                const struct route_nexthop *nexthop) {
    return route_nexthop_trouble(walk, nexthop)
               ? NULL
               : find_martian(walk, in, nexthop->ifindex, ROUTE_UNICAST);
}

// The sender is checked against the way that a hash has chosen, of several: each may come to
// something else, where rules look at interfaces.
static struct route_found check_ways(struct route_walk *walk, const struct link *in,
                                     struct route_found found) {
    const struct route_shared *shared = found.route->shared;
    const char **refusals =
        arena_alloc(&walk->decision->arena, shared->nexthop_count * sizeof(*refusals));
    size_t usable = 0, refused = 0;
    const char *last = NULL;
    for (size_t i = 0; refusals && i < shared->nexthop_count; i++) {
        refusals[i] = find_refusal(walk, in, &shared->nexthops[i]);
        usable += !route_nexthop_trouble(walk, &shared->nexthops[i]);
        refused += refusals[i] != NULL;
        last = refusals[i] ? refusals[i] : last;
    }
    walk->failed |= !refusals;
    if (refused > 0 && refused == usable)
        return end(walk, -EINVAL, last);
    walk->refusals = refused > 0 ? refusals : NULL;
    return found;
}

static struct route_found forward(struct route_walk *walk, const struct link *in,
                                  struct route_found found) {
    if (!in->ipv4.forwarding.value)
        return end(walk, -EHOSTUNREACH, "the interface does not forward");
    if (found.type != ROUTE_UNICAST)
        return end(walk, -EINVAL, "such a route is not for packets that are forwarded");
    return check_ways(walk, in, found);
}

static struct route_found find_input(struct route_walk *walk) {
    const struct link *in = route_walk_link(walk, walk->flow.iif);
    if (!in)
        return end(walk, -ENODEV, "there is no such interface");
    const char *odd = find_odd(walk, in);
    if (odd)
        return end(walk, -EINVAL, odd);
    if (is_limited_broadcast(&walk->flow.dst) || is_any(&walk->flow.dst)) {
        route_walk_note(walk, ROUTE_STEP_TAKEN, "broadcast on the link: for the node itself");
        const struct route_found link = {.type = ROUTE_BROADCAST};
        return is_any(&walk->flow.src) ? link : check_sender(walk, in, 0, link);
    }
    if (is_multicast(&walk->flow.dst))
        return end(walk, -EINVAL, "multicast comes in where its group was joined: none is known");
    struct route_found found = route_rules_look_up(walk);
    if (found.error != 0 && !in->ipv4.forwarding.value)
        return end(walk, -EHOSTUNREACH, "the interface does not forward");
    if (found.error != 0)
        return found;
    if (found.type == ROUTE_LOCAL || found.type == ROUTE_BROADCAST)
        return check_sender(walk, in, 0, found);
    return forward(walk, in, found);
}

struct route_found route_path4(struct route_walk *walk) {
    return walk->decision->question.iif ? find_input(walk) : find_output(walk);
}
