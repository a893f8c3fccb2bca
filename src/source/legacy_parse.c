// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/legacy_parse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netfilter.h>
#include <linux/netfilter/x_tables.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>

#include "ruleset/xt.h"

// One entry of the block, once it is known to lie within it.
struct entry {
    uint32_t offset, next_offset, target_offset; // the last from the entry's beginning
    uint32_t head_size;                          // of struct ipt_entry or ip6t_entry
    const uint8_t *bytes;
    struct xt_counters counters;
    struct xt_entry_target target; // its head
};

// What is said of the chains before their rules are parsed.
struct span {
    uint32_t start; // offset of the first rule: what jumps name
    size_t first_entry, entry_count;
    const char *name;
    int hook; // -1: a user's chain
};

struct parser {
    const struct legacy_info *info;
    const uint8_t *bytes;
    size_t size;
    struct arena *arena;
    struct nf_table *table;
    struct entry *entries;
    size_t entry_count;
    struct span *spans; // in the order of their starts
    size_t span_count;
    struct nf_rule *rules; // room for those of all chains
};

// --- Entries -------------------------------------------------------------------------------------

// What the heads of both families' entries have in common.
struct head {
    uint32_t size;
    uint16_t target_offset, next_offset;
    struct xt_counters counters;
};

static bool read_head(const struct parser *parser, size_t offset, struct head *ret_head) {
    const uint8_t *bytes = parser->bytes + offset;
    size_t left = parser->size - offset;
    if (parser->info->family == NF_FAMILY_IP6) {
        struct ip6t_entry entry;
        if (left < sizeof(entry))
            return false;
        memcpy(&entry, bytes, sizeof(entry));
        *ret_head =
            (struct head){sizeof(entry), entry.target_offset, entry.next_offset, entry.counters};
        return true;
    }
    struct ipt_entry entry;
    if (left < sizeof(entry))
        return false;
    memcpy(&entry, bytes, sizeof(entry));
    *ret_head =
        (struct head){sizeof(entry), entry.target_offset, entry.next_offset, entry.counters};
    return true;
}

// The kernel checked the block when it was written; what it gives is checked all the same.
static int read_entry(const struct parser *parser, size_t offset, struct entry *ret_entry) {
    struct head head;
    struct xt_entry_target target;
    if (!read_head(parser, offset, &head) || head.next_offset > parser->size - offset ||
        head.target_offset < head.size ||
        (size_t)head.target_offset + sizeof(target) > head.next_offset)
        return -EBADMSG;
    const uint8_t *bytes = parser->bytes + offset;
    memcpy(&target, bytes + head.target_offset, sizeof(target));
    if (target.u.target_size < sizeof(target) ||
        target.u.target_size > head.next_offset - head.target_offset)
        return -EBADMSG;
    *ret_entry = (struct entry){
        .offset = (uint32_t)offset,
        .next_offset = head.next_offset,
        .target_offset = head.target_offset,
        .head_size = head.size,
        .bytes = bytes,
        .counters = head.counters,
        .target = target,
    };
    return 0;
}

static int read_entries(struct parser *parser) {
    // The smallest entry has a head and a target's.
    size_t most = parser->size / (sizeof(struct ipt_entry) + sizeof(struct xt_entry_target)) + 1;
    parser->entries = malloc(most * sizeof(*parser->entries));
    if (!parser->entries)
        return -ENOMEM;
    for (size_t offset = 0; offset < parser->size;) {
        struct entry *entry = &parser->entries[parser->entry_count];
        int r = read_entry(parser, offset, entry);
        if (r < 0)
            return r;
        parser->entry_count++;
        offset += entry->next_offset;
    }
    return 0;
}

static const uint8_t *target_data(const struct entry *entry, size_t *ret_size) {
    *ret_size = entry->target.u.target_size - sizeof(struct xt_entry_target);
    return entry->bytes + entry->target_offset + sizeof(struct xt_entry_target);
}

static bool has_target(const struct entry *entry, const char *name) {
    return strncmp(entry->target.u.user.name, name, sizeof(entry->target.u.user.name)) == 0;
}

// --- Chains --------------------------------------------------------------------------------------

static int hook_at(const struct parser *parser, uint32_t offset) {
    for (int hook = 0; hook < LEGACY_HOOKS; hook++) {
        if (parser->info->valid_hooks & 1U << hook && parser->info->hook_entry[hook] == offset)
            return hook;
    }
    return -1;
}

// linux/netfilter_ipv4/ip_tables.h: what iptables calls the chains of the hooks.
static const char *const hook_chains[LEGACY_HOOKS] = {"PREROUTING", "INPUT", "FORWARD", "OUTPUT",
                                                      "POSTROUTING"};

static int open_span(struct parser *parser, size_t index, int hook) {
    const struct entry *entry = &parser->entries[index];
    struct span *span = &parser->spans[parser->span_count++];
    *span = (struct span){.hook = hook};
    if (hook >= 0) {
        span->start = entry->offset;
        span->first_entry = index;
        span->name = hook_chains[hook];
        return 0;
    }
    size_t length;
    const char *name = (const char *)target_data(entry, &length);
    span->start = entry->offset + entry->next_offset;
    span->first_entry = index + 1;
    span->name = arena_strndup(parser->arena, name, length);
    return span->name ? 0 : -ENOMEM;
}

// Divides the entries into chains. The last entry, an ERROR too, only ends the block.
static int divide_entries(struct parser *parser) {
    parser->spans = malloc((parser->entry_count + 1) * sizeof(*parser->spans));
    if (!parser->spans)
        return -ENOMEM;
    for (size_t i = 0; i < parser->entry_count; i++) {
        const struct entry *entry = &parser->entries[i];
        bool is_error = has_target(entry, XT_ERROR_TARGET);
        int hook = hook_at(parser, entry->offset);
        if (is_error && i + 1 == parser->entry_count)
            break;
        if (is_error || hook >= 0) {
            int r = open_span(parser, i, is_error ? -1 : hook);
            if (r < 0)
                return r;
        }
        if (parser->span_count == 0)
            return -EBADMSG;
        if (!is_error)
            parser->spans[parser->span_count - 1].entry_count++;
    }
    return 0;
}

static int compare_start(const void *key, const void *item) {
    uint32_t start = *(const uint32_t *)key;
    const struct span *span = item;
    return start < span->start ? -1 : start > span->start;
}

static const struct nf_chain *find_chain(const struct parser *parser, uint32_t start) {
    const struct span *span =
        bsearch(&start, parser->spans, parser->span_count, sizeof(*parser->spans), compare_start);
    return span ? &parser->table->chains[span - parser->spans] : NULL;
}

// --- Rules ---------------------------------------------------------------------------------------

// How much of an interface's name counts: its mask, which is set from the front.
static uint8_t mask_length(const unsigned char mask[IFNAMSIZ]) {
    uint8_t length = 0;
    while (length < IFNAMSIZ && mask[length] != 0)
        length++;
    return length;
}

static void read_ipv4(const uint8_t *bytes, struct nf_ipt_entry *entry) {
    struct ipt_ip ip;
    memcpy(&ip, bytes, sizeof(ip));
    memcpy(entry->source, &ip.src, sizeof(ip.src));
    memcpy(entry->source_mask, &ip.smsk, sizeof(ip.smsk));
    memcpy(entry->destination, &ip.dst, sizeof(ip.dst));
    memcpy(entry->destination_mask, &ip.dmsk, sizeof(ip.dmsk));
    memcpy(entry->iniface, ip.iniface, sizeof(ip.iniface));
    memcpy(entry->outiface, ip.outiface, sizeof(ip.outiface));
    entry->iniface_length = mask_length(ip.iniface_mask);
    entry->outiface_length = mask_length(ip.outiface_mask);
    entry->protocol = ip.proto;
    entry->flags = ip.flags;
    entry->invert = ip.invflags;
}

static void read_ipv6(const uint8_t *bytes, struct nf_ipt_entry *entry) {
    struct ip6t_ip6 ip;
    memcpy(&ip, bytes, sizeof(ip));
    memcpy(entry->source, &ip.src, sizeof(ip.src));
    memcpy(entry->source_mask, &ip.smsk, sizeof(ip.smsk));
    memcpy(entry->destination, &ip.dst, sizeof(ip.dst));
    memcpy(entry->destination_mask, &ip.dmsk, sizeof(ip.dmsk));
    memcpy(entry->iniface, ip.iniface, sizeof(ip.iniface));
    memcpy(entry->outiface, ip.outiface, sizeof(ip.outiface));
    entry->iniface_length = mask_length(ip.iniface_mask);
    entry->outiface_length = mask_length(ip.outiface_mask);
    entry->protocol = ip.proto;
    entry->flags = ip.flags;
    entry->invert = ip.invflags;
    entry->tos = ip.tos;
}

static int parse_header(const struct parser *parser, const struct entry *entry,
                        struct nf_expr *expr) {
    struct nf_ipt_entry *header = arena_alloc(parser->arena, sizeof(*header));
    if (!header)
        return -ENOMEM;
    if (parser->info->family == NF_FAMILY_IP6)
        read_ipv6(entry->bytes, header);
    else
        read_ipv4(entry->bytes, header);
    *expr = (struct nf_expr){.kind = NF_EXPR_IPT_ENTRY, .entry = header};
    return 0;
}

// A match or target of an extension.
static int parse_extension(const struct parser *parser, struct nf_rule *rule, const char *name,
                           uint8_t revision, bool is_target, const uint8_t *bytes, size_t length,
                           struct nf_expr *expr) {
    char terminated[XT_EXTENSION_MAXNAMELEN + 1] = {0};
    struct nf_xt *xt = arena_alloc(parser->arena, sizeof(*xt));
    if (!xt)
        return -ENOMEM;
    memcpy(terminated, name, XT_EXTENSION_MAXNAMELEN);
    int r = xt_decode(terminated, revision, is_target, parser->info->family, bytes, length,
                      parser->arena, xt);
    if (r < 0)
        return r;
    *expr = (struct nf_expr){.kind = is_target ? NF_EXPR_XT_TARGET : NF_EXPR_XT_MATCH, .xt = xt};
    rule->unknown_count += xt->extension ? 0 : 1;
    return 0;
}

// The next match behind the offset, which is moved on. Returns false if it does not fit.
static bool next_match(const struct entry *entry, uint32_t *offset,
                       struct xt_entry_match *ret_match, const uint8_t **ret_data) {
    if (entry->target_offset - *offset < sizeof(*ret_match))
        return false;
    memcpy(ret_match, entry->bytes + *offset, sizeof(*ret_match));
    if (ret_match->u.match_size < sizeof(*ret_match) ||
        ret_match->u.match_size > entry->target_offset - *offset)
        return false;
    *ret_data = entry->bytes + *offset + sizeof(*ret_match);
    *offset += ret_match->u.match_size;
    return true;
}

// Counts the matches; -EBADMSG if they do not fill what is between head and target.
static int count_matches(const struct entry *entry) {
    struct xt_entry_match match;
    const uint8_t *data;
    int count = 0;
    for (uint32_t offset = entry->head_size; offset < entry->target_offset; count++) {
        if (!next_match(entry, &offset, &match, &data))
            return -EBADMSG;
    }
    return count;
}

static int parse_matches(const struct parser *parser, const struct entry *entry,
                         struct nf_rule *rule, struct nf_expr *exprs) {
    struct xt_entry_match match;
    const uint8_t *data;
    for (uint32_t offset = entry->head_size; next_match(entry, &offset, &match, &data); exprs++) {
        int r = parse_extension(parser, rule, match.u.user.name, match.u.user.revision, false, data,
                                match.u.match_size - sizeof(match), exprs);
        if (r < 0)
            return r;
        if (exprs->xt->extension && strcmp(exprs->xt->name, "comment") == 0)
            rule->comment = exprs->xt->info;
    }
    return 0;
}

// A verdict below zero is -(NF_* + 1) (XT_RETURN among them: -(NF_REPEAT + 1)), else an offset.
static int read_verdict(const struct entry *entry, int32_t *ret_verdict) {
    size_t size;
    const uint8_t *data = target_data(entry, &size);
    if (size < sizeof(*ret_verdict))
        return -EBADMSG;
    memcpy(ret_verdict, data, sizeof(*ret_verdict));
    return 0;
}

static struct nf_verdict jump_of(const struct parser *parser, const struct nf_rule *rule,
                                 uint32_t offset) {
    const struct nf_ipt_entry *header = rule->exprs[0].entry;
    uint8_t go_to = parser->info->family == NF_FAMILY_IP6 ? IP6T_F_GOTO : IPT_F_GOTO;
    const struct nf_chain *chain = find_chain(parser, offset);
    return (struct nf_verdict){
        .code = header->flags & go_to ? NF_VERDICT_GOTO : NF_VERDICT_JUMP,
        .chain = chain,
        .chain_name = chain ? chain->name : NULL,
    };
}

// Adds what is done, if anything: a rule without a target goes to the one behind it.
static int parse_target(const struct parser *parser, const struct entry *entry,
                        struct nf_rule *rule, struct nf_expr *expr) {
    int32_t verdict;
    size_t size;
    const uint8_t *data = target_data(entry, &size);
    const struct xt_entry_target *target = &entry->target;
    rule->expr_count++;
    if (!has_target(entry, XT_STANDARD_TARGET))
        return parse_extension(parser, rule, target->u.user.name, target->u.user.revision, true,
                               data, size, expr);
    int r = read_verdict(entry, &verdict);
    if (r < 0)
        return r;
    expr->kind = NF_EXPR_VERDICT;
    if (verdict >= 0 && (uint32_t)verdict == entry->offset + entry->next_offset)
        rule->expr_count--;
    else if (verdict >= 0)
        expr->verdict = jump_of(parser, rule, (uint32_t)verdict);
    else
        expr->verdict.code = verdict == XT_RETURN ? NF_VERDICT_RETURN : -(verdict + 1);
    return 0;
}

static int parse_rule(const struct parser *parser, const struct entry *entry,
                      const struct nf_chain *chain, uint32_t number, struct nf_rule *rule) {
    int matches = count_matches(entry);
    if (matches < 0)
        return matches;
    // The header, the matches, the counters, what is done.
    struct nf_expr *exprs = arena_alloc(parser->arena, ((size_t)matches + 3) * sizeof(*exprs));
    if (!exprs)
        return -ENOMEM;
    *rule = (struct nf_rule){.chain = chain,
                             .handle = entry->offset,
                             .number = number,
                             .exprs = exprs,
                             .expr_count = (uint32_t)matches + 2};
    int r = parse_header(parser, entry, exprs);
    if (r == 0)
        r = parse_matches(parser, entry, rule, exprs + 1);
    exprs[matches + 1] = (struct nf_expr){.kind = NF_EXPR_COUNTER,
                                          .counter = {entry->counters.pcnt, entry->counters.bcnt}};
    return r == 0 ? parse_target(parser, entry, rule, exprs + matches + 2) : r;
}

// --- The table -----------------------------------------------------------------------------------

// net/ipv4/netfilter/iptable_*.c: at which priority the table of that name stands on its hooks.
static int32_t priority_of(const char *table, int hook) {
    static const struct {
        const char *table;
        int32_t priority;
    } priorities[] = {{"raw", NF_IP_PRI_RAW},
                      {"mangle", NF_IP_PRI_MANGLE},
                      {"filter", NF_IP_PRI_FILTER},
                      {"security", NF_IP_PRI_SECURITY}};
    if (strcmp(table, "nat") == 0)
        return hook == NF_INET_PRE_ROUTING || hook == NF_INET_LOCAL_OUT ? NF_IP_PRI_NAT_DST
                                                                        : NF_IP_PRI_NAT_SRC;
    for (size_t i = 0; i < sizeof(priorities) / sizeof(priorities[0]); i++) {
        if (strcmp(table, priorities[i].table) == 0)
            return priorities[i].priority;
    }
    return NF_IP_PRI_FILTER;
}

static const char *type_of(const char *table, int hook) {
    if (strcmp(table, "nat") == 0)
        return "nat";
    return strcmp(table, "mangle") == 0 && hook == NF_INET_LOCAL_OUT ? "route" : "filter";
}

// The last entry of a chain is not a rule: the policy of the kernel's, the RETURN of a user's.
static int parse_policy(const struct parser *parser, const struct span *span,
                        struct nf_chain *chain) {
    const struct entry *last = &parser->entries[span->first_entry + span->entry_count - 1];
    int32_t verdict;
    if (span->hook < 0)
        return 0;
    if (last->offset != parser->info->underflow[span->hook] ||
        !has_target(last, XT_STANDARD_TARGET) || read_verdict(last, &verdict) < 0)
        return -EBADMSG;
    chain->policy = -(verdict + 1);
    chain->counter = (struct nf_counter){last->counters.pcnt, last->counters.bcnt};
    chain->has_counter = true;
    return 0;
}

static void name_chain(const struct parser *parser, const struct span *span,
                       struct nf_chain *chain) {
    *chain = (struct nf_chain){
        .table = parser->table,
        .name = span->name,
        .handle = span->start,
        .is_base = span->hook >= 0,
        .rules_read = true,
    };
    if (span->hook < 0)
        return;
    chain->type = type_of(parser->info->name, span->hook);
    chain->hook = (uint32_t)span->hook;
    chain->priority = priority_of(parser->info->name, span->hook);
}

static int parse_chain(struct parser *parser, const struct span *span, struct nf_chain *chain) {
    if (span->entry_count == 0)
        return -EBADMSG;
    int r = parse_policy(parser, span, chain);
    chain->rules = parser->rules;
    for (size_t i = 0; r == 0 && i + 1 < span->entry_count; i++) {
        r = parse_rule(parser, &parser->entries[span->first_entry + i], chain, (uint32_t)i + 1,
                       parser->rules);
        parser->rules++;
        chain->rule_count++;
    }
    return r;
}

static int parse_chains(struct parser *parser) {
    struct nf_table *table = parser->table;
    table->chains = arena_alloc(parser->arena, parser->span_count * sizeof(*table->chains));
    parser->rules = arena_alloc(parser->arena, parser->entry_count * sizeof(*parser->rules));
    if (!table->chains || !parser->rules)
        return -ENOMEM;
    table->chain_count = parser->span_count;
    // All of the names first: rules jump to chains behind them.
    for (size_t i = 0; i < parser->span_count; i++)
        name_chain(parser, &parser->spans[i], &table->chains[i]);
    int r = nf_table_index(table, parser->arena);
    for (size_t i = 0; r == 0 && i < parser->span_count; i++)
        r = parse_chain(parser, &parser->spans[i], &table->chains[i]);
    return r;
}

// Who refers to each chain, as nftables counts it.
static void count_uses(struct nf_table *table) {
    for (size_t i = 0; i < table->chain_count; i++) {
        const struct nf_chain *chain = &table->chains[i];
        for (size_t k = 0; k < chain->rule_count; k++) {
            const struct nf_rule *rule = &chain->rules[k];
            const struct nf_expr *last = &rule->exprs[rule->expr_count - 1];
            if (last->kind == NF_EXPR_VERDICT && last->verdict.chain)
                table->chains[last->verdict.chain - table->chains].use++;
        }
    }
}

static int parse_table(struct parser *parser) {
    struct nf_table *table = parser->table;
    *table = (struct nf_table){
        .family = parser->info->family,
        .backend = NF_BACKEND_LEGACY,
        .syntax = NF_SYNTAX_IPTABLES,
        .name = arena_strdup(parser->arena, parser->info->name),
    };
    int r = table->name ? read_entries(parser) : -ENOMEM;
    if (r == 0)
        r = divide_entries(parser);
    if (r == 0)
        r = parse_chains(parser);
    if (r == 0)
        count_uses(table);
    return r;
}

int legacy_table_parse(const struct legacy_info *info, const uint8_t *bytes, size_t size,
                       struct arena *arena, struct nf_table *ret_table) {
    struct parser parser = {
        .info = info, .bytes = bytes, .size = size, .arena = arena, .table = ret_table};
    int r = parse_table(&parser);
    free(parser.entries);
    free(parser.spans);
    if (r < 0)
        memset(ret_table, 0, sizeof(*ret_table));
    return r;
}
