// SPDX-License-Identifier: GPL-2.0-or-later
// Flows: what the kernel's connection tracking knows (conntrack(8), linux/netfilter/
// nfnetlink_conntrack.h). A busy node has a million of them, so a row holds what every flow has,
// and what few have is behind a pointer.
#ifndef MODEL_FLOW_H
#define MODEL_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "model/kind.h"

// What marks the packets of one direction.
struct flow_tuple {
    uint8_t src[4], dst[4]; // of IPv4; those of IPv6 are in struct flow_extra
    union {
        struct {
            uint16_t sport, dport; // of GRE: the keys of its two calls
        };
        struct {
            uint16_t icmp_id;
            uint8_t icmp_type, icmp_code;
        };
    };
};

// Which members of a flow the kernel has told.
enum flow_known {
    FLOW_HAS_PORTS = 1 << 0,
    FLOW_HAS_ICMP = 1 << 1,
    FLOW_HAS_COUNTERS = 1 << 2, // accounting is on (net.netfilter.nf_conntrack_acct)
    FLOW_HAS_TIMEOUT = 1 << 3,
    FLOW_HAS_TCP = 1 << 4,
    FLOW_HAS_SPLIT_ZONE = 1 << 5, // the zone is of one direction only: see struct flow_extra
    FLOW_HAS_USE = 1 << 6,
};

// linux/netfilter/nf_conntrack_common.h, IPS_*; the last is the want of SEEN_REPLY.
enum flow_status {
    FLOW_SEEN_REPLY = 1 << 1,
    FLOW_ASSURED = 1 << 2,
    FLOW_CONFIRMED = 1 << 3,
    FLOW_SRC_NAT = 1 << 4,
    FLOW_DST_NAT = 1 << 5,
    FLOW_SRC_NAT_DONE = 1 << 7, // that it was decided whether to do it
    FLOW_DST_NAT_DONE = 1 << 8,
};
#define FLOW_UNREPLIED (UINT64_C(1) << 32)

// What only some flows have.
struct flow_extra {
    struct address src, dst, reply_src, reply_dst; // of IPv6
    const char *helper;                            // "ftp"
    const char *secctx;                            // label of a security module
    const char *master;        // the flow that this one was expected by, in words
    const char *const *labels; // numbers of the bits that are set
    uint64_t label_count;
    struct maybe orig_zone, reply_zone; // of one direction
    struct maybe vtag, reply_vtag;      // SCTP's verification tags
    struct maybe dccp_role;             // of the original direction's sender: 0 client, 1 server
    struct maybe dccp_handshake;        // sequence number
    int64_t stop;                       // when it ended: nanoseconds since 1970; 0: not told
};

struct flow {
    struct flow_tuple orig, reply;
    uint64_t packets, bytes; // of the original direction
    uint64_t reply_packets, reply_bytes;
    int64_t start; // nanoseconds since 1970; 0: not told (net.netfilter.nf_conntrack_timestamp)
    const struct flow_extra *extra; // NULL: nothing of it
    uint32_t status;                // bits, as the kernel has them
    uint32_t timeout;               // seconds until it is forgotten
    uint32_t mark;
    uint32_t id;
    uint32_t use; // references that the kernel holds
    uint16_t zone;
    uint8_t family; // enum address_family
    uint8_t protocol;
    uint8_t state; // enum flow_state
    uint8_t known; // enum flow_known
    uint8_t tcp_wscale, tcp_reply_wscale;
    uint8_t tcp_flags, tcp_reply_flags;
};

// An IPv4 flow takes 128 bytes at most, the index that finds it included.
_Static_assert(sizeof(struct flow) <= 104, "a flow is too large");

// States of TCP, SCTP and DCCP, by conntrack(8)'s words.
enum flow_state {
    FLOW_STATELESS, // the protocol has none
    FLOW_NONE,
    FLOW_SYN_SENT,
    FLOW_SYN_RECV,
    FLOW_ESTABLISHED,
    FLOW_FIN_WAIT,
    FLOW_CLOSE_WAIT,
    FLOW_LAST_ACK,
    FLOW_TIME_WAIT,
    FLOW_CLOSE,
    FLOW_SYN_SENT2,
    FLOW_CLOSED,
    FLOW_COOKIE_WAIT,
    FLOW_COOKIE_ECHOED,
    FLOW_SHUTDOWN_SENT,
    FLOW_SHUTDOWN_RECD,
    FLOW_SHUTDOWN_ACK_SENT,
    FLOW_HEARTBEAT_SENT,
    FLOW_HEARTBEAT_ACKED,
    FLOW_REQUEST,
    FLOW_RESPOND,
    FLOW_PARTOPEN,
    FLOW_OPEN,
    FLOW_CLOSEREQ,
    FLOW_CLOSING,
    FLOW_TIMEWAIT,
    FLOW_IGNORE,
    FLOW_INVALID,
    FLOW_UNKNOWN, // a number that netscope has no word for
};

extern const struct kind flow_kind;

// The words of its fields.
extern const struct enum_names flow_family_names, flow_protocol_names, flow_state_names,
    flow_dccp_role_names;
extern const struct flag_name flow_status_names[], flow_tcp_flag_names[];

// The number of the protocol that is called so, or -1.
int flow_protocol_number(const char *word);

// The four addresses of a flow of either family.
enum flow_end { FLOW_SRC, FLOW_DST, FLOW_REPLY_SRC, FLOW_REPLY_DST };
struct address flow_address(const struct flow *flow, enum flow_end end);

// Adds "10.0.0.1:80", "[fd00::1]:80", or the address alone where there is no port.
void flow_format_end(const struct flow *flow, enum flow_end end, struct buffer *buffer);

// Adds what NAT makes of the first packet: "source 10.0.0.1:5000 becomes 192.0.2.1:40001"; nothing
// where there is none.
void flow_format_translation(const struct flow *flow, struct buffer *buffer);

// Adds how the packet that answers looks, where it enters this namespace: "from 10.0.0.5:8080 to
// 192.0.2.1:40001, seen".
void flow_format_return(const struct flow *flow, struct buffer *buffer);

#endif
