// SPDX-License-Identifier: GPL-2.0-or-later
// The panels of the terminal program. One file each; this is their register.
#ifndef PANELS_PANELS_H
#define PANELS_PANELS_H

#include "tui/panel.h"

extern const struct panel namespaces_panel;
extern const struct panel interfaces_panel;
extern const struct panel routes_panel;
extern const struct panel neighbours_panel;
extern const struct panel conntrack_panel;
extern const struct panel dns_panel;
extern const struct panel netfilter_panel;

// In the order of their tabs; the end is NULL.
extern const struct panel *const panels[];

#endif
