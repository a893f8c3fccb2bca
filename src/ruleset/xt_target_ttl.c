// SPDX-License-Identifier: GPL-2.0-or-later
// TTL and HL: change how many hops the packet has left, in IPv4 and in IPv6.
#include "ruleset/xt.h"
#include "ruleset/xt_writer.h"

// linux/netfilter_ipv4/ipt_TTL.h, linux/netfilter_ipv6/ip6t_HL.h: the same but for names.
enum hops_change {
    HOPS_SET,
    HOPS_INCREASE,
    HOPS_DECREASE,
};
struct hops_target {
    uint8_t mode; // enum hops_change
    uint8_t hops;
};

static bool check_hops(const void *bytes) {
    const struct hops_target *info = bytes;
    return info->mode <= HOPS_DECREASE;
}

static void write_ttl(const void *info, struct xt_writer *writer) {
    static const char *const options[] = {"--ttl-set", "--ttl-inc", "--ttl-dec"};
    const struct hops_target *ttl = info;
    xt_option_uint(writer, options[ttl->mode], false, ttl->hops);
}

static void write_hl(const void *info, struct xt_writer *writer) {
    static const char *const options[] = {"--hl-set", "--hl-inc", "--hl-dec"};
    const struct hops_target *hl = info;
    xt_option_uint(writer, options[hl->mode], false, hl->hops);
}

const struct xt_extension xt_target_ttl[] = {
    {
        .name = "TTL",
        .is_target = true,
        .family = NF_FAMILY_IP,
        .size = sizeof(struct hops_target),
        .check = check_hops,
        .write = write_ttl,
    },
    {0},
};

const struct xt_extension xt_target_hl[] = {
    {
        .name = "HL",
        .is_target = true,
        .family = NF_FAMILY_IP6,
        .size = sizeof(struct hops_target),
        .check = check_hops,
        .write = write_hl,
    },
    {0},
};
