// SPDX-License-Identifier: GPL-2.0-or-later
// A small node: the host with a bridge, two pods behind it, a VLAN and a VXLAN on the uplink, a
// bond; and what happens where the kernel's word runs in circles.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/link.h"
#include "model/link_tree.h"

#define HOST 1
#define WEB  2
#define DB   3

static struct link *add(struct table *table, int32_t ifindex, const char *ifname,
                        const char *kind) {
    struct link *link = table_add(table);
    link->ifindex = ifindex;
    link->ifname = ifname;
    link->info_kind = kind;
    return link;
}

static struct link *add_on(struct table *table, int32_t ifindex, const char *ifname,
                           const char *kind, int32_t lower, uint64_t netns) {
    struct link *link = add(table, ifindex, ifname, kind);
    link->link = maybe_of((uint64_t)lower);
    link->link_netns = netns;
    if (netns != 0)
        link->link_netnsid = maybe_of(netns);
    return link;
}

static struct table *host(void) {
    static struct link_as_vxlan over_bond = {.link = {.value = 9, .known = true}};
    struct table *table = table_new(&link_kind);
    add(table, 1, "lo", "loopback");
    add(table, 2, "eth0", "physical")->master = maybe_of(9);
    add(table, 3, "cni0", "bridge");
    add_on(table, 4, "veth-web", "veth", 2, WEB)->master = maybe_of(3);
    add_on(table, 5, "cali-db", "veth", 2, DB);
    add_on(table, 6, "bond0.7", "vlan", 9, 0);
    add(table, 7, "flannel.1", "vxlan")->vxlan = &over_bond;
    add_on(table, 8, "pair", "veth", 10, 0)->master = maybe_of(3);
    add(table, 9, "bond0", "bond");
    add_on(table, 10, "riap", "veth", 8, 0);
    return table;
}

static struct table *pod(const char *other, int32_t peer) {
    struct table *table = table_new(&link_kind);
    add(table, 1, "lo", "loopback");
    add_on(table, 2, "eth0", "veth", peer, HOST);
    add_on(table, 3, other, "macvlan", 9, HOST);
    return table;
}

static struct node *make_node(void) {
    struct node *node = node_new();
    struct table *namespaces = table_new(&netns_kind);
    static const char *const names[] = {"host", "web", "db"};
    for (uint64_t i = 0; i < 3; i++) {
        struct netns *netns = table_add(namespaces);
        netns->name = names[i];
        netns->inode = i + 1;
        netns->own = i == 0;
    }
    assert_int_equal(node_set_namespaces(node, namespaces), 0);
    node_set_table(node, HOST, host());
    node_set_table(node, WEB, pod("net1", 4));
    node_set_table(node, DB, pod("net2", 5));
    return node;
}

// The tree as text: two blanks a level, '`' before the last of its siblings.
static void expect_tree(const struct node *node, uint64_t inode, const char *wanted) {
    struct link_tree_row *rows;
    size_t count;
    struct buffer text = BUFFER_INIT;
    assert_int_equal(link_tree(node, inode, &rows, &count), 0);
    for (size_t i = 0; i < count; i++) {
        const struct link *link = rows[i].ref.row;
        buffer_fill(&text, ' ', rows[i].depth * 2);
        if (rows[i].depth > 0)
            buffer_putc(&text, rows[i].last ? '`' : '|');
        buffer_printf(&text, "%s/%s\n", rows[i].ref.netns->name, link->ifname);
    }
    assert_string_equal(buffer_text(&text), wanted);
    buffer_done(&text);
    free(rows);
}

static void test_the_whole_node(void **state) {
    struct node *node = make_node();
    (void)state;
    expect_tree(node, 0,
                "host/lo\n"
                "host/cni0\n"
                "  |host/veth-web\n"
                "    `web/eth0\n"
                "  `host/pair\n"
                "    `host/riap\n"
                "host/cali-db\n"
                "  `db/eth0\n"
                "host/bond0\n"
                "  |host/eth0\n"
                "  |host/bond0.7\n"
                "  |host/flannel.1\n"
                "  |web/net1\n"
                "  `db/net2\n"
                "web/lo\n"
                "db/lo\n");
    node_free(node);
}

// The pods' interfaces stand behind what they hang on; their loopbacks are elsewhere.
static void test_one_namespace_with_what_hangs_on_it(void **state) {
    struct node *node = make_node();
    (void)state;
    expect_tree(node, HOST,
                "host/lo\n"
                "host/cni0\n"
                "  |host/veth-web\n"
                "    `web/eth0\n"
                "  `host/pair\n"
                "    `host/riap\n"
                "host/cali-db\n"
                "  `db/eth0\n"
                "host/bond0\n"
                "  |host/eth0\n"
                "  |host/bond0.7\n"
                "  |host/flannel.1\n"
                "  |web/net1\n"
                "  `db/net2\n");
    node_free(node);
}

static void test_pod_shows_the_other_end_of_its_pair(void **state) {
    struct node *node = make_node();
    (void)state;
    expect_tree(node, WEB,
                "web/lo\n"
                "web/eth0\n"
                "  `host/veth-web\n"
                "web/net1\n");
    node_free(node);
}

static void test_namespace_that_was_not_read(void **state) {
    struct node *node = make_node();
    struct table *none = table_new(&link_kind);
    (void)state;
    node_set_table(node, HOST, none);
    expect_tree(node, 0,
                "web/lo\n"
                "web/eth0\n"
                "web/net1\n"
                "db/lo\n"
                "db/eth0\n"
                "db/net2\n");
    expect_tree(node, 77, "");
    node_free(node);
}

// Each interface once, whatever the kernel says.
static void test_circles_are_cut(void **state) {
    struct node *node = make_node();
    struct table *table = table_new(&link_kind);
    (void)state;
    add_on(table, 1, "a", "vlan", 2, 0);
    add_on(table, 2, "b", "vlan", 3, 0);
    add_on(table, 3, "c", "vlan", 1, 0);
    add_on(table, 4, "d", "vlan", 1, 0);
    add_on(table, 5, "self", "vlan", 5, 0);
    add_on(table, 6, "pair", "veth", 6, 0);
    node_set_table(node, HOST, table);
    expect_tree(node, HOST,
                "host/a\n"
                "  |host/c\n"
                "    `host/b\n"
                "  `host/d\n"
                "host/self\n"
                "host/pair\n");
    node_free(node);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_whole_node),
        cmocka_unit_test(test_one_namespace_with_what_hangs_on_it),
        cmocka_unit_test(test_pod_shows_the_other_end_of_its_pair),
        cmocka_unit_test(test_namespace_that_was_not_read),
        cmocka_unit_test(test_circles_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
