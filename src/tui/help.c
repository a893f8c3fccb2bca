// SPDX-License-Identifier: GPL-2.0-or-later
#include "tui/help.h"

#include "tui/grid.h"

static void add_bindings(const struct key_binding *bindings, struct lines *lines) {
    for (; bindings && bindings->label; bindings++) {
        if (bindings->help)
            lines_add(lines, bindings->label, bindings->help, STYLE_NORMAL);
        else
            lines_add_heading(lines, bindings->label);
    }
}

void help_format(const struct panel *panel, struct lines *lines) {
    if (panel->keys) {
        lines_add_heading(lines, panel->title);
        add_bindings(panel->keys, lines);
    }
    add_bindings(table_keys, lines);
    lines_add_heading(lines, "In details and help");
    add_bindings(text_keys, lines);
    lines_add_heading(lines, "In a menu");
    add_bindings(menu_keys, lines);
    lines_add_heading(lines, "In a line that is typed");
    add_bindings(prompt_keys, lines);
    lines_add_heading(lines, "The mouse");
    lines_add(lines, "click", "select; a tab: go to the panel; a column head: sort by it",
              STYLE_NORMAL);
    lines_add(lines, "double click", "as Enter", STYLE_NORMAL);
    lines_add(lines, "wheel", "up and down", STYLE_NORMAL);
}
