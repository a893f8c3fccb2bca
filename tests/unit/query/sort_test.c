// SPDX-License-Identifier: GPL-2.0-or-later
#include "query/sort.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/sample.h"

static const struct {
    const char *text;
    const char *order;
} orders[] = {
    {"name", "012"}, // runs of digits by number
    {"-name", "210"},
    {"bytes", "021"},
    {"-bytes", "120"},
    {"count", "021"},  // the second has none: last
    {"-count", "201"}, // and last again
    {"netns", "012"},  // all the same: as they were
    {"-netns", "012"},
    {"netns,-name", "210"},
    {"address", "021"},
    {"state,name", "201"},
    {"records.prefixlen", "021"},
    {"-records.prefixlen", "201"},
};

static void test_orders(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
        struct row_ref rows[SAMPLE_COUNT];
        char order[SAMPLE_COUNT + 1] = {0};
        struct sort sort;
        assert_int_equal(sort_compile(&sample_kind, orders[i].text, &sort, NULL), 0);
        for (size_t j = 0; j < SAMPLE_COUNT; j++)
            rows[j] = sample_ref(j);
        sort_rows(&sort, rows, SAMPLE_COUNT);
        for (size_t j = 0; j < SAMPLE_COUNT; j++)
            order[j] = (char)('0' + ((const struct sample *)rows[j].row - samples));
        if (strcmp(order, orders[i].order) != 0)
            fail_msg("%s gives %s, not %s", orders[i].text, order, orders[i].order);
    }
}

#define MANY 1000

// Few different keys, many rows: those of one key stay in the order that they had.
static void test_equal_rows_keep_their_order(void **state) {
    static struct sample many[MANY];
    static struct row_ref rows[MANY];
    struct sort sort;
    (void)state;
    for (size_t count = 0; count < MANY; count = count * 2 + 1) {
        for (size_t i = 0; i < count; i++) {
            many[i].bytes = i * 7919 % 5;
            rows[i] = (struct row_ref){.netns = &sample_netns, .row = &many[i]};
        }
        assert_int_equal(sort_compile(&sample_kind, "-bytes", &sort, NULL), 0);
        sort_rows(&sort, rows, count);
        for (size_t i = 1; i < count; i++) {
            const struct sample *before = rows[i - 1].row, *here = rows[i].row;
            assert_true(before->bytes > here->bytes ||
                        (before->bytes == here->bytes && before < here));
        }
    }
}

static const struct {
    const char *text;
    const char *words;
} mistakes[] = {
    {"", "a field is missing in the sort order"},
    {"-", "a field is missing in the sort order"},
    {"name,", "a field is missing in the sort order"},
    {"naem", "unknown field: naem (did you mean name?)"},
    {"name,-zzzzzz", "unknown field: zzzzzz"},
    {"name,name,name,name,name,name,name,name,name", "more than 8 fields to sort by"},
};

static void test_mistakes_are_named(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        struct sort sort;
        struct error err = {0};
        assert_int_equal(sort_compile(&sample_kind, mistakes[i].text, &sort, &err), -EINVAL);
        assert_string_equal(err.text, mistakes[i].words);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_orders),
        cmocka_unit_test(test_equal_rows_keep_their_order),
        cmocka_unit_test(test_mistakes_are_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
