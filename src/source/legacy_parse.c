// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/legacy_parse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netfilter.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>

#include "source/legacy_block.h"

// --- Entries -------------------------------------------------------------------------------------

// What the heads of both families' entries have in common.
struct head {
    uint32_t size;
    size_t counters_offset;
    uint16_t target_offset, next_offset;
    struct xt_counters counters;
};

// Returns false if the head does not fit into what is left.
#define READ_HEAD(function, entry_type)                                                    \
    static bool function(const uint8_t *bytes, size_t left, struct head *ret_head) {       \
        entry_type entry;                                                                  \
        if (left < sizeof(entry))                                                          \
            return false;                                                                  \
        memcpy(&entry, bytes, sizeof(entry));                                              \
        *ret_head = (struct head){sizeof(entry), offsetof(entry_type, counters),           \
                                  entry.target_offset, entry.next_offset, entry.counters}; \
        return true;                                                                       \
    }
READ_HEAD(read_head4, struct ipt_entry)
READ_HEAD(read_head6, struct ip6t_entry)

static bool read_head(uint8_t family, const uint8_t *bytes, size_t left, struct head *ret_head) {
    return family == NF_FAMILY_IP6 ? read_head6(bytes, left, ret_head)
                                   : read_head4(bytes, left, ret_head);
}

// The kernel checked the block when it was written; what it gives is checked all the same.
static int read_entry(const struct legacy_block *block, size_t offset,
                      struct legacy_entry *ret_entry) {
    struct head head;
    struct xt_entry_target target;
    const uint8_t *bytes = block->bytes + offset;
    if (!read_head(block->info->family, bytes, block->size - offset, &head) ||
        head.next_offset > block->size - offset || head.target_offset < head.size ||
        (size_t)head.target_offset + sizeof(target) > head.next_offset)
        return -EBADMSG;
    memcpy(&target, bytes + head.target_offset, sizeof(target));
    if (target.u.target_size < sizeof(target) ||
        target.u.target_size > head.next_offset - head.target_offset)
        return -EBADMSG;
    *ret_entry = (struct legacy_entry){
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

static int read_entries(struct legacy_block *block) {
    // The smallest entry has a head and a target's.
    size_t most = block->size / (sizeof(struct ipt_entry) + sizeof(struct xt_entry_target)) + 1;
    block->entries = malloc(most * sizeof(*block->entries));
    if (!block->entries)
        return -ENOMEM;
    for (size_t offset = 0; offset < block->size;) {
        struct legacy_entry *entry = &block->entries[block->entry_count];
        int r = read_entry(block, offset, entry);
        if (r < 0)
            return r;
        block->entry_count++;
        offset += entry->next_offset;
    }
    return 0;
}

const uint8_t *legacy_target_data(const struct legacy_entry *entry, size_t *ret_size) {
    *ret_size = entry->target.u.target_size - sizeof(struct xt_entry_target);
    return entry->bytes + entry->target_offset + sizeof(struct xt_entry_target);
}

bool legacy_has_target(const struct legacy_entry *entry, const char *name) {
    return strncmp(entry->target.u.user.name, name, sizeof(entry->target.u.user.name)) == 0;
}

int legacy_read_verdict(const struct legacy_entry *entry, int32_t *ret_verdict) {
    size_t size;
    const uint8_t *data = legacy_target_data(entry, &size);
    if (size < sizeof(*ret_verdict))
        return -EBADMSG;
    memcpy(ret_verdict, data, sizeof(*ret_verdict));
    return 0;
}

// --- Chains --------------------------------------------------------------------------------------

static int hook_at(const struct legacy_block *block, uint32_t offset) {
    for (int hook = 0; hook < LEGACY_HOOKS; hook++) {
        if (block->info->valid_hooks & 1U << hook && block->info->hook_entry[hook] == offset)
            return hook;
    }
    return -1;
}

// linux/netfilter_ipv4/ip_tables.h: what iptables calls the chains of the hooks.
static const char *const hook_chains[LEGACY_HOOKS] = {"PREROUTING", "INPUT", "FORWARD", "OUTPUT",
                                                      "POSTROUTING"};

static int open_span(struct legacy_block *block, size_t index, int hook) {
    const struct legacy_entry *entry = &block->entries[index];
    struct legacy_span *span = &block->spans[block->span_count++];
    *span = (struct legacy_span){.hook = hook};
    if (hook >= 0) {
        span->start = entry->offset;
        span->first_entry = index;
        span->name = hook_chains[hook];
        return 0;
    }
    size_t length;
    const char *name = (const char *)legacy_target_data(entry, &length);
    span->start = entry->offset + entry->next_offset;
    span->first_entry = index + 1;
    span->name = arena_strndup(&block->table->arena, name, length);
    return span->name ? 0 : -ENOMEM;
}

// Divides the entries into chains. The last entry, an ERROR too, only ends the block.
static int divide_entries(struct legacy_block *block) {
    block->spans = malloc((block->entry_count + 1) * sizeof(*block->spans));
    if (!block->spans)
        return -ENOMEM;
    for (size_t i = 0; i < block->entry_count; i++) {
        const struct legacy_entry *entry = &block->entries[i];
        bool is_error = legacy_has_target(entry, XT_ERROR_TARGET);
        int hook = hook_at(block, entry->offset);
        if (is_error && i + 1 == block->entry_count)
            break;
        if (is_error || hook >= 0) {
            int r = open_span(block, i, is_error ? -1 : hook);
            if (r < 0)
                return r;
        }
        if (block->span_count == 0)
            return -EBADMSG;
        if (!is_error)
            block->spans[block->span_count - 1].entry_count++;
    }
    return 0;
}

static int compare_start(const void *key, const void *item) {
    uint32_t start = *(const uint32_t *)key;
    const struct legacy_span *span = item;
    return start < span->start ? -1 : start > span->start;
}

const struct nf_chain *legacy_find_chain(const struct legacy_block *block, uint32_t start) {
    const struct legacy_span *span =
        bsearch(&start, block->spans, block->span_count, sizeof(*block->spans), compare_start);
    return span ? &block->table->chains[span - block->spans] : NULL;
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
static int parse_policy(const struct legacy_block *block, const struct legacy_span *span,
                        struct nf_chain *chain) {
    const struct legacy_entry *last = &block->entries[span->first_entry + span->entry_count - 1];
    int32_t verdict;
    if (span->hook < 0)
        return 0;
    if (last->offset != block->info->underflow[span->hook] ||
        !legacy_has_target(last, XT_STANDARD_TARGET) || legacy_read_verdict(last, &verdict) < 0)
        return -EBADMSG;
    chain->policy = -(verdict + 1);
    chain->counter = (struct nf_counter){last->counters.pcnt, last->counters.bcnt};
    chain->has_counter = true;
    return 0;
}

static void name_chain(const struct legacy_block *block, const struct legacy_span *span,
                       struct nf_chain *chain) {
    *chain = (struct nf_chain){
        .table = block->table,
        .name = span->name,
        .handle = span->start,
        .is_base = span->hook >= 0,
        .rules_read = true,
    };
    if (span->hook < 0)
        return;
    chain->type = type_of(block->info->name, span->hook);
    chain->hook = (uint32_t)span->hook;
    chain->priority = priority_of(block->info->name, span->hook);
}

static int parse_chain(struct legacy_block *block, const struct legacy_span *span,
                       struct nf_chain *chain) {
    if (span->entry_count == 0)
        return -EBADMSG;
    int r = parse_policy(block, span, chain);
    chain->rules = block->rules;
    for (size_t i = 0; r == 0 && i + 1 < span->entry_count; i++) {
        r = legacy_rule_parse(block, &block->entries[span->first_entry + i], chain, (uint32_t)i + 1,
                              block->rules);
        chain->traits |= block->rules->traits;
        chain->rule_count++;
        block->rules++;
    }
    return r;
}

static int parse_chains(struct legacy_block *block) {
    struct nf_table *table = block->table;
    table->chains = arena_alloc(&block->table->arena, block->span_count * sizeof(*table->chains));
    block->rules = arena_alloc(&block->table->arena, block->entry_count * sizeof(*block->rules));
    if (!table->chains || !block->rules)
        return -ENOMEM;
    table->chain_count = block->span_count;
    // All of the names first: rules jump to chains behind them.
    for (size_t i = 0; i < block->span_count; i++)
        name_chain(block, &block->spans[i], &table->chains[i]);
    int r = nf_table_index(table);
    for (size_t i = 0; r == 0 && i < block->span_count; i++)
        r = parse_chain(block, &block->spans[i], &table->chains[i]);
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

static int parse_table(struct legacy_block *block) {
    struct nf_table *table = block->table;
    table->family = block->info->family;
    table->backend = NF_BACKEND_LEGACY;
    table->name = arena_strdup(&table->arena, block->info->name);
    int r = table->name ? read_entries(block) : -ENOMEM;
    if (r == 0)
        r = divide_entries(block);
    if (r == 0)
        r = parse_chains(block);
    if (r == 0)
        count_uses(table);
    return r;
}

int legacy_table_parse(const struct legacy_info *info, const uint8_t *bytes, size_t size,
                       struct nf_table *table) {
    struct legacy_block block = {.info = info, .bytes = bytes, .size = size, .table = table};
    int r = parse_table(&block);
    free(block.entries);
    free(block.spans);
    return r;
}

// --- The digest ----------------------------------------------------------------------------------

// FNV-1a, of words instead of bytes: entries are as long as so many words.
static uint64_t digest_bytes(uint64_t digest, const uint8_t *bytes, size_t size) {
    for (uint64_t word; size > 0;) {
        size_t length = size < sizeof(word) ? size : sizeof(word);
        word = 0;
        memcpy(&word, bytes, length);
        digest = (digest ^ word) * UINT64_C(0x100000001b3);
        digest ^= digest >> 32;
        bytes += length;
        size -= length;
    }
    return digest;
}

uint64_t legacy_digest(uint8_t family, const uint8_t *bytes, size_t size) {
    uint64_t digest = UINT64_C(0xcbf29ce484222325);
    struct head head;
    while (size > 0 && read_head(family, bytes, size, &head) && head.next_offset >= head.size &&
           head.next_offset <= size) {
        size_t behind = head.counters_offset + sizeof(struct xt_counters);
        digest = digest_bytes(digest, bytes, head.counters_offset);
        digest = digest_bytes(digest, bytes + behind, head.next_offset - behind);
        bytes += head.next_offset;
        size -= head.next_offset;
    }
    return digest_bytes(digest, bytes, size);
}
