// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/route_compare.h"

#include <errno.h>
#include <string.h>

#include "sim/route_trie.h"

static void differ(struct buffer *difference, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void differ(struct buffer *difference, const char *format, ...) {
    va_list args;
    va_start(args, format);
    buffer_puts(difference, difference->len > 0 ? "; " : "");
    buffer_vprintf(difference, format, args);
    va_end(args);
}

static void differ_address(struct buffer *difference, const char *what, const struct address *ours,
                           const struct address *kernels) {
    struct buffer a = BUFFER_INIT, b = BUFFER_INIT;
    address_format(ours, &a);
    address_format(kernels, &b);
    differ(difference, "%s: %s here, %s by the kernel", what, a.len ? buffer_text(&a) : "none",
           b.len ? buffer_text(&b) : "none");
    buffer_done(&a);
    buffer_done(&b);
}

// --- Errors --------------------------------------------------------------------------------------

// Kernels have changed the number for a martian source: 6.14 made every one of them EINVAL.
static bool same_error(int ours, int kernels) {
    return ours == kernels || (ours == -EINVAL && kernels == -EXDEV);
}

// --- The route -----------------------------------------------------------------------------------

// Whether a nexthop of the route is that one, of whatever weight.
static bool leads_to(const struct route *route, const struct route_nexthop *wanted) {
    for (size_t i = 0; i < route->shared->nexthop_count; i++) {
        const struct route_nexthop *nexthop = &route->shared->nexthops[i];
        if (nexthop->ifindex == wanted->ifindex &&
            address_compare(&nexthop->gateway, &wanted->gateway) == 0)
            return true;
    }
    return false;
}

static bool has_nexthop(const struct route *route, const struct route_nexthop *wanted) {
    for (size_t i = 0; i < route->shared->nexthop_count; i++) {
        const struct route_nexthop *nexthop = &route->shared->nexthops[i];
        if (nexthop->ifindex == wanted->ifindex && nexthop->weight == wanted->weight &&
            address_compare(&nexthop->gateway, &wanted->gateway) == 0)
            return true;
    }
    return false;
}

static bool same_nexthops(const struct route *a, const struct route *b) {
    if (a->shared->nexthop_count != b->shared->nexthop_count)
        return false;
    for (size_t i = 0; i < a->shared->nexthop_count; i++) {
        if (!has_nexthop(b, &a->shared->nexthops[i]))
            return false;
    }
    return a->shared->nexthop_id.known == b->shared->nexthop_id.known &&
           a->shared->nexthop_id.value == b->shared->nexthop_id.value;
}

// The one of the routes that it may be that the kernel names, if it names one.
static const struct route *find_match(const struct route_decision *decision,
                                      const struct route *kernels) {
    for (size_t i = 0; i < decision->rival_count; i++) {
        if (decision->rivals[i]->shared->metric == kernels->shared->metric &&
            same_nexthops(decision->rivals[i], kernels))
            return decision->rivals[i];
    }
    return decision->route;
}

static bool same_table(const struct route_decision *decision, uint32_t kernels) {
    uint32_t ours = decision->route->shared->table;
    return ours == kernels ||
           (decision->merged && ours == ROUTE_TABLE_LOCAL && kernels == ROUTE_TABLE_MAIN);
}

// --- Nexthop objects -----------------------------------------------------------------------------

// What a nexthop object leads to is kept with the object, and with it the route that used it first
// on the processor: of all IPv6 routes that share it, as itself or in a group, the kernel names
// that one (rt6_get_pcpu_route, net/ipv6/route.c). Which one that was it tells nobody.
static bool share_object(const struct route *a, const struct route *b) {
    if (a->shared->family != ROUTE_IPV6 || !a->shared->nexthop_id.known ||
        !b->shared->nexthop_id.known)
        return false;
    for (size_t i = 0; i < a->shared->nexthop_count; i++) {
        if (leads_to(b, &a->shared->nexthops[i]))
            return true;
    }
    return false;
}

static bool is_route(const struct route *route, const struct route *kernels) {
    const struct route_shared *a = route->shared, *b = kernels->shared;
    return a->metric == b->metric && a->type == b->type && a->src.length == b->src.length &&
           (a->src.length == 0 || prefix_compare(&a->src, &b->src) == 0) &&
           same_nexthops(route, kernels);
}

// Whether the route that the kernel names is one of the table.
static bool exists(const struct route_world *world, const struct route *kernels) {
    const struct prefix dst = route_destination(kernels);
    const struct route_trie_part part = {kernels->shared->table, ROUTE_IPV6, false};
    const struct route_trie *trie = world->routes ? route_trie_of(world->routes) : NULL;
    struct route_group groups[ROUTE_GROUPS_MAX];
    size_t count = trie ? route_trie_find(trie, &part, &dst.address, groups) : 0;
    for (size_t i = 0; i < count; i++) {
        for (uint32_t n = 0; groups[i].length == dst.length && n < groups[i].count; n++) {
            if (is_route(route_trie_route(trie, groups[i].first + n), kernels))
                return true;
        }
    }
    return false;
}

static bool stands_for(const struct route_world *world, const struct route *ours,
                       const struct route *kernels) {
    return share_object(ours, kernels) && exists(world, kernels);
}

// --- The table's route ---------------------------------------------------------------------------

static void compare_match(const struct route_world *world, const struct route_decision *decision,
                          const struct route *kernels, struct buffer *difference) {
    const struct route *ours = find_match(decision, kernels);
    if (stands_for(world, ours, kernels))
        return;
    const struct route_shared *a = ours->shared, *b = kernels->shared;
    const struct prefix dst_a = route_destination(ours), dst_b = route_destination(kernels);
    if (!same_table(decision, b->table))
        differ(difference, "table: %u here, %u by the kernel", a->table, b->table);
    if (prefix_compare(&dst_a, &dst_b) != 0) {
        struct buffer text = BUFFER_INIT;
        prefix_format(&dst_a, &text);
        buffer_puts(&text, " here, ");
        prefix_format(&dst_b, &text);
        differ(difference, "destination: %s by the kernel", buffer_text(&text));
        buffer_done(&text);
    }
    if (a->src.length != b->src.length || (a->src.length && prefix_compare(&a->src, &b->src) != 0))
        differ(difference, "source prefix: /%u here, /%u by the kernel", a->src.length,
               b->src.length);
    if (a->metric != b->metric)
        differ(difference, "metric: %u here, %u by the kernel", a->metric, b->metric);
    // Where gateways decide, the kernel goes on naming the TOS of the route that the table gave.
    uint8_t tos = decision->given ? decision->given->tos : ours->tos;
    if (tos != kernels->tos)
        differ(difference, "tos: 0x%02x here, 0x%02x by the kernel", tos, kernels->tos);
    if (decision->type != b->type)
        differ(difference, "type: %s here, %s by the kernel", route_type_name(decision->type),
               route_type_name(b->type));
    else if (!same_nexthops(ours, kernels))
        differ(difference, "the nexthops are others");
}

// Whether the kernel refuses the packet on one of several ways.
static bool may_refuse(const struct route_decision *decision) {
    for (size_t i = 0; i < decision->way_count; i++) {
        if (decision->ways[i].refused)
            return true;
    }
    return false;
}

static void compare_errors(const struct route_decision *decision, const struct route_reply *reply,
                           struct buffer *difference) {
    int ours = decision->error;
    if (same_error(ours, reply->error) ||
        (may_refuse(decision) && same_error(-EINVAL, reply->error)))
        return;
    differ(difference, "%s here, %s by the kernel", ours ? strerror(-ours) : "a route",
           reply->error ? reply->words : "a route");
}

// --- What it comes to ----------------------------------------------------------------------------

static bool is_way(const struct route_way *way, const struct route *kernels) {
    const struct route_shared *shared = kernels->shared;
    const struct route_nexthop *nexthop = shared->nexthop_count ? &shared->nexthops[0] : NULL;
    return way->usable && way->link && nexthop && way->link->ifindex == nexthop->ifindex &&
           address_compare(&way->gateway, &nexthop->gateway) == 0;
}

static bool same_source(const struct route_way *way, const struct route *kernels) {
    return address_compare(&way->source, &kernels->shared->prefsrc) == 0;
}

// The way that the kernel took, NULL: none that we have. Ways of different routes can differ in
// nothing but the source.
static const struct route_way *find_taken(const struct route_decision *decision,
                                          const struct route *kernels) {
    const struct route_way *taken = NULL;
    for (size_t i = 0; i < decision->way_count; i++) {
        const struct route_way *way = &decision->ways[i];
        if (is_way(way, kernels) && (!taken || same_source(way, kernels)))
            taken = way;
    }
    return taken;
}

static void compare_resolved(const struct route_decision *decision, const struct route *kernels,
                             struct buffer *difference) {
    const struct route_way *way = find_taken(decision, kernels);
    const struct address *source = &kernels->shared->prefsrc;
    if (!way)
        differ(difference, "the kernel goes on where no way leads here");
    else if (source->family != ADDRESS_NONE && !decision->question.iif &&
             decision->question.from.family == ADDRESS_NONE && !same_source(way, kernels))
        differ_address(difference, "source", &way->source, source);
    // A nexthop object keeps the metrics of the route that used it first, for all that share it.
    const struct maybe *mtu = &kernels->shared->metrics.mtu;
    bool shared = way && way->route && way->route->shared->nexthop_id.known;
    if (way && !shared && mtu->known && way->mtu && mtu->value != way->mtu)
        differ(difference, "mtu: %u here, %u by the kernel", way->mtu, (unsigned)mtu->value);
}

// For IPv6 multicast that comes in, the kernel asks multicast routing, and says that the answer is
// too long where there is none (rt6_fill_node, net/ipv6/route.c). For IPv4 multicast it counts
// which groups were joined, which is not read.
static bool is_unsaid(const struct route_decision *decision, const struct route_answer *answer) {
    const struct route_question *question = &decision->question;
    if (!question->iif)
        return false;
    if (question->dst.family == ADDRESS_IPV6)
        return question->dst.bytes[0] == 0xff && answer->match.error == -EMSGSIZE;
    return (question->dst.bytes[0] & 0xf0) == 224 && answer->resolved.error == 0;
}

bool route_compare(const struct route_world *world, const struct route_decision *decision,
                   const struct route_answer *answer, struct buffer *ret_difference) {
    size_t before = ret_difference->len;
    if (is_unsaid(decision, answer))
        return true;
    compare_errors(decision, &answer->resolved, ret_difference);
    // With no route and no error, a packet goes to the link all the same: then it matches none.
    if (decision->route && decision->error == 0 && answer->match.error == 0)
        compare_match(world, decision, answer->match.route, ret_difference);
    else if (decision->route && decision->error == 0 && answer->resolved.error == 0)
        differ(ret_difference, "a route here, none by the kernel: %s", answer->match.words);
    else if (!decision->route && answer->match.error == 0)
        differ(ret_difference, "no route here, one by the kernel");
    if (decision->error == 0 && answer->resolved.error == 0)
        compare_resolved(decision, answer->resolved.route, ret_difference);
    return ret_difference->len == before;
}
