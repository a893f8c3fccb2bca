// SPDX-License-Identifier: GPL-2.0-or-later
// ttl and hl: how many hops the packet has left, in IPv4 and in IPv6.
#include "ruleset/xt.h"
#include "ruleset/xt_writer.h"

// linux/netfilter_ipv4/ipt_ttl.h, linux/netfilter_ipv6/ip6t_hl.h: the same but for names.
enum hops_mode {
    HOPS_EQUAL,
    HOPS_NOT_EQUAL,
    HOPS_LESS,
    HOPS_GREATER,
};
struct hops_match {
    uint8_t mode; // enum hops_mode
    uint8_t hops;
};

static bool check_hops(const void *bytes) {
    const struct hops_match *info = bytes;
    return info->mode <= HOPS_GREATER;
}

static void write_ttl(const void *info, struct xt_writer *writer) {
    static const char *const options[] = {"--ttl-eq", "--ttl-eq", "--ttl-lt", "--ttl-gt"};
    const struct hops_match *ttl = info;
    xt_option_uint(writer, options[ttl->mode], ttl->mode == HOPS_NOT_EQUAL, ttl->hops);
}

static void write_hl(const void *info, struct xt_writer *writer) {
    static const char *const options[] = {"--hl-eq", "--hl-eq", "--hl-lt", "--hl-gt"};
    const struct hops_match *hl = info;
    xt_option_uint(writer, options[hl->mode], hl->mode == HOPS_NOT_EQUAL, hl->hops);
}

const struct xt_extension xt_match_ttl[] = {
    {
        .name = "ttl",
        .family = NF_FAMILY_IP,
        .size = sizeof(struct hops_match),
        .check = check_hops,
        .write = write_ttl,
    },
    {0},
};

const struct xt_extension xt_match_hl[] = {
    {
        .name = "hl",
        .family = NF_FAMILY_IP6,
        .size = sizeof(struct hops_match),
        .check = check_hops,
        .write = write_hl,
    },
    {0},
};
