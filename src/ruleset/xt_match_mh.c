// SPDX-License-Identifier: GPL-2.0-or-later
// mh: the message type of Mobile IPv6.
#include <linux/netfilter_ipv6/ip6t_mh.h>

#include "ruleset/xt.h"
#include "ruleset/xt_writer.h"

static void write_mh(const void *info, struct xt_writer *writer) {
    const struct ip6t_mh *mh = info;
    if (mh->types[0] != 0 || mh->types[1] != UINT8_MAX)
        xt_option_range(writer, "--mh-type", mh->invflags & IP6T_MH_INV_TYPE, mh->types[0],
                        mh->types[1]);
}

const struct xt_extension xt_match_mh[] = {
    {.name = "mh", .family = NF_FAMILY_IP6, .size = sizeof(struct ip6t_mh), .write = write_mh},
    {0},
};
