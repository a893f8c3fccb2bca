// SPDX-License-Identifier: GPL-2.0-or-later
// How styles look: in 256 colours, in 16 (or 8), and without any.
#ifndef TUI_THEME_H
#define TUI_THEME_H

#include <stdbool.h>
#include <stdint.h>

#include <curses.h>

// Makes curses' colour pairs, once curses has started; without colours if the terminal has none or
// they are not wanted.
void theme_init(bool no_color);

// The attributes for an enum style with its bits.
attr_t theme_attributes(uint8_t style, short *ret_pair);

#endif
