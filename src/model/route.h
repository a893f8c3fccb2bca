// SPDX-License-Identifier: GPL-2.0-or-later
// A route, as rtnetlink describes it (linux/rtnetlink.h, ip-route(8)).
#ifndef MODEL_ROUTE_H
#define MODEL_ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "model/encap.h"
#include "model/kind.h"
#include "model/node.h"

// What a route, a rule or a nexthop is about. The first two are ADDRESS_IPV4 and ADDRESS_IPV6.
enum route_family {
    ROUTE_FAMILY_NONE = 0, // of a nexthop: a group's
    ROUTE_IPV4 = 4,
    ROUTE_IPV6 = 6,
    ROUTE_MPLS = 28,
};

// What happens to a packet (RTN_*).
enum route_type {
    ROUTE_UNSPEC,
    ROUTE_UNICAST,
    ROUTE_LOCAL,
    ROUTE_BROADCAST,
    ROUTE_ANYCAST,
    ROUTE_MULTICAST,
    ROUTE_BLACKHOLE,
    ROUTE_UNREACHABLE,
    ROUTE_PROHIBIT,
    ROUTE_THROW,
    ROUTE_NAT,
    ROUTE_XRESOLVE,
};

// Flags of a route and of its nexthops: one word of bits in the kernel (RTNH_F_*, RTM_F_*).
enum route_flag {
    ROUTE_DEAD = 0x1, // its interface is down
    ROUTE_PERVASIVE = 0x2,
    ROUTE_ONLINK = 0x4, // the gateway is on the link, whatever the addresses say
    ROUTE_OFFLOAD = 0x8,
    ROUTE_LINKDOWN = 0x10, // its interface has no carrier
    ROUTE_UNRESOLVED = 0x20,
    ROUTE_TRAP = 0x40,
    ROUTE_NOTIFY = 0x100,
    ROUTE_CLONED = 0x200, // a cached exception: path MTU or redirect
    ROUTE_RT_OFFLOAD = 0x4000,
    ROUTE_RT_TRAP = 0x8000,
    ROUTE_RT_OFFLOAD_FAILED = 0x20000000,
};

// Numbers of tables that every kernel has (RT_TABLE_*).
enum route_table {
    ROUTE_TABLE_DEFAULT = 253,
    ROUTE_TABLE_MAIN = 254,
    ROUTE_TABLE_LOCAL = 255,
};

// One way on.
struct route_nexthop {
    int32_t ifindex;         // 0: none
    const char *dev;         // that interface's name; NULL if it is not known
    struct address gateway;  // of either family; ADDRESS_NONE: the destination is on the link
    uint32_t weight;         // 1 and more
    uint32_t flags;          // enum route_flag
    uint32_t realms;         // of this way: from in the upper half, to in the lower; 0: none
    const char *realms_text; // "from/to"; NULL: none
    const char *labels; // MPLS: what the label is replaced by, "200/300"; NULL: it is taken off
    const struct encap *encap; // NULL: none
};

// What routes have in common with many others: made once for all of a table that are alike.
struct route_shared {
    uint32_t table;
    uint32_t metric;                      // priority; 0 is an IPv4 route's if none was given
    uint32_t flags;                       // enum route_flag
    uint8_t family;                       // enum route_family
    uint8_t type;                         // enum route_type
    uint8_t protocol;                     // RTPROT_*: who made it
    uint8_t scope;                        // RT_SCOPE_*
    const char *table_name;               // as /etc/iproute2/rt_tables has it, else the number
    const char *protocol_name;            // of rt_protos, else the number
    const char *scope_name;               // of rt_scopes, else the number
    struct address prefsrc;               // the source address of what the node itself sends
    struct prefix src;                    // IPv6: only packets from there
    const struct route_nexthop *nexthops; // none of a blackhole
    size_t nexthop_count;
    const struct encap *encaps; // of all of them that have one
    size_t encap_count;
    bool multipath;             // they came as a list: RTA_MULTIPATH
    struct maybe nexthop_id;    // of the nexthop object that it uses
    struct maybe pref;          // of an IPv6 router (RFC 4191): 0 medium, 1 high, 3 low
    struct maybe ttl_propagate; // MPLS
    struct maybe mark;          // of a cached exception
    struct maybe uid;           // of a cached exception
    const char *realms_text;    // "from/to"; NULL: none
    uint32_t realms;
    int32_t error; // -errno that packets are answered with; 0: none
    struct maybe references, use,
        last_use; // of a cached exception; last_use in hundredths of a second
    struct {
        uint32_t locked; // a bit for each of these by its RTAX_ number: path MTU discovery and the
                         // like do not change it
        struct maybe mtu, window, rtt, rttvar, ssthresh, cwnd, advmss, reordering, hoplimit,
            initcwnd, features, rto_min, initrwnd, quickack, fastopen_no_cookie;
        const char *congctl;
    } metrics;
    // Of the first policy rule that leads to the table: its place among the rules of the family,
    // from 1, and its priority; unknown if none does.
    struct maybe rank, rule;
    uint64_t identity; // of everything here that tells two routes to one destination apart
};

// A row is small, as there may be a million of them.
struct route {
    uint8_t dst[16]; // network byte order; IPv4 uses the first four; MPLS: the label, as a number
                     // of the same order in the first four; the rest is zero
    const struct route_shared *shared;
    int32_t expires; // in hundredths of a second from when it was read, negative if it is past; 0:
                     // never
    uint8_t dst_len; // bits
    uint8_t tos;     // IPv4: only packets of this type of service; 0: any
};

extern const struct kind route_kind;

// A nexthop's fields, as they stand inside a route and a group.
extern const struct record_type route_nexthop_type;

// The words for route_type and for the flags.
extern const struct enum_names route_type_names;
extern const struct enum_names route_pref_names;
extern const struct flag_name route_flag_names[];

// The word for a route's type; "unknown" for one that a later kernel may have.
const char *route_type_name(uint8_t type);

// "inet", "inet6", "mpls", or NULL for ROUTE_FAMILY_NONE.
const char *route_family_name(uint8_t family);

// The destination of an IPv4 or IPv6 route; of an MPLS route: family ADDRESS_NONE.
struct prefix route_destination(const struct route *route);

// The label of an MPLS route.
uint32_t route_label(const struct route *route);

#endif
