// SPDX-License-Identifier: GPL-2.0-or-later
// DNPT and SNPT: change the prefix of an IPv6 address, and keep its checksum (RFC 6296).
#include <linux/netfilter.h>
#include <linux/netfilter_ipv6/ip6t_NPT.h>
#include <string.h>

#include "ruleset/xt.h"
#include "ruleset/xt_writer.h"

static void write_prefix(struct xt_writer *writer, const char *option,
                         const union nf_inet_addr *prefix, uint8_t length) {
    static const union nf_inet_addr any;
    if (length == 0 && memcmp(prefix, &any, sizeof(any)) == 0)
        return;
    xt_option(writer, option, false);
    xt_put_address(writer, NF_FAMILY_IP6, prefix);
    buffer_putc(writer->value, '/');
    buffer_put_uint(writer->value, length);
}

static void write_npt(const void *info, struct xt_writer *writer) {
    const struct ip6t_npt_tginfo *npt = info;
    write_prefix(writer, "--src-pfx", &npt->src_pfx, npt->src_pfx_len);
    write_prefix(writer, "--dst-pfx", &npt->dst_pfx, npt->dst_pfx_len);
}

const struct xt_extension xt_target_dnpt[] = {
    {
        .name = "DNPT",
        .is_target = true,
        .family = NF_FAMILY_IP6,
        .size = sizeof(struct ip6t_npt_tginfo),
        .write = write_npt,
    },
    {0},
};

const struct xt_extension xt_target_snpt[] = {
    {
        .name = "SNPT",
        .is_target = true,
        .family = NF_FAMILY_IP6,
        .size = sizeof(struct ip6t_npt_tginfo),
        .write = write_npt,
    },
    {0},
};
