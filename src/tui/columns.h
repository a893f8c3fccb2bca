// SPDX-License-Identifier: GPL-2.0-or-later
// Columns of a table: which, in which order, how wide, and which of them fit.
#ifndef TUI_COLUMNS_H
#define TUI_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "model/kind.h"

struct column {
    const struct field *field;
    bool shown;
    bool optional; // only where all have the room that they want
    bool minor;    // only where all can be there at all; if it is empty, as optional ones
    bool whole;    // what stands in it is of little use in part
    bool filled;   // a cell had something in it
    size_t width;  // the widest cell so far
};

// Every field of the kind once; those shown stand in the order of the screen.
struct columns {
    struct column *items;
    size_t count;
    size_t first;     // scrolled: how many shown columns, behind the first, are off to the left
    const char *same; // keys of those that are left out, joined by commas; NULL: none
};

// A column on the screen.
struct column_place {
    struct column *column;
    size_t x;
    size_t width;
};

// Makes columns from the keys in `shown` (see struct panel). Returns 0 or -ENOMEM.
int columns_init(struct columns *columns, const struct kind *kind, const char *shown);
void columns_done(struct columns *columns);

// The column of that field.
struct column *columns_find(const struct columns *columns, const struct field *field);

// Moves a column one place; shows or hides it. Hidden ones stay behind those shown. Returns the
// place where it stands now. One column is always shown.
size_t columns_move(struct columns *columns, size_t place, bool right);
size_t columns_toggle(struct columns *columns, size_t place);

// Shows the field's column in front (or behind the first, if `second`), or hides it.
void columns_show_front(struct columns *columns, const struct field *field, bool second);
void columns_hide(struct columns *columns, const struct field *field);

// A cell with this text is there: the column remembers the widest, and whether any is not empty.
void columns_widen(struct columns *columns, const struct field *field, const char *cell);

// Places columns in so many screen columns; `sorted` has room for its arrow. The first column
// always stays. Stores at most max places and how many columns are off the screen on the right.
// Returns the number of places.
size_t columns_layout(const struct columns *columns, const struct field *sorted, size_t width,
                      struct column_place *places, size_t max, size_t *ret_hidden);

#endif
