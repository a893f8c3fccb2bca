// SPDX-License-Identifier: GPL-2.0-or-later
// Where rows of bypasses lead.
#include "model/bypass.h"
#include "panels/netfilter.h"

static bool find_rules(const struct row_ref *ref, struct panel_place *ret_place) {
    const struct bypass *bypass = ref->row;
    if (!bypass->chain)
        return false;
    netfilter_place_chain(bypass->chain, ref->netns->inode, ret_place);
    return true;
}

static bool find_device(const struct row_ref *ref, struct panel_place *ret_place) {
    const struct bypass *bypass = ref->row;
    if (bypass->ifindex == 0)
        return false;
    *ret_place = (struct panel_place){.panel = "interfaces",
                                      .netns = ref->netns->inode,
                                      .has_row = true,
                                      .identity = (uint64_t)bypass->ifindex};
    return true;
}

static bool find_users(const struct row_ref *ref, struct panel_place *ret_place) {
    const struct bypass *bypass = ref->row;
    if (bypass->type != BYPASS_FLOWTABLE)
        return false;
    netfilter_place_users(bypass->table, bypass->name, ref->netns->inode, ret_place);
    return true;
}

const struct panel_target netfilter_bypass_targets[] = {
    {.field = "rule", .title = "the rules of its chain", .find = find_rules},
    {.field = "dev", .title = "the interface", .find = find_device},
    {.title = "the rules that put flows into it", .find = find_users, .users = true},
    {.find = NULL},
};
