// SPDX-License-Identifier: GPL-2.0-or-later
// Questions: what is asked, its answer from the model, and the kernel's own behind it.
#include <errno.h>
#include <string.h>

#include "tui/screen_parts.h"

const struct panel_question *screen_find_question(const struct screen *screen, uint32_t key) {
    const struct panel_question *question = screen_panel(screen)->questions;
    for (; question && question->label; question++) {
        if (question->key == key)
            return question;
    }
    return NULL;
}

void screen_begin_question(struct screen *screen, const struct panel_question *question) {
    const struct row_ref *ref = view_selected(screen_view(screen));
    screen->question.asked = question;
    bool of_row = ref && (screen->all || screen_panel(screen)->whole_node);
    screen->question.netns = of_row ? ref->netns->inode : screen->netns;
    screen->question.error.code = 0;
    screen->effects.prepare = question->prepare;
    if (!question->typed)
        screen_begin_prompt(screen, PROMPT_QUESTION);
    else if (!screen_ask(screen, question->typed))
        screen_say(screen, STYLE_BAD, "%s", screen->question.error.text);
}

// What is still under way for an earlier question comes too late.
static void forget_answer(struct screen_question *question) {
    lines_clear(&question->answer);
    lines_clear(&question->kernel);
    question->number++;
    question->differs = false;
    question->working = question->waiting = false;
    question->error.code = 0;
}

// What is asked: as it was typed, else of the row that is selected.
static int take_subject(struct screen *screen, const char *typed) {
    struct screen_question *question = &screen->question;
    const struct row_ref *row = view_selected(screen_view(screen));
    struct buffer subject = BUFFER_INIT;
    buffer_puts(&subject, typed);
    if (!*typed && row && question->asked->subject)
        question->asked->subject(screen_view(screen)->spec->kind, row, &subject);
    bool fits = !subject.failed && subject.len < sizeof(question->typed);
    if (fits)
        memcpy(question->typed, buffer_text(&subject), subject.len + 1);
    buffer_done(&subject);
    return fits ? 0 : error_set(&question->error, -E2BIG, "too long");
}

// What answers is the panel's activity.
static bool begin(struct screen *screen, const char *typed) {
    struct screen_question *question = &screen->question;
    struct buffer all = BUFFER_INIT;
    buffer_puts(&all, typed);
    if (question->asked->words && !strstr(typed, question->asked->words))
        buffer_printf(&all, " %s", question->asked->words);
    bool begun = screen_begin_activity(screen, question->asked, question->netns, buffer_text(&all),
                                       &question->error);
    if (begun && !question->asked->typed)
        prompt_history_add(&screen->subjects, typed);
    buffer_done(&all);
    return begun;
}

bool screen_ask(struct screen *screen, const char *typed) {
    struct screen_question *question = &screen->question;
    // Typing can begin before the first namespaces are known.
    if (question->netns == 0)
        question->netns = screen->netns;
    if (!question->asked->answer)
        return begin(screen, typed);
    forget_answer(question);
    if (!node_find_asked(screen->node, question->netns, &question->error))
        return false;
    if (take_subject(screen, typed) < 0)
        return false;
    question->working = screen->effects.ask = true;
    screen->mode = MODE_ANSWER;
    screen->lines.index = screen->lines.top = 0;
    return true;
}

// It can be typed again, unless somebody has gone on to something else.
static void show_error(struct screen *screen, const struct error *err) {
    if (screen->mode != MODE_ANSWER || screen->prompting != PROMPT_NONE) {
        screen_say(screen, STYLE_BAD, "%s", err->text);
        return;
    }
    screen->mode = MODE_TABLE;
    screen_begin_prompt(screen, PROMPT_QUESTION);
    prompt_begin(&screen->prompt, screen->question.typed, screen->prompt.history);
    screen->question.error = *err;
}

bool screen_take_answer(struct screen *screen, unsigned number, struct lines *lines,
                        const struct error *err) {
    struct screen_question *question = &screen->question;
    if (number != question->number)
        return false;
    question->working = false;
    if (err->code != 0) {
        show_error(screen, err);
        return false;
    }
    prompt_history_add(&screen->subjects, question->typed);
    lines_done(&question->answer);
    question->answer = *lines;
    *lines = (struct lines){0};
    question->waiting = question->asked->ask_kernel;
    return question->waiting;
}

void screen_take_kernel(struct screen *screen, unsigned number, struct lines *lines, bool differs) {
    struct screen_question *question = &screen->question;
    if (number != question->number)
        return;
    lines_done(&question->kernel);
    question->kernel = *lines;
    *lines = (struct lines){0};
    question->waiting = false;
    question->differs = differs;
}

void screen_format_answer(struct screen *screen, size_t width, struct lines *lines) {
    const struct screen_question *question = &screen->question;
    if (question->working) {
        lines_add(lines, "", "working ...", STYLE_DIM);
        return;
    }
    lines_wrap(&question->answer, width, lines);
    if (!question->asked->ask_kernel)
        return;
    lines_add_heading(lines, "The kernel's own answer");
    if (question->waiting)
        lines_add(lines, "", "asking ...", STYLE_DIM);
    lines_wrap(&question->kernel, width, lines);
}
