// SPDX-License-Identifier: GPL-2.0-or-later
// A neighbour: which link-layer address an IPv4 (ARP, RFC 826) or IPv6 (NDP, RFC 4861) address has
// on an interface, as RTM_GETNEIGH tells it (linux/neighbour.h, ip-neighbour(8)).
#ifndef MODEL_NEIGHBOUR_H
#define MODEL_NEIGHBOUR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "model/kind.h"
#include "model/table.h"

// The states, one bit each, with the kernel's numbers (NUD_*).
enum neighbour_state {
    NEIGHBOUR_INCOMPLETE = 0x01,
    NEIGHBOUR_REACHABLE = 0x02,
    NEIGHBOUR_STALE = 0x04,
    NEIGHBOUR_DELAY = 0x08,
    NEIGHBOUR_PROBE = 0x10,
    NEIGHBOUR_FAILED = 0x20,
    NEIGHBOUR_NOARP = 0x40,
    NEIGHBOUR_PERMANENT = 0x80,
};

// Flags of neighbours and of FDB entries, with the kernel's numbers (NTF_*); those of
// NDA_FLAGS_EXT, which is a number of its own, stand eight bits higher.
enum neighbour_flag {
    NEIGHBOUR_USE = 0x01,
    NEIGHBOUR_SELF = 0x02,
    NEIGHBOUR_MASTER = 0x04,
    NEIGHBOUR_PROXY = 0x08,
    NEIGHBOUR_EXT_LEARNED = 0x10,
    NEIGHBOUR_OFFLOADED = 0x20,
    NEIGHBOUR_STICKY = 0x40,
    NEIGHBOUR_ROUTER = 0x80,
    NEIGHBOUR_MANAGED = 0x100,
    NEIGHBOUR_LOCKED = 0x200,
    NEIGHBOUR_VALIDATED = 0x400,
};

struct neighbour {
    int32_t ifindex;            // 0: a proxy entry for every interface
    uint32_t state;             // enum neighbour_state, one bit; 0 for a proxy entry
    uint32_t flags;             // enum neighbour_flag
    struct address dst;         // the neighbour's address
    struct lladdr lladdr;       // length 0: not known, or the link has none
    struct maybe used;          // seconds since it was last used,
    struct maybe confirmed;     // since it was last heard of,
    struct maybe updated;       // since it last changed
    struct maybe refcnt;        // who holds it, besides the table itself
    struct maybe probes;        // sent and not answered
    struct maybe protocol;      // RTPROT_*: who made it
    const char *protocol_name;  // of rt_protos, else the number; NULL: nobody says
    struct maybe vlan, vni;     // NDA_VLAN, NDA_VNI: where a driver tells them
    struct maybe port, src_vni; // likewise
};

extern const struct kind neighbour_kind;

// The entry of that address on that interface in a namespace's whole table of neighbours, or NULL.
// Proxy entries, which answer for an address and resolve none, are not looked at.
const struct neighbour *neighbour_find(const struct table *neighbours, int32_t ifindex,
                                       const struct address *address);

// True if the kernel has a link-layer address for it that it would send to now.
bool neighbour_is_valid(const struct neighbour *neighbour);

// True if it tells where the neighbour is: somebody gave a link-layer address that is in use.
bool neighbour_is_seen(const struct neighbour *neighbour);

// Whose the row's address and link-layer address are, as far as they are this node's; NULL if they
// are not. The claims are the node's (claim.h).
struct claim;
const struct claim *neighbour_owner(const struct row_ref *ref);
const struct claim *neighbour_lladdr_owner(const struct row_ref *ref);

// True if the entry counts against gc_thresh1 to 3: permanent ones and those that a routing daemon
// or a switch made do not (net/core/neighbour.c, neigh_alloc), proxy entries stand elsewhere.
bool neighbour_is_collected(const struct neighbour *neighbour);

// Order of a table of neighbours while it is built, as neighbour_find needs it: by interface, then
// address, proxy entries last.
int neighbour_compare(const void *a, const void *b);

#endif
