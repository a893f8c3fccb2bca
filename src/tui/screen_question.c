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
    screen->question.netns = screen->all && ref ? ref->netns->inode : screen->netns;
    screen->question.error.code = 0;
    screen_begin_prompt(screen, PROMPT_QUESTION);
}

// What is still under way for an earlier question comes too late.
static void forget_answer(struct screen_question *question) {
    lines_clear(&question->answer);
    lines_clear(&question->kernel);
    question->number++;
    question->differences = 0;
    question->waiting = false;
}

bool screen_answer(struct screen *screen, const char *typed) {
    struct screen_question *question = &screen->question;
    const struct node_netns *entry = node_find(screen->node, question->netns);
    forget_answer(question);
    question->error.code = 0;
    if (!entry) {
        error_set(&question->error, -ENOENT, "that namespace is gone");
        return false;
    }
    int r =
        question->asked->answer(screen->node, question->netns, view_selected(screen_view(screen)),
                                typed, &question->answer, &question->error);
    if (r < 0) {
        if (question->error.code == 0)
            error_set_errno(&question->error, r, "the answer");
        return false;
    }
    memcpy(question->typed, typed, strlen(typed) + 1);
    question->waiting = screen->effects.ask = question->asked->ask_kernel;
    screen->mode = MODE_ANSWER;
    screen->lines.index = screen->lines.top = 0;
    return true;
}

void screen_take_answer(struct screen *screen, unsigned number, struct lines *lines) {
    struct screen_question *question = &screen->question;
    if (number != question->number)
        return;
    lines_done(&question->kernel);
    question->kernel = *lines;
    *lines = (struct lines){0};
    question->waiting = false;
    question->differences = lines_mark_differences(&question->answer, &question->kernel, STYLE_BAD);
}

void screen_format_answer(struct screen *screen, size_t width, struct lines *lines) {
    const struct screen_question *question = &screen->question;
    lines_wrap(&question->answer, width, lines);
    if (!question->asked->ask_kernel)
        return;
    lines_add_heading(lines, "The kernel's own answer");
    if (question->waiting)
        lines_add(lines, "", "asking ...", STYLE_DIM);
    lines_wrap(&question->kernel, width, lines);
}
