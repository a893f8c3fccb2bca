// SPDX-License-Identifier: GPL-2.0-or-later
// The terminal: the one place that talks curses. There is one terminal, so there is no struct.
#ifndef TUI_TTY_H
#define TUI_TTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "tui/grid.h"
#include "tui/keys.h"

// Takes the terminal over. From here on it is given back also when the program crashes. Returns 0,
// -ENOTTY if standard input or output is none, -ENOTSUP if it cannot do what is needed.
int tty_open(bool no_color, struct error *err);

// Gives it back as it was.
void tty_close(void);

// True if characters beyond ASCII can be shown.
bool tty_has_unicode(void);

// Asks how large it is now, and makes grid that large. Returns 0 or -ENOMEM.
int tty_resize(struct grid *grid);

// Brings to the terminal what differs from what is there.
void tty_draw(const struct grid *grid);

// Forgets what is there: the next tty_draw writes all of it.
void tty_redraw(void);

// The next key, without waiting; now is in milliseconds, to tell double clicks. Returns false if
// there is none.
bool tty_read(uint64_t now, struct input *ret_input);

// True if nothing will ever come from the terminal again.
bool tty_is_gone(void);

// Sends text to the terminal's clipboard (OSC 52).
void tty_copy(const char *text, size_t len);

// Gives the terminal back for a while, and takes it again.
void tty_pause(void);
void tty_resume(void);

#endif
