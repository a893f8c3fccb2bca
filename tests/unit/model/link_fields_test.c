// SPDX-License-Identifier: GPL-2.0-or-later
// The fields of an interface that are worked out: from its bits, from its other end, from history.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <linux/if.h>

#include "model/link.h"
#include "model/node.h"

#define HOST   1
#define POD    2
#define SECOND INT64_C(1000000000)

static void add_link(struct node *node, uint64_t netns, const struct link *link) {
    struct table *table = table_new(&link_kind);
    struct link *row = table_add(table);
    *row = *link;
    node_set_table(node, netns, table);
}

// Two namespaces with one end of a pair each: veth0 of the host and eth0 of the pod.
static struct node *make_node(uint8_t host_state, uint8_t pod_state) {
    struct node *node = node_new();
    struct table *namespaces = table_new(&netns_kind);
    *(struct netns *)table_add(namespaces) = (struct netns){.name = "host", .inode = HOST};
    *(struct netns *)table_add(namespaces) = (struct netns){.name = "default/web", .inode = POD};
    assert_int_equal(node_set_namespaces(node, namespaces), 0);
    add_link(node, HOST,
             &(struct link){.ifindex = 5,
                            .ifname = "veth0",
                            .info_kind = "veth",
                            .operstate = host_state,
                            .link = maybe_of(7),
                            .link_netnsid = maybe_of(0),
                            .link_netns = POD});
    add_link(node, POD,
             &(struct link){.ifindex = 7,
                            .ifname = "eth0",
                            .info_kind = "veth",
                            .operstate = pod_state,
                            .link = maybe_of(5),
                            .link_netnsid = maybe_of(0),
                            .link_netns = HOST});
    return node;
}

// NULL stands for an absent value.
static void expect(const struct row_ref *ref, const char *key, const char *wanted) {
    const struct field *field = kind_find_field(&link_kind, key, NULL);
    struct buffer text = BUFFER_INIT;
    struct value value;
    assert_non_null(field);
    field_read(field, ref, &value);
    value_format(&value, &text);
    if (!wanted && value.kind != VALUE_ABSENT)
        fail_msg("%s is '%s', not absent", key, buffer_text(&text));
    if (wanted && strcmp(buffer_text(&text), wanted) != 0)
        fail_msg("%s is '%s', not '%s'", key, buffer_text(&text), wanted);
    buffer_done(&text);
}

static struct row_ref ref_in(const struct node *node, size_t which) {
    const struct node_netns *entry = &node->netnses[which];
    return (struct row_ref){node, entry->netns, table_row(entry->tables[KIND_INTERFACES], 0)};
}

static void test_other_end_of_a_pair(void **state) {
    struct node *node = make_node(IF_OPER_UP, IF_OPER_UP);
    struct row_ref host = ref_in(node, 0), pod = ref_in(node, 1);
    (void)state;
    expect(&host, "peer", "eth0");
    expect(&host, "peer_netns", "default/web");
    expect(&host, "link_netns", "default/web");
    expect(&host, "link", NULL);
    expect(&pod, "peer", "veth0");
    expect(&pod, "peer_netns", "host");
    node_free(node);
}

static void test_pair_is_down_if_either_end_is(void **state) {
    static const struct {
        uint8_t host, pod;
        const char *pair;
    } cases[] = {
        {IF_OPER_UP, IF_OPER_UP, "up"},
        {IF_OPER_DOWN, IF_OPER_UP, "down"},
        {IF_OPER_UP, IF_OPER_LOWERLAYERDOWN, "down"},
        {IF_OPER_DOWN, IF_OPER_DOWN, "down"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct node *node = make_node(cases[i].host, cases[i].pod);
        struct row_ref host = ref_in(node, 0), pod = ref_in(node, 1);
        expect(&host, "pair_state", cases[i].pair);
        expect(&pod, "pair_state", cases[i].pair);
        node_free(node);
    }
}

static void test_other_end_that_was_not_read(void **state) {
    struct node *node = make_node(IF_OPER_UP, IF_OPER_UP);
    (void)state;
    node_set_table(node, POD, table_new(&link_kind));
    struct row_ref host = ref_in(node, 0);
    expect(&host, "peer", NULL);
    expect(&host, "peer_netns", "default/web");
    expect(&host, "pair_state", "up");
    node_free(node);
}

static void test_counters_and_rates_come_from_history(void **state) {
    struct node *node = make_node(IF_OPER_UP, IF_OPER_UP);
    struct row_ref host = ref_in(node, 0), pod = ref_in(node, 1);
    uint64_t counters[HISTORY_COUNTERS] = {1000, 500, 10, 5};
    struct history *history = node_history(node, HOST, KIND_INTERFACES);
    (void)state;
    expect(&host, "rx_bytes", "0");
    expect(&host, "rx_bytes_rate", NULL);
    assert_int_equal(history_add(history, 5, SECOND, counters), 0);
    expect(&host, "rx_bytes", "1000");
    expect(&host, "tx_packets", "5");
    expect(&host, "rx_bytes_rate", NULL);
    counters[LINK_RX_BYTES] += 3000;
    counters[LINK_TX_PACKETS] += 1;
    assert_int_equal(history_add(history, 5, 3 * SECOND, counters), 0);
    expect(&host, "rx_bytes", "4000");
    expect(&host, "rx_bytes_rate", "1500.0");
    expect(&host, "tx_packets_rate", "0.5");
    expect(&host, "tx_bytes_rate", "0.0");
    expect(&pod, "rx_bytes", "0"); // another namespace's history
    node_free(node);
}

static void expect_of(const struct link *link, const char *key, const char *wanted) {
    struct node *node = make_node(IF_OPER_UP, IF_OPER_UP);
    struct row_ref ref = {node, node->netnses[0].netns, link};
    expect(&ref, key, wanted);
    node_free(node);
}

static void test_classes_of_link_layer_addresses(void **state) {
    static const struct {
        uint8_t first;
        const char *class;
    } cases[] = {
        {0x00, "universal unicast"},
        {0x52, "local unicast"},
        {0x01, "universal group"},
        {0x33, "local group"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct link link = {.address = {6, {cases[i].first, 1, 2, 3, 4, 5}}};
        expect_of(&link, "address_class", cases[i].class);
    }
    expect_of(&(struct link){.address = {6, {0}}}, "address_class", NULL);
    expect_of(&(struct link){.address = {4, {10, 0, 0, 1}}}, "address_class", NULL);
    expect_of(&(struct link){.address = {4, {10, 0, 0, 1}}}, "address", "10.0.0.1");
}

static void test_flags_as_ip_shows_them(void **state) {
    (void)state;
    expect_of(&(struct link){.flags = IFF_UP | IFF_BROADCAST | IFF_RUNNING | IFF_LOWER_UP}, "flags",
              "BROADCAST,UP,LOWER_UP");
    expect_of(&(struct link){.flags = IFF_UP | IFF_MULTICAST}, "flags", "NO-CARRIER,MULTICAST,UP");
    expect_of(&(struct link){.flags = IFF_POINTOPOINT | IFF_NOARP}, "flags", "POINTOPOINT,NOARP");
}

static void test_addresses_in_short(void **state) {
    const struct link_address addresses[] = {
        {.local = {ADDRESS_IPV4, {10, 244, 1, 5}}, .prefixlen = 24, .flags = 0x80},
        {.local = {ADDRESS_IPV4, {192, 0, 2, 1}},
         .peer = {ADDRESS_IPV4, {192, 0, 2, 2}},
         .prefixlen = 32},
        {.local = {ADDRESS_IPV6, {0xfe, 0x80, [15] = 1}}, .prefixlen = 64, .flags = 0xc0},
        {.local = {ADDRESS_IPV6, {0xfd, [15] = 1}}, .prefixlen = 64, .flags = 0xc8},
    };
    (void)state;
    expect_of(
        &(struct link){.addr_info = addresses, .addr_count = 4}, "addr_info",
        "10.244.1.5/24,192.0.2.1 peer 192.0.2.2/32,fe80::1/64 tentative,fd00::1/64 dadfailed");
    expect_of(&(struct link){0}, "addr_info", "");
}

static void test_numbers_without_a_word(void **state) {
    (void)state;
    expect_of(&(struct link){.link_type = 4711}, "link_type", "[4711]");
    expect_of(&(struct link){.group = 42}, "group", "42");
    expect_of(&(struct link){.group = 0}, "group", "default");
    expect_of(&(struct link){.port = &(struct link_as_port){.state = maybe_of(99)}}, "port_state",
              "unknown(99)");
    expect_of(&(struct link){.vlan = &(struct link_as_vlan){.protocol = maybe_of(0x9100)}},
              "vlan_protocol", "0x9100");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_other_end_of_a_pair),
        cmocka_unit_test(test_pair_is_down_if_either_end_is),
        cmocka_unit_test(test_other_end_that_was_not_read),
        cmocka_unit_test(test_counters_and_rates_come_from_history),
        cmocka_unit_test(test_classes_of_link_layer_addresses),
        cmocka_unit_test(test_flags_as_ip_shows_them),
        cmocka_unit_test(test_addresses_in_short),
        cmocka_unit_test(test_numbers_without_a_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
