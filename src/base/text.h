// SPDX-License-Identifier: GPL-2.0-or-later
// Text that came from outside, made fit for people: interface names, aliases, container names and
// rule comments are other people's bytes.
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

// One code point, decoded from UTF-8 at text (len bytes are there, at least one). Stores the code
// point, or UINT32_MAX where the bytes are not UTF-8 (overlong, surrogate, cut off). Returns how
// many bytes it took: at least one.
size_t text_decode(const char *text, size_t len, uint32_t *ret_code_point);

// Adds the text with everything that could act on a terminal or mislead a reader written out:
// control characters, bytes that are not UTF-8 and invisible or direction-changing code points
// become \xNN or \u{NNNN}, a backslash stays one. What is added is printable UTF-8.
void text_printable(const char *text, size_t len, struct buffer *buffer);

// How many terminal columns the (printable, UTF-8) text takes.
size_t text_width(const char *text);

// The number of bytes of the (printable, UTF-8) text that fit into columns; *ret_width gets the
// columns that those take.
size_t text_fit(const char *text, size_t columns, size_t *ret_width);

// How many insertions, deletions, replacements and swaps of neighbours turn a into b, for "did you
// mean"; texts of more than 128 bytes count as far apart.
size_t text_distance(const char *a, const char *b);

// True if needle stands in hay, ASCII letters of either case being equal.
bool text_contains(const char *hay, const char *needle);

#endif
