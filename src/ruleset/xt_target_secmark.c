// SPDX-License-Identifier: GPL-2.0-or-later
// SECMARK and CONNSECMARK: the security context of the packet, and copying it from and to its
// connection.
#include <linux/netfilter/xt_CONNSECMARK.h>
#include <linux/netfilter/xt_SECMARK.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

static bool check_revision_0(const void *bytes) {
    const struct xt_secmark_target_info *info = bytes;
    return info->mode == SECMARK_MODE_SEL;
}

static bool check_revision_1(const void *bytes) {
    const struct xt_secmark_target_info_v1 *info = bytes;
    return info->mode == SECMARK_MODE_SEL;
}

static bool check_connsecmark(const void *bytes) {
    const struct xt_connsecmark_target_info *info = bytes;
    return info->mode == CONNSECMARK_SAVE || info->mode == CONNSECMARK_RESTORE;
}

static const void *decode_revision_0(const void *bytes, struct arena *arena) {
    const struct xt_secmark_target_info *info = bytes;
    return arena_strndup(arena, info->secctx, sizeof(info->secctx));
}

static const void *decode_revision_1(const void *bytes, struct arena *arena) {
    const struct xt_secmark_target_info_v1 *info = bytes;
    return arena_strndup(arena, info->secctx, sizeof(info->secctx));
}

// The operand is the context alone.
static void write_secmark(const void *info, struct xt_writer *writer) {
    xt_option_word(writer, "--selctx", false, info, SECMARK_SECCTX_MAX);
}

static void write_connsecmark(const void *info, struct xt_writer *writer) {
    const struct xt_connsecmark_target_info *copy = info;
    xt_flag(writer, copy->mode == CONNSECMARK_SAVE ? "--save" : "--restore", false);
}

const struct xt_extension xt_target_secmark[] = {
    {
        .name = "SECMARK",
        .is_target = true,
        .revision = 1,
        .size = sizeof(struct xt_secmark_target_info_v1),
        .check = check_revision_1,
        .decode = decode_revision_1,
        .write = write_secmark,
    },
    {
        .name = "SECMARK",
        .is_target = true,
        .size = sizeof(struct xt_secmark_target_info),
        .check = check_revision_0,
        .decode = decode_revision_0,
        .write = write_secmark,
    },
    {0},
};

const struct xt_extension xt_target_connsecmark[] = {
    {
        .name = "CONNSECMARK",
        .is_target = true,
        .size = sizeof(struct xt_connsecmark_target_info),
        .check = check_connsecmark,
        .write = write_connsecmark,
    },
    {0},
};
