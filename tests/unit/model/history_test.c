// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/history.h"

#define SECOND 1000000000LL

static void add(struct history *history, uint64_t identity, int64_t time, uint64_t value) {
    uint64_t counters[HISTORY_COUNTERS] = {[2] = value};
    assert_int_equal(history_add(history, identity, time, counters), 0);
}

static void test_a_rate_needs_two_samples(void **state) {
    struct history *history = history_new();
    uint64_t latest = 0;
    double rate = 0;
    (void)state;
    assert_false(history_latest(history, 7, 2, &latest));
    add(history, 7, 5 * SECOND, 100);
    assert_false(history_rate(history, 7, 2, &rate));
    add(history, 7, 7 * SECOND, 1100);
    assert_true(history_rate(history, 7, 2, &rate));
    assert_true(rate == 500.0);
    assert_true(history_latest(history, 7, 2, &latest));
    assert_int_equal(latest, 1100);
    assert_false(history_rate(history, 8, 2, &rate));
    history_free(history);
}

static void test_a_minute_is_kept_in_order(void **state) {
    struct history *history = history_new();
    double rates[100];
    uint64_t total = 0;
    (void)state;
    for (uint64_t i = 0; i < 200; i++) {
        total += i;
        add(history, 1, (int64_t)i * SECOND, total);
    }
    size_t count = history_rates(history, 1, 2, rates, 100);
    assert_int_equal(count, HISTORY_SAMPLES - 1);
    for (size_t i = 0; i < count; i++)
        assert_true(rates[i] == (double)(200 - count + i));
    assert_int_equal(history_rates(history, 1, 2, rates, 3), 3);
    assert_true(rates[0] == 197.0 && rates[2] == 199.0);
    history_free(history);
}

static void test_a_counter_that_goes_back_starts_again(void **state) {
    struct history *history = history_new();
    double rate;
    (void)state;
    add(history, 1, SECOND, 1000);
    add(history, 1, 2 * SECOND, 2000);
    add(history, 1, 3 * SECOND, 10);
    assert_false(history_rate(history, 1, 2, &rate));
    add(history, 1, 4 * SECOND, 30);
    assert_true(history_rate(history, 1, 2, &rate));
    assert_true(rate == 20.0);
    history_free(history);
}

static void test_two_samples_of_one_moment_are_one(void **state) {
    struct history *history = history_new();
    double rate;
    (void)state;
    add(history, 1, SECOND, 1000);
    add(history, 1, SECOND, 1500);
    assert_false(history_rate(history, 1, 2, &rate));
    add(history, 1, 2 * SECOND, 1600);
    assert_true(history_rate(history, 1, 2, &rate));
    assert_true(rate == 100.0);
    history_free(history);
}

static void test_rows_without_samples_are_forgotten(void **state) {
    struct history *history = history_new();
    uint64_t latest;
    (void)state;
    for (uint64_t identity = 100; identity > 0; identity--)
        add(history, identity, (int64_t)identity * SECOND, identity);
    history_forget(history, 51 * SECOND);
    assert_false(history_latest(history, 50, 2, &latest));
    for (uint64_t identity = 51; identity <= 100; identity++) {
        assert_true(history_latest(history, identity, 2, &latest));
        assert_int_equal(latest, identity);
    }
    history_free(history);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_rate_needs_two_samples),
        cmocka_unit_test(test_a_minute_is_kept_in_order),
        cmocka_unit_test(test_a_counter_that_goes_back_starts_again),
        cmocka_unit_test(test_two_samples_of_one_moment_are_one),
        cmocka_unit_test(test_rows_without_samples_are_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
