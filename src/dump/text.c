// SPDX-License-Identifier: GPL-2.0-or-later
// A dump as columns for people. The first rows of a kind are held back until it is known how wide
// the columns have to be; the others follow as they come.
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "dump/writer.h"

#define TEXT_HELD_ROWS 1000
#define TEXT_MAX_WIDTH 72 // a longer cell takes what it needs and moves the rest of its row

struct text_table {
    struct buffer cells; // of the rows held back, a NUL after each
    size_t *widths;      // NULL while rows are held back
    struct buffer raw;   // scratch
};

static struct text_table *table_of(struct writer *writer) {
    if (!writer->table)
        writer->table = calloc(1, sizeof(*writer->table));
    if (!writer->table)
        writer->output->buffer.failed = true;
    return writer->table;
}

static bool is_right_aligned(const struct field *field) {
    return field->type == FIELD_NUMBER || field->type == FIELD_BYTES || field->type == FIELD_COUNT;
}

static void format_cell(struct text_table *table, const struct field *field,
                        const struct row_ref *ref, struct buffer *buffer) {
    struct value value;
    field_read(field, ref, &value);
    buffer_clear(&table->raw);
    value_format(&value, &table->raw);
    if (table->raw.len > 0)
        text_printable(buffer_text(&table->raw), table->raw.len, buffer);
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

static void put_line(struct writer *writer, const char *const *cells) {
    const struct dump_kind *kind = writer->kind;
    for (size_t i = 0; i < kind->field_count; i++)
        put_cell(&writer->output->buffer, cells[i], writer->table->widths[i],
                 is_right_aligned(kind->fields[i]), i + 1 == kind->field_count);
}

static void widen(size_t *width, const char *text) {
    size_t own = text_width(text);
    if (own > TEXT_MAX_WIDTH)
        own = TEXT_MAX_WIDTH;
    if (own > *width)
        *width = own;
}

// Sets the widths from the titles and the rows held back.
static void find_widths(struct writer *writer, size_t rows) {
    struct text_table *table = writer->table;
    const struct dump_kind *kind = writer->kind;
    const char *cell = table->cells.data;
    for (size_t i = 0; i < kind->field_count && !writer->plan->request->no_header; i++)
        widen(&table->widths[i], kind->fields[i]->title);
    for (size_t row = 0; row < rows; row++) {
        for (size_t i = 0; i < kind->field_count; i++) {
            widen(&table->widths[i], cell);
            cell += strlen(cell) + 1;
        }
    }
}

static void put_head(struct writer *writer, const char **cells) {
    const struct dump_kind *kind = writer->kind;
    if (writer->plan->kind_count > 1) {
        if (writer->kind_index > 0)
            buffer_putc(&writer->output->buffer, '\n');
        buffer_printf(&writer->output->buffer, "%s\n", kind->kind->title);
    }
    for (size_t i = 0; i < kind->field_count; i++)
        cells[i] = kind->fields[i]->title;
    put_line(writer, cells);
}

static void put_held_rows(struct writer *writer, const char **cells, size_t rows) {
    const char *cell = writer->table->cells.data;
    for (size_t row = 0; row < rows; row++) {
        for (size_t i = 0; i < writer->kind->field_count; i++) {
            cells[i] = cell;
            cell += strlen(cell) + 1;
        }
        put_line(writer, cells);
    }
}

// The head and the rows held back, of which there are `rows`.
static void release_rows(struct writer *writer, size_t rows) {
    struct text_table *table = writer->table;
    size_t columns = writer->kind->field_count;
    const char **cells = calloc(columns, sizeof(*cells));
    table->widths = calloc(columns, sizeof(*table->widths));
    if (!cells || !table->widths || table->cells.failed) {
        writer->output->buffer.failed = true;
        free(cells);
        return;
    }
    find_widths(writer, rows);
    if (!writer->plan->request->no_header)
        put_head(writer, cells);
    put_held_rows(writer, cells, rows);
    free(cells);
    buffer_clear(&table->cells);
}

static void begin_text(struct writer *writer, const struct node *node) {
    (void)writer;
    (void)node;
}

static void begin_text_kind(struct writer *writer) {
    if (!table_of(writer))
        return;
    buffer_clear(&writer->table->cells);
    free(writer->table->widths);
    writer->table->widths = NULL;
}

static void hold_row(struct writer *writer, const struct row_ref *ref) {
    struct text_table *table = writer->table;
    for (size_t i = 0; i < writer->kind->field_count; i++) {
        format_cell(table, writer->kind->fields[i], ref, &table->cells);
        buffer_putc(&table->cells, '\0');
    }
    if (writer->row_count + 1 == TEXT_HELD_ROWS)
        release_rows(writer, TEXT_HELD_ROWS);
}

static void put_text_row(struct writer *writer, const struct row_ref *ref) {
    struct text_table *table = writer->table;
    const struct dump_kind *kind = writer->kind;
    if (!table)
        return;
    if (!table->widths) {
        hold_row(writer, ref);
        return;
    }
    for (size_t i = 0; i < kind->field_count; i++) {
        buffer_clear(&table->cells);
        format_cell(table, kind->fields[i], ref, &table->cells);
        put_cell(&writer->output->buffer, buffer_text(&table->cells), table->widths[i],
                 is_right_aligned(kind->fields[i]), i + 1 == kind->field_count);
    }
}

static void end_text_kind(struct writer *writer) {
    if (writer->table && !writer->table->widths)
        release_rows(writer, writer->row_count);
}

// What could not be read is said on standard error, by the caller.
static void end_text(struct writer *writer, const struct dump_status *statuses, size_t count) {
    (void)statuses;
    (void)count;
    if (!writer->table)
        return;
    buffer_done(&writer->table->cells);
    buffer_done(&writer->table->raw);
    free(writer->table->widths);
    free(writer->table);
    writer->table = NULL;
}

const struct writer_form text_form = {
    .begin = begin_text,
    .begin_kind = begin_text_kind,
    .row = put_text_row,
    .end_kind = end_text_kind,
    .end = end_text,
};
