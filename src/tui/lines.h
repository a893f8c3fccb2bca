// SPDX-License-Identifier: GPL-2.0-or-later
// Text that is read line by line on the whole screen: details of a row, help.
#ifndef TUI_LINES_H
#define TUI_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

#define LINES_LABEL 25 // columns that the label and the gaps beside it take
#define LINES_START 3  // where labels and wide lines begin
#define LINES_SIGN \
    3 // columns of "-> ", which stands before the text of a line that leads somewhere

// A line: what it is called, and its text. A heading has no text.
struct line {
    const char *label;
    const char *text;
    uint8_t style;   // of the text
    uint16_t leads;  // Enter goes to this target of the view, counted from 1; 0: nowhere
    size_t item;     // Enter goes where the view finds this of the row; 0: nowhere
    bool is_heading; // the label stands alone
    bool is_wide;    // there is no label: the text begins in its place
    bool goes_on;    // its text is the rest of the line's above
    bool has_bar;    // in front of the text stands a bar that is filled
    double share;    // so far: 0 to 1
};

struct lines {
    struct arena arena; // of all text
    struct line *items;
    size_t count;
    size_t capacity;
    size_t index; // the selected one
    size_t top;
    size_t height;
};

// Takes all lines away, and keeps where the reader was. lines_done frees what is there.
void lines_clear(struct lines *lines);
void lines_done(struct lines *lines);

// Adds a line; texts are copied. Returns it (good until the next), or NULL when memory is out.
struct line *lines_add(struct lines *lines, const char *label, const char *text, uint8_t style);
struct line *lines_add_heading(struct lines *lines, const char *label);

// The same in as many lines as it takes where the text is wider than so many columns; returns the
// first. Where there are few, the label is no column of its own. All lines of another text, wrapped
// so.
struct line *lines_add_wrapped(struct lines *lines, const char *label, const char *text,
                               uint8_t style, size_t width);
// The same with the text so many columns further to the right, and with room for the sign if the
// lines are to lead somewhere.
struct line *lines_add_indented(struct lines *lines, const char *label, size_t indent,
                                const char *text, uint8_t style, size_t width, bool leads);
void lines_wrap(const struct lines *from, size_t width, struct lines *to);

// Whether there are so few columns that labels are in one with their texts; how wide a text may be
// behind the sign.
bool lines_are_narrow(size_t width);
size_t lines_width_behind_sign(size_t width);

// Adds a wide line, and those that it takes; `columns` is how wide the text of others may be.
struct line *lines_add_wide(struct lines *lines, const char *text, uint8_t style, size_t columns);

// Adds a line with a bar that shows how full something is.
struct line *lines_add_bar(struct lines *lines, const char *label, double share, const char *text,
                           uint8_t style);

// Selects another line, bounded, and scrolls to it; also when lines came or went (0).
void lines_move(struct lines *lines, ptrdiff_t count);
void lines_set_height(struct lines *lines, size_t height);

#endif
