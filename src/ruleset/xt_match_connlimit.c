// SPDX-License-Identifier: GPL-2.0-or-later
// connlimit: how many connections an address, or a network of this size, has.
#include <linux/netfilter/xt_connlimit.h>

#include "ruleset/xt.h"
#include "ruleset/xt_writer.h"

// As iptables counts: the bits up to the last one that is set.
static unsigned int mask_bits(const uint8_t *mask, size_t size) {
    for (size_t bits = size * 8; bits > 0; bits--) {
        if (mask[(bits - 1) / 8] & (0x80 >> (bits - 1) % 8))
            return (unsigned int)bits;
    }
    return 0;
}

static void write_connlimit(const void *info, struct xt_writer *writer) {
    const struct xt_connlimit_info *limit = info;
    bool upto = limit->flags & XT_CONNLIMIT_INVERT;
    size_t size = writer->context->family == NF_FAMILY_IP6 ? 16 : 4;
    xt_option_uint(writer, upto ? "--connlimit-upto" : "--connlimit-above", false, limit->limit);
    xt_option_uint(writer, "--connlimit-mask", false,
                   mask_bits((const uint8_t *)&limit->mask, size));
    xt_flag(writer, limit->flags & XT_CONNLIMIT_DADDR ? "--connlimit-daddr" : "--connlimit-saddr",
            false);
}

const struct xt_extension xt_match_connlimit[] = {
    {
        .name = "connlimit",
        .revision = 1,
        .size = sizeof(struct xt_connlimit_info),
        .write = write_connlimit,
    },
    {0},
};
