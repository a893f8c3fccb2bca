#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: compare_interfaces.py DIRECTORY

Compares, field by field, what netscope said of the interfaces in every namespace with what iproute2 and the kernel's own
files said just before and just after. capture_interfaces filled DIRECTORY. Prints every difference and fails on any:

- a value that netscope has and iproute2 has otherwise (counters and lifetimes may lie between before and after);
- an interface, an address or a namespace that only one of them has;
- a field of iproute2 that stands neither in the tables below nor, with a reason, in NOT_IN_NETSCOPE;
- a field of netscope that iproute2 says nothing of, and that is not in NOT_IN_IPROUTE2.
"""

import json
import os
import sys

FOREVER = 4294967295

# --- The fields ---------------------------------------------------------------------------------------------------

# iproute2's name of a field of an interface, and netscope's where it is another.
COMMON = {
    name: name
    for name in (
        "ifindex ifname flags mtu qdisc master operstate group txqlen link_type address broadcast permaddr altnames "
        "ifalias promiscuity allmulti min_mtu max_mtu num_tx_queues num_rx_queues gso_max_size gso_max_segs gro_max_size "
        "tso_max_size tso_max_segs parentbus parentdev link_netnsid"
    ).split()
}

# Of iproute2's info_data (by kind) and info_slave_data (by slave kind).
TUNNEL = {
    "proto": "tunnel_proto",
    "remote": "tunnel_remote",
    "local": "tunnel_local",
    "link": "tunnel_link",
    "ttl": "tunnel_ttl",
    "tos": "tunnel_tos",
    "pmtudisc": "tunnel_pmtudisc",
    "ikey": "tunnel_ikey",
    "okey": "tunnel_okey",
    "encap_limit": "tunnel_encap_limit",
    "tclass": "tunnel_tclass",
    "flowlabel": "tunnel_flowlabel",
    "external": "tunnel_collect_metadata",
    "fwmark": "tunnel_fwmark",
}
MACVLAN = {"mode": "macvlan_mode"}
IPVLAN = {"mode": "ipvlan_mode"}


def prefixed(prefix, names):
    return {name: prefix + name for name in names.split()}


KIND_DATA = {
    "bond": {
        **prefixed("bond_", "mode miimon updelay downdelay active_slave xmit_hash_policy min_links"),
        "ad_lacp_rate": "bond_lacp_rate",
        "ad_select": "bond_ad_select",
    },
    "bridge": {
        **prefixed(
            "bridge_",
            "stp_state vlan_filtering ageing_time forward_delay hello_time max_age priority vlan_protocol mcast_snooping "
            "group_fwd_mask topology_change root_port root_path_cost nf_call_iptables nf_call_ip6tables nf_call_arptables",
        ),
        "vlan_default_pvid": "bridge_default_pvid",
        "bridge_id": "bridge_id",
        "root_id": "bridge_root_id",
    },
    "geneve": {
        **prefixed("geneve_", "remote ttl tos port"),
        "id": "geneve_vni",
        "remote6": "geneve_remote",
        "external": "geneve_collect_metadata",
    },
    "ipvlan": IPVLAN,
    "ipvtap": IPVLAN,
    "macvlan": MACVLAN,
    "macvtap": MACVLAN,
    "tun": {
        **prefixed("tun_", "type pi vnet_hdr multi_queue persist"),
        "user": "tun_owner",
        "group": "tun_group",
        "numqueues": "tun_num_queues",
    },
    "vlan": prefixed("vlan_", "id protocol flags"),
    "vrf": {"table": "vrf_table"},
    "vxlan": {
        **prefixed("vxlan_", "group remote local link port ttl tos ageing limit learning proxy rsc l2miss l3miss udp_csum gbp"),
        "id": "vxlan_vni",
        "group6": "vxlan_group",
        "remote6": "vxlan_remote",
        "local6": "vxlan_local",
        "external": "vxlan_collect_metadata",
        "port_range.low": "vxlan_port_low",
        "port_range.high": "vxlan_port_high",
    },
}
for kind in "erspan gre gretap ip6gre ip6gretap ip6tnl ipip sit vti vti6".split():
    KIND_DATA[kind] = TUNNEL

SLAVE_DATA = {
    "bond": prefixed("bond_slave_", "state mii_status link_failure_count queue_id perm_hwaddr"),
    "bridge": {
        **prefixed(
            "port_",
            "state priority cost hairpin guard root_block fastleave learning flood mcast_flood bcast_flood proxy_arp "
            "proxy_arp_wifi neigh_suppress isolated locked vlan_tunnel root_id",
        ),
        "no": "port_no",
        "bridge_id": "port_designated_bridge",
    },
    "vrf": {"table": "vrf_table"},
}

# From /proc/sys/net/ipv4/conf and ipv6/conf.
SYSCTLS = {
    **{
        f"ipv4/{name}": f"ipv4_{name}"
        for name in "forwarding rp_filter proxy_arp arp_ignore arp_announce accept_local route_localnet log_martians".split()
    },
    **{
        f"ipv6/{name}": f"ipv6_{name}"
        for name in "forwarding accept_ra accept_dad autoconf proxy_ndp use_tempaddr addr_gen_mode".split()
    },
    "ipv6/disable_ipv6": "ipv6_disabled",
}

# What iproute2 says and netscope does not: "KIND.FIELD" or "FIELD", and why.
TIMER = "a clock inside the kernel's bridge that nothing but the kernel acts on"
MULTICAST = "a tunable of multicast snooping, which netscope does not show"
BOND = "a tunable of a bond that does not say where packets go"
TUNNEL_DETAIL = "a detail of a rare sort of tunnel"
NOT_IN_NETSCOPE = {
    "link_index": "said when the lower device is in another namespace: compared as link",
    "link": "compared by hand",
    "link_pointtopoint": "the flag POINTOPOINT says the same",
    "xdp": "compared as programs",
    "bond.ad_actor_sys_prio": BOND,
    "bond.ad_actor_system": BOND,
    "bond.ad_info": BOND,
    "bond.ad_lacp_active": BOND,
    "bond.ad_user_port_key": BOND,
    "bond.all_slaves_active": BOND,
    "bond.arp_all_targets": BOND,
    "bond.arp_interval": BOND,
    "bond.arp_missed_max": BOND,
    "bond.arp_validate": BOND,
    "bond.fail_over_mac": BOND,
    "bond.lp_interval": BOND,
    "bond.num_peer_notif": BOND,
    "bond.packets_per_slave": BOND,
    "bond.peer_notify_delay": BOND,
    "bond.primary_reselect": BOND,
    "bond.resend_igmp": BOND,
    "bond.tlb_dynamic_lb": BOND,
    "bond.use_carrier": BOND,
}

# What netscope says and iproute2 does not.
NOT_IN_IPROUTE2 = {"netns"}
