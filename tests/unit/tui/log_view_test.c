// SPDX-License-Identifier: GPL-2.0-or-later
// The view of a log: the newest row stays in sight until somebody goes up, and from then on all
// stands still.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "model/flow_event.h"
#include "tests/unit/tui/fake_node.h"
#include "tui/screen.h"
#include "tui/screen_parts.h"

static const struct panel_view views[] = {{.name = "events",
                                           .title = "Events",
                                           .kind = KIND_FLOW_EVENTS,
                                           .columns = "time,event,id",
                                           .log = true}};
static const struct panel panel = {
    .name = "events", .title = "Events", .views = views, .view_count = 1};
static const struct panel *const panels[] = {&panel, NULL};

struct fixture {
    struct node *node;
    struct flow_log *log;
    struct screen screen;
    uint32_t count;
};

static void happen(struct fixture *fixture, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        struct flow flow = {.id = fixture->count++, .family = ADDRESS_IPV4};
        flow_log_add(fixture->log, FLOW_NEW, &flow, 1000 + fixture->count);
    }
    node_set_table(fixture->node, 1, flow_log_table(fixture->log));
    screen_update(&fixture->screen);
}

static int set_up(void **state) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    fixture->node = fake_node();
    fixture->log = flow_log_new();
    assert_int_equal(screen_init(&fixture->screen, panels, fixture->node, &glyphs_ascii), 0);
    screen_show(&fixture->screen, "events", NULL, 1, false);
    view_set_height(screen_view(&fixture->screen), 5);
    *state = fixture;
    return 0;
}

static int tear_down(void **state) {
    struct fixture *fixture = *state;
    screen_done(&fixture->screen);
    node_free(fixture->node);
    flow_log_free(fixture->log);
    free(fixture);
    return 0;
}

static uint32_t selected(struct fixture *fixture) {
    const struct row_ref *ref = view_selected(screen_view(&fixture->screen));
    assert_non_null(ref);
    return ((const struct flow_event_row *)ref->row)->flow.id;
}

static void type(struct fixture *fixture, uint32_t key) {
    const struct input input = {.key = key};
    screen_input(&fixture->screen, &input);
}

static void test_the_newest_stays_in_sight(void **state) {
    struct fixture *fixture = *state;
    happen(fixture, 3);
    assert_int_equal(selected(fixture), 2);
    happen(fixture, 100);
    assert_int_equal(selected(fixture), 102);
    assert_int_equal(screen_view(&fixture->screen)->top, 98);
    happen(fixture, FLOW_LOG_MOST + 5);
    assert_int_equal(selected(fixture), FLOW_LOG_MOST + 107);
}

static void test_going_up_stops_it_and_down_lets_it_go_on(void **state) {
    struct fixture *fixture = *state;
    struct view *view = screen_view(&fixture->screen);
    happen(fixture, 20);
    type(fixture, INPUT_UP);
    assert_true(screen_is_held(&fixture->screen));
    happen(fixture, 2 * FLOW_LOG_MOST); // what is looked at is no longer in the log
    assert_int_equal(selected(fixture), 18);
    assert_int_equal(view->count, 20);
    assert_int_equal(view_count_newer(view, fixture->node), 2 * FLOW_LOG_MOST);
    type(fixture, INPUT_ENTER); // the details of what went
    assert_non_null(screen_detail_row(&fixture->screen));
    happen(fixture, 1);
    assert_int_equal(fixture->screen.mode, MODE_DETAIL);
    type(fixture, INPUT_ESCAPE);
    type(fixture, INPUT_DOWN);
    assert_false(screen_is_held(&fixture->screen));
    assert_int_equal(selected(fixture), 2 * FLOW_LOG_MOST + 20);
    happen(fixture, 1);
    assert_int_equal(selected(fixture), 2 * FLOW_LOG_MOST + 21);
}

static void test_another_order_is_no_log(void **state) {
    struct fixture *fixture = *state;
    struct view *view = screen_view(&fixture->screen);
    happen(fixture, 20);
    view_set_sort(view, kind_find_field(view->kind, "id", NULL), true);
    view_select(view, 3);
    uint32_t id = selected(fixture);
    view_build(view, fixture->node, 1);
    assert_int_equal(selected(fixture), id);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_newest_stays_in_sight, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_going_up_stops_it_and_down_lets_it_go_on, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_another_order_is_no_log, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
