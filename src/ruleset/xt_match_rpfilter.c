// SPDX-License-Identifier: GPL-2.0-or-later
// rpfilter: whether a reply would leave through the interface that the packet came from.
#include <linux/netfilter/xt_rpfilter.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

static const struct {
    uint8_t flag;
    const char *option;
} flags[] = {
    {XT_RPFILTER_LOOSE, "--loose"},
    {XT_RPFILTER_VALID_MARK, "--validmark"},
    {XT_RPFILTER_ACCEPT_LOCAL, "--accept-local"},
    {XT_RPFILTER_INVERT, "--invert"},
};

static void write_rpfilter(const void *info, struct xt_writer *writer) {
    const struct xt_rpfilter_info *filter = info;
    for (size_t i = 0; i < XT_COUNT(flags); i++) {
        if (filter->flags & flags[i].flag)
            xt_flag(writer, flags[i].option, false);
    }
}

const struct xt_extension xt_match_rpfilter[] = {
    {.name = "rpfilter", .size = sizeof(struct xt_rpfilter_info), .write = write_rpfilter},
    {0},
};
