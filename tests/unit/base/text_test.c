// SPDX-License-Identifier: GPL-2.0-or-later
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static void assert_printable(const char *text, const char *expected) {
    struct buffer buffer = BUFFER_INIT;
    text_printable(text, strlen(text), &buffer);
    assert_string_equal(buffer_text(&buffer), expected);
    buffer_done(&buffer);
}

static void test_plain_text_stays(void **state) {
    (void)state;
    assert_printable("", "");
    assert_printable("eth0.100@if7 \\ ~", "eth0.100@if7 \\ ~");
    assert_printable("Brücke 日本", "Brücke 日本");
    assert_printable("\xf0\x9f\x90\x8b", "\xf0\x9f\x90\x8b");
}

static void test_what_acts_on_a_terminal_is_written_out(void **state) {
    (void)state;
    assert_printable("\x1b[2Jgone", "\\x1b[2Jgone");
    assert_printable("a\nb\tc\x7f", "a\\x0ab\\x09c\\x7f");
    assert_printable("\xc2\x9b"
                     "31m",
                     "\\u{9b}31m"); // CSI as one code point
}

static void test_what_misleads_a_reader_is_written_out(void **state) {
    (void)state;
    assert_printable("a\xe2\x80\xae"
                     "b",
                     "a\\u{202e}b"); // right-to-left override
    assert_printable("a\xe2\x80\x8b"
                     "b",
                     "a\\u{200b}b"); // zero width space
    assert_printable("\xef\xbb\xbf"
                     "x",
                     "\\u{feff}x");                     // byte order mark
    assert_printable("\xf3\xa0\x81\x81", "\\u{e0041}"); // a tag
}

static void test_bytes_that_are_not_utf8_are_written_out(void **state) {
    (void)state;
    assert_printable("a\xff"
                     "b",
                     "a\\xffb");
    assert_printable("\xc0\xaf", "\\xc0\\xaf");          // overlong '/'
    assert_printable("\xed\xa0\x80", "\\xed\\xa0\\x80"); // a surrogate
    assert_printable("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80");
    assert_printable("\xe2\x82", "\\xe2\\x82"); // cut off
}

static void test_a_nul_inside_is_written_out(void **state) {
    struct buffer buffer = BUFFER_INIT;
    (void)state;
    text_printable("a\0b", 3, &buffer);
    assert_string_equal(buffer_text(&buffer), "a\\x00b");
    buffer_done(&buffer);
}

static void test_width_counts_columns(void **state) {
    (void)state;
    assert_int_equal(text_width("eth0"), 4);
    assert_int_equal(text_width("日本"), 4);
    assert_int_equal(text_width("e\xcc\x81"), 1); // e and a combining acute
}

static void test_fit_never_cuts_a_character(void **state) {
    size_t width;
    (void)state;
    assert_int_equal(text_fit("日本", 3, &width), 3);
    assert_int_equal(width, 2);
    assert_int_equal(text_fit("eth0", 10, &width), 4);
    assert_int_equal(width, 4);
    assert_int_equal(text_fit("eth0", 0, &width), 0);
}

static void test_distance_counts_edits(void **state) {
    char long_text[200];
    (void)state;
    memset(long_text, 'a', sizeof(long_text) - 1);
    long_text[sizeof(long_text) - 1] = '\0';
    assert_int_equal(text_distance("ifname", "ifname"), 0);
    assert_int_equal(text_distance("ifname", "ifnmae"), 1);
    assert_int_equal(text_distance("ifname", "name"), 2);
    assert_int_equal(text_distance("", "mtu"), 3);
    assert_int_equal(text_distance("kitten", "sitting"), 3);
    assert_true(text_distance(long_text, "a") == SIZE_MAX);
}

static void test_contains_ignores_the_case_of_letters(void **state) {
    (void)state;
    assert_true(text_contains("BROADCAST,UP", "broad"));
    assert_true(text_contains("eth0", "TH0"));
    assert_true(text_contains("eth0", ""));
    assert_true(text_contains("", ""));
    assert_false(text_contains("eth0", "eth01"));
    assert_false(text_contains("", "e"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_text_stays),
        cmocka_unit_test(test_what_acts_on_a_terminal_is_written_out),
        cmocka_unit_test(test_what_misleads_a_reader_is_written_out),
        cmocka_unit_test(test_bytes_that_are_not_utf8_are_written_out),
        cmocka_unit_test(test_a_nul_inside_is_written_out),
        cmocka_unit_test(test_width_counts_columns),
        cmocka_unit_test(test_fit_never_cuts_a_character),
        cmocka_unit_test(test_distance_counts_edits),
        cmocka_unit_test(test_contains_ignores_the_case_of_letters),
    };
    setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
