// SPDX-License-Identifier: GPL-2.0-or-later
// quota: fits until so many bytes have passed.
#include <linux/netfilter/xt_quota.h>

#include "ruleset/xt.h"
#include "ruleset/xt_writer.h"

static void write_quota(const void *info, struct xt_writer *writer) {
    const struct xt_quota_info *quota = info;
    xt_option_uint(writer, "--quota", quota->flags & XT_QUOTA_INVERT, quota->quota);
}

const struct xt_extension xt_match_quota[] = {
    {.name = "quota", .size = sizeof(struct xt_quota_info), .write = write_quota},
    {0},
};
