// SPDX-License-Identifier: GPL-2.0-or-later
#include "tui/grid.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static struct grid_cell *cell_at(struct grid *grid, size_t y, size_t x) {
    return &grid->cells[y * grid->stride + x];
}

const struct grid_cell *grid_at(const struct grid *grid, size_t y, size_t x) {
    return &grid->cells[y * grid->stride + x];
}

static void blank(struct grid_cell *cell, uint8_t style) {
    *cell = (struct grid_cell){.text = " ", .width = 1, .style = style};
}

int grid_resize(struct grid *grid, size_t rows, size_t columns) {
    struct grid_cell *cells = calloc(rows * columns + 1, sizeof(*cells));
    if (!cells)
        return -ENOMEM;
    free(grid->cells);
    *grid = (struct grid){.rows = rows, .columns = columns, .stride = columns, .cells = cells};
    grid_clear(grid);
    return 0;
}

void grid_done(struct grid *grid) {
    free(grid->cells);
    *grid = (struct grid){0};
}

void grid_clear(struct grid *grid) {
    for (size_t i = 0; i < grid->rows * grid->columns; i++)
        blank(&grid->cells[i], STYLE_NORMAL);
    grid->cursor = false;
}

struct grid grid_window(const struct grid *grid, size_t x) {
    struct grid window = *grid;
    window.cells += x;
    window.columns -= x;
    return window;
}

// Half a wide character cannot stay when the other half is written over.
static void break_wide(struct grid *grid, size_t y, size_t x) {
    struct grid_cell *cell = cell_at(grid, y, x);
    if (cell->width == 0 && x > 0)
        blank(cell - 1, cell[-1].style);
    if (cell->width == 2 && x + 1 < grid->columns)
        blank(cell + 1, cell[1].style);
}

static void put_character(struct grid *grid, size_t y, size_t x, uint8_t style, const char *text,
                          size_t len, size_t width) {
    struct grid_cell *cell = cell_at(grid, y, x);
    break_wide(grid, y, x);
    memset(cell, 0, sizeof(*cell));
    memcpy(cell->text, text, len);
    cell->width = (uint8_t)width;
    cell->style = style;
    if (width < 2)
        return;
    break_wide(grid, y, x + 1);
    cell[1] = (struct grid_cell){.style = style};
}

static void add_combining(struct grid *grid, size_t y, size_t x, const char *text, size_t len) {
    struct grid_cell *cell = cell_at(grid, y, x);
    size_t used = strlen(cell->text);
    if (used + len < sizeof(cell->text))
        memcpy(cell->text + used, text, len);
}

size_t grid_put(struct grid *grid, size_t y, size_t x, size_t columns, uint8_t style,
                const char *text) {
    size_t taken = 0, last = 0;
    if (y >= grid->rows || x >= grid->columns)
        return 0;
    if (columns > grid->columns - x)
        columns = grid->columns - x;
    while (*text != '\0') {
        uint32_t code_point;
        char one[5] = "";
        size_t len = text_decode(text, strlen(text), &code_point);
        memcpy(one, text, len);
        size_t width = text_width(one);
        if (width > 2 || taken + width > columns)
            break;
        if (width > 0) {
            last = x + taken;
            put_character(grid, y, last, style, one, len, width);
        } else if (taken > 0) {
            add_combining(grid, y, last, one, len);
        }
        taken += width;
        text += len;
    }
    return taken;
}

void grid_style(struct grid *grid, size_t y, size_t x, size_t columns, uint8_t style) {
    for (size_t i = x; y < grid->rows && i < grid->columns && i - x < columns; i++)
        cell_at(grid, y, i)->style = style;
}

void grid_add_style(struct grid *grid, size_t y, size_t x, size_t columns, uint8_t bits) {
    for (size_t i = x; y < grid->rows && i < grid->columns && i - x < columns; i++)
        cell_at(grid, y, i)->style |= bits;
}
