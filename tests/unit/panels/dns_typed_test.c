// SPDX-License-Identifier: GPL-2.0-or-later
// What is typed to look a name up.
#include "panels/dns_typed.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct dns_request parse(struct arena *arena, const char *typed) {
    struct dns_request request;
    struct error err = {0};
    assert_int_equal(dns_typed_parse(typed, arena, &request, &err), 0);
    return request;
}

static void test_a_name_alone(void **state) {
    struct arena arena = ARENA_INIT;
    (void)state;
    const struct dns_request request = parse(&arena, "  web.default ");
    assert_string_equal(request.name, "web.default");
    assert_null(request.types);
    assert_null(request.server);
    assert_null(request.watch);
    assert_false(request.tcp);
    arena_done(&arena);
}

static void test_words_in_any_order(void **state) {
    struct arena arena = ARENA_INIT;
    (void)state;
    const struct dns_request request =
        parse(&arena, "+tcp @10.0.0.1:54 web A,MX +musl CH TXT +watch=0.5");
    assert_string_equal(request.name, "web");
    assert_string_equal(request.types, "A,MX,TXT");
    assert_string_equal(request.class, "CH");
    assert_string_equal(request.server, "10.0.0.1:54");
    assert_string_equal(request.rules, "musl");
    assert_string_equal(request.watch, "0.5");
    assert_true(request.tcp);
    arena_done(&arena);
}

// ANY is a type and a class, and a name can be spelled like either.
static void test_what_could_be_several_things(void **state) {
    struct arena arena = ARENA_INIT;
    (void)state;
    const struct dns_request request = parse(&arena, "A ANY");
    assert_string_equal(request.name, "A");
    assert_string_equal(request.types, "ANY");
    assert_null(request.class);
    assert_string_equal(parse(&arena, "x +watch").watch, "1");
    arena_done(&arena);
}

static void assert_refused(const char *typed, const char *words) {
    struct arena arena = ARENA_INIT;
    struct dns_request request;
    struct error err = {0};
    assert_int_equal(dns_typed_parse(typed, &arena, &request, &err), -EINVAL);
    assert_non_null(strstr(err.text, words));
    arena_done(&arena);
}

static void test_what_makes_no_sense(void **state) {
    (void)state;
    assert_refused("", "the name is missing");
    assert_refused("@10.0.0.1 +tcp", "the name is missing");
    assert_refused("web +nonsense", "unknown word: +nonsense");
    assert_refused("web +tcpx", "unknown word: +tcpx");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_name_alone),
        cmocka_unit_test(test_words_in_any_order),
        cmocka_unit_test(test_what_could_be_several_things),
        cmocka_unit_test(test_what_makes_no_sense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
