// SPDX-License-Identifier: GPL-2.0-or-later
// Where rows of netfilter lead: each view's targets, and how the place of each is found.
#include "panels/netfilter.h"

// --- Rules ---------------------------------------------------------------------------------------

// The set that holds the verdicts of an expression, or NULL.
static const struct nf_set *verdict_map(const struct nf_expr *expr) {
    bool is_map = expr->kind == NF_EXPR_LOOKUP && expr->lookup.destination == NF_REGISTER_VERDICT;
    return is_map ? expr->lookup.set : NULL;
}

// The chain that the rule calls, or the map of those that it may call.
static bool find_called(const struct row_ref *ref, struct panel_place *ret_place) {
    const struct nf_rule *rule = ((const struct nf_rule_row *)ref->row)->rule;
    for (size_t i = rule->expr_count; i-- > 0;) {
        const struct nf_expr *expr = &rule->exprs[i];
        const struct nf_set *map = verdict_map(expr);
        if (expr->kind == NF_EXPR_VERDICT && expr->verdict.chain)
            netfilter_place_chain(expr->verdict.chain, ref->netns->inode, ret_place);
        else if (map)
            netfilter_place_set(map, ref->netns->inode, ret_place);
        else
            continue;
        return true;
    }
    return false;
}

static bool find_looked_up(const struct row_ref *ref, struct panel_place *ret_place) {
    const struct nf_rule *rule = ((const struct nf_rule_row *)ref->row)->rule;
    for (size_t i = 0; i < rule->expr_count; i++) {
        const struct nf_expr *expr = &rule->exprs[i];
        if (expr->kind == NF_EXPR_LOOKUP && expr->lookup.set && !verdict_map(expr)) {
            netfilter_place_set(expr->lookup.set, ref->netns->inode, ret_place);
            return true;
        }
    }
    return false;
}

// --- The rest ------------------------------------------------------------------------------------

static bool go_to_rules(const struct row_ref *ref, const struct nf_chain *chain,
                        struct panel_place *ret_place) {
    if (chain)
        netfilter_place_chain(chain, ref->netns->inode, ret_place);
    return chain != NULL;
}

// A base chain is called by the kernel.
static bool go_to_callers(const struct row_ref *ref, const struct nf_chain *chain,
                          struct panel_place *ret_place) {
    if (!chain->is_base)
        netfilter_place_users(chain->table, chain->name, ref->netns->inode, ret_place);
    return !chain->is_base;
}

static bool go_to_users(const struct row_ref *ref, const struct nf_table *table, const char *name,
                        struct panel_place *ret_place) {
    netfilter_place_users(table, name, ref->netns->inode, ret_place);
    return true;
}

static bool go_to_elements(const struct row_ref *ref, const struct nf_set *set,
                           struct panel_place *ret_place) {
    netfilter_place_set(set, ref->netns->inode, ret_place);
    return true;
}

// A function that finds the place of a row of that type.
#define FIND(function, type, place)                                                  \
    static bool function(const struct row_ref *ref, struct panel_place *ret_place) { \
        const type *row = ref->row;                                                  \
        return place;                                                                \
    }
FIND(find_callers, struct nf_rule_row, go_to_callers(ref, row->chain, ret_place))
FIND(find_chain_rules, struct nf_chain_row, go_to_rules(ref, row->chain, ret_place))
FIND(find_chain_callers, struct nf_chain_row, go_to_callers(ref, row->chain, ret_place))
FIND(find_reference_rules, struct nf_reference_row,
     go_to_rules(ref, row->reference.chain, ret_place))
FIND(find_reference_callers, struct nf_reference_row,
     go_to_callers(ref, row->reference.chain, ret_place))
FIND(find_elements, struct nf_set_row, go_to_elements(ref, row->set, ret_place))
FIND(find_set_users, struct nf_set_row, go_to_users(ref, row->table, row->set->name, ret_place))
FIND(find_element_chain, struct nf_element_row,
     go_to_rules(ref, row->element->verdict.chain, ret_place))
FIND(find_element_users, struct nf_element_row,
     go_to_users(ref, row->table, row->set->name, ret_place))
FIND(find_object_users, struct nf_object_row,
     go_to_users(ref, row->table, row->object->name, ret_place))
FIND(find_flowtable_users, struct nf_flowtable_row,
     go_to_users(ref, row->table, row->flowtable->name, ret_place))
FIND(find_service_rules, struct nf_service_row, go_to_rules(ref, row->service.chain, ret_place))

const struct panel_target netfilter_rule_targets[] = {
    {.field = "text", .title = "the chain that the rule calls", .find = find_called},
    {.title = "the set that it looks into", .find = find_looked_up},
    {.field = "chain",
     .title = "the rules that call its chain",
     .find = find_callers,
     .users = true},
    {.find = NULL},
};

const struct panel_target netfilter_chain_targets[] = {
    {.field = "rules", .title = "the chain's rules", .find = find_chain_rules},
    {.title = "the rules that call it", .find = find_chain_callers, .users = true},
    {.find = NULL},
};

const struct panel_target netfilter_reference_targets[] = {
    {.field = "chain", .title = "the chain's rules", .find = find_reference_rules},
    {.title = "the rules that call it", .find = find_reference_callers, .users = true},
    {.find = NULL},
};

const struct panel_target netfilter_set_targets[] = {
    {.field = "elements", .title = "the set's elements", .find = find_elements},
    {.title = "the rules that use it", .find = find_set_users, .users = true},
    {.find = NULL},
};

const struct panel_target netfilter_element_targets[] = {
    {.title = "the chain that it leads to", .find = find_element_chain},
    {.field = "set",
     .title = "the rules that use its set",
     .find = find_element_users,
     .users = true},
    {.find = NULL},
};

const struct panel_target netfilter_object_targets[] = {
    {.title = "the rules that use it", .find = find_object_users, .users = true},
    {.find = NULL},
};

const struct panel_target netfilter_flowtable_targets[] = {
    {.title = "the rules that use it", .find = find_flowtable_users, .users = true},
    {.find = NULL},
};

const struct panel_target netfilter_service_targets[] = {
    {.field = "chain", .title = "the rules of its chain", .find = find_service_rules},
    {.find = NULL},
};
