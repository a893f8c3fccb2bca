// SPDX-License-Identifier: GPL-2.0-or-later
#include "tui/view.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/view_task.h"

int view_init(struct view *view, const struct panel *panel, const struct panel_view *spec) {
    *view = (struct view){.panel = panel,
                          .spec = spec,
                          .kind = kinds[spec->kind],
                          .height = 1,
                          .tree = spec->tree_first,
                          .tree_open = spec->tree_open};
    if (sort_compile(view->kind, spec->sort ? spec->sort : view->kind->sort, &view->sort, NULL) < 0)
        view->sort.count = 0;
    return columns_init(&view->columns, view->kind, spec->columns);
}

static void drop_rows(struct view *view) {
    rows_done(&view->rows);
    table_unref(view->namespaces);
    free(view->order);
    free(view->tree_rows);
    view->namespaces = NULL;
    view->order = NULL;
    view->tree_rows = NULL;
    view->count = view->total = 0;
    view->searched = 0; // among other rows it begins anew
    view->loaded = false;
}

void view_done(struct view *view) {
    drop_rows(view);
    columns_done(&view->columns);
    if (view->search != view->filter)
        filter_free(view->search);
    filter_free(view->filter);
    free(view->filter_text);
    row_set_done(&view->marks);
    row_set_done(&view->turned);
    *view = (struct view){0};
}

void view_let_go(struct view *view) {
    bool held = false;
    for (size_t i = 0; i < view->rows.part_count; i++)
        held |= view->rows.parts[i].table->pages != NULL;
    if (!held)
        return;
    drop_rows(view);
    view->query++; // what is under way is not wanted either
}

// --- Identity ------------------------------------------------------------------------------------

struct row_id view_row_id(const struct view *view, const struct row_ref *ref) {
    return (struct row_id){ref->netns->inode, view->kind->identity(ref->row)};
}

const struct field *view_name_field(const struct view *view) {
    char key[64];
    snprintf(key, sizeof(key), "%.*s", (int)strcspn(view->spec->columns, ","), view->spec->columns);
    return kind_find_field(view->kind, key, NULL);
}

struct row_ref view_row(const struct view *view, size_t index) {
    return view->tree_rows ? view->tree_rows[index].ref : rows_at(&view->rows, view->order[index]);
}

const struct row_ref *view_selected(struct view *view) {
    if (view->index >= view->count)
        return NULL;
    view->selected_ref = view_row(view, view->index);
    return &view->selected_ref;
}

bool view_depends_on_rates(const struct view *view) {
    return (view->sort.count > 0 && field_is_rate(view->sort.keys[0].field)) ||
           (view->filter && filter_reads_rates(view->filter));
}

void view_sort_screen(struct view *view) {
    if (view->count <= VIEW_RATES_AT_ONCE || view->tree_rows || view->sort.count == 0 ||
        !field_is_rate(view->sort.keys[0].field))
        return;
    size_t count = view->count - view->top < view->height ? view->count - view->top : view->height;
    uint32_t selected = view->index < view->count ? view->order[view->index] : 0;
    sort_numbers(&view->sort, &view->rows, view->order + view->top, count, NULL);
    for (size_t i = view->top; i < view->top + count; i++) {
        if (view->order[i] == selected)
            view->index = i;
    }
}

static bool find_row(const struct view *view, struct row_id id, size_t *ret_index) {
    for (size_t i = 0; i < view->count; i++) {
        struct row_ref ref = view_row(view, i);
        if (row_id_is_same(view_row_id(view, &ref), id)) {
            *ret_index = i;
            return true;
        }
    }
    return false;
}

bool view_find_row(const struct view *view, struct row_id id, struct row_ref *ret_ref) {
    size_t index;
    if (!find_row(view, id, &index))
        return false;
    *ret_ref = view_row(view, index);
    return true;
}

// --- Logs ----------------------------------------------------------------------------------------

bool view_is_at_end(const struct view *view) {
    bool newest_last = view->spec->log && !view->is_sort_chosen;
    return newest_last && (!view->has_selection || view->index + 1 >= view->count);
}

static uint64_t newest_of(const struct table *table) {
    return table && table->count > 0 ? table->kind->identity(table_row(table, table->count - 1))
                                     : 0;
}

uint64_t view_count_newer(const struct view *view, const struct node *node) {
    uint64_t count = 0;
    for (size_t i = 0; i < view->rows.part_count; i++) {
        const struct rows_part *part = &view->rows.parts[i];
        uint64_t newest = newest_of(node_table(node, part->netns->inode, view->spec->kind));
        uint64_t shown = newest_of(part->table);
        count += newest > shown ? newest - shown : 0;
    }
    return count;
}

// --- Showing -------------------------------------------------------------------------------------

static void scroll_to_selection(struct view *view) {
    if (view->index < view->top)
        view->top = view->index;
    if (view->index >= view->top + view->height)
        view->top = view->index - view->height + 1;
    size_t most = view->count > view->height ? view->count - view->height : 0;
    if (view->top > most)
        view->top = most;
}

static void remember_selection(struct view *view) {
    const struct row_ref *ref = view_selected(view);
    if (ref)
        view->selected = view_row_id(view, ref);
}

// Where the selected row stands now: the task has looked for the one that was selected then.
static bool find_selected(const struct view *view, const struct view_task *task,
                          size_t *ret_index) {
    if (!row_id_is_same(task->selected, view->selected))
        return find_row(view, view->selected, ret_index);
    *ret_index = task->index;
    return task->index != UINT32_MAX;
}

static void select_newest(struct view *view) {
    view->index = view->count > 0 ? view->count - 1 : 0;
    remember_selection(view);
    scroll_to_selection(view);
}

// Returns true if the selected row is not there.
static bool restore_selection(struct view *view, const struct view_task *task, bool was_there) {
    size_t line = view->index - view->top, index;
    bool lost = false;
    if (!view->has_selection) {
        view->index = 0;
    } else if (find_selected(view, task, &index)) {
        view->index = index;
        if (view->follow)
            view->top = index > line ? index - line : 0;
    } else {
        lost = was_there;
    }
    if (view->index >= view->count)
        view->index = view->count > 0 ? view->count - 1 : 0;
    if (lost && view->count > 0)
        remember_selection(view);
    scroll_to_selection(view);
    return lost;
}

bool view_take(struct view *view, const struct node *node, struct view_task *task) {
    if (task->query != view->query || task->result < 0)
        return false;
    const struct row_ref *ref = view_selected(view);
    bool at_end = view_is_at_end(view);
    bool was_there =
        view->has_selection && ref && row_id_is_same(view_row_id(view, ref), view->selected);
    drop_rows(view);
    view->rows = task->rows;
    view->rows.node = node;
    view->namespaces = task->namespaces;
    view->order = task->order;
    view->tree_rows = task->tree_rows;
    view->count = task->count;
    view->total = task->total;
    view->loaded = task->loaded;
    view->pending = false;
    view->built = task->query;
    view->names = task->names;
    task->rows = (struct rows){0};
    task->namespaces = NULL;
    task->order = NULL;
    task->tree_rows = NULL;
    if (at_end) {
        select_newest(view);
        return false;
    }
    return restore_selection(view, task, was_there);
}

bool view_build(struct view *view, const struct node *node, uint64_t netns) {
    view->query++; // what is under way is about older rows
    struct view_task *task = view_task_new(view, node, netns, false);
    if (!task)
        return false;
    view_task_filter(task, 0);
    view_task_finish(task);
    bool lost = view_take(view, node, task);
    view_task_free(task);
    return lost;
}

// --- Filter and sort -----------------------------------------------------------------------------

static bool is_blank(const char *text) {
    return text[strspn(text, " \t")] == '\0';
}

int view_set_filter(struct view *view, const char *text, size_t *ret_offset, struct error *err) {
    struct filter *filter = NULL;
    if (!is_blank(text)) {
        int r = filter_compile(view->kind, text, &filter, ret_offset, err);
        if (r < 0)
            return r;
    }
    char *copy = filter ? strdup(text) : NULL;
    if (filter && !copy) {
        filter_free(filter);
        return error_set(err, -ENOMEM, "out of memory");
    }
    if (view->filter != view->search)
        filter_free(view->filter);
    free(view->filter_text);
    view->filter_text = copy;
    if (filter) {
        filter_free(view->search);
        view->search = filter;
    }
    view->filter = filter;
    view->query++;
    return 0;
}

void view_set_sort(struct view *view, const struct field *field, bool descending) {
    view->is_sort_chosen = true;
    view->query++;
    view->sort = (struct sort){.keys = {{.field = field, .descending = descending}}, .count = 1};
}

// --- Moving --------------------------------------------------------------------------------------

void view_select(struct view *view, size_t index) {
    if (view->count == 0)
        return;
    view->index = index < view->count ? index : view->count - 1;
    view->has_selection = true;
    remember_selection(view);
    scroll_to_selection(view);
}

// A page is turned: the selection keeps its line on the screen.
static void turn(struct view *view, ptrdiff_t rows) {
    size_t most = view->count > view->height ? view->count - view->height : 0;
    if (rows < 0)
        view->top = view->top < (size_t)-rows ? 0 : view->top - (size_t)-rows;
    else
        view->top = most - view->top < (size_t)rows ? most : view->top + (size_t)rows;
}

void view_move(struct view *view, ptrdiff_t rows) {
    if (rows > 1 || rows < -1)
        turn(view, rows);
    if (rows < 0 && view->index < (size_t)-rows)
        view_select(view, 0);
    else
        view_select(view, view->index + (size_t)rows);
}

bool view_select_row(struct view *view, struct row_id id) {
    size_t index;
    view->has_selection = true;
    view->selected = id;
    if (!find_row(view, id, &index))
        return false;
    view_select(view, index);
    return true;
}

static bool matches_search(const struct view *view, size_t index) {
    struct row_ref ref = view_row(view, index);
    return filter_match(view->search, &ref);
}

bool view_search(struct view *view, bool backwards) {
    view->searching = view->search;
    view->search_backwards = backwards;
    view->searched = 0;
    return view_search_on(view);
}

bool view_search_on(struct view *view) {
    for (size_t rows = 0; view->searching && rows < VIEW_AT_ONCE; rows++) {
        if (view->searched == view->count) {
            view->searching = false;
            return false;
        }
        size_t step = ++view->searched;
        size_t away = view->search_backwards ? view->count - step : step;
        size_t index = (view->index + away) % view->count;
        if (matches_search(view, index)) {
            view->searching = false;
            view_select(view, index);
            return true;
        }
    }
    return false;
}

void view_set_height(struct view *view, size_t height) {
    view->height = height > 0 ? height : 1;
    scroll_to_selection(view);
}

// --- A tree's rows -------------------------------------------------------------------------------

void view_fold(struct view *view) {
    const struct row_ref *ref = view_selected(view);
    if (!ref)
        return;
    row_set_turn(&view->turned, view_row_id(view, ref));
    view->query++;
}

void view_fold_all(struct view *view) {
    view->tree_open = view->tree_open == 0 ? 1 : 0;
    row_set_clear(&view->turned);
    view->query++;
}
