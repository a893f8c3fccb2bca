// SPDX-License-Identifier: GPL-2.0-or-later
// What a context tells: names of interfaces, and which rule leads to a table first.
#include <errno.h>
#include <stdlib.h>

#include "model/routing_rule.h"
#include "source/route_context.h"

const struct route_rank *route_context_find_rank(const struct route_context *context,
                                                 uint8_t family, uint32_t table) {
    for (size_t i = 0; i < context->rank_count; i++) {
        if (context->ranks[i].table == table && context->ranks[i].family == family)
            return &context->ranks[i];
    }
    return NULL;
}

static int add_rank(struct route_context *context, const struct routing_rule *rule,
                    uint32_t table) {
    if (route_context_find_rank(context, rule->family, table))
        return 0;
    if (context->rank_count == context->rank_capacity) {
        size_t capacity = context->rank_capacity ? context->rank_capacity * 2 : 16;
        struct route_rank *ranks = reallocarray(context->ranks, capacity, sizeof(*ranks));
        if (!ranks)
            return -ENOMEM;
        context->ranks = ranks;
        context->rank_capacity = capacity;
    }
    context->ranks[context->rank_count++] = (struct route_rank){
        .table = table,
        .family = rule->family,
        .rank = rule->position + 1,
        .priority = rule->priority,
    };
    return 0;
}

// The rule of VRFs leads to the table of each of them.
static int add_vrfs(struct route_context *context, const struct routing_rule *rule) {
    int r = 0;
    for (size_t i = 0; i < context->link_count && r == 0; i++) {
        if (context->links[i].vrf_table != 0)
            r = add_rank(context, rule, context->links[i].vrf_table);
    }
    return r;
}

int route_context_rank(struct route_context *context, const struct table *rules) {
    int r = 0;
    for (size_t i = 0; i < rules->count && r == 0; i++) {
        const struct routing_rule *rule = table_row(rules, i);
        if (rule->action != ROUTING_TABLE)
            continue;
        r = rule->l3mdev ? add_vrfs(context, rule) : add_rank(context, rule, rule->table);
    }
    return r;
}

const char *route_context_dev(const struct route_context *context, int32_t ifindex,
                              struct arena *arena) {
    size_t low = 0, high = context->link_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (context->links[middle].ifindex < ifindex)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < context->link_count && context->links[low].ifindex == ifindex)
        return arena_strdup(arena, context->links[low].name);
    return arena_printf(arena, "if%d", ifindex);
}
