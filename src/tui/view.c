// SPDX-License-Identifier: GPL-2.0-or-later
#include "tui/view.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int view_init(struct view *view, const struct panel *panel, const struct panel_view *spec) {
    *view = (struct view){.panel = panel, .spec = spec, .kind = kinds[spec->kind], .height = 1};
    if (sort_compile(view->kind, spec->sort ? spec->sort : view->kind->sort, &view->sort, NULL) < 0)
        view->sort.count = 0;
    return columns_init(&view->columns, view->kind, spec->columns);
}

static void drop_rows(struct view *view) {
    for (size_t i = 0; i < view->table_count; i++)
        table_unref(view->tables[i]);
    free(view->tables);
    free(view->rows);
    free(view->tree_rows);
    view->tables = NULL;
    view->rows = NULL;
    view->tree_rows = NULL;
    view->table_count = view->count = view->total = 0;
    view->loaded = false;
}

void view_done(struct view *view) {
    drop_rows(view);
    columns_done(&view->columns);
    if (view->search != view->filter)
        filter_free(view->search);
    filter_free(view->filter);
    free(view->filter_text);
    free(view->marks);
    *view = (struct view){0};
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

static bool is_same(struct row_id a, struct row_id b) {
    return a.netns == b.netns && a.identity == b.identity;
}

const struct row_ref *view_selected(const struct view *view) {
    return view->index < view->count ? &view->rows[view->index] : NULL;
}

// --- Collecting ----------------------------------------------------------------------------------

static void hold(struct view *view, struct table *table) {
    view->tables[view->table_count++] = table_ref(table);
}

static void add_row(struct view *view, const struct node *node, const struct netns *netns,
                    const void *row) {
    struct row_ref ref = {.node = node, .netns = netns, .row = row};
    view->total++;
    if (!view->filter || filter_match(view->filter, &ref))
        view->rows[view->count++] = ref;
}

static bool is_wanted(const struct node_netns *entry, uint64_t netns) {
    return netns == 0 || entry->netns->inode == netns;
}

// How many rows there are at most.
static size_t count_rows(const struct view *view, const struct node *node, uint64_t netns) {
    if (view->panel->whole_node)
        return node_count(node);
    size_t count = 0;
    for (size_t i = 0; i < node_count(node); i++) {
        const struct table *table = node->netnses[i].tables[view->spec->kind];
        if (table && (view->tree || is_wanted(&node->netnses[i], netns)))
            count += table->count;
    }
    return count;
}

static void collect_netnses(struct view *view, const struct node *node) {
    view->loaded = node->namespaces != NULL;
    for (size_t i = 0; i < node_count(node); i++)
        add_row(view, node, node->netnses[i].netns, node->netnses[i].netns);
}

static void collect_tables(struct view *view, const struct node *node, uint64_t netns) {
    for (size_t i = 0; i < node_count(node); i++) {
        const struct node_netns *entry = &node->netnses[i];
        struct table *table = entry->tables[view->spec->kind];
        if (!table)
            continue;
        hold(view, table);
        if (!is_wanted(entry, netns))
            continue;
        view->loaded = true;
        for (size_t row = 0; row < table->count; row++)
            add_row(view, node, entry->netns, table_row(table, row));
    }
}

// --- As a tree -----------------------------------------------------------------------------------

// Keeps the rows that match and those that they hang on.
static size_t filter_tree(const struct view *view, struct panel_tree_row *rows, size_t count) {
    bool *kept = calloc(count + 1, sizeof(*kept));
    size_t wanted = 0, left = 0; // wanted: rows of a lesser depth than this hold a match
    if (!kept)
        return count;
    for (size_t i = count; i > 0; i--) {
        struct panel_tree_row *row = &rows[i - 1];
        kept[i - 1] = filter_match(view->filter, &row->ref) || row->depth < wanted;
        if (kept[i - 1])
            wanted = row->depth;
        else if (row->depth < wanted)
            wanted = row->depth;
    }
    for (size_t i = 0; i < count; i++) {
        if (kept[i])
            rows[left++] = rows[i];
    }
    free(kept);
    return left;
}

// Which of the rows that are left is the last below its parent.
static void find_last(struct panel_tree_row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        size_t next = i + 1;
        while (next < count && rows[next].depth > rows[i].depth)
            next++;
        rows[i].last = next == count || rows[next].depth < rows[i].depth;
    }
}

static void collect_tree(struct view *view, const struct node *node, uint64_t netns) {
    struct panel_tree_row *rows;
    size_t count, room = count_rows(view, node, netns);
    if (view->spec->tree(node, netns, &rows, &count) < 0)
        return;
    view->total = count;
    if (view->filter)
        count = filter_tree(view, rows, count);
    if (count > room)
        count = room;
    find_last(rows, count);
    view->count = count;
    view->tree_rows = rows;
    for (size_t i = 0; i < count; i++)
        view->rows[i] = rows[i].ref;
}

// --- Building ------------------------------------------------------------------------------------

static bool find_row(const struct view *view, struct row_id id, size_t *ret_index) {
    for (size_t i = 0; i < view->count; i++) {
        if (is_same(view_row_id(view, &view->rows[i]), id)) {
            *ret_index = i;
            return true;
        }
    }
    return false;
}

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

// Returns true if the selected row is not there.
static bool restore_selection(struct view *view, bool was_there) {
    size_t line = view->index - view->top, index;
    bool lost = false;
    if (!view->has_selection) {
        view->index = 0;
    } else if (find_row(view, view->selected, &index)) {
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

bool view_build(struct view *view, const struct node *node, uint64_t netns) {
    bool was_there = view->has_selection && view_selected(view) &&
                     is_same(view_row_id(view, view_selected(view)), view->selected);
    drop_rows(view);
    view->tables = calloc(node_count(node) + 1, sizeof(struct table *));
    view->rows = calloc(count_rows(view, node, netns) + 1, sizeof(*view->rows));
    if (!view->tables || !view->rows) {
        drop_rows(view);
        return false;
    }
    if (node->namespaces)
        hold(view, node->namespaces);
    if (view->panel->whole_node)
        collect_netnses(view, node);
    else
        collect_tables(view, node, netns);
    if (view->tree) {
        view->count = view->total = 0;
        collect_tree(view, node, netns);
    } else if (view->sort.count > 0 &&
               (netns != 0 || view->is_sort_chosen || view->panel->whole_node)) {
        sort_rows(&view->sort, view->rows, view->count);
    }
    return restore_selection(view, was_there);
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
    return 0;
}

void view_set_sort(struct view *view, const struct field *field, bool descending) {
    view->is_sort_chosen = true;
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

bool view_search(struct view *view, bool backwards) {
    for (size_t step = 1; view->search && step <= view->count; step++) {
        size_t away = backwards ? view->count - step : step;
        size_t index = (view->index + away) % view->count;
        if (!filter_match(view->search, &view->rows[index]))
            continue;
        view_select(view, index);
        return true;
    }
    return false;
}

void view_set_height(struct view *view, size_t height) {
    view->height = height > 0 ? height : 1;
    scroll_to_selection(view);
}

// --- Marks ---------------------------------------------------------------------------------------

static bool find_mark(const struct view *view, struct row_id id, size_t *ret_place) {
    for (size_t i = 0; i < view->mark_count; i++) {
        if (is_same(view->marks[i], id)) {
            *ret_place = i;
            return true;
        }
    }
    return false;
}

bool view_is_marked(const struct view *view, struct row_id id) {
    size_t place;
    return find_mark(view, id, &place);
}

void view_toggle_mark(struct view *view, struct row_id id) {
    size_t place;
    if (find_mark(view, id, &place)) {
        view->marks[place] = view->marks[--view->mark_count];
        return;
    }
    if (view->mark_count == view->mark_capacity) {
        size_t capacity = view->mark_capacity ? view->mark_capacity * 2 : 16;
        void *grown = reallocarray(view->marks, capacity, sizeof(*view->marks));
        if (!grown)
            return;
        view->marks = grown;
        view->mark_capacity = capacity;
    }
    view->marks[view->mark_count++] = id;
}

void view_clear_marks(struct view *view) {
    view->mark_count = 0;
}
