// SPDX-License-Identifier: GPL-2.0-or-later
// ipv6header: which headers an IPv6 packet has.
#include <linux/netfilter_ipv6/ip6t_ipv6header.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

// Named as /etc/protocols has them; of the first and the last, iptables has names of its own.
static const struct xt_name headers[] = {
    {MASK_HOPOPTS, "hop-by-hop"},
    {MASK_DSTOPTS, "ipv6-opts"},
    {MASK_ROUTING, "ipv6-route"},
    {MASK_FRAGMENT, "ipv6-frag"},
    {MASK_AH, "ah"},
    {MASK_ESP, "esp"},
    {MASK_NONE, "ipv6-nonxt"},
    {MASK_PROTO, "protocol"},
};

static void write_ipv6header(const void *info, struct xt_writer *writer) {
    const struct ip6t_ipv6header_info *header = info;
    xt_option(writer, "--header", header->invflags != 0);
    xt_put_bits(writer, header->matchflags, headers, XT_COUNT(headers));
    if (header->matchflags == 0)
        buffer_puts(writer->value, "NONE");
    if (header->modeflag)
        xt_flag(writer, "--soft", false);
}

const struct xt_extension xt_match_ipv6header[] = {
    {
        .name = "ipv6header",
        .family = NF_FAMILY_IP6,
        .size = sizeof(struct ip6t_ipv6header_info),
        .write = write_ipv6header,
    },
    {0},
};
