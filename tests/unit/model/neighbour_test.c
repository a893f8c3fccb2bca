// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "model/fdb.h"
#include "model/neighbour.h"
#include "model/neighbour_table.h"

static void add(struct table *table, int32_t ifindex, const char *text, uint32_t state,
                uint32_t flags) {
    struct neighbour *neighbour = table_add(table);
    assert_non_null(neighbour);
    neighbour->ifindex = ifindex;
    neighbour->state = state;
    neighbour->flags = flags;
    assert_int_equal(address_parse(text, &neighbour->dst), 0);
}

static struct table *make_table(void) {
    struct table *table = table_new(&neighbour_kind);
    add(table, 3, "10.0.0.2", NEIGHBOUR_STALE, 0);
    add(table, 2, "fe80::1", NEIGHBOUR_REACHABLE, NEIGHBOUR_ROUTER);
    add(table, 2, "10.0.0.9", 0, NEIGHBOUR_PROXY);
    add(table, 2, "10.0.0.2", NEIGHBOUR_FAILED, 0);
    add(table, 2, "10.0.0.1", NEIGHBOUR_PERMANENT, 0);
    qsort(table->rows, table->count, sizeof(struct neighbour), neighbour_compare);
    return table;
}

static const struct neighbour *find(const struct table *table, int32_t ifindex, const char *text) {
    struct address address;
    assert_int_equal(address_parse(text, &address), 0);
    return neighbour_find(table, ifindex, &address);
}

static void test_find(void **state) {
    struct table *table = make_table();
    (void)state;
    assert_int_equal(find(table, 2, "10.0.0.2")->state, NEIGHBOUR_FAILED);
    assert_int_equal(find(table, 3, "10.0.0.2")->state, NEIGHBOUR_STALE);
    assert_int_equal(find(table, 2, "fe80::1")->flags, NEIGHBOUR_ROUTER);
    assert_null(find(table, 3, "fe80::1"));
    // This node answers for it; it is nobody's that one could send to.
    assert_null(find(table, 2, "10.0.0.9"));
    assert_null(find(NULL, 2, "10.0.0.2"));
    table_unref(table);
}

static void test_what_counts(void **state) {
    const struct neighbour stale = {.state = NEIGHBOUR_STALE};
    const struct neighbour failed = {.state = NEIGHBOUR_FAILED};
    const struct neighbour permanent = {.state = NEIGHBOUR_PERMANENT};
    const struct neighbour learned = {.state = NEIGHBOUR_STALE, .flags = NEIGHBOUR_EXT_LEARNED};
    const struct neighbour proxy = {.flags = NEIGHBOUR_PROXY};
    (void)state;
    assert_true(neighbour_is_collected(&stale) && neighbour_is_valid(&stale));
    assert_true(neighbour_is_collected(&failed) && !neighbour_is_valid(&failed));
    assert_true(!neighbour_is_collected(&permanent) && neighbour_is_valid(&permanent));
    assert_false(neighbour_is_collected(&learned));
    assert_false(neighbour_is_collected(&proxy));
}

static void test_identities(void **state) {
    struct neighbour here = {.ifindex = 2}, there = {.ifindex = 3}, answered = {.ifindex = 2};
    struct fdb_entry before = {.ifindex = 5, .mac = {6, {2, 0, 0, 0, 0, 1}}};
    (void)state;
    answered.flags = NEIGHBOUR_PROXY;
    assert_int_not_equal(neighbour_kind.identity(&here), neighbour_kind.identity(&there));
    assert_int_not_equal(neighbour_kind.identity(&here), neighbour_kind.identity(&answered));
    here.state = NEIGHBOUR_STALE;
    there = here;
    there.state = NEIGHBOUR_REACHABLE;
    assert_int_equal(neighbour_kind.identity(&here), neighbour_kind.identity(&there));

    // An address that moves to another port of its bridge is the same entry; in another VLAN it is
    // not, nor is it in a port's own table.
    before.master = maybe_of(9);
    struct fdb_entry after = before;
    after.ifindex = 6;
    assert_int_equal(fdb_kind.identity(&before), fdb_kind.identity(&after));
    after.vlan = maybe_of(10);
    assert_int_not_equal(fdb_kind.identity(&before), fdb_kind.identity(&after));
    after = before;
    after.flags = NEIGHBOUR_SELF;
    assert_int_not_equal(fdb_kind.identity(&before), fdb_kind.identity(&after));
}

// --- Tables --------------------------------------------------------------------------------------

static void set_tables(struct node *node, uint64_t inode, uint64_t ipv4, uint64_t ipv6) {
    struct table *table = table_new(&neighbour_table_kind);
    struct neighbour_table *row = table_add(table);
    row->family = ADDRESS_IPV4;
    row->own_gc_entries = ipv4;
    row = table_add(table);
    row->family = ADDRESS_IPV6;
    row->own_gc_entries = ipv6;
    node_set_table(node, inode, table);
}

static void test_entries_of_all_namespaces(void **state) {
    struct node *node = node_new();
    struct table *namespaces = table_new(&netns_kind);
    (void)state;
    for (uint64_t inode = 1; inode <= 2; inode++) {
        struct netns *netns = table_add(namespaces);
        netns->name = inode == 1 ? "one" : "two";
        netns->inode = inode;
    }
    assert_int_equal(node_set_namespaces(node, namespaces), 0);
    set_tables(node, 1, 100, 7);
    // The other one may have any number.
    assert_false(neighbour_table_gc_entries(node, ADDRESS_IPV4).known);
    set_tables(node, 2, 20, 0);
    assert_int_equal(neighbour_table_gc_entries(node, ADDRESS_IPV4).value, 120);
    assert_int_equal(neighbour_table_gc_entries(node, ADDRESS_IPV6).value, 7);
    struct table *gone = table_new(&neighbour_table_kind);
    table_trouble(gone, STATUS_GONE, "gone");
    node_set_table(node, 2, gone);
    assert_int_equal(neighbour_table_gc_entries(node, ADDRESS_IPV4).value, 100);
    node_free(node);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_what_counts),
        cmocka_unit_test(test_identities),
        cmocka_unit_test(test_entries_of_all_namespaces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
