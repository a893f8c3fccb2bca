// SPDX-License-Identifier: GPL-2.0-or-later
// The screen with a panel of two views, a summary, targets and questions: keys in, grid out.
#include "tui/screen.h"

#include <errno.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/tui/fake_node.h"

#define COLUMNS 80
#define ROWS    24

// --- The panel -----------------------------------------------------------------------------------

static bool find_pod(const struct row_ref *ref, struct panel_place *ret_place) {
    const struct link *link = ref->row;
    *ret_place = (struct panel_place){.panel = "links",
                                      .view = "sizes",
                                      .netns = 2,
                                      .has_row = true,
                                      .identity = link_kind.identity(link)};
    return ref->netns->inode == 1;
}

static bool find_nothing(const struct row_ref *ref, struct panel_place *ret_place) {
    (void)ref;
    (void)ret_place;
    return false;
}

static bool find_host(const struct row_ref *ref, struct panel_place *ret_place) {
    (void)ref;
    *ret_place = (struct panel_place){.panel = "links", .view = "names", .netns = 1};
    return true;
}

static int add_summary(const struct node *node, uint64_t netns, struct lines *lines) {
    const struct table *table = node_table(node, netns, KIND_INTERFACES);
    char text[64];
    snprintf(text, sizeof(text), "%zu of 10", table ? table->count : 0);
    return lines_add_bar(lines, "Full", 0.5, text, STYLE_GOOD) ? 0 : -ENOMEM;
}

static void add_subject(enum kind_id kind, const struct row_ref *row, struct buffer *typed) {
    assert_int_equal(kind, KIND_INTERFACES);
    buffer_puts(typed, ((const struct link *)row->row)->ifname);
}

static int answer(struct node *node, uint64_t netns, const char *typed, struct lines *ret_lines,
                  struct error *err) {
    (void)node;
    (void)netns;
    if (strcmp(typed, "bad") == 0)
        return error_set(err, -EINVAL, "bad is no address");
    lines_add(ret_lines, "to", typed, 0);
    lines_add(ret_lines, "via", "10.0.0.1", STYLE_NORMAL);
    return 0;
}

static int ask_kernel(struct node *node, uint64_t netns, const char *typed, struct lines *ret_lines,
                      bool *ret_differs) {
    (void)node;
    (void)netns;
    (void)typed;
    (void)ret_lines;
    (void)ret_differs;
    return 0;
}

static const struct panel_group groups[] = {{NULL, NULL}};
static const struct panel_target targets[] = {
    {.field = "ifname", .title = "the pod", .find = find_pod},
    {.title = "nowhere", .find = find_nothing},
    {.field = "mtu", .title = "the host", .find = find_host},
    {.find = NULL},
};
static const struct panel_view views[] = {
    {.name = "names",
     .title = "Names",
     .kind = KIND_INTERFACES,
     .columns = "ifname",
     .groups = groups,
     .targets = targets},
    {.name = "sizes",
     .title = "Sizes",
     .kind = KIND_INTERFACES,
     .columns = "mtu,ifname",
     .sort = "-ifname",
     .groups = groups,
     .targets = targets},
};
static const struct panel_question questions[] = {
    {.key = 'w',
     .label = "w",
     .prompt = "to: ",
     .title = "Which way to",
     .help = "which way it goes",
     .subject = add_subject,
     .answer = answer,
     .ask_kernel = ask_kernel},
    {.label = NULL},
};
static const struct panel links_panel = {.name = "links",
                                         .title = "Links",
                                         .views = views,
                                         .view_count = 2,
                                         .summary = add_summary,
                                         .questions = questions};
static const struct panel *const panels[] = {&links_panel, NULL};

// --- Looking at it -------------------------------------------------------------------------------

struct fixture {
    struct node *node;
    struct screen screen;
    struct grid grid;
};

static const char *const host_names[] = {"lo", "eth0", "eth1"};

static int set_up(void **state) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    fixture->node = fake_node();
    fake_links(fixture->node, 1, host_names, 3);
    fake_links(fixture->node, 2, host_names, 2);
    assert_int_equal(screen_init(&fixture->screen, panels, fixture->node, &glyphs_ascii), 0);
    screen_show(&fixture->screen, "links", NULL, 1, false);
    screen_update(&fixture->screen);
    grid_resize(&fixture->grid, ROWS, COLUMNS);
    *state = fixture;
    return 0;
}

static int tear_down(void **state) {
    struct fixture *fixture = *state;
    screen_done(&fixture->screen);
    grid_done(&fixture->grid);
    node_free(fixture->node);
    free(fixture);
    return 0;
}

// The line of the screen as it is drawn now, without what is blank at its end.
static const char *line_at(struct fixture *fixture, size_t y) {
    static char line[16 * COLUMNS + 1];
    screen_draw(&fixture->screen, &fixture->grid);
    line[0] = '\0';
    for (size_t x = 0; x < fixture->grid.columns; x++)
        strcat(line, grid_at(&fixture->grid, y, x)->text);
    size_t len = strlen(line);
    while (len > 0 && line[len - 1] == ' ')
        line[--len] = '\0';
    return line;
}

static void press(struct fixture *fixture, uint32_t key) {
    screen_input(&fixture->screen, &(struct input){.key = key});
}

static void type(struct fixture *fixture, const char *text) {
    for (; *text; text++)
        press(fixture, (uint32_t)*text);
}

// --- Tests ---------------------------------------------------------------------------------------

static void test_views_and_summary_have_their_lines(void **state) {
    struct fixture *fixture = *state;
    assert_string_equal(line_at(fixture, 2), " [Names]  Sizes");
    assert_string_equal(line_at(fixture, 3),
                        "   Full                  [##########          ] 3 of 10");
    assert_string_equal(line_at(fixture, 4), " NAME");
    press(fixture, 'v');
    assert_string_equal(line_at(fixture, 2), "  Names  [Sizes]");
    assert_string_equal(line_at(fixture, 4), "  MTU NAMEv");
    assert_string_equal(line_at(fixture, 5), " 1500 lo");
    press(fixture, 'v');
    assert_string_equal(line_at(fixture, 4), " NAME");
    press(fixture, 'V');
    assert_string_equal(line_at(fixture, 2), "  Names  [Sizes]");
    screen_input(&fixture->screen, &(struct input){.key = INPUT_CLICK, .y = 2, .x = 3});
    assert_string_equal(line_at(fixture, 2), " [Names]  Sizes");
}

static void test_small_screens_are_the_table_s(void **state) {
    struct fixture *fixture = *state;
    grid_resize(&fixture->grid, 8, COLUMNS);
    assert_string_equal(line_at(fixture, 2), " NAME");
    grid_resize(&fixture->grid, 10, COLUMNS);
    assert_string_equal(line_at(fixture, 2), " [Names]  Sizes");
    assert_string_equal(line_at(fixture, 3), " NAME");
}

static void test_each_view_has_its_filter(void **state) {
    struct fixture *fixture = *state;
    press(fixture, '/');
    type(fixture, "ifname ~ eth\r");
    assert_string_equal(line_at(fixture, 1),
                        " host | 2 of 3 interfaces shown | filter: ifname ~ eth");
    press(fixture, 'v');
    assert_string_equal(line_at(fixture, 1), " host | 3 interfaces");
    press(fixture, 'v');
    assert_string_equal(line_at(fixture, 1),
                        " host | 2 of 3 interfaces shown | filter: ifname ~ eth");
}

static void test_targets_are_those_that_lead_somewhere(void **state) {
    struct fixture *fixture = *state;
    press(fixture, 'j');
    press(fixture, 'o'); // the pod, in the other view
    assert_string_equal(line_at(fixture, 1), " pod | 2 interfaces");
    assert_string_equal(line_at(fixture, 2), "  Names  [Sizes]");
    const struct row_ref *ref = view_selected(screen_view(&fixture->screen));
    assert_int_equal(link_kind.identity(ref->row), 2);
    press(fixture, 'O'); // in the pod only one leads anywhere
    assert_string_equal(line_at(fixture, 1), " pod | 2 interfaces");
    press(fixture, 'o');
    assert_string_equal(line_at(fixture, 1), " host | 3 interfaces");
    press(fixture, INPUT_BACKSPACE);
    assert_string_equal(line_at(fixture, 1), " pod | 2 interfaces");
    press(fixture, INPUT_BACKSPACE);
    press(fixture, 'O');
    assert_string_equal(line_at(fixture, 2), " [Names]  Sizes");
    assert_string_equal(line_at(fixture, 1), " host | 3 interfaces");
}

static void test_line_of_details_leads_to_its_target(void **state) {
    struct fixture *fixture = *state;
    press(fixture, '\r');
    assert_int_equal(fixture->screen.mode, MODE_DETAIL);
    line_at(fixture, 0);
    struct lines *lines = &fixture->screen.lines;
    while (lines->items[lines->index].leads != 1)
        press(fixture, 'j');
    press(fixture, '\r');
    assert_string_equal(line_at(fixture, 1), " pod | 2 interfaces");
}

// What the worker does.
static bool give_answer(struct fixture *fixture, unsigned number) {
    struct screen *screen = &fixture->screen;
    struct lines lines = {0};
    struct error err = {0};
    screen->question.asked->answer(fixture->node, 1, screen->question.typed, &lines, &err);
    bool go_on = screen_take_answer(screen, number, &lines, &err);
    lines_done(&lines);
    return go_on;
}

static void test_question_that_cannot_be_answered_is_typed_again(void **state) {
    struct fixture *fixture = *state;
    press(fixture, 'w');
    type(fixture, "bad\r");
    assert_string_equal(line_at(fixture, 3), " Which way to bad in host");
    assert_string_equal(line_at(fixture, 4), "                         working ...");
    assert_false(give_answer(fixture, fixture->screen.question.number));
    assert_string_equal(line_at(fixture, ROWS - 2), "to: bad");
    assert_string_equal(line_at(fixture, ROWS - 1), " bad is no address");
    press(fixture, INPUT_BACKSPACE);
    assert_string_equal(line_at(fixture, ROWS - 2), "to: ba");
    // Who has left the answer is told, and keeps what he looks at.
    type(fixture, "d\r");
    press(fixture, INPUT_ESCAPE);
    assert_false(give_answer(fixture, fixture->screen.question.number));
    assert_string_equal(line_at(fixture, 4), " NAME");
    assert_string_equal(line_at(fixture, ROWS - 2), " bad is no address");
}

static void test_question_is_answered_and_compared(void **state) {
    struct fixture *fixture = *state;
    press(fixture, 'w');
    type(fixture, "10.9.8.7\r");
    assert_true(fixture->screen.effects.ask);
    unsigned number = fixture->screen.question.number;
    assert_false(give_answer(fixture, number - 1)); // that was another's
    assert_true(give_answer(fixture, number));
    assert_string_equal(line_at(fixture, 3), " Which way to 10.9.8.7 in host");
    assert_string_equal(line_at(fixture, 4), "   to                    10.9.8.7");
    assert_string_equal(line_at(fixture, 7), "                         asking ...");
    struct lines kernel = {0};
    lines_add(&kernel, "via", "10.0.0.2", STYLE_NORMAL);
    screen_take_kernel(&fixture->screen, number - 1, &kernel, false);
    assert_true(fixture->screen.question.waiting); // that was another's
    screen_take_kernel(&fixture->screen, number, &kernel, true);
    assert_string_equal(line_at(fixture, 3),
                        " Which way to 10.9.8.7 in host | the kernel says otherwise");
    assert_string_equal(line_at(fixture, 7), "   via                   10.0.0.2");
    assert_int_equal(grid_at(&fixture->grid, 3, 2)->style & ~STYLE_SELECTED, STYLE_BAD);
    press(fixture, INPUT_ESCAPE);
    assert_string_equal(line_at(fixture, 4), " NAME");
    lines_done(&kernel);
}

static void test_question_without_words_is_about_the_row(void **state) {
    struct fixture *fixture = *state;
    press(fixture, 'j');
    press(fixture, 'w');
    press(fixture, '\r');
    give_answer(fixture, fixture->screen.question.number);
    assert_string_equal(line_at(fixture, 4), "   to                    eth0");
}

static void test_long_answers_are_wrapped(void **state) {
    (void)state;
    struct lines from = {0}, to = {0};
    lines_add_heading(&from, "Steps");
    lines_add(&from, "rule", "no match: its source is in the network of the pods, 10.244.0.0/16",
              STYLE_DIM);
    lines_wrap(&from, 30, &to);
    assert_int_equal(to.count, 4);
    assert_true(to.items[0].is_heading);
    assert_string_equal(to.items[1].label, "rule");
    assert_string_equal(to.items[1].text, "no match: its source is in the");
    assert_string_equal(to.items[2].label, "");
    assert_string_equal(to.items[3].text, "10.244.0.0/16");
    lines_clear(&to);
    lines_wrap(&from, 29, &to); // few columns: the label stands with the text
    assert_true(to.items[1].is_wide);
    assert_string_equal(to.items[1].label, "");
    assert_string_equal(to.items[1].text, "rule: no match: its source is in the network of the");
    assert_string_equal(to.items[2].text, "    pods, 10.244.0.0/16");
    lines_done(&from);
    lines_done(&to);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void) {
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        TEST(test_views_and_summary_have_their_lines),
        TEST(test_small_screens_are_the_table_s),
        TEST(test_each_view_has_its_filter),
        TEST(test_targets_are_those_that_lead_somewhere),
        TEST(test_line_of_details_leads_to_its_target),
        TEST(test_question_that_cannot_be_answered_is_typed_again),
        TEST(test_question_is_answered_and_compared),
        TEST(test_question_without_words_is_about_the_row),
        TEST(test_long_answers_are_wrapped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
