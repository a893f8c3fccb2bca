// SPDX-License-Identifier: GPL-2.0-or-later
// The parsers of connection tracking against messages of a real kernel, the seeds of the fuzz
// target: whole, cut at every byte, and with an attribute that is too short.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/netns.h"
#include "source/conntrack_parse.h"
#include "source/expectation_parse.h"
#include "source/flow_parse.h"

struct captured {
    _Alignas(struct nlmsghdr) char bytes[4096];
    struct nlmsghdr *message;
};

static void capture(struct captured *captured, const char *name) {
    const char *source = getenv("srcdir");
    char path[512];
    snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/flow/%s", source ? source : ".", name);
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("%s is missing", path);
    size_t length = fread(captured->bytes, 1, sizeof(captured->bytes), file);
    fclose(file);
    captured->message = (struct nlmsghdr *)captured->bytes;
    assert_int_equal(captured->message->nlmsg_len, length);
}

static void expect_text(const struct kind *kind, const void *row, const char *key,
                        const char *text) {
    const struct netns netns = {.name = "here", .inode = 1};
    const struct row_ref ref = {.netns = &netns, .row = row};
    struct buffer words = BUFFER_INIT;
    struct value value;
    field_read(kind_find_field(kind, key, NULL), &ref, &value);
    value_format(&value, &words);
    assert_string_equal(buffer_text(&words), text);
    buffer_done(&words);
}

static void test_flow(void **state) {
    static const struct {
        const char *message, *key, *text;
    } expected[] = {
        {"tcp-ipv4-snat-dnat", "protocol", "tcp"},
        {"tcp-ipv4-snat-dnat", "state", "SYN_SENT"},
        {"tcp-ipv4-snat-dnat", "nat", "SNAT and DNAT"},
        {"tcp-ipv4-snat-dnat", "translation",
         "source 198.51.100.11:13001 becomes 192.0.2.1:13001, "
         "destination 203.0.113.20:80 becomes 203.0.113.5:80"},
        {"tcp-ipv4-snat-dnat", "return_packet",
         "from 203.0.113.5:80 to 192.0.2.1:13001, not seen so far"},
        {"tcp-ipv4-helper", "helper", "ftp"},
        {"tcp-ipv4-expected", "master", "tcp 198.51.100.2:15001 to 203.0.113.2:21"},
        {"udp-ipv4-labels-counted", "labels", "3"},
        {"udp-ipv4-counted", "packets", "1"},
        {"udp-ipv4-counted", "bytes", "33"},
        {"udp-ipv4-zone-counted", "zone", "5"},
        {"udp-ipv4-counted-orig_zone", "orig_zone", "7"},
        {"udp-ipv4-counted-orig_zone", "zone", ""},
        {"udp-ipv4-counted-reply_zone", "reply_zone", "9"},
        {"udp-ipv6-counted-dnat", "reply_src", "2001:db8:2::5"},
        {"icmp-ipv4", "icmp_type", "8"},
        {"icmp-ipv4", "reply_icmp_type", "0"},
        {"icmp-ipv4", "sport", ""},
        {"icmpv6-ipv6", "reply_icmp_type", "129"},
        {"gre-ipv4", "protocol", "gre"},
        {"253-ipv4", "protocol", "unknown(253)"},
        {"253-ipv4", "sport", ""},
        {"tcp-ipv4", "packets", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        struct captured captured;
        struct arena arena = ARENA_INIT;
        struct flow flow = {0};
        capture(&captured, expected[i].message);
        assert_int_equal(flow_parse(captured.message, &arena, &flow, NULL), 0);
        expect_text(&flow_kind, &flow, expected[i].key, expected[i].text);
        arena_done(&arena);
    }
}

// The type and the flags of the message say what happened.
static void test_event(void **state) {
    struct captured captured;
    struct arena arena = ARENA_INIT;
    struct flow flow = {0};
    enum flow_event event;
    (void)state;
    capture(&captured, "udp-ipv4-counted");
    captured.message->nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
    assert_int_equal(flow_parse(captured.message, &arena, &flow, &event), 0);
    assert_int_equal(event, FLOW_NEW);
    captured.message->nlmsg_flags = 0;
    assert_int_equal(flow_parse(captured.message, &arena, &flow, &event), 0);
    assert_int_equal(event, FLOW_UPDATE);
    captured.message->nlmsg_type += 2; // IPCTNL_MSG_CT_DELETE
    assert_int_equal(flow_parse(captured.message, &arena, &flow, &event), 0);
    assert_int_equal(event, FLOW_DESTROY);
    captured.message->nlmsg_type += 1;
    assert_int_equal(flow_parse(captured.message, &arena, &flow, &event), -ENOMSG);
    arena_done(&arena);
}

// Whatever is missing at the end is malformed, unless it ends between two attributes.
static void test_cut(void **state) {
    struct captured captured;
    struct arena arena = ARENA_INIT;
    size_t malformed = 0;
    (void)state;
    capture(&captured, "tcp-ipv6-snat-dnat");
    uint32_t whole = captured.message->nlmsg_len;
    for (uint32_t length = NLMSG_HDRLEN; length < whole; length++) {
        struct flow flow = {0};
        captured.message->nlmsg_len = length;
        int r = flow_parse(captured.message, &arena, &flow, NULL);
        assert_true(r == 0 || r == -EBADMSG);
        malformed += r == -EBADMSG;
    }
    assert_true(malformed > (whole - NLMSG_HDRLEN) * 3 / 4);
    arena_done(&arena);
}

static void test_expectation(void **state) {
    struct captured captured;
    struct arena arena = ARENA_INIT;
    struct expectation expectation = {0};
    (void)state;
    capture(&captured, "expectation");
    assert_int_equal(expectation_parse(captured.message, &arena, &expectation), 0);
    expect_text(&expectation_kind, &expectation, "helper", "ftp");
    expect_text(&expectation_kind, &expectation, "src", "203.0.113.2");
    expect_text(&expectation_kind, &expectation, "mask_src", "255.255.255.255");
    expect_text(&expectation_kind, &expectation, "master_dport", "21");
    arena_done(&arena);
}

static void test_statistics(void **state) {
    struct captured captured;
    struct conntrack conntrack = {0};
    struct conntrack_cpu cpu;
    (void)state;
    capture(&captured, "stats");
    assert_int_equal(conntrack_stats_parse(captured.message, &conntrack), 0);
    assert_true(conntrack.count.known && conntrack.count.value > 0);
    assert_int_equal(conntrack.max.value, 262144);
    assert_int_equal(conntrack_cpu_parse(captured.message, &cpu), -ENOMSG);
    capture(&captured, "cpu");
    assert_int_equal(conntrack_cpu_parse(captured.message, &cpu), 0);
    assert_true(cpu.counters[CONNTRACK_CHAINTOOLONG].known);
    captured.message->nlmsg_len -= 2;
    assert_int_equal(conntrack_cpu_parse(captured.message, &cpu), -EBADMSG);
}

static void test_settings(void **state) {
    struct conntrack conntrack = {.count = maybe_of(95), .buckets = maybe_of(64)};
    struct conntrack_timeout timeout;
    struct arena arena = ARENA_INIT;
    (void)state;
    assert_true(conntrack_setting_parse("nf_conntrack_max", "100\n", &conntrack));
    assert_true(conntrack_setting_parse("nf_conntrack_unheard_of", "1\n", &conntrack));
    assert_false(conntrack_setting_parse("nf_conntrack_acct", "-1\n", &conntrack));
    assert_false(conntrack_setting_parse("nf_conntrack_acct", "", &conntrack));
    assert_false(conntrack.accounting.known);
    expect_text(&conntrack_kind, &conntrack, "used", "95.0");
    expect_text(&conntrack_kind, &conntrack, "full_chain", "3.1");
    expect_text(&conntrack_kind, &conntrack, "verdict",
                "nearly full: new flows are dropped when it is");
    conntrack.count = maybe_of(1);
    expect_text(&conntrack_kind, &conntrack, "verdict",
                "few buckets for max: lookups are slower when it is full");
    assert_int_equal(
        conntrack_timeout_parse("nf_conntrack_tcp_timeout_syn_sent", "120\n", &arena, &timeout), 1);
    assert_string_equal(timeout.name, "tcp_syn_sent");
    assert_int_equal(timeout.seconds, 120);
    assert_int_equal(conntrack_timeout_parse("nf_conntrack_max", "1\n", &arena, &timeout), 0);
    arena_done(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flow),       cmocka_unit_test(test_event),
        cmocka_unit_test(test_cut),        cmocka_unit_test(test_expectation),
        cmocka_unit_test(test_statistics), cmocka_unit_test(test_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
