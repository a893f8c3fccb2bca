// SPDX-License-Identifier: GPL-2.0-or-later
#include "ruleset/nft_text.h"

static void format_statements(const struct nft_text *text, const struct nft_tree *tree) {
    bool is_first = true;
    for (const struct nft_statement *statement = tree->first; statement;
         statement = statement->next) {
        if (statement->removed)
            continue;
        if (!is_first)
            buffer_putc(text->buffer, ' ');
        is_first = false;
        nft_statement_format(text, statement);
    }
}

void nft_exprs_format(const struct nft_text *text, uint8_t family, const struct nf_expr *exprs,
                      size_t count) {
    struct nft_tree tree;
    if (nft_tree_build(&tree, text->names, family, exprs, count))
        format_statements(text, &tree);
    else
        nft_raw_format(text->buffer, exprs, count);
    nft_tree_done(&tree);
}

void nft_rule_format(const struct nf_rule *rule, const struct nf_text_options *options,
                     struct buffer *buffer) {
    struct nft_text text = {
        .names = rule->chain->table->names, .buffer = buffer, .stateless = options->stateless};
    nft_exprs_format(&text, rule->chain->table->family, rule->exprs, rule->expr_count);
    if (rule->comment && !options->brief) {
        buffer_puts(buffer, " comment \"");
        buffer_puts(buffer, rule->comment);
        buffer_putc(buffer, '"');
    }
    if (options->handles) {
        buffer_puts(buffer, " # handle ");
        buffer_put_uint(buffer, rule->handle);
    }
}

bool nft_rule_is_understood(const struct nf_rule *rule) {
    struct nft_tree tree;
    bool understood = nft_tree_build(&tree, rule->chain->table->names, rule->chain->table->family,
                                     rule->exprs, rule->expr_count);
    nft_tree_done(&tree);
    return understood;
}
