// SPDX-License-Identifier: GPL-2.0-or-later
// Draws the table.
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tui/cell.h"
#include "tui/screen_parts.h"

#define PLACES_MAX 64 // columns on a screen
#define GONE_MOST  3  // lines for rows that went

// The field that the rows stand in the order of, or NULL.
static const struct field *sorted_field(const struct screen *screen, const struct view *view) {
    if (screen->all && !view->is_sort_chosen && !view->panel->whole_node && !view->spec->mixed)
        return NULL;
    return !view->tree && view->sort.count > 0 ? view->sort.keys[0].field : NULL;
}

// A column at the left for marks, and the table behind it.
#define MARK_WIDTH 1

static size_t place_columns(const struct screen *screen, struct view *view, size_t width,
                            struct column_place *places, size_t *ret_hidden) {
    view->columns.same = screen_is_at_place(screen) ? screen->place_same : NULL;
    size_t count =
        columns_layout(&view->columns, sorted_field(screen, view),
                       width > MARK_WIDTH ? width - MARK_WIDTH : 0, places, PLACES_MAX, ret_hidden);
    for (size_t i = 0; i < count; i++)
        places[i].x += MARK_WIDTH;
    return count;
}

bool screen_find_head(struct screen *screen, size_t x, const struct field **ret_field) {
    struct column_place places[PLACES_MAX];
    size_t hidden;
    size_t count = place_columns(screen, screen_view(screen), screen->width, places, &hidden);
    for (size_t i = 0; i < count; i++) {
        if (x >= places[i].x && x <= places[i].x + places[i].width) {
            *ret_field = places[i].column->field;
            return true;
        }
    }
    return false;
}

static void draw_head(const struct screen *screen, const struct view *view, struct grid *grid,
                      const struct column_place *places, size_t count, size_t hidden) {
    const struct glyphs *glyphs = screen->glyphs;
    grid_style(grid, screen->layout.head, 0, grid->columns, STYLE_HEAD);
    for (size_t i = 0; i < count; i++) {
        const struct field *field = places[i].column->field;
        bool sorted = field == sorted_field(screen, view);
        char title[64];
        snprintf(title, sizeof(title), "%s%s", field->title,
                 !sorted                         ? ""
                 : view->sort.keys[0].descending ? glyphs->descending
                                                 : glyphs->ascending);
        screen_put_cut(screen, grid, screen->layout.head, places[i].x, places[i].width,
                       cell_is_right_aligned(field), sorted ? STYLE_HEAD_SORTED : STYLE_HEAD,
                       title);
    }
    if (view->columns.first > 0)
        grid_put(grid, screen->layout.head, 0, 1, STYLE_HEAD_SORTED, glyphs->more_left);
    if (hidden > 0)
        grid_put(grid, screen->layout.head, grid->columns - 1, 1, STYLE_HEAD_SORTED,
                 glyphs->more_right);
}

static void format_branches(const struct screen *screen, const struct view *view, size_t index,
                            struct buffer *buffer) {
    const struct panel_tree_row *row = &view->tree_rows[index];
    for (unsigned depth = 1; depth < row->depth; depth++)
        buffer_puts(buffer, row->lines >> depth & 1 ? screen->glyphs->line : screen->glyphs->space);
    if (row->depth > 0)
        buffer_puts(buffer, row->last ? screen->glyphs->last : screen->glyphs->branch);
    if (row->closed)
        buffer_puts(buffer, screen->glyphs->closed);
}

static void format_table_cell(const struct screen *screen, const struct view *view, size_t index,
                              const struct field *field, struct buffer *buffer) {
    if (view->tree_rows && strcmp(field->key, view->spec->tree_field) == 0)
        format_branches(screen, view, index, buffer);
    struct row_ref ref = view_row(view, index);
    cell_format(field, &ref, buffer);
}

// The columns become as wide as the rows on the screen want them.
static void widen_columns(const struct screen *screen, struct view *view, struct buffer *cell) {
    for (size_t c = 0; c < view->columns.count && view->columns.items[c].shown; c++) {
        const struct field *field = view->columns.items[c].field;
        for (size_t i = view->top; i < view->count && i < view->top + view->height; i++) {
            buffer_clear(cell);
            format_table_cell(screen, view, i, field, cell);
            columns_widen(&view->columns, field, buffer_text(cell));
        }
    }
}

static void draw_row(const struct screen *screen, const struct view *view, struct grid *grid,
                     size_t y, size_t index, const struct column_place *places, size_t count,
                     struct buffer *cell) {
    struct row_ref ref = view_row(view, index);
    struct row_id id = view_row_id(view, &ref);
    bool marked = row_set_has(&view->marks, id);
    bool came = change_log_has_come(&screen->changes, id.netns, view->spec->kind, id.identity);
    if (marked)
        grid_put(grid, y, 0, 1, STYLE_MARKED, screen->glyphs->mark);
    else if (came)
        grid_put(grid, y, 0, 1, STYLE_GOOD, "+");
    for (size_t i = 0; i < count; i++) {
        const struct field *field = places[i].column->field;
        buffer_clear(cell);
        format_table_cell(screen, view, index, field, cell);
        uint8_t style = marked ? STYLE_MARKED
                        : came ? STYLE_GOOD
                               : cell_style(field, buffer_text(cell));
        screen_put_cut(screen, grid, y, places[i].x, places[i].width, cell_is_right_aligned(field),
                       style, buffer_text(cell));
    }
    if (index == view->index)
        grid_add_style(grid, y, 0, grid->columns, STYLE_SELECTED);
}

// --- Rows that went in the last seconds ----------------------------------------------------------

// Finds the row that went, counted from the newest. Returns false if there are not so many.
static bool find_gone(struct screen *screen, size_t which, struct row_ref *ret_ref) {
    const struct view *view = screen_view(screen);
    uint64_t scope = screen_scope(screen);
    for (size_t i = screen->changes.count; i > 0; i--) {
        const struct change_entry *entry = &screen->changes.entries[i - 1];
        const struct node_netns *netns = node_find(screen->node, entry->netns);
        if (!netns || entry->kind != view->spec->kind || (scope != 0 && scope != entry->netns))
            continue;
        for (size_t j = 0; j < entry->changes.went_count; j++) {
            *ret_ref = (struct row_ref){screen->node, netns->netns,
                                        table_row(entry->changes.before, entry->changes.went[j])};
            if ((!view->filter || filter_match(view->filter, ret_ref)) && which-- == 0)
                return true;
        }
    }
    return false;
}

size_t screen_count_gone(struct screen *screen) {
    struct row_ref ref;
    size_t count = 0;
    while (count < GONE_MOST && find_gone(screen, count, &ref))
        count++;
    return count;
}

static void draw_gone(struct screen *screen, struct grid *grid, size_t y, size_t which,
                      const struct column_place *places, size_t count, struct buffer *cell) {
    struct row_ref ref;
    if (!find_gone(screen, which, &ref))
        return;
    grid_put(grid, y, 0, 1, STYLE_DIM, "-");
    for (size_t i = 0; i < count; i++) {
        const struct field *field = places[i].column->field;
        buffer_clear(cell);
        cell_format(field, &ref, cell);
        screen_put_cut(screen, grid, y, places[i].x, places[i].width, cell_is_right_aligned(field),
                       STYLE_DIM, buffer_text(cell));
    }
}

// Why there may be rows that are not shown; NULL if all was read, or of all namespaces.
static const struct status *trouble_of(const struct screen *screen, const struct view *view) {
    const struct table *table = screen->all || view->panel->whole_node
                                    ? NULL
                                    : node_table(screen->node, screen->netns, view->spec->kind);
    return table && table->status.state != STATUS_OK && table->status.reason[0] ? &table->status
                                                                                : NULL;
}

static void draw_unread(const struct screen *screen, const struct status *status,
                        struct grid *grid) {
    struct buffer text = BUFFER_INIT;
    buffer_puts(&text, "none could be read: ");
    screen_put_printable(status->reason, &text);
    screen_put_cut(screen, grid, screen->layout.body + 1, 2,
                   grid->columns > 2 ? grid->columns - 2 : 0, false, STYLE_WARNING,
                   buffer_text(&text));
    buffer_done(&text);
}

static void draw_empty(const struct screen *screen, const struct view *view, struct grid *grid) {
    const struct status *trouble = view->loaded ? trouble_of(screen, view) : NULL;
    char text[128];
    if (trouble && view->total == 0) {
        draw_unread(screen, trouble, grid);
        return;
    }
    if (!view->loaded && view->spec->nothing)
        snprintf(text, sizeof(text), "%s", view->spec->nothing);
    else if (!view->loaded && screen->paused)
        snprintf(text, sizeof(text), "paused before this was read: p goes on");
    else if (!view->loaded)
        snprintf(text, sizeof(text), "reading %s ...", view->kind->name);
    else if (screen_is_at_place(screen))
        snprintf(text, sizeof(text), "no %s here", view->kind->name);
    else if (view->filter && view->total > 0)
        snprintf(text, sizeof(text), "no row of %zu matches the filter", view->total);
    else
        snprintf(text, sizeof(text), "no %s", view->kind->name);
    grid_put(grid, screen->layout.body + 1, 2, grid->columns, STYLE_DIM, text);
}

void screen_draw_table(struct screen *screen, struct grid *grid) {
    const struct screen_layout *layout = &screen->layout;
    struct view *view = screen_view(screen);
    struct column_place places[PLACES_MAX];
    struct buffer cell = BUFFER_INIT;
    size_t hidden;
    view_set_height(view, layout->height);
    widen_columns(screen, view, &cell);
    size_t count = place_columns(screen, view, grid->columns, places, &hidden);
    draw_head(screen, view, grid, places, count, hidden);
    for (size_t i = 0; i < layout->height && view->top + i < view->count; i++)
        draw_row(screen, view, grid, screen->layout.body + i, view->top + i, places, count, &cell);
    for (size_t i = 0; i < layout->gone; i++)
        draw_gone(screen, grid, layout->body + layout->height + i, i, places, count, &cell);
    if (view->count == 0)
        draw_empty(screen, view, grid);
    buffer_done(&cell);
}
