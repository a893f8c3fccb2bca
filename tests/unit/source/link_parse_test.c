// SPDX-License-Identifier: GPL-2.0-or-later
// The parsers of interfaces against messages of a real kernel (Debian's 6.1), one of each kind: the
// seeds of the fuzz target. What they should say is what `ip -d link` and `bridge` said there.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <linux/rtnetlink.h>

#include "model/link.h"
#include "model/netns.h"
#include "source/link_parse.h"
#include "source/netlink.h"

// --- Messages ------------------------------------------------------------------------------------

struct captured {
    _Alignas(struct nlmsghdr) char bytes[8192];
    size_t length;
    struct arena arena;
};

static const struct nlmsghdr *capture(struct captured *captured, const char *name) {
    const char *source = getenv("srcdir");
    char path[512];
    snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/link/%s", source ? source : ".", name);
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("%s is missing", path);
    captured->length = fread(captured->bytes, 1, sizeof(captured->bytes), file);
    fclose(file);
    captured->arena = ARENA_INIT;
    const struct nlmsghdr *message = (const void *)captured->bytes;
    assert_int_equal(message->nlmsg_len, captured->length);
    return message;
}

static struct table *parse_link(const char *name) {
    struct captured captured;
    struct table *table = table_new(&link_kind);
    struct link *link = table_add(table);
    assert_int_equal(link_parse(capture(&captured, name), &table->arena, link), 0);
    return table;
}

// --- Fields --------------------------------------------------------------------------------------

struct expected {
    const char *message, *key, *text; // text NULL: the field is absent
};

static void expect_field(const struct table *table, const struct expected *expected) {
    const struct netns netns = {.name = "here", .inode = 1};
    struct node *node = node_new();
    const struct row_ref ref = {node, &netns, table_row(table, 0)};
    const struct field *field = kind_find_field(&link_kind, expected->key, NULL);
    struct buffer text = BUFFER_INIT;
    struct value value;
    if (!field)
        fail_msg("no such field: %s", expected->key);
    field_read(field, &ref, &value);
    value_format(&value, &text);
    if (value.kind == VALUE_ABSENT
            ? expected->text != NULL
            : !expected->text || strcmp(buffer_text(&text), expected->text) != 0)
        fail_msg("%s: %s is '%s', not '%s'", expected->message, expected->key, buffer_text(&text),
                 expected->text ? expected->text : "(absent)");
    buffer_done(&text);
    node_free(node);
}

static const struct expected expectations[] = {
    {"link_lo", "ifname", "lo"},
    {"link_lo", "info_kind", "loopback"},
    {"link_lo", "flags", "LOOPBACK,UP,LOWER_UP"},
    {"link_lo", "operstate", "UNKNOWN"},
    {"link_lo", "link_type", "loopback"},
    {"link_lo", "mtu", "65536"},
    {"link_lo", "address_class", NULL},
    {"link_lo", "master", NULL},
    {"link_lo", "link_index", NULL},
    {"link_dummy0", "info_kind", "dummy"},
    {"link_dummy0", "mtu", "1400"},
    {"link_dummy0", "txqlen", "77"},
    {"link_dummy0", "address", "02:00:5e:00:53:01"},
    {"link_dummy0", "address_class", "local unicast"},
    {"link_dummy0", "ifalias", "uplink \"A\" of rack 7, München"},
    {"link_dummy0", "altnames", "uplink,longer-than-an-interface-name-may-be"},
    {"link_dummy0", "num_tx_queues", "4"},
    {"link_dummy0", "num_rx_queues", "2"},
    {"link_dummy0", "qdisc", "fq_codel"},
    {"link_dummy0", "ipv4_forwarding", "yes"},
    {"link_dummy0", "ipv6_forwarding", "yes"},
    {"link_dummy1", "group", "42"},
    {"link_dummy1", "promiscuity", "2"},
    {"link_dummy1", "ipv6_use_tempaddr", "2"},
    {"link_veth-blue.10", "info_kind", "vlan"},
    {"link_veth-blue.10", "vlan_id", "10"},
    {"link_veth-blue.10", "vlan_protocol", "802.1Q"},
    {"link_veth-blue.10", "vlan_flags", "LOOSE_BINDING"},
    {"link_customer", "vlan_id", "300"},
    {"link_veth-blue", "info_kind", "veth"},
    {"link_eth0-in-pod", "info_kind", "veth"},
    {"link_br0", "bridge_stp_state", "1"},
    {"link_br0", "bridge_priority", "4096"},
    {"link_br0", "bridge_forward_delay", "2.0"},
    {"link_br0", "bridge_hello_time", "1.0"},
    {"link_br0", "bridge_max_age", "6.0"},
    {"link_br0", "bridge_ageing_time", "4.0"},
    {"link_br0", "bridge_mcast_snooping", "no"},
    {"link_br0", "bridge_vlan_filtering", "no"},
    {"link_br1", "bridge_vlan_filtering", "yes"},
    {"link_br1", "bridge_default_pvid", "5"},
    {"link_br1", "bridge_vlan_protocol", "802.1Q"},
    {"link_br1", "bridge_nf_call_iptables", "yes"},
    {"link_br1", "bridge_group_fwd_mask", "8"},
    {"link_port1", "info_slave_kind", "bridge"},
    {"link_port1", "port_state", "forwarding"},
    {"link_port1", "port_cost", "17"},
    {"link_port1", "port_priority", "9"},
    {"link_port1", "port_hairpin", "yes"},
    {"link_port1", "port_isolated", "yes"},
    {"link_port1", "port_learning", "no"},
    {"link_port1", "port_flood", "no"},
    {"link_port1", "port_guard", "no"},
    {"link_vxlan-group", "vxlan_vni", "100"},
    {"link_vxlan-group", "vxlan_group", "239.1.1.1"},
    {"link_vxlan-group", "vxlan_remote", NULL},
    {"link_vxlan-group", "vxlan_port", "4789"},
    {"link_vxlan-group", "vxlan_ttl", "5"},
    {"link_vxlan-group", "vxlan_ageing", "600"},
    {"link_vxlan-group", "vxlan_learning", "yes"},
    {"link_vxlan-remote", "vxlan_remote", "192.0.2.7"},
    {"link_vxlan-remote", "vxlan_group", NULL},
    {"link_vxlan-remote", "vxlan_local", "192.0.2.1"},
    {"link_vxlan-remote", "vxlan_port", "8472"},
    {"link_vxlan-remote", "vxlan_port_low", "10000"},
    {"link_vxlan-remote", "vxlan_port_high", "20000"},
    {"link_vxlan-remote", "vxlan_limit", "1000"},
    {"link_vxlan-remote", "vxlan_proxy", "yes"},
    {"link_vxlan-remote", "vxlan_learning", "no"},
    {"link_vxlan-six", "vxlan_remote", "2001:db8:1::6"},
    {"link_vxlan-six", "vxlan_local", "2001:db8:1::1"},
    {"link_vxlan-six", "vxlan_gbp", "yes"},
    {"link_vxlan-any", "vxlan_collect_metadata", "yes"},
    {"link_geneve1", "geneve_vni", "500"},
    {"link_geneve1", "geneve_remote", "192.0.2.7"},
    {"link_geneve1", "geneve_port", "6082"},
    {"link_geneve1", "geneve_ttl", "9"},
    {"link_geneve6", "geneve_remote", "2001:db8:1::7"},
    {"link_ipip1", "link_type", "ipip"},
    {"link_ipip1", "tunnel_local", "192.0.2.1"},
    {"link_ipip1", "tunnel_remote", "192.0.2.2"},
    {"link_ipip1", "tunnel_ttl", "64"},
    {"link_ipip1", "tunnel_proto", "any"},
    {"link_sit1", "tunnel_remote", "192.0.2.5"},
    {"link_sit1", "tunnel_proto", "any"},
    {"link_gre1", "link_type", "gre"},
    {"link_gre1", "tunnel_ikey", "7"},
    {"link_gre1", "tunnel_okey", "7"},
    {"link_gre1", "tunnel_tos", "1"},
    {"link_gre2", "tunnel_ikey", "1"},
    {"link_gre2", "tunnel_okey", "2"},
    {"link_gre2", "tunnel_pmtudisc", "no"},
    {"link_gretap1", "tunnel_ikey", NULL},
    {"link_gretap1", "tunnel_ttl", "32"},
    {"link_ip6tnl1", "tunnel_local", "2001:db8:1::1"},
    {"link_ip6tnl1", "tunnel_ttl", "40"},
    {"link_ip6tnl1", "tunnel_encap_limit", "3"},
    {"link_ip6tnl1", "tunnel_proto", "ipip6"},
    {"link_ip6gre1", "tunnel_tclass", "32"},
    {"link_ip6gre1", "tunnel_ikey", "9"},
    {"link_vti1", "tunnel_ikey", "5"},
    {"link_vti61", "tunnel_okey", "6"},
    {"link_erspan1", "tunnel_ikey", "30"},
    {"link_macvlan0", "macvlan_mode", "bridge"},
    {"link_macvlan2", "macvlan_mode", "source"},
    {"link_macvtap0", "macvlan_mode", "vepa"},
    {"link_ipvlan0", "ipvlan_mode", "l2"},
    {"link_ipvlan3", "ipvlan_mode", "l3s"},
    {"link_ipvlan3", "ipvlan_flags", "private"},
    {"link_bond0", "bond_mode", "802.3ad"},
    {"link_bond0", "bond_miimon", "100"},
    {"link_bond0", "bond_updelay", "200"},
    {"link_bond0", "bond_lacp_rate", "fast"},
    {"link_bond0", "bond_xmit_hash_policy", "layer3+4"},
    {"link_bond0", "bond_min_links", "1"},
    {"link_bond1", "bond_mode", "active-backup"},
    {"link_member0", "info_slave_kind", "bond"},
    {"link_member0", "bond_slave_mii_status", "UP"},
    {"link_vrf-red", "vrf_table", "100"},
    {"link_dummy-red", "info_slave_kind", "vrf"},
    {"link_dummy-red", "vrf_table", "100"},
    {"link_tun0", "tun_type", "tun"},
    {"link_tun0", "tun_owner", "1000"},
    {"link_tun0", "tun_persist", "yes"},
    {"link_tap0", "tun_type", "tap"},
    {"link_tap0", "tun_group", "1000"},
    {"link_tap0", "tun_multi_queue", "yes"},
    {"link_tap0", "tun_vnet_hdr", "yes"},
    {"link_wg0", "info_kind", "wireguard"},
    {"link_wg0", "link_type", "none"},
    {"link_veth0", "programs", "xdp-generic:#1"},
};

static void test_every_kind_of_interface(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(expectations) / sizeof(expectations[0]); i++) {
        struct table *table = parse_link(expectations[i].message);
        expect_field(table, &expectations[i]);
        table_unref(table);
    }
}

static void test_other_end_is_in_another_namespace(void **state) {
    struct table *table = parse_link("link_veth-blue");
    const struct link *link = table_row(table, 0);
    (void)state;
    assert_true(link->link.known);
    assert_true(link->link_netnsid.known);
    table_unref(table);
    table = parse_link("link_veth-blue.10");
    link = table_row(table, 0);
    assert_true(link->link.known);
    assert_false(link->link_netnsid.known);
    table_unref(table);
}

static void expect_address(const char *name, const char *text, uint32_t flags, uint32_t valid,
                           uint32_t preferred) {
    struct captured captured;
    struct link_address address;
    struct buffer buffer = BUFFER_INIT;
    int32_t ifindex;
    const struct nlmsghdr *message = capture(&captured, name);
    assert_int_equal(link_address_parse(message, &captured.arena, &ifindex, &address), 0);
    link_address_type.format(&address, &buffer);
    assert_string_equal(buffer_text(&buffer), text);
    assert_int_equal(address.flags, flags);
    assert_int_equal(address.valid_life_time, valid);
    assert_int_equal(address.preferred_life_time, preferred);
    buffer_done(&buffer);
    arena_done(&captured.arena);
}

static void test_addresses(void **state) {
    (void)state;
    expect_address("addr_0", "127.0.0.1/8", 0x80, UINT32_MAX, UINT32_MAX);
    expect_address("addr_3", "198.51.100.1 peer 198.51.100.2/30", 0x80, UINT32_MAX, UINT32_MAX);
    expect_address("addr_4", "203.0.113.6/28", 0x200, 3580, 1780);
    expect_address("addr_5", "203.0.113.21/28", 0x20, 3580, 0);
    expect_address("addr_6", "192.0.2.9/24", 0x81, UINT32_MAX, UINT32_MAX);
    expect_address("addr_14", "2001:db8:2::1 peer 2001:db8:2::2/128", 0x82, UINT32_MAX, UINT32_MAX);
}

static void test_vlans_of_ports(void **state) {
    static const struct {
        const char *message;
        const char *const texts[4];
    } cases[] = {
        {"vlan_port1", {"5 untagged", "10 PVID untagged", "20-40"}},
        {"vlan_port2", {"5 PVID untagged", "50"}},
        {"vlan_port3", {NULL}},
        {"vlan_br1", {"5 PVID untagged", "10", "60-62"}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct captured captured;
        struct link link = {0};
        size_t count = 0;
        const struct nlmsghdr *message = capture(&captured, cases[i].message);
        assert_int_equal(link_bridge_index(message, &link.ifindex), 0);
        assert_int_equal(link_vlans_parse(message, &captured.arena, &link), 0);
        while (count < 4 && cases[i].texts[count])
            count++;
        assert_int_equal(link.vlan_count, count);
        for (size_t v = 0; v < count; v++)
            assert_string_equal(link.vlan_texts[v], cases[i].texts[v]);
        arena_done(&captured.arena);
    }
}

static void test_settings_nsids_and_counters(void **state) {
    struct captured captured;
    uint64_t counters[HISTORY_COUNTERS];
    struct maybe rp_filter = {0};
    int32_t number;
    (void)state;
    assert_int_equal(link_netconf_parse(capture(&captured, "netconf_0"), &number, &rp_filter), 0);
    assert_int_equal(number, -1);
    assert_true(rp_filter.known);
    assert_int_equal(link_nsid_parse(capture(&captured, "nsid_a_0"), &number), 0);
    assert_int_equal(number, 0);
    assert_int_equal(link_nsid_parse(capture(&captured, "nsid_b_0"), &number), 0);
    assert_int_equal(number, -1);
    assert_int_equal(link_stats_parse(capture(&captured, "stats_0"), &number, counters), 0);
    assert_int_equal(number, 1);
}

// Each message, cut off at each byte: nothing is read that is not there, and nothing made up.
static void test_messages_cut_short(void **state) {
    static const char *const names[] = {"link_bond0", "link_vxlan-group", "link_br1", "addr_3"};
    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct captured captured;
        size_t whole = capture(&captured, names[i])->nlmsg_len;
        for (size_t length = NLMSG_HDRLEN; length < whole; length++) {
            struct nlmsghdr *cut = malloc(length);
            struct arena arena = ARENA_INIT;
            struct link link = {0};
            struct link_address address;
            int32_t ifindex;
            memcpy(cut, captured.bytes, length);
            cut->nlmsg_len = (uint32_t)length;
            link_parse(cut, &arena, &link);
            link_address_parse(cut, &arena, &ifindex, &address);
            free(cut);
            arena_done(&arena);
        }
    }
}

static void test_interface_without_a_name_is_malformed(void **state) {
    struct {
        struct nlmsghdr header;
        struct ifinfomsg link;
    } message = {{.nlmsg_len = sizeof(message), .nlmsg_type = RTM_NEWLINK}, {.ifi_index = 3}};
    struct arena arena = ARENA_INIT;
    struct link link = {0};
    (void)state;
    assert_int_equal(link_parse(&message.header, &arena, &link), -EBADMSG);
    message.header.nlmsg_type = RTM_NEWADDR;
    assert_int_equal(link_parse(&message.header, &arena, &link), -ENOMSG);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind_of_interface),
        cmocka_unit_test(test_other_end_is_in_another_namespace),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_vlans_of_ports),
        cmocka_unit_test(test_settings_nsids_and_counters),
        cmocka_unit_test(test_messages_cut_short),
        cmocka_unit_test(test_interface_without_a_name_is_malformed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
