// SPDX-License-Identifier: GPL-2.0-or-later
#include "panels/panels.h"

// clang-format off
const struct panel *const panels[] = {
    &namespaces_panel,
    &interfaces_panel,
    &routes_panel,
    &neighbours_panel,
    &conntrack_panel,
    &dns_panel,
    &netfilter_panel,
    NULL,
};
// clang-format on
