// SPDX-License-Identifier: GPL-2.0-or-later
// A rule of the routing policy: which table a packet is looked up in (linux/fib_rules.h,
// ip-rule(8)).
#ifndef MODEL_ROUTING_RULE_H
#define MODEL_ROUTING_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "model/kind.h"

// What a packet that the rule matches meets (FR_ACT_*).
enum routing_action {
    ROUTING_UNSPEC,
    ROUTING_TABLE, // looked up in the table
    ROUTING_GOTO,  // goes on with the rule of priority target
    ROUTING_NOP,
    ROUTING_BLACKHOLE = 6,
    ROUTING_UNREACHABLE,
    ROUTING_PROHIBIT,
};

// FIB_RULE_*: the low sixteen bits, as they are in the kernel.
enum routing_rule_flag {
    ROUTING_RULE_PERMANENT = 0x1,
    ROUTING_RULE_INVERT = 0x2,       // matches what its selectors do not
    ROUTING_RULE_UNRESOLVED = 0x4,   // goto: there is no rule of that priority
    ROUTING_RULE_IIF_DETACHED = 0x8, // there is no interface of that name
    ROUTING_RULE_OIF_DETACHED = 0x10,
};

struct routing_range {
    bool known;
    uint32_t start, end; // both included
};

struct routing_rule {
    uint32_t priority;      // 0 comes first
    uint32_t position;      // among the rules of its family as the kernel goes through them, from 0
    uint32_t twin;          // among those of its priority, from 0
    uint32_t table;         // of ROUTING_TABLE; of l3mdev none: it is the interface's
    const char *table_name; // NULL: none
    uint8_t family;         // enum route_family
    uint8_t action;         // enum routing_action
    uint8_t tos;            // of the packet; 0: any
    uint32_t flags;         // enum routing_rule_flag
    struct prefix src, dst; // ADDRESS_NONE: any
    const char *iif, *oif;  // names; NULL: any
    struct maybe fwmark;    // with fwmask: the bits of the mark that count
    struct maybe fwmask;
    struct routing_range uid; // of the sender
    struct routing_range sport, dport;
    struct maybe sport_mask, dport_mask; // the bits of a port that count; unknown: all, as below
    struct maybe ip_proto;
    struct maybe dscp, dscp_mask;
    struct maybe flowlabel, flowlabel_mask; // IPv6
    struct maybe tun_id;
    struct maybe suppress_prefixlength; // routes of this length and shorter do not count
    struct maybe suppress_ifgroup;      // nor those out of an interface of this group
    struct maybe target;                // of ROUTING_GOTO: the priority
    bool l3mdev;                        // the table of the VRF that the packet is in
    uint8_t protocol;                   // RTPROT_*: who made it
    const char *protocol_name;
    uint32_t realms; // from in the upper half, to in the lower; 0: none
    const char *realms_text;
};

extern const struct kind routing_rule_kind;

extern const struct enum_names routing_action_names; // "lookup", "goto", "blackhole" ...

#endif
