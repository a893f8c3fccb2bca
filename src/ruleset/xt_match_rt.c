// SPDX-License-Identifier: GPL-2.0-or-later
// rt: the routing header of IPv6.
#include <linux/in6.h>
#include <linux/netfilter_ipv6/ip6t_rt.h>

#include "ruleset/xt.h"
#include "ruleset/xt_writer.h"

static bool check_rt(const void *bytes) {
    const struct ip6t_rt *info = bytes;
    return info->addrnr <= IP6T_RT_HOPS;
}

static void write_addresses(const struct ip6t_rt *rt, struct xt_writer *writer) {
    xt_option(writer, "--rt-0-addrs", false);
    for (size_t i = 0; i < rt->addrnr; i++) {
        if (i > 0)
            buffer_putc(writer->value, ',');
        xt_put_address(writer, NF_FAMILY_IP6, &rt->addrs[i]);
    }
}

static void write_rt(const void *info, struct xt_writer *writer) {
    const struct ip6t_rt *rt = info;
    if (rt->flags & IP6T_RT_TYP)
        xt_option_uint(writer, "--rt-type", rt->invflags & IP6T_RT_INV_TYP, rt->rt_type);
    if (rt->segsleft[0] != 0 || rt->segsleft[1] != UINT32_MAX)
        xt_option_range(writer, "--rt-segsleft", rt->invflags & IP6T_RT_INV_SGS, rt->segsleft[0],
                        rt->segsleft[1]);
    if (rt->flags & IP6T_RT_LEN)
        xt_option_uint(writer, "--rt-len", rt->invflags & IP6T_RT_INV_LEN, rt->hdrlen);
    if (rt->flags & IP6T_RT_RES)
        xt_flag(writer, "--rt-0-res", false);
    if (rt->flags & IP6T_RT_FST)
        write_addresses(rt, writer);
    if (rt->flags & IP6T_RT_FST_NSTRICT)
        xt_flag(writer, "--rt-0-not-strict", false);
}

const struct xt_extension xt_match_rt[] = {
    {
        .name = "rt",
        .family = NF_FAMILY_IP6,
        .size = sizeof(struct ip6t_rt),
        .check = check_rt,
        .write = write_rt,
    },
    {0},
};
