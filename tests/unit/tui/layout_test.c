// SPDX-License-Identifier: GPL-2.0-or-later
// What stands where: the grid, columns, cells, keys, graphs.
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "model/link.h"
#include "panels/panels.h"
#include "query/sort.h"
#include "tui/cell.h"
#include "tui/columns.h"
#include "tui/detail.h"
#include "tui/grid.h"
#include "tui/keys.h"

// --- The grid ------------------------------------------------------------------------------------

static void test_grid_cuts_at_width_and_edge(void **state) {
    (void)state;
    struct grid grid = {0};
    assert_int_equal(grid_resize(&grid, 2, 6), 0);
    assert_int_equal(grid_put(&grid, 0, 0, 3, STYLE_NORMAL, "abcdef"), 3);
    assert_int_equal(grid_put(&grid, 0, 4, 9, STYLE_NORMAL, "xyz"), 2);
    assert_int_equal(grid_put(&grid, 2, 0, 9, STYLE_NORMAL, "below"), 0);
    assert_int_equal(grid_put(&grid, 0, 6, 9, STYLE_NORMAL, "beside"), 0);
    assert_string_equal(grid_at(&grid, 0, 2)->text, "c");
    assert_string_equal(grid_at(&grid, 0, 3)->text, " ");
    assert_string_equal(grid_at(&grid, 0, 5)->text, "y");
    grid_done(&grid);
}

static void test_grid_keeps_wide_characters_whole(void **state) {
    (void)state;
    struct grid grid = {0};
    grid_resize(&grid, 1, 6);
    assert_int_equal(grid_put(&grid, 0, 0, 5, STYLE_NORMAL, "中文字"), 4);
    assert_int_equal(grid_at(&grid, 0, 0)->width, 2);
    assert_int_equal(grid_at(&grid, 0, 1)->width, 0);
    // What is left of one that is written over is blank.
    grid_put(&grid, 0, 1, 1, STYLE_NORMAL, "x");
    assert_string_equal(grid_at(&grid, 0, 0)->text, " ");
    assert_string_equal(grid_at(&grid, 0, 1)->text, "x");
    assert_int_equal(grid_put(&grid, 0, 0, 6, STYLE_NORMAL, "e\u0301x"), 2);
    assert_string_equal(grid_at(&grid, 0, 0)->text, "e\u0301");
    grid_done(&grid);
}

// --- Columns -------------------------------------------------------------------------------------

static size_t place(const struct columns *columns, size_t width, size_t *ret_hidden) {
    struct column_place places[64];
    size_t count = columns_layout(columns, NULL, width, places, 64, ret_hidden);
    for (size_t i = 0; i < count; i++)
        assert_true(i == 0 || places[i].x > places[i - 1].x + places[i - 1].width - 1);
    if (count > 1)
        assert_true(places[count - 1].x + places[count - 1].width <= width);
    return count;
}

static void test_columns_fit(void **state) {
    (void)state;
    struct columns columns;
    size_t hidden;
    assert_int_equal(columns_init(&columns, &link_kind, "ifname,~mtu,addr_info,?address,peer"), 0);
    const char *addresses = "192.0.2.10/24 2001:db8::10/64 fe80::858:aff:fef4:10/64, long";
    columns_widen(&columns, kind_find_field(&link_kind, "addr_info", NULL), addresses);
    columns_widen(&columns, kind_find_field(&link_kind, "mtu", NULL), CELL_EMPTY);
    assert_int_equal(place(&columns, 160, &hidden), 5);
    struct column_place places[64];
    columns_layout(&columns, NULL, 60, places, 64, &hidden);
    assert_string_equal(places[1].column->field->key, "addr_info"); // without ~mtu, which is empty
    columns_widen(&columns, kind_find_field(&link_kind, "mtu", NULL), "1500");
    assert_int_equal(place(&columns, 60, &hidden), 4); // without ?address
    assert_int_equal(place(&columns, 22, &hidden), 3); // without ~mtu
    assert_int_equal(hidden, 0);
    assert_int_equal(place(&columns, 12, &hidden), 1);
    assert_int_equal(hidden, 2);
    columns_layout(&columns, NULL, 160, places, 64, &hidden);
    assert_int_equal(places[2].width, 60); // there is room to spare
    columns_layout(&columns, NULL, 70, places, 64, &hidden);
    assert_in_range(places[2].width, 44, 59);
    columns.first = 1; // scrolled: the first stays
    assert_int_equal(place(&columns, 160, &hidden), 4);
    columns_done(&columns);
}

// What is of little use in part gives way last, though not to all the others in a narrow window.
static void test_columns_stay_whole(void **state) {
    (void)state;
    struct columns columns;
    struct column_place places[64];
    size_t hidden;
    assert_int_equal(columns_init(&columns, &link_kind, "ifname,!addr_info,kind,~address"), 0);
    const char *addresses = "192.0.2.10/24 2001:db8::10/64 fe80::858:aff:fef4:10/64";
    for (size_t i = 0; i < 4; i++)
        columns_widen(&columns, columns.items[i].field, addresses);
    columns_layout(&columns, NULL, 80, places, 64, &hidden);
    assert_int_equal(places[1].width, 32);
    columns_layout(&columns, NULL, 40, places, 64, &hidden);
    assert_in_range(places[1].width, 16, 31);
    columns_done(&columns);
}

static void test_columns_are_chosen(void **state) {
    (void)state;
    struct columns columns;
    columns_init(&columns, &link_kind, "ifname,mtu");
    const struct field *flags = kind_find_field(&link_kind, "flags", NULL);
    size_t at = (size_t)(columns_find(&columns, flags) - columns.items);
    assert_int_equal(columns_toggle(&columns, at), 2);
    assert_ptr_equal(columns.items[2].field, flags);
    assert_int_equal(columns_move(&columns, 2, false), 1);
    assert_int_equal(columns_move(&columns, 0, false), 0);
    assert_int_equal(columns_move(&columns, 2, true), 2);
    columns_toggle(&columns, 0);
    columns_toggle(&columns, 0);
    columns_toggle(&columns, 0); // the last one stays
    assert_true(columns.items[0].shown);
    columns_done(&columns);
}

// --- Cells ---------------------------------------------------------------------------------------

static void test_amounts_are_short(void **state) {
    (void)state;
    static const struct {
        double number;
        const char *text;
    } cases[] = {
        {0, "0"},
        {999, "999"},
        {999.6, "1.0K"},
        {1000, "1.0K"},
        {99949, "99.9K"},
        {99951, "100K"},
        {999949, "1.0M"},
        {999400, "999K"},
        {12345678, "12.3M"},
        {1.8446744e19, "18.4E"},
        {0.4, "0"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buffer text = BUFFER_INIT;
        cell_format_amount(cases[i].number, &text);
        assert_string_equal(buffer_text(&text), cases[i].text);
        buffer_done(&text);
    }
}

static void test_cells_are_printable(void **state) {
    (void)state;
    struct netns netns = {.name = "host", .inode = 1};
    struct link link = {.ifname = "a\033[2Jb", .info_kind = "", .mtu = 1500};
    struct row_ref ref = {.netns = &netns, .row = &link};
    static const struct {
        const char *key, *text;
    } cases[] = {{"ifname", "a\\x1b[2Jb"}, {"mtu", "1500"}, {"ifalias", "-"}, {"info_kind", "-"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buffer text = BUFFER_INIT;
        cell_format(kind_find_field(&link_kind, cases[i].key, NULL), &ref, &text);
        assert_string_equal(buffer_text(&text), cases[i].text);
        buffer_done(&text);
    }
}

static void test_graph_scales_to_the_highest(void **state) {
    (void)state;
    static const double rates[] = {0, 1, 400, 800};
    struct buffer text = BUFFER_INIT;
    detail_format_graph(rates, 4, &glyphs_ascii, &text);
    assert_string_equal(buffer_text(&text), " _:#");
    buffer_clear(&text);
    detail_format_graph(rates, 1, &glyphs_ascii, &text);
    assert_string_equal(buffer_text(&text), " ");
    buffer_done(&text);
}

// --- Keys ----------------------------------------------------------------------------------------

static void assert_no_key_twice(const struct key_binding *bindings) {
    for (const struct key_binding *one = bindings; one->label; one++) {
        for (size_t i = 0; i < KEYS_PER_BINDING && one->keys[i]; i++)
            assert_int_equal(keys_find(bindings, one->keys[i]), one->command);
    }
}

static void test_each_key_does_one_thing(void **state) {
    (void)state;
    assert_no_key_twice(table_keys);
    assert_no_key_twice(text_keys);
    assert_no_key_twice(menu_keys);
    for (size_t i = 0; panels[i]; i++) {
        if (panels[i]->keys)
            assert_no_key_twice(panels[i]->keys);
    }
    assert_int_equal(keys_find(table_keys, INPUT_UNKNOWN), COMMAND_NONE);
    assert_int_equal(keys_find(NULL, 'q'), COMMAND_NONE);
}

// A panel's columns, groups and fields are known keys.
static void assert_helps_fit(const struct key_binding *bindings) {
    for (; bindings && bindings->label; bindings++) {
        if (bindings->help)
            assert_in_range(text_width(bindings->help), 1, 80 - 25); // beside the label
    }
}

static void test_the_help_of_keys_fits_into_80_columns(void **state) {
    (void)state;
    assert_helps_fit(table_keys);
    assert_helps_fit(text_keys);
    assert_helps_fit(menu_keys);
    assert_helps_fit(prompt_keys);
    for (size_t i = 0; panels[i]; i++)
        assert_helps_fit(panels[i]->keys);
}

static void assert_fields_exist(const struct panel_view *view) {
    const struct kind *kind = kinds[view->kind];
    char *keys = strdup(view->columns), *rest = keys, *key;
    struct sort sort;
    while ((key = strsep(&rest, ",")))
        assert_non_null(kind_find_field(kind, key + strspn(key, "?~!"), NULL));
    free(keys);
    if (view->sort)
        assert_int_equal(sort_compile(kind, view->sort, &sort, NULL), 0);
    for (const struct panel_target *target = view->targets; target && target->find; target++) {
        assert_in_range(strlen(target->title), 1, 80 - 25 - strlen("go to "));
        assert_true(!target->field || kind_find_field(kind, target->field, NULL));
    }
    if (view->tree_field)
        assert_non_null(kind_find_field(kind, view->tree_field, NULL));
}

static void test_panels_name_fields_that_there_are(void **state) {
    (void)state;
    for (size_t i = 0; panels[i]; i++) {
        for (size_t j = 0; j < panels[i]->view_count; j++)
            assert_fields_exist(&panels[i]->views[j]);
    }
}

static uint8_t style_of(const struct kind *kind, const char *key, const char *text) {
    return cell_style(kind_find_field(kind, key, NULL), text);
}

static void test_states_of_neighbours_have_colours(void **state) {
    const struct kind *kind = kinds[KIND_NEIGHBOURS];
    (void)state;
    assert_int_equal(style_of(kind, "state", "REACHABLE"), STYLE_GOOD);
    assert_int_equal(style_of(kind, "state", "FAILED"), STYLE_BAD);
    assert_int_equal(style_of(kind, "state", "INCOMPLETE"), STYLE_WARNING);
    assert_int_equal(style_of(kind, "state", "STALE"), STYLE_NORMAL);
    assert_int_equal(style_of(kind, "duplicate", "address,lladdr"), STYLE_BAD);
    assert_int_equal(style_of(kind, "duplicate", "moved"), STYLE_WARNING);
    assert_int_equal(style_of(kind, "duplicate", "-"), STYLE_DIM);
    assert_int_equal(style_of(kinds[KIND_INTERFACES], "operstate", "UP"), STYLE_GOOD);
}

int main(void) {
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grid_cuts_at_width_and_edge),
        cmocka_unit_test(test_grid_keeps_wide_characters_whole),
        cmocka_unit_test(test_columns_fit),
        cmocka_unit_test(test_columns_stay_whole),
        cmocka_unit_test(test_columns_are_chosen),
        cmocka_unit_test(test_amounts_are_short),
        cmocka_unit_test(test_cells_are_printable),
        cmocka_unit_test(test_graph_scales_to_the_highest),
        cmocka_unit_test(test_each_key_does_one_thing),
        cmocka_unit_test(test_the_help_of_keys_fits_into_80_columns),
        cmocka_unit_test(test_panels_name_fields_that_there_are),
        cmocka_unit_test(test_states_of_neighbours_have_colours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
