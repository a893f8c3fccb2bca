// SPDX-License-Identifier: GPL-2.0-or-later
// The parts of the man pages that come from tables.
#include <string.h>

#include "dump/list_fields.h"
#include "model/kind.h"
#include "panels/panels.h"
#include "tools/generate/generate.h"
#include "tui/keys.h"

void man_format_fields(struct buffer *buffer) {
    for (size_t i = 0; i < KIND_COUNT; i++) {
        buffer_printf(buffer, ".Ss %s\n", kinds[i]->name);
        list_fields_format_mdoc(kinds[i], buffer);
    }
}

// Punctuation would be taken for punctuation, a lone '-' for a hyphen.
static void put_label(struct buffer *buffer, const char *label) {
    while (*label) {
        size_t len = strcspn(label, " ");
        if (len == 1 && *label == '-')
            buffer_puts(buffer, " \\-");
        else if (len == 1 && *label == '\\')
            buffer_puts(buffer, " \\e");
        else
            buffer_printf(buffer, " \\&%.*s", (int)len, label);
        label += len + strspn(label + len, " ");
    }
}

static void put_item(struct buffer *buffer, const char *label, const char *help) {
    buffer_puts(buffer, ".It Ic");
    put_label(buffer, label);
    buffer_printf(buffer, "\n%s\n", help);
}

#define LIST_BEGIN ".Bl -tag -width \"PgDn Ctrl-F\" -compact\n"

static void put_bindings(struct buffer *buffer, const struct key_binding *bindings) {
    bool open = false;
    for (; bindings && bindings->label; bindings++) {
        if (!bindings->help) { // a heading
            buffer_printf(buffer, "%s.Ss \\&%s\n", open ? ".El\n" : "", bindings->label);
            open = false;
            continue;
        }
        buffer_puts(buffer, open ? "" : LIST_BEGIN);
        open = true;
        put_item(buffer, bindings->label, bindings->help);
    }
    buffer_puts(buffer, open ? ".El\n" : "");
}

static void put_views(struct buffer *buffer, const struct panel *panel) {
    buffer_puts(buffer, "Its views are\n");
    for (size_t i = 0; i < panel->view_count; i++) {
        size_t left = panel->view_count - 1 - i;
        buffer_printf(buffer, "%s.Cm %s%s\n", i > 0 && left == 0 ? "and\n" : "",
                      panel->views[i].name,
                      left > 1    ? " ,"
                      : left == 0 ? " ."
                                  : "");
    }
}

// The keys of a panel, what it can be asked, and where its rows lead.
static void put_panel_items(struct buffer *buffer, const struct panel *panel) {
    const struct key_binding *binding = panel->keys;
    const struct panel_question *question = panel->questions;
    for (; binding && binding->label; binding++)
        put_item(buffer, binding->label, binding->help);
    for (; question && question->label; question++)
        put_item(buffer, question->label, question->help);
    for (size_t i = 0; i < panel->view_count; i++) {
        if (panel->views[i].key)
            buffer_printf(buffer, ".It Ic %c\nshow %s\n", (char)panel->views[i].key,
                          panel->views[i].name);
    }
    for (size_t i = 0; i < panel->view_count; i++) {
        const struct panel_target *target = panel->views[i].targets;
        for (const char *key = "o"; target && target->find; target++, key = "O") {
            buffer_printf(buffer, ".It Ic %s", key);
            if (panel->view_count > 1)
                buffer_printf(buffer, " Pq Cm %s", panel->views[i].name);
            buffer_printf(buffer, "\ngo to %s\n", target->title);
        }
    }
}

static void put_panel(struct buffer *buffer, const struct panel *panel) {
    struct buffer items = BUFFER_INIT;
    buffer_printf(buffer, ".Ss %s\n", panel->title);
    if (panel->view_count > 1)
        put_views(buffer, panel);
    put_panel_items(&items, panel);
    if (items.len > 0) // a list of nothing is an error
        buffer_printf(buffer, "%s%s.El\n", LIST_BEGIN, buffer_text(&items));
    buffer_done(&items);
}

void man_format_keys(struct buffer *buffer) {
    put_bindings(buffer, table_keys);
    for (size_t i = 0; panels[i]; i++)
        put_panel(buffer, panels[i]);
    buffer_puts(buffer, ".Ss \\&In details and help\n");
    put_bindings(buffer, text_keys);
    buffer_puts(buffer, ".Ss \\&In a menu\n");
    put_bindings(buffer, menu_keys);
    buffer_puts(buffer, ".Ss \\&In a line that is typed\n");
    put_bindings(buffer, prompt_keys);
}
