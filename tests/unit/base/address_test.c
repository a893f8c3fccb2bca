// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/address.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void assert_prefix_text(const char *text, const char *expected) {
    struct prefix prefix;
    struct buffer buffer = BUFFER_INIT;
    assert_int_equal(prefix_parse(text, &prefix), 0);
    prefix_format(&prefix, &buffer);
    assert_string_equal(buffer_text(&buffer), expected);
    buffer_done(&buffer);
}

static void test_prefixes_are_read_and_written(void **state) {
    (void)state;
    assert_prefix_text("10.0.0.0/8", "10.0.0.0/8");
    assert_prefix_text("10.244.1.7", "10.244.1.7/32");
    assert_prefix_text("0.0.0.0/0", "0.0.0.0/0");
    assert_prefix_text("fd00:10:244:1:0:0:0:5", "fd00:10:244:1::5/128");
    assert_prefix_text("::/0", "::/0");
    assert_prefix_text("::ffff:192.0.2.1/96", "::ffff:192.0.2.1/96");
}

static void test_what_is_not_a_prefix_is_refused_and_leaves_the_output(void **state) {
    static const char *const wrong[] = {
        "",
        "/",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/+8",
        "10.0",
        "::/129",
        "fe80::%1",
        "10.0.0.0/8/8",
        "10.0.0.0 /8",
        "10.0.0.0/0008",
        "web",
        "1.2.3.4.5",
        "::1::",
        "10.0.0.256/24",
        "/24",
        "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000/1",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct prefix prefix = {.length = 77};
        assert_int_equal(prefix_parse(wrong[i], &prefix), -EINVAL);
        assert_int_equal(prefix.length, 77);
    }
}

static bool contains(const char *prefix_text, const char *address_text) {
    struct prefix prefix;
    struct address address;
    assert_int_equal(prefix_parse(prefix_text, &prefix), 0);
    assert_int_equal(address_parse(address_text, &address), 0);
    return prefix_contains(&prefix, &address);
}

static void test_a_prefix_contains_what_its_bits_say(void **state) {
    (void)state;
    assert_true(contains("10.244.0.0/16", "10.244.255.255"));
    assert_false(contains("10.244.0.0/16", "10.245.0.0"));
    assert_true(contains("10.244.1.128/25", "10.244.1.129"));
    assert_false(contains("10.244.1.128/25", "10.244.1.127"));
    assert_true(contains("10.244.1.1/24", "10.244.1.77"));
    assert_true(contains("0.0.0.0/0", "255.255.255.255"));
    assert_true(contains("192.0.2.1/32", "192.0.2.1"));
    assert_false(contains("192.0.2.1/32", "192.0.2.0"));
    assert_true(contains("2001:db8::/33", "2001:db8:7fff::1"));
    assert_false(contains("2001:db8::/33", "2001:db8:8000::1"));
    assert_false(contains("::/0", "10.0.0.1"));
    assert_false(contains("0.0.0.0/0", "::1"));
    // As a malformed message may have it.
    const struct prefix too_long = {{ADDRESS_IPV4, {10}}, 136};
    assert_false(prefix_contains(&too_long, &too_long.address));
}

static void test_addresses_have_an_order(void **state) {
    struct address small, large, six;
    (void)state;
    assert_int_equal(address_parse("9.255.255.255", &small), 0);
    assert_int_equal(address_parse("10.0.0.0", &large), 0);
    assert_int_equal(address_parse("::", &six), 0);
    assert_true(address_compare(&small, &large) < 0);
    assert_true(address_compare(&large, &small) > 0);
    assert_true(address_compare(&large, &six) < 0);
    assert_int_equal(address_compare(&six, &six), 0);
}

static void test_addresses_of_odd_length_are_none(void **state) {
    struct address address = address_from_bytes("\1\2\3\4\5\6", 6);
    (void)state;
    assert_int_equal(address.family, ADDRESS_NONE);
    assert_int_equal(address_size(&address), 0);
}

static void test_ends_have_brackets_where_ports_need_them(void **state) {
    static const struct {
        const char *address;
        bool has_port;
        const char *expected;
    } cases[] = {{"10.0.0.1", true, "10.0.0.1:53"},
                 {"10.0.0.1", false, "10.0.0.1"},
                 {"fd00::1", true, "[fd00::1]:53"},
                 {"fd00::1", false, "fd00::1"}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct address address;
        struct buffer buffer = BUFFER_INIT;
        assert_int_equal(address_parse(cases[i].address, &address), 0);
        address_format_end(&address, cases[i].has_port, 53, &buffer);
        assert_string_equal(buffer_text(&buffer), cases[i].expected);
        buffer_done(&buffer);
    }
}

static void check_against_libc(int family, const uint8_t *bytes, size_t length) {
    char expected[INET6_ADDRSTRLEN];
    struct address address = address_from_bytes(bytes, length);
    struct buffer buffer = BUFFER_INIT;
    assert_non_null(inet_ntop(family, bytes, expected, sizeof(expected)));
    address_format(&address, &buffer);
    assert_string_equal(buffer_text(&buffer), expected);
    buffer_done(&buffer);
}

// Random words of an IPv6 address: one in two is zero, one in four has leading zeroes, some are
// those that mark an IPv4 address inside.
static uint16_t random_word(uint64_t *seed) {
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    uint16_t bits = (uint16_t)(*seed >> 32);
    switch (*seed >> 60) {
    case 0:
    case 1:
    case 2:
        return bits;
    case 3:
    case 4:
    case 5:
        return bits >> (*seed >> 56 & 15);
    case 6:
        return 0xffff;
    default:
        return 0;
    }
}

static void test_addresses_are_written_as_the_c_library_does(void **state) {
    uint64_t seed = 5952;
    (void)state;
    for (size_t round = 0; round < 200000; round++) {
        uint8_t bytes[16];
        for (size_t i = 0; i < 8; i++) {
            uint16_t word = random_word(&seed);
            bytes[i * 2] = (uint8_t)(word >> 8);
            bytes[i * 2 + 1] = (uint8_t)word;
        }
        check_against_libc(AF_INET6, bytes, 16);
        check_against_libc(AF_INET, bytes, 4);
    }
}

static void assert_lladdr_text(const void *bytes, size_t length, const char *expected) {
    struct lladdr lladdr = lladdr_from_bytes(bytes, length);
    struct buffer buffer = BUFFER_INIT;
    lladdr_format(&lladdr, &buffer);
    assert_string_equal(buffer_text(&buffer), expected);
    buffer_done(&buffer);
}

static void test_lladdrs_are_written_as_their_device_means_them(void **state) {
    (void)state;
    assert_lladdr_text("\x02\x42\xac\x11\x00\x02", 6, "02:42:ac:11:00:02");
    assert_lladdr_text("\xc0\x00\x02\x01", 4, "192.0.2.1");
    assert_lladdr_text("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16, "2001:db8::1");
    assert_lladdr_text("", 0, "");
}

static void test_an_overlong_lladdr_is_cut(void **state) {
    char bytes[300] = {0};
    struct lladdr lladdr = lladdr_from_bytes(bytes, sizeof(bytes));
    (void)state;
    assert_int_equal(lladdr.length, LLADDR_MAX);
}

static void test_lladdrs_are_read(void **state) {
    static const char *const wrong[] = {"",         "02",     "02:",   "02:4", "0242ac110002",
                                        "02:42:zz", ":02:03", "02::03"};
    struct lladdr a, b;
    (void)state;
    assert_int_equal(lladdr_parse("02:42:AC:11:00:02", &a), 0);
    assert_int_equal(lladdr_parse("02-42-ac-11-00-02", &b), 0);
    assert_int_equal(a.length, 6);
    assert_int_equal(lladdr_compare(&a, &b), 0);
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_int_equal(lladdr_parse(wrong[i], &a), -EINVAL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prefixes_are_read_and_written),
        cmocka_unit_test(test_what_is_not_a_prefix_is_refused_and_leaves_the_output),
        cmocka_unit_test(test_a_prefix_contains_what_its_bits_say),
        cmocka_unit_test(test_addresses_have_an_order),
        cmocka_unit_test(test_addresses_of_odd_length_are_none),
        cmocka_unit_test(test_ends_have_brackets_where_ports_need_them),
        cmocka_unit_test(test_addresses_are_written_as_the_c_library_does),
        cmocka_unit_test(test_lladdrs_are_written_as_their_device_means_them),
        cmocka_unit_test(test_an_overlong_lladdr_is_cut),
        cmocka_unit_test(test_lladdrs_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
