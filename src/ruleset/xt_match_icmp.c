// SPDX-License-Identifier: GPL-2.0-or-later
// icmp and icmp6: type and code of an ICMP message.
#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

#define ANY_TYPE 255 // in IPv4
#define INVERTED 1

// linux/netfilter_ipv4/ip_tables.h struct ipt_icmp, linux/netfilter_ipv6/ip6_tables.h struct
// ip6t_icmp.
struct icmp_match {
    uint8_t type;
    uint8_t code[2]; // from, to
    uint8_t flags;
};

// "8/0": a type alone where every code fits.
static void write_type(struct xt_writer *writer, const char *option, bool inverted, uint8_t type,
                       const uint8_t code[2]) {
    xt_option_uint(writer, option, inverted, type);
    if (code[0] == 0 && code[1] == UINT8_MAX)
        return;
    buffer_putc(writer->value, '/');
    buffer_put_uint(writer->value, code[0]);
}

static void write_icmp(const void *info, struct xt_writer *writer) {
    const struct icmp_match *icmp = info;
    if (icmp->type == ANY_TYPE)
        xt_option_name(writer, "--icmp-type", icmp->flags & INVERTED, "any");
    else
        write_type(writer, "--icmp-type", icmp->flags & INVERTED, icmp->type, icmp->code);
}

static void write_icmp6(const void *info, struct xt_writer *writer) {
    const struct icmp_match *icmp = info;
    write_type(writer, "--icmpv6-type", icmp->flags & INVERTED, icmp->type, icmp->code);
}

const struct xt_extension xt_match_icmp[] = {
    {
        .name = "icmp",
        .family = NF_FAMILY_IP,
        .size = sizeof(struct icmp_match),
        .write = write_icmp,
    },
    {0},
};

const struct xt_extension xt_match_icmp6[] = {
    {
        .name = "icmp6",
        .family = NF_FAMILY_IP6,
        .size = sizeof(struct icmp_match),
        .write = write_icmp6,
    },
    {0},
};
