// SPDX-License-Identifier: GPL-2.0-or-later
// limit: a rate, with a burst of packets that may come at once.
#include <linux/netfilter/xt_limit.h>

#include "ruleset/xt.h"
#include "ruleset/xt_rate.h"
#include "ruleset/xt_writer.h"

#define DEFAULT_BURST 5 // iptables-extensions(8)

static void write_limit(const void *info, struct xt_writer *writer) {
    const struct xt_rateinfo *limit = info;
    xt_option(writer, "--limit", false);
    xt_put_rate(writer, limit->avg, XT_LIMIT_SCALE);
    if (limit->burst != DEFAULT_BURST)
        xt_option_uint(writer, "--limit-burst", false, limit->burst);
}

const struct xt_extension xt_match_limit[] = {
    {.name = "limit", .size = sizeof(struct xt_rateinfo), .write = write_limit},
    {0},
};
