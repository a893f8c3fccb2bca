// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tui/cell.h"
#include "tui/screen_parts.h"

// --- Text at a place -----------------------------------------------------------------------------

void screen_put_cut(const struct screen *screen, struct grid *grid, size_t y, size_t x,
                    size_t width, bool right, uint8_t style, const char *text) {
    size_t own = text_width(text);
    if (own <= width) {
        grid_put(grid, y, right ? x + width - own : x, width, style, text);
    } else if (width > 0) {
        size_t taken = grid_put(grid, y, x, width - 1, style, text);
        grid_put(grid, y, x + taken, 1, style, screen->glyphs->cut);
    }
}

void screen_put_printable(const char *text, struct buffer *buffer) {
    text_printable(text, strlen(text), buffer);
}

// --- The second line: what is shown --------------------------------------------------------------

// "packet summaries"
static void put_name(const struct kind *kind, struct buffer *buffer) {
    for (const char *at = kind->name; *at; at++)
        buffer_putc(buffer, *at == '_' ? ' ' : *at);
}

static void format_count(struct screen *screen, struct buffer *buffer) {
    const struct view *view = screen_view(screen);
    bool reading = !view->loaded && !view->spec->nothing;
    bool some = view->filter || view->count < view->total;
    if (reading)
        buffer_puts(buffer, "reading ");
    else if (some)
        buffer_printf(buffer, "%zu of %zu ", view->count, view->total);
    else
        buffer_printf(buffer, "%zu ", view->count);
    put_name(view->kind, buffer);
    buffer_puts(buffer, reading ? " ..." : some ? " shown" : "");
}

// Of the way to the place so many of the first steps are skipped.
static void format_place(struct screen *screen, size_t skipped, struct buffer *buffer) {
    const char *separator = screen->glyphs->separator;
    const struct view *view = screen_view(screen);
    if (view->panel->whole_node)
        buffer_puts(buffer, "node");
    else if (screen->all)
        buffer_puts(buffer, "all namespaces");
    else
        screen_put_printable(screen->netns_name[0] ? screen->netns_name : "own namespace", buffer);
    buffer_puts(buffer, separator);
    if (screen_is_at_place(screen)) {
        screen_format_way(screen, skipped, buffer);
        buffer_puts(buffer, separator);
    }
    format_count(screen, buffer);
    if (view->filter && !screen_is_at_place(screen)) {
        buffer_printf(buffer, "%sfilter: ", separator);
        screen_put_printable(view->filter_text, buffer);
    }
    if ((view->pending && view->loaded) || view->searching)
        buffer_printf(buffer, "%slooking ...", separator);
    if (screen->trace.on)
        buffer_printf(buffer, "%stracing", separator);
    if (screen_is_held(screen))
        buffer_printf(buffer, "%sstands still, %llu newer: G goes to them", separator,
                      (unsigned long long)view_count_newer(view, screen->node));
    if (view->marks.count > 0)
        buffer_printf(buffer, "%s%zu marked", separator, view->marks.count);
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
    // Where there is no room, the way to the place gets shorter, not its end.
    for (size_t skipped = 0; skipped <= screen_way_length(screen); skipped++) {
        buffer_clear(&text);
        format_place(screen, skipped, &text);
        if (x + text_width(buffer_text(&text)) <= grid->columns)
            break;
    }
    if (x < grid->columns)
        screen_put_cut(screen, grid, ROW_PLACE, x, grid->columns - x, false, STYLE_TITLE,
                       buffer_text(&text));
    buffer_done(&text);
}

// --- The last line: keys -------------------------------------------------------------------------

struct hint {
    const char *key, *word;
    enum command command; // there only where the key means that; COMMAND_NONE: everywhere
};

#define HINT(key, word) \
    { key, word, COMMAND_NONE }

static const struct hint *hints_of(const struct screen *screen) {
    static const struct hint table[] = {HINT("?", "Help"),
                                        HINT("/", "Filter"),
                                        HINT("Enter", "Open"),
                                        HINT("a", "All"),
                                        {"t", "Tree", COMMAND_TREE},
                                        {"t", "Trace", COMMAND_TRACE},
                                        {"x", "End trace", COMMAND_TRACE_STOP},
                                        HINT("F6", "Sort"),
                                        HINT("C", "Columns"),
                                        HINT("p", "Pause"),
                                        HINT("y", "Copy"),
                                        HINT("^S", "Save"),
                                        HINT("q", "Quit"),
                                        HINT(NULL, NULL)};
    static const struct hint text[] = {
        HINT("Esc", "Back"), HINT("Enter", "Follow"), HINT("y", "Copy"), HINT("^S", "Save"),
        HINT("?", "Help"),   HINT("F10", "Quit"),     HINT(NULL, NULL)};
    static const struct hint sort[] = {HINT("Enter", "Sort by it"), HINT("Esc", "Back"),
                                       HINT(NULL, NULL)};
    static const struct hint columns[] = {HINT("Space", "Show or hide"), HINT("+ -", "Move"),
                                          HINT("r", "As at the start"), HINT("Enter", "Done"),
                                          HINT(NULL, NULL)};
    static const struct hint typing[] = {HINT("Enter", "Keep"), HINT("Esc", "Give up"),
                                         HINT("Up", "Typed before"), HINT(NULL, NULL)};
    if (screen->prompting != PROMPT_NONE)
        return typing;
    switch (screen->mode) {
    case MODE_TABLE:
        return table;
    case MODE_DETAIL:
    case MODE_ANSWER:
    case MODE_ACTIVITY:
    case MODE_HELP:
        return text;
    case MODE_SORT:
        return sort;
    case MODE_COLUMNS:
        return columns;
    }
    return table;
}

// False if there is no room for it.
static bool draw_hint(struct grid *grid, size_t y, size_t *x, const char *key, const char *word) {
    if (*x + strlen(key) + strlen(word) + 3 > grid->columns)
        return false;
    *x += grid_put(grid, y, *x, grid->columns, STYLE_KEY, key) + 1;
    *x += grid_put(grid, y, *x, grid->columns, STYLE_DIM, word) + 2;
    return true;
}

// The panel's list, and its views that have a key.
static bool draw_panel_hints(struct screen *screen, struct grid *grid, size_t y, size_t *x) {
    const struct panel *panel = screen_panel(screen);
    bool fits = !panel->side || draw_hint(grid, y, x, "\\", panel->side->name);
    for (size_t i = 0; fits && i < panel->view_count; i++) {
        const char key[] = {(char)panel->views[i].key, '\0'};
        if (panel->views[i].key)
            fits = draw_hint(grid, y, x, key, panel->views[i].title);
    }
    return fits;
}

static bool is_offered(struct screen *screen, const struct hint *hint) {
    const struct key_binding *keys = screen_panel(screen)->keys;
    if (hint->command == COMMAND_NONE)
        return true;
    if (keys_find(keys, (unsigned char)hint->key[0]) != hint->command)
        return false;
    if (hint->command == COMMAND_TREE)
        return screen_view(screen)->spec->tree;
    return hint->command != COMMAND_TRACE_STOP || screen->trace.on;
}

static void draw_hints(struct screen *screen, struct grid *grid, size_t y) {
    bool fits = true;
    size_t x = 1;
    const struct activity *activity =
        screen->mode == MODE_ACTIVITY && screen->prompting == PROMPT_NONE ? screen_activity(screen)
                                                                          : NULL;
    for (const struct hint *hint = hints_of(screen); fits && hint->key; hint++) {
        // What else can be done with an activity is worth more than what all text has.
        if (activity && hint == hints_of(screen) + 2)
            break;
        if (hint->command == COMMAND_TREE)
            fits = draw_panel_hints(screen, grid, y, &x);
        if (fits && is_offered(screen, hint))
            fits = draw_hint(grid, y, &x, hint->key, hint->word);
    }
    for (const struct panel_word *word = activity ? activity->spec->words : NULL;
         fits && word && word->label; word++)
        fits = draw_hint(grid, y, &x, word->label, word->hint);
}

// --- All of it -----------------------------------------------------------------------------------

static void draw_too_small(struct grid *grid) {
    char text[64];
    snprintf(text, sizeof(text), "terminal too small (needs %dx%d)", SCREEN_MIN_COLUMNS,
             SCREEN_MIN_ROWS);
    grid_put(grid, 0, 0, grid->columns, STYLE_NORMAL, text);
}

#define TABLE_LEAST 4 // rows that the views and the summary leave to the table

// The summary has at most a third of the lines.
static void lay_out(struct screen *screen, const struct grid *grid) {
    struct screen_layout layout = {0};
    size_t next = ROW_PLACE + 1, room = grid->rows - next - 1 - SCREEN_FOOT_ROWS;
    if (screen_panel(screen)->view_count > 1 && room > TABLE_LEAST) {
        layout.views = next++;
        room--;
    }
    layout.summary = next;
    if (screen->mode == MODE_TABLE) {
        size_t most = room > TABLE_LEAST ? room / 3 : 0;
        layout.summary_count = screen->summary.count < most ? screen->summary.count : most;
    }
    next += layout.summary_count;
    layout.head = next;
    layout.body = next + 1;
    layout.height = room - layout.summary_count;
    if (screen->mode == MODE_TABLE && layout.height > TABLE_LEAST)
        layout.gone = screen_count_gone(screen);
    layout.height -= layout.gone;
    screen->layout = layout;
}

// What can be typed, where that needs words; or NULL.
static const char *syntax_of(const struct screen *screen) {
    if (screen->prompting == PROMPT_TRACE)
        return TRACE_ORDER_HELP;
    return screen->prompting == PROMPT_QUESTION ? screen->question.asked->syntax : NULL;
}

static void draw_foot(struct screen *screen, struct grid *grid) {
    size_t status = grid->rows - 2, keys = grid->rows - 1;
    if (screen->prompting != PROMPT_NONE)
        screen_draw_prompt(screen, grid, status);
    else
        screen_draw_status(screen, grid, status);
    if (screen_prompt_error(screen))
        screen_draw_prompt_error(screen, grid, keys);
    else if (syntax_of(screen))
        screen_put_cut(screen, grid, keys, 1, grid->columns - 1, false, STYLE_DIM,
                       syntax_of(screen));
    else
        draw_hints(screen, grid, keys);
}

static void draw_beside_side(struct screen *screen, struct grid *grid,
                             void (*draw)(struct screen *screen, struct grid *grid)) {
    screen_side_follow(screen);
    size_t side = screen_side_width(screen, grid->columns);
    struct grid window = grid_window(grid, side);
    screen->side.width = side;
    screen->width = window.columns;
    if (side > 0 && screen->side.stale)
        screen_side_fill(screen);
    screen->side.stale = false;
    if (side > 0)
        screen_side_draw(screen, grid);
    if (side < grid->columns)
        draw(screen, &window);
}

// Where details tell of a way, the list has its places.
static void draw_text(struct screen *screen, struct grid *grid) {
    bool beside = screen->mode == MODE_DETAIL && screen_view(screen)->spec->describe;
    if (beside)
        draw_beside_side(screen, grid, screen_draw_lines);
    else
        screen_draw_lines(screen, grid);
}

void screen_draw(struct screen *screen, struct grid *grid) {
    grid_clear(grid);
    screen->columns = screen->width = grid->columns;
    screen->side.width = 0;
    if (grid->columns < SCREEN_MIN_COLUMNS || grid->rows < SCREEN_MIN_ROWS) {
        draw_too_small(grid);
        return;
    }
    lay_out(screen, grid);
    screen_draw_tabs(screen, grid);
    draw_place(screen, grid);
    if (screen->layout.views > 0)
        screen_draw_views(screen, grid, screen->layout.views);
    for (size_t i = 0; i < screen->layout.summary_count; i++)
        screen_draw_line(screen, grid, screen->layout.summary + i, &screen->summary.items[i]);
    switch (screen->mode) {
    case MODE_TABLE:
        draw_beside_side(screen, grid, screen_draw_table);
        break;
    case MODE_DETAIL:
    case MODE_ANSWER:
    case MODE_ACTIVITY:
    case MODE_HELP:
        draw_text(screen, grid);
        break;
    case MODE_SORT:
    case MODE_COLUMNS:
        screen_menu_draw(screen, grid);
        break;
    }
    draw_foot(screen, grid);
}
