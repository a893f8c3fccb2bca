// SPDX-License-Identifier: GPL-2.0-or-later
// frag: the fragment header of IPv6.
#include <linux/netfilter_ipv6/ip6t_frag.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

static const struct {
    uint8_t flag;
    const char *option;
} flags[] = {
    {IP6T_FRAG_RES, "--fragres"},
    {IP6T_FRAG_FST, "--fragfirst"},
    {IP6T_FRAG_MF, "--fragmore"},
    {IP6T_FRAG_NMF, "--fraglast"},
};

static void write_frag(const void *info, struct xt_writer *writer) {
    const struct ip6t_frag *frag = info;
    if (frag->ids[0] != 0 || frag->ids[1] != UINT32_MAX)
        xt_option_range(writer, "--fragid", frag->invflags & IP6T_FRAG_INV_IDS, frag->ids[0],
                        frag->ids[1]);
    if (frag->flags & IP6T_FRAG_LEN)
        xt_option_uint(writer, "--fraglen", frag->invflags & IP6T_FRAG_INV_LEN, frag->hdrlen);
    for (size_t i = 0; i < XT_COUNT(flags); i++) {
        if (frag->flags & flags[i].flag)
            xt_flag(writer, flags[i].option, false);
    }
}

const struct xt_extension xt_match_frag[] = {
    {
        .name = "frag",
        .family = NF_FAMILY_IP6,
        .size = sizeof(struct ip6t_frag),
        .write = write_frag,
    },
    {0},
};
