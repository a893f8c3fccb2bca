// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/link.h"
#include "model/node.h"

static void add_netns(struct table *table, const char *name, uint64_t inode) {
    struct netns *netns = table_add(table);
    assert_non_null(netns);
    netns->name = arena_strdup(&table->arena, name);
    netns->inode = inode;
}

// A node with namespaces host (1), default/web-1 (2) and db (3).
static struct node *make_node(void) {
    struct node *node = node_new();
    struct table *table = table_new(&netns_kind);
    assert_non_null(node);
    assert_non_null(table);
    add_netns(table, "host", 1);
    add_netns(table, "default/web-1", 2);
    add_netns(table, "db", 3);
    struct netns *rows = table->rows;
    rows[1].pod = "web-1";
    rows[1].container = "nginx";
    rows[1].container_id = "0123456789abcdef0123";
    rows[2].container = "nginx";
    rows[2].netns_name = "blue";
    assert_int_equal(node_set_namespaces(node, table), 0);
    return node;
}

static struct table *make_links(int32_t first, int32_t last) {
    struct table *table = table_new(&link_kind);
    assert_non_null(table);
    for (int32_t i = first; i <= last; i++) {
        struct link *link = table_add(table);
        link->ifindex = i;
        link->ifname = arena_printf(&table->arena, "eth%d", i);
    }
    return table;
}

static void test_tables_survive_a_new_list_of_namespaces(void **state) {
    struct node *node = make_node();
    struct table *links = make_links(1, 3);
    (void)state;
    node_set_table(node, 3, links);
    assert_ptr_equal(node_table(node, 3, KIND_INTERFACES), links);
    assert_null(node_table(node, 2, KIND_INTERFACES));

    struct table *namespaces = table_new(&netns_kind);
    add_netns(namespaces, "new", 9);
    add_netns(namespaces, "db", 3);
    assert_int_equal(node_set_namespaces(node, namespaces), 0);
    assert_int_equal(node_count(node), 2);
    assert_ptr_equal(node_table(node, 3, KIND_INTERFACES), links);
    assert_null(node_find(node, 2));
    node_free(node);
}

static void test_a_table_of_a_vanished_namespace_is_dropped(void **state) {
    struct node *node = make_node();
    (void)state;
    node_set_table(node, 77,
                   make_links(1, 1)); // leaks, as the leak checker would say, if it were kept
    assert_null(node_history(node, 77, KIND_INTERFACES));
    node_free(node);
}

static void test_a_shared_table_lives_until_its_last_reference(void **state) {
    struct node *node = make_node();
    struct table *links = make_links(1, 2);
    (void)state;
    node_set_table(node, 1, table_ref(links));
    node_free(node);
    assert_int_equal(links->count, 2);
    assert_string_equal(((const struct link *)table_row(links, 1))->ifname, "eth2");
    table_unref(links);
}

static void assert_finds(const struct node *node, const char *text, uint64_t inode,
                         const char *expected) {
    const struct netns *netns = NULL;
    struct error err = {0};
    assert_int_equal(node_find_named(node, text, inode, &netns, &err), 0);
    assert_string_equal(netns->name, expected);
}

static void test_namespaces_are_found_by_any_of_their_names(void **state) {
    struct node *node = make_node();
    (void)state;
    assert_finds(node, "host", 0, "host");
    assert_finds(node, "default/web-1", 0, "default/web-1");
    assert_finds(node, "web-1", 0, "default/web-1");
    assert_finds(node, "0123456789ab", 0, "default/web-1");
    assert_finds(node, "blue", 0, "db");
    assert_finds(node, "4711", 3, "db");
    node_free(node);
}

static void assert_not_found(const struct node *node, const char *text, int code,
                             const char *words) {
    const struct netns *netns = NULL;
    struct error err = {0};
    assert_int_equal(node_find_named(node, text, 0, &netns, &err), code);
    assert_string_equal(err.text, words);
    assert_null(netns);
}

static void test_an_unknown_namespace_is_refused_with_what_is_near(void **state) {
    struct node *node = make_node();
    (void)state;
    assert_not_found(node, "web-2", -ENOENT,
                     "no such namespace: web-2 (did you mean default/web-1?)");
    assert_not_found(node, "zzzzzzz", -ENOENT, "no such namespace: zzzzzzz");
    assert_not_found(node, "nginx", -ENOTUNIQ,
                     "nginx means more than one namespace: default/web-1, db");
    assert_not_found(node, "0123456789", -ENOENT, "no such namespace: 0123456789");
    node_free(node);
}

static void test_links_are_found_by_index(void **state) {
    struct table *links = make_links(3, 40);
    (void)state;
    assert_string_equal(link_find(links, 17)->ifname, "eth17");
    assert_null(link_find(links, 2));
    assert_null(link_find(links, 41));
    assert_null(link_find(NULL, 1));
    table_unref(links);
}

static void test_the_other_end_of_a_pair_is_found_in_its_namespace(void **state) {
    struct node *node = make_node();
    struct table *host = make_links(1, 5);
    struct table *pod = make_links(1, 2);
    const struct netns *there = NULL;
    (void)state;
    struct link *rows = host->rows;
    rows[4].link = maybe_of(2);
    rows[4].link_netnsid = maybe_of(0);
    rows[4].link_netns = 2;
    node_set_table(node, 1, host);
    struct row_ref ref = {node, node_find(node, 1)->netns, &rows[4]};
    assert_null(link_other_end(&ref, &there));
    node_set_table(node, 2, pod);
    assert_string_equal(link_other_end(&ref, &there)->ifname, "eth2");
    assert_string_equal(there->name, "default/web-1");
    node_free(node);
}

static void test_the_gravest_trouble_is_kept(void **state) {
    struct table *table = table_new(&link_kind);
    (void)state;
    table_trouble(table, STATUS_PARTIAL, "tc programs: %s", "no");
    table_trouble(table, STATUS_PARTIAL, "another");
    assert_string_equal(table->status.reason, "tc programs: no");
    table_trouble(table, STATUS_DENIED, "needs CAP_NET_ADMIN");
    assert_int_equal(table->status.state, STATUS_DENIED);
    assert_string_equal(table->status.reason, "needs CAP_NET_ADMIN");
    table_unref(table);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables_survive_a_new_list_of_namespaces),
        cmocka_unit_test(test_a_table_of_a_vanished_namespace_is_dropped),
        cmocka_unit_test(test_a_shared_table_lives_until_its_last_reference),
        cmocka_unit_test(test_namespaces_are_found_by_any_of_their_names),
        cmocka_unit_test(test_an_unknown_namespace_is_refused_with_what_is_near),
        cmocka_unit_test(test_links_are_found_by_index),
        cmocka_unit_test(test_the_other_end_of_a_pair_is_found_in_its_namespace),
        cmocka_unit_test(test_the_gravest_trouble_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
