// SPDX-License-Identifier: GPL-2.0-or-later
#include "tui/view_job.h"

#include <stdlib.h>

struct helper {
    uv_thread_t thread;
    bool started;
    struct view_task *task;
    size_t part;
};

static void run_helper(void *user_data) {
    struct helper *helper = user_data;
    view_task_filter(helper->task, helper->part);
}

// One part is this thread's own; a part whose thread cannot be had is too.
static void filter_all(struct view_task *task) {
    struct helper helpers[VIEW_TASK_PARTS_MAX] = {0};
    for (size_t part = 1; part < task->parts; part++) {
        helpers[part].task = task;
        helpers[part].part = part;
        helpers[part].started =
            uv_thread_create(&helpers[part].thread, run_helper, &helpers[part]) == 0;
    }
    view_task_filter(task, 0);
    for (size_t part = 1; part < task->parts; part++) {
        if (helpers[part].started)
            uv_thread_join(&helpers[part].thread);
        else
            view_task_filter(task, part);
    }
}

static void run(uv_work_t *request) {
    struct view_job *job = request->data;
    filter_all(job->task);
    view_task_finish(job->task);
}

static void after(uv_work_t *request, int status) {
    struct view_job *job = request->data;
    (void)status;
    job->done(job);
    view_task_free(job->task);
    free(job);
}

struct view_job *view_job_start(uv_loop_t *loop, struct view *view, const struct node *node,
                                uint64_t netns, void (*done)(struct view_job *job), void *owner) {
    struct view_job *job = calloc(1, sizeof(*job));
    if (!job)
        return NULL;
    *job = (struct view_job){.done = done, .owner = owner, .view = view};
    job->request.data = job;
    job->task = view_task_new(view, node, netns, true);
    if (job->task && view->filter) {
        size_t processors = uv_available_parallelism();
        job->task->parts = processors < VIEW_TASK_PARTS_MAX ? processors : VIEW_TASK_PARTS_MAX;
    }
    if (!job->task || uv_queue_work(loop, &job->request, run, after) < 0) {
        view_task_free(job->task);
        free(job);
        return NULL;
    }
    return job;
}

void view_job_cancel(struct view_job *job) {
    atomic_store(&job->task->cancelled, true);
}
