// SPDX-License-Identifier: GPL-2.0-or-later
// statistic: every nth packet, or each with a probability.
#include <linux/netfilter/xt_statistic.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

// A probability of 1, in the kernel's fixed point.
#define CERTAIN 0x80000000U

static bool check_statistic(const void *bytes) {
    const struct xt_statistic_info *info = bytes;
    return info->mode <= XT_STATISTIC_MODE_MAX;
}

static void write_statistic(const void *info, struct xt_writer *writer) {
    const struct xt_statistic_info *statistic = info;
    bool inverted = statistic->flags & XT_STATISTIC_INVERT;
    if (statistic->mode == XT_STATISTIC_MODE_RANDOM) {
        xt_option_name(writer, "--mode", false, "random");
        xt_option(writer, "--probability", inverted);
        buffer_printf(writer->value, "%.11f", 1.0 * statistic->u.random.probability / CERTAIN);
        return;
    }
    xt_option_name(writer, "--mode", false, "nth");
    xt_option_uint(writer, "--every", inverted, statistic->u.nth.every + 1);
    xt_option_uint(writer, "--packet", false, statistic->u.nth.packet);
}

const struct xt_extension xt_match_statistic[] = {
    {
        .name = "statistic",
        .size = sizeof(struct xt_statistic_info),
        .check = check_statistic,
        .write = write_statistic,
    },
    {0},
};
