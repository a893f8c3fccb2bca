// SPDX-License-Identifier: GPL-2.0-or-later
// What has to be known of a namespace to read its routes, rules and nexthops: what things are
// called, and in which order tables are looked up.
#ifndef SOURCE_ROUTE_CONTEXT_H
#define SOURCE_ROUTE_CONTEXT_H

#include <stddef.h>
#include <stdint.h>

#include "model/table.h"
#include "source/netlink.h"
#include "source/route_names.h"

struct route_link {
    int32_t ifindex;
    const char *name;
    uint32_t vrf_table; // 0: it is no VRF
};

// The first rule that leads to a table.
struct route_rank {
    uint32_t table;
    uint8_t family; // enum route_family
    uint32_t rank;  // its place among the family's rules, from 1
    uint32_t priority;
};

struct route_context {
    struct arena arena;
    const struct route_names *names;
    struct route_link *links; // in order of ifindex
    size_t link_count, link_capacity;
    struct route_rank *ranks;
    size_t rank_count, rank_capacity;
};

// A context of zeroes, with the names of files, and the interfaces of the namespace of that socket.
// Returns 0 or -errno; route_context_done follows in any case.
int route_context_read(struct route_context *context, struct netlink *netlink, struct error *err);
void route_context_done(struct route_context *context);

// Adds the ranks of tables by these rules, a table of routing_rule_kind in the order in which the
// kernel goes through them. Pure. Returns 0 or -ENOMEM.
int route_context_rank(struct route_context *context, const struct table *rules);

// The first rule that leads to the table, or NULL. Pure.
const struct route_rank *route_context_find_rank(const struct route_context *context,
                                                 uint8_t family, uint32_t table);

// A copy of the interface's name in the arena, "if12" where it has gone; NULL when memory is out.
// Pure.
const char *route_context_dev(const struct route_context *context, int32_t ifindex,
                              struct arena *arena);

#endif
