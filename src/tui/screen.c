// SPDX-License-Identifier: GPL-2.0-or-later
#include "tui/screen.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tui/cell.h"
#include "tui/screen_parts.h"

int screen_init(struct screen *screen, const struct panel *const *panels, struct node *node,
                const struct glyphs *glyphs) {
    *screen = (struct screen){
        .panels = panels, .node = node, .glyphs = glyphs, .interval = 1, .filter_offset = SIZE_MAX};
    size_t total = 0;
    while (panels[screen->panel_count] && screen->panel_count < SCREEN_PANELS_MAX)
        total += panels[screen->panel_count++]->view_count;
    screen->views = calloc(total, sizeof(*screen->views));
    int r = screen->views ? 0 : -ENOMEM;
    for (size_t i = 0; r == 0 && i < screen->panel_count; i++) {
        screen->first_views[i] = screen->view_count;
        for (size_t j = 0; r == 0 && j < panels[i]->view_count; j++)
            r = view_init(&screen->views[screen->view_count++], panels[i], &panels[i]->views[j]);
    }
    if (r < 0)
        screen_done(screen);
    return r;
}

void screen_done(struct screen *screen) {
    for (size_t i = 0; i < screen->view_count; i++)
        view_done(&screen->views[i]);
    free(screen->views);
    activities_done(&screen->activities);
    change_log_done(&screen->changes);
    screen_side_done(&screen->side);
    lines_done(&screen->summary);
    lines_done(&screen->lines);
    lines_done(&screen->question.answer);
    lines_done(&screen->question.kernel);
    prompt_history_done(&screen->filters);
    prompt_history_done(&screen->files);
    prompt_history_done(&screen->subjects);
    prompt_history_done(&screen->traces);
    trace_order_free(screen->trace.order);
    buffer_done(&screen->message);
    buffer_done(&screen->clipboard);
    buffer_done(&screen->file);
    view_file_free(screen->file_rows);
}

const struct panel *screen_panel(const struct screen *screen) {
    return screen->panels[screen->panel];
}

struct view *screen_view(struct screen *screen) {
    size_t panel = screen->panel;
    return &screen->views[screen->first_views[panel] + screen->current_views[panel]];
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
    screen->message_yields = false;
    buffer_done(&raw);
}

// --- Data ----------------------------------------------------------------------------------------

static void fill_summary(struct screen *screen) {
    const struct panel *panel = screen_panel(screen);
    lines_clear(&screen->summary);
    if (panel->summary && screen->node->namespaces &&
        panel->summary(screen->node, screen_scope(screen), &screen->summary) < 0)
        lines_clear(&screen->summary);
    if (keys_have(panel->keys, COMMAND_TRACE))
        screen_format_trace(screen, &screen->summary);
}

static void format_selected(struct view *view, struct buffer *buffer) {
    const struct row_ref *ref = view_selected(view);
    if (ref)
        cell_format(view_name_field(view), ref, buffer);
}

// The selected row, which had that name, is not there any more.
static void say_gone(struct screen *screen, struct view *view, const char *name) {
    view->follow = false;
    screen_say(screen, STYLE_WARNING, "%s is gone%s", name,
               view->count > 0 ? "; its neighbour is selected" : "");
    screen->message_yields = true;
}

void screen_take_rows(struct screen *screen, struct view *view, struct view_task *task) {
    struct buffer name = BUFFER_INIT;
    format_selected(view, &name);
    if (view_take(view, screen->node, task))
        say_gone(screen, view, buffer_text(&name));
    view_sort_screen(view);
    buffer_done(&name);
}

// What was worked out for another namespace, or as a tree or a table, is not wanted any more.
static void note_scope(struct screen *screen, struct view *view) {
    uint64_t scope = screen_scope(screen);
    if (view->scope != scope || view->is_built_as_tree != view->tree)
        view->query++;
    view->scope = scope;
    view->is_built_as_tree = view->tree;
}

void screen_build(struct screen *screen) {
    struct view *view = screen_view(screen);
    fill_summary(screen);
    screen_side_fill(screen);
    note_scope(screen, view);
    if (view_is_large(view, screen->node, screen_scope(screen))) {
        view->pending = screen->effects.build = true;
        return;
    }
    struct buffer name = BUFFER_INIT;
    format_selected(view, &name);
    if (view_build(view, screen->node, screen_scope(screen)))
        say_gone(screen, view, buffer_text(&name));
    buffer_done(&name);
}

void screen_set_netns(struct screen *screen, uint64_t inode) {
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
        screen_set_netns(screen, screen->netns);
        return;
    }
    if (!own)
        return;
    if (screen->netns != 0 && !screen->all)
        screen_say(screen, STYLE_WARNING, "namespace %s is gone; this is %s", screen->netns_name,
                   own->name);
    screen_set_netns(screen, own->inode);
    screen->effects.scope = true;
}

bool screen_is_held(struct screen *screen) {
    const struct view *view = screen_view(screen);
    return view->spec->log && view->count > 0 && view->scope == screen_scope(screen) &&
           (screen->mode != MODE_TABLE || !view_is_at_end(view));
}

void screen_update(struct screen *screen) {
    check_netns(screen);
    screen_update_activities(screen);
    if (screen_is_held(screen))
        fill_summary(screen);
    else
        screen_build(screen);
    if (screen->mode == MODE_DETAIL && !screen_detail_row(screen)) {
        screen->mode = MODE_TABLE;
        if (screen->message.len == 0)
            screen_say(screen, STYLE_WARNING, "it is gone");
    }
}

static const void *find_in_table(const struct table *table, uint64_t identity) {
    for (size_t i = 0; table && i < table->count; i++) {
        if (table_has(table, i) && table->kind->identity(table_row(table, i)) == identity)
            return table_row(table, i);
    }
    return NULL;
}

// Looks once for each table: it may be a large one.
static void find_detail_row(struct screen *screen, const struct node_netns *entry) {
    const struct view *view = screen_view(screen);
    const struct table *table = entry->tables[view->spec->kind];
    uint64_t identity = screen->detail_row.identity;
    bool same = table == screen->detail_table && screen->detail_ref.row &&
                table->kind->identity(screen->detail_ref.row) == identity;
    const void *row = view->panel->whole_node ? (const void *)entry->netns
                      : same                  ? screen->detail_ref.row
                                              : find_in_table(table, identity);
    screen->detail_ref = (struct row_ref){screen->node, entry->netns, row};
    screen->detail_table = table;
}

const struct row_ref *screen_detail_row(struct screen *screen) {
    const struct node_netns *entry = node_find(screen->node, screen->detail_row.netns);
    const struct view *view = screen_view(screen);
    if (!entry)
        return NULL;
    if (view->spec->log) // what happened stays on the screen, whatever the log keeps
        return view_find_row(view, screen->detail_row, &screen->detail_ref) ? &screen->detail_ref
                                                                            : NULL;
    find_detail_row(screen, entry);
    return screen->detail_ref.row ? &screen->detail_ref : NULL;
}

bool screen_is_at_place(const struct screen *screen) {
    const struct view *view =
        &screen->views[screen->first_views[screen->panel] + screen->current_views[screen->panel]];
    return screen->place_filter[0] && view->filter &&
           strcmp(view->filter_text, screen->place_filter) == 0;
}

// One that was typed at a place makes room for the place's own.
void screen_drop_filter(struct screen *screen) {
    if (screen_is_at_place(screen))
        screen->place_filter[0] = '\0';
    view_set_filter(screen_view(screen), screen->place_filter, NULL, NULL);
    screen->filter_offset = SIZE_MAX;
    screen_build(screen);
}

// --- What is the same whatever is open -----------------------------------------------------------

static void toggle_pause(struct screen *screen) {
    screen->paused = !screen->paused;
    screen->effects.pause = true;
    screen_say(screen, STYLE_WARNING, screen->paused ? "paused: p goes on" : "going on");
}

// Of an activity it is a line that is worth having elsewhere: an address, a name.
static void copy_line(struct screen *screen) {
    const struct lines *lines = &screen->lines;
    const char *text = lines->index < lines->count ? lines->items[lines->index].text : "";
    buffer_clear(&screen->clipboard);
    buffer_puts(&screen->clipboard, text);
    screen->effects.copy = *text;
    screen_say(screen, STYLE_DIM,
               *text ? "the line was sent to the terminal's clipboard (OSC 52)"
                     : "there is nothing to copy in this line");
}

static void copy(struct screen *screen) {
    if (screen->mode == MODE_ACTIVITY) {
        copy_line(screen);
        return;
    }
    size_t count = screen_copy(screen);
    screen->effects.copy = count > 0;
    if (count == 0)
        screen_say(screen, STYLE_DIM, "there is no row to copy");
    else
        screen_say(screen, STYLE_DIM, "%zu row%s sent to the terminal's clipboard (OSC 52)", count,
                   count == 1 ? "" : "s");
}

bool screen_run_common(struct screen *screen, enum command command) {
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
        screen_begin_prompt(screen, PROMPT_SAVE);
        return true;
    case COMMAND_HELP:
        if (screen->mode != MODE_HELP)
            screen_open_help(screen);
        return true;
    }
    return false;
}

ptrdiff_t screen_distance(enum command command, size_t height) {
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

void screen_say_unknown(struct screen *screen) {
    screen_say(screen, STYLE_DIM, "this key does nothing here: ? tells what others do");
}

static void input_menu(struct screen *screen, const struct input *input) {
    enum command command = keys_find(menu_keys, input->key);
    if (command == COMMAND_NONE)
        screen_say_unknown(screen);
    else if (!screen_run_common(screen, command))
        screen_menu_command(screen, command);
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
    case MODE_ANSWER:
    case MODE_ACTIVITY:
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
    const struct screen_layout *layout = &screen->layout;
    size_t found;
    if (input->y == ROW_TABS && screen_find_tab(screen, input->x, &found))
        screen_show_panel(screen, found);
    else if (layout->views > 0 && input->y == layout->views &&
             screen_find_view(screen, input->x, &found))
        screen_show_view(screen, found);
    else if (input->x < screen->side.width && input->y >= layout->head)
        screen_side_click(screen, input->y);
    else if (input->y == layout->head && screen->mode == MODE_TABLE)
        screen_sort_by_head(screen, input->x - screen->side.width);
    else if (input->y >= layout->body)
        click_body(screen, input->y - layout->body);
}

void screen_input(struct screen *screen, const struct input *input) {
    struct input key = *input;
    buffer_clear(&screen->message);
    screen_view(screen)->searching = false;
    if (screen->prompting != PROMPT_NONE) {
        screen_input_prompt(screen, input->key);
        return;
    }
    if (key.key == INPUT_CLICK || key.key == INPUT_DOUBLE_CLICK)
        click(screen, input);
    if (key.key == INPUT_CLICK || (key.key == INPUT_DOUBLE_CLICK && key.y < screen->layout.body))
        return;
    // A second click on a row is what Enter is there.
    if (key.key == INPUT_DOUBLE_CLICK)
        key.key = INPUT_ENTER;
    switch (screen->mode) {
    case MODE_TABLE:
        screen_input_table(screen, &key);
        return;
    case MODE_DETAIL:
    case MODE_ANSWER:
    case MODE_ACTIVITY:
    case MODE_HELP:
        screen_input_text(screen, &key);
        return;
    case MODE_SORT:
    case MODE_COLUMNS:
        input_menu(screen, &key);
        return;
    }
}
