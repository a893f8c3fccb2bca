// SPDX-License-Identifier: GPL-2.0-or-later
#include "tui/trace_order.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "source/trace.h"

static struct trace_order *parse_well(const char *text) {
    struct trace_order *order = NULL;
    struct error err = {0};
    size_t offset;
    if (trace_order_parse(text, &order, &offset, &err) < 0)
        fail_msg("%s: %s", text, err.text);
    return order;
}

static void test_rate_and_replies(void **state) {
    struct trace_order *order = parse_well("  250/s no-replies dport=53");
    (void)state;
    assert_int_equal(order->rate, 250);
    assert_false(order->replies);
    assert_int_equal(order->packets.count, 1);
    assert_int_equal(order->packets.alternatives[0].tests[0].number, 53);
    trace_order_free(order);
    order = parse_well("dport=53");
    assert_int_equal(order->rate, TRACE_RATE_DEFAULT);
    assert_true(order->replies);
    assert_false(order->names_netnses);
    trace_order_free(order);
}

static void test_hooks_and_force(void **state) {
    struct trace_order *order = parse_well("bridge 10/s ingress force all");
    (void)state;
    assert_int_equal(order->hooks, TRACE_HOOKS_BRIDGE | TRACE_HOOKS_INGRESS);
    assert_true(order->force);
    assert_string_equal(order->choice, "all");
    trace_order_free(order);
    order = parse_well("all");
    assert_int_equal(order->hooks, 0);
    assert_false(order->force);
    trace_order_free(order);
}

static void test_all_is_every_packet(void **state) {
    struct trace_order *order = parse_well("10/s all ");
    (void)state;
    assert_int_equal(order->packets.count, 1);
    assert_int_equal(order->packets.alternatives[0].count, 0);
    trace_order_free(order);
}

static void test_namespaces_of_the_filter(void **state) {
    struct trace_order *order = parse_well("netns=a dport=53");
    (void)state;
    assert_true(order->names_netnses);
    trace_order_free(order);
}

static void test_what_is_wrong(void **state) {
    static const struct {
        const char *text, *words;
        size_t offset;
    } cases[] = {
        {"", "which packets", SIZE_MAX},
        {"10/s", "which packets", SIZE_MAX},
        {"no-replies ", "which packets", SIZE_MAX},
        {"0/s all", "a rate is 1/s to", SIZE_MAX},
        {"99999999999999999999/s all", "a rate is 1/s to", SIZE_MAX},
        {"1000001/s all", "a rate is 1/s to", SIZE_MAX},
        {"10/s nosuch=1", "nosuch", 5},
        {"src~10", "regular expressions", SIZE_MAX},
        {"all dport=1", "word", SIZE_MAX},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct trace_order *order = NULL;
        struct error err = {0};
        size_t offset = 0;
        assert_true(trace_order_parse(cases[i].text, &order, &offset, &err) < 0);
        assert_null(order);
        if (!strstr(err.text, cases[i].words))
            fail_msg("%s: %s", cases[i].text, err.text);
        assert_int_equal(offset, cases[i].offset);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rate_and_replies),    cmocka_unit_test(test_hooks_and_force),
        cmocka_unit_test(test_all_is_every_packet), cmocka_unit_test(test_namespaces_of_the_filter),
        cmocka_unit_test(test_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
