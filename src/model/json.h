// SPDX-License-Identifier: GPL-2.0-or-later
// Values and rows as JSON (RFC 8259). netscope(5) documents the form.
#ifndef MODEL_JSON_H
#define MODEL_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/json_text.h"
#include "model/field.h"

// Fields made ready to be written: their keys quoted, those of records too, and which of them stand
// behind one pointer. Used by any number of threads.
struct json_plan;

// A plan for rows as objects of these fields, in this order. NULL when memory is out.
struct json_plan *json_plan_new(const struct field *const *fields, size_t count);
void json_plan_free(struct json_plan *plan);

// Where in a buffer the fields of a group were written that rows have in common (FIELD_BEHIND): a
// million routes have few gateways. To be cleared (zeroed) with the buffer, and when rows of a
// table come that is not there together with those before.
#define JSON_MEMO_SIZE 1024 // a power of two
struct json_memo {
    struct {
        const void *group;  // the struct; NULL: nothing
        const void *fields; // which of its fields
        size_t start, len;
    } places[JSON_MEMO_SIZE];
};

// Adds `"key":value` for each of the plan's fields that the row has, separated by commas; with a
// comma in front if `more`. Numbers are numbers, flags and lists arrays of strings, records arrays
// of objects, addresses strings. The memo, if it is not NULL, is of this buffer.
void json_format_members(const struct json_plan *plan, const struct row_ref *ref, bool more,
                         struct json_memo *memo, struct buffer *buffer);

// Adds the row as an object.
void json_format_row(const struct json_plan *plan, const struct row_ref *ref,
                     struct json_memo *memo, struct buffer *buffer);

#endif
