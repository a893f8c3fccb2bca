// SPDX-License-Identifier: GPL-2.0-or-later
// Legacy tables of iptables: the parser of the kernel's block, and all that prints what came of it.
// The input is a byte of the family (6: IPv6), struct legacy_info's numbers (valid_hooks,
// hook_entry, underflow, 32 bits each), and the block.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ruleset/nf_text.h"
#include "source/legacy_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// What the parser promises: everything points to what it belongs to.
static void check_table(const struct nf_table *table) {
    for (size_t i = 0; i < table->chain_count; i++) {
        const struct nf_chain *chain = &table->chains[i];
        if (chain->table != table || !chain->name)
            abort();
        for (size_t k = 0; k < chain->rule_count; k++) {
            if (chain->rules[k].chain != chain || chain->rules[k].expr_count < 2)
                abort();
        }
    }
}

static void print_table(const struct nf_table *table) {
    const struct nf_text_options options = {.counters = true};
    struct buffer buffer = BUFFER_INIT;
    ipt_table_format(table, &options, &buffer);
    for (size_t i = 0; i < table->chain_count; i++) {
        for (size_t k = 0; k < table->chains[i].rule_count; k++)
            ipt_rule_json(&table->chains[i].rules[k], &buffer);
    }
    buffer_done(&buffer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint32_t numbers[1 + 2 * LEGACY_HOOKS];
    if (size < 1 + sizeof(numbers))
        return 0;
    memcpy(numbers, data + 1, sizeof(numbers));
    struct legacy_info info = {
        .family = data[0] == 6 ? NF_FAMILY_IP6 : NF_FAMILY_IP,
        .name = "filter",
        .valid_hooks = numbers[0],
    };
    memcpy(info.hook_entry, numbers + 1, sizeof(info.hook_entry));
    memcpy(info.underflow, numbers + 1 + LEGACY_HOOKS, sizeof(info.underflow));
    size -= 1 + sizeof(numbers);
    // Bytes of their own, so that a sanitizer sees what reads on behind them.
    uint8_t *bytes = malloc(size > 0 ? size : 1);
    struct nf_table *table = nf_table_new();
    if (!bytes || !table)
        abort();
    memcpy(bytes, data + 1 + sizeof(numbers), size);
    int r = legacy_table_parse(&info, bytes, size, table);
    legacy_digest(info.family, bytes, size);
    free(bytes);
    if (r == 0) {
        check_table(table);
        print_table(table);
    }
    nf_table_unref(table);
    return 0;
}
