// SPDX-License-Identifier: GPL-2.0-or-later
// Tables: rows, and the indexes that are made from them.
#include "model/table.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "model/link.h"

static atomic_int made, freed;

struct sum {
    struct table_index index;
    int64_t ifindexes;
};

static struct table_index *make_sum(const struct table *table) {
    struct sum *sum = calloc(1, sizeof(*sum));
    for (size_t i = 0; i < table->count; i++)
        sum->ifindexes += ((const struct link *)table_row(table, i))->ifindex;
    atomic_fetch_add(&made, 1);
    return &sum->index;
}

static void free_sum(struct table_index *index) {
    atomic_fetch_add(&freed, 1);
    free(index);
}

static struct table_index *make_nothing(const struct table *table) {
    (void)table;
    return NULL;
}

static const struct table_index_type sum_type = {make_sum, free_sum};
static const struct table_index_type other_type = {make_sum, free_sum};
static const struct table_index_type failing_type = {make_nothing, free_sum};

static struct table *new_table(void) {
    struct table *table = table_new(&link_kind);
    for (int i = 1; i <= 4; i++)
        ((struct link *)table_add(table))->ifindex = i;
    made = freed = 0;
    return table;
}

static void test_index_is_made_once(void **state) {
    (void)state;
    struct table *table = new_table();
    const struct table_index *first = table_index(table, &sum_type);
    assert_int_equal(((const struct sum *)first)->ifindexes, 10);
    assert_ptr_equal(table_index(table, &sum_type), first);
    assert_int_equal(made, 1);
    table_unref(table);
    assert_int_equal(freed, 1);
}

static void test_types_stand_side_by_side(void **state) {
    (void)state;
    struct table *table = new_table();
    const struct table_index *first = table_index(table, &sum_type);
    const struct table_index *other = table_index(table, &other_type);
    assert_ptr_not_equal(first, other);
    assert_ptr_equal(table_index(table, &sum_type), first);
    assert_ptr_equal(table_index(table, &other_type), other);
    assert_null(table_index(table, &failing_type));
    table_unref(table);
    assert_int_equal(made, 2);
    assert_int_equal(freed, 2);
}

static void *ask(void *table) {
    return (void *)(uintptr_t)table_index(table, &sum_type);
}

static void test_threads_get_the_same(void **state) {
    (void)state;
    for (int round = 0; round < 200; round++) {
        struct table *table = new_table();
        pthread_t threads[4];
        void *answers[4];
        for (int i = 0; i < 4; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, ask, table), 0);
        for (int i = 0; i < 4; i++)
            assert_int_equal(pthread_join(threads[i], &answers[i]), 0);
        for (int i = 1; i < 4; i++)
            assert_ptr_equal(answers[i], answers[0]);
        assert_int_equal(made, freed + 1);
        table_unref(table);
        assert_int_equal(made, freed);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_index_is_made_once),
        cmocka_unit_test(test_types_stand_side_by_side),
        cmocka_unit_test(test_threads_get_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
