// SPDX-License-Identifier: GPL-2.0-or-later
#include "tui/panel.h"

#include <string.h>

const struct panel_view *panel_find_view(const struct panel *panel, const char *name) {
    for (size_t i = 0; i < panel->view_count; i++) {
        if (strcmp(panel->views[i].name, name) == 0)
            return &panel->views[i];
    }
    return NULL;
}

bool panel_find_target(const struct panel_view *view, const struct row_ref *ref, size_t skipped,
                       struct panel_place *ret_place) {
    struct panel_place place;
    for (const struct panel_target *target = view->targets; target && target->find; target++) {
        if (!target->find(ref, &place))
            continue;
        if (skipped-- > 0)
            continue;
        *ret_place = place;
        return true;
    }
    return false;
}
