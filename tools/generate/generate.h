// SPDX-License-Identifier: GPL-2.0-or-later
// What is made from the tables of options and fields, and committed, so that building a release
// runs nothing of it. `make generated` makes it anew, `make check` fails where it is out of date.
#ifndef GENERATE_H
#define GENERATE_H

#include "base/buffer.h"

// Add the completions of a shell.
void completion_format_bash(struct buffer *buffer);
void completion_format_fish(struct buffer *buffer);
void completion_format_zsh(struct buffer *buffer);

// Add every kind's fields, with a heading each, for netscope(5), and the keys of the terminal
// program for netscope(8).
void man_format_fields(struct buffer *buffer);
void man_format_keys(struct buffer *buffer);

#endif
