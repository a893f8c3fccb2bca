// SPDX-License-Identifier: GPL-2.0-or-later
// What leaves the screen: rows for the clipboard, and what is shown for a file.
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/json.h"
#include "tui/cell.h"
#include "tui/screen_parts.h"

// --- JSON ----------------------------------------------------------------------------------------

// Every field of the kind; NULL, and the buffer failed, when memory is out.
static struct json_plan *plan_kind(const struct kind *kind, struct buffer *buffer) {
    const struct field **fields = calloc(kind->field_count, sizeof(*fields));
    for (size_t i = 0; fields && i < kind->field_count; i++)
        fields[i] = &kind->fields[i];
    struct json_plan *plan = fields ? json_plan_new(fields, kind->field_count) : NULL;
    if (!plan)
        buffer->failed = true;
    free(fields);
    return plan;
}

// The rows that are marked. Those that the filter hides stay where they are.
static size_t put_marked(const struct view *view, const struct json_plan *plan,
                         struct buffer *buffer) {
    size_t count = 0;
    for (size_t i = 0; i < view->count; i++) {
        struct row_ref ref = view_row(view, i);
        if (!row_set_has(&view->marks, view_row_id(view, &ref)))
            continue;
        buffer_puts(buffer, count++ > 0 ? ",\n" : "[");
        json_format_row(plan, &ref, NULL, buffer);
    }
    if (count > 0)
        buffer_puts(buffer, "]\n");
    return count;
}

static size_t put_chosen(struct screen *screen, const struct json_plan *plan,
                         struct buffer *buffer) {
    struct view *view = screen_view(screen);
    if (screen->mode != MODE_DETAIL && view->marks.count > 0) {
        size_t count = put_marked(view, plan, buffer);
        if (count > 0)
            return count;
    }
    const struct row_ref *ref =
        screen->mode == MODE_DETAIL ? screen_detail_row(screen) : view_selected(view);
    if (!ref)
        return 0;
    json_format_row(plan, ref, NULL, buffer);
    buffer_putc(buffer, '\n');
    return 1;
}

size_t screen_copy(struct screen *screen) {
    struct buffer *buffer = &screen->clipboard;
    buffer_clear(buffer);
    struct json_plan *plan = plan_kind(screen_view(screen)->kind, buffer);
    size_t count = plan ? put_chosen(screen, plan, buffer) : 0;
    json_plan_free(plan);
    return count;
}

static void put_json(const struct view *view, struct buffer *buffer) {
    struct json_plan *plan = plan_kind(view->kind, buffer);
    buffer_puts(buffer, "[");
    for (size_t i = 0; plan && i < view->count; i++) {
        struct row_ref ref = view_row(view, i);
        buffer_puts(buffer, i > 0 ? ",\n" : "\n");
        json_format_row(plan, &ref, NULL, buffer);
    }
    buffer_puts(buffer, "\n]\n");
    json_plan_free(plan);
}

// --- Text ----------------------------------------------------------------------------------------

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

static void put_table(const struct view *view, struct buffer *buffer) {
    size_t count = shown_count(view);
    size_t *widths = calloc(count + 1, sizeof(*widths));
    struct buffer cell = BUFFER_INIT;
    if (!widths) {
        buffer->failed = true;
        return;
    }
    for (size_t i = 0; i < count; i++)
        widths[i] = find_width(view, view->columns.items[i].field, &cell);
    put_line(view, NULL, widths, &cell, buffer);
    for (size_t i = 0; i < view->count; i++) {
        struct row_ref ref = view_row(view, i);
        put_line(view, &ref, widths, &cell, buffer);
    }
    buffer_done(&cell);
    free(widths);
}

static void put_lines(const struct lines *lines, struct buffer *buffer) {
    for (size_t i = 0; i < lines->count; i++) {
        const struct line *line = &lines->items[i];
        if (line->is_heading)
            buffer_printf(buffer, "%s%s\n", i > 0 ? "\n" : "", line->label);
        else if (line->is_wide)
            buffer_printf(buffer, "  %s\n", line->text);
        else
            buffer_printf(buffer, "  %-20s %s\n", line->label, line->text);
    }
}

static bool ends_with(const char *text, const char *end) {
    size_t len = strlen(text), end_len = strlen(end);
    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

void screen_format_file(struct screen *screen, const char *name) {
    struct buffer *buffer = &screen->file;
    buffer_clear(buffer);
    if (screen->mode == MODE_DETAIL && ends_with(name, ".json")) {
        screen_copy(screen);
        buffer_puts(buffer, buffer_text(&screen->clipboard));
    } else if (screen->mode == MODE_DETAIL || screen->mode == MODE_ANSWER ||
               screen->mode == MODE_ACTIVITY || screen->mode == MODE_HELP) {
        screen_fill_lines(screen);
        put_lines(&screen->lines, buffer);
    } else if (ends_with(name, ".json")) {
        put_json(screen_view(screen), buffer);
    } else {
        put_table(screen_view(screen), buffer);
    }
}
