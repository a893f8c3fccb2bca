// SPDX-License-Identifier: GPL-2.0-or-later
// What a view shows, as a file has it: of few rows made at once, of many on a worker, from a copy,
// without ever being in memory as a whole.
#ifndef TUI_VIEW_FILE_H
#define TUI_VIEW_FILE_H

#include <stdbool.h>

#include "base/buffer.h"
#include "model/json.h"
#include "tui/view.h"

// Takes out of the buffer what is in it. Returns 0 or -errno.
typedef int view_file_drain(struct buffer *buffer, void *user_data);

// Adds the rows, in their order: every field as JSON, or the columns as a table. Where drain is not
// NULL, it is called whenever there is much in the buffer, and at the end. Returns 0, -ENOMEM, or
// what drain returned.
int view_file_format(const struct view *view, bool json, struct buffer *buffer,
                     view_file_drain *drain, void *user_data);

// The plan of every field of the kind; NULL, and the buffer failed, when memory is out.
struct json_plan *view_file_plan(const struct kind *kind, struct buffer *buffer);

// What the view shows now (not as a tree), for another thread.
struct view_file {
    struct view view; // its rows and columns alone
    struct node *node;
    bool json;
};

// Returns a copy, or NULL when memory is out.
struct view_file *view_file_new(const struct view *view, const struct node *node, bool json);

// Frees it; NULL is nothing.
void view_file_free(struct view_file *file);

#endif
