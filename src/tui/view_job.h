// SPDX-License-Identifier: GPL-2.0-or-later
// Running a view's task on workers.
#ifndef TUI_VIEW_JOB_H
#define TUI_VIEW_JOB_H

#include <uv.h>

#include "tui/view_task.h"

struct view_job {
    uv_work_t request;
    void (*done)(struct view_job *job); // on the loop's thread; the job goes afterwards
    void *owner;
    struct view *view;
    struct view_task *task;
};

// Starts to work out the rows that the view shows of the namespace, or of all (0). The view stays
// where it is until it is done. Returns NULL when memory is out.
struct view_job *view_job_start(uv_loop_t *loop, struct view *view, const struct node *node,
                                uint64_t netns, void (*done)(struct view_job *job), void *owner);

// Has the job end soon, without a result.
void view_job_cancel(struct view_job *job);

#endif
