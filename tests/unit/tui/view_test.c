// SPDX-License-Identifier: GPL-2.0-or-later
#include "tui/view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "panels/panels.h"
#include "tests/unit/tui/fake_node.h"

struct fixture {
    struct node *node;
    struct view view;
};

static const char *const host_names[] = {"lo", "eth0", "eth1", "eth2", "eth3", "eth4"};
static const char *const pod_names[] = {"lo", "eth0"};

static int set_up(void **state) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    fixture->node = fake_node();
    fake_links(fixture->node, 1, host_names, 6);
    fake_links(fixture->node, 2, pod_names, 2);
    assert_int_equal(view_init(&fixture->view, &interfaces_panel, &interfaces_panel.views[0]), 0);
    view_set_height(&fixture->view, 3);
    view_build(&fixture->view, fixture->node, 1);
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

static const char *name_at(const struct view *view, size_t index) {
    return ((const struct link *)view_row(view, index).row)->ifname;
}

static const char *selected_name(const struct view *view) {
    return name_at(view, view->index);
}

static void test_rows_are_those_of_the_namespace(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(fixture->view.count, 6);
    view_build(&fixture->view, fixture->node, 2);
    assert_int_equal(fixture->view.count, 2);
    view_build(&fixture->view, fixture->node, 0);
    assert_int_equal(fixture->view.count, 8);
}

static void test_unread_namespace_is_not_loaded(void **state) {
    struct fixture *fixture = *state;
    struct node *empty = fake_node();
    view_build(&fixture->view, empty, 1);
    assert_false(fixture->view.loaded);
    assert_null(view_selected(&fixture->view));
    view_move(&fixture->view, 1);
    assert_int_equal(fixture->view.index, 0);
    view_build(&fixture->view, fixture->node, 1);
    assert_true(fixture->view.loaded);
    node_free(empty);
}

static void test_selection_scrolls_and_stays_inside(void **state) {
    struct view *view = &((struct fixture *)*state)->view;
    view_move(view, 1);
    assert_int_equal(view->top, 0);
    view_move(view, 2);
    assert_int_equal(view->index, 3);
    view_move(view, PTRDIFF_MAX / 2);
    assert_int_equal(view->index, 5);
    assert_int_equal(view->top, 3);
    view_move(view, -100);
    assert_int_equal(view->index, 0);
    assert_int_equal(view->top, 0);
}

static void test_selection_follows_identity(void **state) {
    struct fixture *fixture = *state;
    struct view *view = &fixture->view;
    static const char *const renamed[] = {"lo", NULL, "eth1", "zebra"};
    view_select(view, 3);
    fake_links(fixture->node, 1, renamed, 4);
    assert_false(view_build(view, fixture->node, 1));
    assert_string_equal(selected_name(view), "zebra");
    view_set_sort(view, kind_find_field(view->kind, "ifname", NULL), true);
    view_build(view, fixture->node, 1);
    assert_int_equal(view->index, 0);
    assert_string_equal(selected_name(view), "zebra");
}

static void test_neighbour_is_selected_when_row_goes(void **state) {
    struct fixture *fixture = *state;
    struct view *view = &fixture->view;
    static const char *const left[] = {"lo", "eth0", NULL, "eth2"};
    view_select(view, 2);
    fake_links(fixture->node, 1, left, 4);
    assert_true(view_build(view, fixture->node, 1));
    assert_string_equal(selected_name(view), "eth2");
    // Said once.
    assert_false(view_build(view, fixture->node, 1));
    fake_links(fixture->node, 1, left, 2);
    assert_true(view_build(view, fixture->node, 1));
    assert_string_equal(selected_name(view), "eth0");
}

static void test_first_row_stays_first_until_somebody_moves(void **state) {
    struct fixture *fixture = *state;
    static const char *const later[] = {"aaa", "lo"};
    fake_links(fixture->node, 1, later, 2);
    assert_false(view_build(&fixture->view, fixture->node, 1));
    assert_int_equal(fixture->view.index, 0);
}

static void test_followed_row_keeps_its_line(void **state) {
    struct fixture *fixture = *state;
    struct view *view = &fixture->view;
    const struct field *name = kind_find_field(view->kind, "ifname", NULL);
    view_set_sort(view, name, false);
    view_build(view, fixture->node, 1); // eth0 ... eth4 lo
    view_select(view, 4);               // eth4, the last of three lines
    view->follow = true;
    view_set_sort(view, name, true); // lo eth4 eth3 ...
    view_build(view, fixture->node, 1);
    assert_string_equal(selected_name(view), "eth4");
    assert_int_equal(view->top, 0); // no line is above the first
    view_set_sort(view, name, false);
    view_build(view, fixture->node, 1);
    assert_int_equal(view->index - view->top, 1);
}

static void test_filter_keeps_rows_that_match(void **state) {
    struct fixture *fixture = *state;
    struct view *view = &fixture->view;
    size_t offset;
    struct error err = {0};
    assert_int_equal(view_set_filter(view, "ifname ~ eth", &offset, &err), 0);
    view_build(view, fixture->node, 1);
    assert_int_equal(view->count, 5);
    assert_int_equal(view->total, 6);
    // An invalid one changes nothing.
    assert_true(view_set_filter(view, "mtu >", &offset, &err) < 0);
    assert_int_equal(offset, 5);
    view_build(view, fixture->node, 1);
    assert_int_equal(view->count, 5);
    assert_int_equal(view_set_filter(view, " ", &offset, &err), 0);
    view_build(view, fixture->node, 1);
    assert_int_equal(view->count, 6);
}

static void test_search_goes_round(void **state) {
    struct fixture *fixture = *state;
    struct view *view = &fixture->view;
    assert_false(view_search(view, false));
    view_set_filter(view, "ifname ~ eth[13]", NULL, NULL);
    view_set_filter(view, "", NULL, NULL);
    view_build(view, fixture->node, 1);
    assert_true(view_search(view, false));
    assert_string_equal(selected_name(view), "eth1");
    assert_true(view_search(view, false));
    assert_string_equal(selected_name(view), "eth3");
    assert_true(view_search(view, false));
    assert_string_equal(selected_name(view), "eth1");
    assert_true(view_search(view, true));
    assert_string_equal(selected_name(view), "eth3");
}

static void test_marks_belong_to_identity(void **state) {
    struct fixture *fixture = *state;
    struct view *view = &fixture->view;
    struct row_ref ref = view_row(view, 3);
    struct row_id id = view_row_id(view, &ref);
    row_set_turn(&view->marks, id);
    view_set_sort(view, kind_find_field(view->kind, "ifname", NULL), true);
    view_build(view, fixture->node, 1);
    size_t marked = 0;
    for (size_t i = 0; i < view->count; i++) {
        ref = view_row(view, i);
        if (row_set_has(&view->marks, view_row_id(view, &ref))) {
            marked++;
            assert_string_equal(name_at(view, i), "eth2");
        }
    }
    assert_int_equal(marked, 1);
    row_set_turn(&view->marks, id);
    assert_int_equal(view->marks.count, 0);
}

static void test_row_is_selected_as_soon_as_it_comes(void **state) {
    struct fixture *fixture = *state;
    struct view *view = &fixture->view;
    static const char *const more[] = {"lo", "eth0", "eth1", "eth2", "eth3", "eth4", "late"};
    assert_false(view_select_row(view, (struct row_id){1, 7}));
    fake_links(fixture->node, 1, more, 7);
    assert_false(view_build(view, fixture->node, 1));
    assert_string_equal(selected_name(view), "late");
}

// 1 carries 2; 2 carries 3; 4 stands alone.
static int stack_links(struct node *node) {
    static const char *const names[] = {"bridge", "port", "vlan", "alone"};
    fake_links(node, 1, names, 4);
    struct link *links = node_find(node, 1)->tables[KIND_INTERFACES]->rows;
    links[1].master = maybe_of(1);
    links[2].link = maybe_of(2);
    links[2].info_kind = "vlan";
    return 0;
}

static void test_tree_keeps_what_matches_hang_on(void **state) {
    struct fixture *fixture = *state;
    struct view *view = &fixture->view;
    stack_links(fixture->node);
    view->tree = true;
    view_build(view, fixture->node, 1);
    assert_int_equal(view->count, 4);
    assert_string_equal(name_at(view, 2), "vlan");
    assert_int_equal(view->tree_rows[2].depth, 2);
    view_set_filter(view, "ifname = vlan", NULL, NULL);
    view_build(view, fixture->node, 1);
    assert_int_equal(view->count, 3);
    assert_string_equal(name_at(view, 0), "bridge");
    view_set_filter(view, "ifname = alone", NULL, NULL);
    view_build(view, fixture->node, 1);
    assert_int_equal(view->count, 1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_rows_are_those_of_the_namespace),
        TEST(test_unread_namespace_is_not_loaded),
        TEST(test_selection_scrolls_and_stays_inside),
        TEST(test_selection_follows_identity),
        TEST(test_neighbour_is_selected_when_row_goes),
        TEST(test_first_row_stays_first_until_somebody_moves),
        TEST(test_followed_row_keeps_its_line),
        TEST(test_filter_keeps_rows_that_match),
        TEST(test_search_goes_round),
        TEST(test_marks_belong_to_identity),
        TEST(test_row_is_selected_as_soon_as_it_comes),
        TEST(test_tree_keeps_what_matches_hang_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
