// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/packet_log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define HERE  1 // namespaces
#define THERE 2

static void add(struct packet_log *log, uint64_t number, uint64_t netns, size_t bytes) {
    struct traced_packet *traced = calloc(1, sizeof(*traced));
    assert_non_null(traced);
    atomic_init(&traced->references, 1);
    traced->packet.number = number;
    if (bytes > 0)
        assert_non_null(arena_alloc(&traced->arena, bytes));
    assert_int_equal(packet_log_add(log, traced, netns), 0);
}

static uint64_t number_at(const struct table *table, size_t index) {
    const struct packet *packet = table_row(table, index);
    return packet->number;
}

static void test_snapshots_are_of_one_namespace(void **state) {
    struct packet_log *log = packet_log_new();
    (void)state;
    add(log, 1, HERE, 0);
    add(log, 2, THERE, 0);
    add(log, 3, HERE, 0);
    struct table *table = packet_log_snapshot(log, HERE);
    assert_int_equal(table_row_count(table), 2);
    assert_int_equal(number_at(table, 0), 1);
    assert_int_equal(number_at(table, 1), 3);
    assert_true(table_has(table, 1));
    table_unref(table);
    table = packet_log_snapshot(log, 77);
    assert_int_equal(table_row_count(table), 0);
    table_unref(table);
    packet_log_free(log);
}

// What a snapshot shows stays, whatever becomes of the log.
static void test_snapshots_hold_their_packets(void **state) {
    struct packet_log *log = packet_log_new();
    (void)state;
    add(log, 1, HERE, 1000);
    struct table *table = packet_log_snapshot(log, HERE);
    for (uint64_t i = 0; i < PACKET_LOG_MOST; i++)
        add(log, 2 + i, HERE, 0);
    assert_int_equal(packet_log_dropped(log), 1);
    packet_log_free(log);
    assert_int_equal(number_at(table, 0), 1);
    table_unref(table);
}

static void test_the_oldest_go(void **state) {
    struct packet_log *log = packet_log_new();
    (void)state;
    add(log, 1, THERE, 0);
    uint64_t version = packet_log_version(log, THERE);
    for (uint64_t i = 0; i < PACKET_LOG_MOST; i++)
        add(log, i, HERE, 0);
    assert_int_equal(packet_log_count(log), PACKET_LOG_MOST);
    assert_int_not_equal(packet_log_version(log, THERE), version); // its packet went
    struct table *table = packet_log_snapshot(log, THERE);
    assert_int_equal(table_row_count(table), 0);
    table_unref(table);
    table = packet_log_snapshot(log, HERE);
    assert_int_equal(table_row_count(table), PACKET_LOG_MOST);
    assert_int_equal(number_at(table, PACKET_LOG_MOST - 1), PACKET_LOG_MOST - 1);
    table_unref(table);
    packet_log_free(log);
}

static void test_large_ones_go_earlier(void **state) {
    struct packet_log *log = packet_log_new();
    (void)state;
    for (uint64_t i = 0; i < 5; i++)
        add(log, i, HERE, PACKET_LOG_BYTES / 4);
    assert_true(packet_log_count(log) < 5);
    add(log, 9, HERE, PACKET_LOG_BYTES * 2); // larger than all: it is there alone
    assert_int_equal(packet_log_count(log), 1);
    packet_log_free(log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_snapshots_are_of_one_namespace),
        cmocka_unit_test(test_snapshots_hold_their_packets),
        cmocka_unit_test(test_the_oldest_go),
        cmocka_unit_test(test_large_ones_go_earlier),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
