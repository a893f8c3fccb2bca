// SPDX-License-Identifier: GPL-2.0-or-later
// Bringing up to date what a view shows of snapshots (model/flow_store.h): the rows that went are
// left out, and those that came are put where they belong. All others stay as they are, which is
// what makes a million rows affordable that change all the time.
#ifndef TUI_VIEW_MERGE_H
#define TUI_VIEW_MERGE_H

#include "tui/view_task.h"

// Gives the task what the view shows, if that is older snapshots of the task's rows with the same
// filter in the same order; else it is left to begin anew. Returns 0 or -ENOMEM.
int view_merge_prepare(struct view_task *task, const struct view *view);

// Works out the result from it.
void view_merge(struct view_task *task);

#endif
