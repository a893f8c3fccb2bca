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
    ROAD_HOOK,      // a hook begins
    ROAD_CHAIN,     // a base chain
    ROAD_FLOWTABLE, // a flowtable, which takes packets of its flows out of the road
    ROAD_STATION,   // something that the kernel does
    ROAD_PROGRAM,   // a BPF program among the chains
};

// Where on the road something can be that takes packets past netfilter, in the order in which they
// come by: net/core/dev.c, __netif_receive_skb_core() and __dev_queue_xmit().
enum road_point {
    ROAD_NOWHERE,
    ROAD_AT_XDP,
    ROAD_AT_TC_INGRESS,
    ROAD_AT_INGRESS, // the hook of netfilter
    ROAD_AT_BRIDGE,
    ROAD_AT_PREROUTING,
    ROAD_AT_INPUT,
    ROAD_AT_CGROUP_INGRESS, // a socket takes the packet
    ROAD_AT_FORWARD,
    ROAD_AT_SOCKET, // a process connects or sends: there is no packet yet
    ROAD_AT_OUTPUT,
    ROAD_AT_POSTROUTING,
    ROAD_AT_CGROUP_EGRESS,
    ROAD_AT_EGRESS,
    ROAD_AT_TC_EGRESS,
    ROAD_POINT_COUNT,
};

// The point that is a family's hook (enum nf_hook, or its family's number).
enum road_point road_point_of(uint8_t family, uint32_t hook);

struct road_stop {
    enum road_stop_type type;
    enum road_point point;                // of a hook, a chain; of a station, where it is one
    const char *hook;                     // "prerouting"
    const char *text;                     // of a hook or a station: in words
    const char *device;                   // of a station: whose it is alone; NULL: any
    const struct nf_chain *chain;         // of a base chain
    const struct nf_flowtable *flowtable; // of a flowtable
    const void *program;                  // of a program: what it is of (struct road_program)
    int32_t priority;                     // of a chain, a flowtable, a program or a station
    bool dnat, snat;                      // of a chain: it can change the destination, the source
    bool passed;                          // of a chain of NAT: it is not asked a second time
    int64_t order;                        // at the hook
};

// Something that the kernel has among the chains of a hook of IP, and that is in no table.
struct road_program {
    enum road_point point;
    int32_t priority;
    const void *of; // the caller's
};

struct road_options {
    enum road_class class;
    bool bridge_calls_ip; // br_netfilter hands packets of some bridge to the hooks of IP
    bool is_partial;      // there may be rules that could not be read
    const struct road_program *programs;
    size_t program_count;
};

// The stops of the road, of packets of IPv4 and IPv6. The array is the caller's to free. Returns 0
// or -ENOMEM.
int road_make(const struct ruleset *ruleset, const struct road_options *options,
              struct road_stop **ret_stops, size_t *ret_count);

#endif
