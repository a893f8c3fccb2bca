// SPDX-License-Identifier: GPL-2.0-or-later
// A view that is brought up to date shows what one shows that begins anew.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/flow_store.h"
#include "tests/unit/tui/fake_node.h"
#include "tui/view_task.h"

#define FLOWS  20000
#define ROUNDS 20

static const struct panel_view views[] = {
    {.name = "flows", .title = "Flows", .kind = KIND_FLOWS, .columns = "src,sport,timeout,mark"}};
static const struct panel panel = {
    .name = "flows", .title = "Flows", .views = views, .view_count = 1};

struct fixture {
    struct node *node;
    struct flow_store *store;
    struct view view;
    uint32_t random;
};

static uint32_t next_random(struct fixture *fixture, uint32_t below) {
    fixture->random = fixture->random * 1103515245 + 12345;
    return (fixture->random >> 8) % below;
}

static void put(struct fixture *fixture, uint32_t number) {
    struct flow flow = {.id = number * 2654435761u,
                        .family = ADDRESS_IPV4,
                        .protocol = 6,
                        .known = FLOW_HAS_PORTS | FLOW_HAS_TIMEOUT,
                        .timeout = next_random(fixture, 50),
                        .mark = number % 3};
    uint32_t shuffled = number * 2246822519u;
    memcpy(flow.orig.src, &shuffled, sizeof(shuffled));
    assert_int_equal(flow_store_put(fixture->store, &flow, FLOW_ASKED), 0);
}

static void drop(struct fixture *fixture, uint32_t number) {
    struct flow flow = {.id = number * 2654435761u, .family = ADDRESS_IPV4, .protocol = 6};
    uint32_t shuffled = number * 2246822519u;
    memcpy(flow.orig.src, &shuffled, sizeof(shuffled));
    flow_store_remove(fixture->store, &flow);
}

static int set_up(void **state) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    fixture->node = fake_node();
    fixture->store = flow_store_new();
    fixture->random = 1;
    for (uint32_t i = 0; i < FLOWS; i++)
        put(fixture, i);
    node_set_table(fixture->node, 1, flow_store_snapshot(fixture->store));
    assert_int_equal(view_init(&fixture->view, &panel, &views[0]), 0);
    view_set_height(&fixture->view, 10);
    *state = fixture;
    return 0;
}

static int tear_down(void **state) {
    struct fixture *fixture = *state;
    view_done(&fixture->view);
    node_free(fixture->node);
    flow_store_free(fixture->store);
    free(fixture);
    return 0;
}

static void change(struct fixture *fixture) {
    for (int i = 0; i < 300; i++) {
        drop(fixture, next_random(fixture, 2 * FLOWS));
        put(fixture, next_random(fixture, 2 * FLOWS));
    }
    node_set_table(fixture->node, 1, flow_store_snapshot(fixture->store));
}

static struct view_task *work_out(struct fixture *fixture, bool anew) {
    unsigned built = fixture->view.built;
    if (anew)
        fixture->view.built = fixture->view.query + 1;
    struct view_task *task = view_task_new(&fixture->view, fixture->node, 1, true);
    fixture->view.built = built;
    assert_non_null(task);
    assert_int_equal(task->before_order == NULL, anew);
    view_task_filter(task, 0);
    view_task_finish(task);
    assert_int_equal(task->result, 0);
    return task;
}

static void expect_same(struct fixture *fixture) {
    view_task_free(work_out(fixture, true)); // whoever is first fills what is remembered
    struct view_task *whole = work_out(fixture, true), *merged = work_out(fixture, false);
    assert_int_equal(merged->count, whole->count);
    assert_int_equal(merged->total, whole->total);
    assert_int_equal(merged->index, whole->index);
    assert_memory_equal(merged->order, whole->order, whole->count * sizeof(*whole->order));
    view_task_free(whole);
    view_take(&fixture->view, fixture->node, merged);
    view_task_free(merged);
}

static void begin(struct fixture *fixture) {
    struct view_task *task = work_out(fixture, true);
    view_take(&fixture->view, fixture->node, task);
    view_task_free(task);
    view_select(&fixture->view, fixture->view.count / 2);
}

static void expect_same_always(struct fixture *fixture) {
    begin(fixture);
    for (int i = 0; i < ROUNDS; i++) {
        change(fixture);
        expect_same(fixture);
    }
}

static void test_in_the_usual_order(void **state) {
    expect_same_always(*state);
}

static void test_in_a_chosen_order(void **state) {
    struct fixture *fixture = *state;
    view_set_sort(&fixture->view, kind_find_field(&flow_kind, "timeout", NULL), true);
    expect_same_always(fixture);
}

static void test_filtered(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(view_set_filter(&fixture->view, "mark = 1 timeout < 30", NULL, NULL), 0);
    expect_same_always(fixture);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_in_the_usual_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_in_a_chosen_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_filtered, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
