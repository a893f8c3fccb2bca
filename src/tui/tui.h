// SPDX-License-Identifier: GPL-2.0-or-later
// netscope in a terminal.
#ifndef TUI_TUI_H
#define TUI_TUI_H

#include <stdbool.h>

#include "base/error.h"
#include "tui/panel.h"

struct tui_options {
    const char *netns; // a name, a PID or a path; NULL: netscope's own
    bool all_netns;
    const char *panel; // by name; NULL: interfaces
    const char *view;  // of the panel, by name; NULL: the first
    double interval;   // seconds between two readings of counters
    bool no_color;     // NO_COLOR in the environment does the same
};

// Runs until its user quits. Returns 0; -ENOTTY or -ENOTSUP if there is no terminal that will do;
// -ENOENT or -ENOTUNIQ for an unknown namespace; or another -errno, with words in err.
int tui_run(const struct tui_options *options, const struct panel *const *panels,
            struct error *err);

#endif
