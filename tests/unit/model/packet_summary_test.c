// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/packet_summary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ruleset/ruleset.h"

#define SECOND INT64_C(1000000000)

static struct packet_step rule(const char *table, const char *chain, uint64_t handle) {
    return (struct packet_step){.type = PACKET_STEP_RULE,
                                .family = NF_FAMILY_IP,
                                .table = table,
                                .chain = chain,
                                .handle = maybe_of(handle),
                                .number = maybe_of(1),
                                .rule = "counter drop"};
}

// A packet that the last of its steps decided on.
static struct packet packet_of(const struct packet_step *steps, size_t count, const char *reason,
                               int64_t time) {
    return (struct packet){.time = time,
                           .first.length = 100,
                           .outcome = PACKET_DROPPED,
                           .reason = reason,
                           .deciding = &steps[count - 1],
                           .steps = steps,
                           .step_count = count};
}

static const struct packet_summary *find(const struct table *table, enum packet_summary_by by,
                                         const char *value) {
    for (size_t i = 0; i < table->count; i++) {
        const struct packet_summary *row = table_row(table, i);
        if (row->by == by && strcmp(row->value, value) == 0)
            return row;
    }
    return NULL;
}

static struct table *fill(const struct packet_counting *counting, int64_t now) {
    struct table *table = table_new(&packet_summary_kind);
    assert_non_null(table);
    assert_int_equal(packet_counting_fill(counting, now, table), 0);
    return table;
}

static void test_rules_and_paths(void **state) {
    const struct packet_step direct[] = {rule("filter", "INPUT", 5)};
    const struct packet_step detour[] = {rule("nat", "PREROUTING", 3), rule("nat", "SVC", 4),
                                         rule("filter", "INPUT", 5)};
    struct packet a = packet_of(direct, 1, "ip filter INPUT handle 5", 0);
    struct packet b = packet_of(detour, 3, "ip filter INPUT handle 5", SECOND);
    struct packet_counting *counting = packet_counting_new(0);
    (void)state;
    assert_int_equal(packet_counting_add(counting, &a), 0);
    assert_int_equal(packet_counting_add(counting, &b), 0);
    assert_int_equal(packet_counting_add(counting, &b), 0);
    struct table *table = fill(counting, 4 * SECOND);
    assert_int_equal(table->count, 3); // one rule, two paths
    const struct packet_summary *by_rule = find(table, PACKET_BY_RULE, "ip filter INPUT handle 5");
    assert_non_null(by_rule);
    assert_int_equal(by_rule->packets, 3);
    assert_int_equal(by_rule->bytes, 300);
    assert_string_equal(by_rule->rule, "counter drop");
    assert_int_equal(by_rule->first, 0);
    assert_int_equal(by_rule->last, SECOND);
    const struct packet_summary *path =
        find(table, PACKET_BY_PATH, "ip nat PREROUTING#3 > SVC#4 > ip filter INPUT#5");
    assert_non_null(path);
    assert_int_equal(path->packets, 2);
    assert_int_equal(path->all_packets, 3);
    assert_int_equal(path->steps, 3);
    table_unref(table);
    packet_counting_free(counting);
}

static void test_outcomes_stand_apart(void **state) {
    const struct packet_step steps[] = {rule("filter", "INPUT", 5)};
    struct packet packet = packet_of(steps, 1, "ip filter INPUT handle 5", 0);
    struct packet_counting *counting = packet_counting_new(0);
    (void)state;
    assert_int_equal(packet_counting_add(counting, &packet), 0);
    packet.outcome = PACKET_UNKNOWN;
    assert_int_equal(packet_counting_add(counting, &packet), 0);
    struct table *table = fill(counting, SECOND);
    assert_int_equal(table->count, 4);
    table_unref(table);
    packet_counting_free(counting);
}

static double rate_at(const struct packet_counting *counting, int64_t now) {
    struct table *table = fill(counting, now);
    double rate = find(table, PACKET_BY_RULE, "no rule")->rate;
    table_unref(table);
    return rate;
}

static void test_rates(void **state) {
    struct packet packet = {.outcome = PACKET_ACCEPTED};
    struct packet_counting *counting = packet_counting_new(100 * SECOND);
    (void)state;
    for (int i = 0; i < 40; i++) {
        packet.time = 100 * SECOND + i * SECOND / 2; // two a second for twenty seconds
        assert_int_equal(packet_counting_add(counting, &packet), 0);
    }
    struct table *table = fill(counting, 120 * SECOND);
    const struct packet_summary *row = find(table, PACKET_BY_RULE, "no rule");
    assert_true(row->mean > 1.99 && row->mean < 2.01);
    assert_true(row->rate > 1.9 && row->rate < 2.1);
    table_unref(table);
    // What has just begun counts as a second; what was long ago not at all.
    assert_true(rate_at(counting, 140 * SECOND) == 0);
    packet_counting_free(counting);
    counting = packet_counting_new(200 * SECOND);
    packet.time = 200 * SECOND;
    assert_int_equal(packet_counting_add(counting, &packet), 0);
    assert_true(rate_at(counting, 200 * SECOND) == 1);
    packet_counting_free(counting);
}

static void test_too_many_count_as_others(void **state) {
    struct packet_counting *counting = packet_counting_new(0);
    (void)state;
    for (int i = 0; i < PACKET_SUMMARY_MOST + 50; i++) {
        const struct packet_step step = rule("filter", "INPUT", (uint64_t)i + 1);
        char reason[64];
        snprintf(reason, sizeof(reason), "ip filter INPUT handle %d", i + 1);
        struct packet packet = packet_of(&step, 1, reason, SECOND);
        assert_int_equal(packet_counting_add(counting, &packet), 0);
    }
    struct table *table = fill(counting, SECOND);
    assert_int_equal(table->count, 2 * (PACKET_SUMMARY_MOST + 1));
    assert_int_equal(find(table, PACKET_BY_RULE, "others")->packets, 50);
    assert_int_equal(find(table, PACKET_BY_PATH, "others")->packets, 50);
    table_unref(table);
    packet_counting_free(counting);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules_and_paths),
        cmocka_unit_test(test_outcomes_stand_apart),
        cmocka_unit_test(test_rates),
        cmocka_unit_test(test_too_many_count_as_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
