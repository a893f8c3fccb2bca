// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/file_line.h"

#include <string.h>

#define BLANKS " \t\r\v\f"

bool file_line_next(const char **at, const char *end, struct file_line *ret_line) {
    if (*at >= end)
        return false;
    const char *newline = memchr(*at, '\n', (size_t)(end - *at));
    const char *stop = newline ? newline : end;
    *ret_line = (struct file_line){*at, strnlen(*at, (size_t)(stop - *at))};
    *at = newline ? newline + 1 : end;
    return true;
}

void file_line_cut(struct file_line *line, const char *marks) {
    size_t len = 0;
    while (len < line->len && !strchr(marks, line->text[len]))
        len++;
    line->len = len;
}

bool file_line_is_blank(char c) {
    return strchr(BLANKS, c) && c != '\0';
}

bool file_line_take(struct file_line *line, struct file_line *ret_word) {
    while (line->len > 0 && file_line_is_blank(*line->text)) {
        line->text++;
        line->len--;
    }
    size_t len = 0;
    while (len < line->len && !file_line_is_blank(line->text[len]))
        len++;
    *ret_word = (struct file_line){line->text, len};
    line->text += len;
    line->len -= len;
    return len > 0;
}

bool file_line_is(const struct file_line *word, const char *text) {
    return word->len == strlen(text) && strncmp(word->text, text, word->len) == 0;
}
