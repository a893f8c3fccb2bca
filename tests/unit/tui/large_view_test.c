// SPDX-License-Identifier: GPL-2.0-or-later
// A view of 1,000,000 rows: what it shows is what a view of few would, it takes four bytes a row,
// and what nobody wants any more ends soon.
#include "tui/view_task.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/route.h"
#include "tests/unit/tui/fake_node.h"
#include "tui/view_file.h"

#define ROWS 1000000

static const struct panel_group groups[] = {{NULL, NULL}};
static const struct panel_view views[] = {{.name = "routes",
                                           .title = "Routes",
                                           .kind = KIND_ROUTES,
                                           .columns = "dst,metric",
                                           .sort = "dst",
                                           .groups = groups}};
static const struct panel panel = {
    .name = "routes", .title = "Routes", .views = views, .view_count = 1};

struct fixture {
    struct node *node;
    struct view view;
};

// Routes to 10.0.0.0/32 and on, in no order; every tenth has another metric.
static struct table *make_routes(void) {
    static struct route_shared shared[2] = {
        {.table = 254,
         .family = ROUTE_IPV4,
         .type = ROUTE_UNICAST,
         .table_name = "main",
         .protocol_name = "static",
         .scope_name = "global"},
        {.table = 254,
         .family = ROUTE_IPV4,
         .type = ROUTE_UNICAST,
         .table_name = "main",
         .protocol_name = "zebra",
         .scope_name = "global",
         .metric = 50},
    };
    struct table *table = table_new(&route_kind);
    assert_int_equal(table_reserve(table, ROWS), 0);
    for (uint32_t i = 0; i < ROWS; i++) {
        struct route *route = table_add(table);
        uint32_t number = (uint32_t)((uint64_t)i * 7919 % ROWS);
        uint8_t dst[4] = {10, (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number};
        memcpy(route->dst, dst, sizeof(dst));
        route->dst_len = 32;
        route->shared = &shared[number % 10 == 0];
    }
    return table;
}

static int set_up(void **state) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    fixture->node = fake_node();
    node_set_table(fixture->node, 1, make_routes());
    assert_int_equal(view_init(&fixture->view, &panel, &views[0]), 0);
    view_set_height(&fixture->view, 10);
    *state = fixture;
    return 0;
}

static int tear_down(void **state) {
    struct fixture *fixture = *state;
    view_done(&fixture->view);
    node_free(fixture->node);
    free(fixture);
    return 0;
}

static struct view_task *start(struct fixture *fixture, size_t parts) {
    struct view_task *task = view_task_new(&fixture->view, fixture->node, 1, true);
    assert_non_null(task);
    task->parts = parts;
    return task;
}

static void run(struct view_task *task) {
    for (size_t part = 0; part < task->parts; part++)
        view_task_filter(task, part);
    view_task_finish(task);
}

static bool build(struct fixture *fixture) {
    struct view_task *task = start(fixture, 3);
    run(task);
    assert_int_equal(task->result, 0);
    bool lost = view_take(&fixture->view, fixture->node, task);
    view_task_free(task);
    return lost;
}

static uint32_t number_at(const struct view *view, size_t index) {
    const struct route *route = view_row(view, index).row;
    return (uint32_t)route->dst[1] << 16 | (uint32_t)route->dst[2] << 8 | route->dst[3];
}

static void test_all_rows_are_in_order(void **state) {
    struct fixture *fixture = *state;
    struct view *view = &fixture->view;
    assert_true(view_is_large(view, fixture->node, 1));
    assert_false(view_is_large(view, fixture->node, 2));
    assert_false(build(fixture));
    assert_int_equal(view->count, ROWS);
    for (size_t i = 0; i < ROWS; i += 997)
        assert_int_equal(number_at(view, i), i);
    view_set_sort(view, kind_find_field(view->kind, "dst", NULL), true);
    build(fixture);
    assert_int_equal(number_at(view, 0), ROWS - 1);
}

static void test_parts_are_filtered_as_the_whole(void **state) {
    struct fixture *fixture = *state;
    struct view *view = &fixture->view;
    static const struct {
        const char *filter;
        size_t count;
    } cases[] = {
        {"zebra", ROWS / 10},
        {"not zebra", ROWS - ROWS / 10},
        {"metric = 50 and dst = 10.0.0.0/24", 26},
        {"10.0.77.", 256},
        {"nowhere", 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(view_set_filter(view, cases[i].filter, NULL, NULL), 0);
        build(fixture);
        if (view->count != cases[i].count)
            fail_msg("%s: %zu rows", cases[i].filter, view->count);
        assert_int_equal(view->total, ROWS);
        for (size_t row = 1; row < view->count; row += 101)
            assert_true(number_at(view, row - 1) < number_at(view, row));
    }
}

// Looks on until it has found one or looked at all; how often is stored.
static bool search(struct view *view, bool backwards, size_t *ret_turns) {
    bool found = view_search(view, backwards);
    for (*ret_turns = 1; view->searching; ++*ret_turns)
        found = view_search_on(view);
    return found;
}

static void test_a_search_takes_turns(void **state) {
    struct fixture *fixture = *state;
    struct view *view = &fixture->view;
    size_t turns;
    view_set_filter(view, "dst = 10.7.161.32", NULL, NULL); // 500000
    view_set_filter(view, "", NULL, NULL);
    build(fixture);
    assert_true(search(view, false, &turns));
    assert_int_equal(view->index, 500000);
    assert_int_equal(turns, 500000 / VIEW_AT_ONCE);
    view_select(view, 500010);
    assert_true(search(view, true, &turns));
    assert_int_equal(view->index, 500000);
    assert_int_equal(turns, 1);
    assert_true(search(view, false, &turns)); // around the end, to itself
    assert_int_equal(view->index, 500000);
    assert_int_equal(turns, ROWS / VIEW_AT_ONCE);
}

static void test_a_search_among_other_rows_begins_anew(void **state) {
    struct fixture *fixture = *state;
    struct view *view = &fixture->view;
    size_t turns;
    view_set_filter(view, "dst = 10.7.161.32", NULL, NULL);
    view_set_filter(view, "", NULL, NULL);
    build(fixture);
    assert_false(view_search(view, false));
    assert_true(view->searching);
    node_set_table(fixture->node, 1, table_new(&route_kind));
    view_build(view, fixture->node, 1);
    assert_false(view_search_on(view));
    assert_false(view->searching);
    assert_false(search(view, false, &turns)); // of no rows
    assert_int_equal(turns, 1);
}

static void test_selection_follows_its_row(void **state) {
    struct fixture *fixture = *state;
    struct view *view = &fixture->view;
    build(fixture);
    view_select(view, 500000);
    view_set_sort(view, kind_find_field(view->kind, "dst", NULL), true);
    assert_false(build(fixture));
    assert_int_equal(view->index, ROWS - 1 - 500000);
    view_set_filter(view, "dst = 10.0.0.0/24", NULL, NULL);
    assert_true(build(fixture)); // it is not among these
    assert_int_equal(view->index, 255);
}

static void test_what_nobody_wants_changes_nothing(void **state) {
    struct fixture *fixture = *state;
    struct view *view = &fixture->view;
    build(fixture);
    view_set_filter(view, "zebra", NULL, NULL);
    struct view_task *late = start(fixture, 1), *cancelled = start(fixture, 2);
    view_set_filter(view, "", NULL, NULL);
    run(late);
    assert_false(view_take(view, fixture->node, late));
    assert_int_equal(view->count, ROWS);
    atomic_store(&cancelled->cancelled, true);
    run(cancelled);
    assert_int_equal(cancelled->result, -ECANCELED);
    assert_false(view_take(view, fixture->node, cancelled));
    assert_int_equal(view->count, ROWS);
    view_task_free(late);
    view_task_free(cancelled);
}

static int take_text(struct buffer *buffer, void *user_data) {
    struct buffer *whole = user_data;
    assert_true(buffer->len > 0 && buffer->len < 100000);
    buffer_add(whole, buffer->data, buffer->len);
    buffer_clear(buffer);
    return 0;
}

static int refuse_text(struct buffer *buffer, void *user_data) {
    (void)buffer;
    ++*(int *)user_data;
    return -ENOSPC;
}

// A file of many rows is written from a copy, piece by piece, whatever becomes of the view.
static void test_files_are_written_in_pieces(void **state) {
    struct fixture *fixture = *state;
    struct view *view = &fixture->view;
    view_set_filter(view, "zebra", NULL, NULL);
    build(fixture);
    for (int json = 0; json < 2; json++) {
        struct buffer wanted = BUFFER_INIT, pieces = BUFFER_INIT, whole = BUFFER_INIT;
        assert_int_equal(view_file_format(view, json, &wanted, NULL, NULL), 0);
        struct view_file *file = view_file_new(view, fixture->node, json);
        view_set_filter(view, "10.0.77.", NULL, NULL);
        build(fixture);
        assert_int_equal(view_file_format(&file->view, json, &pieces, take_text, &whole), 0);
        assert_int_equal(whole.len, wanted.len);
        assert_memory_equal(whole.data, wanted.data, whole.len);
        int refused = 0;
        buffer_clear(&pieces);
        assert_int_equal(view_file_format(&file->view, json, &pieces, refuse_text, &refused),
                         -ENOSPC);
        assert_int_equal(refused, 1);
        view_file_free(file);
        buffer_done(&wanted);
        buffer_done(&pieces);
        buffer_done(&whole);
        view_set_filter(view, "zebra", NULL, NULL);
        build(fixture);
    }
}

// The task holds what it looks at, whatever becomes of the node meanwhile.
static void test_tables_may_be_replaced_meanwhile(void **state) {
    struct fixture *fixture = *state;
    struct view_task *task = start(fixture, 1);
    node_set_table(fixture->node, 1, table_new(&route_kind));
    run(task);
    view_take(&fixture->view, fixture->node, task);
    view_task_free(task);
    assert_int_equal(fixture->view.count, ROWS);
    assert_int_equal(number_at(&fixture->view, 4711), 4711);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_all_rows_are_in_order),       TEST(test_parts_are_filtered_as_the_whole),
        TEST(test_a_search_takes_turns),        TEST(test_a_search_among_other_rows_begins_anew),
        TEST(test_selection_follows_its_row),   TEST(test_what_nobody_wants_changes_nothing),
        TEST(test_files_are_written_in_pieces), TEST(test_tables_may_be_replaced_meanwhile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
