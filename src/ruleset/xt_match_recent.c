// SPDX-License-Identifier: GPL-2.0-or-later
// recent: lists of addresses that packets came from or went to lately. Revision 0 is rewritten to
// revision 1's struct, with the mask that it always has.
#include <linux/netfilter.h>
#include <linux/netfilter/xt_recent.h>
#include <string.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

static const void *decode_revision_0(const void *bytes, struct arena *arena) {
    struct xt_recent_mtinfo_v1 *info = arena_alloc(arena, sizeof(*info));
    if (!info)
        return NULL;
    memcpy(info, bytes, offsetof(struct xt_recent_mtinfo_v1, mask));
    memset(&info->mask, 0xff, sizeof(info->mask));
    return info;
}

static void write_action(const struct xt_recent_mtinfo_v1 *recent, struct xt_writer *writer) {
    static const struct {
        uint8_t flag;
        const char *option;
    } actions[] = {
        {XT_RECENT_SET, "--set"},
        {XT_RECENT_CHECK, "--rcheck"},
        {XT_RECENT_UPDATE, "--update"},
        {XT_RECENT_REMOVE, "--remove"},
    };
    bool inverted = recent->invert;
    for (size_t i = 0; i < XT_COUNT(actions); i++) {
        if (!(recent->check_set & actions[i].flag))
            continue;
        xt_flag(writer, actions[i].option, inverted);
        inverted = false;
    }
}

static void write_recent(const struct xt_recent_mtinfo_v1 *recent, struct xt_writer *writer,
                         bool has_mask) {
    write_action(recent, writer);
    if (recent->seconds != 0)
        xt_option_uint(writer, "--seconds", false, recent->seconds);
    if (recent->check_set & XT_RECENT_REAP)
        xt_flag(writer, "--reap", false);
    if (recent->hit_count != 0)
        xt_option_uint(writer, "--hitcount", false, recent->hit_count);
    if (recent->check_set & XT_RECENT_TTL)
        xt_flag(writer, "--rttl", false);
    xt_option_word(writer, "--name", false, recent->name, sizeof(recent->name));
    if (has_mask) {
        xt_option(writer, "--mask", false);
        xt_put_address(writer, writer->context->family, &recent->mask);
    }
    if (recent->side == XT_RECENT_SOURCE)
        xt_flag(writer, "--rsource", false);
    if (recent->side == XT_RECENT_DEST)
        xt_flag(writer, "--rdest", false);
}

static void write_revision_0(const void *info, struct xt_writer *writer) {
    write_recent(info, writer, false);
}

static void write_revision_1(const void *info, struct xt_writer *writer) {
    write_recent(info, writer, true);
}

const struct xt_extension xt_match_recent[] = {
    {
        .name = "recent",
        .revision = 1,
        .size = sizeof(struct xt_recent_mtinfo_v1),
        .write = write_revision_1,
    },
    {
        .name = "recent",
        .size = sizeof(struct xt_recent_mtinfo),
        .decode = decode_revision_0,
        .write = write_revision_0,
    },
    {0},
};
