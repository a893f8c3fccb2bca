// SPDX-License-Identifier: GPL-2.0-or-later
// A line that is typed: a filter, the name of a file, a question.
#include <string.h>

#include "base/text.h"
#include "tui/screen_parts.h"

void screen_begin_prompt(struct screen *screen, enum screen_prompt what) {
    // What is typed at a place is looked for everywhere.
    const char *filter = screen_is_at_place(screen) ? NULL : screen_view(screen)->filter_text;
    screen->prompting = what;
    if (what == PROMPT_FILTER)
        prompt_begin(&screen->prompt, filter ? filter : "", &screen->filters);
    else if (what == PROMPT_TRACE)
        prompt_begin(&screen->prompt,
                     screen->trace.typed[0] ? screen->trace.typed : TRACE_ORDER_START,
                     &screen->traces);
    else
        prompt_begin(&screen->prompt, "",
                     what == PROMPT_QUESTION ? &screen->subjects : &screen->files);
}

// --- Keys ----------------------------------------------------------------------------------------

static void apply_filter(struct screen *screen) {
    struct view *view = screen_view(screen);
    screen->filter_offset = SIZE_MAX;
    if (view_set_filter(view, screen->prompt.text, &screen->filter_offset, &screen->filter_error) <
        0)
        return;
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
        if (screen_view(screen)->filter)
            prompt_history_add(&screen->filters, screen_view(screen)->filter_text);
        screen_drop_filter(screen);
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

static void input_question(struct screen *screen, uint32_t key) {
    switch (prompt_key(&screen->prompt, key)) {
    case PROMPT_UNCHANGED:
        return;
    case PROMPT_CHANGED:
        screen->question.error.code = 0;
        return;
    case PROMPT_ACCEPTED:
        if (screen_ask(screen, screen->prompt.text))
            screen->prompting = PROMPT_NONE;
        return;
    case PROMPT_CANCELLED:
        screen->prompting = PROMPT_NONE;
        screen_say(screen, STYLE_DIM, "nothing asked");
        return;
    }
}

static void input_trace(struct screen *screen, uint32_t key) {
    switch (prompt_key(&screen->prompt, key)) {
    case PROMPT_UNCHANGED:
        return;
    case PROMPT_CHANGED:
        screen->trace.error.code = 0;
        return;
    case PROMPT_ACCEPTED:
        if (screen_start_trace(screen, screen->prompt.text))
            screen->prompting = PROMPT_NONE;
        return;
    case PROMPT_CANCELLED:
        screen->prompting = PROMPT_NONE;
        screen_say(screen, STYLE_DIM, "no new trace");
        return;
    }
}

void screen_input_prompt(struct screen *screen, uint32_t key) {
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
    case PROMPT_QUESTION:
        input_question(screen, key);
        return;
    case PROMPT_TRACE:
        input_trace(screen, key);
        return;
    }
}

// --- A line that is typed ------------------------------------------------------------------------

static const char *prompt_label(const struct screen *screen) {
    switch (screen->prompting) {
    case PROMPT_NONE:
        return "";
    case PROMPT_FILTER:
        return "/";
    case PROMPT_SAVE:
        return "save to file: ";
    case PROMPT_QUESTION:
        return screen->question.asked->prompt;
    case PROMPT_TRACE:
        return "trace: ";
    case PROMPT_OVERWRITE:
        return "that file is there already: write over it? (y/n) ";
    }
    return "";
}

const struct error *screen_prompt_error(const struct screen *screen) {
    if (screen->prompting == PROMPT_FILTER && screen->filter_offset != SIZE_MAX)
        return &screen->filter_error;
    if (screen->prompting == PROMPT_QUESTION && screen->question.error.code != 0)
        return &screen->question.error;
    if (screen->prompting == PROMPT_TRACE && screen->trace.error.code != 0)
        return &screen->trace.error;
    return NULL;
}

// The width of the first bytes of the text as it is shown.
static size_t shown_width(const char *text, size_t len) {
    struct buffer shown = BUFFER_INIT;
    text_printable(text, len, &shown);
    size_t width = text_width(buffer_text(&shown));
    buffer_done(&shown);
    return width;
}

void screen_draw_prompt(struct screen *screen, struct grid *grid, size_t y) {
    const struct prompt *prompt = &screen->prompt;
    bool invalid = screen_prompt_error(screen);
    size_t x = grid_put(grid, y, 0, grid->columns, STYLE_KEY, prompt_label(screen));
    grid->cursor = true;
    grid->cursor_y = y;
    grid->cursor_x = x;
    if (screen->prompting == PROMPT_OVERWRITE)
        return;
    // A long line is shown from where the cursor can be seen.
    size_t start = 0, room = grid->columns > x + 1 ? grid->columns - x - 1 : 1;
    while (start < prompt->cursor &&
           shown_width(prompt->text + start, prompt->cursor - start) > room)
        start++;
    struct buffer text = BUFFER_INIT;
    text_printable(prompt->text + start, prompt->len - start, &text);
    grid_put(grid, y, x, room, invalid ? STYLE_BAD : STYLE_NORMAL, buffer_text(&text));
    grid->cursor_x = x + shown_width(prompt->text + start, prompt->cursor - start);
    buffer_done(&text);
}

// What is wrong in the line, in the place of the keys.
void screen_draw_prompt_error(const struct screen *screen, struct grid *grid, size_t y) {
    struct buffer text = BUFFER_INIT;
    if (screen->prompting == PROMPT_FILTER)
        buffer_printf(&text, "at %zu: ", screen->filter_offset + 1);
    if (screen->prompting == PROMPT_TRACE && screen->trace.offset != SIZE_MAX)
        buffer_printf(&text, "at %zu: ", screen->trace.offset + 1);
    screen_put_printable(screen_prompt_error(screen)->text, &text);
    screen_put_cut(screen, grid, y, 1, grid->columns - 1, false, STYLE_BAD, buffer_text(&text));
    buffer_done(&text);
}
