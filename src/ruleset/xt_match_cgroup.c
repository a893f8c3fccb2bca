// SPDX-License-Identifier: GPL-2.0-or-later
// cgroup: the control group of the process whose socket sends or gets the packet, by its net_cls
// number or, since revision 1, by its path in the second hierarchy. The kernel's struct has room
// for the longest path; the operands are what it says.
#include <linux/netfilter/xt_cgroup.h>

#include "ruleset/xt.h"
#include "ruleset/xt_operands.h"
#include "ruleset/xt_writer.h"

static const void *decode_revision_0(const void *bytes, struct arena *arena) {
    const struct xt_cgroup_info_v0 *info = bytes;
    struct xt_cgroup *cgroup = arena_alloc(arena, sizeof(*cgroup));
    if (!cgroup)
        return NULL;
    *cgroup = (struct xt_cgroup){
        .class_id = info->id,
        .has_class_id = true,
        .class_id_inverted = info->invert != 0,
    };
    return cgroup;
}

static const struct xt_cgroup *make_path(const char *path, size_t max, bool inverted,
                                         struct arena *arena) {
    struct xt_cgroup *cgroup = arena_alloc(arena, sizeof(*cgroup));
    if (!cgroup)
        return NULL;
    cgroup->path_inverted = inverted;
    cgroup->path = arena_strndup(arena, path, max);
    return cgroup->path ? cgroup : NULL;
}

static const struct xt_cgroup *make_class(uint32_t class_id, bool present, bool inverted,
                                          struct arena *arena) {
    struct xt_cgroup *cgroup = arena_alloc(arena, sizeof(*cgroup));
    if (!cgroup)
        return NULL;
    cgroup->class_id = class_id;
    cgroup->has_class_id = present;
    cgroup->class_id_inverted = inverted;
    return cgroup;
}

static const void *decode_revision_1(const void *bytes, struct arena *arena) {
    const struct xt_cgroup_info_v1 *info = bytes;
    if (info->has_path)
        return make_path(info->path, sizeof(info->path), info->invert_path, arena);
    return make_class(info->classid, info->has_classid, info->invert_classid, arena);
}

static const void *decode_revision_2(const void *bytes, struct arena *arena) {
    const struct xt_cgroup_info_v2 *info = bytes;
    if (info->has_path)
        return make_path(info->path, sizeof(info->path), info->invert_path, arena);
    return make_class(info->classid, info->has_classid, info->invert_classid, arena);
}

static void write_cgroup(const void *info, struct xt_writer *writer) {
    const struct xt_cgroup *cgroup = info;
    if (cgroup->path)
        xt_option_text(writer, "--path", cgroup->path_inverted, cgroup->path, SIZE_MAX);
    if (cgroup->has_class_id)
        xt_option_uint(writer, "--cgroup", cgroup->class_id_inverted, cgroup->class_id);
}

const struct xt_extension xt_match_cgroup[] = {
    {
        .name = "cgroup",
        .size = sizeof(struct xt_cgroup_info_v0),
        .decode = decode_revision_0,
        .write = write_cgroup,
    },
    {
        .name = "cgroup",
        .revision = 1,
        .size = sizeof(struct xt_cgroup_info_v1),
        .decode = decode_revision_1,
        .write = write_cgroup,
    },
    {
        .name = "cgroup",
        .revision = 2,
        .size = sizeof(struct xt_cgroup_info_v2),
        .decode = decode_revision_2,
        .write = write_cgroup,
    },
    {0},
};
