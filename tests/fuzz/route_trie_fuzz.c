// SPDX-License-Identifier: GPL-2.0-or-later
// Random routes in a trie: it finds what a scan of all of them finds, and a decision over them
// ends.
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sim/route_decision.h"
#include "sim/route_trie.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Six bytes of the input: a table, a length, four bytes of the destination.
#define ROUTE_BYTES 6

static const struct route_nexthop nexthop = {.ifindex = 1, .weight = 1};

static const struct route_shared parts[] = {
    {.table = 254,
     .family = ROUTE_IPV4,
     .type = ROUTE_UNICAST,
     .nexthops = &nexthop,
     .nexthop_count = 1},
    {.table = 255, .family = ROUTE_IPV4, .type = ROUTE_THROW},
    {.table = 254,
     .family = ROUTE_IPV6,
     .type = ROUTE_UNICAST,
     .nexthops = &nexthop,
     .nexthop_count = 1,
     .src = {{ADDRESS_IPV6, {0x20}}, 3}},
    {.table = 254, .family = ROUTE_IPV6, .type = ROUTE_BLACKHOLE, .metric = 9},
    {.table = 254, .family = ROUTE_MPLS, .type = ROUTE_UNICAST},
};

static struct table *make_table(const uint8_t *data, size_t size) {
    struct table *table = table_new(&route_kind);
    for (; size >= ROUTE_BYTES; data += ROUTE_BYTES, size -= ROUTE_BYTES) {
        struct route *route = table_add(table);
        route->shared = &parts[data[0] % (sizeof(parts) / sizeof(parts[0]))];
        route->dst_len = data[1];
        memcpy(route->dst, data + 2, 4);
        // As the kernel has them: what the length leaves open is zero.
        for (unsigned bit = route->dst_len; bit < 32; bit++)
            route->dst[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
    }
    return table;
}

static size_t scan(const struct table *table, const struct route_trie_part *part,
                   const struct address *address) {
    size_t count = 0;
    for (size_t i = 0; i < table->count; i++) {
        const struct route *route = table_row(table, i);
        const struct prefix prefix = route_destination(route);
        count += route->shared->table == part->table && route->shared->family == part->family &&
                 prefix.length <= address_size(address) * 8 && prefix_contains(&prefix, address);
    }
    return count;
}

static size_t find(const struct table *table, const struct route_trie_part *part,
                   const struct address *address) {
    struct route_group groups[ROUTE_GROUPS_MAX];
    size_t count = 0, found = route_trie_find(route_trie_of(table), part, address, groups);
    for (size_t i = 0; i < found; i++)
        count += groups[i].count;
    return count;
}

static void decide(const struct table *table, const struct address *address) {
    const struct route_world world = {.routes = table};
    const struct route_question question = {.dst = *address};
    struct route_decision decision;
    if (route_decide(&world, &question, &decision, NULL) < 0)
        abort();
    route_decision_done(&decision);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 4)
        return 0;
    struct table *table = make_table(data + 4, size - 4);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        const struct route_trie_part part = {parts[i].table, parts[i].family, false};
        struct address address = {.family =
                                      part.family == ROUTE_IPV4 ? ADDRESS_IPV4 : ADDRESS_IPV6};
        memcpy(address.bytes, data, 4);
        if (part.family != ROUTE_MPLS &&
            find(table, &part, &address) != scan(table, &part, &address))
            abort();
        decide(table, &address);
    }
    table_unref(table);
    return 0;
}
