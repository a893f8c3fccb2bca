// SPDX-License-Identifier: GPL-2.0-or-later
// Which rows came and went between two tables, and for how long that is told.
#include "tui/changes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "model/link.h"

// A table of interfaces with these letters for indexes.
static struct table *make(const char *letters) {
    struct table *table = table_new(&link_kind);
    for (; *letters; letters++)
        ((struct link *)table_add(table))->ifindex = *letters;
    return table;
}

static void assert_changes(const char *before, const char *after, const char *went,
                           const char *came) {
    struct table *old = make(before), *new = make(after);
    struct changes changes = {0};
    assert_int_equal(changes_find(old, new, &changes), 0);
    assert_int_equal(changes.went_count, strlen(went));
    assert_int_equal(changes.came_count, strlen(came));
    for (size_t i = 0; i < changes.went_count; i++)
        assert_int_equal(((const struct link *)table_row(old, changes.went[i]))->ifindex, went[i]);
    for (size_t i = 0; i < changes.came_count; i++)
        assert_int_equal(changes.came[i], came[i]);
    changes_done(&changes);
    table_unref(old);
    table_unref(new);
}

static void test_rows_that_came_and_went(void **state) {
    (void)state;
    assert_changes("", "", "", "");
    assert_changes("abc", "abc", "", "");
    assert_changes("abc", "abcd", "", "d");
    assert_changes("abc", "bc", "a", "");
    assert_changes("abcd", "abxd", "c", "x");
    assert_changes("abcd", "dcba", "", ""); // only in another order
    assert_changes("abcd", "dxa", "bc", "x");
    assert_changes("aa", "aaa", "", "a");
    assert_changes("", "ba", "", "ab");
}

static void test_too_many_are_none(void **state) {
    struct table *old = make(""), *new = table_new(&link_kind);
    struct changes changes = {0};
    (void)state;
    for (int i = 0; i <= CHANGES_MOST; i++)
        ((struct link *)table_add(new))->ifindex = i + 1;
    assert_int_equal(changes_find(old, new, &changes), 0);
    assert_int_equal(changes.came_count, 0);
    assert_null(changes.before);
    table_unref(old);
    table_unref(new);
}

static void test_changes_are_told_for_some_seconds(void **state) {
    struct table *old = make("ab"), *new = make("bc");
    struct change_log log = {0};
    struct changes changes = {0};
    (void)state;
    changes_find(old, new, &changes);
    table_unref(old); // the log holds it
    change_log_add(&log, 7, KIND_INTERFACES, &changes, 1000);
    assert_true(change_log_has_come(&log, 7, KIND_INTERFACES, 'c'));
    assert_false(change_log_has_come(&log, 7, KIND_INTERFACES, 'b'));
    assert_false(change_log_has_come(&log, 8, KIND_INTERFACES, 'c'));
    assert_false(change_log_has_come(&log, 7, KIND_ROUTES, 'c'));
    assert_true(change_log_expire(&log, 999 + CHANGES_KEPT));
    assert_true(change_log_has_come(&log, 7, KIND_INTERFACES, 'c'));
    assert_false(change_log_expire(&log, 1000 + CHANGES_KEPT));
    assert_false(change_log_has_come(&log, 7, KIND_INTERFACES, 'c'));
    change_log_done(&log);
    table_unref(new);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_that_came_and_went),
        cmocka_unit_test(test_too_many_are_none),
        cmocka_unit_test(test_changes_are_told_for_some_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
