# SPDX-License-Identifier: GPL-2.0-or-later
"""Which field of netscope's interfaces is which of iproute2's, for compare_interfaces.py."""

import grp
import pwd


def prefixed(prefix, names):
    return {name: prefix + name for name in names.split()}


# --- iproute2's name: netscope's ------------------------------------------------------------------

COMMON = prefixed(
    "",
    "ifindex ifname flags mtu qdisc master operstate group txqlen link_type address broadcast "
    "permaddr altnames ifalias promiscuity allmulti min_mtu max_mtu num_tx_queues num_rx_queues "
    "gso_max_size gso_max_segs gro_max_size tso_max_size tso_max_segs parentbus parentdev "
    "link_netnsid proto_down",
)

TUNNEL = {
    **prefixed("tunnel_", "proto remote local link ttl tos pmtudisc ikey okey encap_limit"),
    **prefixed("tunnel_", "tclass flowlabel fwmark"),
    "external": "tunnel_collect_metadata",
}

# Of linkinfo's info_data, by kind.
KIND_DATA = {
    "bond": {
        **prefixed("bond_", "mode miimon updelay downdelay active_slave"),
        **prefixed("bond_", "xmit_hash_policy min_links"),
        "ad_lacp_rate": "bond_lacp_rate",
        "ad_select": "bond_ad_select",
    },
    "bridge": {
        **prefixed(
            "bridge_",
            "stp_state vlan_filtering ageing_time forward_delay hello_time max_age priority "
            "vlan_protocol mcast_snooping group_fwd_mask topology_change root_id root_port "
            "root_path_cost nf_call_iptables nf_call_ip6tables nf_call_arptables",
        ),
        "bridge_id": "bridge_id",
        "vlan_default_pvid": "bridge_default_pvid",
    },
    "geneve": {
        **prefixed("geneve_", "remote ttl tos port"),
        "id": "geneve_vni",
        "remote6": "geneve_remote",
        "external": "geneve_collect_metadata",
    },
    "ipvlan": {"mode": "ipvlan_mode"},
    "ipvtap": {"mode": "ipvlan_mode"},
    "macvlan": {"mode": "macvlan_mode"},
    "macvtap": {"mode": "macvlan_mode"},
    "tun": {
        **prefixed("tun_", "type pi vnet_hdr multi_queue persist group"),
        "user": "tun_owner",
        "numqueues": "tun_num_queues",
    },
    "vlan": prefixed("vlan_", "id protocol flags"),
    "vrf": {"table": "vrf_table"},
    "vxlan": {
        **prefixed(
            "vxlan_",
            "group remote local link port ttl tos ageing limit learning proxy rsc l2miss l3miss "
            "udp_csum gbp",
        ),
        "id": "vxlan_vni",
        "group6": "vxlan_group",
        "remote6": "vxlan_remote",
        "local6": "vxlan_local",
        "external": "vxlan_collect_metadata",
        "port_range.low": "vxlan_port_low",
        "port_range.high": "vxlan_port_high",
    },
    **{
        kind: TUNNEL
        for kind in "erspan gre gretap ip6erspan ip6gre ip6gretap ip6tnl ipip sit vti vti6".split()
    },
}

# Of linkinfo's info_slave_data, by slave kind.
SLAVE_DATA = {
    "bond": prefixed("bond_slave_", "state mii_status link_failure_count queue_id perm_hwaddr"),
    "bridge": {
        **prefixed(
            "port_",
            "state priority cost no hairpin guard root_block fastleave learning flood mcast_flood "
            "bcast_flood proxy_arp proxy_arp_wifi neigh_suppress isolated locked vlan_tunnel "
            "root_id",
        ),
        "bridge_id": "port_designated_bridge",
    },
    "vrf": {"table": "vrf_table"},
}

# Of /proc/sys/net/ipv4/conf and ipv6/conf.
SYSCTLS = {
    **{
        f"ipv4/{name}": f"ipv4_{name}"
        for name in "forwarding rp_filter proxy_arp arp_ignore arp_announce accept_local "
        "route_localnet log_martians".split()
    },
    **{
        f"ipv6/{name}": f"ipv6_{name}"
        for name in "forwarding accept_ra accept_dad autoconf proxy_ndp use_tempaddr "
        "addr_gen_mode".split()
    },
    "ipv6/disable_ipv6": "ipv6_disabled",
}

# The kinds whose info_data has a member for each flag that is set: netscope's key, the flags.
FLAGGED_KINDS = {
    "ipvlan": ("ipvlan_flags", ("private", "vepa")),
    "ipvtap": ("ipvlan_flags", ("private", "vepa")),
    "macvlan": ("macvlan_flags", ("nopromisc", "nodst")),
    "macvtap": ("macvlan_flags", ("nopromisc", "nodst")),
}

# XDP_ATTACHED_* of linux/if_link.h.
PROGRAM_MODES = {1: "xdp", 2: "xdp-generic", 3: "xdp-offload"}

# --- What netscope writes otherwise ---------------------------------------------------------------

RP_FILTERS = ["off", "strict", "loose"]
ADDRESS_MODES = ["eui64", "none", "stable_secret", "random"]


def number(text):
    """iproute2 writes it as hexadecimal text."""
    return int(text, 16) if isinstance(text, str) else text


def tunnel_key(text):
    """iproute2 writes it as an IPv4 address."""
    a, b, c, d = (int(part) for part in text.split("."))
    return a << 24 | b << 16 | c << 8 | d


def bridge_id(text):
    """iproute2 leaves out leading zeros."""
    priority, address = text.split(".")
    return priority + "." + ":".join(part.zfill(2) for part in address.split(":"))


def tunnel_end(address):
    return None if address == "any" else address


def seconds(hundredths):
    return hundredths / 100


def user(name):
    return pwd.getpwnam(name).pw_uid if isinstance(name, str) else name


def group(name):
    return grp.getgrnam(name).gr_gid if isinstance(name, str) else name


# By netscope's key: from iproute2's value.
CONVERT = {
    "bridge_ageing_time": seconds,
    "bridge_forward_delay": seconds,
    "bridge_group_fwd_mask": number,
    "bridge_hello_time": seconds,
    "bridge_id": bridge_id,
    "bridge_max_age": seconds,
    "bridge_root_id": bridge_id,
    "geneve_tos": number,
    "ipv4_rp_filter": lambda number: RP_FILTERS[number],
    "ipv6_addr_gen_mode": lambda number: ADDRESS_MODES[number],
    "port_designated_bridge": bridge_id,
    "port_no": number,
    "port_root_id": bridge_id,
    "tun_group": group,
    "tun_owner": user,
    "tunnel_flowlabel": number,
    "tunnel_ikey": tunnel_key,
    "tunnel_local": tunnel_end,
    "tunnel_okey": tunnel_key,
    "tunnel_remote": tunnel_end,
    "tunnel_tclass": number,
    "tunnel_tos": number,
    "vxlan_tos": number,
}

# What netscope may say where iproute2 leaves the field out (for a device that is down, the
# carrier).
UNSAID = {
    "carrier": (False, True),
    **dict.fromkeys(
        "proto_down rx_compressed rx_nohandler tx_compressed geneve_collect_metadata geneve_tos "
        "tunnel_collect_metadata tunnel_fwmark tunnel_ikey tunnel_okey tunnel_tos "
        "vxlan_collect_metadata vxlan_gbp vxlan_l2miss vxlan_l3miss vxlan_limit vxlan_proxy "
        "vxlan_rsc vxlan_tos".split(),
        (0,),
    ),
}

# --- What only one of them says -------------------------------------------------------------------

OWN_FIELDS = {
    "netns",  # by which the rows are compared
    "duplicate",  # what stands twice on a segment, from the interfaces of all namespaces:
    "address_claims",  # unit tests and compare_neighbours.py are about it
    "lladdr_claims",
    "protocol",  # of an address: iproute2 tells it since 6.3
}

BOND = "a tunable of a bond that does not say where packets go"
DUMPED_ELSEWHERE = "compared under another name"
MULTICAST = "a tunable of multicast snooping"
QOS = "a mapping of priorities"
NAMED_ONLY = "netscope names such devices, it does not describe them"
RARE = "a detail of a rare sort of tunnel"
STEP = "a step of the spanning tree's sums: port_state and port_root_id are the results"
TIMER = "a clock inside the bridge"
UDP = "a detail of UDP checksums or fragments"
VLAN_COUNTERS = "whether VLANs have counters, which netscope does not show"

# iproute2's KIND.FIELD, KIND-slave.FIELD or FIELD: why netscope does not show it.
NOT_IN_NETSCOPE = {
    "addr_info": DUMPED_ELSEWHERE,
    "link": DUMPED_ELSEWHERE,
    "link_index": DUMPED_ELSEWHERE,
    "link_pointtopoint": "the flag POINTOPOINT says the same",
    "linkinfo": DUMPED_ELSEWHERE,
    "stats64": DUMPED_ELSEWHERE,
    "xdp": DUMPED_ELSEWHERE,
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
    "bond-slave.ad_actor_oper_port_state": BOND,
    "bond-slave.ad_actor_oper_port_state_str": BOND,
    "bond-slave.ad_aggregator_id": BOND,
    "bond-slave.ad_partner_oper_port_state": BOND,
    "bond-slave.ad_partner_oper_port_state_str": BOND,
    "bond-slave.prio": BOND,
    "bridge.gc_timer": TIMER,
    "bridge.group_addr": "where STP packets go: the same on every bridge but a provider's",
    "bridge.hello_timer": TIMER,
    "bridge.mcast_hash_elasticity": MULTICAST,
    "bridge.mcast_hash_max": MULTICAST,
    "bridge.mcast_igmp_version": MULTICAST,
    "bridge.mcast_last_member_cnt": MULTICAST,
    "bridge.mcast_last_member_intvl": MULTICAST,
    "bridge.mcast_membership_intvl": MULTICAST,
    "bridge.mcast_mld_version": MULTICAST,
    "bridge.mcast_querier": MULTICAST,
    "bridge.mcast_querier_intvl": MULTICAST,
    "bridge.mcast_query_intvl": MULTICAST,
    "bridge.mcast_query_response_intvl": MULTICAST,
    "bridge.mcast_query_use_ifaddr": MULTICAST,
    "bridge.mcast_router": MULTICAST,
    "bridge.mcast_startup_query_cnt": MULTICAST,
    "bridge.mcast_startup_query_intvl": MULTICAST,
    "bridge.mcast_stats_enabled": MULTICAST,
    "bridge.mcast_vlan_snooping": MULTICAST,
    "bridge.no_linklocal_learn": "a tunable of learning from STP packets",
    "bridge.tcn_timer": TIMER,
    "bridge.topology_change_detected": "the bridge's own part in topology_change",
    "bridge.topology_change_timer": TIMER,
    "bridge.vlan_stats_enabled": VLAN_COUNTERS,
    "bridge.vlan_stats_per_port": VLAN_COUNTERS,
    "bridge-slave.config_pending": TIMER,
    "bridge-slave.designated_cost": STEP,
    "bridge-slave.designated_port": STEP,
    "bridge-slave.forward_delay_timer": TIMER,
    "bridge-slave.group_fwd_mask": "the bridge's group_fwd_mask is shown",
    "bridge-slave.group_fwd_mask_str": "the bridge's group_fwd_mask is shown",
    "bridge-slave.hold_timer": TIMER,
    "bridge-slave.id": "port_priority and port_no together",
    "bridge-slave.mcast_router": MULTICAST,
    "bridge-slave.mcast_to_unicast": MULTICAST,
    "bridge-slave.message_age_timer": TIMER,
    "bridge-slave.multicast_router": MULTICAST,
    "bridge-slave.topology_change_ack": TIMER,
    "erspan.erspan_index": RARE,
    "erspan.erspan_ver": RARE,
    "erspan.iseq": RARE,
    "erspan.oseq": RARE,
    "geneve.df": UDP,
    "geneve.udp_csum": UDP,
    "geneve.udp_zero_csum6_rx": UDP,
    "geneve.udp_zero_csum6_tx": UDP,
    "gre.icsum": RARE,
    "gre.iseq": RARE,
    "gre.ocsum": RARE,
    "gre.oseq": RARE,
    "ipvlan.bridge": "no flag is set: that is bridge",
    "macsec.cipher_suite": NAMED_ONLY,
    "macsec.encoding_sa": NAMED_ONLY,
    "macsec.encrypt": NAMED_ONLY,
    "macsec.es": NAMED_ONLY,
    "macsec.icv_len": NAMED_ONLY,
    "macsec.inc_sci": NAMED_ONLY,
    "macsec.protect": NAMED_ONLY,
    "macsec.replay_protect": NAMED_ONLY,
    "macsec.scb": NAMED_ONLY,
    "macsec.sci": NAMED_ONLY,
    "macsec.validation": NAMED_ONLY,
    "macvlan.bcqueuelen": "a tunable of the queue for broadcast",
    "macvlan.macaddr_count": "the number of addresses of mode source",
    "macvlan.macaddr_data": "the addresses of mode source",
    "macvlan.usedbcqueuelen": "a tunable of the queue for broadcast",
    "macvtap.bcqueuelen": "a tunable of the queue for broadcast",
    "macvtap.usedbcqueuelen": "a tunable of the queue for broadcast",
    "sit.prefix": RARE,
    "sit.prefixlen": RARE,
    "tun.numdisabled": "queues that a program has opened and switched off",
    "vlan.egress_qos": QOS,
    "vlan.ingress_qos": QOS,
    "vxlan.df": UDP,
    "vxlan.udp_zero_csum6_rx": UDP,
    "vxlan.udp_zero_csum6_tx": UDP,
    "xfrm.if_id": NAMED_ONLY,
}
