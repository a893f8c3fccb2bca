// SPDX-License-Identifier: GPL-2.0-or-later
// The lines of tabs: the panels, and the views of the panel that is shown. Where there is no room
// for all, those to the left go until the current one is in sight.
#include <stdio.h>

#include "base/text.h"
#include "tui/screen_parts.h"

struct strip {
    const struct screen *screen;
    size_t (*width)(const struct screen *screen, size_t item); // with what is beside the title
    size_t count, current;
    size_t begin; // column of the first
};

// The first that is shown in so many columns.
static size_t find_first(const struct strip *strip, size_t columns) {
    size_t first = strip->current;
    // Two columns: for the mark of what is left of it, and the bracket behind the current one.
    size_t taken = strip->begin + strip->width(strip->screen, first) + 2;
    while (first > 0 && taken + strip->width(strip->screen, first - 1) <= columns)
        taken += strip->width(strip->screen, --first);
    return first;
}

// Where the item begins; it is one from the first that is shown on.
static size_t find_start(const struct strip *strip, size_t first, size_t item) {
    size_t x = strip->begin + (first > 0 ? 1 : 0);
    for (size_t i = first; i < item; i++)
        x += strip->width(strip->screen, i);
    return x;
}

static bool find_item(const struct strip *strip, size_t x, size_t *ret_item) {
    size_t first = find_first(strip, strip->screen->columns);
    for (size_t i = first; i < strip->count; i++) {
        size_t start = find_start(strip, first, i);
        if (x < start || x >= start + strip->width(strip->screen, i))
            continue;
        *ret_item = i;
        return true;
    }
    return false;
}

// --- The first line: panels ----------------------------------------------------------------------

#define TAB_WIDTH 3 // beside the title: a number, a space before it and one behind

// The bracket that closes the current one stands where the next one begins: seven panels fit into
// 80 columns.
static size_t tab_width(const struct screen *screen, size_t panel) {
    return text_width(screen->panels[panel]->title) + TAB_WIDTH;
}

static struct strip tabs_of(const struct screen *screen) {
    return (struct strip){screen, tab_width, screen->panel_count, screen->panel, 0};
}

bool screen_find_tab(const struct screen *screen, size_t x, size_t *ret_panel) {
    const struct strip strip = tabs_of(screen);
    return find_item(&strip, x, ret_panel);
}

static void draw_tab(const struct screen *screen, struct grid *grid, size_t panel, size_t x) {
    char text[64];
    bool current = panel == screen->panel;
    snprintf(text, sizeof(text), current ? "[%zu %s]" : " %zu %s", panel + 1,
             screen->panels[panel]->title);
    grid_put(grid, ROW_TABS, x, tab_width(screen, panel) + (current ? 1 : 0),
             current ? STYLE_TAB_CURRENT : STYLE_TAB, text);
}

static void draw_host(const struct screen *screen, struct grid *grid, size_t end) {
    struct buffer host = BUFFER_INIT;
    screen_put_printable(screen->node->hostname, &host);
    size_t width = text_width(buffer_text(&host));
    if (end + width + 1 < grid->columns)
        grid_put(grid, ROW_TABS, grid->columns - width - 1, width, STYLE_TAB, buffer_text(&host));
    buffer_done(&host);
}

void screen_draw_tabs(const struct screen *screen, struct grid *grid) {
    const struct strip strip = tabs_of(screen);
    size_t first = find_first(&strip, grid->columns);
    grid_style(grid, ROW_TABS, 0, grid->columns, STYLE_TAB);
    if (first > 0)
        grid_put(grid, ROW_TABS, 0, 1, STYLE_TAB, screen->glyphs->more_left);
    for (size_t i = first; i < strip.count; i++)
        draw_tab(screen, grid, i, find_start(&strip, first, i));
    // Over what the next one began with.
    draw_tab(screen, grid, strip.current, find_start(&strip, first, strip.current));
    draw_host(screen, grid, find_start(&strip, first, strip.count) + 1);
}

// --- The third line: views of the panel ----------------------------------------------------------

static size_t view_width(const struct screen *screen, size_t view) {
    return text_width(screen_panel(screen)->views[view].title) + 3;
}

static struct strip views_of(const struct screen *screen) {
    return (struct strip){screen, view_width, screen_panel(screen)->view_count,
                          screen->current_views[screen->panel], 1};
}

bool screen_find_view(const struct screen *screen, size_t x, size_t *ret_view) {
    const struct strip strip = views_of(screen);
    return find_item(&strip, x, ret_view);
}

void screen_draw_views(const struct screen *screen, struct grid *grid, size_t y) {
    const struct strip strip = views_of(screen);
    size_t first = find_first(&strip, grid->columns);
    if (first > 0)
        grid_put(grid, y, 0, 1, STYLE_DIM, screen->glyphs->more_left);
    for (size_t i = first; i < strip.count; i++) {
        char text[64];
        bool current = i == strip.current;
        snprintf(text, sizeof(text), current ? "[%s]" : " %s ",
                 screen_panel(screen)->views[i].title);
        grid_put(grid, y, find_start(&strip, first, i), view_width(screen, i) - 1,
                 current ? STYLE_TITLE : STYLE_DIM, text);
    }
}
