// SPDX-License-Identifier: GPL-2.0-or-later
// The forms of a dump: one struct writer_form each. A writer is told what there is, in this order:
// begin, for each kind (begin_kind, row ..., end_kind), end.
#ifndef DUMP_WRITER_H
#define DUMP_WRITER_H

#include <stdbool.h>
#include <stddef.h>

#include "dump/output.h"
#include "dump/plan.h"
#include "model/node.h"

#define DUMP_SCHEMA 1 // of the JSON; a change that breaks readers raises it

// How reading one kind in one namespace went.
struct dump_status {
    const char *netns; // NULL: of the node
    const struct status *status;
};

struct writer;

struct writer_form {
    void (*begin)(struct writer *writer, const struct node *node);
    void (*begin_kind)(struct writer *writer);
    void (*row)(struct writer *writer, const struct row_ref *ref);
    void (*end_kind)(struct writer *writer);
    void (*end)(struct writer *writer, const struct dump_status *statuses, size_t count);
};

extern const struct writer_form text_form, json_form, ndjson_form;

struct text_table;

struct writer {
    const struct writer_form *form;
    struct output *output;
    const struct dump_plan *plan;
    const struct dump_kind *kind; // the current one
    size_t kind_index;
    size_t row_count;         // of the current kind
    struct text_table *table; // of text_form: rows held back until the widths are known
};

// A writer in the plan's format. The functions that follow call the form's.
struct writer writer_of(const struct dump_plan *plan, struct output *output);

void writer_begin(struct writer *writer, const struct node *node);
void writer_begin_kind(struct writer *writer, size_t index);
void writer_row(struct writer *writer, const struct row_ref *ref);
void writer_end_kind(struct writer *writer);
void writer_end(struct writer *writer, const struct dump_status *statuses, size_t count);

#endif
