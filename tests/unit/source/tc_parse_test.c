// SPDX-License-Identifier: GPL-2.0-or-later
// The parser of traffic control against messages of a real kernel (Debian's 6.1): the seeds of the
// fuzz target. What they should say is what `tc -j filter show` said there.
#include "source/tc_parse.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"

struct captured {
    _Alignas(struct nlmsghdr) char bytes[8192];
    size_t length;
    struct arena arena;
};

static const struct nlmsghdr *capture(struct captured *captured, const char *name) {
    const char *source = getenv("srcdir");
    char path[512];
    snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/tc/%s", source ? source : ".", name);
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("%s is missing", path);
    captured->length = fread(captured->bytes, 1, sizeof(captured->bytes), file);
    fclose(file);
    captured->arena = ARENA_INIT;
    const struct nlmsghdr *message = (const void *)captured->bytes;
    assert_int_equal(message->nlmsg_len, captured->length);
    return message;
}

// "flower chain 5 prio 23: gact 2", with the numbers of verdicts, devices and programs.
static void write_filter(const struct tc_filter *filter, struct buffer *text) {
    buffer_puts(text, filter->kind);
    if (filter->chain)
        buffer_printf(text, " chain %u", filter->chain);
    buffer_printf(text, " prio %u", filter->priority);
    if (filter->program.known)
        buffer_puts(text, filter->direct_action ? " program da" : " program");
    if (filter->program_name)
        buffer_printf(text, " %s", filter->program_name);
    for (size_t i = 0; i < filter->action_count; i++) {
        const struct tc_action *action = &filter->actions[i];
        buffer_printf(text, "%s%s", i == 0 ? ": " : ", ", action->kind);
        if (action->has_verdict)
            buffer_printf(text, " %d", action->verdict);
        if (action->to_ifindex.known)
            buffer_printf(text, action->mirrors ? " copy to %u" : " to %u",
                          (unsigned)action->to_ifindex.value);
        if (action->program.known)
            buffer_puts(text, " program");
        if (action->program_name)
            buffer_printf(text, " %s", action->program_name);
    }
}

static void test_filters(void **state) {
    static const struct {
        const char *message, *text;
    } cases[] = {
        {"filter_program", "bpf prio 7 program da tc:[*fsobj]"},
        {"filter_program_redirect", "bpf prio 8 program tc:[*fsobj]: mirred 4 to 2"},
        {"filter_u32_redirect", "u32 prio 20: mirred 4 to 2"},
        {"filter_u32_mirror", "u32 prio 21: mirred 3 copy to 2"},
        {"filter_flower_drop", "flower prio 23: gact 2"},
        {"filter_flower_chain", "flower chain 5 prio 23: gact 2"},
        {"filter_pass", "matchall prio 24: gact 0"},
        {"filter_police_of_u32", "u32 prio 25: police 2"},
        {"filter_police", "matchall prio 26: police 2"},
        {"filter_pedit_drop", "matchall prio 27: pedit 3, gact 2"},
        {"filter_skbedit", "matchall prio 28: skbedit 3"},
        {"filter_nat", "matchall prio 29: nat 0"},
        {"filter_ct", "matchall prio 30: ct 3"},
        {"filter_trap", "matchall prio 31: gact 8"},
        {"filter_act_bpf", "matchall prio 32: bpf 3 program actor:[*fsobj]"},
        {"filter_u32_table", "u32 prio 20"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct captured captured;
        struct tc_filter filter;
        struct buffer text = BUFFER_INIT;
        const struct nlmsghdr *message = capture(&captured, cases[i].message);
        assert_int_equal(tc_filter_parse(message, &captured.arena, &filter), 0);
        write_filter(&filter, &text);
        assert_string_equal(buffer_text(&text), cases[i].text);
        buffer_done(&text);
        arena_done(&captured.arena);
    }
}

// The priority's own message comes first, and is no filter.
static void test_what_is_no_filter(void **state) {
    struct captured captured;
    struct tc_filter filter;
    struct tc_qdisc qdisc;
    (void)state;
    const struct nlmsghdr *message = capture(&captured, "filter3_0");
    assert_int_equal(tc_filter_parse(message, &captured.arena, &filter), -ENOMSG);
    assert_int_equal(tc_qdisc_parse(message, &qdisc), -ENOMSG);
    message = capture(&captured, "qdisc_clsact");
    assert_int_equal(tc_filter_parse(message, &captured.arena, &filter), -ENOMSG);
    arena_done(&captured.arena);
}

static void test_cut_messages_are_malformed(void **state) {
    struct captured captured;
    struct tc_filter filter;
    (void)state;
    struct nlmsghdr *message = (struct nlmsghdr *)(uintptr_t)capture(&captured, "filter_act_bpf");
    message->nlmsg_len = NLMSG_HDRLEN + 19;
    assert_int_equal(tc_filter_parse(message, &captured.arena, &filter), -EBADMSG);
    ((char *)message)[NLMSG_HDRLEN + 20 + 4 + strlen("matchall")] = 'x'; // its NUL
    message->nlmsg_len = NLMSG_HDRLEN + 20 + 4 + 12;
    assert_int_equal(tc_filter_parse(message, &captured.arena, &filter), -EBADMSG);
    message->nlmsg_len = NLMSG_HDRLEN + 20; // no kind
    assert_int_equal(tc_filter_parse(message, &captured.arena, &filter), -EBADMSG);
    arena_done(&captured.arena);
}

static void test_qdiscs(void **state) {
    struct captured captured;
    struct tc_qdisc qdisc;
    (void)state;
    assert_int_equal(tc_qdisc_parse(capture(&captured, "qdisc_clsact"), &qdisc), 0);
    assert_true(qdisc.ingress && qdisc.egress);
    assert_int_equal(tc_qdisc_parse(capture(&captured, "qdisc_0"), &qdisc), 0);
    assert_false(qdisc.ingress || qdisc.egress);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_filters),
        cmocka_unit_test(test_what_is_no_filter),
        cmocka_unit_test(test_cut_messages_are_malformed),
        cmocka_unit_test(test_qdiscs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
