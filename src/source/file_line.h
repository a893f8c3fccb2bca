// SPDX-License-Identifier: GPL-2.0-or-later
// Lines and words of a configuration file's text: parts of it, not copies.
#ifndef SOURCE_FILE_LINE_H
#define SOURCE_FILE_LINE_H

#include <stdbool.h>
#include <stddef.h>

struct file_line {
    const char *text;
    size_t len;
};

// Takes the next line of what is from *at to end, without its newline. A NUL ends it, as C's
// readers of such files have it. Returns false at the end.
bool file_line_next(const char **at, const char *end, struct file_line *ret_line);

// Cuts the line where one of the characters stands.
void file_line_cut(struct file_line *line, const char *marks);

// Takes the next word off the line, with the blanks before it. Returns false, and an empty word, if
// there is none.
bool file_line_take(struct file_line *line, struct file_line *ret_word);

bool file_line_is(const struct file_line *word, const char *text);
bool file_line_is_blank(char c);

#endif
