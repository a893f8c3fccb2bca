// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/plan.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct dump_request request_of(enum dump_format format) {
    return (struct dump_request){.kinds = {KIND_INTERFACES}, .kind_count = 1, .format = format};
}

static struct dump_plan plan_well(const struct dump_request *request) {
    struct dump_plan plan;
    struct error err = {0};
    size_t offset;
    if (dump_plan_init(request, &plan, &offset, &err) < 0)
        fail_msg("%s", err.text);
    return plan;
}

static void test_json_has_every_field_but_rates(void **state) {
    struct dump_request request = request_of(DUMP_JSON);
    struct dump_plan plan = plan_well(&request);
    size_t rates = 0;
    (void)state;
    for (size_t i = 0; i < plan.kinds[0].kind->field_count; i++)
        rates += field_is_rate(&plan.kinds[0].kind->fields[i]);
    assert_true(rates > 0);
    assert_int_equal(plan.kinds[0].field_count, plan.kinds[0].kind->field_count - rates);
    dump_plan_done(&plan);
}

static void test_text_has_the_columns_of_the_kind(void **state) {
    struct dump_request request = request_of(DUMP_TEXT);
    struct dump_plan plan = plan_well(&request);
    (void)state;
    assert_string_equal(plan.kinds[0].fields[0]->key, "ifname");
    size_t without = plan.kinds[0].field_count;
    dump_plan_done(&plan);

    request.all_netns = true;
    plan = plan_well(&request);
    assert_int_equal(plan.kinds[0].field_count, without + 1);
    assert_string_equal(plan.kinds[0].fields[0]->key, "netns");
    dump_plan_done(&plan);
}

static void test_fields_are_those_named(void **state) {
    struct dump_request request = request_of(DUMP_JSON);
    request.fields = "mtu,ifname";
    struct dump_plan plan = plan_well(&request);
    (void)state;
    assert_int_equal(plan.kinds[0].field_count, 2);
    assert_string_equal(plan.kinds[0].fields[0]->key, "mtu");
    assert_string_equal(plan.kinds[0].fields[1]->key, "ifname");
    dump_plan_done(&plan);
}

static const struct {
    const char *fields, *sort, *filter;
    const char *words;
    size_t offset;
} mistakes[] = {
    {"mtuu", NULL, NULL, "--fields: unknown field: mtuu (did you mean mtu?)", SIZE_MAX},
    {"mtu,", NULL, NULL, "--fields: the name of a field is missing", SIZE_MAX},
    {"mtu,mtu", NULL, NULL, "--fields: mtu is named twice", SIZE_MAX},
    {"addr_info.local", NULL, NULL,
     "--fields: addr_info.local is a part of addr_info, which comes as a whole", SIZE_MAX},
    {"rx_bytes_rate", NULL, NULL,
     "--fields: rx_bytes_rate takes two readings: only the terminal program has it", SIZE_MAX},
    {NULL, "mtuu", NULL, "--sort: unknown field: mtuu (did you mean mtu?)", SIZE_MAX},
    {NULL, NULL, "lo mtuu=1", "--filter: unknown field: mtuu (did you mean mtu?)", 3},
};

static void test_mistakes_are_named(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        struct dump_request request = request_of(DUMP_JSON);
        struct dump_plan plan;
        struct error err = {0};
        size_t offset;
        request.fields = mistakes[i].fields;
        request.sort = mistakes[i].sort;
        request.filter = mistakes[i].filter;
        assert_int_equal(dump_plan_init(&request, &plan, &offset, &err), -EINVAL);
        assert_string_equal(err.text, mistakes[i].words);
        assert_int_equal(offset, mistakes[i].offset);
    }
}

static void test_of_several_kinds_the_wrong_one_is_named(void **state) {
    struct dump_request request = {
        .kinds = {KIND_INTERFACES, KIND_NAMESPACES}, .kind_count = 2, .filter = "mtu = 1500"};
    struct dump_plan plan;
    struct error err = {0};
    size_t offset;
    (void)state;
    assert_int_equal(dump_plan_init(&request, &plan, &offset, &err), -EINVAL);
    assert_memory_equal(err.text, "namespaces: --filter: unknown field: mtu", 40);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_has_every_field_but_rates),
        cmocka_unit_test(test_text_has_the_columns_of_the_kind),
        cmocka_unit_test(test_fields_are_those_named),
        cmocka_unit_test(test_mistakes_are_named),
        cmocka_unit_test(test_of_several_kinds_the_wrong_one_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
