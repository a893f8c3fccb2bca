// SPDX-License-Identifier: GPL-2.0-or-later
#include "tui/view_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/node.h"
#include "tui/cell.h"

#define MUCH 65536 // bytes in the buffer

// Where the text goes.
struct output {
    struct buffer *buffer;
    view_file_drain *drain;
    void *user_data;
};

static int drain_above(const struct output *output, size_t most) {
    if (output->buffer->failed)
        return -ENOMEM;
    return output->drain && output->buffer->len > most
               ? output->drain(output->buffer, output->user_data)
               : 0;
}

// --- JSON ----------------------------------------------------------------------------------------

struct json_plan *view_file_plan(const struct kind *kind, struct buffer *buffer) {
    const struct field **fields = calloc(kind->field_count, sizeof(*fields));
    for (size_t i = 0; fields && i < kind->field_count; i++)
        fields[i] = &kind->fields[i];
    struct json_plan *plan = fields ? json_plan_new(fields, kind->field_count) : NULL;
    if (!plan)
        buffer->failed = true;
    free(fields);
    return plan;
}

static int put_json(const struct view *view, const struct output *output) {
    struct json_plan *plan = view_file_plan(view->kind, output->buffer);
    int r = plan ? 0 : -ENOMEM;
    buffer_puts(output->buffer, "[");
    for (size_t i = 0; r == 0 && i < view->count; i++) {
        struct row_ref ref = view_row(view, i);
        buffer_puts(output->buffer, i > 0 ? ",\n" : "\n");
        json_format_row(plan, &ref, NULL, output->buffer);
        r = drain_above(output, MUCH);
    }
    buffer_puts(output->buffer, "\n]\n");
    json_plan_free(plan);
    return r;
}

// --- A table -------------------------------------------------------------------------------------

static void put_padded(const char *text, size_t width, bool right, bool last,
                       struct buffer *buffer) {
    size_t own = text_width(text), gap = own < width ? width - own : 0;
    if (right)
        buffer_fill(buffer, ' ', gap);
    buffer_puts(buffer, text);
    if (!last)
        buffer_fill(buffer, ' ', (right ? 0 : gap) + 2);
}

static size_t shown_count(const struct view *view) {
    size_t count = 0;
    while (count < view->columns.count && view->columns.items[count].shown)
        count++;
    return count;
}

// The widest cell of a column, its head included.
static size_t find_width(const struct view *view, const struct field *field, struct buffer *cell) {
    size_t width = text_width(field->title);
    for (size_t i = 0; i < view->count; i++) {
        struct row_ref ref = view_row(view, i);
        buffer_clear(cell);
        cell_format(field, &ref, cell);
        if (text_width(buffer_text(cell)) > width)
            width = text_width(buffer_text(cell));
    }
    return width;
}

static void put_line(const struct view *view, const struct row_ref *ref, const size_t *widths,
                     struct buffer *cell, struct buffer *buffer) {
    size_t count = shown_count(view);
    for (size_t i = 0; i < count; i++) {
        const struct field *field = view->columns.items[i].field;
        buffer_clear(cell);
        if (ref)
            cell_format(field, ref, cell);
        else
            buffer_puts(cell, field->title);
        put_padded(buffer_text(cell), widths[i], cell_is_right_aligned(field), i + 1 == count,
                   buffer);
    }
    buffer_putc(buffer, '\n');
}

static int put_rows(const struct view *view, const size_t *widths, struct buffer *cell,
                    const struct output *output) {
    int r = 0;
    for (size_t i = 0; r == 0 && i < view->count; i++) {
        struct row_ref ref = view_row(view, i);
        put_line(view, &ref, widths, cell, output->buffer);
        r = drain_above(output, MUCH);
    }
    return r;
}

static int put_table(const struct view *view, const struct output *output) {
    size_t count = shown_count(view);
    size_t *widths = calloc(count + 1, sizeof(*widths));
    struct buffer cell = BUFFER_INIT;
    if (!widths)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++)
        widths[i] = find_width(view, view->columns.items[i].field, &cell);
    put_line(view, NULL, widths, &cell, output->buffer);
    int r = put_rows(view, widths, &cell, output);
    buffer_done(&cell);
    free(widths);
    return r;
}

int view_file_format(const struct view *view, bool json, struct buffer *buffer,
                     view_file_drain *drain, void *user_data) {
    const struct output output = {buffer, drain, user_data};
    int r = json ? put_json(view, &output) : put_table(view, &output);
    return r == 0 ? drain_above(&output, 0) : r;
}

// --- For another thread --------------------------------------------------------------------------

static int copy_columns(const struct columns *from, struct columns *ret_columns) {
    struct column *items = calloc(from->count, sizeof(*items));
    if (!items)
        return -ENOMEM;
    memcpy(items, from->items, from->count * sizeof(*items));
    *ret_columns = (struct columns){.items = items, .count = from->count};
    return 0;
}

static int copy_view(const struct view *from, struct view *view) {
    view->kind = from->kind;
    view->namespaces = table_ref(from->namespaces);
    view->order = malloc((from->count + 1) * sizeof(*view->order));
    if (!view->order || copy_columns(&from->columns, &view->columns) < 0)
        return -ENOMEM;
    memcpy(view->order, from->order, from->count * sizeof(*view->order));
    view->count = from->count;
    return rows_copy(&from->rows, &view->rows);
}

struct view_file *view_file_new(const struct view *view, const struct node *node, bool json) {
    struct view_file *file = calloc(1, sizeof(*file));
    if (!file)
        return NULL;
    file->json = json;
    file->node = node_copy(node);
    if (!file->node || copy_view(view, &file->view) < 0) {
        view_file_free(file);
        return NULL;
    }
    file->view.rows.node = file->node;
    return file;
}

void view_file_free(struct view_file *file) {
    if (!file)
        return;
    view_done(&file->view);
    node_free(file->node);
    free(file);
}
