// SPDX-License-Identifier: GPL-2.0-or-later
// What the parts of parsing a legacy table share: legacy_parse.c (entries, chains, the table),
// legacy_rule_parse.c (the rule that an entry is).
#ifndef SOURCE_LEGACY_BLOCK_H
#define SOURCE_LEGACY_BLOCK_H

#include <stdbool.h>

#include <linux/netfilter/x_tables.h>

#include "source/legacy_parse.h"

// One entry of the block, once it is known to lie within it.
struct legacy_entry {
    uint32_t offset, next_offset, target_offset; // the last from the entry's beginning
    uint32_t head_size;                          // of struct ipt_entry or ip6t_entry
    const uint8_t *bytes;
    struct xt_counters counters;
    struct xt_entry_target target; // its head
};

// What is said of the chains before their rules are parsed.
struct legacy_span {
    uint32_t start; // offset of the first rule: what jumps name
    size_t first_entry, entry_count;
    const char *name;
    int hook; // -1: a user's chain
};

struct legacy_block {
    const struct legacy_info *info;
    const uint8_t *bytes;
    size_t size;
    struct nf_table *table;
    struct legacy_entry *entries;
    size_t entry_count;
    struct legacy_span *spans; // in the order of their starts
    size_t span_count;
    struct nf_rule *rules; // room for those of all chains
};

// The bytes behind the target's head, and its name.
const uint8_t *legacy_target_data(const struct legacy_entry *entry, size_t *ret_size);
bool legacy_has_target(const struct legacy_entry *entry, const char *name);

// The number that a standard target has: below zero a verdict, -(NF_* + 1) (XT_RETURN among them:
// -(NF_REPEAT + 1)), else where to go on. Returns 0 or -EBADMSG.
int legacy_read_verdict(const struct legacy_entry *entry, int32_t *ret_verdict);

// The chain whose first rule stands there, or NULL.
const struct nf_chain *legacy_find_chain(const struct legacy_block *block, uint32_t start);

// Makes a rule of an entry. Returns 0, -EBADMSG or -ENOMEM.
int legacy_rule_parse(const struct legacy_block *block, const struct legacy_entry *entry,
                      const struct nf_chain *chain, uint32_t number, struct nf_rule *rule);

#endif
