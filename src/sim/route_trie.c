// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/route_trie.h"

#include <stdlib.h>
#include <string.h>

#define PROTOCOL_KERNEL 2 // RTPROT_KERNEL
#define PLACE_BITS      28
#define PLACES_MAX      (UINT32_C(1) << PLACE_BITS)

// A prefix that has routes, or at which two ways part. The nodes stand in preorder, so that the
// left child (the next bit is 0) is simply the next node, if it is inside of this one; the bits of
// the prefix are those of its first route's destination.
struct trie_node {
    uint64_t first : PLACE_BITS; // place of the first route inside of the prefix
    uint64_t right : PLACE_BITS; // the child whose next bit is 1; 0: none
    uint64_t length : 8;         // of the prefix, bits
};

// A part of the table: its nodes and its routes are one stretch each.
struct root {
    struct route_trie_part part;
    uint32_t node, node_end;
    uint32_t place_end;
};

struct route_trie {
    struct table_index index;
    const struct route *routes; // the rows
    uint32_t *order;            // rows by part, destination, length; equal ones as they came
    uint32_t order_count;
    struct trie_node *nodes;
    uint32_t node_count, node_capacity;
    struct root *roots;
    size_t root_count;
    bool has_own_local;
};

const struct route *route_trie_route(const struct route_trie *trie, uint32_t place) {
    return &trie->routes[trie->order[place]];
}

// --- Order ---------------------------------------------------------------------------------------

static struct route_trie_part part_of(const struct route *route) {
    return (struct route_trie_part){route->shared->table, route->shared->family,
                                    route->shared->flags & ROUTE_CLONED};
}

static int compare_parts(const struct route_trie_part *a, const struct route_trie_part *b) {
    if (a->family != b->family)
        return a->family < b->family ? -1 : 1;
    if (a->table != b->table)
        return a->table < b->table ? -1 : 1;
    return (int)a->cached - (int)b->cached;
}

static int compare_routes(const struct route *a, const struct route *b) {
    if (a->shared != b->shared) {
        struct route_trie_part part_a = part_of(a), part_b = part_of(b);
        int difference = compare_parts(&part_a, &part_b);
        if (difference)
            return difference;
    }
    int difference = memcmp(a->dst, b->dst, sizeof(a->dst));
    return difference ? difference : (int)a->dst_len - (int)b->dst_len;
}

static int compare_rows(const void *a, const void *b, void *routes) {
    uint32_t row_a = *(const uint32_t *)a, row_b = *(const uint32_t *)b;
    int difference =
        compare_routes((const struct route *)routes + row_a, (const struct route *)routes + row_b);
    return difference ? difference : row_a < row_b ? -1 : row_a > row_b;
}

static bool is_routed(const struct route *route) {
    return (route->shared->family == ROUTE_IPV4 && route->dst_len <= 32) ||
           (route->shared->family == ROUTE_IPV6 && route->dst_len <= 128);
}

static bool is_own_local(const struct route *route) {
    return route->shared->family == ROUTE_IPV4 && route->shared->type == ROUTE_LOCAL &&
           route->shared->protocol != PROTOCOL_KERNEL && !(route->shared->flags & ROUTE_CLONED);
}

static bool order_routes(struct route_trie *trie, const struct table *table) {
    if (table->count >= PLACES_MAX / 2)
        return false;
    trie->routes = table->rows;
    trie->order = calloc(table->count + 1, sizeof(*trie->order));
    if (!trie->order)
        return false;
    for (uint32_t i = 0; i < table->count; i++) {
        if (is_routed(&trie->routes[i]))
            trie->order[trie->order_count++] = i;
        trie->has_own_local |= is_own_local(&trie->routes[i]);
    }
    qsort_r(trie->order, trie->order_count, sizeof(*trie->order), compare_rows, table->rows);
    return true;
}

// --- Building ------------------------------------------------------------------------------------

static bool bit_at(const uint8_t *bytes, unsigned bit) {
    return bytes[bit / 8] >> (7 - bit % 8) & 1;
}

// How many bits the two have in common, max at most.
static unsigned common_bits(const uint8_t *a, const uint8_t *b, unsigned max) {
    unsigned bits = 0;
    while (bits < max && a[bits / 8] == b[bits / 8])
        bits += 8;
    if (bits < max)
        bits += (unsigned)__builtin_clz((unsigned)(a[bits / 8] ^ b[bits / 8])) - 24;
    return bits < max ? bits : max;
}

static struct trie_node *add_node(struct route_trie *trie) {
    if (trie->node_count == trie->node_capacity) {
        uint32_t capacity = trie->node_capacity ? trie->node_capacity * 2 : 64;
        struct trie_node *nodes = reallocarray(trie->nodes, capacity, sizeof(*nodes));
        if (!nodes)
            return NULL;
        trie->nodes = nodes;
        trie->node_capacity = capacity;
    }
    return &trie->nodes[trie->node_count++];
}

// The place behind the routes of the first one's prefix.
static uint32_t group_end(const struct route_trie *trie, uint32_t first, uint32_t end) {
    uint32_t place = first + 1;
    while (place < end &&
           compare_routes(route_trie_route(trie, first), route_trie_route(trie, place)) == 0)
        place++;
    return place;
}

// The first place from which on the bit is 1.
static uint32_t find_split(const struct route_trie *trie, uint32_t first, uint32_t end,
                           unsigned bit) {
    while (first < end) {
        uint32_t middle = first + (end - first) / 2;
        if (bit_at(route_trie_route(trie, middle)->dst, bit))
            end = middle;
        else
            first = middle + 1;
    }
    return first;
}

// Adds the nodes for the routes from first to end, of which there is at least one. A route that
// contains all others is the first of them: what it leaves open is zero, and shorter ones come
// before longer ones. Calls itself as deep as prefixes are nested: 129 times at most.
static bool build(struct route_trie *trie, uint32_t first, uint32_t end) {
    const struct route *lowest = route_trie_route(trie, first);
    unsigned length =
        common_bits(lowest->dst, route_trie_route(trie, end - 1)->dst, lowest->dst_len);
    uint32_t here = trie->node_count;
    struct trie_node *node = add_node(trie);
    if (!node)
        return false;
    *node = (struct trie_node){.first = first, .length = length};
    uint32_t rest = length == lowest->dst_len ? group_end(trie, first, end) : first;
    if (rest == end)
        return true;
    uint32_t split = find_split(trie, rest, end, length);
    if (split > rest && !build(trie, rest, split))
        return false;
    if (split == end)
        return true;
    trie->nodes[here].right = trie->node_count;
    return build(trie, split, end);
}

static uint32_t part_end(const struct route_trie *trie, uint32_t first) {
    struct route_trie_part part = part_of(route_trie_route(trie, first));
    uint32_t end = first;
    while (end < trie->order_count) {
        struct route_trie_part other = part_of(route_trie_route(trie, end));
        if (compare_parts(&part, &other) != 0)
            break;
        end++;
    }
    return end;
}

static bool build_part(struct route_trie *trie, uint32_t first, uint32_t end) {
    struct root *roots = reallocarray(trie->roots, trie->root_count + 1, sizeof(*roots));
    if (!roots)
        return false;
    trie->roots = roots;
    struct root *root = &roots[trie->root_count++];
    root->part = part_of(route_trie_route(trie, first));
    root->node = trie->node_count;
    root->place_end = end;
    if (!build(trie, first, end))
        return false;
    root->node_end = trie->node_count;
    return true;
}

static bool build_parts(struct route_trie *trie) {
    for (uint32_t first = 0, end; first < trie->order_count; first = end) {
        end = part_end(trie, first);
        if (!build_part(trie, first, end))
            return false;
    }
    struct trie_node *nodes = reallocarray(trie->nodes, trie->node_count + 1, sizeof(*nodes));
    if (nodes) {
        trie->nodes = nodes;
        trie->node_capacity = trie->node_count + 1;
    }
    return true;
}

static void free_trie(struct table_index *index) {
    struct route_trie *trie = (struct route_trie *)index;
    free(trie->order);
    free(trie->nodes);
    free(trie->roots);
    free(trie);
}

static struct table_index *make_trie(const struct table *table) {
    struct route_trie *trie = calloc(1, sizeof(*trie));
    if (!trie)
        return NULL;
    if (order_routes(trie, table) && build_parts(trie))
        return &trie->index;
    free_trie(&trie->index);
    return NULL;
}

static const struct table_index_type trie_type = {make_trie, free_trie};

const struct route_trie *route_trie_of(const struct table *routes) {
    return (const struct route_trie *)table_index(routes, &trie_type);
}

// --- Finding -------------------------------------------------------------------------------------

static const struct root *find_root(const struct route_trie *trie,
                                    const struct route_trie_part *part) {
    size_t low = 0, high = trie->root_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int difference = compare_parts(&trie->roots[middle].part, part);
        if (difference == 0)
            return &trie->roots[middle];
        if (difference < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static void reverse(struct route_group *groups, size_t count) {
    for (size_t i = 0; i < count / 2; i++) {
        struct route_group other = groups[count - 1 - i];
        groups[count - 1 - i] = groups[i];
        groups[i] = other;
    }
}

size_t route_trie_find(const struct route_trie *trie, const struct route_trie_part *part,
                       const struct address *address, struct route_group groups[ROUTE_GROUPS_MAX]) {
    const struct root *root = find_root(trie, part);
    unsigned bits = (unsigned)address_size(address) * 8;
    size_t count = 0;
    uint32_t at = root ? root->node : 0, end = root ? root->node_end : 0;
    while (at < end) {
        const struct trie_node *node = &trie->nodes[at];
        const struct route *first = route_trie_route(trie, node->first);
        // The next node of one that has no left child is some other's right one: it does not
        // contain the address either.
        if (common_bits(first->dst, address->bytes, node->length) < node->length)
            break;
        if (first->dst_len == node->length)
            groups[count++] = (struct route_group){
                node->first, group_end(trie, node->first, root->place_end) - node->first,
                (uint8_t)node->length};
        if (node->length >= bits)
            break;
        bool right = bit_at(address->bytes, node->length);
        if (right && node->right == 0)
            break;
        at = right ? (uint32_t)node->right : at + 1;
    }
    reverse(groups, count);
    return count;
}

bool route_trie_has_own_local(const struct route_trie *trie) {
    return trie->has_own_local;
}

size_t route_trie_size(const struct route_trie *trie) {
    return sizeof(*trie) + trie->order_count * sizeof(*trie->order) +
           trie->node_capacity * sizeof(*trie->nodes) + trie->root_count * sizeof(*trie->roots);
}
