// SPDX-License-Identifier: GPL-2.0-or-later
// Which rows a view shows, and in which order: worked out at once for few rows, on a worker for
// many. A task holds all that it looks at; nobody else touches it while it runs, except to cancel
// it.
#ifndef TUI_VIEW_TASK_H
#define TUI_VIEW_TASK_H

#include <stdatomic.h>

#include "model/node.h"
#include "model/rows.h"
#include "tui/view.h"

#define VIEW_AT_ONCE 5000 // rows that are filtered and sorted while a key waits
// The same where rates matter, which a worker does not know: of more rows only those on the screen
// have any.
#define VIEW_RATES_AT_ONCE  50000
#define VIEW_TASK_PARTS_MAX 8

struct view_task {
    unsigned query; // the view's when it was made
    struct rows rows;
    struct table *namespaces; // in which the rows are
    struct node *node;        // what the rows look at on a worker; NULL: the node itself
    bool loaded;
    unsigned names; // counts the changes of tables that the rows' fields look at

    const struct kind *kind;
    bool (*shows)(const void *row); // the view's; NULL: all rows
    char *filter_text;              // NULL: no filter; the task's own
    struct filter *filter;          // the view's, where it runs at once
    struct sort sort;               // none: as they come
    struct row_id selected;         // to be found again
    const struct panel_view *tree;  // NULL: not as a tree
    uint64_t netns;                 // of which the tree is; 0: of all
    unsigned tree_open;             // as in the view
    struct row_set turned;

    // What the view shows, where the task only has to bring that up to date (view_merge.h).
    struct rows before;
    uint32_t *before_order; // NULL: it begins anew
    uint32_t before_count;
    uint32_t selected_number; // in before; UINT32_MAX: none

    atomic_bool cancelled;
    size_t parts;                              // that are filtered apart from each other
    uint32_t part_counts[VIEW_TASK_PARTS_MAX]; // rows of each that pass
    uint32_t part_totals[VIEW_TASK_PARTS_MAX]; // rows of each that the view is about

    // The result: 0, -ENOMEM or -ECANCELED.
    int result;
    uint32_t *order; // numbers of rows
    uint32_t count, total;
    uint32_t index;                   // of the selected row in it; UINT32_MAX: it is not there
    struct panel_tree_row *tree_rows; // in place of order
};

// True if the view's rows are too many to be worked out while somebody waits for it.
bool view_is_large(const struct view *view, const struct node *node, uint64_t netns);

// Makes a task for the rows of the namespace, or of all (0); `apart` for one that runs on a worker.
// NULL when memory is out.
struct view_task *view_task_new(struct view *view, const struct node *node, uint64_t netns,
                                bool apart);
void view_task_free(struct view_task *task);

// Filters one of the task's parts; several threads do so at the same time. Afterwards
// view_task_finish puts what has passed in order.
void view_task_filter(struct view_task *task, size_t part);
void view_task_finish(struct view_task *task);

// Compiles the task's filter text: a filter is used by one thread at a time. NULL when memory is
// out.
struct filter *view_task_filter_apart(const struct view_task *task);

// Shows what a task has found. Returns true if the selected row is not there any more; then its
// neighbour is selected. A task that was cancelled, or that is about what nobody wants any more,
// changes nothing.
bool view_take(struct view *view, const struct node *node, struct view_task *task);

#endif
