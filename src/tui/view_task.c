// SPDX-License-Identifier: GPL-2.0-or-later
#include "tui/view_task.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tui/view_merge.h"
#include "tui/view_tree.h"

#define LOOK_EVERY 4096 // rows, for whether it was cancelled

// --- What is looked at ---------------------------------------------------------------------------

static bool is_wanted(const struct node_netns *entry, uint64_t netns) {
    return netns == 0 || entry->netns->inode == netns;
}

bool view_is_large(const struct view *view, const struct node *node, uint64_t netns) {
    size_t count = 0;
    if (view->panel->whole_node)
        return false;
    size_t most = view_depends_on_rates(view) ? VIEW_RATES_AT_ONCE : VIEW_AT_ONCE;
    for (size_t i = 0; i < node_count(node); i++) {
        const struct table *table = node->netnses[i].tables[view->spec->kind];
        if (table && is_wanted(&node->netnses[i], netns))
            count += table_row_count(table);
    }
    return count > most;
}

static int add_rows(struct view_task *task, const struct view *view, const struct node *node,
                    uint64_t netns) {
    int r = 0;
    task->loaded = view->panel->whole_node && node->namespaces;
    if (task->loaded)
        return rows_add(&task->rows, node->namespaces, NULL);
    for (size_t i = 0; r == 0 && i < node_count(node); i++) {
        const struct node_netns *entry = &node->netnses[i];
        struct table *table = entry->tables[view->spec->kind];
        bool wanted = is_wanted(entry, netns);
        task->loaded |= table && wanted;
        // A tree has rows of other namespaces too: their tables are held.
        if (table && (wanted || (view->tree && view->spec->tree_is_wide)))
            r = rows_add(&task->rows, table, entry->netns);
    }
    return r;
}

// Rows of all namespaces stand by namespace first, unless somebody chose an order.
static bool is_sorted(const struct view *view, uint64_t netns) {
    return netns != 0 || view->is_sort_chosen || view->panel->whole_node || view->spec->mixed;
}

static int take_query(struct view_task *task, struct view *view, bool apart) {
    task->query = view->query;
    task->kind = view->kind;
    task->shows = view->spec->shows;
    task->tree = view->tree ? view->spec : NULL;
    task->tree_open = view->tree_open;
    task->selected = view->selected;
    if (view->tree && row_set_copy(&view->turned, &task->turned) < 0)
        return -ENOMEM;
    if (!apart)
        task->filter = view->filter;
    else if (view->filter && !(task->filter_text = strdup(view->filter_text)))
        return -ENOMEM;
    return 0;
}

static unsigned count_names(const struct kind *kind, const struct node *node) {
    unsigned count = 0;
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if ((kind->looks_at | kind->names_from) & KIND_BIT(i))
            count += node->replaced[i];
    }
    return count;
}

struct view_task *view_task_new(struct view *view, const struct node *node, uint64_t netns,
                                bool apart) {
    struct view_task *task = calloc(1, sizeof(*task));
    if (!task)
        return NULL;
    task->parts = 1;
    task->netns = netns;
    task->namespaces = table_ref(node->namespaces);
    task->rows.node = node;
    task->names = count_names(view->kind, node);
    if (is_sorted(view, netns))
        task->sort = view->sort;
    int r = take_query(task, view, apart);
    if (r == 0 && apart) {
        task->node = node_copy(node);
        task->rows.node = task->node;
        r = task->node ? 0 : -ENOMEM;
    }
    if (r == 0)
        r = add_rows(task, view, node, netns);
    if (r == 0 && apart)
        r = view_merge_prepare(task, view);
    task->order = r == 0 ? malloc((task->rows.count + 1) * sizeof(*task->order)) : NULL;
    if (!task->order) {
        view_task_free(task);
        return NULL;
    }
    return task;
}

void view_task_free(struct view_task *task) {
    if (!task)
        return;
    rows_done(&task->rows);
    rows_done(&task->before);
    free(task->before_order);
    table_unref(task->namespaces);
    node_free(task->node);
    free(task->filter_text);
    free(task->order);
    free(task->tree_rows);
    row_set_done(&task->turned);
    free(task);
}

// --- Filtering -----------------------------------------------------------------------------------

static uint32_t part_start(const struct view_task *task, size_t part) {
    return (uint32_t)((uint64_t)task->rows.count * part / task->parts);
}

// What passes is written where the part begins.
static uint32_t filter_rows(struct view_task *task, const struct filter *filter, uint32_t first,
                            uint32_t end, uint32_t *ret_total) {
    uint32_t count = 0;
    for (uint32_t number = first; number < end; number++) {
        if (number % LOOK_EVERY == 0 && atomic_load(&task->cancelled))
            return count;
        if (!rows_has(&task->rows, number))
            continue;
        struct row_ref ref = rows_at(&task->rows, number);
        if (task->shows && !task->shows(ref.row))
            continue;
        ++*ret_total;
        if (!filter || filter_match(filter, &ref))
            task->order[first + count++] = number;
    }
    return count;
}

struct filter *view_task_filter_apart(const struct view_task *task) {
    struct filter *filter = NULL;
    if (filter_compile(task->kind, task->filter_text, &filter, NULL, NULL) < 0)
        return NULL;
    filter_remember(filter, task->node); // the task holds the tables
    return filter;
}

void view_task_filter(struct view_task *task, size_t part) {
    struct filter *filter = task->filter;
    if (task->before_order || task->tree)
        return; // only what differs is looked at; a tree is filtered as a whole
    if (task->filter_text && !(filter = view_task_filter_apart(task)))
        return;
    task->part_counts[part] = filter_rows(task, filter, part_start(task, part),
                                          part_start(task, part + 1), &task->part_totals[part]);
    if (filter != task->filter)
        filter_free(filter);
}

static void join_parts(struct view_task *task) {
    for (size_t part = 0; part < task->parts; part++) {
        memmove(task->order + task->count, task->order + part_start(task, part),
                task->part_counts[part] * sizeof(*task->order));
        task->count += task->part_counts[part];
        task->total += task->part_totals[part];
    }
}

// --- The result ----------------------------------------------------------------------------------

static bool is_row(const struct view_task *task, const struct row_ref *ref, struct row_id id) {
    return ref->netns->inode == id.netns && task->kind->identity(ref->row) == id.identity;
}

// The number of the row; UINT32_MAX if there is none.
static uint32_t find_number(const struct view_task *task, struct row_id id) {
    for (uint32_t number = 0; number < task->rows.count; number++) {
        if (!rows_has(&task->rows, number))
            continue;
        struct row_ref ref = rows_at(&task->rows, number);
        if (is_row(task, &ref, id))
            return number;
    }
    return UINT32_MAX;
}

// The place of the selected row.
static uint32_t find_index(const struct view_task *task) {
    uint32_t index = 0, number = task->tree_rows ? 0 : find_number(task, task->selected);
    while (index < task->count &&
           (task->tree_rows ? !is_row(task, &task->tree_rows[index].ref, task->selected)
                            : task->order[index] != number))
        index++;
    return index < task->count ? index : UINT32_MAX;
}

void view_task_finish(struct view_task *task) {
    if (task->before_order) {
        view_merge(task);
        return;
    }
    if (task->tree) {
        task->result = view_tree(task);
    } else {
        join_parts(task);
        task->result =
            sort_numbers(&task->sort, &task->rows, task->order, task->count, &task->cancelled);
    }
    if (atomic_load(&task->cancelled))
        task->result = -ECANCELED;
    if (task->result == 0)
        task->index = find_index(task);
}
