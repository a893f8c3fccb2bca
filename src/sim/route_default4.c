// SPDX-License-Identifier: GPL-2.0-or-later
// Several IPv4 default routes of one metric: what the node sends takes one whose gateway seems to
// live (fib_select_default and fib_detect_death, net/ipv4/fib_semantics.c).
//
// The kernel goes through them in their order and takes the first whose gateway it holds for alive.
// It also remembers which one it took last, tells nobody, and wants to see another one tried where
// the state of a gateway is in doubt. So the choice is worked out for every one that may have been
// the last: where all come to the same, that is the answer, else each of them is one.
#include "sim/route_explain.h"
#include "sim/route_walk.h"

// What the kernel would send to (NUD_VALID).
#define VALID                                                                        \
    (NEIGHBOUR_PERMANENT | NEIGHBOUR_NOARP | NEIGHBOUR_REACHABLE | NEIGHBOUR_PROBE | \
     NEIGHBOUR_STALE | NEIGHBOUR_DELAY)
#define NONE (-1)

struct contest {
    struct route_walk *walk;
    const struct route *winner;  // of the table: it stands where nothing better is found
    const struct route **routes; // those that are weighed, in the kernel's order
    int count;
};

// --- Which are weighed ---------------------------------------------------------------------------

static bool is_dead(const struct route *route) {
    const struct route_shared *shared = route->shared;
    for (size_t i = 0; i < shared->nexthop_count; i++) {
        bool link_only = shared->nexthops[i].flags & ROUTE_LINKDOWN;
        if (!(shared->nexthops[i].flags & ROUTE_DEAD) || link_only)
            return false;
    }
    return shared->nexthop_count > 0;
}

static bool is_gatewayed(const struct route *route, uint8_t scope) {
    const struct route_shared *shared = route->shared;
    return shared->type == ROUTE_UNICAST && shared->scope == scope && shared->nexthop_count > 0 &&
           shared->nexthops[0].gateway.family != ADDRESS_NONE;
}

// The routes of the group, while they come to the metric of the one before or are for another TOS.
static void collect(struct contest *contest, const struct route_trie *trie,
                    const struct route_group *group) {
    uint32_t metric = contest->winner->shared->metric;
    uint8_t tos = 0;
    for (uint32_t n = 0; n < group->count; n++) {
        const struct route *route = route_trie_route(trie, group->first + n);
        if (!route_fits_tos(contest->walk, route) || is_dead(route))
            continue;
        if (route->shared->metric > metric && route->tos == tos) {
            if (tos)
                continue;
            return;
        }
        metric = route->shared->metric;
        tos = route->tos;
        if (!is_gatewayed(route, contest->winner->shared->scope))
            continue;
        // Another one than the table gave comes first: it stays as it is.
        if (contest->count == 0 && route->shared != contest->winner->shared)
            return;
        contest->routes[contest->count++] = route;
    }
}

// --- Which one it is -----------------------------------------------------------------------------

static const struct neighbour *gateway_of(const struct contest *contest, int place) {
    const struct route_nexthop *nexthop = &contest->routes[place]->shared->nexthops[0];
    const struct table *neighbours = contest->walk->world->neighbours;
    return neighbours ? neighbour_find(neighbours, nexthop->ifindex, &nexthop->gateway) : NULL;
}

static bool is_alive(const struct neighbour *gateway, int place, int last) {
    return !gateway || gateway->state == NEIGHBOUR_REACHABLE ||
           (gateway->state & VALID && place != last);
}

// The place of the route that is taken if the last one was at that place.
static int choose(const struct contest *contest, int last) {
    int resort = NONE;
    for (int place = 0; place < contest->count; place++) {
        const struct neighbour *gateway = gateway_of(contest, place);
        if (is_alive(gateway, place, last))
            return place;
        bool untried = resort == NONE && place > last && gateway->state != NEIGHBOUR_INCOMPLETE;
        if (gateway->state & VALID || untried)
            resort = place;
    }
    return resort == NONE ? 0 : resort;
}

// Marks the places that can be; returns how many. Routes may have gone: the last one may have stood
// behind all that are left.
static int find_chosen(const struct contest *contest, bool *chosen) {
    int count = 0;
    for (int last = NONE; last <= contest->count; last++) {
        int place = choose(contest, last);
        count += !chosen[place];
        chosen[place] = true;
    }
    return count;
}

// --- Words ---------------------------------------------------------------------------------------

static const char *describe(const struct contest *contest, int place) {
    const struct neighbour *gateway = gateway_of(contest, place);
    return gateway ? route_neighbour_state(gateway) : "not known, which counts as alive";
}

static void explain(const struct contest *contest, const bool *chosen, int count) {
    route_walk_note(contest->walk, ROUTE_STEP_PASSED,
                    "%d default routes compete: the kernel chooses by the state of their gateways",
                    contest->count);
    for (int place = 0; place < contest->count; place++) {
        const char *words = !chosen[place] ? "not taken" : count == 1 ? "taken" : "may be taken";
        route_walk_route(contest->walk, chosen[place] ? ROUTE_STEP_TAKEN : ROUTE_STEP_PASSED,
                         contest->routes[place], "%s: the gateway is %s", words,
                         describe(contest, place));
    }
    if (count > 1)
        route_walk_note(contest->walk, ROUTE_STEP_PASSED,
                        "which of them depends on which one was taken last, and that the kernel "
                        "keeps to itself");
}

// --- The whole -----------------------------------------------------------------------------------

static struct route_found settle(const struct contest *contest, struct route_found found) {
    struct route_decision *decision = contest->walk->decision;
    bool *chosen = arena_alloc(&decision->arena, (size_t)contest->count * sizeof(*chosen));
    if (!chosen) {
        contest->walk->failed = true;
        return found;
    }
    explain(contest, chosen, find_chosen(contest, chosen));
    size_t kept = 0;
    for (int place = 0; place < contest->count; place++) {
        if (chosen[place])
            contest->routes[kept++] = contest->routes[place];
    }
    found.route = contest->routes[0];
    decision->given = contest->winner;
    decision->rivals = contest->routes + 1;
    decision->rival_count = kept - 1;
    return found;
}

struct route_found route_default4(struct route_walk *walk, struct route_found found) {
    if (found.error != 0 || !found.route || found.route->dst_len != 0 ||
        found.type != ROUTE_UNICAST || found.route->shared->nexthop_count != 1)
        return found;
    const struct route_trie *trie = route_trie_of(walk->world->routes);
    const struct route_trie_part part = {found.route->shared->table, ROUTE_IPV4, false};
    struct route_group groups[ROUTE_GROUPS_MAX];
    size_t count = trie ? route_trie_find(trie, &part, &walk->flow.dst, groups) : 0;
    if (count == 0)
        return found;
    const struct route_group *group = &groups[count - 1];
    struct contest contest = {.walk = walk, .winner = found.route};
    contest.routes =
        arena_alloc(&walk->decision->arena, group->count * sizeof(const struct route *));
    if (!contest.routes) {
        walk->failed = true;
        return found;
    }
    collect(&contest, trie, group);
    return contest.count > 1 ? settle(&contest, found) : found;
}
