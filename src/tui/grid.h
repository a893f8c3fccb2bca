// SPDX-License-Identifier: GPL-2.0-or-later
// The screen as it should look: characters and styles, without a terminal. Everything is drawn
// here; only tty.c brings it to the terminal.
#ifndef TUI_GRID_H
#define TUI_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What a piece of text is; theme.c says how that looks.
enum style {
    STYLE_NORMAL,
    STYLE_DIM,
    STYLE_TITLE,
    STYLE_TAB,
    STYLE_TAB_CURRENT,
    STYLE_HEAD,
    STYLE_HEAD_SORTED,
    STYLE_GOOD,
    STYLE_WARNING,
    STYLE_BAD,
    STYLE_MARKED,
    STYLE_STATUS,
    STYLE_KEY,
    STYLE_COUNT,
    STYLE_SELECTED = 0x80, // a bit that can be added to any of the above
};

struct grid_cell {
    char text[16]; // one character in UTF-8 with what combines with it; "" behind a wide one
    uint8_t width; // 0 behind a wide one
    uint8_t style; // enum style
};

struct grid {
    size_t rows;
    size_t columns;
    size_t stride; // cells from one row to the next
    struct grid_cell *cells;
    bool cursor; // where the cursor is shown, if it is
    size_t cursor_y;
    size_t cursor_x;
};

// Makes a grid of zeroes (or another) this large, and empty. Returns 0 or -ENOMEM (then it is as
// it was).
int grid_resize(struct grid *grid, size_t rows, size_t columns);
void grid_done(struct grid *grid);

// Blanks all of it.
void grid_clear(struct grid *grid);

// The columns from x on as a grid of their own, to draw in. It is good as long as the other is, and
// nobody frees it.
struct grid grid_window(const struct grid *grid, size_t x);

// Writes printable UTF-8 at a place, in no more than so many columns and never past the edge.
// Returns how many columns it took.
size_t grid_put(struct grid *grid, size_t y, size_t x, size_t columns, uint8_t style,
                const char *text);

// Gives these columns a style, or adds bits to the one that they have.
void grid_style(struct grid *grid, size_t y, size_t x, size_t columns, uint8_t style);
void grid_add_style(struct grid *grid, size_t y, size_t x, size_t columns, uint8_t bits);

// The cell at a place that exists.
const struct grid_cell *grid_at(const struct grid *grid, size_t y, size_t x);

#endif
