// SPDX-License-Identifier: GPL-2.0-or-later
// CHECKSUM: computes the checksum of a packet that was to get it from hardware.
#include <linux/netfilter/xt_CHECKSUM.h>

#include "ruleset/xt.h"
#include "ruleset/xt_writer.h"

static void write_checksum(const void *info, struct xt_writer *writer) {
    const struct xt_CHECKSUM_info *checksum = info;
    if (checksum->operation & XT_CHECKSUM_OP_FILL)
        xt_flag(writer, "--checksum-fill", false);
}

const struct xt_extension xt_target_checksum[] = {
    {
        .name = "CHECKSUM",
        .is_target = true,
        .size = sizeof(struct xt_CHECKSUM_info),
        .write = write_checksum,
    },
    {0},
};
