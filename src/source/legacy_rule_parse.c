// SPDX-License-Identifier: GPL-2.0-or-later
// The rule that an entry of a legacy table is: the header that every one has, matches, counters,
// and what is done.
#include <errno.h>
#include <string.h>

#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>

#include "ruleset/ruleset_origin.h"
#include "ruleset/xt.h"
#include "source/legacy_block.h"

// How much of an interface's name counts: its mask, which is set from the front.
static uint8_t mask_length(const unsigned char mask[IFNAMSIZ]) {
    uint8_t length = 0;
    while (length < IFNAMSIZ && mask[length] != 0)
        length++;
    return length;
}

#define READ_HEADER(function, header_type)                                   \
    static void function(const uint8_t *bytes, struct nf_ipt_entry *entry) { \
        header_type ip;                                                      \
        memcpy(&ip, bytes, sizeof(ip));                                      \
        memcpy(entry->source, &ip.src, sizeof(ip.src));                      \
        memcpy(entry->source_mask, &ip.smsk, sizeof(ip.smsk));               \
        memcpy(entry->destination, &ip.dst, sizeof(ip.dst));                 \
        memcpy(entry->destination_mask, &ip.dmsk, sizeof(ip.dmsk));          \
        memcpy(entry->iniface, ip.iniface, sizeof(ip.iniface));              \
        memcpy(entry->outiface, ip.outiface, sizeof(ip.outiface));           \
        entry->iniface_length = mask_length(ip.iniface_mask);                \
        entry->outiface_length = mask_length(ip.outiface_mask);              \
        entry->protocol = (uint8_t)ip.proto;                                 \
        entry->flags = ip.flags;                                             \
        entry->invert = ip.invflags;                                         \
    }
READ_HEADER(read_ipv4, struct ipt_ip)
READ_HEADER(read_ipv6, struct ip6t_ip6)

static int parse_header(const struct legacy_block *block, const struct legacy_entry *entry,
                        struct nf_expr *expr) {
    struct nf_ipt_entry *header = arena_alloc(&block->table->arena, sizeof(*header));
    if (!header)
        return -ENOMEM;
    if (block->info->family == NF_FAMILY_IP6) {
        read_ipv6(entry->bytes, header);
        header->tos = entry->bytes[offsetof(struct ip6t_ip6, tos)];
    } else {
        read_ipv4(entry->bytes, header);
    }
    *expr = (struct nf_expr){.kind = NF_EXPR_IPT_ENTRY, .entry = header};
    return 0;
}

// A match or target of an extension.
static int parse_extension(const struct legacy_block *block, struct nf_rule *rule, const char *name,
                           uint8_t revision, bool is_target, const uint8_t *bytes, size_t length,
                           struct nf_expr *expr) {
    char terminated[XT_EXTENSION_MAXNAMELEN + 1] = {0};
    struct nf_xt *xt = arena_alloc(&block->table->arena, sizeof(*xt));
    if (!xt)
        return -ENOMEM;
    memcpy(terminated, name, XT_EXTENSION_MAXNAMELEN);
    int r = xt_decode(terminated, revision, is_target, block->info->family, bytes, length,
                      &block->table->arena, xt);
    if (r < 0)
        return r;
    *expr = (struct nf_expr){.kind = is_target ? NF_EXPR_XT_TARGET : NF_EXPR_XT_MATCH, .xt = xt};
    rule->unknown_count += xt->foreign ? 1 : 0;
    return 0;
}

// The next match behind the offset, which is moved on. Returns false if it does not fit.
static bool next_match(const struct legacy_entry *entry, uint32_t *offset,
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
static int count_matches(const struct legacy_entry *entry) {
    struct xt_entry_match match;
    const uint8_t *data;
    int count = 0;
    for (uint32_t offset = entry->head_size; offset < entry->target_offset; count++) {
        if (!next_match(entry, &offset, &match, &data))
            return -EBADMSG;
    }
    return count;
}

static int parse_matches(const struct legacy_block *block, const struct legacy_entry *entry,
                         struct nf_rule *rule, struct nf_expr *exprs) {
    struct xt_entry_match match;
    const uint8_t *data;
    for (uint32_t offset = entry->head_size; next_match(entry, &offset, &match, &data); exprs++) {
        int r = parse_extension(block, rule, match.u.user.name, match.u.user.revision, false, data,
                                match.u.match_size - sizeof(match), exprs);
        if (r < 0)
            return r;
        if (exprs->xt->extension && strcmp(exprs->xt->name, "comment") == 0)
            rule->comment = exprs->xt->info;
    }
    return 0;
}

static struct nf_verdict jump_of(const struct legacy_block *block, const struct nf_rule *rule,
                                 uint32_t offset) {
    const struct nf_ipt_entry *header = rule->exprs[0].entry;
    uint8_t go_to = block->info->family == NF_FAMILY_IP6 ? IP6T_F_GOTO : IPT_F_GOTO;
    const struct nf_chain *chain = legacy_find_chain(block, offset);
    return (struct nf_verdict){
        .code = header->flags & go_to ? NF_VERDICT_GOTO : NF_VERDICT_JUMP,
        .chain = chain,
        .chain_name = chain ? chain->name : NULL,
    };
}

// Adds what is done, if anything: a rule without a target goes to the one behind it.
static int parse_target(const struct legacy_block *block, const struct legacy_entry *entry,
                        struct nf_rule *rule, struct nf_expr *expr) {
    int32_t verdict;
    size_t size;
    const uint8_t *data = legacy_target_data(entry, &size);
    const struct xt_entry_target *target = &entry->target;
    rule->expr_count++;
    if (!legacy_has_target(entry, XT_STANDARD_TARGET))
        return parse_extension(block, rule, target->u.user.name, target->u.user.revision, true,
                               data, size, expr);
    int r = legacy_read_verdict(entry, &verdict);
    if (r < 0)
        return r;
    expr->kind = NF_EXPR_VERDICT;
    if (verdict >= 0 && (uint32_t)verdict == entry->offset + entry->next_offset)
        rule->expr_count--;
    else if (verdict >= 0)
        expr->verdict = jump_of(block, rule, (uint32_t)verdict);
    else
        expr->verdict.code = verdict == XT_RETURN ? NF_VERDICT_RETURN : -(verdict + 1);
    return 0;
}

int legacy_rule_parse(const struct legacy_block *block, const struct legacy_entry *entry,
                      const struct nf_chain *chain, uint32_t number, struct nf_rule *rule) {
    int matches = count_matches(entry);
    if (matches < 0)
        return matches;
    // The header, the matches, the counters, what is done.
    struct nf_expr *exprs =
        arena_alloc(&block->table->arena, ((size_t)matches + 3) * sizeof(*exprs));
    if (!exprs)
        return -ENOMEM;
    *rule = (struct nf_rule){.chain = chain,
                             .handle = entry->offset,
                             .number = number,
                             .exprs = exprs,
                             .expr_count = (uint32_t)matches + 2};
    int r = parse_header(block, entry, exprs);
    if (r == 0)
        r = parse_matches(block, entry, rule, exprs + 1);
    exprs[matches + 1] = (struct nf_expr){.kind = NF_EXPR_COUNTER,
                                          .counter = {entry->counters.pcnt, entry->counters.bcnt}};
    if (r == 0)
        r = parse_target(block, entry, rule, exprs + matches + 2);
    if (r == 0)
        rule->traits = nf_rule_traits(rule);
    return r;
}
