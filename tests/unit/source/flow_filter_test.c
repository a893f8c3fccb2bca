// SPDX-License-Identifier: GPL-2.0-or-later
// What of a filter reaches ctnetlink: from its text through conditions to the request.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <netinet/in.h>

#include "query/filter_conditions.h"
#include "source/flow_filter.h"

static struct flow_filter push(const char *text) {
    struct filter *filter;
    struct conditions conditions;
    struct flow_filter pushed;
    assert_int_equal(filter_compile(&flow_kind, text, &filter, NULL, NULL), 0);
    filter_conditions(filter, &conditions);
    flow_filter_of(&conditions, &pushed);
    filter_free(filter);
    return pushed;
}

static void test_nothing(void **state) {
    static const char *const texts[] = {
        "",
        "tcp",
        "not mark = 1",
        "mark != 1",
        "mark > 1",
        "mark = 1 or mark = 2",
        "mark = 1 or zone = 1",
        "mark = 0x100000000",
        "mark = 1.5",
        "mark = -1",
        "zone = 65536",
        "dport = 80", // compared with a protocol only
        "protocol ~ tcp",
        "state = ESTABLISHED",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct flow_filter pushed = push(texts[i]);
        if (!flow_filter_is_empty(&pushed))
            fail_msg("something of '%s' is pushed", texts[i]);
    }
}

static void test_numbers(void **state) {
    (void)state;
    struct flow_filter pushed = push("mark = 0x1234 zone = 5 (status = ASSURED,SEEN_REPLY)");
    assert_true(pushed.has_mark && pushed.mark == 0x1234);
    assert_true(pushed.has_zone && pushed.zone == 5);
    assert_int_equal(pushed.status, 6);
    assert_int_equal(pushed.status_mask, 6);
    assert_false(flow_filter_needs_family(&pushed));
    pushed = push("status = UNREPLIED");
    assert_int_equal(pushed.status, 0);
    assert_int_equal(pushed.status_mask, 2);
}

static void test_tuples(void **state) {
    (void)state;
    struct flow_filter pushed = push("src = 10.0.0.1 and protocol = UDP and dport = 53");
    assert_int_equal(pushed.family, AF_INET);
    assert_int_equal(pushed.protocol, IPPROTO_UDP);
    assert_int_equal(pushed.orig.flags, 1 << 0 | 1 << 3 | 1 << 5);
    assert_int_equal(pushed.orig.tuple.dport, 53);
    assert_int_equal(pushed.orig.tuple.src[3], 1);
    pushed = push("reply_dst = 192.0.2.1");
    assert_int_equal(pushed.reply.flags, 1 << 1);
    flow_filter_drop_reply(&pushed);
    assert_false(flow_filter_needs_family(&pushed));
    // Of a network, and of IPv6, the family alone.
    pushed = push("src = 10.0.0.0/8");
    assert_int_equal(pushed.family, AF_INET);
    assert_false(flow_filter_needs_family(&pushed));
    pushed = push("dst = fd00::1");
    assert_int_equal(pushed.family, AF_INET6);
    assert_false(flow_filter_needs_family(&pushed));
}

static void test_alternatives(void **state) {
    (void)state;
    struct flow_filter pushed = push("(mark = 7 zone = 1) or (zone = 2 and mark = 7)");
    assert_true(pushed.has_mark && pushed.mark == 7);
    assert_false(pushed.has_zone);
}

static void test_request(void **state) {
    (void)state;
    struct flow_filter pushed = push("protocol = tcp src = 10.0.0.1 reply_sport = 80 mark = 1");
    struct nl_msg *request = nlmsg_alloc();
    assert_int_equal(flow_filter_put(&pushed, request), 0);
    // Mark and mask; the two tuples with addresses and protocol, with protocol and ports; flags.
    assert_int_equal(nlmsg_datalen(nlmsg_hdr(request)), 16 + (4 + 20 + 12) + (4 + 4 + 8 + 16) + 20);
    nlmsg_free(request);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing), cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_tuples),  cmocka_unit_test(test_alternatives),
        cmocka_unit_test(test_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
