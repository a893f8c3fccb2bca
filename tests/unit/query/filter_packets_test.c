// SPDX-License-Identifier: GPL-2.0-or-later
#include "query/filter_packets.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "model/packet.h"

// A number of selectors and operators as text: "src=10.0.0.0/8 dport<1024 | proto=6".
static void write_test(const struct packet_test *test, struct buffer *text) {
    static const char *const selectors[] = {
        [PACKET_FAMILY] = "family",  [PACKET_SRC] = "src",        [PACKET_DST] = "dst",
        [PACKET_PROTO] = "proto",    [PACKET_SPORT] = "sport",    [PACKET_DPORT] = "dport",
        [PACKET_ICMP_TYPE] = "type", [PACKET_ICMP_CODE] = "code", [PACKET_TCP_FLAGS] = "flags",
        [PACKET_LENGTH] = "length",  [PACKET_TTL] = "ttl",        [PACKET_MARK] = "mark",
        [PACKET_IIF] = "iif",        [PACKET_OIF] = "oif",        [PACKET_NETNS] = "netns"};
    static const char *const ops[] = {"=", "!=", "<", "<=", ">", ">="};
    buffer_printf(text, "%s%s", selectors[test->selector], ops[test->op]);
    switch ((enum packet_selector)test->selector) {
    case PACKET_SRC:
    case PACKET_DST:
        prefix_format(&test->prefix, text);
        break;
    case PACKET_IIF:
    case PACKET_OIF:
    case PACKET_NETNS:
        buffer_puts(text, test->text);
        break;
    default:
        buffer_put_uint(text, test->number);
    }
}

static void write_filter(const struct packet_filter *filter, struct buffer *text) {
    for (size_t i = 0; i < filter->count; i++) {
        buffer_puts(text, i > 0 ? " | " : "");
        for (size_t j = 0; j < filter->alternatives[i].count; j++) {
            buffer_puts(text, j > 0 ? " " : "");
            write_test(&filter->alternatives[i].tests[j], text);
        }
    }
}

static int expand(const char *text, struct buffer *ret, struct error *err) {
    struct arena arena = ARENA_INIT;
    struct packet_filter packets;
    struct filter *filter = NULL;
    int r = filter_compile(&packet_kind, text, &filter, NULL, err);
    if (r == 0)
        r = filter_packets(filter, &arena, &packets, err);
    if (r == 0)
        write_filter(&packets, ret);
    filter_free(filter);
    arena_done(&arena);
    return r;
}

static const struct {
    const char *text, *expected;
} cases[] = {
    {"", ""},
    {"src=10.0.0.0/8", "src=10.0.0.0/8"},
    {"src=10.0.0.1 dport=53", "src=10.0.0.1/32 dport=53"},
    {"proto=tcp", "proto=6"},
    {"proto=ospf", "proto=89"},
    {"family=ipv6", "family=6"},
    {"tcp_flags=syn", "flags=2"},
    {"iif=cni0 netns=host", "iif=cni0 netns=host"},
    {"dport=80 or dport=443", "dport=80 | dport=443"},
    {"proto=tcp (dport=80 or dport=443)", "proto=6 dport=80 | proto=6 dport=443"},
    {"not (dport=80 or src=10.0.0.1)", "dport!=80 src!=10.0.0.1/32"},
    {"not (dport=80 src=10.0.0.1)", "dport!=80 | src!=10.0.0.1/32"},
    {"not dport < 1024", "dport>=1024"},
    {"dport > 1 dport <= 9", "dport>1 dport<=9"},
    {"(dport=1 or dport=2) (sport=3 or sport=4)",
     "dport=1 sport=3 | dport=1 sport=4 | dport=2 sport=3 | dport=2 sport=4"},
    {"mark != 0x10", "mark!=16"},
};

static void test_alternatives(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buffer text = BUFFER_INIT;
        struct error err = {0};
        if (expand(cases[i].text, &text, &err) < 0)
            fail_msg("'%s': %s", cases[i].text, err.text);
        assert_string_equal(buffer_text(&text), cases[i].expected);
        buffer_done(&text);
    }
}

static const struct {
    const char *text, *words;
} refused[] = {
    {"lo", "word"},
    {"iif ~ eth", "regular expressions"},
    {"outcome=dropped", "outcome"},
    {"src < 10.0.0.1", "= or !="},
    {"proto=nosuch", "nosuch"},
    {"(dport=1 or dport=2 or dport=3) (sport=1 or sport=2 or sport=3) (ttl=1 or ttl=2 or ttl=3) "
     "(mark=1 or mark=2 or mark=3)",
     "alternatives"},
};

static void test_what_the_kernel_cannot_do(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct buffer text = BUFFER_INIT;
        struct error err = {0};
        assert_int_equal(expand(refused[i].text, &text, &err), -EINVAL);
        if (!strstr(err.text, refused[i].words))
            fail_msg("'%s': %s", refused[i].text, err.text);
        buffer_done(&text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alternatives),
        cmocka_unit_test(test_what_the_kernel_cannot_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
