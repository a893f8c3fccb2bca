// SPDX-License-Identifier: GPL-2.0-or-later
// The fields of an interface. Keys are those of ip(8)'s and bridge(8)'s JSON; what those keep in an
// object of its own (linkinfo, stats64) has its kind as prefix here.
#include <string.h>

#include <linux/if.h>

#include "model/link.h"
#include "model/link_duplicate.h"
#include "model/link_words.h"
#include "model/neighbour_words.h"

#define CENTISECONDS 100.0 // in a second: the unit of a bridge's times (USER_HZ)

static void set_text(struct value *ret, const char *text) {
    if (!text)
        return;
    ret->kind = VALUE_TEXT;
    ret->text = text;
}

// --- General -------------------------------------------------------------------------------------

static void get_flags(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct link *link = ref->row;
    ret->kind = VALUE_FLAGS;
    ret->flags.bits = link->flags;
    ret->flags.names = field->names;
    if ((link->flags & (IFF_UP | IFF_RUNNING)) == IFF_UP)
        ret->flags.bits |= LINK_NO_CARRIER;
}

static void get_link_type(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct link *link = ref->row;
    const char *word = link_type_word(link->link_type);
    (void)field;
    if (word)
        value_set_text(ret, word);
    else
        value_printf(ret, "[%u]", link->link_type);
}

static void get_group(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct link *link = ref->row;
    (void)field;
    if (link->group == 0)
        value_set_text(ret, "default");
    else
        value_printf(ret, "%u", link->group);
}

// The two low bits of the first octet say it (IEEE 802, 8.2).
static void get_address_class(const struct row_ref *ref, const struct field *field,
                              struct value *ret) {
    static const struct lladdr none = {.length = 6}; // of a loopback device
    const struct link *link = ref->row;
    (void)field;
    if (link->address.length != 6 || lladdr_compare(&link->address, &none) == 0)
        return;
    bool local = link->address.bytes[0] & 2, group = link->address.bytes[0] & 1;
    value_printf(ret, "%s %s", local ? "local" : "universal", group ? "group" : "unicast");
}

static void get_altnames(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct link *link = ref->row;
    (void)field;
    if (link->altname_count == 0)
        return;
    ret->kind = VALUE_TEXTS;
    ret->texts.items = link->altnames;
    ret->texts.count = link->altname_count;
}

// --- Other ends ----------------------------------------------------------------------------------

static void get_link_netns(const struct row_ref *ref, const struct field *field,
                           struct value *ret) {
    const struct link *link = ref->row;
    const struct node_netns *there =
        link->link_netns != 0 ? node_find(ref->node, link->link_netns) : NULL;
    (void)field;
    if (there)
        set_text(ret, there->netns->name);
}

static void get_peer(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct netns *netns;
    const struct link *other = link_is_pair(ref->row) ? link_other_end(ref, &netns) : NULL;
    (void)field;
    if (other)
        set_text(ret, other->ifname);
}

static void get_peer_netns(const struct row_ref *ref, const struct field *field,
                           struct value *ret) {
    const struct link *link = ref->row;
    if (!link_is_pair(link))
        return;
    if (link->link_netnsid.known)
        get_link_netns(ref, field, ret);
    else if (link->link.known)
        set_text(ret, ref->netns->name);
}

static bool is_up(const struct link *link) {
    return link->operstate == IF_OPER_UP || link->operstate == IF_OPER_UNKNOWN;
}

// An end that is not known to the node counts as this one: an end has carrier only if both are up.
static void get_pair_state(const struct row_ref *ref, const struct field *field,
                           struct value *ret) {
    const struct link *link = ref->row;
    const struct netns *netns;
    (void)field;
    if (!link_is_pair(link))
        return;
    const struct link *other = link_other_end(ref, &netns);
    bool up = is_up(link) && (!other || is_up(other));
    value_set_text(ret, up ? "up" : "down");
}

// --- Records and lists ---------------------------------------------------------------------------

static void get_addresses(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct link *link = ref->row;
    ret->kind = VALUE_RECORDS;
    ret->records.type = field->names;
    ret->records.items = link->addr_info;
    ret->records.count = link->addr_count;
}

static void get_programs(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct link *link = ref->row;
    if (link->program_count == 0)
        return;
    ret->kind = VALUE_RECORDS;
    ret->records.type = field->names;
    ret->records.items = link->programs;
    ret->records.count = link->program_count;
}

static void get_port_vlans(const struct row_ref *ref, const struct field *field,
                           struct value *ret) {
    const struct link *link = ref->row;
    (void)field;
    if (link->vlan_count == 0)
        return;
    ret->kind = VALUE_TEXTS;
    ret->texts.items = link->vlan_texts;
    ret->texts.count = link->vlan_count;
}

// --- Counters ------------------------------------------------------------------------------------

static size_t counter_of(const struct field *field) {
    return (field->offset - offsetof(struct link, counters)) / sizeof(uint64_t);
}

static const struct history *history_of(const struct row_ref *ref) {
    const struct node_netns *entry = node_find(ref->node, ref->netns->inode);
    return entry ? entry->histories[KIND_INTERFACES] : NULL;
}

static void get_counter(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct link *link = ref->row;
    const struct history *history = history_of(ref);
    ret->kind = VALUE_UINT;
    ret->uint = link->counters[counter_of(field)];
    if (history)
        history_latest(history, (uint64_t)link->ifindex, counter_of(field), &ret->uint);
}

static void get_rate(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct link *link = ref->row;
    const struct history *history = history_of(ref);
    double rate;
    if (!history || !history_rate(history, (uint64_t)link->ifindex, counter_of(field), &rate))
        return;
    ret->kind = VALUE_REAL;
    ret->real = rate;
}

// --- Kinds ---------------------------------------------------------------------------------------

static const struct maybe *maybe_at(const struct row_ref *ref, const struct field *field) {
    return (const struct maybe *)((const char *)ref->row + field->offset);
}

static void get_vlan_protocol(const struct row_ref *ref, const struct field *field,
                              struct value *ret) {
    const struct maybe *protocol = maybe_at(ref, field);
    const char *word = protocol->known ? link_vlan_protocol_word(protocol->value) : NULL;
    if (word)
        value_set_text(ret, word);
    else if (protocol->known)
        value_printf(ret, "0x%04llx", (unsigned long long)protocol->value);
}

static void get_tunnel_protocol(const struct row_ref *ref, const struct field *field,
                                struct value *ret) {
    const struct link_as_tunnel *tunnel = ref->row;
    const struct maybe *protocol = maybe_at(ref, field);
    const char *word =
        protocol->known ? link_tunnel_protocol_word(tunnel->ip6tnl, protocol->value) : NULL;
    if (word)
        value_set_text(ret, word);
    else if (protocol->known)
        value_printf(ret, "%llu", (unsigned long long)protocol->value);
}

static void get_centiseconds(const struct row_ref *ref, const struct field *field,
                             struct value *ret) {
    const struct maybe *time = maybe_at(ref, field);
    if (!time->known)
        return;
    ret->kind = VALUE_REAL;
    ret->real = (double)time->value / CENTISECONDS;
}

// The word that begins an IPv6 header has both (RFC 8200, 3): 4 bits of version, 8, 20.
static void get_traffic_class(const struct row_ref *ref, const struct field *field,
                              struct value *ret) {
    const struct maybe *flowinfo = maybe_at(ref, field);
    if (!flowinfo->known)
        return;
    ret->kind = VALUE_UINT;
    ret->uint = flowinfo->value >> 20 & 0xff;
}

static void get_flow_label(const struct row_ref *ref, const struct field *field,
                           struct value *ret) {
    const struct maybe *flowinfo = maybe_at(ref, field);
    if (!flowinfo->known)
        return;
    ret->kind = VALUE_UINT;
    ret->uint = flowinfo->value & 0xfffff;
}

// The name of an interface of the same namespace, by its index.
static void get_index_name(const struct row_ref *ref, const struct field *field,
                           struct value *ret) {
    const struct maybe *index = maybe_at(ref, field);
    const struct link *other =
        index->known && index->value != 0
            ? link_find(node_table(ref->node, ref->netns->inode, KIND_INTERFACES),
                        (int32_t)index->value)
            : NULL;
    if (other)
        set_text(ret, other->ifname);
}

// A setting for which the kernel has -1 where the device forbids it.
static void get_signed(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct maybe *setting = (const void *)((const char *)ref->row + field->offset);
    if (!setting->known)
        return;
    ret->kind = VALUE_INT;
    ret->sint = (int32_t)(uint32_t)setting->value;
}

// clang-format off

// A getter of this file for the member at an offset.
#define MEMBER_BY(key, member, title, type, getter, help)                                          \
    FIELD_WITH(key, struct link, member, title, type, getter, NULL, help)
#define COUNTER(key, counter, title, type, help)                                                   \
    MEMBER_BY(key, counters[counter], title, type, get_counter, help)
#define RATE(key, counter, title, type, help)                                                      \
    MEMBER_BY(key, counters[counter], title, type, get_rate, help)
#define LINK(member, title, type, help) FIELD(struct link, member, title, type, help)
#define KIND(key, member, title, type, help) FIELD_AS(key, struct link, member, title, type, help)
#define SIGNED(key, member, title, help) MEMBER_BY(key, member, title, FIELD_NUMBER, get_signed, help)
#define WORD(key, member, title, names, help)                                                      \
    FIELD_OF_ENUM(key, struct link, member, title, names, help)


// A member of what stands behind a pointer (model/link_as.h).
#define AS(key, as, member, title, type, help)                                                     \
    FIELD_BEHIND(key, struct link, as, member, title, type, help)
#define AS_WORD(key, as, member, title, names, help)                                               \
    FIELD_OF_ENUM_BEHIND(key, struct link, as, member, title, names, help)
#define AS_BY(key, as, member, title, type, getter, help)                                          \
    FIELD_BEHIND_WITH(key, struct link, as, member, title, type, getter, NULL, help)

static const struct field fields[] = {
    FIELD_BY("netns", "NAMESPACE", FIELD_NETNS, field_get_netns, "namespace that the interface is in"),
    LINK(ifindex, "INDEX", FIELD_NUMBER, "index in its namespace"),
    LINK(ifname, "NAME", FIELD_INTERFACE, "name"),
    LINK(info_kind, "KIND", FIELD_TEXT, "what sort of device it is: the kernel's word, or loopback, physical, virtual"),
    LINK(info_slave_kind, "SLAVE KIND", FIELD_TEXT, "what it is a part of: bridge, bond, vrf"),
    FIELD_WITH("flags", struct link, flags, "FLAGS", FIELD_FLAGS, get_flags, link_flag_names, "flags, as ip-link(8) shows them"),
    WORD("operstate", operstate, "STATE", &link_operstate_names, "operational state (RFC 2863)"),
    LINK(carrier, "CARRIER", FIELD_BOOLEAN, "whether the other end of the line is there"),
    LINK(carrier_changes, "CARRIER CHANGES", FIELD_COUNT, "how often the carrier came or went"),
    WORD("linkmode", linkmode, "MODE", &link_linkmode_names, "what follows on carrier"),
    FIELD_BY("link_type", "TYPE", FIELD_TEXT, get_link_type, "link-layer type: ether, loopback, none ..."),
    LINK(mtu, "MTU", FIELD_BYTES, "largest packet that it carries, in bytes"),
    LINK(min_mtu, "MIN MTU", FIELD_BYTES, "smallest MTU that can be set"),
    LINK(max_mtu, "MAX MTU", FIELD_BYTES, "largest MTU that can be set"),
    LINK(address, "MAC", FIELD_LLADDR, "link-layer address"),
    FIELD_BY("address_class", "MAC CLASS", FIELD_TEXT, get_address_class, "universal or local, unicast or group"),
    AS("permaddr", hardware, permaddr, "PERMANENT MAC", FIELD_LLADDR, "link-layer address that the hardware came with"),
    LINK(broadcast, "BROADCAST", FIELD_LLADDR, "link-layer broadcast address, or a tunnel's other end"),
    FIELD_RECORDS_BY("addr_info", "ADDRESSES", get_addresses, &link_address_type, "IPv4 and IPv6 addresses"),
    FIELD_AS("master", struct link, master_name, "MASTER", FIELD_INTERFACE, "bridge, bond or VRF that it is a part of"),
    FIELD_AS("link", struct link, link_name, "LINK", FIELD_INTERFACE, "lower device, or the other end of a pair, in the same namespace"),
    FIELD_AS("link_index", struct link, link, "LINK INDEX", FIELD_NUMBER, "index of the lower device or other end"),
    LINK(link_netnsid, "LINK NSID", FIELD_NUMBER, "the kernel's id for the namespace of the lower device or other end"),
    FIELD_BY("link_netns", "LINK NAMESPACE", FIELD_NETNS, get_link_netns, "namespace of the lower device or other end, if another"),
    FIELD_BY("peer", "PEER", FIELD_INTERFACE, get_peer, "name of a pair's other end"),
    FIELD_BY("peer_netns", "PEER NAMESPACE", FIELD_NETNS, get_peer_netns, "namespace of a pair's other end"),
    FIELD_BY("pair_state", "PAIR", FIELD_TEXT, get_pair_state, "of a pair: up, or down if either end is"),
    LINK(qdisc, "QDISC", FIELD_TEXT, "queueing discipline"),
    FIELD_BY("group", "GROUP", FIELD_TEXT, get_group, "group of interfaces"),
    LINK(txqlen, "TX QUEUE", FIELD_COUNT, "packets that its queue holds"),
    LINK(num_tx_queues, "TX QUEUES", FIELD_COUNT, "transmit queues"),
    LINK(num_rx_queues, "RX QUEUES", FIELD_COUNT, "receive queues"),
    LINK(gso_max_size, "GSO SIZE", FIELD_BYTES, "largest packet before segmentation"),
    LINK(gso_max_segs, "GSO SEGMENTS", FIELD_COUNT, "most segments of such a packet"),
    LINK(tso_max_size, "TSO SIZE", FIELD_BYTES, "largest packet that the device segments"),
    LINK(tso_max_segs, "TSO SEGMENTS", FIELD_COUNT, "most segments that the device makes"),
    LINK(gro_max_size, "GRO SIZE", FIELD_BYTES, "largest packet that is put together on receipt"),
    LINK(ifalias, "ALIAS", FIELD_TEXT, "alias, free text"),
    FIELD_BY("altnames", "ALTNAMES", FIELD_LIST, get_altnames, "alternative names"),
    LINK(promiscuity, "PROMISCUITY", FIELD_COUNT, "how many want all packets"),
    LINK(allmulti, "ALLMULTI", FIELD_COUNT, "how many want all multicast packets"),
    AS("parentbus", hardware, parentbus, "BUS", FIELD_TEXT, "bus of the hardware"),
    AS("parentdev", hardware, parentdev, "DEVICE", FIELD_TEXT, "the hardware on its bus"),
    LINK(proto_down, "PROTO DOWN", FIELD_BOOLEAN, "held down by a protocol"),
    {"duplicate", "DUPLICATE", FIELD_FLAGS, link_get_duplicate, 0, neighbour_duplicate_names, "address, lladdr: another interface on its segment has it too", 0},
    FIELD_BY("address_claims", "ADDRESS OF", FIELD_LIST, link_get_address_claims, "the interfaces that have the first of its addresses that stands twice"),
    FIELD_BY("lladdr_claims", "LLADDR OF", FIELD_LIST, link_get_lladdr_claims, "the interfaces that have its link-layer address, if they share it"),
    FIELD_RECORDS_BY("programs", "PROGRAMS", get_programs, &link_program_type, "BPF programs on its way: XDP, tc"),

    RATE("rx_bytes_rate", LINK_RX_BYTES, "RX/S", FIELD_BYTES_RATE, "bytes received a second"),
    RATE("tx_bytes_rate", LINK_TX_BYTES, "TX/S", FIELD_BYTES_RATE, "bytes sent a second"),
    RATE("rx_packets_rate", LINK_RX_PACKETS, "RX PKT/S", FIELD_COUNT_RATE, "packets received a second"),
    RATE("tx_packets_rate", LINK_TX_PACKETS, "TX PKT/S", FIELD_COUNT_RATE, "packets sent a second"),
    RATE("rx_errors_rate", LINK_RX_ERRORS, "RX ERR/S", FIELD_COUNT_RATE, "receive errors a second"),
    RATE("tx_errors_rate", LINK_TX_ERRORS, "TX ERR/S", FIELD_COUNT_RATE, "transmit errors a second"),
    RATE("rx_dropped_rate", LINK_RX_DROPPED, "RX DROP/S", FIELD_COUNT_RATE, "received packets dropped a second"),
    RATE("tx_dropped_rate", LINK_TX_DROPPED, "TX DROP/S", FIELD_COUNT_RATE, "packets to send dropped a second"),
    COUNTER("rx_bytes", LINK_RX_BYTES, "RX BYTES", FIELD_BYTES, "bytes received"),
    COUNTER("rx_packets", LINK_RX_PACKETS, "RX PACKETS", FIELD_COUNT, "packets received"),
    COUNTER("rx_errors", LINK_RX_ERRORS, "RX ERRORS", FIELD_COUNT, "receive errors of all sorts"),
    COUNTER("rx_dropped", LINK_RX_DROPPED, "RX DROPPED", FIELD_COUNT, "received packets that were dropped"),
    LINK(rx_over_errors, "RX OVER", FIELD_COUNT, "receive errors: too many at once"),
    LINK(rx_multicast, "RX MULTICAST", FIELD_COUNT, "multicast packets received"),
    LINK(rx_compressed, "RX COMPRESSED", FIELD_COUNT, "compressed packets received"),
    LINK(rx_length_errors, "RX LENGTH", FIELD_COUNT, "receive errors: length"),
    LINK(rx_crc_errors, "RX CRC", FIELD_COUNT, "receive errors: checksum"),
    LINK(rx_frame_errors, "RX FRAME", FIELD_COUNT, "receive errors: alignment"),
    LINK(rx_fifo_errors, "RX FIFO", FIELD_COUNT, "receive errors: overrun"),
    LINK(rx_missed_errors, "RX MISSED", FIELD_COUNT, "packets that the host had no room for"),
    LINK(rx_nohandler, "RX NOHANDLER", FIELD_COUNT, "packets that nobody wanted"),
    COUNTER("tx_bytes", LINK_TX_BYTES, "TX BYTES", FIELD_BYTES, "bytes sent"),
    COUNTER("tx_packets", LINK_TX_PACKETS, "TX PACKETS", FIELD_COUNT, "packets sent"),
    COUNTER("tx_errors", LINK_TX_ERRORS, "TX ERRORS", FIELD_COUNT, "transmit errors of all sorts"),
    COUNTER("tx_dropped", LINK_TX_DROPPED, "TX DROPPED", FIELD_COUNT, "packets to send that were dropped"),
    LINK(tx_carrier_errors, "TX CARRIER", FIELD_COUNT, "transmit errors: no carrier"),
    LINK(tx_collisions, "COLLISIONS", FIELD_COUNT, "collisions"),
    LINK(tx_compressed, "TX COMPRESSED", FIELD_COUNT, "compressed packets sent"),
    LINK(tx_aborted_errors, "TX ABORTED", FIELD_COUNT, "transmit errors: given up"),
    LINK(tx_fifo_errors, "TX FIFO", FIELD_COUNT, "transmit errors: underrun"),
    LINK(tx_heartbeat_errors, "TX HEARTBEAT", FIELD_COUNT, "transmit errors: heartbeat"),
    LINK(tx_window_errors, "TX WINDOW", FIELD_COUNT, "transmit errors: late collision"),

    KIND("ipv4_forwarding", ipv4.forwarding, "FORWARDING 4", FIELD_BOOLEAN, "whether IPv4 is routed that comes in here"),
    WORD("ipv4_rp_filter", ipv4.rp_filter, "RP FILTER", &link_rp_filter_names, "reverse path filter set here: off, strict, loose"),
    WORD("ipv4_rp_filter_in_effect", ipv4.rp_filter_in_effect, "RP FILTER USED", &link_rp_filter_names, "reverse path filter in effect: the greater of this one's and that of 'all'"),
    KIND("ipv4_proxy_arp", ipv4.proxy_arp, "PROXY ARP", FIELD_BOOLEAN, "whether ARP is answered for others"),
    KIND("ipv4_arp_ignore", ipv4.arp_ignore, "ARP IGNORE", FIELD_NUMBER, "which ARP requests are answered"),
    KIND("ipv4_arp_announce", ipv4.arp_announce, "ARP ANNOUNCE", FIELD_NUMBER, "which own address ARP requests carry"),
    KIND("ipv4_accept_local", ipv4.accept_local, "ACCEPT LOCAL", FIELD_BOOLEAN, "whether packets from own addresses are taken"),
    KIND("ipv4_route_localnet", ipv4.route_localnet, "ROUTE LOCALNET", FIELD_BOOLEAN, "whether 127.0.0.0/8 is routed"),
    KIND("ipv4_log_martians", ipv4.log_martians, "LOG MARTIANS", FIELD_BOOLEAN, "whether impossible addresses are logged"),
    KIND("ipv6_forwarding", ipv6.forwarding, "FORWARDING 6", FIELD_BOOLEAN, "whether it acts as an IPv6 router"),
    KIND("ipv6_disabled", ipv6.disabled, "IPV6 OFF", FIELD_BOOLEAN, "whether IPv6 is off"),
    KIND("ipv6_accept_ra", ipv6.accept_ra, "ACCEPT RA", FIELD_NUMBER, "router advertisements: 0 no, 1 unless forwarding, 2 always"),
    SIGNED("ipv6_accept_dad", ipv6.accept_dad, "ACCEPT DAD", "duplicate address detection: 0 off, 1 on, 2 IPv6 off on failure, -1 not for this device"),
    KIND("ipv6_autoconf", ipv6.autoconf, "AUTOCONF", FIELD_BOOLEAN, "whether addresses are made from advertised prefixes"),
    KIND("ipv6_proxy_ndp", ipv6.proxy_ndp, "PROXY NDP", FIELD_BOOLEAN, "whether neighbour solicitations are answered for others"),
    SIGNED("ipv6_use_tempaddr", ipv6.use_tempaddr, "TEMPADDR", "temporary addresses: 0 none, 1 made, 2 preferred, -1 not for this device"),
    WORD("ipv6_addr_gen_mode", ipv6.addr_gen_mode, "ADDR GEN", &link_addr_gen_names, "how link-local addresses are made"),

    AS("vlan_id", vlan, id, "VLAN", FIELD_NUMBER, "VLAN id"),
    AS_BY("vlan_protocol", vlan, protocol, "VLAN PROTOCOL", FIELD_TEXT, get_vlan_protocol, "802.1Q or 802.1ad"),
    FIELD_OF_FLAGS_BEHIND("vlan_flags", struct link, vlan, flags, "VLAN FLAGS", link_vlan_flag_names, "flags of the VLAN device"),
    AS("vxlan_vni", vxlan, id, "VNI", FIELD_NUMBER, "VXLAN network identifier"),
    AS("vxlan_remote", vxlan, remote, "VXLAN REMOTE", FIELD_ADDRESS, "the one other end"),
    AS("vxlan_group", vxlan, group, "VXLAN GROUP", FIELD_ADDRESS, "multicast group that unknown destinations are sent to"),
    AS("vxlan_local", vxlan, local, "VXLAN LOCAL", FIELD_ADDRESS, "own address of the tunnel"),
    AS("vxlan_link", vxlan, link_name, "VXLAN LINK", FIELD_INTERFACE, "device that carries it"),
    AS("vxlan_port", vxlan, port, "VXLAN PORT", FIELD_NUMBER, "UDP destination port"),
    AS("vxlan_port_low", vxlan, port_low, "VXLAN PORT LOW", FIELD_NUMBER, "first of the UDP source ports"),
    AS("vxlan_port_high", vxlan, port_high, "VXLAN PORT HIGH", FIELD_NUMBER, "last of the UDP source ports"),
    AS("vxlan_learning", vxlan, learning, "VXLAN LEARNING", FIELD_BOOLEAN, "whether other ends are learnt from packets"),
    AS("vxlan_ttl", vxlan, ttl, "VXLAN TTL", FIELD_NUMBER, "TTL of outer packets; 0: the default"),
    AS("vxlan_tos", vxlan, tos, "VXLAN TOS", FIELD_NUMBER, "TOS of outer packets; 1: that of the inner"),
    AS("vxlan_ageing", vxlan, ageing, "VXLAN AGEING", FIELD_DURATION, "seconds until a learnt entry goes"),
    AS("vxlan_limit", vxlan, limit, "VXLAN LIMIT", FIELD_COUNT, "most learnt entries; 0: no limit"),
    AS("vxlan_proxy", vxlan, proxy, "VXLAN PROXY", FIELD_BOOLEAN, "whether it answers ARP itself"),
    AS("vxlan_rsc", vxlan, rsc, "VXLAN RSC", FIELD_BOOLEAN, "whether it short-circuits routes"),
    AS("vxlan_l2miss", vxlan, l2miss, "L2MISS", FIELD_BOOLEAN, "whether it tells of unknown MAC addresses"),
    AS("vxlan_l3miss", vxlan, l3miss, "L3MISS", FIELD_BOOLEAN, "whether it tells of unknown IP addresses"),
    AS("vxlan_collect_metadata", vxlan, collect_metadata, "VXLAN EXTERNAL", FIELD_BOOLEAN, "whether routes or programs set the tunnel's data"),
    AS("vxlan_udp_csum", vxlan, udp_csum, "VXLAN CSUM", FIELD_BOOLEAN, "whether outer IPv4 packets have a UDP checksum"),
    AS("vxlan_gbp", vxlan, gbp, "VXLAN GBP", FIELD_BOOLEAN, "group policy extension"),
    AS("geneve_vni", geneve, id, "GENEVE VNI", FIELD_NUMBER, "Geneve network identifier"),
    AS("geneve_remote", geneve, remote, "GENEVE REMOTE", FIELD_ADDRESS, "the other end"),
    AS("geneve_port", geneve, port, "GENEVE PORT", FIELD_NUMBER, "UDP destination port"),
    AS("geneve_ttl", geneve, ttl, "GENEVE TTL", FIELD_NUMBER, "TTL of outer packets; 0: the default"),
    AS("geneve_tos", geneve, tos, "GENEVE TOS", FIELD_NUMBER, "TOS of outer packets; 1: that of the inner"),
    AS("geneve_collect_metadata", geneve, collect_metadata, "GENEVE EXTERNAL", FIELD_BOOLEAN, "whether routes or programs set the tunnel's data"),
    AS("tunnel_local", tunnel, local, "TUNNEL LOCAL", FIELD_ADDRESS, "own address of the tunnel"),
    AS("tunnel_remote", tunnel, remote, "TUNNEL REMOTE", FIELD_ADDRESS, "the other end"),
    AS("tunnel_link", tunnel, link_name, "TUNNEL LINK", FIELD_INTERFACE, "device that carries it"),
    AS_BY("tunnel_proto", tunnel, proto, "TUNNEL PROTOCOL", FIELD_TEXT, get_tunnel_protocol, "what it carries: ipip, ip6ip, any ..."),
    AS("tunnel_ttl", tunnel, ttl, "TUNNEL TTL", FIELD_NUMBER, "TTL of outer packets; 0: that of the inner"),
    AS("tunnel_tos", tunnel, tos, "TUNNEL TOS", FIELD_NUMBER, "TOS of outer packets; 1: that of the inner"),
    AS("tunnel_pmtudisc", tunnel, pmtudisc, "PMTU DISCOVERY", FIELD_BOOLEAN, "whether the path's MTU is found out"),
    AS("tunnel_ikey", tunnel, ikey, "IN KEY", FIELD_NUMBER, "key of packets that come"),
    AS("tunnel_okey", tunnel, okey, "OUT KEY", FIELD_NUMBER, "key of packets that go"),
    AS("tunnel_encap_limit", tunnel, encap_limit, "ENCAP LIMIT", FIELD_NUMBER, "how many tunnels in each other"),
    AS_BY("tunnel_tclass", tunnel, flowinfo, "TRAFFIC CLASS", FIELD_NUMBER, get_traffic_class, "traffic class of outer IPv6 packets"),
    AS_BY("tunnel_flowlabel", tunnel, flowinfo, "FLOW LABEL", FIELD_NUMBER, get_flow_label, "flow label of outer IPv6 packets"),
    AS("tunnel_collect_metadata", tunnel, collect_metadata, "EXTERNAL", FIELD_BOOLEAN, "whether routes or programs set the tunnel's data"),
    AS("tunnel_fwmark", tunnel, fwmark, "FWMARK", FIELD_NUMBER, "firewall mark of outer packets"),

    AS("bridge_stp_state", bridge, stp_state, "STP", FIELD_NUMBER, "spanning tree: 0 off, 1 the kernel's, 2 a program's"),
    AS("bridge_vlan_filtering", bridge, vlan_filtering, "VLAN FILTERING", FIELD_BOOLEAN, "whether VLANs are kept apart"),
    AS_BY("bridge_vlan_protocol", bridge, vlan_protocol, "BRIDGE PROTOCOL", FIELD_TEXT, get_vlan_protocol, "802.1Q or 802.1ad"),
    AS("bridge_default_pvid", bridge, default_pvid, "DEFAULT PVID", FIELD_NUMBER, "VLAN of packets without a tag"),
    AS_BY("bridge_ageing_time", bridge, ageing_time, "AGEING", FIELD_DURATION, get_centiseconds, "seconds until a learnt entry goes"),
    AS_BY("bridge_forward_delay", bridge, forward_delay, "FORWARD DELAY", FIELD_DURATION, get_centiseconds, "seconds that a port listens and learns"),
    AS_BY("bridge_hello_time", bridge, hello_time, "HELLO", FIELD_DURATION, get_centiseconds, "seconds between hello packets"),
    AS_BY("bridge_max_age", bridge, max_age, "MAX AGE", FIELD_DURATION, get_centiseconds, "seconds until a silent bridge is taken for dead"),
    AS("bridge_priority", bridge, priority, "BRIDGE PRIORITY", FIELD_NUMBER, "priority in the spanning tree"),
    AS("bridge_id", bridge, bridge_id, "BRIDGE ID", FIELD_TEXT, "id in the spanning tree"),
    AS("bridge_root_id", bridge, root_id, "ROOT ID", FIELD_TEXT, "id of the tree's root"),
    AS("bridge_root_port", bridge, root_port, "ROOT PORT", FIELD_NUMBER, "port towards the root; 0: it is the root"),
    AS("bridge_root_path_cost", bridge, root_path_cost, "ROOT COST", FIELD_NUMBER, "cost of the way to the root"),
    AS("bridge_topology_change", bridge, topology_change, "TOPOLOGY CHANGE", FIELD_BOOLEAN, "whether the tree is changing"),
    AS("bridge_mcast_snooping", bridge, mcast_snooping, "SNOOPING", FIELD_BOOLEAN, "whether it learns who listens to which multicast group"),
    AS("bridge_group_fwd_mask", bridge, group_fwd_mask, "GROUP FWD MASK", FIELD_NUMBER, "link-local groups that are forwarded"),
    AS("bridge_nf_call_iptables", bridge, nf_call_iptables, "CALL IPTABLES", FIELD_BOOLEAN, "whether bridged IPv4 passes iptables, set here"),
    AS("bridge_nf_call_ip6tables", bridge, nf_call_ip6tables, "CALL IP6TABLES", FIELD_BOOLEAN, "whether bridged IPv6 passes ip6tables, set here"),
    AS("bridge_nf_call_arptables", bridge, nf_call_arptables, "CALL ARPTABLES", FIELD_BOOLEAN, "whether bridged ARP passes arptables, set here"),
    AS_WORD("port_state", port, state, "PORT STATE", &link_port_state_names, "as a bridge port: disabled, listening, learning, forwarding, blocking"),
    AS("port_priority", port, priority, "PORT PRIORITY", FIELD_NUMBER, "priority in the spanning tree"),
    AS("port_cost", port, cost, "PORT COST", FIELD_NUMBER, "cost in the spanning tree"),
    AS("port_no", port, port_no, "PORT NUMBER", FIELD_NUMBER, "number on the bridge"),
    AS("port_hairpin", port, hairpin, "HAIRPIN", FIELD_BOOLEAN, "whether packets may go back out where they came in"),
    AS("port_guard", port, guard, "GUARD", FIELD_BOOLEAN, "whether spanning tree packets take it down"),
    AS("port_root_block", port, root_block, "ROOT BLOCK", FIELD_BOOLEAN, "whether it may not become the root port"),
    AS("port_fastleave", port, fastleave, "FASTLEAVE", FIELD_BOOLEAN, "whether multicast stops at once on leave"),
    AS("port_learning", port, learning, "LEARNING", FIELD_BOOLEAN, "whether MAC addresses are learnt"),
    AS("port_flood", port, flood, "FLOOD", FIELD_BOOLEAN, "whether unknown unicast is sent out here"),
    AS("port_mcast_flood", port, mcast_flood, "MCAST FLOOD", FIELD_BOOLEAN, "whether unknown multicast is sent out here"),
    AS("port_bcast_flood", port, bcast_flood, "BCAST FLOOD", FIELD_BOOLEAN, "whether broadcast is sent out here"),
    AS("port_proxy_arp", port, proxy_arp, "PORT PROXY ARP", FIELD_BOOLEAN, "whether ARP is answered for others"),
    AS("port_proxy_arp_wifi", port, proxy_arp_wifi, "PROXY ARP WIFI", FIELD_BOOLEAN, "the same as IEEE 802.11 wants it"),
    AS("port_neigh_suppress", port, neigh_suppress, "NEIGH SUPPRESS", FIELD_BOOLEAN, "whether ARP and neighbour discovery are held back"),
    AS("port_isolated", port, isolated, "ISOLATED", FIELD_BOOLEAN, "whether it may talk to ports that are not isolated only"),
    AS("port_vlan_tunnel", port, vlan_tunnel, "VLAN TUNNEL", FIELD_BOOLEAN, "whether VLANs are mapped to tunnels"),
    AS("port_locked", port, locked, "LOCKED", FIELD_BOOLEAN, "whether unknown MAC addresses are kept out"),
    AS("port_designated_bridge", port, designated_bridge, "DESIGNATED BRIDGE", FIELD_TEXT, "bridge that serves the segment"),
    AS("port_root_id", port, root_id, "PORT ROOT", FIELD_TEXT, "id of the tree's root"),
    FIELD_BY("port_vlans", "VLANS", FIELD_LIST, get_port_vlans, "VLANs of a bridge port, with PVID and untagged"),

    AS_WORD("macvlan_mode", macvlan, mode, "MACVLAN MODE", &link_macvlan_names, "private, vepa, bridge, passthru, source"),
    FIELD_OF_FLAGS_BEHIND("macvlan_flags", struct link, macvlan, flags, "MACVLAN FLAGS", link_macvlan_flag_names, "flags of the macvlan"),
    AS_WORD("ipvlan_mode", ipvlan, mode, "IPVLAN MODE", &link_ipvlan_names, "l2, l3, l3s"),
    FIELD_OF_FLAGS_BEHIND("ipvlan_flags", struct link, ipvlan, flags, "IPVLAN FLAGS", link_ipvlan_flag_names, "flags of the ipvlan; none: bridge"),
    AS_WORD("bond_mode", bond, mode, "BOND MODE", &link_bond_names, "balance-rr, active-backup, 802.3ad ..."),
    AS("bond_miimon", bond, miimon, "MIIMON", FIELD_NUMBER, "milliseconds between checks of the members"),
    AS("bond_updelay", bond, updelay, "UPDELAY", FIELD_NUMBER, "milliseconds until a member that came up is used"),
    AS("bond_downdelay", bond, downdelay, "DOWNDELAY", FIELD_NUMBER, "milliseconds until a member that went down is left"),
    AS_BY("bond_active_slave", bond, active_slave, "ACTIVE MEMBER", FIELD_INTERFACE, get_index_name, "the member in use"),
    AS_WORD("bond_xmit_hash_policy", bond, xmit_hash_policy, "HASH POLICY", &link_bond_hash_names, "what chooses the member"),
    AS_WORD("bond_lacp_rate", bond, lacp_rate, "LACP RATE", &link_bond_lacp_names, "slow or fast"),
    AS_WORD("bond_ad_select", bond, ad_select, "AD SELECT", &link_bond_select_names, "stable, bandwidth, count"),
    AS("bond_min_links", bond, min_links, "MIN LINKS", FIELD_COUNT, "members without which it has no carrier"),
    AS_WORD("bond_slave_state", bond_slave, state, "MEMBER STATE", &link_bond_state_names, "as a bond's member: ACTIVE or BACKUP"),
    AS_WORD("bond_slave_mii_status", bond_slave, mii_status, "MEMBER MII", &link_mii_names, "UP, GOING_DOWN, DOWN, GOING_BACK"),
    AS("bond_slave_link_failure_count", bond_slave, link_failure_count, "MEMBER FAILURES", FIELD_COUNT, "how often it failed"),
    AS("bond_slave_perm_hwaddr", bond_slave, perm_hwaddr, "MEMBER MAC", FIELD_LLADDR, "its own link-layer address"),
    AS("bond_slave_queue_id", bond_slave, queue_id, "MEMBER QUEUE", FIELD_NUMBER, "queue id"),
    KIND("vrf_table", vrf_table, "VRF TABLE", FIELD_NUMBER, "routing table of the VRF that it is or is a member of"),
    AS_WORD("tun_type", tun, type, "TUN TYPE", &link_tun_names, "tun (packets) or tap (frames)"),
    AS("tun_pi", tun, pi, "TUN PI", FIELD_BOOLEAN, "whether packets have an information header"),
    AS("tun_vnet_hdr", tun, vnet_hdr, "TUN VNET HDR", FIELD_BOOLEAN, "whether packets have a virtio header"),
    AS("tun_multi_queue", tun, multi_queue, "TUN MULTI QUEUE", FIELD_BOOLEAN, "whether several queues can be opened"),
    AS("tun_persist", tun, persist, "TUN PERSIST", FIELD_BOOLEAN, "whether it stays when its program ends"),
    AS("tun_owner", tun, owner, "TUN OWNER", FIELD_NUMBER, "user who may open it"),
    AS("tun_group", tun, group, "TUN GROUP", FIELD_NUMBER, "group that may open it"),
    AS("tun_num_queues", tun, num_queues, "TUN QUEUES", FIELD_COUNT, "queues that are open"),
};
// clang-format on

static uint64_t identity(const void *row) {
    const struct link *link = row;
    return (uint64_t)link->ifindex;
}

const struct kind link_kind = {
    .name = "interfaces",
    .title = "Interfaces",
    .fields = fields,
    .field_count = sizeof(fields) / sizeof(fields[0]),
    .row_size = sizeof(struct link),
    .columns = "ifname,info_kind,operstate,mtu,address,addr_info,master,peer,peer_netns",
    .sort = "ifindex",
    .identity = identity,
    .help = "network interfaces",
};
