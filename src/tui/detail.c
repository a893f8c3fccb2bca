// SPDX-License-Identifier: GPL-2.0-or-later
#include "tui/detail.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tui/cell.h"
#include "tui/grid.h"

// --- Groups --------------------------------------------------------------------------------------

static bool names_field(const char *keys, const char *key) {
    while (*keys != '\0') {
        size_t len = strcspn(keys, ",");
        bool begins = len > 0 && keys[len - 1] == '*';
        if (begins ? strncmp(keys, key, len - 1) == 0
                   : strncmp(keys, key, len) == 0 && key[len] == '\0')
            return true;
        keys += len + (keys[len] == ',');
    }
    return false;
}

static const struct panel_group *groups_of(const struct panel_view *view) {
    static const struct panel_group all[] = {{NULL, NULL}};
    return view->groups ? view->groups : all;
}

// The first group that names the field; the group of the rest, without title, if none does.
static const struct panel_group *group_of(const struct panel_view *view,
                                          const struct field *field) {
    const struct panel_group *group = groups_of(view);
    while (group->title && !names_field(group->keys, field->key))
        group++;
    return group;
}

// --- Fields --------------------------------------------------------------------------------------

// "cpu0" says cpu, "=432000" at the end says a number.
static bool is_number_told(const struct field *field, const struct value *value, const char *text,
                           const char *summary) {
    if (value->kind != VALUE_UINT)
        return false;
    const char *named = strstr(summary, field->key), *behind = strrchr(summary, '=');
    return (named && strcmp(named + strlen(field->key), text) == 0) ||
           (behind && strcmp(behind + 1, text) == 0);
}

static void add_record_member(const struct field *field, const struct row_ref *ref,
                              const char *summary, struct buffer *buffer) {
    struct buffer text = BUFFER_INIT;
    struct value value;
    field_read(field, ref, &value);
    cell_format_exact(field, ref, &text);
    bool told = text.len == 0 || is_number_told(field, &value, buffer_text(&text), summary) ||
                (value.kind == VALUE_TEXT && strstr(summary, text.data)) ||
                (value.kind == VALUE_ADDRESS && strstr(summary, text.data)) ||
                strcmp(field->key, "prefixlen") == 0 || strcmp(field->key, "family") == 0;
    if (value.kind == VALUE_BOOLEAN) {
        if (value.boolean && !strstr(summary, field->key))
            buffer_printf(buffer, "  %s", field->key);
    } else if (!told) {
        buffer_printf(buffer, "  %s ", field->key);
        buffer_puts(buffer, buffer_text(&text));
    }
    buffer_done(&text);
}

static uint8_t record_style(const char *summary) {
    if (strstr(summary, "dadfailed"))
        return STYLE_BAD;
    return strstr(summary, "tentative") ? STYLE_WARNING : STYLE_NORMAL;
}

// A line for each record: its short form, and what that does not tell.
static void add_records(const struct field *field, const struct row_ref *ref,
                        const struct value *value, size_t width, struct lines *lines) {
    const struct record_type *type = value->records.type;
    for (size_t i = 0; i < value->records.count; i++) {
        struct row_ref item = *ref;
        item.row = (const char *)value->records.items + i * type->size;
        struct buffer raw = BUFFER_INIT, text = BUFFER_INIT, rest = BUFFER_INIT;
        type->format(item.row, &raw);
        text_printable(buffer_text(&raw), raw.len, &text);
        for (size_t f = 0; f < type->field_count; f++)
            add_record_member(&type->fields[f], &item, buffer_text(&text), &rest);
        uint8_t style = record_style(buffer_text(&text));
        buffer_puts(&text, buffer_text(&rest));
        lines_add_wrapped(lines, i == 0 ? field->title : "", buffer_text(&text), style, width);
        buffer_done(&raw);
        buffer_done(&text);
        buffer_done(&rest);
    }
}

// Where the field's line leads: the place of a target, counted from 1, or 0.
static uint8_t find_lead(const struct panel_view *view, const struct field *field,
                         const struct row_ref *ref) {
    struct panel_place place;
    for (size_t i = 0; view->targets && view->targets[i].find; i++) {
        const struct panel_target *target = &view->targets[i];
        if (target->field && strcmp(target->field, field->key) == 0 && target->find(ref, &place))
            return (uint8_t)(i + 1);
    }
    return 0;
}

static void add_field(const struct panel_view *view, const struct field *field,
                      const struct row_ref *ref, size_t width, struct lines *lines) {
    struct value value;
    field_read(field, ref, &value);
    if (value.kind == VALUE_RECORDS) {
        add_records(field, ref, &value, width, lines);
        return;
    }
    struct buffer text = BUFFER_INIT;
    cell_format_exact(field, ref, &text);
    uint8_t lead = find_lead(view, field, ref);
    struct line *line = NULL;
    if (text.len > 0)
        line = lines_add_indented(lines, field->title, 0, buffer_text(&text),
                                  cell_style(field, buffer_text(&text)), width, lead > 0);
    if (line)
        line->leads = lead;
    buffer_done(&text);
}

// --- Graphs --------------------------------------------------------------------------------------

void detail_format_graph(const double *rates, size_t count, const struct glyphs *glyphs,
                         struct buffer *buffer) {
    double highest = 0;
    for (size_t i = 0; i < count; i++) {
        if (rates[i] > highest)
            highest = rates[i];
    }
    for (size_t i = 0; i < count; i++) {
        size_t level = highest > 0 ? (size_t)(rates[i] / highest * (GLYPHS_LEVELS - 1) + 0.5) : 0;
        // A little is not nothing.
        if (level == 0 && rates[i] > 0)
            level = 1;
        buffer_puts(buffer, glyphs->levels[level]);
    }
}

// "now 12.3K/s   "
static void put_rate(double rate, const char *word, struct buffer *buffer) {
    size_t start = buffer->len;
    buffer_printf(buffer, "%s ", word);
    cell_format_amount(rate, buffer);
    buffer_puts(buffer, "/s");
    size_t len = buffer->len - start;
    buffer_fill(buffer, ' ', len < 13 ? 13 - len : 1);
}

static void add_graph(const struct panel_view *view, const struct panel_graph *graph,
                      const struct row_ref *ref, const struct glyphs *glyphs, size_t width,
                      struct lines *lines) {
    const struct node_netns *entry = node_find(ref->node, ref->netns->inode);
    const struct history *history = entry ? entry->histories[view->kind] : NULL;
    double rates[HISTORY_SAMPLES], highest = 0;
    uint64_t identity = kinds[view->kind]->identity(ref->row);
    size_t count =
        history ? history_rates(history, identity, graph->counter, rates, HISTORY_SAMPLES) : 0;
    if (count == 0)
        return;
    struct buffer text = BUFFER_INIT;
    for (size_t i = 0; i < count; i++)
        highest = rates[i] > highest ? rates[i] : highest;
    put_rate(rates[count - 1], "now", &text);
    put_rate(highest, "most", &text);
    size_t room = width > text.len ? width - text.len : 0;
    size_t skipped = count > room ? count - room : 0;
    detail_format_graph(rates + skipped, count - skipped, glyphs, &text);
    lines_add(lines, graph->title, buffer_text(&text), STYLE_NORMAL);
    buffer_done(&text);
}

// --- All -----------------------------------------------------------------------------------------

static void add_group(const struct panel_view *view, const struct panel_group *group,
                      const struct row_ref *ref, size_t width, struct lines *lines) {
    const struct kind *kind = kinds[view->kind];
    size_t before = lines->count;
    lines_add_heading(lines, group->title ? group->title : view->groups ? "Other" : view->title);
    // What says again what others say is there only if a group names it.
    size_t count = kind->field_count - (group->title ? 0 : kind->unusual_count);
    for (size_t i = 0; i < count; i++) {
        if (group_of(view, &kind->fields[i]) == group)
            add_field(view, &kind->fields[i], ref, width, lines);
    }
    if (lines->count == before + 1)
        lines->count = before; // nothing of it is there
}

void detail_format(const struct panel_view *view, const struct row_ref *ref,
                   const struct glyphs *glyphs, size_t width, struct lines *lines) {
    const struct panel_group *group = groups_of(view);
    add_group(view, group, ref, width, lines);
    size_t before = lines->count;
    if (view->graphs) {
        lines_add_heading(lines, "The last minute");
        for (const struct panel_graph *graph = view->graphs; graph->title; graph++)
            add_graph(view, graph, ref, glyphs, width, lines);
        if (lines->count == before + 1)
            lines->count = before;
    }
    while (group->title)
        add_group(view, ++group, ref, width, lines);
}
