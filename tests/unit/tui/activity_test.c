// SPDX-License-Identifier: GPL-2.0-or-later
// What goes on for a while, on the screen: beginning it, its lines, its keys, its rows. Its thread
// is played by the test.
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

// --- An activity whose rows are interfaces: its number is their ifindex
// ----------------------------

struct count {
    char typed[64];
    unsigned number;
};

static size_t alive;

static int open_count(const struct panel_start *start, void **ret_state, struct error *err) {
    if (strncmp(start->typed, "bad", 3) == 0)
        return error_set(err, -EINVAL, "bad is no number");
    struct count *count = calloc(1, sizeof(*count));
    snprintf(count->typed, sizeof(count->typed), "%s", start->typed);
    count->number = start->number;
    *ret_state = count;
    alive++;
    return 0;
}

static void free_count(void *state) {
    alive--;
    free(state);
}

static void run_count(void *state, const struct panel_run *run) {
    (void)state;
    (void)run;
}

static int format_count(void *state, const struct panel_sight *sight, struct lines *lines) {
    const struct count *count = state;
    lines_add(lines, "Counting", count->typed, STYLE_NORMAL);
    lines_add_wide(lines,
                   "  a text that has no label beside it and is longer than a line may be "
                   "before it is broken",
                   STYLE_NORMAL, sight->width);
    lines_add(lines, "To", "the pod", STYLE_NORMAL)->leads = 1;
    return 0;
}

static bool find_pod(void *state, const struct node *node, size_t lead, size_t skipped,
                     struct panel_place *ret_place) {
    (void)state;
    (void)node;
    *ret_place = (struct panel_place){.panel = "counts", .netns = 2};
    return lead == 0 && skipped == 0;
}

static void remember(void *const *states, size_t count, struct node *node, uint64_t netns) {
    struct table *table = table_new(&link_kind);
    for (size_t i = 0; i < count; i++) {
        struct link *link = table_add(table);
        link->ifindex = (int32_t)((const struct count *)states[i])->number;
        link->ifname = arena_printf(&table->arena, "count%d", link->ifindex);
    }
    node_set_table(node, netns, table);
}

static bool find_row(enum kind_id kind, const void *row, unsigned *ret_number) {
    *ret_number = (unsigned)((const struct link *)row)->ifindex;
    return kind == KIND_INTERFACES;
}

static const struct panel_word words[] = {
    {.key = 'r', .label = "r", .hint = "Again", .help = "again"},
    {.key = 'f', .label = "f", .word = "+fast", .sort = "+fast", .hint = "Fast", .help = "fast"},
    {.key = 's', .label = "s", .word = "@all", .sort = "@", .hint = "Servers", .help = "all"},
    {.label = NULL},
};
static const struct panel_activity activity = {
    .words = words,
    .kind = KIND_INTERFACES,
    .open = open_count,
    .free = free_count,
    .run = run_count,
    .format = format_count,
    .find = find_pod,
    .remember = remember,
    .find_row = find_row,
};
static const struct panel_group groups[] = {{NULL, NULL}};
static const struct panel_view views[] = {{.name = "counts",
                                           .title = "Counts",
                                           .kind = KIND_INTERFACES,
                                           .columns = "ifname",
                                           .groups = groups}};
static const struct panel_question questions[] = {
    {.key = 'd', .label = "d", .prompt = "count: ", .title = "Count of", .help = "counts"},
    {.key = 'D',
     .label = "D",
     .prompt = "count: ",
     .title = "Count of",
     .words = "+fast",
     .help = "counts fast"},
    {.key = 'c', .label = "c", .title = "Count of", .typed = "1 @all", .help = "counts all"},
    {.label = NULL},
};
static const struct key_binding keys[] = {
    {COMMAND_ENTER, {INPUT_ENTER}, "Enter", "open it again"},
    {.label = NULL},
};
static const struct panel counts_panel = {.name = "counts",
                                          .title = "Counts",
                                          .views = views,
                                          .view_count = 1,
                                          .keys = keys,
                                          .questions = questions,
                                          .activity = &activity};
static const struct panel *const panels[] = {&counts_panel, NULL};

// --- Looking at it -------------------------------------------------------------------------------

struct fixture {
    struct node *node;
    struct screen screen;
    struct grid grid;
};

static int set_up(void **state) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    fixture->node = fake_node();
    assert_int_equal(screen_init(&fixture->screen, panels, fixture->node, &glyphs_ascii), 0);
    screen_show(&fixture->screen, "counts", NULL, 1, false);
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
    return alive == 0 ? 0 : -1;
}

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

// What threads do: those that are new start, those that were told to end do.
static void play_threads(struct fixture *fixture) {
    struct activities *activities = &fixture->screen.activities;
    for (size_t i = 0; i < activities->count; i++) {
        struct activity *item = activities->items[i];
        if (item->stage == ACTIVITY_RUNNING && item->stopping) {
            item->stage = ACTIVITY_ENDED;
            screen_end_activity(&fixture->screen, item);
        }
        if (item->stage == ACTIVITY_NEW)
            item->stage = ACTIVITY_RUNNING;
    }
    fixture->screen.effects.activities = false;
    screen_update(&fixture->screen);
}

static void end_all(struct fixture *fixture) {
    for (size_t i = 0; i < fixture->screen.activities.count; i++)
        fixture->screen.activities.items[i]->stopping = true;
    play_threads(fixture);
    play_threads(fixture);
}

static void begin(struct fixture *fixture, const char *typed) {
    press(fixture, 'd');
    type(fixture, typed);
    press(fixture, INPUT_ENTER);
    play_threads(fixture);
}

// --- Tests ---------------------------------------------------------------------------------------

static void test_it_is_shown_while_it_goes_on(void **state) {
    struct fixture *fixture = *state;
    begin(fixture, "10");
    assert_string_equal(line_at(fixture, 2), " Count of 10 in host | under way: Esc ends it");
    assert_string_equal(line_at(fixture, 3), "   Counting              10");
    assert_string_equal(line_at(fixture, 5), "         it is broken");
    assert_string_equal(line_at(fixture, ROWS - 1),
                        " Esc Back  Enter Follow  r Again  f Fast  s Servers");
    press(fixture, INPUT_ESCAPE);
    assert_true(fixture->screen.effects.activities);
    assert_string_equal(line_at(fixture, 2), " Count of 10 in host | ending ...");
    play_threads(fixture);
    assert_string_equal(line_at(fixture, 2), " Count of 10 in host | ended before it was through");
    press(fixture, INPUT_ESCAPE);
    assert_int_equal(fixture->screen.mode, MODE_TABLE);
}

static void test_it_goes_on_when_it_is_left(void **state) {
    struct fixture *fixture = *state;
    begin(fixture, "10");
    press(fixture, 'q');
    assert_int_equal(fixture->screen.mode, MODE_TABLE);
    assert_false(fixture->screen.activities.items[0]->stopping);
    begin(fixture, "20");
    press(fixture, 'q');
    assert_string_equal(line_at(fixture, 1), " host | 2 interfaces");
    press(fixture, INPUT_ENTER); // the first row
    assert_string_equal(line_at(fixture, 3), "   Counting              10");
    end_all(fixture);
}

static void test_a_key_asks_otherwise(void **state) {
    struct fixture *fixture = *state;
    begin(fixture, "10 @here +fast=2 now");
    press(fixture, 'f');
    assert_string_equal(line_at(fixture, 3), "   Counting              10 @here now");
    press(fixture, 'f');
    assert_string_equal(line_at(fixture, 3), "   Counting              10 @here now +fast");
    press(fixture, 's');
    assert_string_equal(line_at(fixture, 3), "   Counting              10 now +fast @all");
    press(fixture, 's');
    assert_string_equal(line_at(fixture, 3), "   Counting              10 now +fast");
    press(fixture, 'r');
    assert_string_equal(line_at(fixture, 3), "   Counting              10 now +fast");
    assert_int_equal(fixture->screen.activities.count, 6);
    end_all(fixture);
}

static void test_questions_add_their_words(void **state) {
    struct fixture *fixture = *state;
    press(fixture, 'D');
    type(fixture, "10\r");
    assert_string_equal(line_at(fixture, 3), "   Counting              10 +fast");
    press(fixture, 'D');
    type(fixture, "10 +fast=3\r");
    assert_string_equal(line_at(fixture, 3), "   Counting              10 +fast=3");
    press(fixture, 'c');
    assert_string_equal(line_at(fixture, 3), "   Counting              1 @all");
    end_all(fixture);
}

static void test_what_is_wrong_can_be_typed_again(void **state) {
    struct fixture *fixture = *state;
    begin(fixture, "bad");
    assert_string_equal(line_at(fixture, ROWS - 2), "count: bad");
    assert_string_equal(line_at(fixture, ROWS - 1), " bad is no number");
    assert_int_equal(fixture->screen.activities.count, 0);
    press(fixture, INPUT_ESCAPE);
}

static void test_few_run_and_many_are_kept(void **state) {
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ACTIVITIES_RUNNING; i++)
        begin(fixture, "1");
    begin(fixture, "1");
    assert_int_equal(fixture->screen.activities.count, ACTIVITIES_RUNNING);
    assert_non_null(strstr(line_at(fixture, ROWS - 1), "8 are under way already"));
    press(fixture, INPUT_ESCAPE);
    end_all(fixture);
    for (size_t i = 0; i < ACTIVITIES_MOST + 10; i++) {
        begin(fixture, "1");
        end_all(fixture);
    }
    assert_int_equal(fixture->screen.activities.count, ACTIVITIES_MOST);
    assert_int_equal(alive, ACTIVITIES_MOST);
    press(fixture, INPUT_ESCAPE);
    assert_string_equal(line_at(fixture, 1), " host | 100 interfaces");
}

static void test_a_line_leads_on_and_back(void **state) {
    struct fixture *fixture = *state;
    begin(fixture, "10");
    line_at(fixture, 0);
    press(fixture, INPUT_ENTER);
    assert_string_equal(line_at(fixture, ROWS - 2), " this line leads nowhere");
    press(fixture, 'G');
    press(fixture, 'O');
    assert_string_equal(line_at(fixture, ROWS - 2), " this leads to no other place");
    press(fixture, INPUT_ENTER);
    assert_string_equal(line_at(fixture, 1), " pod | 0 interfaces");
    press(fixture, INPUT_BACKSPACE);
    assert_string_equal(line_at(fixture, 3), "   Counting              10");
    end_all(fixture);
}

static void test_it_ends_with_its_namespace(void **state) {
    struct fixture *fixture = *state;
    screen_show(&fixture->screen, NULL, NULL, 2, false);
    begin(fixture, "10");
    struct table *namespaces = table_new(&netns_kind);
    fake_netns(namespaces, "host", 1, true);
    node_set_namespaces(fixture->node, namespaces);
    screen_update(&fixture->screen);
    assert_true(fixture->screen.activities.items[0]->stopping);
    assert_true(fixture->screen.effects.activities);
    assert_string_equal(line_at(fixture, 2), " Count of 10 in pod | ending ...");
    play_threads(fixture);
    press(fixture, 'r');
    assert_string_equal(line_at(fixture, ROWS - 2), " that namespace is gone");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void) {
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        TEST(test_it_is_shown_while_it_goes_on),
        TEST(test_it_goes_on_when_it_is_left),
        TEST(test_a_key_asks_otherwise),
        TEST(test_questions_add_their_words),
        TEST(test_what_is_wrong_can_be_typed_again),
        TEST(test_few_run_and_many_are_kept),
        TEST(test_a_line_leads_on_and_back),
        TEST(test_it_ends_with_its_namespace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
