// SPDX-License-Identifier: GPL-2.0-or-later
// iprange: addresses from one to another.
#include <linux/netfilter.h>
#include <linux/netfilter/xt_iprange.h>

#include "ruleset/xt.h"
#include "ruleset/xt_writer.h"

static void write_addresses(struct xt_writer *writer, const char *option, bool inverted,
                            const union nf_inet_addr *min, const union nf_inet_addr *max) {
    xt_option(writer, option, inverted);
    xt_put_address(writer, writer->context->family, min);
    buffer_putc(writer->value, '-');
    xt_put_address(writer, writer->context->family, max);
}

static void write_iprange(const void *info, struct xt_writer *writer) {
    const struct xt_iprange_mtinfo *range = info;
    if (range->flags & IPRANGE_SRC)
        write_addresses(writer, "--src-range", range->flags & IPRANGE_SRC_INV, &range->src_min,
                        &range->src_max);
    if (range->flags & IPRANGE_DST)
        write_addresses(writer, "--dst-range", range->flags & IPRANGE_DST_INV, &range->dst_min,
                        &range->dst_max);
}

const struct xt_extension xt_match_iprange[] = {
    {
        .name = "iprange",
        .revision = 1,
        .size = sizeof(struct xt_iprange_mtinfo),
        .write = write_iprange,
    },
    {0},
};
