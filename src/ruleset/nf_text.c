// SPDX-License-Identifier: GPL-2.0-or-later
#include "ruleset/nf_text.h"

#include <stdlib.h>

void nf_rule_format(const struct nf_rule *rule, const struct nf_text_options *options,
                    struct buffer *buffer) {
    if (rule->chain->table->syntax == NF_SYNTAX_IPTABLES)
        ipt_rule_format(rule, options, buffer);
    else
        nft_rule_format(rule, options, buffer);
}

static const char *keep_text(struct nf_table *table, const char *text) {
    while (atomic_flag_test_and_set_explicit(&table->texts_lock, memory_order_acquire))
        ;
    const char *kept = arena_strdup(&table->texts, text);
    atomic_flag_clear_explicit(&table->texts_lock, memory_order_release);
    return kept;
}

const char *nf_rule_text(const struct nf_rule *rule) {
    // The text is no part of what the rule says: that it is there now is no change of it.
    struct nf_rule *holder = (struct nf_rule *)(uintptr_t)rule;
    const struct nf_text_options options = {0};
    struct buffer made = BUFFER_INIT;
    const char *text = atomic_load(&holder->text);
    if (text)
        return text;
    nf_rule_format(rule, &options, &made);
    const char *kept = made.failed ? NULL : keep_text(rule->chain->table, buffer_text(&made));
    buffer_done(&made);
    if (kept && atomic_compare_exchange_strong(&holder->text, &text, kept))
        return kept;
    return text ? text : ""; // another was quicker
}

void nf_rule_json(const struct nf_rule *rule, struct buffer *buffer) {
    if (rule->chain->table->syntax == NF_SYNTAX_IPTABLES)
        ipt_rule_json(rule, buffer);
    else
        nft_rule_json(rule, buffer);
}

const struct nf_counter *nf_rule_counter(const struct nf_rule *rule) {
    for (uint32_t i = 0; i < rule->expr_count; i++) {
        if (rule->exprs[i].kind == NF_EXPR_COUNTER)
            return &rule->exprs[i].counter;
    }
    return NULL;
}
