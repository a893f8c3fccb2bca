// SPDX-License-Identifier: GPL-2.0-or-later
// One event of a trace, as nftables sends it for each rule that a packet matches and each chain
// that it leaves (linux/netfilter/nf_tables.h, enum nft_trace_attributes).
#ifndef MODEL_TRACE_EVENT_H
#define MODEL_TRACE_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "model/value.h"

// What a packet's own bytes say. Ports and the like are there if the bit is set.
enum packet_known {
    PACKET_HAS_PORTS = 1 << 0,
    PACKET_HAS_ICMP = 1 << 1,
    PACKET_HAS_TCP = 1 << 2,
    PACKET_HAS_IP_ID = 1 << 3,    // IPv4, or IPv6 in fragments
    PACKET_IS_FRAGMENT = 1 << 4,  // not the first one: it has no transport header
    PACKET_IN_FRAGMENTS = 1 << 5, // further ones follow
};

#define PACKET_START 20 // bytes that the kernel shows of each header at least, if it has them

struct packet_header {
    struct address src, dst; // ADDRESS_NONE: neither IPv4 nor IPv6
    uint8_t known;           // enum packet_known
    uint8_t proto;           // IANA's number of the transport protocol
    uint8_t ttl;             // or hop limit
    uint8_t dscp;            // with the ECN bits: the whole octet
    uint32_t length;         // of the packet from its network header on, bytes
    uint32_t ip_id;
    uint16_t sport, dport;
    uint8_t icmp_type, icmp_code;
    uint8_t tcp_flags;
    uint16_t echo_id, echo_sequence; // of echoes
    uint32_t tcp_sequence, tcp_acknowledged;
    // Where the kernel shows no addresses: what the frame is, 0 if it does not say, and its first
    // bytes, as they tell one from another.
    uint16_t ethertype;
    uint8_t start[PACKET_START];
};

enum trace_type { // enum nft_trace_types
    TRACE_POLICY = 1,
    TRACE_RETURN = 2,
    TRACE_RULE = 3,
};

struct trace_event {
    uint32_t id;
    uint8_t family;            // of the table: enum nf_family
    uint32_t type;             // enum trace_type
    const char *table, *chain; // "" where the kernel said none
    struct maybe handle;
    int32_t verdict; // enum nf_verdict_code
    bool has_verdict;
    const char *target; // of jump and goto; NULL
    struct maybe policy;
    bool has_header;
    struct packet_header header;
    uint32_t iif, oif; // interfaces' indexes; 0: not told
    struct maybe mark;
    struct maybe ct_id, ct_direction, ct_status, ct_state; // Linux 6.17 and later
    // Of a legacy table, which tells no id, no handle and no verdict:
    bool legacy;
    struct maybe number; // of the rule in its chain
    struct maybe hook;   // enum nf_hook
};

#endif
