// SPDX-License-Identifier: GPL-2.0-or-later
// What a panel says of itself. All the rest (rows, sorting, filter, columns, details, marks, help)
// is the same for every panel and is done here in tui/.
#ifndef TUI_PANEL_H
#define TUI_PANEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/kind.h"
#include "model/node.h"
#include "tui/keys.h"

// A row (or just a namespace) to go to.
struct panel_place {
    const char *panel; // its name
    uint64_t netns;    // inode
    bool has_row;
    uint64_t identity; // of the row, in that namespace
};

struct panel_tree_row {
    struct row_ref ref;
    unsigned depth; // 0: hangs on nothing
    bool last;      // of those that hang on the same
};

// A part of the details: the fields whose keys are named, "port_*" being all that begin so. A field
// is in the first group that names it; what no group names comes at the end.
struct panel_group {
    const char *title;
    const char *keys; // joined by commas
};

// A graph of a counter's rate over the last minute, among the details.
struct panel_graph {
    const char *title;
    size_t counter;
};

struct panel {
    const char *name;
    const char *title;
    enum kind_id kind;
    const char *columns; // keys joined by commas; behind '?': only where there is plenty of room;
                         // behind '~': the first to go where it is narrow
    bool whole_node;     // rows are the node's, and not those of one namespace
    bool needs_others;   // rows name rows of other namespaces: these are read as well

    const struct panel_group *groups; // the last has no title
    const struct panel_graph *graphs; // the last has no title; NULL: none
    const struct key_binding *keys;   // its own, before those that all have; NULL: none

    // Where a row leads to. Returns false if nowhere. NULL: no row of this kind does.
    bool (*target)(const struct row_ref *ref, struct panel_place *ret_place);
    const char *target_field; // the line of the details that leads there

    // The rows of a namespace (0: of all) as a tree; the array is the caller's to free. Returns 0
    // or -ENOMEM. NULL: no tree.
    int (*tree)(const struct node *node, uint64_t netns, struct panel_tree_row **ret_rows,
                size_t *ret_count);
    const char *tree_field; // the column that is drawn as a tree
};

#endif
