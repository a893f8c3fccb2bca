// SPDX-License-Identifier: GPL-2.0-or-later
#include "query/filter.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "model/flow.h"
#include "model/netns.h"
#include "model/node.h"
#include "tests/sample.h"

// Which of the samples pass, as digits: "02" is the first and the third.
static void find_passing(const char *text, char passing[SAMPLE_COUNT + 1]) {
    struct filter *filter = NULL;
    struct error err = {0};
    size_t offset = 0, len = 0;
    if (filter_compile(&sample_kind, text, &filter, &offset, &err) < 0)
        fail_msg("'%s': %s at %zu", text, err.text, offset);
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        struct row_ref ref = sample_ref(i);
        if (filter_match(filter, &ref))
            passing[len++] = (char)('0' + i);
    }
    passing[len] = '\0';
    filter_free(filter);
}

static const struct {
    const char *text;
    const char *passing;
} matches[] = {
    {"", "012"},
    {"  \t", "012"},
    // Words are searched in every field, in either case.
    {"eth", "01"},
    {"ETH2", "0"},
    {"web-1", "012"},
    {"\"green field\"", "0"},
    {"uplink", "0"},
    {"'(core) and'", "0"},
    {"ac:11", "0"},
    {"fd00::", "02"},
    {"65536", "2"},
    {"running", "0"},
    {"10.9", "1"},
    {"yes", ""}, // not of booleans: it would be found everywhere
    {"375", ""}, // nor of rates
    {"eth uplink", "0"},
    // Texts.
    {"name = eth2", "0"},
    {"name=eth2", "0"},
    {"name == eth2", "0"},
    {"name = ETH2", ""},
    {"name != eth2", "12"},
    {"name < eth10", "0"},
    {"name <= eth10", "01"},
    {"name > eth2", "12"},
    {"alias = \"Uplink to (core) and more\"", "0"},
    {"alias != x", "012"},
    {"netns = default/web-1", "012"},
    {"since >= 2026-11-23", "0"},
    // Regular expressions, without regard to case.
    {"name ~ ^ETH", "01"},
    {"name ~ ^(eth2|lo)$", "02"},
    {"(name ~ ^(eth2|lo)$)", "02"},
    {"alias ~ \\(core\\)", "0"},
    {"alias ~ \"to \\(core\"", "0"},
    {"address ~ ^10\\.", "0"},
    {"tags ~ ^green", "0"},
    {"records ~ /24$", "0"},
    {"bytes ~ ^1", "01"},
    {"state ~ ^u", "0"},
    {"name ~ a{2,3}", ""},
    {"name ~ ^[[:alpha:]]+[0-9]+$", "01"},
    {"name ~ ^[^]+{9}{9}{9}{9}]+$", "012"},
    {"name ~ ^(([a-z]+)[0-9]*|x)+$", "012"},
    {"address ~ ^([0-9]{1,3}\\.){3}[0-9]{1,3}$", "0"},
    // Numbers.
    {"bytes = 1500", "0"},
    {"bytes = 1.5k", "0"},
    {"bytes = 64Ki", "2"},
    {"bytes = 64KiB", "2"},
    {"bytes > 1G", "1"},
    {"bytes >= 10G", "1"},
    {"bytes > 9.9999G", "1"},
    {"bytes < 0x5dd", "0"},
    {"bytes < 18446744073709551615", "012"},
    {"bytes < 99999999999999999999999", "012"},
    {"rate = 375B/s", "0"},
    {"count = 5", "0"},
    {"count != 5", "12"},
    {"count < 100", "02"},
    {"number = -3", "0"},
    {"number < 0", "0"},
    {"number > -3", "12"},
    {"number >= -2.5", "12"},
    {"number = -0", "1"},
    {"lifetime = 5m", "0"},
    {"lifetime = 300", "0"},
    {"lifetime < 1h30m", "0"},
    {"lifetime >= 300000ms", "0"},
    // Booleans, enumerations, flags.
    {"on = yes", "0"},
    {"on = FALSE", "2"},
    {"on != yes", "12"},
    {"state = up", "0"},
    {"state = UP", "0"},
    {"state != up", "12"},
    {"state = unknown(7)", ""},
    {"flags = UP", "0"},
    {"flags = up,running", "0"},
    {"flags = UP,LOWER_UP", ""},
    {"flags != UP", "12"},
    // Addresses and prefixes.
    {"address = 10.244.1.5", "0"},
    {"address = 10.244.0.0/16", "0"},
    {"address = 0.0.0.0/0", "0"},
    {"address = ::/0", "2"},
    {"address != 10.244.0.0/16", "12"},
    {"address > 10.0.0.0", "0"},
    {"prefix = 10.0.0.0/8", "0"},
    {"prefix = 10.244.1.0/24", "0"},
    {"prefix = 10.244.1.0/25", ""},
    {"prefix = fc00::/7", "2"},
    {"mac = 02:42:ac:11:00:02", "0"},
    {"mac = 02-42-AC-11-00-02", "0"},
    {"mac = 10.9.8.7", "1"},
    {"mac = 10.9.0.0/16", "1"},
    // Lists and records: any item will do, and '!=' wants none.
    {"tags = blue", "0"},
    {"tags = \"green field\"", "0"},
    {"tags != blue", "12"},
    {"records = 10.244.0.0/16", "0"},
    {"records = fd00::1", "0"},
    {"records = eth0:1", "0"},
    {"records != 10.244.1.5", "12"},
    {"records.local = 192.0.2.0/24", "2"},
    {"records.prefixlen > 24", "02"},
    {"records.prefixlen != 64", "12"},
    {"records.label = eth0:1", "0"},
    // Joining.
    {"name = eth2 or name = lo", "02"},
    {"name ~ eth and bytes > 1M", "1"},
    {"name ~ eth bytes > 1M", "1"},
    {"not name ~ eth", "2"},
    {"!eth", "2"},
    {"! eth10 eth", "0"},
    {"not not lo", "2"},
    {"NOT eth OR eth2", "02"},
    {"eth2 or lo and up", "0"},
    {"(eth2 or lo) and not up", "2"},
    {"not (eth2 or lo)", "1"},
    {"((lo))", "2"},
    {"name=lo or(name=eth2)", "02"},
    {"\"and\"", "0"},
};

static void test_rows_that_pass(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(matches) / sizeof(matches[0]); i++) {
        char passing[SAMPLE_COUNT + 1];
        find_passing(matches[i].text, passing);
        if (strcmp(passing, matches[i].passing) != 0)
            fail_msg("'%s' lets '%s' through, not '%s'", matches[i].text, passing,
                     matches[i].passing);
    }
}

static const struct {
    const char *text;
    size_t offset;
    const char *words;
} mistakes[] = {
    {"naem = x", 0, "unknown field: naem (did you mean name?)"},
    {"lo or zzzzzz=1", 6, "unknown field: zzzzzz"},
    {"records.locl = 1", 0, "unknown field: records.locl (did you mean records.local?)"},
    {"records.zzzzzz = 1", 0, "unknown field: records.zzzzzz"},
    {"name.x = 1", 0, "name has no fields inside it"},
    {"name =", 6, "a value is missing after '='"},
    {"(name >=  )", 10, "a value is missing after '>='"},
    {"= 5", 0, "a field is missing before '='"},
    {"lo \"x\" = 5", 7, "a field is missing before '='"},
    {"on < yes", 3, "on has no order: '<' cannot stand behind it"},
    {"state >= up", 6, "state has no order: '>=' cannot stand behind it"},
    {"flags > UP", 6, "flags has no order: '>' cannot stand behind it"},
    {"tags < a", 5, "tags has no order: '<' cannot stand behind it"},
    {"records < 1.2.3.4", 8, "records has no order: '<' cannot stand behind it"},
    {"bytes = many", 8, "bytes needs a number (10, 1.5k, 10M, 1Gi), not 'many'"},
    {"bytes = 10X", 8, "bytes needs a number (10, 1.5k, 10M, 1Gi), not '10X'"},
    {"lifetime > 5y", 11, "lifetime needs a duration (90, 5m, 1h30m), not '5y'"},
    {"lo and on = maybe", 12, "on is yes or no, not 'maybe'"},
    {"state = upp", 8, "state is never 'upp' (did you mean up?)"},
    {"state = zzzz", 8, "state is never 'zzzz'"},
    {"flags = RUNING", 8, "flags is never 'RUNING' (did you mean RUNNING?)"},
    {"flags = UP,", 8, "flags is never 'UP,'"},
    {"address = 10.0.0.0/33", 10, "address needs an address or a prefix, not '10.0.0.0/33'"},
    {"prefix = eth0", 9, "prefix needs an address or a prefix, not 'eth0'"},
    {"mac = 02:42", 6, NULL}, // two bytes are an address of some link layer
    {"mac = 02:4", 6, "mac needs a link-layer address, not '02:4'"},
    {"(lo", 0, "a ')' is missing for this '('"},
    {"eth (lo or (up)", 4, "a ')' is missing for this '('"},
    {"lo)", 2, "this ')' closes nothing"},
    {")", 0, "this ')' closes nothing"},
    {"()", 1, "nothing stands between the parentheses"},
    {"name ~ \"\"", 7, "empty regular expression"},
    {"name ~ a(b", 7, "bad regular expression: Unmatched ( or \\("},
    {"name ~ (a)\\1", 7, "bad regular expression: back references are not supported"},
    {"name ~ a{200}{200}", 7, "bad regular expression: it repeats too often"},
    {"name ~ a++++", 7, "bad regular expression: too many repetitions of repetitions"},
    {"name ~ (((a*)?b)+|c){2}", 7, "bad regular expression: too many repetitions of repetitions"},
    {"name ~ ((a{9}){9}b+){9}", 7, "bad regular expression: it repeats too often"},
    {"name ~ (((((((((((((((((((((a", 7,
     "bad regular expression: too many parentheses inside each other"},
    {"name ~ [[:alpha", 7, "bad regular expression: Unmatched [, [^, [:, [., or [="},
    {"name ~ [^]a", 7, "bad regular expression: Unmatched [, [^, [:, [., or [="},
    {"name ~ a{1,99999999999}", 7, "bad regular expression: it repeats too often"},
    {"name = \"eth", 7, "the quote is not closed"},
    {"'eth\\'", 0, "the quote is not closed"},
    {"\"\"", 0, "nothing to search for between the quotes"},
    {"and lo", 0, "something is missing before 'and'"},
    {"lo or or lo", 6, "something is missing before 'or'"},
    {"lo and", 6, "something is missing after 'and'"},
    {"lo or", 5, "something is missing after 'or'"},
    {"(not )", 5, "something is missing after 'not'"},
    {"!", 1, "something is missing after '!'"},
};

static void test_mistakes_are_named_and_placed(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        struct filter *filter = NULL;
        struct error err = {0};
        size_t offset = SIZE_MAX;
        int r = filter_compile(&sample_kind, mistakes[i].text, &filter, &offset, &err);
        if (!mistakes[i].words) {
            assert_int_equal(r, 0);
            filter_free(filter);
            continue;
        }
        if (r != -EINVAL)
            fail_msg("'%s' gives %d", mistakes[i].text, r);
        assert_null(filter);
        assert_string_equal(err.text, mistakes[i].words);
        if (offset != mistakes[i].offset)
            fail_msg("'%s': %s at %zu, not %zu", mistakes[i].text, err.text, offset,
                     mistakes[i].offset);
    }
}

// Text of count times the pattern.
static char *repeat(const char *pattern, size_t count) {
    size_t len = strlen(pattern);
    char *text = malloc(len * count + 1);
    assert_non_null(text);
    for (size_t i = 0; i < count; i++)
        memcpy(text + i * len, pattern, len + 1);
    return text;
}

static void test_depth_and_size_are_bounded(void **state) {
    static const struct {
        const char *pattern;
        size_t count, offset;
    } cases[] = {{"(", 4000, 64}, {"not ", 1000, 256}, {"!", 4000, 64}, {"a ", 2049, 4096}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct filter *filter = NULL;
        size_t offset = 0;
        char *text = repeat(cases[i].pattern, cases[i].count);
        assert_int_equal(filter_compile(&sample_kind, text, &filter, &offset, NULL), -EINVAL);
        assert_int_equal(offset, cases[i].offset);
        free(text);
    }
}

static void test_long_chains_are_not_deep(void **state) {
    char passing[SAMPLE_COUNT + 1];
    char *text = repeat("lo or ", 600);
    (void)state;
    strcpy(text + strlen(text) - 3, "  ");
    find_passing(text, passing);
    assert_string_equal(passing, "2");
    free(text);
}

// --- A word in a million flows is looked for by shortcuts ----------------------------------------

static bool stands_in_flow(const struct row_ref *ref, const char *word) {
    for (size_t i = 0; i < flow_kind.field_count; i++) {
        const struct field *field = &flow_kind.fields[i];
        struct buffer text = BUFFER_INIT;
        struct value value;
        field_read(field, ref, &value);
        if (!field_is_rate(field))
            value_format(&value, &text);
        bool found = text_contains(buffer_text(&text), word);
        buffer_done(&text);
        if (found)
            return true;
    }
    return false;
}

static const struct flow_extra extras[] = {
    {.src = {ADDRESS_IPV6, {0x20, 0x01, 0x0d, 0xb8, [14] = 0x84, [15] = 0x43}},
     .dst = {ADDRESS_IPV6, {[15] = 1}},
     .reply_src = {ADDRESS_IPV6, {[15] = 1}},
     .reply_dst = {ADDRESS_IPV6, {[10] = 0xff, 0xff, 192, 0, 2, 77}},
     .helper = "ftp"},
    {.secctx = "system_u:object_r:unlabeled_t:s0", .vtag = {4711, 1}},
};

static struct flow make_flow(uint32_t number) {
    uint32_t a = number * 2654435761u;
    struct flow flow = {.family = a % 13 ? ADDRESS_IPV4 : ADDRESS_IPV6,
                        .extra = a % 13 == 0   ? &extras[0]
                                 : a % 17 == 0 ? &extras[1]
                                               : NULL,
                        .protocol = a % 11 == 0 ? 200
                                    : a % 2     ? 6
                                                : 17,
                        .state = a % 2 ? FLOW_ESTABLISHED : FLOW_STATELESS,
                        .known = (a % 5 ? FLOW_HAS_PORTS : FLOW_HAS_ICMP) | FLOW_HAS_COUNTERS,
                        .status = a >> 3 & 0x3f,
                        .mark = a % 7 ? 0 : a,
                        .id = a,
                        .packets = a % 19 ? a / 7 : UINT64_MAX,
                        .start = a % 3 ? (int64_t)a * 1000000000 + number * 12347 : 0};
    for (int i = 0; i < 4; i++) {
        flow.orig.src[i] = flow.reply.dst[i] = (uint8_t)(a >> 8 * i & 0x83);
        flow.orig.dst[i] = flow.reply.src[i] = (uint8_t)(a >> 5 * i & 0x47);
    }
    flow.orig.sport = flow.reply.dport = (uint16_t)(a >> 9);
    return flow;
}

static void test_shortcuts_find_what_stands_there(void **state) {
    static const char *const words[] = {"seen",
                                        "becomes",
                                        "established",
                                        "128.3",
                                        "443",
                                        "1970-01",
                                        "T03:",
                                        "0.0",
                                        "from",
                                        "fed",
                                        "udp",
                                        "ASSURED",
                                        "2:131",
                                        "SNAT",
                                        "source",
                                        "so far",
                                        "type",
                                        "2001:db8",
                                        "131:",
                                        "-1",
                                        "1.3",
                                        ".0000",
                                        "unknown",
                                        "(20",
                                        "ipv6",
                                        "8443",
                                        "4711",
                                        "NAT,D",
                                        "REPLY,",
                                        "nowhere",
                                        ",",
                                        "192.0.2.7",
                                        "ffff:",
                                        "there",
                                        "FTP",
                                        "_t:",
                                        "9",
                                        "0",
                                        "00",
                                        "007",
                                        "70",
                                        ".0.",
                                        "3.131.",
                                        "131.3.1",
                                        "3.2.",
                                        "0.0.0.",
                                        "1.3.3.1",
                                        "..",
                                        "2.3.130.12",
                                        "3.128.128.1",
                                        "1.0.128.",
                                        ".67.131",
                                        "0.067.",
                                        "12347",
                                        "37028653",
                                        "1234700",
                                        "1000012347",
                                        "18446744073709551615",
                                        "99999999999999999999"};
    struct node *node = node_new();
    struct table *namespaces = table_new(&netns_kind);
    struct netns *netns = table_add(namespaces);
    (void)state;
    netns->name = "there";
    netns->inode = 1;
    assert_int_equal(node_set_namespaces(node, namespaces), 0);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        char text[32];
        struct filter *filter;
        snprintf(text, sizeof(text), "\"%s\"", words[i]);
        assert_int_equal(filter_compile(&flow_kind, text, &filter, NULL, NULL), 0);
        filter_remember(filter, node);
        for (uint32_t number = 0; number < 3000; number++) {
            struct flow flow = make_flow(number);
            const struct row_ref ref = {.node = node, .netns = netns, .row = &flow};
            if (filter_match(filter, &ref) != stands_in_flow(&ref, words[i]))
                fail_msg("%s: flow %u", words[i], number);
        }
        filter_free(filter);
    }
    node_free(node);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_that_pass),
        cmocka_unit_test(test_mistakes_are_named_and_placed),
        cmocka_unit_test(test_depth_and_size_are_bounded),
        cmocka_unit_test(test_long_chains_are_not_deep),
        cmocka_unit_test(test_shortcuts_find_what_stands_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
