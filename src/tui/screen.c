// SPDX-License-Identifier: GPL-2.0-or-later
#include "tui/screen.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tui/cell.h"
#include "tui/detail.h"
#include "tui/help.h"
#include "tui/screen_parts.h"

int screen_init(struct screen *screen, const struct panel *const *panels, struct node *node,
                const struct glyphs *glyphs) {
    *screen = (struct screen){
        .panels = panels, .node = node, .glyphs = glyphs, .interval = 1, .filter_offset = SIZE_MAX};
    int r = 0;
    while (r == 0 && panels[screen->panel_count] && screen->panel_count < SCREEN_PANELS_MAX) {
        r = view_init(&screen->views[screen->panel_count], panels[screen->panel_count]);
        screen->panel_count++;
    }
    if (r < 0)
        screen_done(screen);
    return r;
}

void screen_done(struct screen *screen) {
    for (size_t i = 0; i < screen->panel_count; i++)
        view_done(&screen->views[i]);
    lines_done(&screen->lines);
    prompt_history_done(&screen->filters);
    prompt_history_done(&screen->files);
    buffer_done(&screen->message);
    buffer_done(&screen->clipboard);
    buffer_done(&screen->file);
}

struct view *screen_view(struct screen *screen) {
    return &screen->views[screen->panel];
}

uint64_t screen_scope(const struct screen *screen) {
    return screen->all ? 0 : screen->netns;
}

void screen_say(struct screen *screen, enum style style, const char *format, ...) {
    struct buffer raw = BUFFER_INIT;
    va_list args;
    va_start(args, format);
    buffer_vprintf(&raw, format, args);
    va_end(args);
    buffer_clear(&screen->message);
    text_printable(buffer_text(&raw), raw.len, &screen->message);
    screen->message_style = (uint8_t)style;
    buffer_done(&raw);
}

// --- Data ----------------------------------------------------------------------------------------

// The name of a row: its first shown column that is not the namespace.
static void format_name(struct view *view, const struct row_ref *ref, struct buffer *buffer) {
    const struct field *field = &view->kind->fields[0];
    if (!view->panel->whole_node && view->panel->tree_field)
        field = kind_find_field(view->kind, view->panel->tree_field, NULL);
    cell_format(field, ref, buffer);
}

// Where rows of several namespaces stand together, the namespace is a column.
static void show_netns_column(struct screen *screen) {
    struct view *view = screen_view(screen);
    const struct field *netns = &view->kind->fields[0];
    if (view->panel->whole_node)
        return;
    bool wanted = screen->all || view->tree;
    bool shown = columns_find(&view->columns, netns)->shown;
    if (wanted && !shown)
        columns_show_front(&view->columns, netns, view->tree);
    else if (!wanted && shown)
        columns_hide(&view->columns, netns);
}

void screen_build(struct screen *screen) {
    struct view *view = screen_view(screen);
    struct buffer name = BUFFER_INIT;
    const struct row_ref *ref = view_selected(view);
    if (ref)
        format_name(view, ref, &name);
    if (view_build(view, screen->node, screen_scope(screen))) {
        view->follow = false;
        screen_say(screen, STYLE_WARNING, "%s is gone%s", buffer_text(&name),
                   view->count > 0 ? "; its neighbour is selected" : "");
    }
    buffer_done(&name);
}

static void set_netns(struct screen *screen, uint64_t inode) {
    const struct node_netns *entry = node_find(screen->node, inode);
    screen->netns = inode;
    if (entry)
        snprintf(screen->netns_name, sizeof(screen->netns_name), "%s", entry->netns->name);
}

static const struct netns *own_netns(const struct screen *screen) {
    for (size_t i = 0; i < node_count(screen->node); i++) {
        if (screen->node->netnses[i].netns->own)
            return screen->node->netnses[i].netns;
    }
    return NULL;
}

// A namespace without a name yet is netscope's own; one that is gone is left.
static void check_netns(struct screen *screen) {
    const struct netns *own = own_netns(screen);
    if (node_find(screen->node, screen->netns)) {
        set_netns(screen, screen->netns);
        return;
    }
    if (!own)
        return;
    if (screen->netns != 0 && !screen->all)
        screen_say(screen, STYLE_WARNING, "namespace %s is gone; this is %s", screen->netns_name,
                   own->name);
    set_netns(screen, own->inode);
    screen->effects.scope = true;
}

void screen_update(struct screen *screen) {
    check_netns(screen);
    screen_build(screen);
    if (screen->mode == MODE_DETAIL && !screen_detail_row(screen)) {
        screen->mode = MODE_TABLE;
        if (screen->message.len == 0)
            screen_say(screen, STYLE_WARNING, "it is gone");
    }
}

static const void *find_in_table(const struct table *table, uint64_t identity) {
    for (size_t i = 0; table && i < table->count; i++) {
        if (table->kind->identity(table_row(table, i)) == identity)
            return table_row(table, i);
    }
    return NULL;
}

const struct row_ref *screen_detail_row(struct screen *screen) {
    const struct panel *panel = screen->panels[screen->panel];
    const struct node_netns *entry = node_find(screen->node, screen->detail_row.netns);
    if (!entry)
        return NULL;
    const void *row = panel->whole_node
                          ? entry->netns
                          : find_in_table(entry->tables[panel->kind], screen->detail_row.identity);
    screen->detail_ref = (struct row_ref){screen->node, entry->netns, row};
    return row ? &screen->detail_ref : NULL;
}

void screen_fill_lines(struct screen *screen) {
    const struct panel *panel = screen->panels[screen->panel];
    lines_clear(&screen->lines);
    if (screen->mode == MODE_HELP) {
        help_format(panel, &screen->lines);
        return;
    }
    const struct row_ref *ref = screen_detail_row(screen);
    if (ref)
        detail_format(panel, ref, screen->glyphs,
                      screen->width > LINES_LABEL + 1 ? screen->width - LINES_LABEL - 1 : 1,
                      &screen->lines);
}

// --- Going places --------------------------------------------------------------------------------

static void remember_place(struct screen *screen) {
    if (screen->place_count == SCREEN_PLACES)
        memmove(screen->places, screen->places + 1,
                (--screen->place_count) * sizeof(screen->places[0]));
    screen->places[screen->place_count++] =
        (struct screen_place){screen->panel, screen->netns, screen->all};
}

static void show_place(struct screen *screen, size_t panel, uint64_t netns, bool all) {
    screen->panel = panel;
    screen->all = all;
    screen->mode = MODE_TABLE;
    set_netns(screen, netns);
    screen->effects.scope = true;
    show_netns_column(screen);
    screen_build(screen);
}

static size_t find_panel(const struct screen *screen, const char *name) {
    for (size_t i = 0; i < screen->panel_count; i++) {
        if (strcmp(screen->panels[i]->name, name) == 0)
            return i;
    }
    return screen->panel;
}

void screen_show(struct screen *screen, const char *panel, uint64_t netns, bool all) {
    show_place(screen, panel ? find_panel(screen, panel) : screen->panel, netns, all);
}

static void show_panel(struct screen *screen, size_t panel) {
    if (panel >= screen->panel_count) {
        screen_say(screen, STYLE_WARNING, "there are panels 1 to %zu", screen->panel_count);
        return;
    }
    show_place(screen, panel, screen->netns, screen->all);
}

static void go_back(struct screen *screen) {
    if (screen->place_count == 0) {
        screen_say(screen, STYLE_DIM, "nowhere to go back to");
        return;
    }
    const struct screen_place *place = &screen->places[--screen->place_count];
    if (!place->all && !node_find(screen->node, place->netns)) {
        screen_say(screen, STYLE_WARNING, "that namespace is gone");
        return;
    }
    show_place(screen, place->panel, place->netns, place->all);
}

static void drop_filter(struct screen *screen) {
    view_set_filter(screen_view(screen), "", NULL, NULL);
    screen->filter_text[screen->panel][0] = '\0';
    screen->filter_offset = SIZE_MAX;
    screen_build(screen);
}

static void go_to(struct screen *screen, const struct panel_place *place) {
    bool all = screen->all && place->has_row;
    remember_place(screen);
    show_place(screen, find_panel(screen, place->panel), place->netns, all);
    struct view *view = screen_view(screen);
    if (!place->has_row) {
        view_select(view, 0);
        view->has_selection = false;
        return;
    }
    struct row_id id = {place->netns, place->identity};
    if (!view_select_row(view, id) && view->filter) {
        drop_filter(screen);
        view_select_row(view, id);
    }
}

static void follow_target(struct screen *screen, const struct row_ref *ref) {
    const struct panel *panel = screen->panels[screen->panel];
    struct panel_place place;
    if (ref && panel->target && panel->target(ref, &place))
        go_to(screen, &place);
    else
        screen_say(screen, STYLE_DIM, "this leads nowhere");
}

static void open_detail(struct screen *screen) {
    struct view *view = screen_view(screen);
    const struct row_ref *ref = view_selected(view);
    if (!ref)
        return;
    // What is looked at in detail is what is to be found selected afterwards.
    view_select(view, view->index);
    screen->detail_row = view_row_id(view, ref);
    screen->mode = MODE_DETAIL;
    screen->lines.index = screen->lines.top = 0;
    screen->effects.scope = true;
}

static void open_help(struct screen *screen) {
    screen->help_from = screen->mode;
    screen->mode = MODE_HELP;
    screen->lines.index = screen->lines.top = 0;
}

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
        show_netns_column(screen);
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

static void sort_by_head(struct screen *screen, size_t x) {
    const struct view *view = screen_view(screen);
    const struct field *field;
    if (!screen_find_head(screen, x, &field))
        return;
    if (view->sort.count > 0 && view->sort.keys[0].field == field && !view->tree)
        reverse(screen);
    else
        sort_by(screen, field, is_descending_by_nature(field));
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

static void toggle_all(struct screen *screen) {
    if (screen->panels[screen->panel]->whole_node) {
        screen_say(screen, STYLE_DIM, "these are the namespaces: a is for the other panels");
        return;
    }
    remember_place(screen);
    show_place(screen, screen->panel, screen->netns, !screen->all);
}

static void toggle_tree(struct screen *screen) {
    struct view *view = screen_view(screen);
    if (!view->panel->tree) {
        screen_say(screen, STYLE_DIM, "there is no tree of these");
        return;
    }
    view->tree = !view->tree;
    show_netns_column(screen);
    screen_build(screen);
    screen->effects.scope = true;
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

static void toggle_pause(struct screen *screen) {
    screen->paused = !screen->paused;
    screen->effects.pause = true;
    screen_say(screen, STYLE_WARNING, screen->paused ? "paused: p goes on" : "going on");
}

static void copy(struct screen *screen) {
    size_t count = screen_copy(screen);
    screen->effects.copy = count > 0;
    if (count == 0)
        screen_say(screen, STYLE_DIM, "there is no row to copy");
    else
        screen_say(screen, STYLE_DIM, "%zu row%s sent to the terminal's clipboard (OSC 52)", count,
                   count == 1 ? "" : "s");
}

static void search(struct screen *screen, bool backwards) {
    struct view *view = screen_view(screen);
    if (!view->search)
        screen_say(screen, STYLE_DIM, "nothing was looked for yet: / does");
    else if (!view_search(view, backwards))
        screen_say(screen, STYLE_WARNING, "no row matches");
}

static void mark(struct screen *screen) {
    struct view *view = screen_view(screen);
    const struct row_ref *ref = view_selected(view);
    if (!ref)
        return;
    view_toggle_mark(view, view_row_id(view, ref));
    view_move(view, 1);
}

static void escape(struct screen *screen) {
    struct view *view = screen_view(screen);
    if (view->filter) {
        drop_filter(screen);
    } else if (view->follow) {
        toggle_follow(screen);
    } else if (view->tree) {
        toggle_tree(screen);
    } else {
        screen_say(screen, STYLE_DIM, "q quits, ? helps");
    }
}

static void begin_prompt(struct screen *screen, enum screen_prompt what) {
    screen->prompting = what;
    if (what == PROMPT_FILTER)
        prompt_begin(&screen->prompt, screen->filter_text[screen->panel], &screen->filters);
    else
        prompt_begin(&screen->prompt, "", &screen->files);
}

// What is the same whatever is open. Returns false if the command is none of these.
static bool run_common(struct screen *screen, enum command command) {
    switch ((int)command) {
    case COMMAND_QUIT:
        screen->effects.quit = true;
        return true;
    case COMMAND_REDRAW:
        screen->effects.redraw = true;
        return true;
    case COMMAND_SUSPEND:
        screen->effects.suspend = true;
        return true;
    case COMMAND_PAUSE:
        toggle_pause(screen);
        return true;
    case COMMAND_COPY:
        copy(screen);
        return true;
    case COMMAND_SAVE:
        begin_prompt(screen, PROMPT_SAVE);
        return true;
    case COMMAND_HELP:
        if (screen->mode != MODE_HELP)
            open_help(screen);
        return true;
    }
    return false;
}

// How far a command of moving goes; 0 if it is none.
static ptrdiff_t distance(enum command command, size_t height) {
    ptrdiff_t page = height > 1 ? (ptrdiff_t)height - 1 : 1;
    switch ((int)command) {
    case COMMAND_UP:
        return -1;
    case COMMAND_DOWN:
        return 1;
    case COMMAND_PAGE_UP:
        return -page;
    case COMMAND_PAGE_DOWN:
        return page;
    case COMMAND_HALF_UP:
        return -(page + 1) / 2;
    case COMMAND_HALF_DOWN:
        return (page + 1) / 2;
    case COMMAND_FIRST:
        return -(PTRDIFF_MAX / 2);
    case COMMAND_LAST:
        return PTRDIFF_MAX / 2;
    }
    return 0;
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
    case COMMAND_FOLLOW:
        toggle_follow(screen);
        return;
    case COMMAND_MARK:
        mark(screen);
        return;
    case COMMAND_UNMARK:
        view_clear_marks(screen_view(screen));
        return;
    case COMMAND_SLOWER:
    case COMMAND_FASTER:
        change_interval(screen, command == COMMAND_SLOWER);
        return;
    }
}

static void run_table_command(struct screen *screen, enum command command, uint32_t key) {
    struct view *view = screen_view(screen);
    ptrdiff_t rows = distance(command, view->height);
    if (rows != 0) {
        view_move(view, rows);
        screen->effects.scope = true; // the rows whose counters are read
        return;
    }
    switch ((int)command) {
    case COMMAND_PANEL:
        show_panel(screen, key - '1');
        return;
    case COMMAND_NEXT_PANEL:
        show_panel(screen, (screen->panel + 1) % screen->panel_count);
        return;
    case COMMAND_PREVIOUS_PANEL:
        show_panel(screen, (screen->panel + screen->panel_count - 1) % screen->panel_count);
        return;
    case COMMAND_DETAIL:
        open_detail(screen);
        return;
    case COMMAND_TARGET:
        follow_target(screen, view_selected(view));
        return;
    case COMMAND_BACK:
        go_back(screen);
        return;
    case COMMAND_ESCAPE:
        escape(screen);
        return;
    case COMMAND_ALL:
        toggle_all(screen);
        return;
    case COMMAND_FILTER:
        begin_prompt(screen, PROMPT_FILTER);
        return;
    case COMMAND_NEXT_MATCH:
    case COMMAND_PREVIOUS_MATCH:
        search(screen, command == COMMAND_PREVIOUS_MATCH);
        return;
    }
    run_order_command(screen, command);
}

static void say_unknown(struct screen *screen) {
    screen_say(screen, STYLE_DIM, "this key does nothing here: ? tells what others do");
}

static void input_table(struct screen *screen, const struct input *input) {
    enum command command = keys_find(screen->panels[screen->panel]->keys, input->key);
    if (command == COMMAND_NONE)
        command = keys_find(table_keys, input->key);
    if (command == COMMAND_NONE)
        say_unknown(screen);
    else if (!run_common(screen, command))
        run_table_command(screen, command, input->key);
}

// --- Commands over text --------------------------------------------------------------------------

static void leave_text(struct screen *screen) {
    screen->mode = screen->mode == MODE_HELP ? screen->help_from : MODE_TABLE;
    screen->lines.index = screen->lines.top = 0;
    screen->effects.scope = true;
}

static void follow_line(struct screen *screen) {
    const struct lines *lines = &screen->lines;
    if (screen->mode == MODE_DETAIL && lines->index < lines->count &&
        lines->items[lines->index].leads)
        follow_target(screen, screen_detail_row(screen));
    else
        screen_say(screen, STYLE_DIM, "this line leads nowhere");
}

static void input_text(struct screen *screen, const struct input *input) {
    enum command command = keys_find(text_keys, input->key);
    ptrdiff_t count = distance(command, screen->lines.height);
    if (command == COMMAND_NONE)
        say_unknown(screen);
    else if (count != 0)
        lines_move(&screen->lines, count);
    else if (command == COMMAND_ESCAPE)
        leave_text(screen);
    else if (input->key == 'o' && screen->mode == MODE_DETAIL)
        follow_target(screen, screen_detail_row(screen));
    else if (command == COMMAND_TARGET)
        follow_line(screen);
    else
        run_common(screen, command);
}

static void input_menu(struct screen *screen, const struct input *input) {
    enum command command = keys_find(menu_keys, input->key);
    if (command == COMMAND_NONE)
        say_unknown(screen);
    else if (!run_common(screen, command))
        screen_menu_command(screen, command);
}

// --- A line that is typed ------------------------------------------------------------------------

static void apply_filter(struct screen *screen) {
    struct view *view = screen_view(screen);
    screen->filter_offset = SIZE_MAX;
    if (view_set_filter(view, screen->prompt.text, &screen->filter_offset, &screen->filter_error) <
        0)
        return;
    memcpy(screen->filter_text[screen->panel], screen->prompt.text, sizeof(screen->prompt.text));
    screen->effects.scope = true;
    screen_build(screen);
}

static void input_filter(struct screen *screen, uint32_t key) {
    switch (prompt_key(&screen->prompt, key)) {
    case PROMPT_UNCHANGED:
        return;
    case PROMPT_CHANGED:
        apply_filter(screen);
        return;
    case PROMPT_ACCEPTED:
        if (screen->filter_offset != SIZE_MAX)
            return; // it says what is wrong; typing can go on
        prompt_history_add(&screen->filters, screen->prompt.text);
        screen->prompting = PROMPT_NONE;
        return;
    case PROMPT_CANCELLED:
        screen->prompting = PROMPT_NONE;
        prompt_history_add(&screen->filters, screen->filter_text[screen->panel]);
        drop_filter(screen);
        return;
    }
}

static void save(struct screen *screen, bool overwrite) {
    screen_format_file(screen, screen->file_name);
    screen->effects.save = true;
    screen->effects.overwrite = overwrite;
}

static void input_save(struct screen *screen, uint32_t key) {
    switch (prompt_key(&screen->prompt, key)) {
    case PROMPT_UNCHANGED:
    case PROMPT_CHANGED:
        return;
    case PROMPT_ACCEPTED:
        screen->prompting = PROMPT_NONE;
        if (screen->prompt.len == 0)
            return;
        prompt_history_add(&screen->files, screen->prompt.text);
        memcpy(screen->file_name, screen->prompt.text, sizeof(screen->file_name));
        save(screen, false);
        return;
    case PROMPT_CANCELLED:
        screen->prompting = PROMPT_NONE;
        screen_say(screen, STYLE_DIM, "nothing saved");
        return;
    }
}

void screen_ask_overwrite(struct screen *screen) {
    screen->prompting = PROMPT_OVERWRITE;
}

static void input_overwrite(struct screen *screen, uint32_t key) {
    screen->prompting = PROMPT_NONE;
    if (key == 'y' || key == 'Y')
        save(screen, true);
    else
        screen_say(screen, STYLE_DIM, "nothing saved");
}

static void input_prompt(struct screen *screen, uint32_t key) {
    switch (screen->prompting) {
    case PROMPT_NONE:
        return;
    case PROMPT_FILTER:
        input_filter(screen, key);
        return;
    case PROMPT_SAVE:
        input_save(screen, key);
        return;
    case PROMPT_OVERWRITE:
        input_overwrite(screen, key);
        return;
    }
}

// --- The mouse -----------------------------------------------------------------------------------

static void click_body(struct screen *screen, size_t line) {
    struct view *view = screen_view(screen);
    struct lines *lines = &screen->lines;
    switch (screen->mode) {
    case MODE_TABLE:
        if (line < view->height && view->top + line < view->count)
            view_select(view, view->top + line);
        return;
    case MODE_DETAIL:
    case MODE_HELP:
        if (line < lines->height && lines->top + line < lines->count) {
            lines->index = lines->top + line;
            lines_move(lines, 0);
        }
        return;
    case MODE_SORT:
    case MODE_COLUMNS:
        screen_menu_select(screen, line);
        return;
    }
}

static void click(struct screen *screen, const struct input *input) {
    size_t panel;
    if (input->y == ROW_TABS && screen_find_tab(screen, input->x, &panel))
        show_panel(screen, panel);
    else if (input->y == ROW_HEAD && screen->mode == MODE_TABLE)
        sort_by_head(screen, input->x);
    else if (input->y >= ROW_BODY)
        click_body(screen, input->y - ROW_BODY);
}

void screen_input(struct screen *screen, const struct input *input) {
    struct input key = *input;
    buffer_clear(&screen->message);
    if (screen->prompting != PROMPT_NONE) {
        input_prompt(screen, input->key);
        return;
    }
    if (key.key == INPUT_CLICK || key.key == INPUT_DOUBLE_CLICK)
        click(screen, input);
    if (key.key == INPUT_CLICK || (key.key == INPUT_DOUBLE_CLICK && key.y < ROW_BODY))
        return;
    // A second click on a row is what Enter is there.
    if (key.key == INPUT_DOUBLE_CLICK)
        key.key = INPUT_ENTER;
    switch (screen->mode) {
    case MODE_TABLE:
        input_table(screen, &key);
        return;
    case MODE_DETAIL:
    case MODE_HELP:
        input_text(screen, &key);
        return;
    case MODE_SORT:
    case MODE_COLUMNS:
        input_menu(screen, &key);
        return;
    }
}
