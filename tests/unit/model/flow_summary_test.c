// SPDX-License-Identifier: GPL-2.0-or-later
// Summaries that a store keeps up to date say what counting all flows again would say.
#include "model/flow_summary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/flow_store.h"
#include "tests/unit/tui/fake_node.h"

#define FLOWS  2000
#define ROUNDS 20000

static uint32_t chance = 1;

static uint32_t draw(uint32_t below) {
    chance = chance * 1103515245 + 12345;
    return (chance >> 8) % below;
}

static struct flow make_flow(uint32_t number) {
    struct flow flow = {.id = number,
                        .family = ADDRESS_IPV4,
                        .protocol = number % 3 ? 6 : 17,
                        .state = number % 3 ? (uint8_t)(FLOW_SYN_SENT + draw(4)) : FLOW_STATELESS,
                        .known = number % 5 ? FLOW_HAS_PORTS | FLOW_HAS_COUNTERS : FLOW_HAS_PORTS,
                        .packets = draw(100),
                        .reply_bytes = draw(100000)};
    uint32_t src = number % 700, dst = number % 31;
    memcpy(flow.orig.src, &src, sizeof(src));
    memcpy(flow.orig.dst, &dst, sizeof(dst));
    flow.orig.dport = (uint16_t)(number % 7);
    return flow;
}

static int compare(const void *a, const void *b) {
    const struct flow_summary *left = a, *right = b;
    return left->by != right->by ? left->by - right->by : strcmp(left->value, right->value);
}

static struct table *fill(const struct flow_counting *counting) {
    struct table *table = table_new(&flow_summary_kind);
    assert_int_equal(flow_counting_fill(counting, "host", table), 0);
    qsort(table->rows, table->count, sizeof(struct flow_summary), compare);
    return table;
}

static void check(struct flow_store *store, const struct flow_counting *kept) {
    struct flow_counting *anew = flow_counting_new();
    struct table *rows = flow_store_snapshot(store);
    for (size_t i = 0; i < rows->count; i++) {
        if (table_has(rows, i))
            assert_int_equal(flow_counting_add(anew, table_row(rows, i)), 0);
    }
    struct table *wanted = fill(anew), *there = fill(kept);
    assert_int_equal(there->count, wanted->count);
    for (size_t i = 0; i < wanted->count; i++) {
        const struct flow_summary *a = table_row(wanted, i), *b = table_row(there, i);
        assert_int_equal(compare(a, b), 0);
        assert_int_equal(a->flows, b->flows);
        assert_int_equal(a->all_flows, b->all_flows);
        assert_memory_equal(&a->packets, &b->packets, sizeof(a->packets));
        assert_memory_equal(&a->bytes, &b->bytes, sizeof(a->bytes));
    }
    table_unref(rows);
    table_unref(wanted);
    table_unref(there);
    flow_counting_free(anew);
}

static void test_kept_is_as_counted_anew(void **state) {
    struct flow_store *store = flow_store_new();
    struct flow_counting *counting = flow_counting_new();
    (void)state;
    for (uint32_t i = 0; i < FLOWS / 2; i++) {
        struct flow flow = make_flow(i);
        assert_int_equal(flow_store_put(store, &flow, FLOW_READ), 0);
    }
    assert_int_equal(flow_store_count_by(store, counting), 0);
    check(store, counting);
    for (int i = 0; i < ROUNDS; i++) {
        struct flow flow = make_flow(draw(FLOWS));
        if (draw(2))
            flow_store_remove(store, &flow);
        else
            assert_int_equal(flow_store_put(store, &flow, draw(2) ? FLOW_TOLD : FLOW_ASKED), 0);
        if (i % 1000 == 0)
            check(store, counting);
    }
    check(store, counting);
    assert_int_equal(flow_store_count_by(store, NULL), 0);
    flow_store_free(store);
    flow_counting_free(counting);
}

// Values that came and went do not pile up.
static void test_values_that_went_leave_room(void **state) {
    struct flow_counting *counting = flow_counting_new();
    (void)state;
    for (uint32_t i = 0; i < 200000; i++) {
        struct flow flow = {.id = i, .family = ADDRESS_IPV4, .protocol = 6};
        memcpy(flow.orig.src, &i, sizeof(i));
        assert_int_equal(flow_counting_add(counting, &flow), 0);
        if (i % 2)
            flow_counting_remove(counting, &flow);
        struct flow other = flow;
        memcpy(other.orig.src, &(uint32_t){i - 1}, sizeof(i));
        if (i % 2)
            flow_counting_remove(counting, &other);
    }
    struct table *table = fill(counting);
    assert_int_equal(table->count, 0);
    table_unref(table);
    flow_counting_free(counting);
}

static void put_summary(struct node *node, uint64_t netns, uint64_t flows) {
    struct table *table = table_new(&flow_summary_kind);
    *(struct flow_summary *)table_add(table) = (struct flow_summary){
        .by = FLOW_BY_STATE, .value = "", .flows = flows / 2, .all_flows = flows};
    *(struct flow_summary *)table_add(table) =
        (struct flow_summary){.by = FLOW_BY_NETNS, .value = "", .flows = flows, .all_flows = flows};
    node_set_table(node, netns, table);
}

static double share_of(const struct node *node, uint64_t netns, size_t row) {
    const struct table *table = node_table(node, netns, KIND_FLOW_SUMMARIES);
    const struct row_ref ref = {node, node_find(node, netns)->netns, table_row(table, row)};
    struct value value;
    field_read(kind_find_field(&flow_summary_kind, "share", NULL), &ref, &value);
    assert_int_equal(value.kind, VALUE_REAL);
    return value.real;
}

// A state's share is of its namespace, a namespace's of all.
static void test_shares(void **state) {
    struct node *node = fake_node();
    (void)state;
    put_summary(node, 1, 30);
    assert_true(share_of(node, 1, 1) == 100.0);
    put_summary(node, 2, 10);
    assert_true(share_of(node, 1, 0) == 50.0);
    assert_true(share_of(node, 1, 1) == 75.0);
    assert_true(share_of(node, 2, 1) == 25.0);
    node_free(node);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kept_is_as_counted_anew),
        cmocka_unit_test(test_values_that_went_leave_room),
        cmocka_unit_test(test_shares),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
