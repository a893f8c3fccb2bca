// SPDX-License-Identifier: GPL-2.0-or-later
// References between chains as a tree. Their tables have them in its order already.
#include <errno.h>
#include <stdlib.h>

#include "panels/netfilter.h"

static bool is_wanted(const struct node_netns *entry, uint64_t netns) {
    return entry->tables[KIND_REFERENCES] && (netns == 0 || entry->netns->inode == netns);
}

static size_t count_rows(const struct node *node, uint64_t netns) {
    size_t count = 0;
    for (size_t i = 0; i < node_count(node); i++) {
        if (is_wanted(&node->netnses[i], netns))
            count += node->netnses[i].tables[KIND_REFERENCES]->count;
    }
    return count;
}

static void add_rows(const struct node *node, const struct node_netns *entry,
                     struct panel_tree_row *rows) {
    const struct table *table = entry->tables[KIND_REFERENCES];
    for (size_t i = 0; i < table->count; i++) {
        const struct nf_reference_row *row = table_row(table, i);
        rows[i] = (struct panel_tree_row){.ref = {node, entry->netns, row},
                                          .depth = row->reference.depth};
    }
}

int netfilter_tree(const struct node *node, uint64_t netns, struct panel_tree_row **ret_rows,
                   size_t *ret_count) {
    size_t count = count_rows(node, netns), done = 0;
    struct panel_tree_row *rows = calloc(count + 1, sizeof(*rows));
    if (!rows)
        return -ENOMEM;
    for (size_t i = 0; i < node_count(node); i++) {
        const struct node_netns *entry = &node->netnses[i];
        if (!is_wanted(entry, netns))
            continue;
        add_rows(node, entry, rows + done);
        done += entry->tables[KIND_REFERENCES]->count;
    }
    *ret_rows = rows;
    *ret_count = count;
    return 0;
}
