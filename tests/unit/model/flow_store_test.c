// SPDX-License-Identifier: GPL-2.0-or-later
// The store of flows: what is put is there, snapshots do not change, and it costs what it may.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/flow_store.h"

static struct flow make_flow(uint32_t number) {
    struct flow flow = {.id = number * 2654435761u,
                        .family = ADDRESS_IPV4,
                        .protocol = 6,
                        .state = FLOW_ESTABLISHED,
                        .known = FLOW_HAS_PORTS | FLOW_HAS_TIMEOUT,
                        .timeout = 100};
    memcpy(flow.orig.src, &number, sizeof(number));
    flow.orig.sport = (uint16_t)number;
    memcpy(flow.reply.dst, &number, sizeof(number));
    return flow;
}

static void put(struct flow_store *store, uint32_t number) {
    struct flow flow = make_flow(number);
    assert_int_equal(flow_store_put(store, &flow, FLOW_READ), 0);
}

static const struct flow *find(const struct flow_store *store, uint32_t number) {
    struct flow flow = make_flow(number);
    return flow_store_find(store, flow_kind.identity(&flow));
}

static uint64_t sum_of(const struct table *table) {
    uint64_t sum = 0;
    for (size_t i = 0; i < table->count; i++) {
        const struct flow *flow = table_row(table, i);
        if (table_has(table, i))
            sum = sum * 31 + flow->id + flow->timeout;
    }
    return sum;
}

static void test_put_find_remove(void **state) {
    struct flow_store *store = flow_store_new();
    (void)state;
    for (uint32_t i = 0; i < 20000; i++)
        put(store, i);
    assert_int_equal(flow_store_count(store), 20000);
    for (uint32_t i = 0; i < 20000; i += 2) {
        struct flow flow = make_flow(i);
        assert_true(flow_store_remove(store, &flow));
        assert_false(flow_store_remove(store, &flow));
    }
    for (uint32_t i = 0; i < 20000; i++)
        assert_int_equal(find(store, i) != NULL, i % 2);
    assert_int_equal(flow_store_count(store), 10000);
    flow_store_free(store);
}

static void test_ids_may_be_the_same(void **state) {
    struct flow_store *store = flow_store_new();
    struct flow a = make_flow(1), b = make_flow(2);
    (void)state;
    b.id = a.id;
    assert_int_equal(flow_store_put(store, &a, FLOW_READ), 0);
    assert_int_equal(flow_store_put(store, &b, FLOW_READ), 0);
    assert_int_equal(flow_store_count(store), 2);
    assert_true(flow_store_remove(store, &a));
    assert_non_null(flow_store_find(store, flow_kind.identity(&b)));
    flow_store_free(store);
}

static void test_snapshots_do_not_change(void **state) {
    struct flow_store *store = flow_store_new();
    (void)state;
    for (uint32_t i = 0; i < 6000; i++)
        put(store, i);
    struct table *first = flow_store_snapshot(store);
    uint64_t sum = sum_of(first);
    struct table *second = NULL;
    for (uint32_t round = 0; round < 50; round++) {
        for (uint32_t i = 0; i < 200; i++) {
            struct flow gone = make_flow(round * 100 + i / 2);
            flow_store_remove(store, &gone);
            put(store, 10000 + round * 200 + i);
            struct flow changed = make_flow(5500 + i);
            changed.timeout = round;
            assert_int_equal(flow_store_put(store, &changed, FLOW_ASKED), 0);
        }
        table_unref(second);
        second = flow_store_snapshot(store);
        assert_int_equal(table_row_count(second), flow_store_count(store));
        assert_int_equal(sum_of(first), sum);
    }
    size_t bytes = flow_store_bytes(store);
    flow_store_free(store); // the snapshots stay
    assert_int_equal(sum_of(first), sum);
    assert_int_equal(table_row_count(first), 6000);
    table_unref(first);
    table_unref(second);
    // Places are used again once nobody looks: not one for each of the 20,000 rows written.
    assert_true(bytes < 40 * TABLE_PAGE_ROWS * sizeof(struct flow));
}

static void test_events_leave_out(void **state) {
    struct flow_store *store = flow_store_new();
    struct flow_extra extra = {
        .helper = "ftp", .labels = (const char *const[]){"3"}, .label_count = 1};
    struct flow flow = make_flow(1), event = make_flow(1);
    (void)state;
    flow.known |= FLOW_HAS_COUNTERS;
    flow.bytes = 77;
    flow.start = 5;
    flow.extra = &extra;
    assert_int_equal(flow_store_put(store, &flow, FLOW_READ), 0);
    event.state = FLOW_STATELESS; // not said
    event.mark = 9;
    assert_int_equal(flow_store_put(store, &event, FLOW_TOLD), 0);
    const struct flow *now = find(store, 1);
    assert_int_equal(now->state, FLOW_ESTABLISHED);
    assert_int_equal(now->mark, 9);
    assert_int_equal(now->bytes, 77);
    assert_int_equal(now->start, 5);
    assert_string_equal(now->extra->helper, "ftp");
    assert_string_equal(now->extra->labels[0], "3");
    flow_store_free(store);
}

static void test_reading_anew(void **state) {
    struct flow_store *store = flow_store_new();
    (void)state;
    for (uint32_t i = 0; i < 5000; i++)
        put(store, i);
    table_unref(flow_store_snapshot(store));
    uint64_t changes = flow_store_changes(store);
    flow_store_begin(store);
    for (uint32_t i = 2500; i < 5000; i++)
        put(store, i);
    assert_int_equal(flow_store_changes(store), changes);
    flow_store_end(store);
    assert_int_equal(flow_store_count(store), 2500);
    assert_null(find(store, 2499));
    assert_non_null(find(store, 2500));
    flow_store_free(store);
}

// What a snapshot keeps is counted, and given back with it.
static void test_rows_that_are_kept_are_counted(void **state) {
    struct flow_store *store = flow_store_new();
    (void)state;
    for (uint32_t i = 0; i < 1000; i++)
        put(store, i);
    struct table *held = flow_store_snapshot(store);
    for (uint32_t i = 0; i < 600; i++) {
        struct flow gone = make_flow(i);
        flow_store_remove(store, &gone);
    }
    assert_int_equal(flow_store_left(store), 600);
    assert_int_equal(flow_store_reclaim(store), 0);
    assert_int_equal(flow_store_left(store), 600);
    table_unref(held);
    assert_int_equal(flow_store_reclaim(store), 0);
    assert_int_equal(flow_store_left(store), 0);
    flow_store_free(store);
}

static void test_an_ipv4_flow_costs_128_bytes(void **state) {
    struct flow_store *store = flow_store_new();
    const uint32_t count = 786000; // the index has just grown little before
    (void)state;
    for (uint32_t i = 0; i < count; i++)
        put(store, i);
    assert_true(flow_store_bytes(store) <= (size_t)count * 128);
    for (uint32_t i = count; i < 1000000; i++)
        put(store, i);
    assert_true(flow_store_bytes(store) <= (size_t)1000000 * 128);
    flow_store_free(store);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_put_find_remove),
        cmocka_unit_test(test_ids_may_be_the_same),
        cmocka_unit_test(test_snapshots_do_not_change),
        cmocka_unit_test(test_events_leave_out),
        cmocka_unit_test(test_reading_anew),
        cmocka_unit_test(test_rows_that_are_kept_are_counted),
        cmocka_unit_test(test_an_ipv4_flow_costs_128_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
