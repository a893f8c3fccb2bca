// SPDX-License-Identifier: GPL-2.0-or-later
// The trie of routes against a scan of all of them.
#include "sim/route_trie.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint64_t chance = 1;

static uint32_t draw(uint32_t below) {
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^= chance << 17;
    return (uint32_t)((chance >> 16) % below);
}

static void add(struct table *table, const struct route_shared *shared, const char *text) {
    struct route *route = table_add(table);
    struct prefix prefix;
    assert_int_equal(prefix_parse(text, &prefix), 0);
    memcpy(route->dst, prefix.address.bytes, sizeof(route->dst));
    route->dst_len = prefix.length;
    route->shared = shared;
}

static const struct route_shared main4 = {.table = 254, .family = ROUTE_IPV4};
static const struct route_shared main4_again = {.table = 254, .family = ROUTE_IPV4, .metric = 5};
static const struct route_shared cached4 = {
    .table = 254, .family = ROUTE_IPV4, .flags = ROUTE_CLONED};
static const struct route_shared main6 = {.table = 254, .family = ROUTE_IPV6};
static const struct route_shared other4 = {.table = 7, .family = ROUTE_IPV4};
static const struct route_shared mpls = {.table = 254, .family = ROUTE_MPLS};

static size_t find(const struct table *table, const struct route_trie_part *part, const char *text,
                   struct route_group *groups) {
    struct address address;
    assert_int_equal(address_parse(text, &address), 0);
    return route_trie_find(route_trie_of(table), part, &address, groups);
}

static void test_longest_first(void **state) {
    (void)state;
    struct table *table = table_new(&route_kind);
    struct route_group groups[ROUTE_GROUPS_MAX];
    const struct route_trie_part part = {254, ROUTE_IPV4, false};
    add(table, &main4, "10.0.0.0/8");
    add(table, &main4, "10.1.0.0/16");
    add(table, &main4, "0.0.0.0/0");
    add(table, &main4_again, "10.1.0.0/16");
    add(table, &main4, "10.1.2.3/32");
    add(table, &main4, "10.1.2.4/32");
    assert_int_equal(find(table, &part, "10.1.2.3", groups), 4);
    assert_int_equal(groups[0].length, 32);
    assert_int_equal(groups[1].length, 16);
    assert_int_equal(groups[1].count, 2);
    assert_int_equal(groups[2].length, 8);
    assert_int_equal(groups[3].length, 0);
    const struct route_trie *trie = route_trie_of(table);
    assert_ptr_equal(route_trie_route(trie, groups[1].first), table_row(table, 1));
    assert_ptr_equal(route_trie_route(trie, groups[1].first + 1), table_row(table, 3));
    assert_int_equal(find(table, &part, "192.0.2.1", groups), 1);
    table_unref(table);
}

static void test_parts_are_apart(void **state) {
    (void)state;
    struct table *table = table_new(&route_kind);
    struct route_group groups[ROUTE_GROUPS_MAX];
    add(table, &cached4, "10.0.0.1/32");
    add(table, &main4, "10.0.0.0/24");
    add(table, &other4, "10.0.0.0/25");
    add(table, &main6, "a00::/8");
    add(table, &mpls, "0.0.3.232/32");
    assert_int_equal(
        find(table, &(struct route_trie_part){254, ROUTE_IPV4, false}, "10.0.0.1", groups), 1);
    assert_int_equal(groups[0].length, 24);
    assert_int_equal(
        find(table, &(struct route_trie_part){254, ROUTE_IPV4, true}, "10.0.0.1", groups), 1);
    assert_int_equal(groups[0].length, 32);
    assert_int_equal(
        find(table, &(struct route_trie_part){7, ROUTE_IPV4, false}, "10.0.0.200", groups), 0);
    assert_int_equal(
        find(table, &(struct route_trie_part){8, ROUTE_IPV4, false}, "10.0.0.1", groups), 0);
    assert_int_equal(
        find(table, &(struct route_trie_part){254, ROUTE_IPV6, false}, "aff::1", groups), 1);
    table_unref(table);
}

static void test_nothing_and_too_long(void **state) {
    (void)state;
    struct table *table = table_new(&route_kind);
    struct route_group groups[ROUTE_GROUPS_MAX];
    const struct route_trie_part part = {254, ROUTE_IPV4, false};
    add(table, &main4, "10.0.0.0/8");
    ((struct route *)table->rows)->dst_len = 33;
    assert_int_equal(find(table, &part, "10.0.0.0", groups), 0);
    table_unref(table);
    table = table_new(&route_kind);
    assert_int_equal(find(table, &part, "10.0.0.0", groups), 0);
    table_unref(table);
}

// Nested and crowded, as bits are drawn from few.
static void add_random(struct table *table, const struct route_shared *shared, unsigned bits) {
    struct route *route = table_add(table);
    route->shared = shared;
    route->dst_len = (uint8_t)draw(bits + 1);
    for (unsigned bit = 0; bit < route->dst_len; bit++) {
        if (draw(5) == 0)
            route->dst[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
    }
}

static bool contains(const struct route *route, const struct address *address) {
    const struct prefix prefix = route_destination(route);
    return prefix_contains(&prefix, address);
}

static void check(const struct table *table, const struct route_trie_part *part,
                  const struct address *address) {
    struct route_group groups[ROUTE_GROUPS_MAX];
    const struct route_trie *trie = route_trie_of(table);
    size_t count = route_trie_find(trie, part, address, groups), found = 0, wanted = 0;
    for (size_t i = 0; i < table->count; i++) {
        const struct route *route = table_row(table, i);
        wanted += route->shared->family == part->family && contains(route, address);
    }
    for (size_t i = 0; i < count; i++) {
        found += groups[i].count;
        if (i > 0)
            assert_true(groups[i - 1].length > groups[i].length);
        for (uint32_t n = 0; n < groups[i].count; n++) {
            const struct route *route = route_trie_route(trie, groups[i].first + n);
            assert_int_equal(route->dst_len, groups[i].length);
            assert_true(contains(route, address));
        }
    }
    assert_int_equal(found, wanted);
}

static void test_against_a_scan(void **state) {
    (void)state;
    for (unsigned round = 0; round < 60; round++) {
        struct table *table = table_new(&route_kind);
        for (unsigned i = draw(400); i > 0; i--)
            add_random(table, draw(2) ? &main4 : &main6, 32);
        for (unsigned i = draw(100); i > 0; i--)
            add_random(table, &main6, 128);
        assert_true(route_trie_size(route_trie_of(table)) <= table->count * 20 + 1024);
        for (unsigned i = 0; i < 300; i++) {
            bool six = draw(2);
            const struct route_trie_part part = {254, six ? ROUTE_IPV6 : ROUTE_IPV4, false};
            struct address address = {.family = part.family};
            for (unsigned bit = 0; bit < (six ? 128U : 32U); bit++) {
                if (draw(5) == 0)
                    address.bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
            }
            check(table, &part, &address);
        }
        table_unref(table);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_longest_first),
        cmocka_unit_test(test_parts_are_apart),
        cmocka_unit_test(test_nothing_and_too_long),
        cmocka_unit_test(test_against_a_scan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
