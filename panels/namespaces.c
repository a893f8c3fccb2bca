// SPDX-License-Identifier: GPL-2.0-or-later
// Network namespaces of the node.
#include "panels/panels.h"

static bool find_target(const struct row_ref *ref, struct panel_place *ret_place) {
    *ret_place = (struct panel_place){.panel = "interfaces", .netns = ref->netns->inode};
    return true;
}

static const struct panel_group groups[] = {
    {"Namespace", "netns,naming,inode,nsid,own,path,netns_name"},
    {"Pod and container", "pod*,container*,runtime"},
    {"Processes", "pid,process,process_count"},
    {NULL, NULL},
};

static const struct key_binding keys[] = {
    {COMMAND_TARGET, {INPUT_ENTER, 'o'}, "Enter o", "go there: all panels show that namespace"},
    {.label = NULL},
};

const struct panel namespaces_panel = {
    .name = "namespaces",
    .title = "Namespaces",
    .kind = KIND_NAMESPACES,
    .columns = "netns,naming,process_count,process,pid,~nsid,?runtime,?netns_name,inode,?path",
    .whole_node = true,
    .groups = groups,
    .keys = keys,
    .target = find_target,
    .target_field = "netns",
};
