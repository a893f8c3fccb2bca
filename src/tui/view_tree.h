// SPDX-License-Identifier: GPL-2.0-or-later
// The rows of a view as a tree: what of it is shown, and the lines that are drawn beside it.
#ifndef TUI_VIEW_TREE_H
#define TUI_VIEW_TREE_H

#include "tui/view_task.h"

// Fills the task's tree_rows, count and total. With a filter: the rows that pass, and those that
// they hang on; without one: those that do not hang on a closed row. Returns 0 or -ENOMEM.
int view_tree(struct view_task *task);

#endif
