// SPDX-License-Identifier: GPL-2.0-or-later
// Bypasses that are rules, or that rules make: notrack, flowtables, and tables of two backends.
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/hash.h"
#include "model/bypass.h"
#include "model/netfilter.h"
#include "ruleset/bypass_rule.h"

#define CONNTRACK_PRIORITY (-200) // linux/netfilter_ipv4.h NF_IP_PRI_CONNTRACK
#define TABLE_DORMANT      1      // linux/netfilter/nf_tables.h NFT_TABLE_F_DORMANT
#define FLOWTABLE_OFFLOAD  1      // NFT_FLOWTABLE_HW_OFFLOAD

static const char *family_word(const struct nf_table *table) {
    const char *name = nf_family_name(table->family);
    return name ? name : "unknown";
}

// --- Rules ---------------------------------------------------------------------------------------

static void put_rule_evidence(const struct nf_rule *rule, struct buffer *text) {
    const struct nf_table *table = rule->chain->table;
    if (table->backend == NF_BACKEND_LEGACY)
        buffer_printf(text, "legacy table %s of %s: %s, rule %u", table->name, family_word(table),
                      rule->chain->name, rule->number);
    else
        buffer_printf(text, "NFT_MSG_GETRULE: %s %s %s, handle %" PRIu64, family_word(table),
                      table->name, rule->chain->name, rule->handle);
}

// Why the rule does nothing, or NULL.
static const char *find_idleness(const struct nf_rule *rule, const struct nf_chain *base) {
    if (rule->chain->table->flags & TABLE_DORMANT)
        return "nothing now: its table is dormant";
    return base ? NULL : "nothing now: no base chain leads to it";
}

// Connection tracking looks at packets at prerouting and output.
static bool is_before_conntrack(const struct nf_chain *base) {
    switch (road_point_of(base->table->family, base->hook)) {
    case ROAD_AT_INGRESS:
        return true;
    case ROAD_AT_PREROUTING:
    case ROAD_AT_OUTPUT:
        return base->priority < CONNTRACK_PRIORITY;
    case ROAD_AT_BRIDGE:
        return base->hook == NF_HOOK_PREROUTING && base->priority < CONNTRACK_PRIORITY;
    default:
        return false;
    }
}

static void put_notrack_effect(const struct nf_chain *base, struct buffer *text) {
    if (is_before_conntrack(base))
        buffer_puts(text, "conntrack does not look at what it matches: no flow, no NAT, "
                          "ct state untracked");
    else
        buffer_puts(text, "nothing: conntrack has looked at the packet before");
}

static void put_flow_add_effect(const struct nf_rule *rule, struct buffer *text) {
    buffer_printf(text,
                  "puts flows that it matches into the flowtable %s: what they send from then on "
                  "passes by prerouting, forward and postrouting",
                  nf_rule_flowtable(rule));
}

static int add_rule(struct table *table, const struct nf_rule *rule, enum bypass_type type,
                    const struct nf_chain *base) {
    struct buffer name = BUFFER_INIT, effect = BUFFER_INIT, evidence = BUFFER_INIT;
    const uint64_t numbers[] = {netfilter_identity(rule->chain->table, rule->handle),
                                base ? base->handle : 0,
                                base ? hash_add(HASH_START, base->name, strlen(base->name)) : 0};
    const char *idleness = find_idleness(rule, base);
    struct bypass *row = bypass_add(
        table, type, base ? road_point_of(base->table->family, base->hook) : ROAD_NOWHERE, numbers,
        sizeof(numbers));
    if (!row)
        return -ENOMEM;
    row->active = !idleness && (type != BYPASS_NOTRACK || is_before_conntrack(base));
    if (idleness)
        buffer_puts(&effect, idleness);
    else if (type == BYPASS_NOTRACK)
        put_notrack_effect(base, &effect);
    else
        put_flow_add_effect(rule, &effect);
    put_rule_evidence(rule, &evidence);
    buffer_printf(&name, "%s %s", rule->chain->table->name, rule->chain->name);
    row->name = bypass_keep_text(table, &name);
    row->has_prio = base;
    row->prio = base ? base->priority : 0;
    row->table = rule->chain->table;
    row->chain = rule->chain;
    row->rule = rule;
    row->base = base;
    row->effect = bypass_keep_text(table, &effect);
    row->evidence = bypass_keep_text(table, &evidence);
    return row->name && row->effect && row->evidence ? 0 : -ENOMEM;
}

// A row for each base chain from which the rule's chain is called.
static int add_calls(struct table *table, const struct nf_rule *rule, enum bypass_type type) {
    const struct nf_chain **bases;
    size_t count;
    int r = nf_chain_find_bases(rule->chain, &bases, &count);
    if (r < 0)
        return r;
    if (count == 0)
        r = add_rule(table, rule, type, NULL);
    for (size_t i = 0; i < count && r == 0; i++)
        r = add_rule(table, rule, type, bases[i]);
    free(bases);
    return r;
}

static int add_chain_rules(struct table *table, const struct nf_chain *chain) {
    int r = 0;
    for (size_t i = 0; i < chain->rule_count && r == 0; i++) {
        const struct nf_rule *rule = &chain->rules[i];
        if (nf_rule_is_notrack(rule))
            r = add_calls(table, rule, BYPASS_NOTRACK);
        if (r == 0 && nf_rule_flowtable(rule))
            r = add_calls(table, rule, BYPASS_FLOW_ADD);
    }
    return r;
}

// --- Flowtables ----------------------------------------------------------------------------------

// Why nothing passes there, or NULL.
static const char *find_emptiness(const struct nf_flowtable *flowtable) {
    if (flowtable->table->flags & TABLE_DORMANT)
        return "nothing now: its table is dormant";
    if (flowtable->device_count == 0)
        return "nothing now: it has no devices";
    return flowtable->use == 0 ? "nothing now: no rule puts flows into it" : NULL;
}

static const char *flowtable_effect(const struct nf_flowtable *flowtable) {
    if (flowtable->flags & FLOWTABLE_OFFLOAD)
        return "the devices forward packets of its flows themselves, as far as they can: no hook "
               "sees these";
    return "packets of its flows leave from here: prerouting, forward and postrouting do not see "
           "them";
}

static int add_flowtable(struct table *table, const struct nf_flowtable *flowtable) {
    struct buffer evidence = BUFFER_INIT;
    const uint64_t number = netfilter_identity(flowtable->table, flowtable->handle);
    struct bypass *row =
        bypass_add(table, BYPASS_FLOWTABLE, ROAD_AT_INGRESS, &number, sizeof(number));
    if (!row)
        return -ENOMEM;
    row->name = flowtable->name;
    row->mode = flowtable->flags & FLOWTABLE_OFFLOAD ? "hardware" : "software";
    row->has_prio = true;
    row->prio = flowtable->priority;
    row->devices = flowtable->devices;
    row->device_count = flowtable->device_count;
    row->table = flowtable->table;
    const char *emptiness = find_emptiness(flowtable);
    row->active = !emptiness;
    row->effect = emptiness ? emptiness : flowtable_effect(flowtable);
    buffer_printf(&evidence, "NFT_MSG_GETFLOWTABLE: %s %s %s", family_word(flowtable->table),
                  flowtable->table->name, flowtable->name);
    row->evidence = bypass_keep_text(table, &evidence);
    return row->evidence ? 0 : -ENOMEM;
}

static int add_table(struct table *table, const struct nf_table *part) {
    int r = 0;
    for (size_t i = 0; i < part->flowtable_count && r == 0; i++)
        r = add_flowtable(table, &part->flowtables[i]);
    for (size_t i = 0; i < part->chain_count && r == 0; i++)
        r = add_chain_rules(table, &part->chains[i]);
    return r;
}

// --- Two backends --------------------------------------------------------------------------------

// A base chain that does something to packets. A trace does not.
static bool decides(const struct nf_chain *chain) {
    return chain->is_base && !(chain->table->flags & TABLE_DORMANT) &&
           !nf_table_is_of_trace(chain->table) &&
           (chain->rule_count > 0 || chain->policy == NF_VERDICT_DROP);
}

static bool is_of_family(const struct nf_table *table, uint8_t family) {
    return table->family == family || (table->family == NF_FAMILY_INET && family != NF_FAMILY_ARP);
}

static bool is_at(const struct nf_table *table, uint32_t hook) {
    for (size_t i = 0; i < table->chain_count; i++) {
        if (table->chains[i].hook == hook && decides(&table->chains[i]))
            return true;
    }
    return false;
}

// Adds the tables of the family and backend that have rules at the hook: "filter, inet fw".
static size_t put_tables(const struct ruleset *ruleset, uint8_t family, enum nf_backend backend,
                         uint32_t hook, struct buffer *text) {
    size_t count = 0;
    for (size_t i = 0; i < ruleset->table_count; i++) {
        const struct nf_table *table = ruleset->tables[i];
        if (table->backend != backend || !is_of_family(table, family) || !is_at(table, hook))
            continue;
        buffer_printf(text, "%s%s %s", count++ > 0 ? ", " : "", family_word(table), table->name);
    }
    return count;
}

static int add_backends(struct table *table, const struct ruleset *ruleset, uint8_t family,
                        uint32_t hook) {
    struct buffer text = BUFFER_INIT;
    const uint32_t numbers[] = {family, hook};
    buffer_puts(&text, "legacy: ");
    size_t legacy = put_tables(ruleset, family, NF_BACKEND_LEGACY, hook, &text);
    buffer_puts(&text, "; nftables: ");
    size_t native = put_tables(ruleset, family, NF_BACKEND_NFTABLES, hook, &text);
    if (legacy == 0 || native == 0) {
        buffer_done(&text);
        return 0;
    }
    struct bypass *row =
        bypass_add(table, BYPASS_BACKENDS, road_point_of(family, hook), numbers, sizeof(numbers));
    const char *name = bypass_keep_text(table, &text);
    if (!row || !name)
        return -ENOMEM;
    row->name = name;
    row->effect = "both are run, by priority: what one accepts the other may drop, and each tool "
                  "shows its own only";
    row->evidence = "/proc/net/ip_tables_names, ip6_tables_names; NFT_MSG_GETTABLE";
    return 0;
}

static int add_all_backends(struct table *table, const struct ruleset *ruleset) {
    static const uint8_t families[] = {NF_FAMILY_IP, NF_FAMILY_IP6};
    int r = 0;
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
        for (uint32_t hook = NF_HOOK_PREROUTING; hook <= NF_HOOK_POSTROUTING && r == 0; hook++)
            r = add_backends(table, ruleset, families[i], hook);
    }
    return r;
}

int bypass_add_rules(struct table *table, const struct ruleset *ruleset) {
    int r = 0;
    for (size_t i = 0; i < ruleset->table_count && r == 0; i++)
        r = add_table(table, ruleset->tables[i]);
    return r == 0 ? add_all_backends(table, ruleset) : r;
}
