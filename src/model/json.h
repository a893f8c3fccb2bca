// SPDX-License-Identifier: GPL-2.0-or-later
// Values and rows as JSON (RFC 8259). netscope(5) documents the form.
#ifndef MODEL_JSON_H
#define MODEL_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "model/field.h"

// Adds a JSON string. Bytes that are not UTF-8 become U+FFFD, one for each; what could act on a
// terminal or hide (as text_printable knows it) becomes \uXXXX.
void json_format_text(const char *text, struct buffer *buffer);

// Adds the value: numbers as numbers, flags and lists as arrays of strings, records as arrays of
// objects, addresses as strings; null for VALUE_ABSENT. ref is where the value was read: records
// are read there.
void json_format_value(const struct value *value, const struct row_ref *ref, struct buffer *buffer);

// Adds `"key":value` for each of the fields that the row has, separated by commas; with a comma in
// front if `more`.
void json_format_members(const struct field *const *fields, size_t count, const struct row_ref *ref,
                         bool more, struct buffer *buffer);

// Adds the row as an object of these fields.
void json_format_row(const struct field *const *fields, size_t count, const struct row_ref *ref,
                     struct buffer *buffer);

#endif
