// SPDX-License-Identifier: GPL-2.0-or-later
// Which route an IPv4 table gives (fib_table_lookup, net/ipv4/fib_trie.c): the longest prefix
// first, in a prefix the order in which the kernel has them: by TOS, then metric.
#include <errno.h>
#include <string.h>

#include "sim/route_walk.h"

#define TOS_ROUTE_MASK 0x1c // what a route's TOS is compared with (INET_DSCP_LEGACY_TOS_MASK)

int route_type_error(uint8_t type) {
    switch ((enum route_type)type) {
    case ROUTE_BLACKHOLE:
    case ROUTE_NAT:
    case ROUTE_XRESOLVE:
        return -EINVAL;
    case ROUTE_UNREACHABLE:
        return -EHOSTUNREACH;
    case ROUTE_PROHIBIT:
        return -EACCES;
    case ROUTE_THROW:
        return ROUTE_NO_TARGET;
    case ROUTE_UNSPEC:
    case ROUTE_UNICAST:
    case ROUTE_LOCAL:
    case ROUTE_BROADCAST:
    case ROUTE_ANYCAST:
    case ROUTE_MULTICAST:
        return 0;
    }
    return -EINVAL;
}

const char *route_nexthop_trouble(struct route_walk *walk, const struct route_nexthop *nexthop) {
    if (!(nexthop->flags & ROUTE_DEAD))
        return NULL;
    const char *name = route_walk_name(walk, nexthop->ifindex);
    const char *words =
        nexthop->flags & ROUTE_LINKDOWN
            ? arena_printf(&walk->decision->arena,
                           "%s has no carrier, and routes through such do not count", name)
            : arena_printf(&walk->decision->arena, "%s is down", name);
    return words ? words : "";
}

// Why none of the route's nexthops can be taken; NULL: one can.
static const char *check_nexthops(struct route_walk *walk, const struct route *route) {
    const char *trouble = "it leads nowhere";
    for (size_t i = 0; i < route->shared->nexthop_count; i++) {
        const struct route_nexthop *nexthop = &route->shared->nexthops[i];
        const char *dead = route_nexthop_trouble(walk, nexthop);
        if (!dead && (walk->flow.oif == 0 || walk->flow.oif == nexthop->ifindex))
            return NULL;
        trouble = dead ? dead : "it leads through another interface than the one asked for";
    }
    return trouble;
}

bool route_fits_tos(const struct route_walk *walk, const struct route *route) {
    return !route->tos || route->tos == (walk->flow.tos & TOS_ROUTE_MASK);
}

// Why the route is passed over; NULL: it is the one.
static const char *check_route(struct route_walk *walk, const struct route *route) {
    if (!route_fits_tos(walk, route))
        return "it is for packets of another TOS";
    return route_type_error(route->shared->type) == 0 ? check_nexthops(walk, route) : NULL;
}

// --- Those that come after the one that is taken -------------------------------------------------

void route_explain_loser(struct route_walk *walk, const struct route *loser,
                         const struct route *winner) {
    if (loser->dst_len < winner->dst_len)
        route_walk_route(walk, ROUTE_STEP_PASSED, loser, "shorter prefix: /%u against /%u",
                         loser->dst_len, winner->dst_len);
    else if (loser->shared->table != winner->shared->table)
        route_walk_route(walk, ROUTE_STEP_PASSED, loser, "the same prefix, in a later table");
    else if (loser->tos < winner->tos)
        route_walk_route(walk, ROUTE_STEP_PASSED, loser, "another is for just this TOS");
    else if (loser->shared->metric > winner->shared->metric)
        route_walk_route(walk, ROUTE_STEP_PASSED, loser, "higher metric: %u against %u",
                         loser->shared->metric, winner->shared->metric);
    else
        route_walk_route(walk, ROUTE_STEP_PASSED, loser, "the same metric, added later");
}

// --- The candidates ------------------------------------------------------------------------------

struct candidates {
    const struct route_trie *trie;
    struct route_group groups[2 * ROUTE_GROUPS_MAX];
    size_t count;
};

// Adds the groups of a second table, which are in order, where they belong: before shorter ones,
// after those of the first table that are as long.
static void merge(struct candidates *candidates, const struct route_group *groups, size_t count) {
    size_t from = candidates->count, to = candidates->count + count;
    candidates->count = to;
    while (count > 0) {
        bool later = from > 0 && candidates->groups[from - 1].length < groups[count - 1].length;
        candidates->groups[--to] = later ? candidates->groups[--from] : groups[--count];
    }
}

static void find_candidates(const struct route_walk *walk, const uint32_t *tables, size_t count,
                            struct candidates *candidates) {
    struct route_group groups[ROUTE_GROUPS_MAX];
    candidates->count = 0;
    candidates->trie = walk->world->routes ? route_trie_of(walk->world->routes) : NULL;
    for (size_t i = 0; candidates->trie && i < count; i++) {
        const struct route_trie_part part = {tables[i], ROUTE_IPV4, false};
        merge(candidates, groups,
              route_trie_find(candidates->trie, &part, &walk->flow.dst, groups));
    }
}

static struct route_found take(struct route_walk *walk, const struct route *route) {
    int error = route_type_error(route->shared->type);
    const char *type = route_type_name(route->shared->type);
    if (error == ROUTE_NO_TARGET)
        route_walk_route(walk, ROUTE_STEP_TAKEN, route, "taken: throw, so the next rule decides");
    else if (error)
        route_walk_route(walk, ROUTE_STEP_ENDED, route, "taken: %s", type);
    else
        route_walk_route(walk, ROUTE_STEP_TAKEN, route, "taken");
    return (struct route_found){.error = error, .type = route->shared->type, .route = route};
}

// The kernel goes through the routes whose destinations begin at the same address, of whatever
// length, in one go, and leaves off where one has a nexthop object that cannot be used.
static bool is_left_off(const struct route *route, const struct route *object) {
    return object && memcmp(route->dst, object->dst, sizeof(route->dst)) == 0;
}

struct selection {
    struct route_walk *walk;
    const struct route *winner;
    const struct route *object; // the last one passed over for its nexthop object
    struct route_found found;
};

static void consider(struct selection *selection, const struct route *route) {
    struct route_walk *walk = selection->walk;
    if (selection->winner) {
        route_explain_loser(walk, route, selection->winner);
        return;
    }
    const char *trouble = is_left_off(route, selection->object)
                              ? "passed over with the one before, whose nexthop object is no way"
                              : check_route(walk, route);
    if (!trouble) {
        selection->winner = route;
        selection->found = take(walk, route);
        return;
    }
    bool object = route->shared->nexthop_id.known && route_fits_tos(walk, route);
    if (object && !is_left_off(route, selection->object))
        selection->object = route;
    route_walk_route(walk, ROUTE_STEP_PASSED, route, "%s", trouble);
}

struct route_found route_select4(struct route_walk *walk, const uint32_t *tables, size_t count) {
    struct selection selection = {.walk = walk, .found.error = ROUTE_NO_TARGET};
    struct candidates candidates;
    find_candidates(walk, tables, count, &candidates);
    for (size_t i = 0; i < candidates.count && !(selection.winner && walk->quiet); i++) {
        const struct route_group *group = &candidates.groups[i];
        for (uint32_t n = 0; n < group->count; n++)
            consider(&selection, route_trie_route(candidates.trie, group->first + n));
    }
    // What was thrown back is no answer.
    if (selection.found.error == ROUTE_NO_TARGET)
        selection.found.route = NULL;
    return selection.found;
}
