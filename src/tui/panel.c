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

const struct panel_view *panel_find_view_of_key(const struct panel *panel, uint32_t key) {
    for (size_t i = 0; i < panel->view_count; i++) {
        if (panel->views[i].key == key)
            return key ? &panel->views[i] : NULL;
    }
    return NULL;
}

static bool takes_key(const struct panel *panel, uint32_t key) {
    bool taken = keys_find(panel->keys, key) != COMMAND_NONE || panel_find_view_of_key(panel, key);
    for (const struct panel_question *question = panel->questions; question && question->label;
         question++)
        taken |= question->key == key;
    return taken;
}

bool panel_takes_keys(const struct panel *panel, const struct key_binding *binding) {
    for (size_t i = 0; i < KEYS_PER_BINDING && binding->keys[i] != 0; i++) {
        if (!takes_key(panel, binding->keys[i]))
            return false;
    }
    return true;
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
