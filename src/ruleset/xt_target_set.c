// SPDX-License-Identifier: GPL-2.0-or-later
// SET: adds the packet's addresses and ports to a set of ipset(8), removes them from one, or takes
// marks from one. Revisions 0 to 3 are rewritten to one struct.
#include <linux/netfilter/xt_set.h>

#include "ruleset/xt.h"
#include "ruleset/xt_operands.h"
#include "ruleset/xt_set.h"
#include "ruleset/xt_writer.h"

static struct xt_set_target *make_operands(struct xt_set_reference add,
                                           struct xt_set_reference remove, struct arena *arena) {
    struct xt_set_target *set = arena_alloc(arena, sizeof(*set));
    if (set)
        *set = (struct xt_set_target){
            .add = add,
            .remove = remove,
            .map = {.index = XT_SET_NONE},
            .timeout = UINT32_MAX,
        };
    return set;
}

static const void *decode_revision_0(const void *bytes, struct arena *arena) {
    const struct xt_set_info_target_v0 *info = bytes;
    return make_operands(xt_set_reference_of_v0(&info->add_set),
                         xt_set_reference_of_v0(&info->del_set), arena);
}

static const void *decode_revision_1(const void *bytes, struct arena *arena) {
    const struct xt_set_info_target_v1 *info = bytes;
    return make_operands(xt_set_reference_of(&info->add_set), xt_set_reference_of(&info->del_set),
                         arena);
}

static const void *decode_revision_2(const void *bytes, struct arena *arena) {
    const struct xt_set_info_target_v2 *info = bytes;
    struct xt_set_target *set = make_operands(xt_set_reference_of(&info->add_set),
                                              xt_set_reference_of(&info->del_set), arena);
    if (set) {
        set->flags = info->flags;
        set->timeout = info->timeout;
    }
    return set;
}

static const void *decode_revision_3(const void *bytes, struct arena *arena) {
    const struct xt_set_info_target_v3 *info = bytes;
    struct xt_set_target *set = make_operands(xt_set_reference_of(&info->add_set),
                                              xt_set_reference_of(&info->del_set), arena);
    if (set) {
        set->map = xt_set_reference_of(&info->map_set);
        set->flags = info->flags;
        set->timeout = info->timeout;
    }
    return set;
}

static void write_set(const void *info, struct xt_writer *writer) {
    const struct xt_set_target *set = info;
    xt_option_set(writer, "--add-set", false, &set->add);
    if (set->flags & IPSET_FLAG_EXIST)
        xt_flag(writer, "--exist", false);
    if (set->timeout != UINT32_MAX)
        xt_option_uint(writer, "--timeout", false, set->timeout);
    xt_option_set(writer, "--del-set", false, &set->remove);
    xt_option_set(writer, "--map-set", false, &set->map);
    if (set->flags & IPSET_FLAG_MAP_SKBMARK)
        xt_flag(writer, "--map-mark", false);
    if (set->flags & IPSET_FLAG_MAP_SKBPRIO)
        xt_flag(writer, "--map-prio", false);
    if (set->flags & IPSET_FLAG_MAP_SKBQUEUE)
        xt_flag(writer, "--map-queue", false);
}

const struct xt_extension xt_target_set[] = {
    {
        .name = "SET",
        .is_target = true,
        .revision = 3,
        .size = sizeof(struct xt_set_info_target_v3),
        .decode = decode_revision_3,
        .write = write_set,
    },
    {
        .name = "SET",
        .is_target = true,
        .revision = 2,
        .size = sizeof(struct xt_set_info_target_v2),
        .decode = decode_revision_2,
        .write = write_set,
    },
    {
        .name = "SET",
        .is_target = true,
        .revision = 1,
        .size = sizeof(struct xt_set_info_target_v1),
        .decode = decode_revision_1,
        .write = write_set,
    },
    {
        .name = "SET",
        .is_target = true,
        .family = NF_FAMILY_IP,
        .size = sizeof(struct xt_set_info_target_v0),
        .decode = decode_revision_0,
        .write = write_set,
    },
    {0},
};
