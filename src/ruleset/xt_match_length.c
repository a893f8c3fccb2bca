// SPDX-License-Identifier: GPL-2.0-or-later
// length and tcpmss: the size of the packet, and the segment size that a SYN announces.
#include <linux/netfilter/xt_length.h>
#include <linux/netfilter/xt_tcpmss.h>

#include "ruleset/xt.h"
#include "ruleset/xt_writer.h"

static void write_length(const void *info, struct xt_writer *writer) {
    const struct xt_length_info *length = info;
    xt_option_range(writer, "--length", length->invert, length->min, length->max);
}

static void write_tcpmss(const void *info, struct xt_writer *writer) {
    const struct xt_tcpmss_match_info *mss = info;
    xt_option_range(writer, "--mss", mss->invert, mss->mss_min, mss->mss_max);
}

const struct xt_extension xt_match_length[] = {
    {.name = "length", .size = sizeof(struct xt_length_info), .write = write_length},
    {0},
};

const struct xt_extension xt_match_tcpmss[] = {
    {.name = "tcpmss", .size = sizeof(struct xt_tcpmss_match_info), .write = write_tcpmss},
    {0},
};
