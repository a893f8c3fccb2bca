// SPDX-License-Identifier: GPL-2.0-or-later
#include "ruleset/ruleset_needs.h"

#include <string.h>

#include "ruleset/bypass_rule.h"
#include "ruleset/nf_expr.h"

#define CONNTRACK (RULESET_NEEDS_CONNTRACK | RULESET_NEEDS_DEFRAG)
#define DEFRAG    RULESET_NEEDS_DEFRAG

// Whose init function calls nf_ct_netns_get(), or nf_defrag_ipv4_enable() (net/netfilter/nft_*.c).
static const uint8_t expr_needs[NF_EXPR_KIND_COUNT] = {
    [NF_EXPR_CONNLIMIT] = CONNTRACK,    [NF_EXPR_CT] = CONNTRACK,   [NF_EXPR_CT_SET] = CONNTRACK,
    [NF_EXPR_FLOW_OFFLOAD] = CONNTRACK, [NF_EXPR_MASQ] = CONNTRACK, [NF_EXPR_NAT] = CONNTRACK,
    [NF_EXPR_REDIR] = CONNTRACK,        [NF_EXPR_SOCKET] = DEFRAG,  [NF_EXPR_SYNPROXY] = CONNTRACK,
    [NF_EXPR_TPROXY] = DEFRAG,
};

// The same of matches and targets of xtables (net/netfilter/xt_*.c, checkentry).
static const struct {
    const char *name;
    uint8_t needs;
} xt_needs[] = {
    {"CLUSTERIP", CONNTRACK}, {"CONNMARK", CONNTRACK},  {"CONNSECMARK", CONNTRACK},
    {"CT", CONNTRACK},        {"DNAT", CONNTRACK},      {"MASQUERADE", CONNTRACK},
    {"NETMAP", CONNTRACK},    {"REDIRECT", CONNTRACK},  {"SNAT", CONNTRACK},
    {"SYNPROXY", CONNTRACK},  {"TPROXY", DEFRAG},       {"cluster", CONNTRACK},
    {"connbytes", CONNTRACK}, {"connlabel", CONNTRACK}, {"connlimit", CONNTRACK},
    {"connmark", CONNTRACK},  {"conntrack", CONNTRACK}, {"helper", CONNTRACK},
    {"socket", DEFRAG},       {"state", CONNTRACK},
};

static unsigned needs_of_xt(const char *name) {
    for (size_t i = 0; i < sizeof(xt_needs) / sizeof(xt_needs[0]); i++) {
        if (strcmp(xt_needs[i].name, name) == 0)
            return xt_needs[i].needs;
    }
    return 0;
}

static unsigned needs_of_expr(const struct nf_expr *expr) {
    if (expr->kind == NF_EXPR_XT_MATCH || expr->kind == NF_EXPR_XT_TARGET)
        return needs_of_xt(expr->xt->name);
    return expr_needs[expr->kind];
}

// CT --notrack asks for no tracking.
static unsigned needs_of_rule(const struct nf_rule *rule) {
    unsigned needs = 0;
    for (uint32_t i = 0; i < rule->expr_count; i++)
        needs |= needs_of_expr(&rule->exprs[i]);
    return needs & RULESET_NEEDS_CONNTRACK && nf_rule_is_notrack(rule) ? 0 : needs;
}

// Of conntrack's own: helpers, limits of flows, timeouts, expectations, synproxies.
static bool is_of_conntrack(const struct nf_object *object) {
    return object->type == NF_OBJECT_CT_HELPER || object->type == NF_OBJECT_CONNLIMIT ||
           object->type == NF_OBJECT_CT_TIMEOUT || object->type == NF_OBJECT_CT_EXPECTATION ||
           object->type == NF_OBJECT_SYNPROXY;
}

static unsigned needs_of_table(const struct nf_table *table) {
    unsigned needs = 0;
    for (size_t i = 0; i < table->object_count; i++)
        needs |= is_of_conntrack(&table->objects[i]) ? CONNTRACK : 0;
    for (size_t i = 0; i < table->chain_count && !(needs & RULESET_NEEDS_CONNTRACK); i++) {
        const struct nf_chain *chain = &table->chains[i];
        for (size_t k = 0; k < chain->rule_count && !(needs & RULESET_NEEDS_CONNTRACK); k++)
            needs |= needs_of_rule(&chain->rules[k]);
    }
    bool of_bridges = table->family == NF_FAMILY_BRIDGE && needs & RULESET_NEEDS_CONNTRACK;
    return of_bridges ? needs | RULESET_NEEDS_BRIDGE_CONNTRACK : needs;
}

unsigned ruleset_needs(const struct ruleset *ruleset) {
    unsigned needs = 0;
    for (size_t i = 0; i < ruleset->table_count; i++)
        needs |= needs_of_table(ruleset->tables[i]);
    return needs;
}
