// SPDX-License-Identifier: GPL-2.0-or-later
#include "tui/prompt.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tui/keys.h"

static void set_text(struct prompt *prompt, const char *text) {
    prompt->len = strnlen(text, PROMPT_MAX);
    memmove(prompt->text, text, prompt->len);
    prompt->text[prompt->len] = '\0';
    prompt->cursor = prompt->len;
}

void prompt_begin(struct prompt *prompt, const char *text, struct prompt_history *history) {
    *prompt = (struct prompt){.history = history, .place = history ? history->count : 0};
    set_text(prompt, text);
}

static bool is_inside_character(const struct prompt *prompt, size_t place) {
    return ((uint8_t)prompt->text[place] & 0xc0) == 0x80;
}

static size_t place_before(const struct prompt *prompt, size_t place) {
    if (place > 0)
        place--;
    while (place > 0 && is_inside_character(prompt, place))
        place--;
    return place;
}

static size_t place_after(const struct prompt *prompt, size_t place) {
    if (place < prompt->len)
        place++;
    while (place < prompt->len && is_inside_character(prompt, place))
        place++;
    return place;
}

static size_t word_before(const struct prompt *prompt) {
    size_t place = prompt->cursor;
    while (place > 0 && prompt->text[place - 1] == ' ')
        place--;
    while (place > 0 && prompt->text[place - 1] != ' ')
        place--;
    return place;
}

// Deletes the bytes from start to end.
static enum prompt_answer delete_bytes(struct prompt *prompt, size_t start, size_t end) {
    if (start == end)
        return PROMPT_UNCHANGED;
    memmove(prompt->text + start, prompt->text + end, prompt->len - end + 1);
    prompt->len -= end - start;
    prompt->cursor = start;
    return PROMPT_CHANGED;
}

static size_t encode(uint32_t c, char bytes[4]) {
    if (c < 0x80) {
        bytes[0] = (char)c;
        return 1;
    }
    size_t count = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = count - 1; i > 0; i--) {
        bytes[i] = (char)(0x80 | (c & 0x3f));
        c >>= 6;
    }
    static const uint8_t first[] = {0, 0, 0xc0, 0xe0, 0xf0};
    bytes[0] = (char)(first[count] | c);
    return count;
}

static enum prompt_answer insert(struct prompt *prompt, uint32_t c) {
    char bytes[4];
    if (c < ' ' || c > 0x10ffff)
        return PROMPT_UNCHANGED;
    size_t count = encode(c, bytes);
    if (prompt->len + count > PROMPT_MAX)
        return PROMPT_UNCHANGED;
    memmove(prompt->text + prompt->cursor + count, prompt->text + prompt->cursor,
            prompt->len - prompt->cursor + 1);
    memcpy(prompt->text + prompt->cursor, bytes, count);
    prompt->len += count;
    prompt->cursor += count;
    return PROMPT_CHANGED;
}

static enum prompt_answer look_back(struct prompt *prompt) {
    if (!prompt->history || prompt->place == 0)
        return PROMPT_UNCHANGED;
    if (prompt->place == prompt->history->count)
        memcpy(prompt->typed, prompt->text, sizeof(prompt->typed));
    set_text(prompt, prompt->history->lines[--prompt->place]);
    return PROMPT_CHANGED;
}

static enum prompt_answer look_forward(struct prompt *prompt) {
    if (!prompt->history || prompt->place == prompt->history->count)
        return PROMPT_UNCHANGED;
    prompt->place++;
    set_text(prompt, prompt->place == prompt->history->count
                         ? prompt->typed
                         : prompt->history->lines[prompt->place]);
    return PROMPT_CHANGED;
}

enum prompt_answer prompt_key(struct prompt *prompt, uint32_t key) {
    switch (key) {
    case INPUT_ENTER:
        return PROMPT_ACCEPTED;
    case INPUT_ESCAPE:
    case INPUT_CONTROL('C'):
        return PROMPT_CANCELLED;
    case INPUT_LEFT:
    case INPUT_CONTROL('B'):
        prompt->cursor = place_before(prompt, prompt->cursor);
        return PROMPT_UNCHANGED;
    case INPUT_RIGHT:
    case INPUT_CONTROL('F'):
        prompt->cursor = place_after(prompt, prompt->cursor);
        return PROMPT_UNCHANGED;
    case INPUT_HOME:
    case INPUT_CONTROL('A'):
        prompt->cursor = 0;
        return PROMPT_UNCHANGED;
    case INPUT_END:
    case INPUT_CONTROL('E'):
        prompt->cursor = prompt->len;
        return PROMPT_UNCHANGED;
    case INPUT_BACKSPACE:
        return delete_bytes(prompt, place_before(prompt, prompt->cursor), prompt->cursor);
    case INPUT_DELETE:
    case INPUT_CONTROL('D'):
        return delete_bytes(prompt, prompt->cursor, place_after(prompt, prompt->cursor));
    case INPUT_CONTROL('W'):
        return delete_bytes(prompt, word_before(prompt), prompt->cursor);
    case INPUT_CONTROL('U'):
        return delete_bytes(prompt, 0, prompt->cursor);
    case INPUT_CONTROL('K'):
        return delete_bytes(prompt, prompt->cursor, prompt->len);
    case INPUT_UP:
    case INPUT_CONTROL('P'):
        return look_back(prompt);
    case INPUT_DOWN:
    case INPUT_CONTROL('N'):
        return look_forward(prompt);
    }
    return insert(prompt, key);
}

void prompt_history_add(struct prompt_history *history, const char *text) {
    if (text[0] == '\0' ||
        (history->count > 0 && strcmp(history->lines[history->count - 1], text) == 0))
        return;
    char *line = strdup(text);
    if (!line)
        return;
    if (history->count == PROMPT_HISTORY_MAX) {
        free(history->lines[0]);
        memmove(history->lines, history->lines + 1,
                (PROMPT_HISTORY_MAX - 1) * sizeof(history->lines[0]));
        history->count--;
    }
    history->lines[history->count++] = line;
}

void prompt_history_done(struct prompt_history *history) {
    for (size_t i = 0; i < history->count; i++)
        free(history->lines[i]);
    history->count = 0;
}
