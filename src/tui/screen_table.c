// SPDX-License-Identifier: GPL-2.0-or-later
// What keys do over the table: sorting, columns, marks, looking for rows.
#include <stdio.h>
#include <string.h>

#include "tui/screen_parts.h"

// --- Sorting -------------------------------------------------------------------------------------

static void say_sort(struct screen *screen) {
    const struct view *view = screen_view(screen);
    screen_say(screen, STYLE_DIM, "sorted by %s, %s", view->sort.keys[0].field->title,
               view->sort.keys[0].descending ? "descending" : "ascending");
}

static void sort_by(struct screen *screen, const struct field *field, bool descending) {
    struct view *view = screen_view(screen);
    if (view->tree) {
        view->tree = false;
        screen_show_netns_column(screen);
    }
    view_set_sort(view, field, descending);
    screen_build(screen);
    say_sort(screen);
    screen->effects.scope = true;
}

// Of amounts the largest are looked for.
static bool is_descending_by_nature(const struct field *field) {
    return field_is_rate(field) || field->type == FIELD_BYTES || field->type == FIELD_COUNT;
}

static void sort_beside(struct screen *screen, bool right) {
    const struct columns *columns = &screen_view(screen)->columns;
    const struct view *view = screen_view(screen);
    size_t shown = 0, current = 0;
    while (shown < columns->count && columns->items[shown].shown) {
        if (view->sort.count > 0 && columns->items[shown].field == view->sort.keys[0].field)
            current = shown;
        shown++;
    }
    current = right ? (current + 1) % shown : (current + shown - 1) % shown;
    sort_by(screen, columns->items[current].field,
            is_descending_by_nature(columns->items[current].field));
}

static void reverse(struct screen *screen) {
    const struct view *view = screen_view(screen);
    if (view->sort.count > 0)
        sort_by(screen, view->sort.keys[0].field, !view->sort.keys[0].descending);
}

void screen_sort_by_head(struct screen *screen, size_t x) {
    const struct view *view = screen_view(screen);
    const struct field *field;
    if (!screen_find_head(screen, x, &field))
        return;
    if (view->sort.count > 0 && view->sort.keys[0].field == field && !view->tree)
        reverse(screen);
    else
        sort_by(screen, field, is_descending_by_nature(field));
}

// --- Columns -------------------------------------------------------------------------------------

void screen_show_netns_column(struct screen *screen) {
    struct view *view = screen_view(screen);
    const struct field *netns = &view->kind->fields[0];
    if (view->panel->whole_node)
        return;
    bool wanted = screen->all || (view->tree && view->spec->tree_is_wide);
    bool shown = columns_find(&view->columns, netns)->shown;
    if (wanted && !shown)
        columns_show_front(&view->columns, netns, view->tree);
    else if (!wanted && shown)
        columns_hide(&view->columns, netns);
}

// --- Commands over the table ---------------------------------------------------------------------

static void scroll_columns(struct screen *screen, bool right) {
    struct columns *columns = &screen_view(screen)->columns;
    size_t shown = 0;
    while (shown < columns->count && columns->items[shown].shown)
        shown++;
    if (right && columns->first + 2 < shown)
        columns->first++;
    else if (!right && columns->first > 0)
        columns->first--;
}

// The columns of names are there always, or not at all.
static void show_names(struct view *view, const char *key, size_t len, bool shown) {
    char name[64];
    snprintf(name, sizeof(name), "%.*s", (int)len, key);
    const struct field *field = kind_find_field(view->kind, name, NULL);
    struct column *column = columns_find(&view->columns, field);
    if (!shown) {
        columns_hide(&view->columns, field);
        return;
    }
    if (!column->shown)
        columns_toggle(&view->columns, (size_t)(column - view->columns.items));
    column = columns_find(&view->columns, field);
    column->optional = column->minor = false;
}

static void toggle_names(struct screen *screen) {
    struct view *view = screen_view(screen);
    if (!view->spec->names) {
        screen_say(screen, STYLE_DIM, "there are no names here");
        return;
    }
    view->names_hidden = !view->names_hidden;
    for (const char *key = view->spec->names; *key;) {
        size_t len = strcspn(key, ",");
        show_names(view, key, len, !view->names_hidden);
        key += len + (key[len] == ',');
    }
    screen_say(screen, STYLE_DIM,
               view->names_hidden ? "addresses stand alone" : "addresses stand with their names");
}

static void toggle_tree(struct screen *screen) {
    struct view *view = screen_view(screen);
    if (!view->spec->tree) {
        screen_say(screen, STYLE_DIM, "there is no tree of these");
        return;
    }
    view->tree = !view->tree;
    screen_show_netns_column(screen);
    screen_build(screen);
    screen->effects.scope = true;
}

// What hangs on the row that is selected, or on any, is shown or not.
static void fold(struct screen *screen, bool all) {
    struct view *view = screen_view(screen);
    if (!view->tree) {
        screen_say(screen, STYLE_DIM, "this is no tree");
        return;
    }
    if (all)
        view_fold_all(view);
    else
        view_fold(view);
    screen_build(screen);
}

static void toggle_follow(struct screen *screen) {
    struct view *view = screen_view(screen);
    view->follow = !view->follow;
    view_select(view, view->index);
    screen_say(screen, STYLE_DIM, view->follow ? "following the row" : "no longer following");
}

static void change_interval(struct screen *screen, bool slower) {
    static const double steps[] = {0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60};
    size_t count = sizeof(steps) / sizeof(steps[0]), i = 0;
    while (i + 1 < count && steps[i] < screen->interval)
        i++;
    if (slower && i + 1 < count)
        i += steps[i] <= screen->interval;
    else if (!slower && i > 0)
        i--;
    screen->interval = steps[i];
    screen->effects.interval = true;
    screen_say(screen, STYLE_DIM, "counters are read every %g s", screen->interval);
}

static void tell_search(struct screen *screen, bool found) {
    if (screen_view(screen)->searching)
        screen->effects.search = true;
    else if (!found)
        screen_say(screen, STYLE_WARNING, "no row matches");
}

static void search(struct screen *screen, bool backwards) {
    struct view *view = screen_view(screen);
    if (view->search)
        tell_search(screen, view_search(view, backwards));
    else
        screen_say(screen, STYLE_DIM, "nothing was looked for yet: / does");
}

void screen_search_on(struct screen *screen) {
    struct view *view = screen_view(screen);
    if (view->searching)
        tell_search(screen, view_search_on(view));
}

static void mark(struct screen *screen) {
    struct view *view = screen_view(screen);
    const struct row_ref *ref = view_selected(view);
    if (!ref)
        return;
    row_set_turn(&view->marks, view_row_id(view, ref));
    view_move(view, 1);
}

static void escape(struct screen *screen) {
    struct view *view = screen_view(screen);
    if (screen_is_at_place(screen) && screen->place_count > 0) {
        screen_go_back(screen);
    } else if (view->filter) {
        screen_drop_filter(screen);
    } else if (view->follow) {
        toggle_follow(screen);
    } else if (view->tree && !view->spec->tree_first) {
        toggle_tree(screen);
    } else {
        screen_say(screen, STYLE_DIM, "q quits, ? helps");
    }
}

// What the row came from, where it leads first of all, or else all of it.
static void enter(struct screen *screen) {
    if (screen_open_activity(screen))
        return;
    struct panel_place place;
    const struct panel_view *spec = screen_view(screen)->spec;
    const struct panel_target *first = spec->targets;
    const struct row_ref *ref = view_selected(screen_view(screen));
    if (ref && !spec->opens && first && first->find && first->find(ref, &place))
        screen_go_to(screen, &place);
    else
        screen_open_detail(screen);
}

static void run_order_command(struct screen *screen, enum command command) {
    switch ((int)command) {
    case COMMAND_SORT_LEFT:
        sort_beside(screen, false);
        return;
    case COMMAND_SORT_RIGHT:
        sort_beside(screen, true);
        return;
    case COMMAND_SORT_MENU:
        screen_menu_open(screen, MODE_SORT);
        return;
    case COMMAND_COLUMNS:
        screen_menu_open(screen, MODE_COLUMNS);
        return;
    case COMMAND_NAMES:
        toggle_names(screen);
        return;
    case COMMAND_REVERSE:
        reverse(screen);
        return;
    case COMMAND_LEFT:
    case COMMAND_RIGHT:
        scroll_columns(screen, command == COMMAND_RIGHT);
        return;
    case COMMAND_TREE:
        toggle_tree(screen);
        return;
    case COMMAND_FOLD:
    case COMMAND_FOLD_ALL:
        fold(screen, command == COMMAND_FOLD_ALL);
        return;
    case COMMAND_FOLLOW:
        toggle_follow(screen);
        return;
    case COMMAND_MARK:
        mark(screen);
        return;
    case COMMAND_UNMARK:
        row_set_clear(&screen_view(screen)->marks);
        return;
    case COMMAND_SLOWER:
    case COMMAND_FASTER:
        change_interval(screen, command == COMMAND_SLOWER);
        return;
    }
}

static void run_table_command(struct screen *screen, enum command command, uint32_t key) {
    struct view *view = screen_view(screen);
    ptrdiff_t rows = screen_distance(command, view->height);
    if (screen_side_run(screen, command))
        return;
    if (rows != 0) {
        view_move(view, rows);
        if (view_is_at_end(view))
            screen_build(screen);     // newer ones come
        screen->effects.scope = true; // the rows whose counters are read
        return;
    }
    switch ((int)command) {
    case COMMAND_PANEL:
        screen_show_panel(screen, key - '1');
        return;
    case COMMAND_NEXT_PANEL:
        screen_show_panel(screen, (screen->panel + 1) % screen->panel_count);
        return;
    case COMMAND_PREVIOUS_PANEL:
        screen_show_panel(screen, (screen->panel + screen->panel_count - 1) % screen->panel_count);
        return;
    case COMMAND_NEXT_VIEW:
        screen_show_view(screen, screen->current_views[screen->panel] + 1);
        return;
    case COMMAND_PREVIOUS_VIEW:
        screen_show_view(screen, screen->current_views[screen->panel] +
                                     screen_panel(screen)->view_count - 1);
        return;
    case COMMAND_DETAIL:
        screen_open_detail(screen);
        return;
    case COMMAND_TARGET:
        screen_follow_target(screen, view_selected(view), 0);
        return;
    case COMMAND_NEXT_TARGET:
        screen_follow_target(screen, view_selected(view), 1);
        return;
    case COMMAND_USERS:
        screen_follow_users(screen, view_selected(view));
        return;
    case COMMAND_ENTER:
        enter(screen);
        return;
    case COMMAND_SIDE_NEXT:
    case COMMAND_SIDE_PREVIOUS:
        screen_side_move(screen, command == COMMAND_SIDE_NEXT);
        return;
    case COMMAND_SIDE_TURN:
        screen_side_turn(screen);
        return;
    case COMMAND_SIDE:
        screen_side_toggle(screen);
        return;
    case COMMAND_BACK:
        screen_go_back(screen);
        return;
    case COMMAND_ESCAPE:
        escape(screen);
        return;
    case COMMAND_ALL:
        screen_toggle_all(screen);
        return;
    case COMMAND_FILTER:
        screen_begin_prompt(screen, PROMPT_FILTER);
        return;
    case COMMAND_TRACE:
        screen_begin_trace(screen);
        return;
    case COMMAND_TRACE_STOP:
        screen_stop_trace(screen);
        return;
    case COMMAND_NEXT_MATCH:
    case COMMAND_PREVIOUS_MATCH:
        search(screen, command == COMMAND_PREVIOUS_MATCH);
        return;
    }
    run_order_command(screen, command);
}

void screen_input_table(struct screen *screen, const struct input *input) {
    const struct panel_question *question = screen_find_question(screen, input->key);
    const struct panel_view *view = panel_find_view_of_key(screen_panel(screen), input->key);
    enum command command = keys_find(screen_panel(screen)->keys, input->key);
    if (command == COMMAND_NONE)
        command = keys_find(table_keys, input->key);
    if (question)
        screen_begin_question(screen, question);
    else if (view)
        screen_go_to_view(screen, (size_t)(view - screen_panel(screen)->views));
    else if (command == COMMAND_NONE)
        screen_say_unknown(screen);
    else if (!screen_run_common(screen, command))
        run_table_command(screen, command, input->key);
}
