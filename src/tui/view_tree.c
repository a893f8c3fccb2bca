// SPDX-License-Identifier: GPL-2.0-or-later
#include "tui/view_tree.h"

#include <errno.h>
#include <stdlib.h>

// --- With a filter -------------------------------------------------------------------------------

// Keeps the rows that match and those that they hang on. Returns how many these are.
static size_t keep_matches(const struct filter *filter, struct panel_tree_row *rows, size_t count) {
    bool *kept = calloc(count + 1, sizeof(*kept));
    size_t wanted = 0, left = 0; // wanted: rows of a lesser depth than this hold a match
    if (!kept)
        return count;
    for (size_t i = count; i > 0; i--) {
        struct panel_tree_row *row = &rows[i - 1];
        kept[i - 1] = filter_match(filter, &row->ref) || row->depth < wanted;
        if (kept[i - 1] || row->depth < wanted)
            wanted = row->depth;
    }
    for (size_t i = 0; i < count; i++) {
        if (kept[i])
            rows[left++] = rows[i];
    }
    free(kept);
    return left;
}

static int keep_filtered(struct view_task *task, size_t *count) {
    struct filter *filter = task->filter;
    if (task->filter_text && !(filter = view_task_filter_apart(task)))
        return -ENOMEM;
    if (filter)
        *count = keep_matches(filter, task->tree_rows, *count);
    if (filter != task->filter)
        filter_free(filter);
    return 0;
}

// --- Open and closed rows ------------------------------------------------------------------------

static bool is_open(const struct view_task *task, const struct panel_tree_row *row) {
    bool open = task->tree_open == 0 || row->depth < task->tree_open;
    if (task->turned.count == 0)
        return open;
    const struct row_id id = {row->ref.netns->inode, task->kind->identity(row->ref.row)};
    return open != row_set_has(&task->turned, id);
}

// Drops what hangs on closed rows.
static size_t keep_open(const struct view_task *task, struct panel_tree_row *rows, size_t count) {
    size_t left = 0;
    for (size_t i = 0, next; i < count; i = next) {
        bool carries = i + 1 < count && rows[i + 1].depth > rows[i].depth;
        next = i + 1;
        rows[i].closed = carries && !is_open(task, &rows[i]);
        while (rows[i].closed && next < count && rows[next].depth > rows[i].depth)
            next++;
        rows[left++] = rows[i];
    }
    return left;
}

// --- Lines ---------------------------------------------------------------------------------------

// From the last row to the first: which depths come again further down.
static void find_lines(struct panel_tree_row *rows, size_t count) {
    uint64_t below = 0;
    for (size_t i = count; i > 0; i--) {
        struct panel_tree_row *row = &rows[i - 1];
        if (row->depth > PANEL_TREE_DEPTH_MAX)
            row->depth = PANEL_TREE_DEPTH_MAX;
        uint64_t own = UINT64_C(1) << row->depth;
        row->last = !(below & own);
        row->lines = below & (own - 1);
        below = row->lines | own;
    }
}

int view_tree(struct view_task *task) {
    size_t count;
    int r = task->tree->tree(task->rows.node, task->netns, &task->tree_rows, &count);
    if (r < 0)
        return r;
    task->total = (uint32_t)count;
    if (task->filter || task->filter_text)
        r = keep_filtered(task, &count);
    else
        count = keep_open(task, task->tree_rows, count);
    find_lines(task->tree_rows, count);
    task->count = (uint32_t)count;
    return r;
}
