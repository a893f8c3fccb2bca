// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel does to packets because a rule asked for it: connection tracking, and what puts
// fragments together, stand on the hooks of a namespace only while something needs them
// (nf_ct_netns_get(), nf_defrag_ipv4_enable()).
#ifndef RULESET_RULESET_NEEDS_H
#define RULESET_RULESET_NEEDS_H

#include "ruleset/ruleset.h"

enum ruleset_need {
    RULESET_NEEDS_CONNTRACK = 1 << 0,        // of IPv4 or IPv6
    RULESET_NEEDS_DEFRAG = 1 << 1,           // the same; conntrack brings it
    RULESET_NEEDS_BRIDGE_CONNTRACK = 1 << 2, // of what bridges carry, which brings the other
};

// Bits of enum ruleset_need. Rules of dormant tables count, too: the kernel does not ask whether
// they are called.
unsigned ruleset_needs(const struct ruleset *ruleset);

#endif
