// SPDX-License-Identifier: GPL-2.0-or-later
// Prints the tables of iptables in its own namespace, for tests to compare with iptables-save.
//
//     ipt_save nft|legacy ip|ip6 [counters|json|libraries]
//
// With libraries, what netscope decodes is printed as what it does not: by iptables' own libraries.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ruleset/nf_text.h"
#include "ruleset/xt.h"
#include "source/ruleset_read.h"
#include "source/xtables.h"

// Those that are kept in the kernel's own form.
static void forget_extension(struct nf_xt *xt, struct nf_rule *rule, struct arena *arena) {
    if (!xt->extension || xt->extension->decode || xt->extension->size == 0)
        return;
    xt->foreign = arena_alloc(arena, sizeof(*xt->foreign));
    if (!xt->foreign)
        abort();
    *xt->foreign = (struct nf_foreign_xt){.raw = {xt->info, (uint32_t)xt->extension->size}};
    xt->extension = NULL;
    rule->unknown_count++;
}

static void forget_extensions(struct nf_table *table) {
    for (size_t i = 0; i < table->chain_count; i++) {
        for (size_t k = 0; k < table->chains[i].rule_count; k++) {
            struct nf_rule *rule = (void *)(uintptr_t)&table->chains[i].rules[k];
            for (size_t e = 0; e < rule->expr_count; e++) {
                int kind = rule->exprs[e].kind;
                if (kind == NF_EXPR_XT_MATCH || kind == NF_EXPR_XT_TARGET)
                    forget_extension((void *)(uintptr_t)rule->exprs[e].xt, rule, &table->arena);
            }
        }
    }
}

// All that the tests have is known.
static void complain_of_unknown(const struct nf_table *table) {
    for (size_t i = 0; i < table->chain_count; i++) {
        for (size_t k = 0; k < table->chains[i].rule_count; k++) {
            if (table->chains[i].rules[k].unknown_count > 0)
                fprintf(stderr, "rule %zu of %s is not known\n", k + 1, table->chains[i].name);
        }
    }
}

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
    bool by_libraries = argc > 3 && strcmp(argv[3], "libraries") == 0;
    const struct nf_text_options options = {.counters =
                                                argc > 3 && strcmp(argv[3], "counters") == 0};
    xtables_set_program(getenv("NETSCOPE"));
    for (size_t i = 0; i < ruleset->table_count; i++) {
        struct nf_table *table = ruleset->tables[i];
        if (table->backend != backend || table->family != family)
            continue;
        complain_of_unknown(table);
        if (by_libraries) {
            forget_extensions(table);
            if (xtables_add_texts(table) < 0)
                return 99;
        }
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
