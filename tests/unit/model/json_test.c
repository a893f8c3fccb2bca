// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "tests/sample.h"

static const struct {
    const char *text;
    const char *json;
} texts[] = {
    {"", "\"\""},
    {"eth0", "\"eth0\""},
    {"a\"b\\c/d", "\"a\\\"b\\\\c/d\""},
    {"\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\""},
    {"\x01\x1b[31m\x7f", "\"\\u0001\\u001b[31m\\u007f\""},
    {"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xa7", "\"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xa7\""},
    {"\xc2\x9b", "\"\\u009b\""},                // a C1 control
    {"\xe2\x80\xae", "\"\\u202e\""},            // right-to-left override
    {"\xf3\xa0\x80\xa1", "\"\\udb40\\udc21\""}, // a tag, beyond 16 bits
    {"a\xff\xfe", "\"a\xef\xbf\xbd\xef\xbf\xbd\""},
    {"\xc3", "\"\xef\xbf\xbd\""},                                 // cut off
    {"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""}, // a surrogate
};

static void test_texts(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct buffer buffer = BUFFER_INIT;
        json_format_text(texts[i].text, &buffer);
        assert_string_equal(buffer_text(&buffer), texts[i].json);
        buffer_done(&buffer);
    }
}

// Another reader of JSON takes every text of two bytes.
static void test_every_pair_of_bytes_is_json(void **state) {
    (void)state;
    for (unsigned pair = 0; pair < 0x10000; pair++) {
        char text[3] = {(char)(pair >> 8), (char)pair, '\0'};
        struct buffer buffer = BUFFER_INIT;
        json_format_text(text, &buffer);
        json_t *json = json_loads(buffer_text(&buffer), JSON_DECODE_ANY, NULL);
        if (!json)
            fail_msg("not JSON: %s", buffer_text(&buffer));
        json_decref(json);
        buffer_done(&buffer);
    }
}

// Takes the plan.
static void check_plan(struct json_plan *plan, const struct row_ref *ref, const char *json) {
    struct buffer buffer = BUFFER_INIT;
    assert_non_null(plan);
    json_format_row(plan, ref, NULL, &buffer);
    assert_string_equal(buffer_text(&buffer), json);
    buffer_done(&buffer);
    json_plan_free(plan);
}

// The row is the value.
static void get_row(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct value *value = ref->row;
    (void)field;
    *ret = *value;
}

static void test_numbers(void **state) {
    static const struct {
        struct value value;
        const char *json;
    } numbers[] = {
        {{.kind = VALUE_UINT, .uint = UINT64_MAX}, "{\"n\":18446744073709551615}"},
        {{.kind = VALUE_INT, .sint = INT64_MIN}, "{\"n\":-9223372036854775808}"},
        {{.kind = VALUE_REAL, .real = 0.1}, "{\"n\":0.1}"},
        {{.kind = VALUE_REAL, .real = 1.0 / 3}, "{\"n\":0.33333333333333331}"},
        {{.kind = VALUE_REAL, .real = 300}, "{\"n\":300}"},
        {{.kind = VALUE_BOOLEAN, .boolean = true}, "{\"n\":true}"},
    };
    (void)state;
    static const struct field field = FIELD_BY("n", "N", FIELD_NUMBER, get_row, "");
    const struct field *fields[] = {&field};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        struct row_ref ref = {.row = &numbers[i].value};
        check_plan(json_plan_new(fields, 1), &ref, numbers[i].json);
    }
}

static void check_row(size_t row, const char *json) {
    const struct field *fields[sizeof(sample_fields) / sizeof(sample_fields[0])];
    for (size_t i = 0; i < sample_kind.field_count; i++)
        fields[i] = &sample_fields[i];
    struct json_plan *plan = json_plan_new(fields, sample_kind.field_count);
    struct row_ref ref = sample_ref(row);
    check_plan(plan, &ref, json);
}

static void test_rows(void **state) {
    (void)state;
    check_row(0, "{\"netns\":\"default/web-1\",\"name\":\"eth2\",\"bytes\":1500,\"count\":5,"
                 "\"number\":-3,\"lifetime\":300,\"since\":\"2026-11-23T03:00:00Z\",\"on\":true,"
                 "\"state\":\"up\",\"flags\":[\"UP\",\"RUNNING\"],\"address\":\"10.244.1.5\","
                 "\"prefix\":\"10.244.1.0/24\",\"mac\":\"02:42:ac:11:00:02\","
                 "\"alias\":\"Uplink to (core) and more\",\"tags\":[\"blue\",\"green field\"],"
                 "\"records\":[{\"local\":\"10.244.1.5\",\"prefixlen\":24,\"label\":\"eth0:1\"},"
                 "{\"local\":\"fd00::1\",\"prefixlen\":64}],\"rate\":375}");
    // What a row has not is not there.
    check_row(1, "{\"netns\":\"default/web-1\",\"name\":\"eth10\",\"bytes\":10000000000,"
                 "\"number\":0,\"flags\":[],\"mac\":\"10.9.8.7\",\"tags\":[],\"records\":[],"
                 "\"rate\":2500000000}");
}

// A group of fields, with others around it and among it.
struct grouped {
    uint32_t first;
    const struct port {
        uint32_t cost;
        struct maybe priority;
    } * port;
    const struct vlan { uint16_t id; } * vlan;
};

static void test_groups_that_are_absent_are_passed_over(void **state) {
    static const struct field fields[] = {
        FIELD_BEHIND("cost", struct grouped, port, cost, "", FIELD_NUMBER, ""),
        FIELD_BEHIND("priority", struct grouped, port, priority, "", FIELD_NUMBER, ""),
        FIELD_BEHIND("vlan", struct grouped, vlan, id, "", FIELD_NUMBER, ""),
        FIELD(struct grouped, first, "", FIELD_NUMBER, ""),
        FIELD_BEHIND("again", struct grouped, port, cost, "", FIELD_NUMBER, ""),
    };
    static const struct port port = {.cost = 4, .priority = {.value = 32, .known = 1}};
    static const struct vlan vlan = {.id = 7};
    static const struct {
        struct grouped row;
        const char *json;
    } rows[] = {
        {{1, NULL, NULL}, "{\"first\":1}"},
        {{1, NULL, &vlan}, "{\"vlan\":7,\"first\":1}"},
        {{1, &port, NULL}, "{\"cost\":4,\"priority\":32,\"first\":1,\"again\":4}"},
        {{1, &port, &vlan}, "{\"cost\":4,\"priority\":32,\"vlan\":7,\"first\":1,\"again\":4}"},
    };
    const struct field *chosen[5];
    (void)state;
    for (size_t i = 0; i < 5; i++)
        chosen[i] = &fields[i];
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct row_ref ref = {.row = &rows[i].row};
        check_plan(json_plan_new(chosen, 5), &ref, rows[i].json);
    }
}

// What rows share is written again as it was, wherever in the object it stands and however often
// the buffer has moved.
static void test_shared_groups_are_written_alike(void **state) {
    static const struct field fields[] = {
        FIELD_BEHIND("cost", struct grouped, port, cost, "", FIELD_NUMBER, ""),
        FIELD(struct grouped, first, "", FIELD_NUMBER, ""),
        FIELD_BEHIND("priority", struct grouped, port, priority, "", FIELD_NUMBER, ""),
        FIELD_BEHIND("vlan", struct grouped, vlan, id, "", FIELD_NUMBER, ""),
    };
    const struct field *chosen[] = {&fields[0], &fields[1], &fields[2], &fields[3]};
    struct port ports[] = {{.cost = 4, .priority = {.value = 32, .known = 1}}, {.cost = 5}};
    struct vlan vlans[3000];
    struct json_plan *plan = json_plan_new(chosen, 4);
    struct buffer with = BUFFER_INIT, without = BUFFER_INIT;
    struct json_memo memo = {0};
    (void)state;
    assert_non_null(plan);
    for (size_t i = 0; i < 3000; i++)
        vlans[i].id = (uint16_t)i;
    for (uint32_t i = 0; i < 10000; i++) {
        struct grouped row = {i, i % 3 < 2 ? &ports[i % 3] : NULL, &vlans[i * 7 % 3000]};
        struct row_ref ref = {.row = &row};
        json_format_row(plan, &ref, &memo, &with);
        json_format_row(plan, &ref, NULL, &without);
    }
    assert_string_equal(buffer_text(&with), buffer_text(&without));
    buffer_done(&with);
    buffer_done(&without);
    json_plan_free(plan);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_every_pair_of_bytes_is_json),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_groups_that_are_absent_are_passed_over),
        cmocka_unit_test(test_shared_groups_are_written_alike),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
