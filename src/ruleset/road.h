// SPDX-License-Identifier: GPL-2.0-or-later
// The road of a packet through the kernel: the hooks in the order in which it meets them, at each
// the base chains by priority, and between them what the kernel itself does.
#ifndef RULESET_ROAD_H
#define RULESET_ROAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ruleset/ruleset.h"

// Where a packet comes from and goes to.
enum road_class {
    ROAD_TO_HERE,   // from outside to this machine
    ROAD_FORWARDED, // from outside, and out again
    ROAD_LOCAL,     // from this machine to itself
    ROAD_FROM_HERE, // from this machine out
    ROAD_BRIDGED,   // from one port of a bridge to another
    ROAD_CLASS_COUNT,
};

// "from outside to this machine" ...
const char *road_class_title(enum road_class class);

enum road_stop_type {
    ROAD_HOOK,    // a hook begins
    ROAD_CHAIN,   // a base chain
    ROAD_STATION, // something that the kernel does
};

struct road_stop {
    enum road_stop_type type;
    const char *hook;             // "prerouting"
    const char *text;             // of a hook or a station: in words
    const struct nf_chain *chain; // of a base chain
    int32_t priority;             // of a chain or a station at a hook
    bool dnat, snat;              // of a chain: it can change the destination, the source
};

struct road_options {
    enum road_class class;
    bool bridge_calls_ip; // br_netfilter hands bridged packets to the hooks of IP
};

// The stops of the road, of packets of IPv4 and IPv6. The array is the caller's to free. Returns 0
// or -ENOMEM.
int road_make(const struct ruleset *ruleset, const struct road_options *options,
              struct road_stop **ret_stops, size_t *ret_count);

#endif
