// SPDX-License-Identifier: GPL-2.0-or-later
// mark and connmark: the mark of a packet, or of its connection.
#include <linux/netfilter/xt_connmark.h>
#include <linux/netfilter/xt_mark.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

static void write_mark(const void *info, struct xt_writer *writer) {
    const struct xt_mark_mtinfo1 *mark = info;
    xt_option_mark(writer, "--mark", mark->invert, mark->mark, mark->mask);
}

static void write_connmark(const void *info, struct xt_writer *writer) {
    const struct xt_connmark_mtinfo1 *mark = info;
    xt_option_mark(writer, "--mark", mark->invert, mark->mark, mark->mask);
}

const struct xt_extension xt_match_mark[] = {
    {.name = "mark", .revision = 1, .size = sizeof(struct xt_mark_mtinfo1), .write = write_mark},
    {0},
};

const struct xt_extension xt_match_connmark[] = {
    {
        .name = "connmark",
        .revision = 1,
        .size = sizeof(struct xt_connmark_mtinfo1),
        .write = write_connmark,
    },
    {0},
};
