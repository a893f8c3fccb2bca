// SPDX-License-Identifier: GPL-2.0-or-later
// Running an activity on a thread of its own: a watch goes on for hours, and workers are few.
#ifndef TUI_ACTIVITY_THREAD_H
#define TUI_ACTIVITY_THREAD_H

#include <uv.h>

#include "tui/activity.h"

// Starts it. `news` is sent whenever there is something new to see, and once more when it has
// ended. Returns 0 or -errno (then it has ended).
int activity_thread_start(struct activity *activity, uv_async_t *news);

// Has it end soon, if it was told to and runs.
void activity_thread_stop(struct activity *activity);

// Takes an activity whose thread is through to its end, or waits for that. Returns true if it has
// ended now.
bool activity_thread_join(struct activity *activity, bool wait);

#endif
