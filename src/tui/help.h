// SPDX-License-Identifier: GPL-2.0-or-later
// Help, made from the tables of keys.
#ifndef TUI_HELP_H
#define TUI_HELP_H

#include "tui/lines.h"
#include "tui/panel.h"

// Adds the panel's own keys, where the view's rows lead, and the keys that all panels have.
void help_format(const struct panel *panel, const struct panel_view *view, struct lines *lines);

#endif
