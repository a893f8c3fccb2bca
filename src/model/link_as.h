// SPDX-License-Identifier: GPL-2.0-or-later
// An interface as what it is besides an interface: a VLAN, a bridge, a bridge's port
// (linux/if_link.h, IFLA_INFO_DATA and IFLA_INFO_SLAVE_DATA). Most are one of these or none, so
// that they stand behind pointers of struct link.
#ifndef MODEL_LINK_AS_H
#define MODEL_LINK_AS_H

#include <stdbool.h>

#include "base/address.h"
#include "model/value.h"

struct link_hardware {
    struct lladdr permaddr;            // that it came with
    const char *parentbus, *parentdev; // "pci", "0000:00:03.0"
};

struct link_as_vlan {
    struct maybe id, protocol, flags;
};

struct link_as_vxlan {
    struct maybe id;
    struct address group, remote, local;
    struct maybe link;     // ifindex of the device that carries it
    const char *link_name; // filled when the whole table is there
    struct maybe port, port_low, port_high, ttl, tos, ageing, limit, learning, proxy, rsc, l2miss,
        l3miss, collect_metadata, udp_csum, gbp;
};

struct link_as_geneve {
    struct maybe id, port, ttl, tos, collect_metadata;
    struct address remote;
};

// ipip, sit, gre, gretap, ip6tnl, ip6gre, vti ...
struct link_as_tunnel {
    struct address local, remote;
    struct maybe link;     // ifindex of the device that carries it
    const char *link_name; // filled when the whole table is there
    struct maybe ttl, tos, pmtudisc, iflags, oflags, ikey, okey, proto, encap_limit, flowinfo,
        collect_metadata, fwmark;
    bool ip6tnl; // proto is meant as there
};

struct link_as_bridge {
    struct maybe stp_state, vlan_filtering, ageing_time, forward_delay, hello_time, max_age,
        priority, vlan_protocol, default_pvid, mcast_snooping, group_fwd_mask, topology_change,
        root_port, root_path_cost, nf_call_iptables, nf_call_ip6tables, nf_call_arptables;
    const char *bridge_id, *root_id; // "8000.02:42:0a:00:00:01"
};

// A port of a bridge.
struct link_as_port {
    struct maybe state; // BR_STATE_*
    struct maybe priority, cost, hairpin, guard, root_block, fastleave, learning, flood,
        mcast_flood, bcast_flood, proxy_arp, proxy_arp_wifi, neigh_suppress, isolated, vlan_tunnel,
        locked, port_no;
    const char *designated_bridge, *root_id;
};

struct link_as_macvlan {
    struct maybe mode; // MACVLAN_MODE_* bit
    struct maybe flags;
};

struct link_as_ipvlan {
    struct maybe mode, flags; // IPVLAN_MODE_*, IPVLAN_F_*
};

struct link_as_bond {
    struct maybe mode, miimon, updelay, downdelay, active_slave, xmit_hash_policy, lacp_rate,
        ad_select, min_links;
};

// A member of a bond.
struct link_as_bond_slave {
    struct maybe state, mii_status, link_failure_count, queue_id;
    struct lladdr perm_hwaddr;
};

struct link_as_tun {
    struct maybe type; // IFF_TUN or IFF_TAP
    struct maybe pi, vnet_hdr, multi_queue, persist, owner, group, num_queues;
};

#endif
