// SPDX-License-Identifier: GPL-2.0-or-later
// A network interface, as rtnetlink describes it (linux/if_link.h, rtnetlink(7)).
#ifndef MODEL_LINK_H
#define MODEL_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/buffer.h"
#include "model/kind.h"
#include "model/link_as.h"
#include "model/node.h"

// An address of an interface (linux/if_addr.h).
struct link_address {
    struct address local; // its own
    struct address peer;  // the other end's, on a point-to-point link where it differs
    struct address broadcast;
    uint8_t prefixlen;
    uint8_t scope;            // RT_SCOPE_*
    uint32_t flags;           // IFA_F_*
    const char *label;        // IPv4 only
    struct maybe protocol;    // IFAPROT_*: who made it
    struct maybe metric;      // IFA_RT_PRIORITY
    uint32_t valid_life_time; // seconds; UINT32_MAX: for ever
    uint32_t preferred_life_time;
};

// A VLAN, or a range of them, on a bridge port (or on the bridge itself).
struct link_vlan {
    uint16_t vlan;
    uint16_t vlan_end; // the same as vlan for a single one
    bool pvid;
    bool untagged;
};

// A BPF program on the interface's way.
struct link_program {
    const char *attached;  // "xdp", "xdp-generic", "xdp-offload", "tc-ingress", "tc-egress",
                           // "tcx-...", "netkit-..."
    struct maybe id;       // of the program
    const char *name;      // of the program, as it was loaded; NULL if it may not be read
    struct maybe priority; // tc: of the filter
};

// The counters that history keeps for an interface, by place.
enum link_counter {
    LINK_RX_BYTES,
    LINK_TX_BYTES,
    LINK_RX_PACKETS,
    LINK_TX_PACKETS,
    LINK_RX_ERRORS,
    LINK_TX_ERRORS,
    LINK_RX_DROPPED,
    LINK_TX_DROPPED,
};

struct link {
    int32_t ifindex;
    uint32_t flags; // IFF_*
    const char *ifname;
    const char *info_kind;       // the kernel's word ("veth"), or "loopback", "physical", "virtual"
    const char *info_slave_kind; // "bridge" on a bridge port, "bond" on a bond's member, "vrf"
    uint8_t operstate;           // RFC 2863: IF_OPER_*
    uint8_t linkmode;
    uint16_t link_type; // ARPHRD_*
    uint32_t mtu;
    struct maybe carrier;
    struct maybe carrier_changes;
    struct maybe min_mtu, max_mtu;
    struct lladdr address;
    struct lladdr broadcast;
    uint32_t group;
    struct maybe txqlen;
    struct maybe num_tx_queues, num_rx_queues;
    struct maybe gso_max_size, gso_max_segs, tso_max_size, tso_max_segs, gro_max_size;
    const char *qdisc;
    const char *ifalias;
    const char *const *altnames;
    uint32_t altname_count;
    uint32_t vlan_count;           // of both that follow
    const struct link_vlan *vlans; // of a bridge port or of a bridge with VLAN filtering
    const char *const *vlan_texts; // the same as text: "1 PVID untagged", "10-20"
    struct maybe promiscuity, allmulti;
    struct maybe proto_down;

    // Other interfaces that it hangs on.
    struct maybe master;       // ifindex in the same namespace
    const char *master_name;   // filled when the whole table is there
    struct maybe link;         // ifindex of the lower device, or of a veth's peer
    const char *link_name;     // filled if that is in the same namespace
    struct maybe link_netnsid; // the nsid of the namespace of that one, where it is another
    uint64_t link_netns;       // the inode of that namespace, 0 if it is this one or not known

    const struct link_address *addr_info;
    size_t addr_count;
    const struct link_program *programs;
    size_t program_count;

    uint64_t counters[HISTORY_COUNTERS]; // by enum link_counter, 64-bit (IFLA_STATS64)
    uint64_t rx_over_errors, rx_multicast, rx_compressed, rx_length_errors, rx_crc_errors,
        rx_frame_errors, rx_fifo_errors, rx_missed_errors, rx_nohandler;
    uint64_t tx_carrier_errors, tx_collisions, tx_compressed, tx_aborted_errors, tx_fifo_errors,
        tx_heartbeat_errors, tx_window_errors;

    struct {
        struct maybe forwarding, rp_filter, proxy_arp, arp_ignore, arp_announce, accept_local,
            route_localnet, log_martians;
        struct maybe
            rp_filter_in_effect; // the greater of this one's and 'all': what the kernel uses
    } ipv4;
    struct {
        struct maybe forwarding, disabled, accept_ra, accept_dad, autoconf, proxy_ndp, use_tempaddr;
        struct maybe addr_gen_mode;
    } ipv6;

    struct link_hardware *hardware; // NULL: none

    // What the kind of device knows, and what it is as a part of another: NULL where it is none.
    struct link_as_vlan *vlan;
    struct link_as_vxlan *vxlan;
    struct link_as_geneve *geneve;
    struct link_as_tunnel *tunnel;
    struct link_as_bridge *bridge;
    struct link_as_port *port;
    struct link_as_macvlan *macvlan;
    struct link_as_ipvlan *ipvlan;
    struct link_as_bond *bond;
    struct link_as_bond_slave *bond_slave;
    struct link_as_tun *tun;
    struct maybe vrf_table; // of a VRF; of its members: their VRF's
};

extern const struct kind link_kind;

// The fields of an address and of a program, as they stand inside an interface.
extern const struct record_type link_address_type;
extern const struct record_type link_program_type;

// The interface of that index in a namespace's table of interfaces (in order of ifindex), or NULL.
const struct link *link_find(const struct table *links, int32_t ifindex);

// The index of the interface of that name in such a table (which may be NULL), 0 if there is none.
int32_t link_index_of(const struct table *links, const char *name);

// True for one end of a veth or netkit pair.
bool link_is_pair(const struct link *link);

// The other end of a veth or netkit pair, or the lower device that is in another namespace. Returns
// NULL, and leaves ret_netns, if it is not known to the node.
const struct link *link_other_end(const struct row_ref *ref, const struct netns **ret_netns);

// Order of a table of interfaces while it is built: by ifindex, as link_find needs it.
int link_compare_index(const void *a, const void *b);

#endif
