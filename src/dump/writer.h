// SPDX-License-Identifier: GPL-2.0-or-later
// The forms of a dump: one struct writer_form each. A writer is told what there is, in this order:
// begin, for each kind (begin_kind, chunks of rows ..., end_kind), end. Rows become bytes in
// chunks, on any thread; the chunks are taken in order, on one thread at a time.
#ifndef DUMP_WRITER_H
#define DUMP_WRITER_H

#include <stdbool.h>
#include <stddef.h>

#include "dump/output.h"
#include "dump/plan.h"
#include "dump/statuses.h"
#include "model/json.h"
#include "model/node.h"

#define DUMP_SCHEMA 1 // of the JSON; a change that breaks readers raises it

// Rows of the current kind, as bytes that are on their way. One of zeroes is empty.
struct chunk {
    struct buffer bytes;
    struct buffer scratch;
    struct json_memo memo; // of the forms of JSON
    size_t row_count;
    bool bare; // of text_form: cells that wait for the columns' widths, a NUL after each
};

void chunk_clear(struct chunk *chunk);
void chunk_done(struct chunk *chunk);

struct writer;

struct writer_form {
    void (*begin)(struct writer *writer, const struct node *node);
    void (*begin_kind)(struct writer *writer);
    void (*format)(const struct writer *writer, const struct row_ref *ref, struct chunk *chunk);
    void (*take)(struct writer *writer, struct chunk *chunk);
    void (*end_kind)(struct writer *writer);
    void (*end)(struct writer *writer, const struct dump_statuses *statuses);
};

extern const struct writer_form text_form, json_form, ndjson_form;

struct text_table;

struct writer {
    const struct writer_form *form;
    struct output *output;
    const struct dump_plan *plan;
    const struct dump_kind *kind; // the current one
    size_t kind_index;
    size_t row_count;         // of the current kind, in the chunks taken
    struct text_table *table; // of text_form: the columns of the current kind
    struct json_plan *json;   // of the forms of JSON: its fields
    struct buffer head;       // of ndjson_form: how a row begins
    const char *event;        // of ndjson_form: what has happened to the row ("new"); NULL: nothing
};

// A writer in the plan's format. The functions that follow call the form's.
struct writer writer_of(const struct dump_plan *plan, struct output *output);

void writer_begin(struct writer *writer, const struct node *node);
void writer_begin_kind(struct writer *writer, size_t index);

// Adds a row to the chunk. From any thread.
void writer_format(const struct writer *writer, const struct row_ref *ref, struct chunk *chunk);

// Writes the chunk's rows behind those before. It can be cleared then.
void writer_take(struct writer *writer, struct chunk *chunk);

void writer_end_kind(struct writer *writer);
void writer_end(struct writer *writer, const struct dump_statuses *statuses);

#endif
