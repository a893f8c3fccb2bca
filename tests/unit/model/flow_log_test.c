// SPDX-License-Identifier: GPL-2.0-or-later
// A log of events: it keeps the last of them, and what it gave out does not change.
#include "model/flow_event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/node.h"

static void add(struct flow_log *log, uint32_t id) {
    struct flow_extra extra = {
        .helper = "ftp", .labels = (const char *const[]){"3"}, .label_count = 1};
    struct flow flow = {.id = id, .family = ADDRESS_IPV4, .extra = id % 3 ? NULL : &extra};
    flow_log_add(log, FLOW_NEW, &flow, id);
}

static const struct flow_event_row *row_of(const struct table *table, size_t index) {
    return table_row(table, index);
}

static void check_rows(const struct table *table, uint32_t first) {
    for (size_t i = 0; i < table->count; i++) {
        const struct flow_event_row *row = row_of(table, i);
        assert_int_equal(row->flow.id, first + i);
        assert_int_equal(row->number, first + i);
        assert_int_equal(row->time, first + i);
        assert_int_equal(row->flow.extra != NULL, row->flow.id % 3 == 0);
        if (row->flow.extra)
            assert_string_equal(row->flow.extra->helper, "ftp");
        if (row->flow.extra)
            assert_string_equal(row->flow.extra->labels[0], "3");
    }
}

static void test_the_last_ones_are_kept(void **state) {
    struct flow_log *log = flow_log_new();
    (void)state;
    for (uint32_t id = 0; id < 100; id++)
        add(log, id);
    struct table *early = flow_log_table(log);
    assert_int_equal(early->count, 100);
    for (uint32_t id = 100; id < 2 * FLOW_LOG_MOST + 10; id++)
        add(log, id);
    struct table *late = flow_log_table(log);
    assert_int_equal(flow_log_count(log), 2 * FLOW_LOG_MOST + 10);
    flow_log_free(log);
    assert_int_equal(late->count, FLOW_LOG_MOST);
    check_rows(late, FLOW_LOG_MOST + 10);
    check_rows(early, 0);
    table_unref(early);
    table_unref(late);
}

static void test_an_empty_log(void **state) {
    struct flow_log *log = flow_log_new();
    (void)state;
    struct table *table = flow_log_table(log);
    assert_int_equal(table->count, 0);
    table_unref(table);
    flow_log_free(log);
}

// Where events were lost, no field of a flow says anything.
static void test_a_loss_has_no_flow(void **state) {
    static const struct netns netns = {.name = "host"};
    struct flow_log *log = flow_log_new();
    (void)state;
    flow_log_add(log, FLOW_LOST, NULL, 7);
    struct table *table = flow_log_table(log);
    struct row_ref ref = {.netns = &netns, .row = row_of(table, 0)};
    for (size_t i = 0; i < flow_event_kind.field_count; i++) {
        const struct field *field = &flow_event_kind.fields[i];
        struct value value;
        field_read(field, &ref, &value);
        bool told = strcmp(field->key, "netns") == 0 || strcmp(field->key, "event") == 0 ||
                    strcmp(field->key, "time") == 0;
        if ((value.kind != VALUE_ABSENT) != told)
            fail_msg("%s", field->key);
        if (strcmp(field->key, "event") == 0)
            assert_string_equal(value.text, "lost");
    }
    table_unref(table);
    flow_log_free(log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_last_ones_are_kept),
        cmocka_unit_test(test_an_empty_log),
        cmocka_unit_test(test_a_loss_has_no_flow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
