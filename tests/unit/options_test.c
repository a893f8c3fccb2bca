// SPDX-License-Identifier: GPL-2.0-or-later
#include "options.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "source/trace.h"

#define WORDS_MAX 16

// Splits a command line at spaces ('_' stands for an empty word) and parses it.
static int parse(const char *line, struct options *options, struct error *err) {
    static char copy[512], name[] = "netscope", empty[] = "";
    char *argv[WORDS_MAX + 1] = {name};
    int argc = 1;
    assert_true(strlen(line) < sizeof(copy));
    strcpy(copy, line);
    for (char *word = strtok(copy, " "); word && argc < WORDS_MAX; word = strtok(NULL, " "))
        argv[argc++] = strcmp(word, "_") == 0 ? empty : word;
    return options_parse(argc, argv, options, err);
}

static struct options parse_well(const char *line) {
    struct options options;
    struct error err = {0};
    if (parse(line, &options, &err) < 0)
        fail_msg("'%s': %s", line, err.text);
    return options;
}

static void test_without_options(void **state) {
    struct options options = parse_well("");
    (void)state;
    assert_int_equal(options.action, OPTIONS_TERMINAL);
    assert_null(options.panel);
    assert_null(options.dump.netns);
    assert_false(options.dump.all_netns);
    assert_false(options.no_color);
    assert_true(options.interval == 1.0);
}

static void test_view_of_a_panel(void **state) {
    struct options options = parse_well("--panel interfaces/interfaces");
    (void)state;
    assert_string_equal(options.panel, "interfaces");
    assert_string_equal(options.view, "interfaces");
}

static void test_question_for_a_route(void **state) {
    struct options options = parse_well("--from 10.0.0.2 --route-get 10.0.0.1 --dport 53 -j");
    (void)state;
    assert_int_equal(options.action, OPTIONS_ROUTE_GET);
    assert_string_equal(options.route_get.words[ROUTE_WORD_TO], "10.0.0.1");
    assert_string_equal(options.route_get.words[ROUTE_WORD_FROM], "10.0.0.2");
    assert_string_equal(options.route_get.words[ROUTE_WORD_DPORT], "53");
    assert_null(options.route_get.words[ROUTE_WORD_IIF]);
    assert_true(options.route_get.json);
}

static void test_terminal_options(void **state) {
    struct options options = parse_well("--panel interfaces --netns web --interval 0.5 --no-color");
    (void)state;
    assert_int_equal(options.action, OPTIONS_TERMINAL);
    assert_string_equal(options.panel, "interfaces");
    assert_null(options.view);
    assert_string_equal(options.dump.netns, "web");
    assert_true(options.interval == 0.5);
    assert_true(options.no_color);
}

static void test_dump_of_everything(void **state) {
    struct options options = parse_well("--dump");
    (void)state;
    assert_int_equal(options.action, OPTIONS_DUMP);
    // Answers and queries answer a question, packets, their steps and their summaries are traced,
    // events are followed.
    assert_int_equal(options.dump.kind_count, KIND_COUNT - 6);
    assert_int_equal(options.dump.format, DUMP_TEXT);
}

static void test_a_lookup(void **state) {
    struct options options =
        parse_well("--dump=dns --name a.b --type A,MX --server 10.0.0.1:5353 --tcp");
    (void)state;
    assert_string_equal(options.dns.name, "a.b");
    assert_string_equal(options.dns.types, "A,MX");
    assert_string_equal(options.dns.server, "10.0.0.1:5353");
    assert_true(options.dns.tcp);
    assert_true(options.dns.sections);
    assert_int_equal(options.dump.kind_count, 3);
    assert_false(parse_well("--dump=dns --name a.b -j").dns.sections);
}

static void test_a_trace(void **state) {
    struct options options =
        parse_well("--trace=dport=53 --hooks ingress,bridge --force --rate 5 --format ndjson");
    (void)state;
    assert_int_equal(options.action, OPTIONS_TRACE);
    assert_string_equal(options.trace.filter, "dport=53");
    assert_int_equal(options.trace.hooks, TRACE_HOOKS_BRIDGE | TRACE_HOOKS_INGRESS);
    assert_true(options.trace.force);
    assert_int_equal(options.trace.rate, 5);
    assert_int_equal(parse_well("--trace=dport=53 --hooks bridge").trace.hooks, TRACE_HOOKS_BRIDGE);
}

static void test_follow(void **state) {
    struct options options = parse_well("--dump=flows --follow --filter a");
    (void)state;
    assert_true(options.dump.follow);
    assert_int_equal(options.dump.format, DUMP_NDJSON);
    assert_false(parse_well("--dump=flows").dump.follow);
}

static void test_dump_options(void **state) {
    struct options options =
        parse_well("--dump=interfaces,namespaces --format ndjson --filter a --fields b --sort c "
                   "--no-header --all-netns");
    (void)state;
    assert_int_equal(options.dump.kind_count, 2);
    assert_int_equal(options.dump.kinds[0], KIND_INTERFACES);
    assert_int_equal(options.dump.kinds[1], KIND_NAMESPACES);
    assert_int_equal(options.dump.format, DUMP_NDJSON);
    assert_string_equal(options.dump.filter, "a");
    assert_string_equal(options.dump.fields, "b");
    assert_string_equal(options.dump.sort, "c");
    assert_true(options.dump.no_header);
    assert_true(options.dump.all_netns);
    assert_int_equal(parse_well("-j --dump").dump.format, DUMP_JSON);
    assert_int_equal(parse_well("--dump --format json -j").dump.format, DUMP_JSON);
    assert_int_equal(parse_well("--dum --no-h").action, OPTIONS_DUMP);
}

static void test_other_actions(void **state) {
    struct options options = parse_well("--list-fields=interfaces -j");
    (void)state;
    assert_int_equal(options.action, OPTIONS_LIST_FIELDS);
    assert_int_equal(options.dump.kind_count, 1);
    assert_int_equal(options.dump.format, DUMP_JSON);
    assert_int_equal(parse_well("--list-fields").dump.kind_count, KIND_COUNT);
    assert_int_equal(parse_well("-h").action, OPTIONS_HELP);
    assert_int_equal(parse_well("--dump --help").action, OPTIONS_HELP);
    assert_int_equal(parse_well("--version").action, OPTIONS_VERSION);
}

static const struct {
    const char *line;
    const char *words;
} mistakes[] = {
    {"--dmup", "unknown option: --dmup (did you mean --dump?)"},
    {"--xyzzy=5", "unknown option: --xyzzy"},
    {"--no", "--no could mean --no-header, --no-color"},
    {"-q", "unknown option: -q"},
    {"-jq --dump", "unknown option: -q"},
    {"--json=yes --dump", "--json takes no value"},
    {"--filter", "--filter needs a value"},
    {"--dump --dump", "--dump is given twice"},
    {"--dump=interface", "unknown kind: interface (did you mean interfaces?)"},
    {"--dump=interfaces,", "the name of a kind is missing"},
    {"--dump=", "the name of a kind is missing"},
    {"--dump=interfaces,interfaces", "interfaces is named twice"},
    {"--dump interfaces", "unexpected argument: interfaces (did you mean --dump=interfaces?)"},
    {"--list-fields namespaces",
     "unexpected argument: namespaces (did you mean --list-fields=namespaces?)"},
    {"--list-fields=namespaces,interfaces",
     "only one kind can be named, not namespaces,interfaces"},
    {"eth0", "unexpected argument: eth0"},
    {"--dump --format yaml", "unknown format: yaml (there are text, json, ndjson)"},
    {"--dump -j --format text", "--json and another --format"},
    {"--filter mtu", "--filter goes with --dump"},
    {"--dump --panel interfaces", "--panel does not go with --dump"},
    {"--list-fields --netns x", "--netns does not go with --list-fields"},
    {"--list-fields --format ndjson", "--list-fields is text or json"},
    {"--dump --netns x --all-netns", "--netns and --all-netns: one namespace, or every one"},
    {"--netns _", "the name of a namespace is missing"},
    {"--panel interface", "unknown panel: interface (did you mean interfaces?)"},
    {"--panel interfaces/nosuch", "unknown view of interfaces: nosuch (there are interfaces)"},
    {"--interval 0", "the interval is a number of seconds from 0.1 to 3600, not 0"},
    {"--interval 1s", "the interval is a number of seconds from 0.1 to 3600, not 1s"},
    {"--interval nan", "the interval is a number of seconds from 0.1 to 3600, not nan"},
};

static void test_mistakes_are_named(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        struct options options = {.panel = "untouched"};
        struct error err = {0};
        if (parse(mistakes[i].line, &options, &err) != -EINVAL)
            fail_msg("'%s' is taken", mistakes[i].line);
        assert_string_equal(err.text, mistakes[i].words);
        assert_string_equal(options.panel, "untouched");
    }
}

static void test_unknown_names_get_a_list(void **state) {
    struct options options;
    struct error err = {0};
    (void)state;
    assert_int_equal(parse("--dump=xyzzy", &options, &err), -EINVAL);
    assert_non_null(strstr(err.text, "unknown kind: xyzzy (there are namespaces, interfaces, "));
    for (size_t i = 0; i < KIND_COUNT; i++)
        assert_non_null(strstr(err.text, kinds[i]->name));
    assert_int_equal(parse("--panel xyzzy", &options, &err), -EINVAL);
    assert_non_null(strstr(err.text, "unknown panel: xyzzy (there are namespaces, interfaces"));
}

static void test_help_names_every_option_and_kind(void **state) {
    struct buffer help = BUFFER_INIT;
    (void)state;
    options_format_help(&help);
    for (size_t i = 0; i < option_count; i++)
        assert_non_null(strstr(buffer_text(&help), option_specs[i].name));
    for (size_t i = 0; i < KIND_COUNT; i++)
        assert_non_null(strstr(buffer_text(&help), kinds[i]->help));
    buffer_done(&help);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_options),
        cmocka_unit_test(test_question_for_a_route),
        cmocka_unit_test(test_terminal_options),
        cmocka_unit_test(test_view_of_a_panel),
        cmocka_unit_test(test_dump_of_everything),
        cmocka_unit_test(test_a_lookup),
        cmocka_unit_test(test_a_trace),
        cmocka_unit_test(test_follow),
        cmocka_unit_test(test_dump_options),
        cmocka_unit_test(test_other_actions),
        cmocka_unit_test(test_mistakes_are_named),
        cmocka_unit_test(test_unknown_names_get_a_list),
        cmocka_unit_test(test_help_names_every_option_and_kind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
