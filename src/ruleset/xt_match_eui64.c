// SPDX-License-Identifier: GPL-2.0-or-later
// eui64: whether the last half of the IPv6 source address is made from the frame's source address.
// It has no options; the kernel's struct is an int that means nothing (net/ipv6/netfilter).
#include "ruleset/xt.h"

const struct xt_extension xt_match_eui64[] = {
    {.name = "eui64", .family = NF_FAMILY_IP6, .size = sizeof(int)},
    {0},
};
