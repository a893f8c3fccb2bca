// SPDX-License-Identifier: GPL-2.0-or-later
// Owners and duplicates: what the fields of neighbours and FDB entries say of a small node.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/claim.h"
#include "model/fdb.h"
#include "model/neighbour.h"
#include "tests/unit/model/pretend.h"

enum { HOST = 1, A, B, C };
static const char *const names[] = {"host", "a", "b", "c", NULL};

#define BRIDGE 2

// Three pods on the host's bridge, each with its address; 127.0.0.1 stands in all of them.
static struct pretend make_named(const char *const *called, const char *const *addresses,
                                 const char *const *macs) {
    struct pretend pretend = pretend_new(called);
    struct link *bridge = pretend_link(&pretend, HOST, BRIDGE, "br0", "bridge");
    pretend_mac(bridge, "02:00:00:00:01:03"); // that of its first port
    pretend_address(&pretend, HOST, bridge, "10.0.0.254");
    for (uint64_t pod = A; pod <= C; pod++) {
        int32_t ifindex = (int32_t)pod + 1;
        char mac[32];
        snprintf(mac, sizeof(mac), "02:00:00:00:01:%02d", ifindex);
        pretend_mac(pretend_port(pretend_veth(&pretend, HOST, ifindex, "v", pod, 2), BRIDGE), mac);
        struct link *lo = pretend_link(&pretend, pod, 1, "lo", "loopback");
        pretend_address(&pretend, pod, lo, "127.0.0.1");
        struct link *eth0 = pretend_veth(&pretend, pod, 2, "eth0", HOST, ifindex);
        pretend_address(&pretend, pod, eth0, addresses[pod - A]);
        pretend_mac(eth0, macs[pod - A]);
    }
    pretend_done(&pretend);
    return pretend;
}

static struct pretend make_node(const char *const *addresses, const char *const *macs) {
    return make_named(names, addresses, macs);
}

static const char *const macs[] = {"02:00:00:00:00:0a", "02:00:00:00:00:0b", "02:00:00:00:00:0c"};

static void add_neighbour(struct table *table, int32_t ifindex, const char *dst, const char *mac,
                          uint32_t state) {
    struct neighbour *neighbour = table_add(table);
    neighbour->ifindex = ifindex;
    neighbour->state = state;
    assert_int_equal(address_parse(dst, &neighbour->dst), 0);
    if (mac)
        assert_int_equal(lladdr_parse(mac, &neighbour->lladdr), 0);
}

static void expect(const struct pretend *pretend, uint64_t netns, enum kind_id kind, size_t index,
                   const char *key, const char *wanted) {
    const struct node_netns *entry = node_find(pretend->node, netns);
    const struct row_ref ref = {pretend->node, entry->netns, table_row(entry->tables[kind], index)};
    struct buffer text = BUFFER_INIT;
    struct value value;
    field_read(kind_find_field(kinds[kind], key, NULL), &ref, &value);
    value_format(&value, &text);
    assert_string_equal(buffer_text(&text), wanted);
    buffer_done(&text);
}

static void test_owners(void **state) {
    const char *const addresses[] = {"10.0.0.1", "10.0.0.2", "10.0.0.3"};
    struct pretend pretend = make_node(addresses, macs);
    struct table *table = table_new(&neighbour_kind);
    (void)state;
    add_neighbour(table, BRIDGE, "10.0.0.1", macs[0], NEIGHBOUR_REACHABLE);
    add_neighbour(table, BRIDGE, "10.0.0.9", "02:00:00:00:00:99", NEIGHBOUR_STALE);
    add_neighbour(table, BRIDGE, "127.0.0.1", NULL, NEIGHBOUR_FAILED);
    node_set_table(pretend.node, HOST, table);
    expect(&pretend, HOST, KIND_NEIGHBOURS, 0, "owner_netns", "a");
    expect(&pretend, HOST, KIND_NEIGHBOURS, 0, "owner_ifname", "eth0");
    expect(&pretend, HOST, KIND_NEIGHBOURS, 0, "lladdr_netns", "a");
    expect(&pretend, HOST, KIND_NEIGHBOURS, 0, "lladdr_ifname", "eth0");
    expect(&pretend, HOST, KIND_NEIGHBOURS, 0, "duplicate", "");
    expect(&pretend, HOST, KIND_NEIGHBOURS, 1, "owner_netns", "");
    expect(&pretend, HOST, KIND_NEIGHBOURS, 1, "lladdr_ifname", "");
    // Each pod has it, and none on the bridge.
    expect(&pretend, HOST, KIND_NEIGHBOURS, 2, "owner_netns", "");
    node_free(pretend.node);
}

// The bridge has its port's address: no duplicate, and it is the bridge that has the IP addresses.
static void test_bridge_and_its_port(void **state) {
    const char *const addresses[] = {"10.0.0.1", "10.0.0.2", "10.0.0.3"};
    struct pretend pretend = make_node(addresses, macs);
    struct table *table = table_new(&neighbour_kind);
    (void)state;
    add_neighbour(table, 2, "10.0.0.254", "02:00:00:00:01:03", NEIGHBOUR_REACHABLE);
    node_set_table(pretend.node, A, table);
    expect(&pretend, A, KIND_NEIGHBOURS, 0, "owner_netns", "host");
    expect(&pretend, A, KIND_NEIGHBOURS, 0, "lladdr_ifname", "br0");
    expect(&pretend, A, KIND_NEIGHBOURS, 0, "duplicate", "");
    node_free(pretend.node);
}

static void test_duplicate_address(void **state) {
    const char *const addresses[] = {"10.0.0.1", "10.0.0.1", "10.0.0.3"};
    struct pretend pretend = make_node(addresses, macs);
    struct table *table = table_new(&neighbour_kind);
    (void)state;
    add_neighbour(table, BRIDGE, "10.0.0.1", macs[1], NEIGHBOUR_REACHABLE);
    add_neighbour(table, BRIDGE, "10.0.0.3", macs[2], NEIGHBOUR_REACHABLE);
    node_set_table(pretend.node, HOST, table);
    expect(&pretend, HOST, KIND_NEIGHBOURS, 0, "duplicate", "address");
    expect(&pretend, HOST, KIND_NEIGHBOURS, 0, "address_claims", "a eth0,b eth0");
    // So it is said of the interfaces themselves: each pod's eth0 is its second.
    expect(&pretend, A, KIND_INTERFACES, 1, "duplicate", "address");
    expect(&pretend, B, KIND_INTERFACES, 1, "address_claims", "a eth0,b eth0");
    expect(&pretend, C, KIND_INTERFACES, 1, "duplicate", "");
    expect(&pretend, A, KIND_INTERFACES, 0, "duplicate", ""); // lo: everybody has 127.0.0.1
    // Of the two, the one that answered.
    expect(&pretend, HOST, KIND_NEIGHBOURS, 0, "owner_netns", "b");
    expect(&pretend, HOST, KIND_NEIGHBOURS, 1, "duplicate", "");
    node_free(pretend.node);
}

static void test_duplicate_mac(void **state) {
    const char *const addresses[] = {"10.0.0.1", "10.0.0.2", "10.0.0.3"};
    const char *const same[] = {macs[0], macs[1], macs[1]};
    struct pretend pretend = make_node(addresses, same);
    struct table *table = table_new(&fdb_kind);
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct fdb_entry *entry = table_add(table);
        entry->ifindex = 4 + (int32_t)i;
        entry->master = maybe_of(BRIDGE);
        assert_int_equal(lladdr_parse(macs[i], &entry->mac), 0);
    }
    node_set_table(pretend.node, HOST, table);
    expect(&pretend, HOST, KIND_FDB, 0, "duplicate", "");
    expect(&pretend, HOST, KIND_FDB, 0, "owner_netns", "a");
    expect(&pretend, HOST, KIND_FDB, 1, "duplicate", "lladdr");
    expect(&pretend, HOST, KIND_FDB, 1, "lladdr_claims", "b eth0,c eth0");
    expect(&pretend, B, KIND_INTERFACES, 1, "duplicate", "lladdr");
    expect(&pretend, C, KIND_INTERFACES, 1, "lladdr_claims", "b eth0,c eth0");
    // The bridge has its port's address: that is one address, and no duplicate.
    expect(&pretend, HOST, KIND_INTERFACES, 0, "duplicate", "");
    expect(&pretend, HOST, KIND_INTERFACES, 1, "duplicate", "");
    node_free(pretend.node);
}

// What stands twice is told in the order of names, whatever order the namespaces came in.
static void test_order_of_names(void **state) {
    const char *const later[] = {"host", "z", "y", "x", NULL};
    const char *const addresses[] = {"10.0.0.1", "10.0.0.1", "10.0.0.1"};
    const char *const same[] = {macs[0], macs[0], macs[2]};
    struct pretend pretend = make_named(later, addresses, same);
    (void)state;
    struct table *seen[] = {table_new(&neighbour_kind), table_new(&neighbour_kind),
                            table_new(&neighbour_kind)};
    add_neighbour(seen[0], BRIDGE, "10.0.0.1", macs[0], NEIGHBOUR_REACHABLE);
    add_neighbour(seen[0], BRIDGE, "10.0.0.200", "02:00:00:00:00:97", NEIGHBOUR_REACHABLE);
    add_neighbour(seen[1], 2, "10.0.0.200", "02:00:00:00:00:98", NEIGHBOUR_REACHABLE);
    add_neighbour(seen[2], 2, "10.0.0.200", "02:00:00:00:00:98", NEIGHBOUR_REACHABLE);
    for (size_t i = 0; i < 3; i++)
        node_set_table(pretend.node, HOST + i, seen[i]);
    expect(&pretend, HOST, KIND_NEIGHBOURS, 0, "address_claims", "x eth0,y eth0,z eth0");
    expect(&pretend, HOST, KIND_NEIGHBOURS, 0, "lladdr_claims", "y eth0,z eth0");
    expect(&pretend, HOST, KIND_NEIGHBOURS, 1, "lladdrs_seen",
           "02:00:00:00:00:97 in host br0,02:00:00:00:00:98 in y eth0,02:00:00:00:00:98 in z eth0");
    node_free(pretend.node);
}

// An address that is pod c's, answered by somebody else; and one outside the node that two pods
// know under different link-layer addresses.
static void test_conflicts(void **state) {
    const char *const addresses[] = {"10.0.0.1", "10.0.0.2", "10.0.0.3"};
    struct pretend pretend = make_node(addresses, macs);
    struct table *a = table_new(&neighbour_kind), *b = table_new(&neighbour_kind);
    (void)state;
    add_neighbour(a, 2, "10.0.0.3", "02:00:00:00:00:99", NEIGHBOUR_REACHABLE);
    add_neighbour(a, 2, "10.0.0.200", "02:00:00:00:00:98", NEIGHBOUR_REACHABLE);
    add_neighbour(b, 2, "10.0.0.200", "02:00:00:00:00:97", NEIGHBOUR_STALE);
    node_set_table(pretend.node, A, a);
    expect(&pretend, A, KIND_NEIGHBOURS, 0, "duplicate", "conflict");
    expect(&pretend, A, KIND_NEIGHBOURS, 1, "duplicate", "");
    node_set_table(pretend.node, B, b);
    expect(&pretend, A, KIND_NEIGHBOURS, 1, "duplicate", "conflict");
    expect(&pretend, B, KIND_NEIGHBOURS, 0, "lladdrs_seen",
           "02:00:00:00:00:97 in b eth0,02:00:00:00:00:98 in a eth0");
    // What has failed says nothing.
    struct table *later = table_new(&neighbour_kind);
    add_neighbour(later, 2, "10.0.0.200", NULL, NEIGHBOUR_FAILED);
    node_set_table(pretend.node, B, later);
    expect(&pretend, A, KIND_NEIGHBOURS, 1, "duplicate", "");
    node_free(pretend.node);
}

static void test_moves_are_shown(void **state) {
    const char *const addresses[] = {"10.0.0.1", "10.0.0.2", "10.0.0.3"};
    struct pretend pretend = make_node(addresses, macs);
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct table *table = table_new(&neighbour_kind);
        table->time = (100 + 20 * i) * INT64_C(1000000000);
        add_neighbour(table, BRIDGE, "10.0.0.9", i == 0 ? "02:00:00:00:00:98" : "02:00:00:00:00:99",
                      NEIGHBOUR_REACHABLE);
        node_set_table(pretend.node, HOST, table);
    }
    expect(&pretend, HOST, KIND_NEIGHBOURS, 0, "duplicate", "moved");
    expect(&pretend, HOST, KIND_NEIGHBOURS, 0, "moved_from", "02:00:00:00:00:98");
    expect(&pretend, HOST, KIND_NEIGHBOURS, 0, "moved", "0");
    // Another thread's copy knows it too.
    struct node *copy = node_copy(pretend.node);
    node_free(pretend.node);
    pretend.node = copy;
    expect(&pretend, HOST, KIND_NEIGHBOURS, 0, "duplicate", "moved");
    node_free(pretend.node);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_owners),
        cmocka_unit_test(test_bridge_and_its_port),
        cmocka_unit_test(test_duplicate_address),
        cmocka_unit_test(test_duplicate_mac),
        cmocka_unit_test(test_order_of_names),
        cmocka_unit_test(test_conflicts),
        cmocka_unit_test(test_moves_are_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
