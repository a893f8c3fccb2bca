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
        else
            buffer_printf(buffer, " \\&%.*s", (int)len, label);
        label += len + strspn(label + len, " ");
    }
}

static void put_bindings(struct buffer *buffer, const struct key_binding *bindings) {
    bool open = false;
    for (; bindings && bindings->label; bindings++) {
        if (!bindings->help) { // a heading
            buffer_printf(buffer, "%s.Ss \\&%s\n", open ? ".El\n" : "", bindings->label);
            open = false;
            continue;
        }
        buffer_puts(buffer, open ? "" : ".Bl -tag -width \"PgDn Ctrl-F\" -compact\n");
        open = true;
        buffer_puts(buffer, ".It Ic");
        put_label(buffer, bindings->label);
        buffer_printf(buffer, "\n%s\n", bindings->help);
    }
    buffer_puts(buffer, open ? ".El\n" : "");
}

void man_format_keys(struct buffer *buffer) {
    put_bindings(buffer, table_keys);
    for (size_t i = 0; panels[i]; i++) {
        if (!panels[i]->keys)
            continue;
        buffer_printf(buffer, ".Ss %s\n", panels[i]->title);
        put_bindings(buffer, panels[i]->keys);
    }
    buffer_puts(buffer, ".Ss \\&In details and help\n");
    put_bindings(buffer, text_keys);
    buffer_puts(buffer, ".Ss \\&In a menu\n");
    put_bindings(buffer, menu_keys);
    buffer_puts(buffer, ".Ss \\&In a line that is typed\n");
    put_bindings(buffer, prompt_keys);
}
