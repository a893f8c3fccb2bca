// SPDX-License-Identifier: GPL-2.0-or-later
#include "ruleset/bypass_rule.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netfilter/xt_CT.h>

#include "ruleset/xt_operands.h"

// --- What a rule does ----------------------------------------------------------------------------

static bool is_notrack_target(const struct nf_xt *xt) {
    if (strcmp(xt->name, "NOTRACK") == 0)
        return true;
    const struct xt_ct *ct = strcmp(xt->name, "CT") == 0 ? xt->info : NULL;
    return ct && ct->flags & XT_CT_NOTRACK;
}

bool nf_rule_is_notrack(const struct nf_rule *rule) {
    for (uint32_t i = 0; i < rule->expr_count; i++) {
        const struct nf_expr *expr = &rule->exprs[i];
        if (expr->kind == NF_EXPR_NOTRACK ||
            (expr->kind == NF_EXPR_XT_TARGET && is_notrack_target(expr->xt)))
            return true;
    }
    return false;
}

const char *nf_rule_flowtable(const struct nf_rule *rule) {
    for (uint32_t i = 0; i < rule->expr_count; i++) {
        if (rule->exprs[i].kind == NF_EXPR_FLOW_OFFLOAD)
            return rule->exprs[i].flowtable;
    }
    return NULL;
}

// --- From where it is called ---------------------------------------------------------------------

struct walk {
    const struct nf_table *table;
    bool *seen;                   // by place in the table
    const struct nf_chain **todo; // chains that were seen and not looked at
    size_t todo_count;
};

static void see(struct walk *walk, const struct nf_chain *chain) {
    if (!chain || chain->table != walk->table)
        return;
    size_t place = (size_t)(chain - walk->table->chains);
    if (walk->seen[place])
        return;
    walk->seen[place] = true;
    walk->todo[walk->todo_count++] = chain;
}

static void see_called(struct walk *walk, const struct nf_expr *expr) {
    if (expr->kind == NF_EXPR_VERDICT)
        see(walk, expr->verdict.chain);
    const struct nf_set *map = expr->kind == NF_EXPR_LOOKUP ? expr->lookup.set : NULL;
    for (size_t i = 0; map && i < map->element_count; i++) {
        if (map->elements[i].has_verdict)
            see(walk, map->elements[i].verdict.chain);
    }
}

static void look_at(struct walk *walk, const struct nf_chain *chain) {
    for (size_t i = 0; i < chain->rule_count; i++) {
        const struct nf_rule *rule = &chain->rules[i];
        for (uint32_t e = 0; e < rule->expr_count; e++)
            see_called(walk, &rule->exprs[e]);
    }
}

static bool leads_to(struct walk *walk, const struct nf_chain *base, const struct nf_chain *chain) {
    memset(walk->seen, 0, walk->table->chain_count * sizeof(*walk->seen));
    walk->todo_count = 0;
    see(walk, base);
    while (walk->todo_count > 0) {
        const struct nf_chain *next = walk->todo[--walk->todo_count];
        if (next == chain)
            return true;
        look_at(walk, next);
    }
    return false;
}

int nf_chain_find_bases(const struct nf_chain *chain, const struct nf_chain ***ret_bases,
                        size_t *ret_count) {
    const struct nf_table *table = chain->table;
    size_t places = table->chain_count + 1;
    struct walk walk = {.table = table,
                        .seen = calloc(places, sizeof(*walk.seen)),
                        .todo = calloc(places, sizeof(*walk.todo))};
    const struct nf_chain **bases = calloc(places, sizeof(*bases));
    size_t count = 0;
    int r = walk.seen && walk.todo && bases ? 0 : -ENOMEM;
    for (size_t i = 0; r == 0 && i < table->chain_count; i++) {
        const struct nf_chain *base = &table->chains[i];
        if (base->is_base && leads_to(&walk, base, chain))
            bases[count++] = base;
    }
    free(walk.seen);
    free(walk.todo);
    if (r < 0) {
        free(bases);
        return r;
    }
    *ret_bases = bases;
    *ret_count = count;
    return 0;
}
