// SPDX-License-Identifier: GPL-2.0-or-later
// Prints the tables of iptables in its own namespace, for tests to compare with iptables-save.
//
//     ipt_save nft|legacy ip|ip6 [counters|json]
#include <stdio.h>
#include <string.h>

#include "ruleset/nf_text.h"
#include "source/ruleset_read.h"

static void print_json(const struct nf_table *table, struct buffer *buffer) {
    for (size_t i = 0; i < table->chain_count; i++) {
        for (size_t k = 0; k < table->chains[i].rule_count; k++) {
            ipt_rule_json(&table->chains[i].rules[k], buffer);
            buffer_putc(buffer, '\n');
        }
    }
}

int main(int argc, char **argv) {
    const struct ruleset_options all = {0};
    struct ruleset *ruleset;
    struct status status = {0};
    struct buffer buffer = BUFFER_INIT;
    if (argc < 3 || ruleset_read(NULL, &all, &ruleset, &status) < 0)
        return 99;
    enum nf_backend backend = strcmp(argv[1], "nft") == 0 ? NF_BACKEND_NFTABLES : NF_BACKEND_LEGACY;
    uint8_t family = strcmp(argv[2], "ip") == 0 ? NF_FAMILY_IP : NF_FAMILY_IP6;
    bool json = argc > 3 && strcmp(argv[3], "json") == 0;
    const struct nf_text_options options = {.counters = argc > 3 && !json};
    for (size_t i = 0; i < ruleset->table_count; i++) {
        const struct nf_table *table = ruleset->tables[i];
        if (table->backend != backend || table->family != family)
            continue;
        if (json)
            print_json(table, &buffer);
        else
            ipt_table_format(table, &options, &buffer);
    }
    fwrite(buffer_text(&buffer), 1, buffer.len, stdout);
    if (status.reason[0])
        fprintf(stderr, "%s\n", status.reason);
    buffer_done(&buffer);
    ruleset_unref(ruleset);
    return 0;
}
