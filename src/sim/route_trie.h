// SPDX-License-Identifier: GPL-2.0-or-later
// Which routes contain an address: a path-compressed binary trie over a table of routes, made once
// (table_index) and in bulk. It takes at most 20 bytes a route, and usually 16.
#ifndef SIM_ROUTE_TRIE_H
#define SIM_ROUTE_TRIE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "model/route.h"
#include "model/table.h"

struct route_trie;

// Which part of a table of routes: one routing table of one family, and in it the routes or what
// the kernel remembers beside them.
struct route_trie_part {
    uint32_t table;
    uint8_t family; // enum route_family, of IPv4 and IPv6
    bool cached;    // path MTUs and redirects (ROUTE_CLONED), not routes
};

// The routes to one prefix, in the order in which the kernel gave them, which is the one in which
// it looks at them. Each is route_trie_route(trie, first + n).
struct route_group {
    uint32_t first;
    uint32_t count;
    uint8_t length; // of the prefix, bits
};

// As many prefixes as can contain one address: one of each length.
#define ROUTE_GROUPS_MAX 129

// The trie of a table of kind routes, made if it was not yet; NULL when memory is out. It belongs
// to the table.
const struct route_trie *route_trie_of(const struct table *routes);

// Finds the prefixes that contain the address, the longest first. Returns how many there are.
size_t route_trie_find(const struct route_trie *trie, const struct route_trie_part *part,
                       const struct address *address, struct route_group groups[ROUTE_GROUPS_MAX]);

// The route at a place of a group.
const struct route *route_trie_route(const struct route_trie *trie, uint32_t place);

// True if there is an IPv4 route of type local that the kernel did not make itself.
bool route_trie_has_own_local(const struct route_trie *trie);

// What the trie takes, in bytes, for those who measure.
size_t route_trie_size(const struct route_trie *trie);

#endif
