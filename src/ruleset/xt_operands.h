// SPDX-License-Identifier: GPL-2.0-or-later
// Operands of extensions that are not the kernel's own struct: because revisions differ, or because
// the kernel's has room for long names. What other extensions' operands are, their files say.
#ifndef RULESET_XT_OPERANDS_H
#define RULESET_XT_OPERANDS_H

#include <stdbool.h>
#include <stdint.h>

// cgroup
struct xt_cgroup {
    const char *path;  // NULL: not asked for
    uint32_t class_id; // if has_class_id
    bool has_class_id;
    bool path_inverted, class_id_inverted;
};

// hashlimit
struct xt_hashlimit {
    const char *name;     // of its table
    uint64_t cost, burst; // of a packet in units of a second / scale; or for bytes (mode)
    uint64_t scale;
    uint32_t mode;                             // XT_HASHLIMIT_*
    uint32_t size, max;                        // of the table; 0: as the kernel likes
    uint32_t gc_interval, expire;              // milliseconds
    uint32_t interval;                         // seconds, of XT_HASHLIMIT_RATE_MATCH
    uint8_t source_length, destination_length; // of the prefixes that count as one
};

// DNAT, SNAT, MASQUERADE, REDIRECT, NETMAP
struct xt_nat {
    uint32_t flags;                           // NF_NAT_RANGE_* (linux/netfilter/nf_nat.h)
    uint8_t address_min[16], address_max[16]; // with NF_NAT_RANGE_MAP_IPS
    uint16_t port_min, port_max;              // with NF_NAT_RANGE_PROTO_SPECIFIED
    uint16_t port_base;                       // with NF_NAT_RANGE_PROTO_OFFSET
};

// NFQUEUE
struct xt_nfqueue {
    uint16_t first, total;
    uint16_t flags; // NFQ_FLAG_*
};

// set, and each of the sets of SET
#define XT_SET_NONE 65535 // the index of no set
struct xt_set_reference {
    uint16_t index;     // the kernel's number of the set
    uint8_t dimensions; // of its elements that are looked at
    uint8_t sources;    // bit n: dimension n is taken from the packet's source, from n = 1
};

enum xt_set_compare { // linux/netfilter/ipset/ip_set.h IPSET_COUNTER_*
    XT_SET_COMPARE_NONE,
    XT_SET_COMPARE_EQUAL,
    XT_SET_COMPARE_NOT_EQUAL,
    XT_SET_COMPARE_LESS,
    XT_SET_COMPARE_GREATER,
};

struct xt_set {
    struct xt_set_reference set;
    uint32_t flags; // IPSET_FLAG_*
    uint64_t packets, bytes;
    uint8_t packets_compare, bytes_compare; // enum xt_set_compare
    bool inverted;
};

struct xt_set_target {
    struct xt_set_reference add, remove, map; // index XT_SET_NONE: not
    uint32_t flags;                           // IPSET_FLAG_*
    uint32_t timeout;                         // seconds, of what is added; UINT32_MAX: not said
};

// CT
struct xt_ct {
    uint16_t flags; // XT_CT_*
    uint16_t zone;
    uint32_t events;              // bits by enum ip_conntrack_events
    uint32_t expectation_events;  // bits by enum ip_conntrack_expect_events
    const char *helper, *timeout; // NULL: none
};

#endif
