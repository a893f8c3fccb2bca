// SPDX-License-Identifier: GPL-2.0-or-later
// What the files of the screen share among them.
#ifndef TUI_SCREEN_PARTS_H
#define TUI_SCREEN_PARTS_H

#include "tui/screen.h"

// Where things stand.
enum screen_row {
    ROW_TABS,
    ROW_PLACE,
    ROW_HEAD,
    ROW_BODY,
};
#define SCREEN_FOOT_ROWS 2 // the status line and the keys

// Makes the lines of the details or of the help anew.
void screen_fill_lines(struct screen *screen);

// The menus of fields to sort by and of columns.
void screen_menu_open(struct screen *screen, enum screen_mode mode);
void screen_menu_command(struct screen *screen, enum command command);
void screen_menu_select(struct screen *screen, size_t line);
void screen_menu_draw(struct screen *screen, struct grid *grid, size_t height);

// Fills the clipboard with the row that is selected, or those that are marked, as JSON. Returns how
// many.
size_t screen_copy(struct screen *screen);

// Fills `file` with what is shown: as JSON if the name ends so.
void screen_format_file(struct screen *screen, const char *name);

// The panel whose tab, the column whose head is at this place. False if none is.
bool screen_find_tab(const struct screen *screen, size_t x, size_t *ret_panel);
bool screen_find_head(struct screen *screen, size_t x, const struct field **ret_field);

// Rebuilds the view, and says so if the selected row went.
void screen_build(struct screen *screen);

#endif
