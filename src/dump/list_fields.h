// SPDX-License-Identifier: GPL-2.0-or-later
// The fields themselves, told to people and programs: --list-fields, the JSON Schema, and the
// tables of netscope(5).
#ifndef DUMP_LIST_FIELDS_H
#define DUMP_LIST_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "model/kind.h"

// Adds a table of the fields of these kinds, for people.
void list_fields_format_text(const enum kind_id *ids, size_t count, bool header,
                             struct buffer *buffer);

// Adds {"<kind>": [{"key", "type", "unit", "title", "help", "values", "fields"}, ...], ...}.
void list_fields_format_json(const enum kind_id *ids, size_t count, struct buffer *buffer);

// Adds the fields of a kind as a list of mdoc(7).
void list_fields_format_mdoc(const struct kind *kind, struct buffer *buffer);

// Adds the JSON Schema of --dump: of the whole object, and in $defs/line of a line of ndjson.
void schema_format(struct buffer *buffer);

#endif
