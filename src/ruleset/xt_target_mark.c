// SPDX-License-Identifier: GPL-2.0-or-later
// MARK and CONNMARK: set the mark of the packet, or of its connection, or copy one to the other.
// Revision 1 of CONNMARK is rewritten to revision 2's struct, which can shift marks.
#include <linux/netfilter/xt_CONNMARK.h>
#include <linux/netfilter/xt_MARK.h>

#include "ruleset/xt.h"
#include "ruleset/xt_writer.h"

static void write_set(struct xt_writer *writer, uint32_t mark, uint32_t mask) {
    xt_option_hex(writer, "--set-xmark", false, mark);
    buffer_putc(writer->value, '/');
    xt_put_hex(writer, mask);
}

static void write_mark(const void *info, struct xt_writer *writer) {
    const struct xt_mark_tginfo2 *mark = info;
    write_set(writer, mark->mark, mark->mask);
}

// Both revisions begin with the same members.
static const void *decode_revision_1(const void *bytes, struct arena *arena) {
    const struct xt_connmark_tginfo1 *old = bytes;
    struct xt_connmark_tginfo2 *info = arena_alloc(arena, sizeof(*info));
    if (info)
        *info = (struct xt_connmark_tginfo2){
            .ctmark = old->ctmark,
            .ctmask = old->ctmask,
            .nfmask = old->nfmask,
            .mode = old->mode,
        };
    return info;
}

static bool check_revision_1(const void *bytes) {
    const struct xt_connmark_tginfo1 *info = bytes;
    return info->mode <= XT_CONNMARK_RESTORE;
}

static bool check_revision_2(const void *bytes) {
    const struct xt_connmark_tginfo2 *info = bytes;
    return info->mode <= XT_CONNMARK_RESTORE && info->shift_dir <= D_SHIFT_RIGHT;
}

static void write_copy(struct xt_writer *writer, const char *option,
                       const struct xt_connmark_tginfo2 *mark) {
    xt_flag(writer, option, false);
    xt_option_hex(writer, "--nfmask", false, mark->nfmask);
    xt_option_hex(writer, "--ctmask", false, mark->ctmask);
}

static void write_connmark(const void *info, struct xt_writer *writer) {
    const struct xt_connmark_tginfo2 *mark = info;
    if (mark->mode == XT_CONNMARK_SET)
        write_set(writer, mark->ctmark, mark->ctmask);
    else
        write_copy(writer, mark->mode == XT_CONNMARK_SAVE ? "--save-mark" : "--restore-mark", mark);
    if (mark->shift_bits != 0)
        xt_option_uint(writer,
                       mark->shift_dir == D_SHIFT_LEFT ? "--left-shift-mark" : "--right-shift-mark",
                       false, mark->shift_bits);
}

const struct xt_extension xt_target_mark[] = {
    {
        .name = "MARK",
        .is_target = true,
        .revision = 2,
        .size = sizeof(struct xt_mark_tginfo2),
        .write = write_mark,
    },
    {0},
};

const struct xt_extension xt_target_connmark[] = {
    {
        .name = "CONNMARK",
        .is_target = true,
        .revision = 2,
        .size = sizeof(struct xt_connmark_tginfo2),
        .check = check_revision_2,
        .write = write_connmark,
    },
    {
        .name = "CONNMARK",
        .is_target = true,
        .revision = 1,
        .size = sizeof(struct xt_connmark_tginfo1),
        .check = check_revision_1,
        .decode = decode_revision_1,
        .write = write_connmark,
    },
    {0},
};
