// SPDX-License-Identifier: GPL-2.0-or-later
// Gives the terminal back when the program crashes. (In a file of its own because <term.h> takes
// everyday names.)
#ifndef TUI_TTY_RESTORE_H
#define TUI_TTY_RESTORE_H

#include <stdbool.h>

// Remembers how the terminal is set. Returns 0 or -errno.
int tty_restore_save(void);

// True if the terminal can do what that terminfo(5) name stands for.
bool tty_restore_has(const char *capability);

// From here on a crash leaves the terminal as it was; until the second.
void tty_restore_arm(void);
void tty_restore_disarm(void);

#endif
