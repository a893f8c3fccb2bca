// SPDX-License-Identifier: GPL-2.0-or-later
// A line that is typed: editing and history.
#ifndef TUI_PROMPT_H
#define TUI_PROMPT_H

#include <stddef.h>
#include <stdint.h>

#define PROMPT_MAX         1024 // bytes of a line
#define PROMPT_HISTORY_MAX 50

struct prompt_history {
    char *lines[PROMPT_HISTORY_MAX]; // oldest first
    size_t count;
};

struct prompt {
    char text[PROMPT_MAX + 1]; // UTF-8
    size_t len;
    size_t cursor;                  // a byte
    struct prompt_history *history; // not the prompt's own; NULL: none
    size_t place;                   // in the history; its count: the line that is typed
    char typed[PROMPT_MAX + 1];     // that line, while others are looked at
};

enum prompt_answer {
    PROMPT_UNCHANGED,
    PROMPT_CHANGED,
    PROMPT_ACCEPTED,
    PROMPT_CANCELLED,
};

// Begins with this text, the cursor behind it.
void prompt_begin(struct prompt *prompt, const char *text, struct prompt_history *history);

// Takes a key (enum input_key or a code point).
enum prompt_answer prompt_key(struct prompt *prompt, uint32_t key);

// Remembers a line; empty ones and the one remembered last are not remembered again.
void prompt_history_add(struct prompt_history *history, const char *text);
void prompt_history_done(struct prompt_history *history);

#endif
