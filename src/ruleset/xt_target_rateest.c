// SPDX-License-Identifier: GPL-2.0-or-later
// RATEEST: measures the rate of packets under a name, for the match rateest.
#include <linux/if.h>
#include <linux/netfilter/xt_RATEEST.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

// net/core/gen_estimator.c: a quarter of a second, shifted by -2 to 3; and how far a sum of such
// intervals goes back.
#define MIN_INTERVAL (-2)
#define MAX_INTERVAL 3
#define MAX_EWMA_LOG 30

static bool check_rateest(const void *bytes) {
    const struct xt_rateest_target_info *info = bytes;
    return info->interval >= MIN_INTERVAL && info->interval <= MAX_INTERVAL &&
           info->ewma_log <= MAX_EWMA_LOG;
}

static void write_duration(struct xt_writer *writer, const char *option, uint32_t microseconds) {
    xt_option(writer, option, false);
    if (microseconds >= 1000000)
        buffer_printf(writer->value, "%.1fs", microseconds / 1e6);
    else if (microseconds >= 1000)
        buffer_printf(writer->value, "%.1fms", microseconds / 1e3);
    else
        buffer_printf(writer->value, "%uus", microseconds);
}

static void write_rateest(const void *info, struct xt_writer *writer) {
    const struct xt_rateest_target_info *rate = info;
    uint32_t interval = (1000000U << (rate->interval - MIN_INTERVAL)) / 4;
    xt_option_word(writer, "--rateest-name", false, rate->name, sizeof(rate->name));
    write_duration(writer, "--rateest-interval", interval);
    write_duration(writer, "--rateest-ewmalog", interval * (1U << rate->ewma_log));
}

const struct xt_extension xt_target_rateest[] = {
    {
        .name = "RATEEST",
        .is_target = true,
        .size = sizeof(struct xt_rateest_target_info),
        .check = check_rateest,
        .write = write_rateest,
    },
    {0},
};
