// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tui/cell.h"
#include "tui/screen_parts.h"

#define PLACES_MAX 64 // columns on a screen

// --- Text at a place -----------------------------------------------------------------------------

// Writes the text, cut with a sign if it does not fit, right-aligned if asked for.
static void put_cut(const struct screen *screen, struct grid *grid, size_t y, size_t x,
                    size_t width, bool right, uint8_t style, const char *text) {
    size_t own = text_width(text);
    if (own <= width) {
        grid_put(grid, y, right ? x + width - own : x, width, style, text);
    } else if (width > 0) {
        size_t taken = grid_put(grid, y, x, width - 1, style, text);
        grid_put(grid, y, x + taken, 1, style, screen->glyphs->cut);
    }
}

static void put_printable(const char *text, struct buffer *buffer) {
    text_printable(text, strlen(text), buffer);
}

// --- The first line: panels ----------------------------------------------------------------------

// Where the tab of a panel begins, and how wide it is.
static size_t find_tab_start(const struct screen *screen, size_t panel, size_t *ret_width) {
    size_t x = 0;
    for (size_t i = 0; i < panel; i++)
        x += text_width(screen->panels[i]->title) + 4;
    *ret_width = text_width(screen->panels[panel]->title) + 4;
    return x;
}

bool screen_find_tab(const struct screen *screen, size_t x, size_t *ret_panel) {
    for (size_t i = 0; i < screen->panel_count; i++) {
        size_t width, start = find_tab_start(screen, i, &width);
        if (x >= start && x < start + width) {
            *ret_panel = i;
            return true;
        }
    }
    return false;
}

static void draw_tabs(const struct screen *screen, struct grid *grid) {
    size_t end = 0;
    grid_style(grid, ROW_TABS, 0, grid->columns, STYLE_TAB);
    for (size_t i = 0; i < screen->panel_count; i++) {
        char text[64];
        size_t width, x = find_tab_start(screen, i, &width);
        bool current = i == screen->panel;
        snprintf(text, sizeof(text), current ? "[%zu %s]" : " %zu %s ", i + 1,
                 screen->panels[i]->title);
        grid_put(grid, ROW_TABS, x, width, current ? STYLE_TAB_CURRENT : STYLE_TAB, text);
        end = x + width;
    }
    struct buffer host = BUFFER_INIT;
    put_printable(screen->node->hostname, &host);
    size_t width = text_width(buffer_text(&host));
    if (end + width + 1 < grid->columns)
        grid_put(grid, ROW_TABS, grid->columns - width - 1, width, STYLE_TAB, buffer_text(&host));
    buffer_done(&host);
}

// --- The second line: what is shown --------------------------------------------------------------

static void format_count(struct screen *screen, struct buffer *buffer) {
    const struct view *view = screen_view(screen);
    if (!view->loaded)
        buffer_printf(buffer, "reading %s ...", view->kind->name);
    else if (view->filter)
        buffer_printf(buffer, "%zu of %zu %s shown", view->count, view->total, view->kind->name);
    else
        buffer_printf(buffer, "%zu %s", view->count, view->kind->name);
}

static void format_place(struct screen *screen, struct buffer *buffer) {
    const char *separator = screen->glyphs->separator;
    const struct view *view = screen_view(screen);
    if (view->panel->whole_node)
        buffer_puts(buffer, "node");
    else if (screen->all)
        buffer_puts(buffer, "all namespaces");
    else
        put_printable(screen->netns_name[0] ? screen->netns_name : "own namespace", buffer);
    buffer_puts(buffer, separator);
    format_count(screen, buffer);
    if (view->filter) {
        buffer_printf(buffer, "%sfilter: ", separator);
        put_printable(screen->filter_text[screen->panel], buffer);
    }
    if (view->mark_count > 0)
        buffer_printf(buffer, "%s%zu marked", separator, view->mark_count);
    if (view->tree)
        buffer_printf(buffer, "%stree", separator);
    if (view->follow)
        buffer_printf(buffer, "%sfollowing", separator);
    if (screen->interval != 1)
        buffer_printf(buffer, "%severy %g s", separator, screen->interval);
}

static void draw_place(struct screen *screen, struct grid *grid) {
    struct buffer text = BUFFER_INIT;
    size_t x = 1;
    if (screen->paused)
        x += grid_put(grid, ROW_PLACE, x, grid->columns, STYLE_WARNING, "PAUSED ");
    format_place(screen, &text);
    if (x < grid->columns)
        put_cut(screen, grid, ROW_PLACE, x, grid->columns - x, false, STYLE_TITLE,
                buffer_text(&text));
    buffer_done(&text);
}

// --- The table -----------------------------------------------------------------------------------

// The field that the rows stand in the order of, or NULL.
static const struct field *sorted_field(const struct screen *screen, const struct view *view) {
    if (screen->all && !view->is_sort_chosen && !view->panel->whole_node)
        return NULL;
    return !view->tree && view->sort.count > 0 ? view->sort.keys[0].field : NULL;
}

// A column at the left for marks, and the table behind it.
#define MARK_WIDTH 1

static size_t place_columns(const struct screen *screen, const struct view *view, size_t width,
                            struct column_place *places, size_t *ret_hidden) {
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
    grid_style(grid, ROW_HEAD, 0, grid->columns, STYLE_HEAD);
    for (size_t i = 0; i < count; i++) {
        const struct field *field = places[i].column->field;
        bool sorted = field == sorted_field(screen, view);
        char title[64];
        snprintf(title, sizeof(title), "%s%s", field->title,
                 !sorted                         ? ""
                 : view->sort.keys[0].descending ? glyphs->descending
                                                 : glyphs->ascending);
        put_cut(screen, grid, ROW_HEAD, places[i].x, places[i].width, cell_is_right_aligned(field),
                sorted ? STYLE_HEAD_SORTED : STYLE_HEAD, title);
    }
    if (view->columns.first > 0)
        grid_put(grid, ROW_HEAD, 0, 1, STYLE_HEAD_SORTED, glyphs->more_left);
    if (hidden > 0)
        grid_put(grid, ROW_HEAD, grid->columns - 1, 1, STYLE_HEAD_SORTED, glyphs->more_right);
}

// Whether another row hangs on what the row at this depth hangs on, further down.
static bool has_sibling_below(const struct view *view, size_t index, unsigned depth) {
    for (size_t i = index + 1; i < view->count; i++) {
        if (view->tree_rows[i].depth < depth)
            return false;
        if (view->tree_rows[i].depth == depth)
            return true;
    }
    return false;
}

static void format_branches(const struct screen *screen, const struct view *view, size_t index,
                            struct buffer *buffer) {
    const struct panel_tree_row *row = &view->tree_rows[index];
    for (unsigned depth = 1; depth < row->depth; depth++)
        buffer_puts(buffer, has_sibling_below(view, index, depth) ? screen->glyphs->line
                                                                  : screen->glyphs->space);
    if (row->depth > 0)
        buffer_puts(buffer, row->last ? screen->glyphs->last : screen->glyphs->branch);
}

static void format_table_cell(const struct screen *screen, const struct view *view, size_t index,
                              const struct field *field, struct buffer *buffer) {
    if (view->tree_rows && strcmp(field->key, view->panel->tree_field) == 0)
        format_branches(screen, view, index, buffer);
    cell_format(field, &view->rows[index], buffer);
}

// The columns become as wide as the rows on the screen want them.
static void widen_columns(const struct screen *screen, struct view *view, struct buffer *cell) {
    for (size_t c = 0; c < view->columns.count && view->columns.items[c].shown; c++) {
        const struct field *field = view->columns.items[c].field;
        for (size_t i = view->top; i < view->count && i < view->top + view->height; i++) {
            buffer_clear(cell);
            format_table_cell(screen, view, i, field, cell);
            columns_widen(&view->columns, field, text_width(buffer_text(cell)));
        }
    }
}

static void draw_row(const struct screen *screen, const struct view *view, struct grid *grid,
                     size_t y, size_t index, const struct column_place *places, size_t count,
                     struct buffer *cell) {
    bool marked = view_is_marked(view, view_row_id(view, &view->rows[index]));
    if (marked)
        grid_put(grid, y, 0, 1, STYLE_MARKED, screen->glyphs->mark);
    for (size_t i = 0; i < count; i++) {
        const struct field *field = places[i].column->field;
        buffer_clear(cell);
        format_table_cell(screen, view, index, field, cell);
        put_cut(screen, grid, y, places[i].x, places[i].width, cell_is_right_aligned(field),
                marked ? STYLE_MARKED : cell_style(field, buffer_text(cell)), buffer_text(cell));
    }
    if (index == view->index)
        grid_add_style(grid, y, 0, grid->columns, STYLE_SELECTED);
}

static void draw_empty(const struct screen *screen, const struct view *view, struct grid *grid) {
    char text[128];
    if (!view->loaded && screen->paused)
        snprintf(text, sizeof(text), "paused before this was read: p goes on");
    else if (!view->loaded)
        snprintf(text, sizeof(text), "reading %s ...", view->kind->name);
    else if (view->filter && view->total > 0)
        snprintf(text, sizeof(text), "no row of %zu matches the filter", view->total);
    else
        snprintf(text, sizeof(text), "no %s", view->kind->name);
    grid_put(grid, ROW_BODY + 1, 2, grid->columns, STYLE_DIM, text);
}

static void draw_table(struct screen *screen, struct grid *grid, size_t height) {
    struct view *view = screen_view(screen);
    struct column_place places[PLACES_MAX];
    struct buffer cell = BUFFER_INIT;
    size_t hidden;
    view_set_height(view, height);
    widen_columns(screen, view, &cell);
    size_t count = place_columns(screen, view, grid->columns, places, &hidden);
    draw_head(screen, view, grid, places, count, hidden);
    for (size_t i = 0; i < height && view->top + i < view->count; i++)
        draw_row(screen, view, grid, ROW_BODY + i, view->top + i, places, count, &cell);
    if (view->count == 0)
        draw_empty(screen, view, grid);
    buffer_done(&cell);
}

// --- Details, help -------------------------------------------------------------------------------

static void draw_line(const struct screen *screen, struct grid *grid, size_t y,
                      const struct line *line) {
    if (line->is_heading) {
        grid_put(grid, y, 1, grid->columns, STYLE_TITLE, line->label);
        return;
    }
    size_t x = LINES_LABEL;
    put_cut(screen, grid, y, 3, LINES_LABEL - 4, false, STYLE_KEY, line->label);
    if (line->leads)
        x += grid_put(grid, y, x, grid->columns, STYLE_KEY, "-> ");
    if (x < grid->columns)
        put_cut(screen, grid, y, x, grid->columns - x, false, line->style, line->text);
}

static void format_head(struct screen *screen, struct buffer *buffer) {
    const struct view *view = screen_view(screen);
    const struct panel *panel = view->panel;
    if (screen->mode == MODE_HELP) {
        buffer_puts(buffer, "Keys");
        return;
    }
    const struct row_ref *ref = screen_detail_row(screen);
    if (!ref)
        return;
    const char *key = panel->tree_field ? panel->tree_field : view->kind->fields[0].key;
    cell_format(kind_find_field(view->kind, key, NULL), ref, buffer);
    if (panel->whole_node)
        return;
    buffer_puts(buffer, " in ");
    put_printable(ref->netns->name, buffer);
}

static void draw_lines(struct screen *screen, struct grid *grid, size_t height) {
    struct lines *lines = &screen->lines;
    struct buffer head = BUFFER_INIT;
    screen_fill_lines(screen);
    lines_set_height(lines, height);
    format_head(screen, &head);
    grid_style(grid, ROW_HEAD, 0, grid->columns, STYLE_HEAD);
    put_cut(screen, grid, ROW_HEAD, 1, grid->columns - 1, false, STYLE_HEAD, buffer_text(&head));
    for (size_t i = 0; i < height && lines->top + i < lines->count; i++) {
        draw_line(screen, grid, ROW_BODY + i, &lines->items[lines->top + i]);
        if (lines->top + i == lines->index)
            grid_add_style(grid, ROW_BODY + i, 0, grid->columns, STYLE_SELECTED);
    }
    buffer_done(&head);
}

// --- The status line -----------------------------------------------------------------------------

// How many of the shown tables have this very trouble, and whether one before this one had it.
static size_t count_same(const struct screen *screen, enum kind_id kind, size_t place,
                         bool *ret_told) {
    const struct status *status = &screen->node->netnses[place].tables[kind]->status;
    size_t same = 0;
    *ret_told = false;
    for (size_t i = 0; i < node_count(screen->node); i++) {
        const struct node_netns *entry = &screen->node->netnses[i];
        const struct table *table = entry->tables[kind];
        bool shown = screen->all || entry->netns->inode == screen->netns;
        if (!shown || !table || table->status.state != status->state ||
            strcmp(table->status.reason, status->reason) != 0)
            continue;
        same++;
        *ret_told |= i < place;
    }
    return same;
}

// "interfaces: needs CAP_NET_ADMIN (in 3 namespaces)"
static void format_status(const struct status *status, size_t same, struct buffer *buffer) {
    if (buffer->len > 0)
        buffer_puts(buffer, "; ");
    put_printable(status->source, buffer);
    buffer_puts(buffer, status->state == STATUS_PARTIAL ? ": partial: " : ": ");
    put_printable(status->reason[0] ? status->reason : status_state_names.names[status->state],
                  buffer);
    if (same > 1)
        buffer_printf(buffer, " (in %zu namespaces)", same);
}

static bool is_trouble(const struct table *table) {
    return table && table->status.state != STATUS_OK && table->status.state != STATUS_GONE;
}

static void format_troubles(struct screen *screen, struct buffer *buffer) {
    const struct view *view = screen_view(screen);
    const struct node *node = screen->node;
    if (is_trouble(node->namespaces))
        format_status(&node->namespaces->status, 1, buffer);
    for (size_t i = 0; !view->panel->whole_node && i < node_count(node); i++) {
        bool told;
        bool shown = screen->all || node->netnses[i].netns->inode == screen->netns;
        if (!shown || !is_trouble(node->netnses[i].tables[view->panel->kind]))
            continue;
        size_t same = count_same(screen, view->panel->kind, i, &told);
        if (!told)
            format_status(&node->netnses[i].tables[view->panel->kind]->status, same, buffer);
    }
    if (screen->trouble) {
        buffer_puts(buffer, buffer->len > 0 ? "; " : "");
        put_printable(screen->trouble, buffer);
    }
}

static void draw_status(struct screen *screen, struct grid *grid, size_t y) {
    struct buffer text = BUFFER_INIT;
    size_t clock = strlen(screen->changed_at);
    size_t width = grid->columns - (clock > 0 ? clock + 3 : 1);
    grid_style(grid, y, 0, grid->columns, STYLE_STATUS);
    if (screen->message.len > 0) {
        put_cut(screen, grid, y, 1, width, false, screen->message_style,
                buffer_text(&screen->message));
    } else {
        format_troubles(screen, &text);
        put_cut(screen, grid, y, 1, width, false, STYLE_BAD, buffer_text(&text));
    }
    if (clock > 0 && clock + 1 < grid->columns)
        grid_put(grid, y, grid->columns - clock - 1, clock, STYLE_STATUS, screen->changed_at);
    buffer_done(&text);
}

// --- A line that is typed ------------------------------------------------------------------------

static const char *prompt_label(const struct screen *screen) {
    switch (screen->prompting) {
    case PROMPT_NONE:
        return "";
    case PROMPT_FILTER:
        return "/";
    case PROMPT_SAVE:
        return "save to file: ";
    case PROMPT_OVERWRITE:
        return "that file is there already: write over it? (y/n) ";
    }
    return "";
}

// The width of the first bytes of the text as it is shown.
static size_t shown_width(const char *text, size_t len) {
    struct buffer shown = BUFFER_INIT;
    text_printable(text, len, &shown);
    size_t width = text_width(buffer_text(&shown));
    buffer_done(&shown);
    return width;
}

static void draw_prompt(struct screen *screen, struct grid *grid, size_t y) {
    const struct prompt *prompt = &screen->prompt;
    bool invalid = screen->prompting == PROMPT_FILTER && screen->filter_offset != SIZE_MAX;
    size_t x = grid_put(grid, y, 0, grid->columns, STYLE_KEY, prompt_label(screen));
    grid->cursor = true;
    grid->cursor_y = y;
    grid->cursor_x = x;
    if (screen->prompting == PROMPT_OVERWRITE)
        return;
    // A long line is shown from where the cursor can be seen.
    size_t start = 0, room = grid->columns > x + 1 ? grid->columns - x - 1 : 1;
    while (start < prompt->cursor &&
           shown_width(prompt->text + start, prompt->cursor - start) > room)
        start++;
    struct buffer text = BUFFER_INIT;
    text_printable(prompt->text + start, prompt->len - start, &text);
    grid_put(grid, y, x, room, invalid ? STYLE_BAD : STYLE_NORMAL, buffer_text(&text));
    grid->cursor_x = x + shown_width(prompt->text + start, prompt->cursor - start);
    buffer_done(&text);
}

// What is wrong in the filter, in the place of the keys.
static void draw_filter_error(const struct screen *screen, struct grid *grid, size_t y) {
    struct buffer text = BUFFER_INIT;
    buffer_printf(&text, "at %zu: ", screen->filter_offset + 1);
    put_printable(screen->filter_error.text, &text);
    put_cut(screen, grid, y, 1, grid->columns - 1, false, STYLE_BAD, buffer_text(&text));
    buffer_done(&text);
}

// --- The last line: keys -------------------------------------------------------------------------

struct hint {
    const char *key, *word;
};

static const struct hint *hints_of(const struct screen *screen) {
    static const struct hint table[] = {{"?", "Help"},    {"/", "Filter"}, {"Enter", "Open"},
                                        {"a", "All"},     {"t", "Tree"},   {"F6", "Sort"},
                                        {"C", "Columns"}, {"p", "Pause"},  {"y", "Copy"},
                                        {"^S", "Save"},   {"q", "Quit"},   {NULL, NULL}};
    static const struct hint text[] = {{"Esc", "Back"}, {"Enter", "Follow"}, {"y", "Copy"},
                                       {"^S", "Save"},  {"?", "Help"},       {"F10", "Quit"},
                                       {NULL, NULL}};
    static const struct hint sort[] = {{"Enter", "Sort by it"}, {"Esc", "Back"}, {NULL, NULL}};
    static const struct hint columns[] = {{"Space", "Show or hide"},
                                          {"+ -", "Move"},
                                          {"r", "As at the start"},
                                          {"Enter", "Done"},
                                          {NULL, NULL}};
    static const struct hint typing[] = {
        {"Enter", "Keep"}, {"Esc", "Give up"}, {"Up", "Typed before"}, {NULL, NULL}};
    if (screen->prompting != PROMPT_NONE)
        return typing;
    switch (screen->mode) {
    case MODE_TABLE:
        return table;
    case MODE_DETAIL:
    case MODE_HELP:
        return text;
    case MODE_SORT:
        return sort;
    case MODE_COLUMNS:
        return columns;
    }
    return table;
}

static void draw_hints(const struct screen *screen, struct grid *grid, size_t y) {
    size_t x = 1;
    bool tree = screen->panels[screen->panel]->tree;
    for (const struct hint *hint = hints_of(screen); hint->key; hint++) {
        if (strcmp(hint->word, "Tree") == 0 && !tree)
            continue;
        if (x + strlen(hint->key) + strlen(hint->word) + 3 > grid->columns)
            return;
        x += grid_put(grid, y, x, grid->columns, STYLE_KEY, hint->key) + 1;
        x += grid_put(grid, y, x, grid->columns, STYLE_DIM, hint->word) + 2;
    }
}

// --- All of it -----------------------------------------------------------------------------------

static void draw_too_small(struct grid *grid) {
    char text[64];
    snprintf(text, sizeof(text), "terminal too small (needs %dx%d)", SCREEN_MIN_COLUMNS,
             SCREEN_MIN_ROWS);
    grid_put(grid, 0, 0, grid->columns, STYLE_NORMAL, text);
}

static void draw_foot(struct screen *screen, struct grid *grid) {
    size_t status = grid->rows - 2, keys = grid->rows - 1;
    if (screen->prompting != PROMPT_NONE)
        draw_prompt(screen, grid, status);
    else
        draw_status(screen, grid, status);
    if (screen->prompting == PROMPT_FILTER && screen->filter_offset != SIZE_MAX)
        draw_filter_error(screen, grid, keys);
    else
        draw_hints(screen, grid, keys);
}

void screen_draw(struct screen *screen, struct grid *grid) {
    grid_clear(grid);
    screen->width = grid->columns;
    if (grid->columns < SCREEN_MIN_COLUMNS || grid->rows < SCREEN_MIN_ROWS) {
        draw_too_small(grid);
        return;
    }
    size_t height = grid->rows - ROW_BODY - SCREEN_FOOT_ROWS;
    draw_tabs(screen, grid);
    draw_place(screen, grid);
    switch (screen->mode) {
    case MODE_TABLE:
        draw_table(screen, grid, height);
        break;
    case MODE_DETAIL:
    case MODE_HELP:
        draw_lines(screen, grid, height);
        break;
    case MODE_SORT:
    case MODE_COLUMNS:
        screen_menu_draw(screen, grid, height);
        break;
    }
    draw_foot(screen, grid);
}
