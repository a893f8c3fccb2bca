// SPDX-License-Identifier: GPL-2.0-or-later
// The rules of which names are tried, and of what a lookup does about time; what glibc sends is
// compared in tests/lab/dns_test.py.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "resolve/dns_lookup.h"

#define SECOND INT64_C(1000000)

static const char *const servers[] = {"10.0.0.1", "10.0.0.2"};
static const char *const search[] = {"a.example", "b.example"};

static struct resolver make_resolver(uint32_t ndots) {
    struct resolver resolver = resolver_default();
    resolver.ndots = ndots;
    resolver.search = search;
    resolver.search_count = 2;
    return resolver;
}

static void assert_candidates(enum dns_rules rules, uint32_t ndots, const char *name,
                              const char *expected) {
    struct arena arena = ARENA_INIT;
    struct resolver resolver = make_resolver(ndots);
    struct dns_candidates candidates;
    struct buffer all = BUFFER_INIT;
    assert_int_equal(dns_candidates_make(&arena, &resolver, rules, name, &candidates), 0);
    for (size_t i = 0; i < candidates.count; i++)
        buffer_printf(&all, "%s%s", i > 0 ? " " : "", candidates.names[i]);
    assert_string_equal(buffer_text(&all), expected);
    buffer_done(&all);
    arena_done(&arena);
}

static void test_names_are_tried_by_the_rules(void **state) {
    (void)state;
    assert_candidates(DNS_RULES_GLIBC, 2, "x", "x.a.example x.b.example x");
    assert_candidates(DNS_RULES_GLIBC, 2, "x.y", "x.y.a.example x.y.b.example x.y");
    assert_candidates(DNS_RULES_GLIBC, 1, "x.y", "x.y x.y.a.example x.y.b.example");
    assert_candidates(DNS_RULES_GLIBC, 5, "x.y.", "x.y.");
    assert_candidates(DNS_RULES_MUSL, 2, "x.y", "x.y.a.example x.y.b.example x.y");
    assert_candidates(DNS_RULES_MUSL, 1, "x.y", "x.y");
    assert_candidates(DNS_RULES_EXACT, 5, "x.y", "x.y");
}

// What is sent to whom and when while nobody answers: "second:server ...".
static void assert_schedule(enum dns_rules rules, const char *expected) {
    struct resolver resolver = make_resolver(0);
    resolver.search_count = 0;
    const struct dns_settings settings = {
        .rules = rules, .resolver = &resolver, .servers = servers, .server_count = 2, .port = 53};
    const struct dns_question question = {
        .asked = "x", .name = "x", .types = {DNS_TYPE_A}, .type_count = 1, .class = 1};
    struct dns_lookup *lookup = dns_lookup_new(&settings, &question, 7, 0);
    struct buffer all = BUFFER_INIT;
    struct dns_action action;
    int64_t now = 0;
    assert_non_null(lookup);
    for (dns_lookup_next(lookup, now, &action); action.kind != DNS_DONE;
         dns_lookup_next(lookup, now, &action)) {
        if (action.kind == DNS_SEND)
            buffer_printf(&all, "%lld:%zu ", (long long)(now / SECOND), action.server);
        else
            now = action.until;
    }
    buffer_printf(&all, "%lld", (long long)(now / SECOND));
    assert_string_equal(buffer_text(&all), expected);
    buffer_done(&all);
    dns_lookup_free(lookup);
}

static void test_servers_take_turns(void **state) {
    (void)state;
    // The second server is given twice the time, shared among the two.
    assert_schedule(DNS_RULES_GLIBC, "0:0 5:1 10:0 15:1 20");
    // All at once, and again after half of the time.
    assert_schedule(DNS_RULES_MUSL, "0:0 0:1 2:0 2:1 5");
}

static void test_letters_and_addresses_become_names(void **state) {
    struct arena arena = ARENA_INIT;
    struct error err = {0};
    const char *name;
    bool reverse;
    (void)state;
    assert_int_equal(dns_name_prepare(&arena, "bücher.example", &name, &reverse, &err), 0);
    assert_string_equal(name, "xn--bcher-kva.example");
    assert_false(reverse);
    assert_int_equal(dns_name_prepare(&arena, "10.1.2.3", &name, &reverse, &err), 0);
    assert_string_equal(name, "3.2.1.10.in-addr.arpa.");
    assert_true(reverse);
    assert_int_not_equal(dns_name_prepare(&arena, "a..b", &name, &reverse, &err), 0);
    assert_string_equal(err.text, "not a name of the DNS: a..b");
    arena_done(&arena);
}

static void test_types_have_names_and_numbers(void **state) {
    uint16_t type;
    (void)state;
    assert_int_equal(dns_type_parse("aaaa", &type), 0);
    assert_int_equal(type, 28);
    assert_int_equal(dns_type_parse("TYPE257", &type), 0);
    assert_int_equal(type, 257);
    assert_int_equal(dns_type_parse("65", &type), 0);
    assert_int_equal(type, 65);
    assert_int_not_equal(dns_type_parse("TYPE65536", &type), 0);
    assert_int_not_equal(dns_type_parse("NOTYPE", &type), 0);
}

// Of a lookup that goes on, what is known of its queries stays as it was.
static void test_a_snapshot_outlives_the_lookup(void **state) {
    struct resolver resolver = make_resolver(1);
    const struct dns_settings settings = {.rules = DNS_RULES_GLIBC,
                                          .resolver = &resolver,
                                          .servers = servers,
                                          .server_count = 2,
                                          .port = 53};
    const struct dns_question question = {
        .asked = "x.y", .name = "x.y", .types = {DNS_TYPE_A}, .type_count = 1, .class = 1};
    struct dns_lookup *lookup = dns_lookup_new(&settings, &question, 7, 0);
    struct dns_action action;
    (void)state;
    dns_lookup_next(lookup, 0, &action);
    assert_int_equal(action.kind, DNS_SEND);
    struct table *snapshot = dns_lookup_snapshot(lookup);
    dns_lookup_next(lookup, 5 * SECOND, &action);
    dns_lookup_cancel(lookup, 5 * SECOND);
    dns_lookup_free(lookup);
    assert_int_equal(snapshot->count, 1);
    const struct dns_query *query = table_row(snapshot, 0);
    assert_string_equal(query->candidate, "x.y");
    assert_string_equal(query->server, "10.0.0.1");
    assert_int_equal(query->outcome, DNS_QUERY_WAITING);
    table_unref(snapshot);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_are_tried_by_the_rules),
        cmocka_unit_test(test_servers_take_turns),
        cmocka_unit_test(test_letters_and_addresses_become_names),
        cmocka_unit_test(test_types_have_names_and_numbers),
        cmocka_unit_test(test_a_snapshot_outlives_the_lookup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
