// SPDX-License-Identifier: GPL-2.0-or-later
// Which route an IPv6 table gives (fib6_table_lookup and rt6_select, net/ipv6/route.c; the tree:
// fib6_node_lookup, net/ipv6/ip6_fib.c).
//
// The kernel's tree has a node for each destination prefix and, below one that has routes for
// packets of certain sources only, a second tree of source prefixes. It begins at the longest
// destination that has routes for any source, or some for this one. There is an oddity: where it
// has some for certain sources, and this is none of them, its routes for any source are passed over
// as well. From there it goes back through shorter ones, and now takes all that fit. At each node,
// the routes of the lowest metric are weighed against one another; only if none of them will do,
// all others together.
#include <string.h>

#include <net/if.h>

#include "sim/route_walk.h"

#define PREF_MEDIUM 0 // RFC 4191, 2.1
#define PREF_HIGH   1

// A place in the tree: routes to a destination prefix that have the same source prefix.
struct place {
    const struct route_group *group;
    const struct prefix *src; // of length 0: any
};

struct search {
    struct route_walk *walk;
    const struct route_trie *trie;
    struct route_group groups[ROUTE_GROUPS_MAX];
    size_t group_count;
    const struct route *winner;
};

static const struct route *route_at(const struct search *search, const struct route_group *group,
                                    uint32_t n) {
    return route_trie_route(search->trie, group->first + n);
}

// --- Weighing ------------------------------------------------------------------------------------

// What a nexthop is worth, as rt6_score_route says, in words where it is worth nothing.
struct score {
    int value; // below 0: not to be had
    const char *why;
};

static bool has_failed(const struct route_walk *walk, const struct route_nexthop *nexthop) {
    if (!walk->world->neighbours || nexthop->gateway.family == ADDRESS_NONE)
        return false;
    const struct neighbour *neighbour =
        neighbour_find(walk->world->neighbours, nexthop->ifindex, &nexthop->gateway);
    return neighbour && neighbour->state & NEIGHBOUR_FAILED;
}

static int preference_of(const struct route *route) {
    uint64_t pref = route->shared->pref.known ? route->shared->pref.value : PREF_MEDIUM;
    return pref == PREF_MEDIUM ? 2 : pref == PREF_HIGH ? 3 : 1;
}

static int32_t interface_asked(const struct route_walk *walk) {
    return walk->flow.iif != ROUTE_LOOPBACK ? walk->flow.iif : walk->flow.oif;
}

static struct score weigh(struct route_walk *walk, const struct route *route,
                          const struct route_nexthop *nexthop, bool reachable) {
    int32_t asked = interface_asked(walk);
    const char *trouble = route_nexthop_trouble(walk, nexthop);
    int value = asked == 0 || nexthop->ifindex == asked ? 2 : 0;
    if (trouble)
        return (struct score){-1, trouble};
    if (value == 0 && walk->strict)
        return (struct score){-1, "it leads through another interface than the one asked for"};
    if (reachable && has_failed(walk, nexthop))
        return (struct score){-1, "the gateway does not answer"};
    return (struct score){value | preference_of(route) << 2, NULL};
}

// The best of a route's nexthops. One that refuses packets has none, but stands at lo.
static struct score weigh_route(struct route_walk *walk, const struct route *route,
                                bool reachable) {
    static const struct route_nexthop lo = {.ifindex = ROUTE_LOOPBACK};
    struct score best = {-1, "it leads nowhere"};
    if (route->shared->nexthop_count == 0 && route_type_error(route->shared->type) != 0)
        return weigh(walk, route, &lo, reachable);
    for (size_t i = 0; i < route->shared->nexthop_count; i++) {
        struct score score = weigh(walk, route, &route->shared->nexthops[i], reachable);
        if (score.value > best.value || (best.value < 0 && score.value < 0))
            best = score;
    }
    return best;
}

// A nexthop object that throws packets away ends the weighing, whatever came before it.
static bool is_blackhole_object(const struct route *route) {
    return route->shared->nexthop_id.known && route->shared->type == ROUTE_BLACKHOLE;
}

// --- At one place --------------------------------------------------------------------------------

static bool is_here(const struct place *place, const struct route *route) {
    return prefix_compare(&route->shared->src, place->src) == 0 ||
           (route->shared->src.length == 0 && place->src->length == 0);
}

// Weighs the routes of the place from n on, while they have the metric (all if metric is NULL).
// Returns the best, and in *n where it stopped.
static const struct route *weigh_all(struct search *search, const struct place *place, uint32_t *n,
                                     const uint32_t *metric, bool reachable) {
    const struct route *best = NULL;
    int value = -1;
    for (; *n < place->group->count; ++*n) {
        const struct route *route = route_at(search, place->group, *n);
        if (!is_here(place, route) || route->expires < 0)
            continue;
        if (metric && route->shared->metric != *metric)
            break;
        if (is_blackhole_object(route))
            return route;
        struct score score = weigh_route(search->walk, route, reachable);
        if (score.value > value) {
            value = score.value;
            best = route;
        }
    }
    return best;
}

static const struct route *select_at(struct search *search, const struct place *place,
                                     bool reachable) {
    uint32_t n = 0;
    while (n < place->group->count && !is_here(place, route_at(search, place->group, n)))
        n++;
    if (n == place->group->count)
        return NULL;
    uint32_t metric = route_at(search, place->group, n)->shared->metric;
    const struct route *best = weigh_all(search, place, &n, &metric, reachable);
    return best ? best : weigh_all(search, place, &n, NULL, reachable);
}

// --- Through the tree ----------------------------------------------------------------------------

static bool is_from(const struct route_walk *walk, const struct prefix *src) {
    return prefix_contains(src, &walk->flow.src);
}

// The longest source prefix of the group that fits and is shorter than that, NULL: none.
static const struct prefix *find_source(const struct search *search,
                                        const struct route_group *group, unsigned below) {
    const struct prefix *longest = NULL;
    for (uint32_t n = 0; n < group->count; n++) {
        const struct prefix *src = &route_at(search, group, n)->shared->src;
        if (src->length > 0 && src->length < below && is_from(search->walk, src) &&
            (!longest || src->length > longest->length))
            longest = src;
    }
    return longest;
}

static bool has_sources(const struct search *search, const struct route_group *group) {
    for (uint32_t n = 0; n < group->count; n++) {
        if (route_at(search, group, n)->shared->src.length > 0)
            return true;
    }
    return false;
}

// The longest prefix at which the kernel begins: the place among groups, group_count if it is the
// root of the tree, which is only looked at as ::/0.
static size_t find_start(const struct search *search) {
    for (size_t i = 0; i < search->group_count; i++) {
        const struct route_group *group = &search->groups[i];
        if (group->length == 0 || !has_sources(search, group) ||
            find_source(search, group, UINT8_MAX))
            return i;
    }
    return search->group_count;
}

static const struct route *select_in_group(struct search *search, const struct route_group *group,
                                           bool reachable) {
    static const struct prefix any;
    const struct route *route = NULL;
    unsigned below = UINT8_MAX;
    const struct prefix *src;
    while (!route && (src = find_source(search, group, below))) {
        const struct place place = {group, src};
        route = select_at(search, &place, reachable);
        below = src->length;
    }
    const struct place place = {group, &any};
    return route ? route : select_at(search, &place, reachable);
}

static const struct route *select_from(struct search *search, size_t start, bool reachable) {
    const struct route *route = NULL;
    for (size_t i = start; !route && i < search->group_count; i++)
        route = select_in_group(search, &search->groups[i], reachable);
    return route;
}

// --- Words ---------------------------------------------------------------------------------------

static const char *explain(const struct search *search, const struct route *route, bool begun,
                           bool reachable) {
    if (route->shared->src.length > 0 && !is_from(search->walk, &route->shared->src))
        return "it is for packets of another source";
    if (!begun)
        return "its prefix has routes for certain sources, none of which is this one: the kernel "
               "then passes over those for any source as well";
    if (route->expires < 0)
        return "it has expired";
    return is_blackhole_object(route) ? NULL : weigh_route(search->walk, route, reachable).why;
}

static void explain_step(struct search *search, const struct route *route, bool begun,
                         bool reachable) {
    const struct route *winner = search->winner;
    const char *trouble = explain(search, route, begun, reachable);
    int error = route_type_error(route->shared->type);
    if (route == winner && error == ROUTE_NO_TARGET)
        route_walk_route(search->walk, ROUTE_STEP_TAKEN, route,
                         "taken: throw, so the next rule decides");
    else if (route == winner)
        route_walk_route(search->walk, error ? ROUTE_STEP_ENDED : ROUTE_STEP_TAKEN, route,
                         "taken%s%s", error ? ": " : "",
                         error ? route_type_name(route->shared->type) : "");
    else if (trouble)
        route_walk_route(search->walk, ROUTE_STEP_PASSED, route, "%s", trouble);
    else if (!winner)
        route_walk_route(search->walk, ROUTE_STEP_PASSED, route, "it leads nowhere");
    else if (route->dst_len == winner->dst_len &&
             route->shared->src.length < winner->shared->src.length)
        route_walk_route(search->walk, ROUTE_STEP_PASSED, route,
                         "another is for packets of just this source");
    else if (route->dst_len == winner->dst_len && preference_of(route) < preference_of(winner))
        route_walk_route(search->walk, ROUTE_STEP_PASSED, route, "a router of lower preference");
    else
        route_explain_loser(search->walk, route, winner);
}

static void explain_all(struct search *search, size_t start, bool reachable) {
    for (size_t i = 0; i < search->group_count; i++) {
        const struct route_group *group = &search->groups[i];
        for (uint32_t n = 0; n < group->count; n++)
            explain_step(search, route_at(search, group, n), i >= start, reachable);
    }
}

// --- The table -----------------------------------------------------------------------------------

// A router chooses among all gateways; a host tries those first that answer. The setting is 'all'
// forwarding, which lo has taken over when it was set.
static bool is_host(const struct route_walk *walk) {
    const struct link *lo = route_walk_link(walk, ROUTE_LOOPBACK);
    return !lo || !lo->ipv6.forwarding.value;
}

struct route_found route_select6(struct route_walk *walk, uint32_t table) {
    const struct route_trie_part part = {table, ROUTE_IPV6, false};
    struct search search = {.walk = walk};
    search.trie = walk->world->routes ? route_trie_of(walk->world->routes) : NULL;
    if (search.trie)
        search.group_count = route_trie_find(search.trie, &part, &walk->flow.dst, search.groups);
    size_t start = find_start(&search);
    bool reachable = is_host(walk);
    search.winner = select_from(&search, start, reachable);
    if (!search.winner && reachable) {
        reachable = false;
        search.winner = select_from(&search, start, reachable);
    }
    if (!walk->quiet)
        explain_all(&search, start, reachable);
    if (!search.winner)
        return (struct route_found){.error = ROUTE_NO_TARGET};
    int error = route_type_error(search.winner->shared->type);
    return (struct route_found){error, search.winner->shared->type,
                                error == ROUTE_NO_TARGET ? NULL : search.winner, NULL};
}
