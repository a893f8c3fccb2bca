// SPDX-License-Identifier: GPL-2.0-or-later
// IFLA_LINKINFO: what each kind of device tells of itself (linux/if_link.h, linux/if_tunnel.h).
#include "source/link_parse.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include <linux/if_link.h>
#include <linux/if_tunnel.h>

#include "source/attr.h"

// --- VLAN, VXLAN, Geneve -------------------------------------------------------------------------

static int take_vlan_flags(const struct nlattr *attr, const struct attr_target *target) {
    struct link_as_vlan *vlan = target->row;
    struct ifla_vlan_flags flags;
    if (nla_len(attr) < (int)sizeof(flags))
        return -EBADMSG;
    memcpy(&flags, nla_data(attr), sizeof(flags));
    vlan->flags = maybe_of(flags.flags);
    return 0;
}

static const struct attr_rule vlan_rules[] = {
    [IFLA_VLAN_ID] = ATTR(ATTR_U16, struct link_as_vlan, id),
    [IFLA_VLAN_FLAGS] = ATTR_BY(take_vlan_flags),
    [IFLA_VLAN_PROTOCOL] = ATTR(ATTR_BE16, struct link_as_vlan, protocol),
};

static bool is_multicast(const struct address *address) {
    if (address->family == ADDRESS_IPV4)
        return (address->bytes[0] & 0xf0) == 0xe0;
    return address->bytes[0] == 0xff;
}

// One attribute for both: the group that unknown destinations are sent to, or the one other end.
static int take_vxlan_group(const struct nlattr *attr, const struct attr_target *target) {
    struct link_as_vxlan *vxlan = target->row;
    struct address address = address_from_bytes(nla_data(attr), (size_t)nla_len(attr));
    if (address.family == ADDRESS_NONE)
        return -EBADMSG;
    if (is_multicast(&address))
        vxlan->group = address;
    else
        vxlan->remote = address;
    return 0;
}

static int take_vxlan_ports(const struct nlattr *attr, const struct attr_target *target) {
    struct link_as_vxlan *vxlan = target->row;
    struct ifla_vxlan_port_range range;
    if (nla_len(attr) < (int)sizeof(range))
        return -EBADMSG;
    memcpy(&range, nla_data(attr), sizeof(range));
    vxlan->port_low = maybe_of(ntohs(range.low));
    vxlan->port_high = maybe_of(ntohs(range.high));
    return 0;
}

static const struct attr_rule vxlan_rules[] = {
    [IFLA_VXLAN_ID] = ATTR(ATTR_U32, struct link_as_vxlan, id),
    [IFLA_VXLAN_GROUP] = ATTR_BY(take_vxlan_group),
    [IFLA_VXLAN_LINK] = ATTR(ATTR_U32, struct link_as_vxlan, link),
    [IFLA_VXLAN_LOCAL] = ATTR(ATTR_ADDRESS, struct link_as_vxlan, local),
    [IFLA_VXLAN_TTL] = ATTR(ATTR_U8, struct link_as_vxlan, ttl),
    [IFLA_VXLAN_TOS] = ATTR(ATTR_U8, struct link_as_vxlan, tos),
    [IFLA_VXLAN_LEARNING] = ATTR(ATTR_U8, struct link_as_vxlan, learning),
    [IFLA_VXLAN_AGEING] = ATTR(ATTR_U32, struct link_as_vxlan, ageing),
    [IFLA_VXLAN_LIMIT] = ATTR(ATTR_U32, struct link_as_vxlan, limit),
    [IFLA_VXLAN_PORT_RANGE] = ATTR_BY(take_vxlan_ports),
    [IFLA_VXLAN_PROXY] = ATTR(ATTR_U8, struct link_as_vxlan, proxy),
    [IFLA_VXLAN_RSC] = ATTR(ATTR_U8, struct link_as_vxlan, rsc),
    [IFLA_VXLAN_L2MISS] = ATTR(ATTR_U8, struct link_as_vxlan, l2miss),
    [IFLA_VXLAN_L3MISS] = ATTR(ATTR_U8, struct link_as_vxlan, l3miss),
    [IFLA_VXLAN_PORT] = ATTR(ATTR_BE16, struct link_as_vxlan, port),
    [IFLA_VXLAN_GROUP6] = ATTR_BY(take_vxlan_group),
    [IFLA_VXLAN_LOCAL6] = ATTR(ATTR_ADDRESS, struct link_as_vxlan, local),
    [IFLA_VXLAN_UDP_CSUM] = ATTR(ATTR_U8, struct link_as_vxlan, udp_csum),
    [IFLA_VXLAN_GBP] = ATTR(ATTR_FLAG, struct link_as_vxlan, gbp),
    [IFLA_VXLAN_COLLECT_METADATA] = ATTR(ATTR_U8, struct link_as_vxlan, collect_metadata),
};

static const struct attr_rule geneve_rules[] = {
    [IFLA_GENEVE_ID] = ATTR(ATTR_U32, struct link_as_geneve, id),
    [IFLA_GENEVE_REMOTE] = ATTR(ATTR_ADDRESS, struct link_as_geneve, remote),
    [IFLA_GENEVE_TTL] = ATTR(ATTR_U8, struct link_as_geneve, ttl),
    [IFLA_GENEVE_TOS] = ATTR(ATTR_U8, struct link_as_geneve, tos),
    [IFLA_GENEVE_PORT] = ATTR(ATTR_BE16, struct link_as_geneve, port),
    [IFLA_GENEVE_COLLECT_METADATA] = ATTR(ATTR_FLAG, struct link_as_geneve, collect_metadata),
    [IFLA_GENEVE_REMOTE6] = ATTR(ATTR_ADDRESS, struct link_as_geneve, remote),
};

// --- IP tunnels ----------------------------------------------------------------------------------

static const struct attr_rule iptun_rules[] = {
    [IFLA_IPTUN_LINK] = ATTR(ATTR_U32, struct link_as_tunnel, link),
    [IFLA_IPTUN_LOCAL] = ATTR(ATTR_ADDRESS, struct link_as_tunnel, local),
    [IFLA_IPTUN_REMOTE] = ATTR(ATTR_ADDRESS, struct link_as_tunnel, remote),
    [IFLA_IPTUN_TTL] = ATTR(ATTR_U8, struct link_as_tunnel, ttl),
    [IFLA_IPTUN_TOS] = ATTR(ATTR_U8, struct link_as_tunnel, tos),
    [IFLA_IPTUN_ENCAP_LIMIT] = ATTR(ATTR_U8, struct link_as_tunnel, encap_limit),
    [IFLA_IPTUN_FLOWINFO] = ATTR(ATTR_BE32, struct link_as_tunnel, flowinfo),
    [IFLA_IPTUN_PROTO] = ATTR(ATTR_U8, struct link_as_tunnel, proto),
    [IFLA_IPTUN_PMTUDISC] = ATTR(ATTR_U8, struct link_as_tunnel, pmtudisc),
    [IFLA_IPTUN_COLLECT_METADATA] = ATTR(ATTR_FLAG, struct link_as_tunnel, collect_metadata),
    [IFLA_IPTUN_FWMARK] = ATTR(ATTR_U32, struct link_as_tunnel, fwmark),
};

static const struct attr_rule gre_rules[] = {
    [IFLA_GRE_LINK] = ATTR(ATTR_U32, struct link_as_tunnel, link),
    [IFLA_GRE_IFLAGS] = ATTR(ATTR_BE16, struct link_as_tunnel, iflags),
    [IFLA_GRE_OFLAGS] = ATTR(ATTR_BE16, struct link_as_tunnel, oflags),
    [IFLA_GRE_IKEY] = ATTR(ATTR_BE32, struct link_as_tunnel, ikey),
    [IFLA_GRE_OKEY] = ATTR(ATTR_BE32, struct link_as_tunnel, okey),
    [IFLA_GRE_LOCAL] = ATTR(ATTR_ADDRESS, struct link_as_tunnel, local),
    [IFLA_GRE_REMOTE] = ATTR(ATTR_ADDRESS, struct link_as_tunnel, remote),
    [IFLA_GRE_TTL] = ATTR(ATTR_U8, struct link_as_tunnel, ttl),
    [IFLA_GRE_TOS] = ATTR(ATTR_U8, struct link_as_tunnel, tos),
    [IFLA_GRE_PMTUDISC] = ATTR(ATTR_U8, struct link_as_tunnel, pmtudisc),
    [IFLA_GRE_ENCAP_LIMIT] = ATTR(ATTR_U8, struct link_as_tunnel, encap_limit),
    [IFLA_GRE_FLOWINFO] = ATTR(ATTR_BE32, struct link_as_tunnel, flowinfo),
    [IFLA_GRE_COLLECT_METADATA] = ATTR(ATTR_FLAG, struct link_as_tunnel, collect_metadata),
    [IFLA_GRE_FWMARK] = ATTR(ATTR_U32, struct link_as_tunnel, fwmark),
};

static const struct attr_rule vti_rules[] = {
    [IFLA_VTI_LINK] = ATTR(ATTR_U32, struct link_as_tunnel, link),
    [IFLA_VTI_IKEY] = ATTR(ATTR_BE32, struct link_as_tunnel, ikey),
    [IFLA_VTI_OKEY] = ATTR(ATTR_BE32, struct link_as_tunnel, okey),
    [IFLA_VTI_LOCAL] = ATTR(ATTR_ADDRESS, struct link_as_tunnel, local),
    [IFLA_VTI_REMOTE] = ATTR(ATTR_ADDRESS, struct link_as_tunnel, remote),
    [IFLA_VTI_FWMARK] = ATTR(ATTR_U32, struct link_as_tunnel, fwmark),
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
    return take_bridge_id(attr, target->arena, &((struct link_as_bridge *)target->row)->bridge_id);
}

static int take_root_id(const struct nlattr *attr, const struct attr_target *target) {
    return take_bridge_id(attr, target->arena, &((struct link_as_bridge *)target->row)->root_id);
}

static int take_port_bridge_id(const struct nlattr *attr, const struct attr_target *target) {
    return take_bridge_id(attr, target->arena,
                          &((struct link_as_port *)target->row)->designated_bridge);
}

static int take_port_root_id(const struct nlattr *attr, const struct attr_target *target) {
    return take_bridge_id(attr, target->arena, &((struct link_as_port *)target->row)->root_id);
}

static const struct attr_rule bridge_rules[] = {
    [IFLA_BR_FORWARD_DELAY] = ATTR(ATTR_U32, struct link_as_bridge, forward_delay),
    [IFLA_BR_HELLO_TIME] = ATTR(ATTR_U32, struct link_as_bridge, hello_time),
    [IFLA_BR_MAX_AGE] = ATTR(ATTR_U32, struct link_as_bridge, max_age),
    [IFLA_BR_AGEING_TIME] = ATTR(ATTR_U32, struct link_as_bridge, ageing_time),
    [IFLA_BR_STP_STATE] = ATTR(ATTR_U32, struct link_as_bridge, stp_state),
    [IFLA_BR_PRIORITY] = ATTR(ATTR_U16, struct link_as_bridge, priority),
    [IFLA_BR_VLAN_FILTERING] = ATTR(ATTR_U8, struct link_as_bridge, vlan_filtering),
    [IFLA_BR_VLAN_PROTOCOL] = ATTR(ATTR_BE16, struct link_as_bridge, vlan_protocol),
    [IFLA_BR_GROUP_FWD_MASK] = ATTR(ATTR_U16, struct link_as_bridge, group_fwd_mask),
    [IFLA_BR_ROOT_ID] = ATTR_BY(take_root_id),
    [IFLA_BR_BRIDGE_ID] = ATTR_BY(take_own_id),
    [IFLA_BR_ROOT_PORT] = ATTR(ATTR_U16, struct link_as_bridge, root_port),
    [IFLA_BR_ROOT_PATH_COST] = ATTR(ATTR_U32, struct link_as_bridge, root_path_cost),
    [IFLA_BR_TOPOLOGY_CHANGE] = ATTR(ATTR_U8, struct link_as_bridge, topology_change),
    [IFLA_BR_MCAST_SNOOPING] = ATTR(ATTR_U8, struct link_as_bridge, mcast_snooping),
    [IFLA_BR_NF_CALL_IPTABLES] = ATTR(ATTR_U8, struct link_as_bridge, nf_call_iptables),
    [IFLA_BR_NF_CALL_IP6TABLES] = ATTR(ATTR_U8, struct link_as_bridge, nf_call_ip6tables),
    [IFLA_BR_NF_CALL_ARPTABLES] = ATTR(ATTR_U8, struct link_as_bridge, nf_call_arptables),
    [IFLA_BR_VLAN_DEFAULT_PVID] = ATTR(ATTR_U16, struct link_as_bridge, default_pvid),
};

static const struct attr_rule port_rules[] = {
    [IFLA_BRPORT_STATE] = ATTR(ATTR_U8, struct link_as_port, state),
    [IFLA_BRPORT_PRIORITY] = ATTR(ATTR_U16, struct link_as_port, priority),
    [IFLA_BRPORT_COST] = ATTR(ATTR_U32, struct link_as_port, cost),
    [IFLA_BRPORT_MODE] = ATTR(ATTR_U8, struct link_as_port, hairpin),
    [IFLA_BRPORT_GUARD] = ATTR(ATTR_U8, struct link_as_port, guard),
    [IFLA_BRPORT_PROTECT] = ATTR(ATTR_U8, struct link_as_port, root_block),
    [IFLA_BRPORT_FAST_LEAVE] = ATTR(ATTR_U8, struct link_as_port, fastleave),
    [IFLA_BRPORT_LEARNING] = ATTR(ATTR_U8, struct link_as_port, learning),
    [IFLA_BRPORT_UNICAST_FLOOD] = ATTR(ATTR_U8, struct link_as_port, flood),
    [IFLA_BRPORT_PROXYARP] = ATTR(ATTR_U8, struct link_as_port, proxy_arp),
    [IFLA_BRPORT_PROXYARP_WIFI] = ATTR(ATTR_U8, struct link_as_port, proxy_arp_wifi),
    [IFLA_BRPORT_ROOT_ID] = ATTR_BY(take_port_root_id),
    [IFLA_BRPORT_BRIDGE_ID] = ATTR_BY(take_port_bridge_id),
    [IFLA_BRPORT_NO] = ATTR(ATTR_U16, struct link_as_port, port_no),
    [IFLA_BRPORT_MCAST_FLOOD] = ATTR(ATTR_U8, struct link_as_port, mcast_flood),
    [IFLA_BRPORT_VLAN_TUNNEL] = ATTR(ATTR_U8, struct link_as_port, vlan_tunnel),
    [IFLA_BRPORT_BCAST_FLOOD] = ATTR(ATTR_U8, struct link_as_port, bcast_flood),
    [IFLA_BRPORT_NEIGH_SUPPRESS] = ATTR(ATTR_U8, struct link_as_port, neigh_suppress),
    [IFLA_BRPORT_ISOLATED] = ATTR(ATTR_U8, struct link_as_port, isolated),
    [IFLA_BRPORT_LOCKED] = ATTR(ATTR_U8, struct link_as_port, locked),
};

// --- macvlan, ipvlan, bond, VRF, tun -------------------------------------------------------------

static const struct attr_rule macvlan_rules[] = {
    [IFLA_MACVLAN_MODE] = ATTR(ATTR_U32, struct link_as_macvlan, mode),
    [IFLA_MACVLAN_FLAGS] = ATTR(ATTR_U16, struct link_as_macvlan, flags),
};

static const struct attr_rule ipvlan_rules[] = {
    [IFLA_IPVLAN_MODE] = ATTR(ATTR_U16, struct link_as_ipvlan, mode),
    [IFLA_IPVLAN_FLAGS] = ATTR(ATTR_U16, struct link_as_ipvlan, flags),
};

static const struct attr_rule bond_rules[] = {
    [IFLA_BOND_MODE] = ATTR(ATTR_U8, struct link_as_bond, mode),
    [IFLA_BOND_ACTIVE_SLAVE] = ATTR(ATTR_U32, struct link_as_bond, active_slave),
    [IFLA_BOND_MIIMON] = ATTR(ATTR_U32, struct link_as_bond, miimon),
    [IFLA_BOND_UPDELAY] = ATTR(ATTR_U32, struct link_as_bond, updelay),
    [IFLA_BOND_DOWNDELAY] = ATTR(ATTR_U32, struct link_as_bond, downdelay),
    [IFLA_BOND_XMIT_HASH_POLICY] = ATTR(ATTR_U8, struct link_as_bond, xmit_hash_policy),
    [IFLA_BOND_MIN_LINKS] = ATTR(ATTR_U32, struct link_as_bond, min_links),
    [IFLA_BOND_AD_LACP_RATE] = ATTR(ATTR_U8, struct link_as_bond, lacp_rate),
    [IFLA_BOND_AD_SELECT] = ATTR(ATTR_U8, struct link_as_bond, ad_select),
};

static const struct attr_rule bond_slave_rules[] = {
    [IFLA_BOND_SLAVE_STATE] = ATTR(ATTR_U8, struct link_as_bond_slave, state),
    [IFLA_BOND_SLAVE_MII_STATUS] = ATTR(ATTR_U8, struct link_as_bond_slave, mii_status),
    [IFLA_BOND_SLAVE_LINK_FAILURE_COUNT] =
        ATTR(ATTR_U32, struct link_as_bond_slave, link_failure_count),
    [IFLA_BOND_SLAVE_PERM_HWADDR] = ATTR(ATTR_LLADDR, struct link_as_bond_slave, perm_hwaddr),
    [IFLA_BOND_SLAVE_QUEUE_ID] = ATTR(ATTR_U16, struct link_as_bond_slave, queue_id),
};

static const struct attr_rule vrf_rules[] = {
    [IFLA_VRF_TABLE] = ATTR(ATTR_U32, struct link, vrf_table),
};

static const struct attr_rule vrf_port_rules[] = {
    [IFLA_VRF_PORT_TABLE] = ATTR(ATTR_U32, struct link, vrf_table),
};

static const struct attr_rule tun_rules[] = {
    [IFLA_TUN_OWNER] = ATTR(ATTR_U32, struct link_as_tun, owner),
    [IFLA_TUN_GROUP] = ATTR(ATTR_U32, struct link_as_tun, group),
    [IFLA_TUN_TYPE] = ATTR(ATTR_U8, struct link_as_tun, type),
    [IFLA_TUN_PI] = ATTR(ATTR_U8, struct link_as_tun, pi),
    [IFLA_TUN_VNET_HDR] = ATTR(ATTR_U8, struct link_as_tun, vnet_hdr),
    [IFLA_TUN_PERSIST] = ATTR(ATTR_U8, struct link_as_tun, persist),
    [IFLA_TUN_MULTI_QUEUE] = ATTR(ATTR_U8, struct link_as_tun, multi_queue),
    [IFLA_TUN_NUM_QUEUES] = ATTR(ATTR_U32, struct link_as_tun, num_queues),
};

// --- Which kind is read by which table -----------------------------------------------------------

// A kind, by which table its attributes are read, and where to: into a struct link_as_... of its
// own, or, where size is 0, into the row.
struct kind_table {
    const char *kind;
    struct attr_table table;
    size_t pointer, size; // of the row's member; of what it points to
};

// clang-format off
#define AS(member, rules)                                                                          \
    ATTR_TABLE(rules), offsetof(struct link, member), sizeof(*((struct link *)0)->member)
#define IN_ROW(rules) ATTR_TABLE(rules), 0, 0
// clang-format on

static const struct kind_table data_tables[] = {
    {"bond", AS(bond, bond_rules)},
    {"bridge", AS(bridge, bridge_rules)},
    {"erspan", AS(tunnel, gre_rules)},
    {"geneve", AS(geneve, geneve_rules)},
    {"gre", AS(tunnel, gre_rules)},
    {"gretap", AS(tunnel, gre_rules)},
    {"ip6erspan", AS(tunnel, gre_rules)},
    {"ip6gre", AS(tunnel, gre_rules)},
    {"ip6gretap", AS(tunnel, gre_rules)},
    {"ip6tnl", AS(tunnel, iptun_rules)},
    {"ipip", AS(tunnel, iptun_rules)},
    {"ipvlan", AS(ipvlan, ipvlan_rules)},
    {"ipvtap", AS(ipvlan, ipvlan_rules)},
    {"macvlan", AS(macvlan, macvlan_rules)},
    {"macvtap", AS(macvlan, macvlan_rules)},
    {"sit", AS(tunnel, iptun_rules)},
    {"tun", AS(tun, tun_rules)},
    {"vlan", AS(vlan, vlan_rules)},
    {"vrf", IN_ROW(vrf_rules)},
    {"vti", AS(tunnel, vti_rules)},
    {"vti6", AS(tunnel, vti_rules)},
    {"vxlan", AS(vxlan, vxlan_rules)},
};

static const struct kind_table slave_tables[] = {
    {"bond", AS(bond_slave, bond_slave_rules)},
    {"bridge", AS(port, port_rules)},
    {"vrf", IN_ROW(vrf_port_rules)},
};
#define KIND_TABLES(tables) (tables), sizeof(tables) / sizeof((tables)[0])

static const struct kind_table *find_table(const struct kind_table *tables, size_t count,
                                           const char *kind) {
    for (size_t i = 0; kind && i < count; i++) {
        if (strcmp(tables[i].kind, kind) == 0)
            return &tables[i];
    }
    return NULL;
}

// Reads the attributes inside of one of these of a linkinfo, if it is there and the table is known.
static int read_data(const struct nlattr *linkinfo, int type, const struct kind_table *table,
                     struct arena *arena, struct link *link) {
    const struct nlattr *data = nla_find(nla_data(linkinfo), nla_len(linkinfo), type);
    struct attr_target target = {link, arena};
    if (!data || !table)
        return 0;
    if (table->size > 0) {
        target.row = arena_alloc(arena, table->size);
        if (!target.row)
            return -ENOMEM;
        memcpy((char *)link + table->pointer, &target.row, sizeof(target.row));
    }
    return attr_read_nested(data, &table->table, &target);
}

// Zero stands for "no such interface".
static void drop_zero(struct maybe *ifindex) {
    if (ifindex->value == 0)
        ifindex->known = false;
}

// GRE carries its keys always, and says in the flags whether they count.
static void finish_tunnel(struct link_as_tunnel *tunnel, const char *kind) {
    const uint64_t key = ntohs(GRE_KEY);
    if (tunnel->iflags.known && !(tunnel->iflags.value & key))
        tunnel->ikey = (struct maybe){0};
    if (tunnel->oflags.known && !(tunnel->oflags.value & key))
        tunnel->okey = (struct maybe){0};
    drop_zero(&tunnel->link);
    tunnel->ip6tnl = strcmp(kind, "ip6tnl") == 0;
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
    const struct attr_target names = {&info, arena};
    int r = attr_read_nested(linkinfo, &info_table, &names);
    if (r < 0)
        return r;
    link->info_kind = info.kind;
    link->info_slave_kind = info.slave_kind;
    int of_kind = read_data(linkinfo, IFLA_INFO_DATA,
                            find_table(KIND_TABLES(data_tables), info.kind), arena, link);
    int of_slave = read_data(linkinfo, IFLA_INFO_SLAVE_DATA,
                             find_table(KIND_TABLES(slave_tables), info.slave_kind), arena, link);
    if (link->tunnel)
        finish_tunnel(link->tunnel, info.kind);
    if (link->vxlan)
        drop_zero(&link->vxlan->link);
    return of_kind < 0 ? of_kind : of_slave;
}
