// SPDX-License-Identifier: GPL-2.0-or-later
// Prints the native tables of its own namespace as netscope does, for tests to compare with nft:
//
//     nft_list [handles] [stateless]     as `nft list ruleset`
//     nft_list json                      a line for each rule: its handle and its expressions
#include <stdio.h>
#include <string.h>

#include "ruleset/nf_text.h"
#include "source/ruleset_read.h"

static bool has_word(int argc, char **argv, const char *word) {
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], word) == 0)
            return true;
    }
    return false;
}

static void print_json(const struct nf_chain *chain, struct buffer *buffer) {
    bool is_block = chain->flags & 4; // NFT_CHAIN_BINDING: part of the rule that jumps to it
    for (size_t i = 0; !is_block && i < chain->rule_count; i++) {
        const struct nf_rule *rule = &chain->rules[i];
        buffer_puts(buffer, "{\"handle\":");
        buffer_put_uint(buffer, rule->handle);
        buffer_puts(buffer, ",\"table\":\"");
        buffer_puts(buffer, chain->table->name);
        buffer_puts(buffer, nft_rule_is_understood(rule) ? "\",\"understood\":true,\"expr\":"
                                                         : "\",\"understood\":false,\"expr\":");
        nft_rule_json(rule, buffer);
        buffer_puts(buffer, "}\n");
    }
}

int main(int argc, char **argv) {
    const struct ruleset_options all = {.elements = true};
    const struct nf_text_options options = {.handles = has_word(argc, argv, "handles"),
                                            .stateless = has_word(argc, argv, "stateless")};
    struct ruleset *ruleset;
    struct status status = {0};
    struct buffer buffer = BUFFER_INIT;
    if (ruleset_read(NULL, &all, &ruleset, &status) < 0)
        return 99;
    for (size_t i = 0; i < ruleset->table_count; i++) {
        const struct nf_table *table = ruleset->tables[i];
        if (table->backend != NF_BACKEND_NFTABLES)
            continue;
        if (!has_word(argc, argv, "json"))
            nft_table_format(table, &options, &buffer);
        for (size_t k = 0; has_word(argc, argv, "json") && k < table->chain_count; k++)
            print_json(&table->chains[k], &buffer);
    }
    fwrite(buffer_text(&buffer), 1, buffer.len, stdout);
    if (status.reason[0])
        fprintf(stderr, "%s\n", status.reason);
    buffer_done(&buffer);
    ruleset_unref(ruleset);
    return 0;
}
