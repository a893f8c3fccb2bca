// SPDX-License-Identifier: GPL-2.0-or-later
// Rows that are handed over while they are read, and a reading that ends when there are enough.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "source/source.h"

#include "tests/sample.h"

// What a sink got.
struct got {
    struct table *parts[8];
    size_t count;
    int code; // that the sink returns
};

static int take(struct table *part, void *user_data) {
    struct got *got = user_data;
    got->parts[got->count++] = part;
    return got->code;
}

static void drop(struct got *got) {
    for (size_t i = 0; i < got->count; i++)
        table_unref(got->parts[i]);
}

// As a source does: rows are numbered from `first`. Returns the last answer of source_row_done.
static int add_rows(const struct source_request *request, struct table **table, uint64_t first,
                    size_t count) {
    int r = 0;
    for (size_t i = 0; i < count && r == 0; i++) {
        struct sample *row = table_add(*table);
        assert_non_null(row);
        row->bytes = first + i;
        r = source_row_done(request, table);
    }
    return r;
}

static void test_full_tables_are_handed_over(void **state) {
    struct got got = {0};
    const struct source_sink sink = {.rows = 3, .take = take, .user_data = &got};
    const struct source_request request = {.sink = &sink};
    struct table *table = table_new(&sample_kind);
    (void)state;
    assert_int_equal(add_rows(&request, &table, 1, 7), 0);
    assert_int_equal(got.count, 2);
    assert_int_equal(got.parts[0]->count, 3);
    assert_int_equal(got.parts[1]->count, 3);
    assert_int_equal(((const struct sample *)table_row(got.parts[1], 0))->bytes, 4);
    assert_int_equal(table->count, 1);
    assert_int_equal(((const struct sample *)table_row(table, 0))->bytes, 7);
    drop(&got);
    table_unref(table);
}

static void test_status_goes_on_into_the_last_table(void **state) {
    struct got got = {0};
    const struct source_sink sink = {.rows = 2, .take = take, .user_data = &got};
    const struct source_request request = {.sink = &sink};
    struct table *table = table_new(&sample_kind);
    (void)state;
    table_trouble(table, STATUS_PARTIAL, "a row was malformed");
    assert_int_equal(add_rows(&request, &table, 1, 2), 0);
    assert_int_equal(table->count, 0);
    assert_int_equal(table->status.state, STATUS_PARTIAL);
    assert_string_equal(table->status.reason, "a row was malformed");
    drop(&got);
    table_unref(table);
}

static void test_sink_ends_the_reading(void **state) {
    struct got got = {.code = -EPIPE};
    const struct source_sink sink = {.rows = 2, .take = take, .user_data = &got};
    const struct source_request request = {.sink = &sink};
    struct table *table = table_new(&sample_kind);
    (void)state;
    assert_int_equal(add_rows(&request, &table, 1, 5), -EPIPE);
    assert_int_equal(got.count, 1);
    assert_int_equal(table->count, 0);
    drop(&got);
    table_unref(table);
}

static void test_reading_ends_when_there_is_enough(void **state) {
    const struct source_request request = {.enough = 4}, all = {0};
    struct table *table = table_new(&sample_kind);
    (void)state;
    assert_int_equal(add_rows(&request, &table, 1, 3), 0);
    assert_int_equal(add_rows(&request, &table, 4, 5), SOURCE_ENOUGH);
    assert_int_equal(table->count, 4);
    assert_int_equal(add_rows(&all, &table, 5, 100), 0);
    assert_int_equal(table->count, 104);
    table_unref(table);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_full_tables_are_handed_over),
        cmocka_unit_test(test_status_goes_on_into_the_last_table),
        cmocka_unit_test(test_sink_ends_the_reading),
        cmocka_unit_test(test_reading_ends_when_there_is_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
