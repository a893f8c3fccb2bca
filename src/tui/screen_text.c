// SPDX-License-Identifier: GPL-2.0-or-later
// Text on the whole screen: details of a row, the answer to a question, help.
#include "tui/cell.h"
#include "tui/detail.h"
#include "tui/help.h"
#include "tui/screen_parts.h"

#define BAR_WIDTH 20

// --- What is read --------------------------------------------------------------------------------

void screen_open_detail(struct screen *screen) {
    struct view *view = screen_view(screen);
    const struct row_ref *ref = view_selected(view);
    if (!ref)
        return;
    // What is looked at in detail is what is to be found selected afterwards.
    view_select(view, view->index);
    screen->detail_row = view_row_id(view, ref);
    screen->mode = MODE_DETAIL;
    screen->lines.index = screen->lines.top = 0;
    lines_clear(&screen->lines);
    screen->effects.scope = true;
}

void screen_open_help(struct screen *screen) {
    screen->help_from = screen->mode;
    screen->mode = MODE_HELP;
    screen->lines.index = screen->lines.top = 0;
}

// Makes the lines anew: they are as wide as the screen, and details change.
void screen_fill_lines(struct screen *screen) {
    const struct view *view = screen_view(screen);
    size_t width = screen->width > LINES_LABEL + 1 ? screen->width - LINES_LABEL - 1 : 1;
    lines_clear(&screen->lines);
    if (screen->mode == MODE_HELP) {
        help_format(view->panel, view->spec, &screen->lines);
        return;
    }
    if (screen->mode == MODE_ANSWER) {
        screen_format_answer(screen, width, &screen->lines);
        return;
    }
    if (screen->mode == MODE_ACTIVITY) {
        screen_format_activity(screen, width, &screen->lines);
        return;
    }
    const struct row_ref *ref = screen_detail_row(screen);
    if (ref && view->spec->describe)
        view->spec->describe(ref, screen->glyphs, width, &screen->lines);
    else if (ref)
        detail_format(view->spec, ref, screen->glyphs, width, &screen->lines);
}

// --- Keys ----------------------------------------------------------------------------------------

static void leave_text(struct screen *screen) {
    screen->mode = screen->mode == MODE_HELP ? screen->help_from : MODE_TABLE;
    screen->lines.index = screen->lines.top = 0;
    screen->effects.scope = true;
}

static void follow_line(struct screen *screen) {
    const struct lines *lines = &screen->lines;
    const struct row_ref *ref = screen->mode == MODE_DETAIL ? screen_detail_row(screen) : NULL;
    const struct line *line = lines->index < lines->count ? &lines->items[lines->index] : NULL;
    const struct panel_view *spec = screen_view(screen)->spec;
    struct panel_place place;
    if (ref && line && line->leads > 0 && spec->targets[line->leads - 1].find(ref, &place))
        screen_go_to(screen, &place);
    else if (ref && line && line->item > 0 && spec->find_item(ref, line->item, &place))
        screen_go_to(screen, &place);
    else
        screen_say(screen, STYLE_DIM, "this line leads nowhere");
}

static void run_text_command(struct screen *screen, enum command command) {
    bool detail = screen->mode == MODE_DETAIL;
    if (command == COMMAND_ESCAPE)
        leave_text(screen);
    else if (command == COMMAND_DETAIL)
        follow_line(screen);
    else if (command == COMMAND_TARGET || command == COMMAND_NEXT_TARGET)
        screen_follow_target(screen, detail ? screen_detail_row(screen) : NULL,
                             command == COMMAND_NEXT_TARGET);
    else
        screen_run_common(screen, command);
}

// Keys of the panel that mean something beside details, too.
static bool run_panel_key(struct screen *screen, uint32_t key) {
    const struct panel *panel = screen_panel(screen);
    if (screen->mode != MODE_DETAIL || !panel->keys)
        return false;
    enum command command = keys_find(panel->keys, key);
    if (command == COMMAND_SIDE && screen_view(screen)->spec->describe)
        screen_side_toggle(screen);
    else if (command == COMMAND_SIDE_TURN && screen_view(screen)->spec->describe)
        screen_side_turn(screen);
    else if (command == COMMAND_USERS)
        screen_follow_users(screen, screen_detail_row(screen));
    else if (command == COMMAND_TRACE_STOP)
        screen_stop_trace(screen);
    else
        return false;
    return true;
}

void screen_input_text(struct screen *screen, const struct input *input) {
    if (screen->mode == MODE_ACTIVITY && screen_input_activity(screen, input->key))
        return;
    const struct panel_question *question =
        screen->mode == MODE_HELP ? NULL : screen_find_question(screen, input->key);
    enum command command = keys_find(text_keys, input->key);
    ptrdiff_t count = screen_distance(command, screen->lines.height);
    if (question)
        screen_begin_question(screen, question);
    else if (command == COMMAND_NONE && run_panel_key(screen, input->key))
        return;
    else if (command == COMMAND_NONE)
        screen_say_unknown(screen);
    else if (count != 0)
        lines_move(&screen->lines, count);
    else
        run_text_command(screen, command);
}

// --- Drawing -------------------------------------------------------------------------------------

// Full blocks, and one of eighths where the fullness ends. Returns the columns it took.
static size_t draw_bar(const struct screen *screen, struct grid *grid, size_t y, size_t x,
                       const struct line *line) {
    size_t eighths = (size_t)(line->share * BAR_WIDTH * (GLYPHS_LEVELS - 1) + 0.5);
    struct buffer text = BUFFER_INIT;
    if (eighths == 0 && line->share > 0)
        eighths = 1; // a little is not nothing
    for (size_t i = 0; i < BAR_WIDTH; i++) {
        size_t level = eighths < GLYPHS_LEVELS - 1 ? eighths : GLYPHS_LEVELS - 1;
        buffer_puts(&text, screen->glyphs->fills[level]);
        eighths -= level;
    }
    size_t start = x;
    x += grid_put(grid, y, x, 1, STYLE_DIM, "[");
    x += grid_put(grid, y, x, BAR_WIDTH, line->style, buffer_text(&text));
    x += grid_put(grid, y, x, 2, STYLE_DIM, "] ");
    buffer_done(&text);
    return x - start;
}

void screen_draw_line(const struct screen *screen, struct grid *grid, size_t y,
                      const struct line *line) {
    if (line->is_heading) {
        grid_put(grid, y, 1, grid->columns, STYLE_TITLE, line->label);
        return;
    }
    size_t x = line->is_wide ? LINES_START : LINES_LABEL;
    screen_put_cut(screen, grid, y, LINES_START, LINES_LABEL - LINES_START - 1, false, STYLE_KEY,
                   line->label);
    bool arrow = line->leads || (line->item && !line->goes_on);
    if (line->leads || line->item)
        x += grid_put(grid, y, x, grid->columns, STYLE_KEY, arrow ? "-> " : "   ");
    if (line->has_bar)
        x += draw_bar(screen, grid, y, x, line);
    if (x < grid->columns)
        screen_put_cut(screen, grid, y, x, grid->columns - x, false, line->style, line->text);
}

static void format_detail_head(struct screen *screen, struct buffer *buffer) {
    const struct view *view = screen_view(screen);
    const struct row_ref *ref = screen_detail_row(screen);
    if (!ref)
        return;
    cell_format(view_name_field(view), ref, buffer);
    if (view->panel->whole_node)
        return;
    buffer_puts(buffer, " in ");
    screen_put_printable(ref->netns->name, buffer);
}

static void format_answer_head(const struct screen *screen, struct buffer *buffer) {
    const struct screen_question *question = &screen->question;
    const struct node_netns *entry = node_find(screen->node, question->netns);
    buffer_printf(buffer, "%s ", question->asked->title);
    screen_put_printable(question->typed, buffer);
    if (entry) {
        buffer_puts(buffer, " in ");
        screen_put_printable(entry->netns->name, buffer);
    }
    if (question->differs)
        buffer_printf(buffer, "%sthe kernel says otherwise", screen->glyphs->separator);
}

// Returns its style.
static uint8_t format_head(struct screen *screen, struct buffer *buffer) {
    switch (screen->mode) {
    case MODE_HELP:
        buffer_puts(buffer, "Keys");
        break;
    case MODE_DETAIL:
        format_detail_head(screen, buffer);
        break;
    case MODE_ACTIVITY:
        screen_format_activity_head(screen, buffer);
        break;
    case MODE_ANSWER:
        format_answer_head(screen, buffer);
        return screen->question.differs ? STYLE_BAD : STYLE_HEAD;
    case MODE_TABLE:
    case MODE_SORT:
    case MODE_COLUMNS:
        break;
    }
    return STYLE_HEAD;
}

void screen_draw_lines(struct screen *screen, struct grid *grid) {
    const struct screen_layout *layout = &screen->layout;
    struct lines *lines = &screen->lines;
    struct buffer head = BUFFER_INIT;
    screen_fill_lines(screen);
    lines_set_height(lines, layout->height);
    uint8_t style = format_head(screen, &head);
    grid_style(grid, layout->head, 0, grid->columns, STYLE_HEAD);
    screen_put_cut(screen, grid, layout->head, 1, grid->columns - 1, false, style,
                   buffer_text(&head));
    for (size_t i = 0; i < layout->height && lines->top + i < lines->count; i++) {
        screen_draw_line(screen, grid, layout->body + i, &lines->items[lines->top + i]);
        if (lines->top + i == lines->index)
            grid_add_style(grid, layout->body + i, 0, grid->columns, STYLE_SELECTED);
    }
    buffer_done(&head);
}
