// SPDX-License-Identifier: GPL-2.0-or-later
#include "tui/question_job.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tui/grid.h"

static void free_job(struct question_job *job) {
    table_unref(job->namespaces);
    lines_done(&job->lines);
    free(job->typed);
    free(job);
}

static void run(uv_work_t *request) {
    struct question_job *job = request->data;
    if (job->question->ask_kernel(job->netns, job->typed, &job->lines) < 0) {
        lines_clear(&job->lines);
        lines_add(&job->lines, "", "out of memory", STYLE_BAD);
    }
}

static void after(uv_work_t *request, int status) {
    struct question_job *job = request->data;
    (void)status;
    job->done(job);
    free_job(job);
}

int question_job_start(uv_loop_t *loop, const struct panel_question *question, unsigned number,
                       struct table *namespaces, const struct netns *netns, const char *typed,
                       void (*done)(struct question_job *job), void *owner) {
    struct question_job *job = calloc(1, sizeof(*job));
    if (!job)
        return -ENOMEM;
    *job = (struct question_job){.done = done,
                                 .owner = owner,
                                 .question = question,
                                 .number = number,
                                 .namespaces = table_ref(namespaces),
                                 .netns = netns,
                                 .typed = strdup(typed)};
    job->request.data = job;
    int r = job->typed ? uv_queue_work(loop, &job->request, run, after) : -ENOMEM;
    if (r < 0)
        free_job(job);
    return r;
}
