// SPDX-License-Identifier: GPL-2.0-or-later
// HMARK: marks the packet with a hash of its addresses and ports.
#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/xt_HMARK.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

static bool has(const struct xt_hmark_info *hmark, unsigned int what) {
    return hmark->flags & XT_HMARK_FLAG(what);
}

static void write_prefix(struct xt_writer *writer, const char *option,
                         const union nf_inet_addr *mask) {
    xt_option(writer, option, false);
    xt_put_mask_bits(writer, writer->context->family, mask);
}

// Numbers that are compared with a packet are in its byte order.
static void write_ports(const struct xt_hmark_info *hmark, struct xt_writer *writer) {
    if (has(hmark, XT_HMARK_SPORT_MASK))
        xt_option_hex_digits(writer, "--hmark-sport-mask", false, ntohs(hmark->port_mask.p16.src),
                             4);
    if (has(hmark, XT_HMARK_DPORT_MASK))
        xt_option_hex_digits(writer, "--hmark-dport-mask", false, ntohs(hmark->port_mask.p16.dst),
                             4);
    if (has(hmark, XT_HMARK_SPI_MASK))
        xt_option_hex_digits(writer, "--hmark-spi-mask", false, ntohl(hmark->port_mask.v32), 8);
    if (has(hmark, XT_HMARK_SPORT))
        xt_option_hex_digits(writer, "--hmark-sport", false, ntohs(hmark->port_set.p16.src), 4);
    if (has(hmark, XT_HMARK_DPORT))
        xt_option_hex_digits(writer, "--hmark-dport", false, ntohs(hmark->port_set.p16.dst), 4);
    if (has(hmark, XT_HMARK_SPI))
        xt_option_hex_digits(writer, "--hmark-spi", false, ntohl(hmark->port_set.v32), 8);
}

static void write_hmark(const void *info, struct xt_writer *writer) {
    const struct xt_hmark_info *hmark = info;
    if (has(hmark, XT_HMARK_SADDR_MASK))
        write_prefix(writer, "--hmark-src-prefix", &hmark->src_mask);
    if (has(hmark, XT_HMARK_DADDR_MASK))
        write_prefix(writer, "--hmark-dst-prefix", &hmark->dst_mask);
    write_ports(hmark, writer);
    if (has(hmark, XT_HMARK_PROTO_MASK))
        xt_option_hex_digits(writer, "--hmark-proto-mask", false, hmark->proto_mask, 2);
    if (has(hmark, XT_HMARK_RND))
        xt_option_hex_digits(writer, "--hmark-rnd", false, hmark->hashrnd, 8);
    if (has(hmark, XT_HMARK_MODULUS))
        xt_option_uint(writer, "--hmark-mod", false, hmark->hmodulus);
    if (has(hmark, XT_HMARK_OFFSET))
        xt_option_uint(writer, "--hmark-offset", false, hmark->hoffset);
    if (has(hmark, XT_HMARK_CT))
        xt_option_name(writer, "--hmark-tuple", false, "ct");
}

const struct xt_extension xt_target_hmark[] = {
    {
        .name = "HMARK",
        .is_target = true,
        .size = sizeof(struct xt_hmark_info),
        .write = write_hmark,
    },
    {0},
};
