// SPDX-License-Identifier: GPL-2.0-or-later
#include "tui/help.h"

#include "base/buffer.h"
#include "tui/grid.h"

// What the panel has a meaning of its own for is left out.
static void add_common_bindings(const struct panel *panel, struct lines *lines) {
    for (const struct key_binding *binding = table_keys; binding->label; binding++) {
        if (!binding->help)
            lines_add_heading(lines, binding->label);
        else if (!panel_takes_keys(panel, binding))
            lines_add(lines, binding->label, binding->help, STYLE_NORMAL);
    }
}

static void add_views(const struct panel *panel, struct lines *lines) {
    for (size_t i = 0; i < panel->view_count; i++) {
        const char key[] = {(char)panel->views[i].key, '\0'};
        struct buffer text = BUFFER_INIT;
        buffer_printf(&text, "show %s", panel->views[i].name);
        if (panel->views[i].key)
            lines_add(lines, key, buffer_text(&text), STYLE_NORMAL);
        buffer_done(&text);
    }
}

static void add_bindings(const struct key_binding *bindings, struct lines *lines) {
    for (; bindings && bindings->label; bindings++) {
        if (bindings->help)
            lines_add(lines, bindings->label, bindings->help, STYLE_NORMAL);
        else
            lines_add_heading(lines, bindings->label);
    }
}

// Where 'o' and 'O' lead from here.
static void add_targets(const struct panel_target *targets, struct lines *lines) {
    for (size_t i = 0; targets && targets[i].find; i++) {
        struct buffer text = BUFFER_INIT;
        buffer_printf(&text, "go to %s", targets[i].title);
        lines_add(lines, i == 0 ? "o" : "O", buffer_text(&text), STYLE_NORMAL);
        buffer_done(&text);
    }
}

static void add_questions(const struct panel_question *question, struct lines *lines) {
    for (; question && question->label; question++)
        lines_add(lines, question->label, question->help, STYLE_NORMAL);
}

static void add_words(const struct panel_activity *activity, struct lines *lines) {
    for (const struct panel_word *word = activity->words; word->label; word++)
        lines_add(lines, word->label, word->help, STYLE_NORMAL);
}

void help_format(const struct panel *panel, const struct panel_view *view, struct lines *lines) {
    lines_add_heading(lines, panel->title);
    add_bindings(panel->keys, lines);
    add_views(panel, lines);
    add_questions(panel->questions, lines);
    add_targets(view->targets, lines);
    if (panel->activity) {
        lines_add_heading(lines, "While its lines are shown");
        lines_add(lines, "Esc", "end it while it goes on; then back", STYLE_NORMAL);
        lines_add(lines, "q Left", "back, and it goes on", STYLE_NORMAL);
        add_words(panel->activity, lines);
    }
    add_common_bindings(panel, lines);
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
