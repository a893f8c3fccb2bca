// SPDX-License-Identifier: GPL-2.0-or-later
#include "panels/panels.h"

const struct panel *const panels[] = {
    &namespaces_panel,
    &interfaces_panel,
    &routes_panel,
    &neighbours_panel,
    NULL,
};
