// SPDX-License-Identifier: GPL-2.0-or-later
// What leaves the screen: rows for the clipboard, and what is shown for a file.
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/json.h"
#include "tui/screen_parts.h"
#include "tui/view_file.h"

// --- JSON ----------------------------------------------------------------------------------------

// The rows that are marked. Those that the filter hides stay where they are.
static size_t put_marked(const struct view *view, const struct json_plan *plan,
                         struct buffer *buffer) {
    size_t count = 0;
    for (size_t i = 0; i < view->count && count < view->marks.count; i++) {
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
    struct json_plan *plan = view_file_plan(screen_view(screen)->kind, buffer);
    size_t count = plan ? put_chosen(screen, plan, buffer) : 0;
    json_plan_free(plan);
    return count;
}

// --- Text ----------------------------------------------------------------------------------------

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

// Of many rows a worker makes the file.
static void format_rows(struct screen *screen, bool json) {
    const struct view *view = screen_view(screen);
    view_file_free(screen->file_rows);
    screen->file_rows = NULL;
    if (view->count <= VIEW_AT_ONCE || view->tree_rows) {
        view_file_format(view, json, &screen->file, NULL, NULL);
        return;
    }
    screen->file_rows = view_file_new(view, screen->node, json);
    screen->file.failed |= !screen->file_rows;
    screen_say(screen, STYLE_DIM, "saving %zu rows ...", view->count);
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
    } else {
        format_rows(screen, ends_with(name, ".json"));
    }
}
