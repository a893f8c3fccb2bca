// SPDX-License-Identifier: GPL-2.0-or-later
#include "ruleset/nft_json.h"

// What is not understood: the kernel's expressions as text.
static void put_raw(struct buffer *buffer, const struct nf_rule *rule) {
    struct buffer text = BUFFER_INIT;
    for (size_t i = 0; i < rule->expr_count; i++) {
        buffer_clear(&text);
        nft_raw_format(&text, &rule->exprs[i], 1);
        buffer_puts(buffer, i > 0 ? ",{\"raw\":" : "{\"raw\":");
        json_format_text(buffer_text(&text), buffer);
        buffer_putc(buffer, '}');
    }
    buffer_done(&text);
}

void nft_rule_json(const struct nf_rule *rule, struct buffer *buffer) {
    const struct nft_json json = {.names = rule->chain->table->names, .buffer = buffer};
    struct nft_tree tree;
    bool is_first = true;
    buffer_putc(buffer, '[');
    if (!nft_tree_build(&tree, json.names, rule->chain->table->family, rule->exprs,
                        rule->expr_count)) {
        put_raw(buffer, rule);
        nft_tree_done(&tree);
        buffer_putc(buffer, ']');
        return;
    }
    for (const struct nft_statement *statement = tree.first; statement;
         statement = statement->next) {
        if (statement->removed)
            continue;
        if (!is_first)
            buffer_putc(buffer, ',');
        is_first = false;
        nft_json_statement(&json, statement);
    }
    buffer_putc(buffer, ']');
    nft_tree_done(&tree);
}
