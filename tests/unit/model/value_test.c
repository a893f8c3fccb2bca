// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "model/field.h"
#include "model/netns.h"

// What a row leads to by a pointer.
struct sample_group {
    uint16_t vlan;
    struct maybe cost;
    uint8_t colour;
    uint32_t flags;
};

// A row with a member of every type that a field can be read from.
struct sample {
    bool up;
    uint8_t small;
    uint16_t port;
    uint32_t index;
    uint64_t bytes;
    int32_t offset;
    const char *name;
    struct maybe mtu, enabled, state;
    struct address address;
    struct prefix prefix;
    struct lladdr mac;
    uint32_t colour;
    uint32_t flags;
    const struct sample_group *group;
};

static const char *const colour_words[] = {"red", NULL, "blue"};
static const struct enum_names colours = {colour_words, 3};
static const struct flag_name flag_names[] = {{1, "UP"}, {4, "LOUD"}, {0, NULL}};

static void get_doubled(const struct row_ref *ref, const struct field *field, struct value *ret) {
    ret->kind = VALUE_UINT;
    ret->uint = 2 * *(const uint16_t *)((const char *)ref->row + field->offset);
}

static const struct field fields[] = {
    FIELD(struct sample, up, "UP", FIELD_BOOLEAN, ""),
    FIELD(struct sample, small, "SMALL", FIELD_NUMBER, ""),
    FIELD(struct sample, port, "PORT", FIELD_NUMBER, ""),
    FIELD(struct sample, index, "INDEX", FIELD_NUMBER, ""),
    FIELD(struct sample, bytes, "BYTES", FIELD_BYTES, ""),
    FIELD(struct sample, offset, "OFFSET", FIELD_NUMBER, ""),
    FIELD(struct sample, name, "NAME", FIELD_TEXT, ""),
    FIELD(struct sample, mtu, "MTU", FIELD_NUMBER, ""),
    FIELD(struct sample, enabled, "ENABLED", FIELD_BOOLEAN, ""),
    FIELD(struct sample, address, "ADDRESS", FIELD_ADDRESS, ""),
    FIELD(struct sample, prefix, "PREFIX", FIELD_PREFIX, ""),
    FIELD(struct sample, mac, "MAC", FIELD_LLADDR, ""),
    FIELD_OF_ENUM("colour", struct sample, colour, "COLOUR", &colours, ""),
    FIELD_OF_ENUM("state", struct sample, state, "STATE", &colours, ""),
    FIELD_OF_FLAGS("flags", struct sample, flags, "FLAGS", flag_names, ""),
    FIELD_BEHIND("group_vlan", struct sample, group, vlan, "VLAN", FIELD_NUMBER, ""),
    FIELD_BEHIND("group_cost", struct sample, group, cost, "COST", FIELD_NUMBER, ""),
    FIELD_OF_ENUM_BEHIND("group_colour", struct sample, group, colour, "COLOUR", &colours, ""),
    FIELD_OF_FLAGS_BEHIND("group_flags", struct sample, group, flags, "FLAGS", flag_names, ""),
    FIELD_BEHIND_WITH("group_doubled", struct sample, group, vlan, "TWICE", FIELD_NUMBER,
                      get_doubled, NULL, ""),
};

static void assert_text(const struct sample *row, const char *key, const char *expected) {
    struct row_ref ref = {.row = row};
    struct buffer buffer = BUFFER_INIT;
    struct value value;
    size_t i = 0;
    while (strcmp(fields[i].key, key) != 0)
        i++;
    field_read(&fields[i], &ref, &value);
    value_format(&value, &buffer);
    assert_string_equal(buffer_text(&buffer), expected);
    buffer_done(&buffer);
}

static void test_every_type_of_member_is_read(void **state) {
    struct sample row = {
        .up = true,
        .small = 255,
        .port = 65535,
        .index = UINT32_MAX,
        .bytes = UINT64_MAX,
        .offset = -7,
        .name = "eth0",
        .mtu = maybe_of(1500),
        .enabled = maybe_of(0),
        .state = maybe_of(2),
        .mac = lladdr_from_bytes("\2\0\0\0\0\1", 6),
        .colour = 0,
        .flags = 5,
    };
    (void)state;
    assert_int_equal(address_parse("10.0.0.1", &row.address), 0);
    assert_int_equal(prefix_parse("fd00::/8", &row.prefix), 0);
    assert_text(&row, "up", "yes");
    assert_text(&row, "small", "255");
    assert_text(&row, "port", "65535");
    assert_text(&row, "index", "4294967295");
    assert_text(&row, "bytes", "18446744073709551615");
    assert_text(&row, "offset", "-7");
    assert_text(&row, "name", "eth0");
    assert_text(&row, "mtu", "1500");
    assert_text(&row, "enabled", "no");
    assert_text(&row, "address", "10.0.0.1");
    assert_text(&row, "prefix", "fd00::/8");
    assert_text(&row, "mac", "02:00:00:00:00:01");
    assert_text(&row, "colour", "red");
    assert_text(&row, "state", "blue");
    assert_text(&row, "flags", "UP,LOUD");
}

static void test_what_is_not_known_is_absent(void **state) {
    static const char *const keys[] = {"name",    "mtu", "enabled", "state",
                                       "address", "mac", "prefix",  "flags"};
    struct sample row = {0};
    (void)state;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        assert_text(&row, keys[i], "");
}

static void test_numbers_without_a_word_are_said_as_such(void **state) {
    struct sample row = {.colour = 1, .state = maybe_of(77)};
    (void)state;
    assert_text(&row, "colour", "unknown(1)");
    assert_text(&row, "state", "unknown(77)");
}

static void test_members_behind_a_pointer_are_read(void **state) {
    const struct sample_group group = {.vlan = 100, .colour = 2, .flags = 4};
    const struct sample row = {.flags = 1, .group = &group};
    (void)state;
    assert_text(&row, "flags", "UP");
    assert_text(&row, "group_vlan", "100");
    assert_text(&row, "group_cost", "");
    assert_text(&row, "group_colour", "blue");
    assert_text(&row, "group_flags", "LOUD");
    assert_text(&row, "group_doubled", "200");
}

static void test_what_is_behind_no_pointer_is_absent(void **state) {
    const struct sample row = {.colour = 2};
    (void)state;
    assert_text(&row, "colour", "blue");
    assert_text(&row, "group_vlan", "");
    assert_text(&row, "group_colour", "");
    assert_text(&row, "group_doubled", "");
}

static int compare_texts(const char *a, const char *b) {
    struct value left, right;
    value_set_text(&left, a);
    value_set_text(&right, b);
    int order = value_compare(&left, &right);
    int reverse = value_compare(&right, &left);
    assert_true((order < 0) == (reverse > 0) && (order == 0) == (reverse == 0));
    return order;
}

static void test_text_is_ordered_as_people_count(void **state) {
    (void)state;
    assert_true(compare_texts("eth2", "eth10") < 0);
    assert_true(compare_texts("eth10", "eth10.5") < 0);
    assert_true(compare_texts("eth02", "eth2") != 0);
    assert_true(compare_texts("a", "b") < 0);
    assert_true(compare_texts("", "a") < 0);
    assert_true(compare_texts("x9", "x99999999999999999999999") < 0);
    assert_int_equal(compare_texts("veth1a", "veth1a"), 0);
}

static void test_absent_comes_last(void **state) {
    struct value absent = {.kind = VALUE_ABSENT};
    struct value number = {.kind = VALUE_UINT, .uint = 1};
    struct value negative = {.kind = VALUE_INT, .sint = -1};
    (void)state;
    assert_true(value_compare(&absent, &number) > 0);
    assert_true(value_compare(&number, &absent) < 0);
    assert_int_equal(value_compare(&absent, &absent), 0);
    assert_true(value_compare(&negative, &number) < 0);
}

// The C library's calendar is the truth.
static void expect_time(int64_t time) {
    int64_t nanoseconds = (time % 1000000000 + 1000000000) % 1000000000;
    time_t seconds = (time_t)(time / 1000000000 - (time % 1000000000 < 0));
    struct tm broken;
    char expected[64], date[32];
    gmtime_r(&seconds, &broken);
    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &broken);
    snprintf(expected, sizeof(expected), "%s.%09lldZ", date, (long long)nanoseconds);
    struct buffer text = BUFFER_INIT;
    struct value value;
    value_set_time(&value, time);
    value_format(&value, &text);
    assert_string_equal(buffer_text(&text), expected);
    buffer_done(&text);
}

static void test_times_are_of_the_calendar(void **state) {
    (void)state;
    expect_time(0);
    expect_time(-1);
    expect_time(INT64_MIN);
    expect_time(INT64_MAX);
    for (int64_t day = -106000; day < 106000; day++) // 1679 to 2260
        expect_time(day * 86400 * 1000000000 + (day & 1 ? 86399999999999 : 0));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times_are_of_the_calendar),
        cmocka_unit_test(test_every_type_of_member_is_read),
        cmocka_unit_test(test_what_is_not_known_is_absent),
        cmocka_unit_test(test_numbers_without_a_word_are_said_as_such),
        cmocka_unit_test(test_members_behind_a_pointer_are_read),
        cmocka_unit_test(test_what_is_behind_no_pointer_is_absent),
        cmocka_unit_test(test_text_is_ordered_as_people_count),
        cmocka_unit_test(test_absent_comes_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
