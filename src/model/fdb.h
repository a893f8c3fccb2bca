// SPDX-License-Identifier: GPL-2.0-or-later
// An entry of a forwarding database: where a bridge, a VXLAN device or another one sends frames for
// a link-layer address (RTM_GETNEIGH of AF_BRIDGE, bridge-fdb(8)).
#ifndef MODEL_FDB_H
#define MODEL_FDB_H

#include <stdint.h>

#include "base/address.h"
#include "model/kind.h"
#include "model/neighbour.h"

struct fdb_entry {
    struct lladdr mac;
    int32_t ifindex;           // of the port; for 'self' of the device whose own table it is in
    uint32_t state;            // enum neighbour_state
    uint32_t flags;            // enum neighbour_flag: SELF or MASTER says whose table it is in
    struct maybe master;       // ifindex of the bridge
    struct maybe vlan;         // of a bridge that filters by VLAN
    struct address dst;        // VXLAN: the tunnel's other end
    struct maybe vni;          // VXLAN: where it is not the device's own
    struct maybe src_vni;      // VXLAN: of a device that carries many
    struct maybe port;         // VXLAN: UDP port where it is not the device's own
    struct maybe via;          // VXLAN: ifindex that the tunnel leaves through
    struct maybe nhid;         // VXLAN: nexthop group that has the other ends
    struct maybe link_netnsid; // VXLAN: nsid of the namespace that carries the tunnel
    struct maybe used;         // seconds since a frame was last sent to it
    struct maybe updated;      // seconds since a frame last came from it
};

extern const struct kind fdb_kind;

// What it is in: the bridge of an entry of a bridge, else the device itself (ifindex).
int32_t fdb_owner(const struct fdb_entry *entry);

// Whose the row's MAC is, as far as it is this node's; NULL if it is not. The claim is the node's
// (claim.h).
struct claim;
const struct claim *fdb_mac_owner(const struct row_ref *ref);

// Order of a table of entries: by whose table it is in, address, VLAN, then what tells VXLAN
// destinations apart. An address that moves to another port keeps its place.
int fdb_compare(const void *a, const void *b);

#endif
