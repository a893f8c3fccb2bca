// SPDX-License-Identifier: GPL-2.0-or-later
// Network namespaces of the node.
#include "panels/panels.h"
#include "panels/route_question.h"

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
    {COMMAND_TARGET, {INPUT_ENTER}, "Enter", "go there: all panels show that namespace"},
    {.label = NULL},
};

static const struct panel_target targets[] = {
    {.field = "netns", .title = "the namespace's interfaces", .find = find_target},
    {.find = NULL},
};

static const struct panel_view views[] = {{
    .name = "namespaces",
    .title = "Namespaces",
    .kind = KIND_NAMESPACES,
    .columns = "netns,naming,process_count,process,pid,~nsid,?runtime,?netns_name,inode,?path",
    .groups = groups,
    .targets = targets,
}};

const struct panel namespaces_panel = {
    .name = "namespaces",
    .title = "Namespaces",
    .views = views,
    .view_count = 1,
    .whole_node = true,
    .keys = keys,
    .questions = route_questions,
};
