// SPDX-License-Identifier: GPL-2.0-or-later
// devgroup: the group of the interface; groups have names in /etc/iproute2/group.
#include <linux/netfilter/xt_devgroup.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

static void write_group(struct xt_writer *writer, const char *option, bool inverted, uint32_t group,
                        uint32_t mask) {
    const struct ruleset_names *names = writer->context->names;
    xt_option_named(writer, option, inverted, group, mask,
                    names ? nf_names_find(&names->device_groups, group) : NULL);
}

static void write_devgroup(const void *info, struct xt_writer *writer) {
    const struct xt_devgroup_info *group = info;
    if (group->flags & XT_DEVGROUP_MATCH_SRC)
        write_group(writer, "--src-group", group->flags & XT_DEVGROUP_INVERT_SRC, group->src_group,
                    group->src_mask);
    if (group->flags & XT_DEVGROUP_MATCH_DST)
        write_group(writer, "--dst-group", group->flags & XT_DEVGROUP_INVERT_DST, group->dst_group,
                    group->dst_mask);
}

const struct xt_extension xt_match_devgroup[] = {
    {.name = "devgroup", .size = sizeof(struct xt_devgroup_info), .write = write_devgroup},
    {0},
};
