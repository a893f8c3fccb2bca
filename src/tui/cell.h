// SPDX-License-Identifier: GPL-2.0-or-later
// A field of a row as people read it on the screen.
#ifndef TUI_CELL_H
#define TUI_CELL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "model/field.h"

// True for fields whose values are numbers that are compared by eye.
bool cell_is_right_aligned(const struct field *field);

#define CELL_EMPTY "-" // what stands for what the row has not

// Adds what a column shows: rates and amounts with a unit ("12.3K"), or that there is nothing.
// What is added is printable.
void cell_format(const struct field *field, const struct row_ref *ref, struct buffer *buffer);

// Adds all that is known: "12.3K (12345)", "yes". Nothing if the row has no such thing.
void cell_format_exact(const struct field *field, const struct row_ref *ref, struct buffer *buffer);

// Adds a number in at most five columns: 999, 1.2K, 12.3M, 123G (powers of 1000).
void cell_format_amount(double number, struct buffer *buffer);

// How good or bad it is, as enum style: states of an interface.
uint8_t cell_style(const struct field *field, const char *text);

#endif
