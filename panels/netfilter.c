// SPDX-License-Identifier: GPL-2.0-or-later
// Netfilter: the rules of nftables and iptables, chain by chain along the road of a packet, with
// the sets and objects that they use.
#include "panels/netfilter.h"

#include "panels/panels.h"

// --- Where rows lead -----------------------------------------------------------------------------

// What the rule calls: a chain, or the set that holds the verdicts.
static bool find_called(const struct row_ref *ref, struct panel_place *ret_place) {
    const struct nf_rule_row *row = ref->row;
    for (size_t i = row->rule->expr_count; i-- > 0;) {
        const struct nf_expr *expr = &row->rule->exprs[i];
        if (expr->kind == NF_EXPR_VERDICT && expr->verdict.chain) {
            netfilter_place_chain(expr->verdict.chain, ref->netns->inode, ret_place);
            return true;
        }
    }
    return false;
}

static bool find_looked_up(const struct row_ref *ref, struct panel_place *ret_place) {
    const struct nf_rule_row *row = ref->row;
    for (size_t i = 0; i < row->rule->expr_count; i++) {
        const struct nf_expr *expr = &row->rule->exprs[i];
        if (expr->kind == NF_EXPR_LOOKUP && expr->lookup.set) {
            netfilter_place_set(expr->lookup.set, ref->netns->inode, ret_place);
            return true;
        }
    }
    return false;
}

static bool find_callers(const struct row_ref *ref, struct panel_place *ret_place) {
    const struct nf_rule_row *row = ref->row;
    if (row->chain->is_base)
        return false;
    netfilter_place_users(row->table, row->chain->name, ref->netns->inode, ret_place);
    return true;
}

static bool find_rules(const struct row_ref *ref, struct panel_place *ret_place) {
    const struct nf_chain_row *row = ref->row;
    netfilter_place_chain(row->chain, ref->netns->inode, ret_place);
    return true;
}

static bool find_chain_users(const struct row_ref *ref, struct panel_place *ret_place) {
    const struct nf_chain_row *row = ref->row;
    if (row->chain->is_base)
        return false;
    netfilter_place_users(row->table, row->chain->name, ref->netns->inode, ret_place);
    return true;
}

static bool find_elements(const struct row_ref *ref, struct panel_place *ret_place) {
    const struct nf_set_row *row = ref->row;
    netfilter_place_set(row->set, ref->netns->inode, ret_place);
    return true;
}

static bool find_set_users(const struct row_ref *ref, struct panel_place *ret_place) {
    const struct nf_set_row *row = ref->row;
    netfilter_place_users(row->table, row->set->name, ref->netns->inode, ret_place);
    return true;
}

static bool find_object_users(const struct row_ref *ref, struct panel_place *ret_place) {
    const struct nf_object_row *row = ref->row;
    netfilter_place_users(row->table, row->object->name, ref->netns->inode, ret_place);
    return true;
}

static bool find_service_rules(const struct row_ref *ref, struct panel_place *ret_place) {
    const struct nf_service_row *row = ref->row;
    netfilter_place_chain(row->service.chain, ref->netns->inode, ret_place);
    return true;
}

// An element of a verdict map.
static bool find_element_chain(const struct row_ref *ref, struct panel_place *ret_place) {
    const struct nf_element_row *row = ref->row;
    if (!row->element->has_verdict || !row->element->verdict.chain)
        return false;
    netfilter_place_chain(row->element->verdict.chain, ref->netns->inode, ret_place);
    return true;
}

static const struct panel_target rule_targets[] = {
    {.field = "text", .title = "the chain that the rule calls", .find = find_called},
    {.title = "the set that it looks into", .find = find_looked_up},
    {.field = "chain", .title = "the rules that call its chain", .find = find_callers},
    {.find = NULL},
};

static const struct panel_target chain_targets[] = {
    {.field = "rules", .title = "the chain's rules", .find = find_rules},
    {.title = "the rules that call it", .find = find_chain_users},
    {.find = NULL},
};

static const struct panel_target set_targets[] = {
    {.field = "elements", .title = "the set's elements", .find = find_elements},
    {.title = "the rules that use it", .find = find_set_users},
    {.find = NULL},
};

static const struct panel_target element_targets[] = {
    {.title = "the chain that it leads to", .find = find_element_chain},
    {.find = NULL},
};

static const struct panel_target object_targets[] = {
    {.title = "the rules that use it", .find = find_object_users},
    {.find = NULL},
};

static const struct panel_target service_targets[] = {
    {.field = "chain", .title = "the rules of its chain", .find = find_service_rules},
    {.find = NULL},
};

// --- Views ---------------------------------------------------------------------------------------

static const struct panel_view views[] = {
    {
        .name = "rules",
        .title = "Rules",
        .kind = KIND_RULES,
        .columns = "chain,?table,?family,number,packets,?packets_rate,brief,?comment",
        .targets = rule_targets,
    },
    {
        .name = "hooks",
        .title = "Hooks",
        .kind = KIND_HOOKS,
        .columns = "hook,prio,family,table,chain,type,policy,packets,?bytes,rules,~dev,~backend,"
                   "~manager",
        .targets = chain_targets,
    },
    {
        .name = "chains",
        .title = "Chains",
        .kind = KIND_CHAINS,
        .columns = "name,family,table,rules,use,hook,prio,policy,~packets,?type,?backend,?manager",
        .targets = chain_targets,
    },
    {
        .name = "sets",
        .title = "Sets",
        .kind = KIND_SETS,
        .columns = "name,family,table,type,map,flags,elements,~size,~timeout,?comment",
        .targets = set_targets,
    },
    {
        .name = "elements",
        .title = "Elements",
        .kind = KIND_ELEMENTS,
        .columns = "elem,set,packets,?bytes,timeout,expires,~family,~table,?comment",
        .targets = element_targets,
    },
    {
        .name = "objects",
        .title = "Objects",
        .kind = KIND_OBJECTS,
        .columns = "name,type,family,table,packets,bytes,used,~rate,~per,~value,use,?comment",
        .targets = object_targets,
    },
    {
        .name = "flowtables",
        .title = "Flowtables",
        .kind = KIND_FLOWTABLES,
        .columns = "name,family,table,hook,prio,dev,flags,use",
    },
    {
        .name = "services",
        .title = "Services",
        .kind = KIND_SERVICES,
        .columns = "name,proto,addr,port,backends,~affinity,~rejected,origin,?chain,?table,?family",
        .targets = service_targets,
    },
    {
        .name = "tables",
        .title = "Tables",
        .kind = KIND_TABLES,
        .columns = "name,family,backend,syntax,manager,flags,chains,rules,sets,objects,~flowtables",
    },
};

static const struct key_binding keys[] = {
    {COMMAND_ENTER,
     {INPUT_ENTER},
     "Enter",
     "go to the chain that the rule calls, or see all of it"},
    {COMMAND_NEXT_TARGET, {'u', 'O'}, "u O", "who uses the chain, set or object"},
    {COMMAND_SIDE_NEXT, {']'}, "]", "the next chain on the road"},
    {COMMAND_SIDE_PREVIOUS, {'['}, "[", "the chain before on the road"},
    {COMMAND_SIDE_TURN, {'}'}, "}", "the road of another class of packets"},
    {COMMAND_SIDE, {'\\'}, "\\", "show the road, or not"},
    {.label = NULL},
};

static const enum kind_id needs[] = {KIND_HOOKS};

const struct panel netfilter_panel = {
    .name = "netfilter",
    .title = "Netfilter",
    .views = views,
    .view_count = sizeof(views) / sizeof(views[0]),
    .needs = needs,
    .need_count = sizeof(needs) / sizeof(needs[0]),
    .keys = keys,
    .side = &netfilter_road,
};
