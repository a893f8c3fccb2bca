// SPDX-License-Identifier: GPL-2.0-or-later
// The menus: fields to sort by, and columns to show. Both list the fields in the order of the
// columns.
#include "tui/cell.h"
#include "tui/screen_parts.h"

void screen_menu_open(struct screen *screen, enum screen_mode mode) {
    const struct view *view = screen_view(screen);
    screen->mode = mode;
    screen->menu_index = screen->menu_top = 0;
    for (size_t i = 0; mode == MODE_SORT && i < view->columns.count; i++) {
        if (view->sort.count > 0 && view->columns.items[i].field == view->sort.keys[0].field)
            screen->menu_index = i;
    }
}

static void move(struct screen *screen, ptrdiff_t count) {
    size_t most = screen_view(screen)->columns.count - 1;
    if (count < 0 && screen->menu_index < (size_t)-count)
        screen->menu_index = 0;
    else
        screen->menu_index += (size_t)count;
    if (screen->menu_index > most)
        screen->menu_index = most;
}

void screen_menu_select(struct screen *screen, size_t line) {
    if (screen->menu_top + line < screen_view(screen)->columns.count)
        screen->menu_index = screen->menu_top + line;
}

static void take_sort(struct screen *screen) {
    struct view *view = screen_view(screen);
    const struct field *field = view->columns.items[screen->menu_index].field;
    bool descending = cell_is_right_aligned(field) && field->type != FIELD_NUMBER;
    view->tree = false;
    view_set_sort(view, field, descending);
    screen->mode = MODE_TABLE;
    screen->effects.scope = true;
    screen_build(screen);
    screen_say(screen, STYLE_DIM, "sorted by %s", field->title);
}

static void reset_columns(struct screen *screen) {
    struct view *view = screen_view(screen);
    columns_done(&view->columns);
    if (columns_init(&view->columns, view->kind, view->spec->columns) < 0)
        screen->effects.quit = true; // no memory for a list of fields: nothing goes on from here
}

static void change_columns(struct screen *screen, enum command command) {
    struct columns *columns = &screen_view(screen)->columns;
    if (command == COMMAND_MARK)
        columns_toggle(columns, screen->menu_index);
    else if (command == COMMAND_REVERSE)
        reset_columns(screen);
    else
        screen->menu_index = columns_move(columns, screen->menu_index, command == COMMAND_SLOWER);
}

void screen_menu_command(struct screen *screen, enum command command) {
    switch ((int)command) {
    case COMMAND_UP:
        move(screen, -1);
        return;
    case COMMAND_DOWN:
        move(screen, 1);
        return;
    case COMMAND_PAGE_UP:
        move(screen, -10);
        return;
    case COMMAND_PAGE_DOWN:
        move(screen, 10);
        return;
    case COMMAND_FIRST:
        screen->menu_index = 0;
        return;
    case COMMAND_LAST:
        move(screen, PTRDIFF_MAX / 2);
        return;
    case COMMAND_MARK:
    case COMMAND_FASTER:
    case COMMAND_SLOWER:
    case COMMAND_REVERSE:
        if (screen->mode == MODE_COLUMNS)
            change_columns(screen, command);
        return;
    case COMMAND_DETAIL:
        if (screen->mode == MODE_SORT)
            take_sort(screen);
        else
            screen->mode = MODE_TABLE;
        return;
    case COMMAND_ESCAPE:
        screen->mode = MODE_TABLE;
        return;
    }
}

static void draw_item(const struct screen *screen, struct grid *grid, size_t y,
                      const struct column *column) {
    const char *box = column->shown ? "[x] " : "[ ] ";
    size_t x = 1;
    if (screen->mode == MODE_COLUMNS)
        x += grid_put(grid, y, x, grid->columns, STYLE_NORMAL, box);
    grid_put(grid, y, x, 20, column->shown ? STYLE_TITLE : STYLE_NORMAL, column->field->title);
    grid_put(grid, y, x + 20, grid->columns, STYLE_DIM, column->field->help);
}

void screen_menu_draw(struct screen *screen, struct grid *grid) {
    size_t height = screen->layout.height;
    const struct columns *columns = &screen_view(screen)->columns;
    grid_style(grid, screen->layout.head, 0, grid->columns, STYLE_HEAD);
    grid_put(grid, screen->layout.head, 1, grid->columns, STYLE_HEAD,
             screen->mode == MODE_SORT ? "Sort by" : "Columns");
    if (screen->menu_index < screen->menu_top)
        screen->menu_top = screen->menu_index;
    if (screen->menu_index >= screen->menu_top + height)
        screen->menu_top = screen->menu_index - height + 1;
    for (size_t i = 0; i < height && screen->menu_top + i < columns->count; i++) {
        size_t item = screen->menu_top + i;
        draw_item(screen, grid, screen->layout.body + i, &columns->items[item]);
        if (item == screen->menu_index)
            grid_add_style(grid, screen->layout.body + i, 0, grid->columns, STYLE_SELECTED);
    }
}
