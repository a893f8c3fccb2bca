// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/link_words.h"

#include <netinet/in.h>
#include <stddef.h>

#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>

#define NAMES(words) \
    { (words), sizeof(words) / sizeof((words)[0]) }

static const char *const operstates[] = {
    [IF_OPER_UNKNOWN] = "UNKNOWN", [IF_OPER_NOTPRESENT] = "NOTPRESENT",
    [IF_OPER_DOWN] = "DOWN",       [IF_OPER_LOWERLAYERDOWN] = "LOWERLAYERDOWN",
    [IF_OPER_TESTING] = "TESTING", [IF_OPER_DORMANT] = "DORMANT",
    [IF_OPER_UP] = "UP",
};
const struct enum_names link_operstate_names = NAMES(operstates);

static const char *const linkmodes[] = {
    [IF_LINK_MODE_DEFAULT] = "DEFAULT",
    [IF_LINK_MODE_DORMANT] = "DORMANT",
    [IF_LINK_MODE_TESTING] = "TESTING",
};
const struct enum_names link_linkmode_names = NAMES(linkmodes);

static const char *const port_states[] = {"disabled", "listening", "learning", "forwarding",
                                          "blocking"};
const struct enum_names link_port_state_names = NAMES(port_states);

// One bit of five.
static const char *const macvlan_modes[] = {
    [1] = "private", [2] = "vepa", [4] = "bridge", [8] = "passthru", [16] = "source",
};
const struct enum_names link_macvlan_names = NAMES(macvlan_modes);

static const char *const ipvlan_modes[] = {"l2", "l3", "l3s"};
const struct enum_names link_ipvlan_names = NAMES(ipvlan_modes);

static const char *const bond_modes[] = {"balance-rr", "active-backup", "balance-xor", "broadcast",
                                         "802.3ad",    "balance-tlb",   "balance-alb"};
const struct enum_names link_bond_names = NAMES(bond_modes);

static const char *const bond_hashes[] = {"layer2",   "layer3+4", "layer2+3",
                                          "encap2+3", "encap3+4", "vlan+srcmac"};
const struct enum_names link_bond_hash_names = NAMES(bond_hashes);

static const char *const bond_lacp_rates[] = {"slow", "fast"};
const struct enum_names link_bond_lacp_names = NAMES(bond_lacp_rates);

static const char *const bond_selects[] = {"stable", "bandwidth", "count"};
const struct enum_names link_bond_select_names = NAMES(bond_selects);

static const char *const bond_states[] = {"ACTIVE", "BACKUP"};
const struct enum_names link_bond_state_names = NAMES(bond_states);

static const char *const mii_states[] = {"UP", "GOING_DOWN", "DOWN", "GOING_BACK"};
const struct enum_names link_mii_names = NAMES(mii_states);

static const char *const addr_gen_modes[] = {"eui64", "none", "stable_secret", "random"};
const struct enum_names link_addr_gen_names = NAMES(addr_gen_modes);

static const char *const tun_types[] = {[1] = "tun", [2] = "tap"};
const struct enum_names link_tun_names = NAMES(tun_types);

static const char *const rp_filters[] = {"off", "strict", "loose"};
const struct enum_names link_rp_filter_names = NAMES(rp_filters);

// In the order in which ip(8) shows them.
const struct flag_name link_flag_names[] = {
    {LINK_NO_CARRIER, "NO-CARRIER"},
    {IFF_LOOPBACK, "LOOPBACK"},
    {IFF_BROADCAST, "BROADCAST"},
    {IFF_POINTOPOINT, "POINTOPOINT"},
    {IFF_MULTICAST, "MULTICAST"},
    {IFF_NOARP, "NOARP"},
    {IFF_ALLMULTI, "ALLMULTI"},
    {IFF_PROMISC, "PROMISC"},
    {IFF_MASTER, "MASTER"},
    {IFF_SLAVE, "SLAVE"},
    {IFF_DEBUG, "DEBUG"},
    {IFF_DYNAMIC, "DYNAMIC"},
    {IFF_AUTOMEDIA, "AUTOMEDIA"},
    {IFF_PORTSEL, "PORTSEL"},
    {IFF_NOTRAILERS, "NOTRAILERS"},
    {IFF_UP, "UP"},
    {IFF_LOWER_UP, "LOWER_UP"},
    {IFF_DORMANT, "DORMANT"},
    {IFF_ECHO, "ECHO"},
    {0, NULL},
};

const struct flag_name link_vlan_flag_names[] = {
    {0x1, "REORDER_HDR"},     {0x2, "GVRP"}, {0x4, "LOOSE_BINDING"}, {0x8, "MVRP"},
    {0x10, "BRIDGE_BINDING"}, {0, NULL},
};

const struct flag_name link_ipvlan_flag_names[] = {{0x1, "private"}, {0x2, "vepa"}, {0, NULL}};

const struct flag_name link_macvlan_flag_names[] = {{0x1, "nopromisc"}, {0x2, "nodst"}, {0, NULL}};

const char *link_type_word(uint16_t type) {
    switch (type) {
    case ARPHRD_ETHER:
        return "ether";
    case ARPHRD_INFINIBAND:
        return "infiniband";
    case ARPHRD_CAN:
        return "can";
    case ARPHRD_PPP:
        return "ppp";
    case ARPHRD_RAWIP:
        return "rawip";
    case ARPHRD_TUNNEL:
        return "ipip";
    case ARPHRD_TUNNEL6:
        return "tunnel6";
    case ARPHRD_LOOPBACK:
        return "loopback";
    case ARPHRD_SIT:
        return "sit";
    case ARPHRD_IPGRE:
        return "gre";
    case ARPHRD_PIMREG:
        return "pimreg";
    case ARPHRD_IEEE80211:
        return "ieee802.11";
    case ARPHRD_IEEE80211_RADIOTAP:
        return "ieee802.11/radiotap";
    case ARPHRD_IEEE802154:
        return "ieee802.15.4";
    case ARPHRD_IP6GRE:
        return "gre6";
    case ARPHRD_NETLINK:
        return "netlink";
    case ARPHRD_VSOCKMON:
        return "vsockmon";
    case ARPHRD_NONE:
        return "none";
    case ARPHRD_VOID:
        return "void";
    default:
        return NULL;
    }
}

const char *link_scope_word(uint8_t scope) {
    switch (scope) {
    case 0:
        return "global";
    case 200:
        return "site";
    case 253:
        return "link";
    case 254:
        return "host";
    case 255:
        return "nowhere";
    default:
        return NULL;
    }
}

const char *link_vlan_protocol_word(uint64_t protocol) {
    if (protocol == ETH_P_8021Q)
        return "802.1Q";
    return protocol == ETH_P_8021AD ? "802.1ad" : NULL;
}

const char *link_tunnel_protocol_word(bool over_ipv6, uint64_t protocol) {
    switch (protocol) {
    case 0:
        return "any";
    case IPPROTO_IPIP:
        return over_ipv6 ? "ipip6" : "ipip";
    case IPPROTO_IPV6:
        return over_ipv6 ? "ip6ip6" : "ip6ip";
    case IPPROTO_GRE:
        return "gre";
    case IPPROTO_MPLS:
        return "mplsip";
    default:
        return NULL;
    }
}
