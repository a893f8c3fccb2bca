// SPDX-License-Identifier: GPL-2.0-or-later
// comment: words for people. The kernel's struct is 256 bytes for what is mostly short, so the
// operand is the text alone.
#include <linux/netfilter/xt_comment.h>
#include <string.h>

#include "ruleset/xt.h"
#include "ruleset/xt_writer.h"

static const void *decode_comment(const void *bytes, struct arena *arena) {
    const struct xt_comment_info *info = bytes;
    return arena_strndup(arena, info->comment, sizeof(info->comment));
}

static void write_comment(const void *info, struct xt_writer *writer) {
    xt_option_text(writer, "--comment", false, info, XT_MAX_COMMENT_LEN);
}

const struct xt_extension xt_match_comment[] = {
    {
        .name = "comment",
        .size = sizeof(struct xt_comment_info),
        .decode = decode_comment,
        .write = write_comment,
    },
    {0},
};
