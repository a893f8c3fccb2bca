// SPDX-License-Identifier: GPL-2.0-or-later
// Keys: what they are called, what they do where, said once. The help comes from these tables.
#ifndef TUI_KEYS_H
#define TUI_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What a person did. A key that is a character is its code point, a control character included.
enum input_key {
    INPUT_ENTER = '\r',
    INPUT_ESCAPE = 0x1b,
    INPUT_TAB = '\t',
    INPUT_BACKSPACE = 0x7f,
    INPUT_UP = 0x110000, // behind the last code point
    INPUT_DOWN,
    INPUT_LEFT,
    INPUT_RIGHT,
    INPUT_PAGE_UP,
    INPUT_PAGE_DOWN,
    INPUT_HOME,
    INPUT_END,
    INPUT_DELETE,
    INPUT_INSERT,
    INPUT_BACK_TAB,
    INPUT_F1,
    INPUT_F2,
    INPUT_F3,
    INPUT_F4,
    INPUT_F5,
    INPUT_F6,
    INPUT_F7,
    INPUT_F8,
    INPUT_F9,
    INPUT_F10,
    INPUT_CLICK, // the mouse: the place is in the input
    INPUT_DOUBLE_CLICK,
    INPUT_WHEEL_UP,
    INPUT_WHEEL_DOWN,
    INPUT_UNKNOWN, // a key of the keyboard without a name here
};

#define INPUT_CONTROL(letter) ((letter)&0x1f)

struct input {
    uint32_t key;
    size_t y, x; // of the mouse
};

enum command {
    COMMAND_NONE, // no such key
    COMMAND_UP,
    COMMAND_DOWN,
    COMMAND_PAGE_UP,
    COMMAND_PAGE_DOWN,
    COMMAND_HALF_UP,
    COMMAND_HALF_DOWN,
    COMMAND_FIRST,
    COMMAND_LAST,
    COMMAND_LEFT,
    COMMAND_RIGHT,
    COMMAND_PANEL,
    COMMAND_NEXT_PANEL,
    COMMAND_PREVIOUS_PANEL,
    COMMAND_NEXT_VIEW,
    COMMAND_PREVIOUS_VIEW,
    COMMAND_DETAIL,
    COMMAND_TARGET,
    COMMAND_NEXT_TARGET,
    COMMAND_USERS,
    COMMAND_ENTER,
    COMMAND_SIDE,
    COMMAND_SIDE_NEXT,
    COMMAND_SIDE_PREVIOUS,
    COMMAND_SIDE_TURN,
    COMMAND_BACK,
    COMMAND_ESCAPE,
    COMMAND_ALL,
    COMMAND_FILTER,
    COMMAND_NEXT_MATCH,
    COMMAND_PREVIOUS_MATCH,
    COMMAND_SORT_LEFT,
    COMMAND_SORT_RIGHT,
    COMMAND_SORT_MENU,
    COMMAND_REVERSE,
    COMMAND_FOLLOW,
    COMMAND_TRACE, // of a panel that shows packets
    COMMAND_TRACE_STOP,
    COMMAND_TREE,
    COMMAND_FOLD,     // what hangs on a row of a tree is shown, or not
    COMMAND_FOLD_ALL, // the same of all rows
    COMMAND_COLUMNS,
    COMMAND_NAMES, // of a panel whose rows have addresses
    COMMAND_MARK,
    COMMAND_UNMARK,
    COMMAND_PAUSE,
    COMMAND_SLOWER,
    COMMAND_FASTER,
    COMMAND_COPY,
    COMMAND_SAVE,
    COMMAND_HELP,
    COMMAND_REDRAW,
    COMMAND_SUSPEND,
    COMMAND_QUIT,
};

#define KEYS_PER_BINDING 10

struct key_binding {
    enum command command;
    uint32_t keys[KEYS_PER_BINDING]; // zero behind the last
    const char *label;               // in help: "Up k"
    const char *help;                // what it does; NULL: a heading, whose text is the label
};

// What the keys do over a table's rows, over text (details, help), in a menu, and in a line that is
// typed; these last two are only described here. The last of each has neither label nor keys.
extern const struct key_binding table_keys[], text_keys[], menu_keys[], prompt_keys[];

// What the key does; bindings may be NULL.
enum command keys_find(const struct key_binding *bindings, uint32_t key);

// True if some key does that.
bool keys_have(const struct key_binding *bindings, enum command command);

#endif
