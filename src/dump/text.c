// SPDX-License-Identifier: GPL-2.0-or-later
// A dump as columns for people. The first rows of a kind are held back until it is known how wide
// the columns have to be; the others follow as they come.
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "dump/writer.h"

#define TEXT_HELD_ROWS 1000
#define TEXT_MAX_WIDTH 72 // a longer cell takes what it needs and moves the rest of its row

struct text_table {
    struct buffer cells; // of the rows held back, a NUL after each
    // NULL while rows are held back: chunks are of bare cells until then.
    _Atomic(size_t *) widths;
};

// --- Cells and lines: on any thread --------------------------------------------------------------

static bool is_right_aligned(const struct field *field) {
    return field->type == FIELD_NUMBER || field->type == FIELD_BYTES || field->type == FIELD_COUNT;
}

static void format_cell(const struct field *field, const struct row_ref *ref,
                        struct buffer *scratch, struct buffer *buffer) {
    struct value value;
    field_read(field, ref, &value);
    buffer_clear(scratch);
    value_format(&value, scratch);
    if (scratch->len > 0)
        text_printable(buffer_text(scratch), scratch->len, buffer);
    else
        buffer_puts(buffer, value.kind == VALUE_TEXT ? "\"\"" : "-");
}

static void put_cell(struct buffer *buffer, const char *text, size_t width, bool right, bool last) {
    size_t own = text_width(text);
    size_t space = width > own ? width - own : 0;
    if (right)
        buffer_fill(buffer, ' ', space);
    buffer_puts(buffer, text);
    if (last)
        buffer_putc(buffer, '\n');
    else
        buffer_fill(buffer, ' ', right ? 2 : space + 2);
}

static void put_column(const struct dump_kind *kind, size_t index, const char *cell,
                       const size_t *widths, struct buffer *buffer) {
    put_cell(buffer, cell, widths[index], is_right_aligned(kind->fields[index]),
             index + 1 == kind->field_count);
}

static void format_cells(const struct writer *writer, const struct row_ref *ref,
                         struct chunk *chunk) {
    for (size_t i = 0; i < writer->kind->field_count; i++) {
        format_cell(writer->kind->fields[i], ref, &chunk->scratch, &chunk->bytes);
        buffer_putc(&chunk->bytes, '\0');
    }
}

static void format_line(const struct writer *writer, const struct row_ref *ref,
                        const size_t *widths, struct chunk *chunk) {
    struct buffer cell = BUFFER_INIT;
    for (size_t i = 0; i < writer->kind->field_count; i++) {
        buffer_clear(&cell);
        format_cell(writer->kind->fields[i], ref, &chunk->scratch, &cell);
        put_column(writer->kind, i, buffer_text(&cell), widths, &chunk->bytes);
    }
    chunk->bytes.failed |= cell.failed;
    buffer_done(&cell);
}

// A chunk is of one sort: what its first row is.
static void format_text_row(const struct writer *writer, const struct row_ref *ref,
                            struct chunk *chunk) {
    if (!writer->table)
        return;
    const size_t *widths = atomic_load(&writer->table->widths);
    if (chunk->row_count == 0)
        chunk->bare = !widths;
    if (chunk->bare)
        format_cells(writer, ref, chunk);
    else
        format_line(writer, ref, widths, chunk);
}

// --- The table: on one thread at a time ----------------------------------------------------------

static void widen(size_t *width, const char *text) {
    size_t own = text_width(text);
    if (own > TEXT_MAX_WIDTH)
        own = TEXT_MAX_WIDTH;
    if (own > *width)
        *width = own;
}

// The widths that the titles and the rows held back need. NULL when memory is out.
static size_t *find_widths(const struct writer *writer) {
    const struct dump_kind *kind = writer->kind;
    const struct buffer *cells = &writer->table->cells;
    size_t *widths = calloc(kind->field_count, sizeof(*widths));
    for (size_t i = 0; widths && i < kind->field_count && !writer->plan->request->no_header; i++)
        widen(&widths[i], kind->fields[i]->title);
    size_t column = 0;
    for (size_t at = 0; widths && at < cells->len; at += strlen(cells->data + at) + 1) {
        widen(&widths[column], cells->data + at);
        column = (column + 1) % kind->field_count;
    }
    return widths;
}

static void put_head(struct writer *writer, const size_t *widths) {
    const struct dump_kind *kind = writer->kind;
    struct buffer *buffer = &writer->output->buffer;
    if (writer->plan->kind_count > 1) {
        if (writer->kind_index > 0)
            buffer_putc(buffer, '\n');
        buffer_printf(buffer, "%s\n", kind->kind->title);
    }
    for (size_t i = 0; i < kind->field_count; i++)
        put_column(kind, i, kind->fields[i]->title, widths, buffer);
}

static void put_cells(struct writer *writer, const struct buffer *cells, const size_t *widths) {
    size_t column = 0;
    for (size_t at = 0; at < cells->len; at += strlen(cells->data + at) + 1) {
        put_column(writer->kind, column, cells->data + at, widths, &writer->output->buffer);
        column = (column + 1) % writer->kind->field_count;
    }
}

// The head and the rows held back. From now on the widths are known.
static void release_rows(struct writer *writer) {
    struct text_table *table = writer->table;
    size_t *widths = table->cells.failed ? NULL : find_widths(writer);
    if (!widths) {
        writer->output->buffer.failed = true;
        return;
    }
    if (!writer->plan->request->no_header)
        put_head(writer, widths);
    put_cells(writer, &table->cells, widths);
    buffer_clear(&table->cells);
    atomic_store(&table->widths, widths);
}

static void begin_text(struct writer *writer, const struct node *node) {
    (void)node;
    writer->table = calloc(1, sizeof(*writer->table));
    if (!writer->table)
        writer->output->buffer.failed = true;
}

static void begin_text_kind(struct writer *writer) {
    if (!writer->table)
        return;
    buffer_clear(&writer->table->cells);
    free(atomic_exchange(&writer->table->widths, NULL));
}

static void take_text(struct writer *writer, struct chunk *chunk) {
    struct text_table *table = writer->table;
    if (!table)
        return;
    const size_t *widths = atomic_load(&table->widths);
    if (!chunk->bare) {
        output_add(writer->output, chunk->bytes.data, chunk->bytes.len);
        return;
    }
    if (widths) {
        put_cells(writer, &chunk->bytes, widths);
        return;
    }
    buffer_add(&table->cells, chunk->bytes.data, chunk->bytes.len);
    if (writer->row_count + chunk->row_count >= TEXT_HELD_ROWS)
        release_rows(writer);
}

static void end_text_kind(struct writer *writer) {
    if (writer->table && !atomic_load(&writer->table->widths))
        release_rows(writer);
}

// What could not be read is said on standard error, by the caller.
static void end_text(struct writer *writer, const struct dump_statuses *statuses) {
    (void)statuses;
    if (!writer->table)
        return;
    buffer_done(&writer->table->cells);
    free(atomic_load(&writer->table->widths));
    free(writer->table);
    writer->table = NULL;
}

const struct writer_form text_form = {
    .begin = begin_text,
    .begin_kind = begin_text_kind,
    .format = format_text_row,
    .take = take_text,
    .end_kind = end_text_kind,
    .end = end_text,
};
