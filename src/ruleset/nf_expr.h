// SPDX-License-Identifier: GPL-2.0-or-later
// Expressions: what a rule is made of, decoded from the kernel's form into operands. Text and JSON
// are views of them, and so is what happens to a packet. The numbers are the kernel's own
// (linux/netfilter/nf_tables.h, nf_nat.h, nf_log.h, x_tables.h), in the host's byte order; data
// that is compared with a packet is in the packet's byte order.
//
// An expression that is not known is kept as it came (NF_EXPR_UNKNOWN): never guessed, never
// dropped.
#ifndef RULESET_NF_EXPR_H
#define RULESET_NF_EXPR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nf_chain;
struct nf_set;
struct xt_extension;

enum nf_expr_kind {
    NF_EXPR_UNKNOWN,
    NF_EXPR_BITWISE,
    NF_EXPR_BYTEORDER,
    NF_EXPR_CMP,
    NF_EXPR_CONNLIMIT,
    NF_EXPR_COUNTER,
    NF_EXPR_CT,     // loads
    NF_EXPR_CT_SET, // stores
    NF_EXPR_DUP,
    NF_EXPR_DYNSET,
    NF_EXPR_EXTHDR,
    NF_EXPR_EXTHDR_SET, // stores, or removes a TCP option
    NF_EXPR_FIB,
    NF_EXPR_FLOW_OFFLOAD,
    NF_EXPR_FWD,
    NF_EXPR_HASH,
    NF_EXPR_IMMEDIATE, // loads data
    NF_EXPR_VERDICT,   // an immediate into the verdict register
    NF_EXPR_INNER,
    NF_EXPR_LAST,
    NF_EXPR_LIMIT,
    NF_EXPR_LOG,
    NF_EXPR_LOOKUP,
    NF_EXPR_MASQ,
    NF_EXPR_META,
    NF_EXPR_META_SET,
    NF_EXPR_NAT,
    NF_EXPR_NOTRACK,
    NF_EXPR_NUMGEN,
    NF_EXPR_OBJREF,
    NF_EXPR_OSF,
    NF_EXPR_PAYLOAD,
    NF_EXPR_PAYLOAD_SET,
    NF_EXPR_QUEUE,
    NF_EXPR_QUOTA,
    NF_EXPR_RANGE,
    NF_EXPR_REDIR,
    NF_EXPR_REJECT,
    NF_EXPR_RT,
    NF_EXPR_SOCKET,
    NF_EXPR_SYNPROXY,
    NF_EXPR_TPROXY,
    NF_EXPR_TUNNEL,
    NF_EXPR_XFRM,
    NF_EXPR_XT_MATCH,  // an extension of xtables, from nftables (compat) or a legacy table
    NF_EXPR_XT_TARGET, // the same
    NF_EXPR_IPT_ENTRY, // what every rule of a legacy table looks at: addresses, interfaces,
                       // protocol
    NF_EXPR_KIND_COUNT,
};

// A register, in words of 32 bits as the kernel counts them since 5.x (nft_parse_register): 0 to 3
// are the verdict's; NFT_REG_1 is 4, NFT_REG_2 is 8; NFT_REG32_00 is 4, NFT_REG32_01 is 5.
typedef uint8_t nf_register;
#define NF_REGISTER_VERDICT 0
#define NF_REGISTER_FIRST   4
#define NF_REGISTER_COUNT   20
#define NF_REGISTER_NONE    255

// Data as it stands in registers and sets. NULL where the expression has none.
struct nf_data {
    const uint8_t *bytes;
    uint32_t length;
};

enum nf_verdict_code { // linux/netfilter.h NF_*, linux/netfilter/nf_tables.h enum nft_verdicts
    NF_VERDICT_DROP = 0,
    NF_VERDICT_ACCEPT = 1,
    NF_VERDICT_STOLEN = 2,
    NF_VERDICT_QUEUE = 3,
    NF_VERDICT_REPEAT = 4,
    NF_VERDICT_CONTINUE = -1,
    NF_VERDICT_BREAK = -2,
    NF_VERDICT_JUMP = -3,
    NF_VERDICT_GOTO = -4,
    NF_VERDICT_RETURN = -5,
};

struct nf_verdict {
    int32_t code;                 // enum nf_verdict_code; others are shown by number
    const char *chain_name;       // of jump and goto
    const struct nf_chain *chain; // the same, NULL if the ruleset has no such chain
};

// --- Operands ------------------------------------------------------------------------------------

struct nf_bitwise {
    uint32_t op; // enum nft_bitwise_ops: 0 mask and xor, 1 shift left, 2 right, 3 and, 4 or, 5 xor
    uint32_t length;
    nf_register source, source2, destination; // source2: of and, or, xor; else NF_REGISTER_NONE
    struct nf_data mask, xor, data;           // data: how far to shift
};

struct nf_byteorder {
    uint32_t op; // enum nft_byteorder_ops: 0 network to host, 1 host to network
    uint32_t length, size;
    nf_register source, destination;
};

struct nf_cmp {
    uint32_t op; // enum nft_cmp_ops: 0 ==, 1 !=, 2 <, 3 <=, 4 >, 5 >=
    nf_register source;
    struct nf_data data;
};

struct nf_range {
    uint32_t op; // enum nft_range_ops: 0 ==, 1 !=
    nf_register source;
    struct nf_data from, to;
};

struct nf_connlimit {
    uint32_t count;
    uint32_t flags; // 1: inverted (over)
};

struct nf_counter {
    uint64_t packets, bytes;
};

struct nf_ct {
    uint32_t key; // enum nft_ct_keys
    nf_register reg;
    uint8_t direction; // 0 original, 1 reply, 255 not said
};

struct nf_dup {                  // to another address, or out of another device: dup, fwd
    nf_register address, device; // NF_REGISTER_NONE: not said
    uint8_t family;              // of the address; 0: not said
};

struct nf_dynset {
    const char *set_name;
    const struct nf_set *set; // NULL if the ruleset has no such set
    uint32_t op;              // enum nft_dynset_ops: 0 add, 1 update, 2 delete
    nf_register key, data;
    uint64_t timeout; // milliseconds; 0: not said
    uint32_t flags;   // 1: inverted, 2: several expressions
    const struct nf_expr *exprs;
    size_t expr_count;
};

struct nf_exthdr {
    uint32_t op; // enum nft_exthdr_op: 0 IPv6, 1 TCP option, 2 IPv4 option, 3 SCTP chunk, 4 DCCP
    uint32_t offset, length;
    uint32_t flags;  // 1: only whether it is there
    nf_register reg; // NF_REGISTER_NONE in NF_EXPR_EXTHDR_SET: the option is removed
    uint8_t type;
};

struct nf_fib {
    uint32_t result; // enum nft_fib_result: 1 oif, 2 oifname, 3 address type
    uint32_t flags;  // NFTA_FIB_F_*: 1 saddr, 2 daddr, 4 mark, 8 iif, 16 oif, 32 present
    nf_register destination;
};

struct nf_hash {
    uint32_t type; // enum nft_hash_types: 0 Jenkins, 1 symmetric
    uint32_t length, modulus, seed, offset;
    nf_register source, destination;
    bool has_seed;
};

struct nf_immediate {
    nf_register destination;
    struct nf_data data;
};

struct nf_inner {
    uint32_t number, type, flags, header_size;
    const struct nf_expr *expr; // what is looked at inside: a payload or meta
};

struct nf_last {
    uint64_t milliseconds; // since the last packet
    bool set;              // false: never
};

struct nf_limit {
    uint64_t rate, unit; // so many in so many seconds
    uint32_t burst;
    uint32_t type; // enum nft_limit_type: 0 packets, 1 bytes
    bool over;     // matches above the limit, not below
};

struct nf_log {
    const char *prefix; // NULL: not said
    uint32_t level;     // of syslog; 8: audit
    uint32_t flags;     // NF_LOG_*
    uint32_t snaplen;
    uint16_t group, qthreshold;
    bool has_level, has_flags, has_group, has_snaplen, has_qthreshold;
};

struct nf_lookup {
    const char *set_name;
    const struct nf_set *set; // NULL if the ruleset has no such set
    nf_register source;
    nf_register destination; // of a map; NF_REGISTER_VERDICT for a verdict map; else NONE
    bool inverted;
};

struct nf_meta {
    uint32_t key; // enum nft_meta_keys
    nf_register reg;
};

struct nf_nat {     // nat, masq, redir
    uint32_t type;  // enum nft_nat_types: 0 SNAT, 1 DNAT
    uint32_t flags; // NF_NAT_RANGE_*
    uint8_t family;
    nf_register address_min, address_max, port_min, port_max;
};

struct nf_numgen {
    uint32_t type; // enum nft_ng_types: 0 incremental, 1 random
    uint32_t modulus, offset;
    nf_register destination;
};

struct nf_objref {
    uint32_t type;    // enum nft_object types (NFT_OBJECT_*); 0 if by map
    const char *name; // of the object, or of the set that maps to one
    nf_register key;  // NF_REGISTER_NONE: not by map
    const struct nf_set *set;
};

struct nf_osf {
    nf_register destination;
    uint8_t ttl;
    uint32_t flags; // 1: version
};

struct nf_payload {
    uint32_t
        base; // enum nft_payload_bases: 0 link layer, 1 network, 2 transport, 3 inner, 4 tunnel
    uint32_t offset, length;
    nf_register reg;
    uint8_t checksum_type; // the rest: of NF_EXPR_PAYLOAD_SET
    uint32_t checksum_offset, checksum_flags;
};

struct nf_queue {
    uint16_t number, total;
    uint32_t flags;     // NFT_QUEUE_FLAG_*: 1 bypass, 2 by CPU
    nf_register source; // NF_REGISTER_NONE: the number is said
};

struct nf_quota {
    uint64_t bytes, consumed;
    uint32_t flags; // 1: over, 2: depleted
};

struct nf_reject {
    uint32_t type; // enum nft_reject_types: 0 ICMP unreachable, 1 TCP reset, 2 ICMPX
    uint8_t code;
};

struct nf_rt {
    uint32_t key; // enum nft_rt_keys
    nf_register destination;
};

struct nf_socket {
    uint32_t key; // enum nft_socket_keys
    uint32_t level;
    nf_register destination;
};

struct nf_synproxy {
    uint16_t mss;
    uint8_t wscale;
    uint32_t flags;
};

struct nf_tproxy {
    uint8_t family;
    nf_register address, port;
};

struct nf_tunnel {
    uint32_t key, mode;
    nf_register destination;
};

struct nf_xfrm {
    uint32_t key; // enum nft_xfrm_keys
    uint32_t spnum;
    uint8_t direction;
    nf_register destination;
};

// An extension of xtables that is not known, or whose bytes are not valid.
struct nf_foreign_xt {
    struct nf_data raw; // as it came
    const char *text;   // by a library of iptables' (source/xtables.h): name and options, or of the
                        // families arp and bridge what nft would say instead; NULL: none
};

// An extension of xtables. What its operands are is said by ruleset/xt.h.
struct nf_xt {
    const char *name; // as the kernel has it: "conntrack", "DNAT"
    uint8_t revision;
    const struct xt_extension *extension; // NULL: it is foreign
    const void *info; // its operands, in a struct that depends on name and revision; else NULL
    struct nf_foreign_xt *foreign; // changed only while the ruleset is built; else NULL
};

// linux/netfilter_ipv4/ip_tables.h struct ipt_ip, linux/netfilter_ipv6/ip6_tables.h struct
// ip6t_ip6.
struct nf_ipt_entry {
    uint8_t source[16], source_mask[16]; // IPv4: the first four bytes
    uint8_t destination[16], destination_mask[16];
    char iniface[16], outiface[16];
    uint8_t iniface_length,
        outiface_length; // how much of the name counts; a whole one with its NUL
    uint16_t protocol;
    uint8_t flags;  // IPT_F_*, IP6T_F_*
    uint8_t invert; // IPT_INV_*, IP6T_INV_*
    uint8_t tos;    // IPv6, with its flag
};

struct nf_unknown {
    const char *name;   // of the expression; NULL: none was said
    struct nf_data raw; // its attributes
};

// --- The expression ------------------------------------------------------------------------------

// Operands of more than some bytes stand behind a pointer, so that an array of these stays small.
struct nf_expr {
    enum nf_expr_kind kind;
    union {
        const struct nf_bitwise *bitwise;
        struct nf_byteorder byteorder;
        struct nf_cmp cmp;
        const struct nf_range *range;
        struct nf_connlimit connlimit;
        struct nf_counter counter;
        struct nf_ct ct;
        struct nf_dup dup; // and fwd
        const struct nf_dynset *dynset;
        const struct nf_exthdr *exthdr;
        struct nf_fib fib;
        const char *flowtable; // its name
        const struct nf_hash *hash;
        struct nf_immediate immediate;
        struct nf_verdict verdict;
        const struct nf_inner *inner;
        struct nf_last last;
        const struct nf_limit *limit;
        const struct nf_log *log;
        struct nf_lookup lookup;
        struct nf_meta meta;
        const struct nf_nat *nat; // and masq, redir
        struct nf_numgen numgen;
        const struct nf_objref *objref;
        struct nf_osf osf;
        struct nf_payload payload;
        struct nf_queue queue;
        struct nf_quota quota;
        struct nf_reject reject;
        struct nf_rt rt;
        struct nf_socket socket;
        struct nf_synproxy synproxy;
        struct nf_tproxy tproxy;
        struct nf_tunnel tunnel;
        struct nf_xfrm xfrm;
        const struct nf_xt *xt;
        const struct nf_ipt_entry *entry;
        const struct nf_unknown *unknown;
    };
};

// What the kernel calls it in NFTA_EXPR_NAME: "payload" for both NF_EXPR_PAYLOAD and its store.
const char *nf_expr_name(enum nf_expr_kind kind);

#endif
