// SPDX-License-Identifier: GPL-2.0-or-later
// IFLA_LINKINFO: what each kind of device tells of itself (linux/if_link.h, linux/if_tunnel.h).
#include "source/link_parse.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include <linux/if_link.h>
#include <linux/if_tunnel.h>

#include "source/attr.h"

#define LINK(form, member) ATTR(form, struct link, member)

// --- VLAN, VXLAN, Geneve -------------------------------------------------------------------------

static int take_vlan_flags(const struct nlattr *attr, const struct attr_target *target) {
    struct link *link = target->row;
    struct ifla_vlan_flags flags;
    if (nla_len(attr) < (int)sizeof(flags))
        return -EBADMSG;
    memcpy(&flags, nla_data(attr), sizeof(flags));
    link->vlan.flags = maybe_of(flags.flags);
    return 0;
}

static const struct attr_rule vlan_rules[] = {
    [IFLA_VLAN_ID] = LINK(ATTR_U16, vlan.id),
    [IFLA_VLAN_FLAGS] = ATTR_BY(take_vlan_flags),
    [IFLA_VLAN_PROTOCOL] = LINK(ATTR_BE16, vlan.protocol),
};

static bool is_multicast(const struct address *address) {
    if (address->family == ADDRESS_IPV4)
        return (address->bytes[0] & 0xf0) == 0xe0;
    return address->bytes[0] == 0xff;
}

// One attribute for both: the group that unknown destinations are sent to, or the one other end.
static int take_vxlan_group(const struct nlattr *attr, const struct attr_target *target) {
    struct link *link = target->row;
    struct address address = address_from_bytes(nla_data(attr), (size_t)nla_len(attr));
    if (address.family == ADDRESS_NONE)
        return -EBADMSG;
    if (is_multicast(&address))
        link->vxlan.group = address;
    else
        link->vxlan.remote = address;
    return 0;
}

static int take_vxlan_ports(const struct nlattr *attr, const struct attr_target *target) {
    struct link *link = target->row;
    struct ifla_vxlan_port_range range;
    if (nla_len(attr) < (int)sizeof(range))
        return -EBADMSG;
    memcpy(&range, nla_data(attr), sizeof(range));
    link->vxlan.port_low = maybe_of(ntohs(range.low));
    link->vxlan.port_high = maybe_of(ntohs(range.high));
    return 0;
}

static const struct attr_rule vxlan_rules[] = {
    [IFLA_VXLAN_ID] = LINK(ATTR_U32, vxlan.id),
    [IFLA_VXLAN_GROUP] = ATTR_BY(take_vxlan_group),
    [IFLA_VXLAN_LINK] = LINK(ATTR_U32, vxlan.link),
    [IFLA_VXLAN_LOCAL] = LINK(ATTR_ADDRESS, vxlan.local),
    [IFLA_VXLAN_TTL] = LINK(ATTR_U8, vxlan.ttl),
    [IFLA_VXLAN_TOS] = LINK(ATTR_U8, vxlan.tos),
    [IFLA_VXLAN_LEARNING] = LINK(ATTR_U8, vxlan.learning),
    [IFLA_VXLAN_AGEING] = LINK(ATTR_U32, vxlan.ageing),
    [IFLA_VXLAN_LIMIT] = LINK(ATTR_U32, vxlan.limit),
    [IFLA_VXLAN_PORT_RANGE] = ATTR_BY(take_vxlan_ports),
    [IFLA_VXLAN_PROXY] = LINK(ATTR_U8, vxlan.proxy),
    [IFLA_VXLAN_RSC] = LINK(ATTR_U8, vxlan.rsc),
    [IFLA_VXLAN_L2MISS] = LINK(ATTR_U8, vxlan.l2miss),
    [IFLA_VXLAN_L3MISS] = LINK(ATTR_U8, vxlan.l3miss),
    [IFLA_VXLAN_PORT] = LINK(ATTR_BE16, vxlan.port),
    [IFLA_VXLAN_GROUP6] = ATTR_BY(take_vxlan_group),
    [IFLA_VXLAN_LOCAL6] = LINK(ATTR_ADDRESS, vxlan.local),
    [IFLA_VXLAN_UDP_CSUM] = LINK(ATTR_U8, vxlan.udp_csum),
    [IFLA_VXLAN_GBP] = LINK(ATTR_FLAG, vxlan.gbp),
    [IFLA_VXLAN_COLLECT_METADATA] = LINK(ATTR_U8, vxlan.collect_metadata),
};

static const struct attr_rule geneve_rules[] = {
    [IFLA_GENEVE_ID] = LINK(ATTR_U32, geneve.id),
    [IFLA_GENEVE_REMOTE] = LINK(ATTR_ADDRESS, geneve.remote),
    [IFLA_GENEVE_TTL] = LINK(ATTR_U8, geneve.ttl),
    [IFLA_GENEVE_TOS] = LINK(ATTR_U8, geneve.tos),
    [IFLA_GENEVE_PORT] = LINK(ATTR_BE16, geneve.port),
    [IFLA_GENEVE_COLLECT_METADATA] = LINK(ATTR_FLAG, geneve.collect_metadata),
    [IFLA_GENEVE_REMOTE6] = LINK(ATTR_ADDRESS, geneve.remote),
};

// --- IP tunnels ----------------------------------------------------------------------------------

static const struct attr_rule iptun_rules[] = {
    [IFLA_IPTUN_LINK] = LINK(ATTR_U32, tunnel.link),
    [IFLA_IPTUN_LOCAL] = LINK(ATTR_ADDRESS, tunnel.local),
    [IFLA_IPTUN_REMOTE] = LINK(ATTR_ADDRESS, tunnel.remote),
    [IFLA_IPTUN_TTL] = LINK(ATTR_U8, tunnel.ttl),
    [IFLA_IPTUN_TOS] = LINK(ATTR_U8, tunnel.tos),
    [IFLA_IPTUN_ENCAP_LIMIT] = LINK(ATTR_U8, tunnel.encap_limit),
    [IFLA_IPTUN_FLOWINFO] = LINK(ATTR_BE32, tunnel.flowinfo),
    [IFLA_IPTUN_PROTO] = LINK(ATTR_U8, tunnel.proto),
    [IFLA_IPTUN_PMTUDISC] = LINK(ATTR_U8, tunnel.pmtudisc),
    [IFLA_IPTUN_COLLECT_METADATA] = LINK(ATTR_FLAG, tunnel.collect_metadata),
    [IFLA_IPTUN_FWMARK] = LINK(ATTR_U32, tunnel.fwmark),
};

static const struct attr_rule gre_rules[] = {
    [IFLA_GRE_LINK] = LINK(ATTR_U32, tunnel.link),
    [IFLA_GRE_IFLAGS] = LINK(ATTR_BE16, tunnel.iflags),
    [IFLA_GRE_OFLAGS] = LINK(ATTR_BE16, tunnel.oflags),
    [IFLA_GRE_IKEY] = LINK(ATTR_BE32, tunnel.ikey),
    [IFLA_GRE_OKEY] = LINK(ATTR_BE32, tunnel.okey),
    [IFLA_GRE_LOCAL] = LINK(ATTR_ADDRESS, tunnel.local),
    [IFLA_GRE_REMOTE] = LINK(ATTR_ADDRESS, tunnel.remote),
    [IFLA_GRE_TTL] = LINK(ATTR_U8, tunnel.ttl),
    [IFLA_GRE_TOS] = LINK(ATTR_U8, tunnel.tos),
    [IFLA_GRE_PMTUDISC] = LINK(ATTR_U8, tunnel.pmtudisc),
    [IFLA_GRE_ENCAP_LIMIT] = LINK(ATTR_U8, tunnel.encap_limit),
    [IFLA_GRE_FLOWINFO] = LINK(ATTR_BE32, tunnel.flowinfo),
    [IFLA_GRE_COLLECT_METADATA] = LINK(ATTR_FLAG, tunnel.collect_metadata),
    [IFLA_GRE_FWMARK] = LINK(ATTR_U32, tunnel.fwmark),
};

static const struct attr_rule vti_rules[] = {
    [IFLA_VTI_LINK] = LINK(ATTR_U32, tunnel.link),
    [IFLA_VTI_IKEY] = LINK(ATTR_BE32, tunnel.ikey),
    [IFLA_VTI_OKEY] = LINK(ATTR_BE32, tunnel.okey),
    [IFLA_VTI_LOCAL] = LINK(ATTR_ADDRESS, tunnel.local),
    [IFLA_VTI_REMOTE] = LINK(ATTR_ADDRESS, tunnel.remote),
    [IFLA_VTI_FWMARK] = LINK(ATTR_U32, tunnel.fwmark),
};

// --- Bridges and their ports ---------------------------------------------------------------------

static const char *format_bridge_id(const struct nlattr *attr, struct arena *arena) {
    struct ifla_bridge_id id;
    memcpy(&id, nla_data(attr), sizeof(id));
    return arena_printf(arena, "%02x%02x.%02x:%02x:%02x:%02x:%02x:%02x", id.prio[0], id.prio[1],
                        id.addr[0], id.addr[1], id.addr[2], id.addr[3], id.addr[4], id.addr[5]);
}

static int take_bridge_id(const struct nlattr *attr, struct arena *arena, const char **ret_id) {
    if (nla_len(attr) < (int)sizeof(struct ifla_bridge_id))
        return -EBADMSG;
    *ret_id = format_bridge_id(attr, arena);
    return *ret_id ? 0 : -ENOMEM;
}

static int take_own_id(const struct nlattr *attr, const struct attr_target *target) {
    return take_bridge_id(attr, target->arena, &((struct link *)target->row)->bridge.bridge_id);
}

static int take_root_id(const struct nlattr *attr, const struct attr_target *target) {
    return take_bridge_id(attr, target->arena, &((struct link *)target->row)->bridge.root_id);
}

static int take_port_bridge_id(const struct nlattr *attr, const struct attr_target *target) {
    return take_bridge_id(attr, target->arena,
                          &((struct link *)target->row)->port.designated_bridge);
}

static int take_port_root_id(const struct nlattr *attr, const struct attr_target *target) {
    return take_bridge_id(attr, target->arena, &((struct link *)target->row)->port.root_id);
}

static const struct attr_rule bridge_rules[] = {
    [IFLA_BR_FORWARD_DELAY] = LINK(ATTR_U32, bridge.forward_delay),
    [IFLA_BR_HELLO_TIME] = LINK(ATTR_U32, bridge.hello_time),
    [IFLA_BR_MAX_AGE] = LINK(ATTR_U32, bridge.max_age),
    [IFLA_BR_AGEING_TIME] = LINK(ATTR_U32, bridge.ageing_time),
    [IFLA_BR_STP_STATE] = LINK(ATTR_U32, bridge.stp_state),
    [IFLA_BR_PRIORITY] = LINK(ATTR_U16, bridge.priority),
    [IFLA_BR_VLAN_FILTERING] = LINK(ATTR_U8, bridge.vlan_filtering),
    [IFLA_BR_VLAN_PROTOCOL] = LINK(ATTR_BE16, bridge.vlan_protocol),
    [IFLA_BR_GROUP_FWD_MASK] = LINK(ATTR_U16, bridge.group_fwd_mask),
    [IFLA_BR_ROOT_ID] = ATTR_BY(take_root_id),
    [IFLA_BR_BRIDGE_ID] = ATTR_BY(take_own_id),
    [IFLA_BR_ROOT_PORT] = LINK(ATTR_U16, bridge.root_port),
    [IFLA_BR_ROOT_PATH_COST] = LINK(ATTR_U32, bridge.root_path_cost),
    [IFLA_BR_TOPOLOGY_CHANGE] = LINK(ATTR_U8, bridge.topology_change),
    [IFLA_BR_MCAST_SNOOPING] = LINK(ATTR_U8, bridge.mcast_snooping),
    [IFLA_BR_NF_CALL_IPTABLES] = LINK(ATTR_U8, bridge.nf_call_iptables),
    [IFLA_BR_NF_CALL_IP6TABLES] = LINK(ATTR_U8, bridge.nf_call_ip6tables),
    [IFLA_BR_NF_CALL_ARPTABLES] = LINK(ATTR_U8, bridge.nf_call_arptables),
    [IFLA_BR_VLAN_DEFAULT_PVID] = LINK(ATTR_U16, bridge.default_pvid),
};

static const struct attr_rule port_rules[] = {
    [IFLA_BRPORT_STATE] = LINK(ATTR_U8, port.state),
    [IFLA_BRPORT_PRIORITY] = LINK(ATTR_U16, port.priority),
    [IFLA_BRPORT_COST] = LINK(ATTR_U32, port.cost),
    [IFLA_BRPORT_MODE] = LINK(ATTR_U8, port.hairpin),
    [IFLA_BRPORT_GUARD] = LINK(ATTR_U8, port.guard),
    [IFLA_BRPORT_PROTECT] = LINK(ATTR_U8, port.root_block),
    [IFLA_BRPORT_FAST_LEAVE] = LINK(ATTR_U8, port.fastleave),
    [IFLA_BRPORT_LEARNING] = LINK(ATTR_U8, port.learning),
    [IFLA_BRPORT_UNICAST_FLOOD] = LINK(ATTR_U8, port.flood),
    [IFLA_BRPORT_PROXYARP] = LINK(ATTR_U8, port.proxy_arp),
    [IFLA_BRPORT_PROXYARP_WIFI] = LINK(ATTR_U8, port.proxy_arp_wifi),
    [IFLA_BRPORT_ROOT_ID] = ATTR_BY(take_port_root_id),
    [IFLA_BRPORT_BRIDGE_ID] = ATTR_BY(take_port_bridge_id),
    [IFLA_BRPORT_NO] = LINK(ATTR_U16, port.port_no),
    [IFLA_BRPORT_MCAST_FLOOD] = LINK(ATTR_U8, port.mcast_flood),
    [IFLA_BRPORT_VLAN_TUNNEL] = LINK(ATTR_U8, port.vlan_tunnel),
    [IFLA_BRPORT_BCAST_FLOOD] = LINK(ATTR_U8, port.bcast_flood),
    [IFLA_BRPORT_NEIGH_SUPPRESS] = LINK(ATTR_U8, port.neigh_suppress),
    [IFLA_BRPORT_ISOLATED] = LINK(ATTR_U8, port.isolated),
    [IFLA_BRPORT_LOCKED] = LINK(ATTR_U8, port.locked),
};

// --- macvlan, ipvlan, bond, VRF, tun -------------------------------------------------------------

static const struct attr_rule macvlan_rules[] = {
    [IFLA_MACVLAN_MODE] = LINK(ATTR_U32, macvlan.mode),
    [IFLA_MACVLAN_FLAGS] = LINK(ATTR_U16, macvlan.flags),
};

static const struct attr_rule ipvlan_rules[] = {
    [IFLA_IPVLAN_MODE] = LINK(ATTR_U16, ipvlan.mode),
    [IFLA_IPVLAN_FLAGS] = LINK(ATTR_U16, ipvlan.flags),
};

static const struct attr_rule bond_rules[] = {
    [IFLA_BOND_MODE] = LINK(ATTR_U8, bond.mode),
    [IFLA_BOND_ACTIVE_SLAVE] = LINK(ATTR_U32, bond.active_slave),
    [IFLA_BOND_MIIMON] = LINK(ATTR_U32, bond.miimon),
    [IFLA_BOND_UPDELAY] = LINK(ATTR_U32, bond.updelay),
    [IFLA_BOND_DOWNDELAY] = LINK(ATTR_U32, bond.downdelay),
    [IFLA_BOND_XMIT_HASH_POLICY] = LINK(ATTR_U8, bond.xmit_hash_policy),
    [IFLA_BOND_MIN_LINKS] = LINK(ATTR_U32, bond.min_links),
    [IFLA_BOND_AD_LACP_RATE] = LINK(ATTR_U8, bond.lacp_rate),
    [IFLA_BOND_AD_SELECT] = LINK(ATTR_U8, bond.ad_select),
};

static const struct attr_rule bond_slave_rules[] = {
    [IFLA_BOND_SLAVE_STATE] = LINK(ATTR_U8, bond_slave.state),
    [IFLA_BOND_SLAVE_MII_STATUS] = LINK(ATTR_U8, bond_slave.mii_status),
    [IFLA_BOND_SLAVE_LINK_FAILURE_COUNT] = LINK(ATTR_U32, bond_slave.link_failure_count),
    [IFLA_BOND_SLAVE_PERM_HWADDR] = LINK(ATTR_LLADDR, bond_slave.perm_hwaddr),
    [IFLA_BOND_SLAVE_QUEUE_ID] = LINK(ATTR_U16, bond_slave.queue_id),
};

static const struct attr_rule vrf_rules[] = {
    [IFLA_VRF_TABLE] = LINK(ATTR_U32, vrf_table),
};

static const struct attr_rule vrf_port_rules[] = {
    [IFLA_VRF_PORT_TABLE] = LINK(ATTR_U32, vrf_table),
};

static const struct attr_rule tun_rules[] = {
    [IFLA_TUN_OWNER] = LINK(ATTR_U32, tun.owner),
    [IFLA_TUN_GROUP] = LINK(ATTR_U32, tun.group),
    [IFLA_TUN_TYPE] = LINK(ATTR_U8, tun.type),
    [IFLA_TUN_PI] = LINK(ATTR_U8, tun.pi),
    [IFLA_TUN_VNET_HDR] = LINK(ATTR_U8, tun.vnet_hdr),
    [IFLA_TUN_PERSIST] = LINK(ATTR_U8, tun.persist),
    [IFLA_TUN_MULTI_QUEUE] = LINK(ATTR_U8, tun.multi_queue),
    [IFLA_TUN_NUM_QUEUES] = LINK(ATTR_U32, tun.num_queues),
};

// --- Which kind is read by which table -----------------------------------------------------------

struct kind_table {
    const char *kind;
    struct attr_table table;
};

static const struct kind_table data_tables[] = {
    {"bond", ATTR_TABLE(bond_rules)},       {"bridge", ATTR_TABLE(bridge_rules)},
    {"erspan", ATTR_TABLE(gre_rules)},      {"geneve", ATTR_TABLE(geneve_rules)},
    {"gre", ATTR_TABLE(gre_rules)},         {"gretap", ATTR_TABLE(gre_rules)},
    {"ip6erspan", ATTR_TABLE(gre_rules)},   {"ip6gre", ATTR_TABLE(gre_rules)},
    {"ip6gretap", ATTR_TABLE(gre_rules)},   {"ip6tnl", ATTR_TABLE(iptun_rules)},
    {"ipip", ATTR_TABLE(iptun_rules)},      {"ipvlan", ATTR_TABLE(ipvlan_rules)},
    {"ipvtap", ATTR_TABLE(ipvlan_rules)},   {"macvlan", ATTR_TABLE(macvlan_rules)},
    {"macvtap", ATTR_TABLE(macvlan_rules)}, {"sit", ATTR_TABLE(iptun_rules)},
    {"tun", ATTR_TABLE(tun_rules)},         {"vlan", ATTR_TABLE(vlan_rules)},
    {"vrf", ATTR_TABLE(vrf_rules)},         {"vti", ATTR_TABLE(vti_rules)},
    {"vti6", ATTR_TABLE(vti_rules)},        {"vxlan", ATTR_TABLE(vxlan_rules)},
};

static const struct kind_table slave_tables[] = {
    {"bond", ATTR_TABLE(bond_slave_rules)},
    {"bridge", ATTR_TABLE(port_rules)},
    {"vrf", ATTR_TABLE(vrf_port_rules)},
};

static const struct attr_table *find_table(const struct kind_table *tables, size_t count,
                                           const char *kind) {
    for (size_t i = 0; kind && i < count; i++) {
        if (strcmp(tables[i].kind, kind) == 0)
            return &tables[i].table;
    }
    return NULL;
}

// GRE carries its keys always, and says in the flags whether they count.
static void drop_unused_keys(struct link *link) {
    const uint64_t key = ntohs(GRE_KEY);
    if (link->tunnel.iflags.known && !(link->tunnel.iflags.value & key))
        link->tunnel.ikey = (struct maybe){0};
    if (link->tunnel.oflags.known && !(link->tunnel.oflags.value & key))
        link->tunnel.okey = (struct maybe){0};
}

// Zero stands for "no such interface".
static void drop_zero(struct maybe *ifindex) {
    if (ifindex->value == 0)
        ifindex->known = false;
}

struct linkinfo {
    const char *kind, *slave_kind;
};

static const struct attr_rule info_rules[] = {
    [IFLA_INFO_KIND] = ATTR(ATTR_TEXT, struct linkinfo, kind),
    [IFLA_INFO_SLAVE_KIND] = ATTR(ATTR_TEXT, struct linkinfo, slave_kind),
};
static const struct attr_table info_table = ATTR_TABLE(info_rules);

int link_kind_parse(const struct nlattr *linkinfo, struct arena *arena, struct link *link) {
    struct linkinfo info = {0};
    const struct attr_target names = {&info, arena}, row = {link, arena};
    int r = attr_read_nested(linkinfo, &info_table, &names);
    if (r < 0)
        return r;
    link->info_kind = info.kind;
    link->info_slave_kind = info.slave_kind;
    const struct attr_table *data_table =
        find_table(data_tables, sizeof(data_tables) / sizeof(data_tables[0]), info.kind);
    const struct attr_table *slave_table =
        find_table(slave_tables, sizeof(slave_tables) / sizeof(slave_tables[0]), info.slave_kind);
    const struct nlattr *data = nla_find(nla_data(linkinfo), nla_len(linkinfo), IFLA_INFO_DATA);
    const struct nlattr *slave =
        nla_find(nla_data(linkinfo), nla_len(linkinfo), IFLA_INFO_SLAVE_DATA);
    int data_result = data && data_table ? attr_read_nested(data, data_table, &row) : 0;
    int slave_result = slave && slave_table ? attr_read_nested(slave, slave_table, &row) : 0;
    drop_unused_keys(link);
    drop_zero(&link->vxlan.link);
    drop_zero(&link->tunnel.link);
    return data_result < 0 ? data_result : slave_result;
}
