// SPDX-License-Identifier: GPL-2.0-or-later
// Messages of nf_tables, as the kernel would send them or not: every parser, each field of what
// they made, and the whole as text. The seeds are a real kernel's, one for each expression, sort of
// set and object.
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/bypass.h"
#include "model/netfilter.h"
#include "model/node.h"
#include "ruleset/nf_text.h"
#include "tests/nft_load.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct kind *const all[] = {
    &nf_table_kind, &nf_hook_kind,    &nf_chain_kind,  &nf_rule_kind,
    &nf_set_kind,   &nf_element_kind, &nf_object_kind, &nf_flowtable_kind,
};

static void read_fields(const struct kind *kind, const struct row_ref *ref) {
    struct buffer text = BUFFER_INIT;
    for (size_t i = 0; i < kind->field_count; i++) {
        struct value value;
        const struct field *field = &kind->fields[i];
        struct row_ref read = *ref;
        read.row = field_struct(field, ref->row);
        value.kind = VALUE_ABSENT;
        if (read.row)
            field->get(&read, field, &value);
        value_format(&value, &text);
    }
    kind->identity(ref->row);
    buffer_done(&text);
}

static void read_rows(struct ruleset *ruleset, struct node *node) {
    const struct netns netns = {.name = "fuzz", .inode = 1};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        struct table *table = table_new(all[i]);
        if (!table || netfilter_add_rows(table, ruleset) < 0)
            abort();
        for (size_t k = 0; k < table->count; k++) {
            const struct row_ref ref = {.node = node, .netns = &netns, .row = table_row(table, k)};
            read_fields(all[i], &ref);
        }
        table_unref(table);
    }
}

static void read_bypasses(struct ruleset *ruleset, struct node *node) {
    const struct netns netns = {.name = "fuzz", .inode = 1};
    const struct bypass_facts facts = {.ruleset = ruleset};
    struct table *table = table_new(&bypass_kind);
    if (!table || bypass_add_rows(table, &facts) < 0)
        abort();
    for (size_t i = 0; i < table->count; i++) {
        const struct row_ref ref = {.node = node, .netns = &netns, .row = table_row(table, i)};
        read_fields(&bypass_kind, &ref);
    }
    table_unref(table);
}

static void format_tables(const struct ruleset *ruleset) {
    const struct nf_text_options options = {.counters = true, .handles = true};
    struct buffer text = BUFFER_INIT;
    for (size_t i = 0; i < ruleset->table_count; i++) {
        if (ruleset->tables[i]->syntax == NF_SYNTAX_NFT)
            nft_table_format(ruleset->tables[i], &options, &text);
        else
            ipt_table_format(ruleset->tables[i], &options, &text);
    }
    buffer_done(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    // Messages are aligned, and what is read past their end has to be found out.
    void *bytes = malloc(size + 1);
    struct node *node = node_new();
    struct ruleset *ruleset;
    if (!bytes || !node)
        abort();
    memcpy(bytes, data, size);
    nft_load_messages(bytes, size, &ruleset);
    read_rows(ruleset, node);
    read_bypasses(ruleset, node);
    format_tables(ruleset);
    ruleset_unref(ruleset);
    node_free(node);
    free(bytes);
    return 0;
}
