// SPDX-License-Identifier: GPL-2.0-or-later
#include "tui/keys.h"

#define END \
    { .label = NULL }
#define HEADING(text) \
    { .label = text }

// clang-format off
const struct key_binding table_keys[] = {
    HEADING("Moving"),
    {COMMAND_UP, {INPUT_UP, 'k', INPUT_CONTROL('P'), INPUT_WHEEL_UP}, "Up k", "a row up"},
    {COMMAND_DOWN, {INPUT_DOWN, 'j', INPUT_CONTROL('N'), INPUT_WHEEL_DOWN}, "Down j", "a row down"},
    {COMMAND_PAGE_UP, {INPUT_PAGE_UP, INPUT_CONTROL('B')}, "PgUp Ctrl-B", "a page up"},
    {COMMAND_PAGE_DOWN, {INPUT_PAGE_DOWN, INPUT_CONTROL('F')}, "PgDn Ctrl-F", "a page down"},
    {COMMAND_HALF_UP, {INPUT_CONTROL('U')}, "Ctrl-U", "half a page up"},
    {COMMAND_HALF_DOWN, {INPUT_CONTROL('D')}, "Ctrl-D", "half a page down"},
    {COMMAND_FIRST, {INPUT_HOME, 'g'}, "Home g", "the first row"},
    {COMMAND_LAST, {INPUT_END, 'G'}, "End G", "the last row"},
    {COMMAND_LEFT, {INPUT_LEFT, 'h'}, "Left h", "columns to the left"},
    {COMMAND_RIGHT, {INPUT_RIGHT, 'l'}, "Right l", "columns to the right"},
    {COMMAND_FOLLOW, {'F'}, "F", "follow the row: it keeps its line when it moves"},
    HEADING("Where"),
    {COMMAND_PANEL, {'1', '2', '3', '4', '5', '6', '7', '8', '9'}, "1-9", "the panel of that number"},
    {COMMAND_NEXT_PANEL, {INPUT_TAB}, "Tab", "the next panel"},
    {COMMAND_PREVIOUS_PANEL, {INPUT_BACK_TAB}, "Shift-Tab", "the panel before"},
    {COMMAND_NEXT_VIEW, {'v'}, "v", "the panel's next view"},
    {COMMAND_PREVIOUS_VIEW, {'V'}, "V", "the view before"},
    {COMMAND_DETAIL, {INPUT_ENTER, 'i'}, "Enter i", "details of the row"},
    {COMMAND_TARGET, {'o'}, "o", "go where the row leads"},
    {COMMAND_NEXT_TARGET, {'O'}, "O", "go to the next place where it leads"},
    {COMMAND_ALL, {'a'}, "a", "rows of all namespaces at once, or of the one"},
    {COMMAND_BACK, {INPUT_BACKSPACE}, "Backspace", "back to the namespace and panel before"},
    {COMMAND_ESCAPE, {INPUT_ESCAPE}, "Esc", "drop the filter; stop following; leave place or tree"},
    HEADING("Finding"),
    {COMMAND_FILTER, {'/', INPUT_F4}, "/ F4", "filter while typing (netscope(5) has the language)"},
    {COMMAND_NEXT_MATCH, {'n', INPUT_F3}, "n F3", "the next row that matches the last filter"},
    {COMMAND_PREVIOUS_MATCH, {'N'}, "N", "the one before"},
    HEADING("Order and columns"),
    {COMMAND_SORT_LEFT, {'<'}, "<", "sort by the column to the left of the one sorted by"},
    {COMMAND_SORT_RIGHT, {'>'}, ">", "sort by the column to the right"},
    {COMMAND_SORT_MENU, {INPUT_F6, 'S'}, "F6 S", "choose the field to sort by"},
    {COMMAND_SORT_MENU, {'s'}, "s", "the same"},
    {COMMAND_REVERSE, {'r'}, "r", "reverse the order"},
    {COMMAND_COLUMNS, {'C', INPUT_F2}, "C F2", "choose the columns"},
    HEADING("Data"),
    {COMMAND_MARK, {' '}, "Space", "mark the row, or take the mark away"},
    {COMMAND_UNMARK, {'U'}, "U", "take all marks away"},
    {COMMAND_PAUSE, {'p'}, "p", "pause: what is shown stays as it is"},
    {COMMAND_SLOWER, {'+'}, "+", "more time between two readings of counters"},
    {COMMAND_FASTER, {'-'}, "-", "less time"},
    {COMMAND_COPY, {'y'}, "y", "copy the row, or those marked, as JSON (OSC 52)"},
    {COMMAND_SAVE, {INPUT_CONTROL('S')}, "Ctrl-S", "save what is shown to a file; a name in .json: as JSON"},
    HEADING("The program"),
    {COMMAND_HELP, {'?', INPUT_F1}, "? F1", "this help"},
    {COMMAND_REDRAW, {INPUT_CONTROL('L')}, "Ctrl-L", "draw the screen anew"},
    {COMMAND_SUSPEND, {INPUT_CONTROL('Z')}, "Ctrl-Z", "stop; the shell's fg goes on"},
    {COMMAND_QUIT, {'q', INPUT_F10, INPUT_CONTROL('C')}, "q F10 Ctrl-C", "quit"},
    END,
};

const struct key_binding text_keys[] = {
    {COMMAND_UP, {INPUT_UP, 'k', INPUT_CONTROL('P'), INPUT_WHEEL_UP}, "Up k", "a line up"},
    {COMMAND_DOWN, {INPUT_DOWN, 'j', INPUT_CONTROL('N'), INPUT_WHEEL_DOWN}, "Down j", "a line down"},
    {COMMAND_PAGE_UP, {INPUT_PAGE_UP, INPUT_CONTROL('B')}, "PgUp Ctrl-B", "a page up"},
    {COMMAND_PAGE_DOWN, {INPUT_PAGE_DOWN, INPUT_CONTROL('F'), ' '}, "PgDn Ctrl-F Space", "a page down"},
    {COMMAND_HALF_UP, {INPUT_CONTROL('U')}, "Ctrl-U", "half a page up"},
    {COMMAND_HALF_DOWN, {INPUT_CONTROL('D')}, "Ctrl-D", "half a page down"},
    {COMMAND_FIRST, {INPUT_HOME, 'g'}, "Home g", "the first line"},
    {COMMAND_LAST, {INPUT_END, 'G'}, "End G", "the last line"},
    {COMMAND_DETAIL, {INPUT_ENTER}, "Enter", "go where the line leads"},
    {COMMAND_TARGET, {'o'}, "o", "go where the row leads"},
    {COMMAND_NEXT_TARGET, {'O'}, "O", "go to the next place where it leads"},
    {COMMAND_ESCAPE, {INPUT_ESCAPE, 'q', INPUT_BACKSPACE, INPUT_LEFT, 'h'}, "Esc q Left h", "back"},
    {COMMAND_PAUSE, {'p'}, "p", "pause"},
    {COMMAND_COPY, {'y'}, "y", "copy the row as JSON"},
    {COMMAND_SAVE, {INPUT_CONTROL('S')}, "Ctrl-S", "save the text to a file"},
    {COMMAND_HELP, {'?', INPUT_F1}, "? F1", "help"},
    {COMMAND_REDRAW, {INPUT_CONTROL('L')}, "Ctrl-L", "draw the screen anew"},
    {COMMAND_SUSPEND, {INPUT_CONTROL('Z')}, "Ctrl-Z", "stop"},
    {COMMAND_QUIT, {INPUT_F10, INPUT_CONTROL('C')}, "F10 Ctrl-C", "quit"},
    END,
};

const struct key_binding menu_keys[] = {
    {COMMAND_UP, {INPUT_UP, 'k', INPUT_CONTROL('P'), INPUT_WHEEL_UP}, "Up k", "a line up"},
    {COMMAND_DOWN, {INPUT_DOWN, 'j', INPUT_CONTROL('N'), INPUT_WHEEL_DOWN}, "Down j", "a line down"},
    {COMMAND_PAGE_UP, {INPUT_PAGE_UP, INPUT_CONTROL('B')}, "PgUp", "a page up"},
    {COMMAND_PAGE_DOWN, {INPUT_PAGE_DOWN, INPUT_CONTROL('F')}, "PgDn", "a page down"},
    {COMMAND_FIRST, {INPUT_HOME, 'g'}, "Home g", "the first line"},
    {COMMAND_LAST, {INPUT_END, 'G'}, "End G", "the last line"},
    {COMMAND_MARK, {' '}, "Space", "columns: show the field, or hide it"},
    {COMMAND_FASTER, {'-', 'K'}, "- K", "columns: move it to the left"},
    {COMMAND_SLOWER, {'+', 'J'}, "+ J", "columns: move it to the right"},
    {COMMAND_REVERSE, {'r'}, "r", "columns: as they were at the start"},
    {COMMAND_DETAIL, {INPUT_ENTER}, "Enter", "take it"},
    {COMMAND_ESCAPE, {INPUT_ESCAPE, 'q', INPUT_F2, INPUT_F6, 'C'}, "Esc q", "back"},
    {COMMAND_REDRAW, {INPUT_CONTROL('L')}, "Ctrl-L", "draw the screen anew"},
    {COMMAND_SUSPEND, {INPUT_CONTROL('Z')}, "Ctrl-Z", "stop"},
    {COMMAND_QUIT, {INPUT_F10, INPUT_CONTROL('C')}, "F10 Ctrl-C", "quit"},
    END,
};

const struct key_binding prompt_keys[] = {
    {COMMAND_NONE, {0}, "Enter", "keep it"},
    {COMMAND_NONE, {0}, "Esc Ctrl-C", "give it up; a filter is taken away"},
    {COMMAND_NONE, {0}, "Up Down", "what was typed before"},
    {COMMAND_NONE, {0}, "Left Right Ctrl-B Ctrl-F", "a character to the side"},
    {COMMAND_NONE, {0}, "Home End Ctrl-A Ctrl-E", "to the start, to the end"},
    {COMMAND_NONE, {0}, "Backspace Del", "delete a character"},
    {COMMAND_NONE, {0}, "Ctrl-W", "delete the word before"},
    {COMMAND_NONE, {0}, "Ctrl-U Ctrl-K", "delete to the start, to the end"},
    END,
};
// clang-format on

enum command keys_find(const struct key_binding *bindings, uint32_t key) {
    for (; bindings && bindings->label; bindings++) {
        for (size_t i = 0; i < KEYS_PER_BINDING && bindings->keys[i] != 0; i++) {
            if (bindings->keys[i] == key)
                return bindings->command;
        }
    }
    return COMMAND_NONE;
}

bool keys_have(const struct key_binding *bindings, enum command command) {
    for (; bindings && bindings->label; bindings++) {
        if (bindings->command == command)
            return true;
    }
    return false;
}
