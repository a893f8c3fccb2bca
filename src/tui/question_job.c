// SPDX-License-Identifier: GPL-2.0-or-later
#include "tui/question_job.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tui/grid.h"

static void free_job(struct question_job *job) {
    node_free(job->node);
    lines_done(&job->lines);
    free(job->typed);
    free(job);
}

// --- The kernel's answer -------------------------------------------------------------------------

static void ask(uv_work_t *request) {
    struct question_job *job = request->data;
    lines_clear(&job->lines);
    if (job->question->ask_kernel(job->node, job->netns, job->typed, &job->lines, &job->differs) <
        0) {
        lines_clear(&job->lines);
        lines_add(&job->lines, "", "out of memory", STYLE_BAD);
    }
}

static void after_asking(uv_work_t *request, int status) {
    struct question_job *job = request->data;
    (void)status;
    job->callbacks.asked(job, job->callbacks.user_data);
    free_job(job);
}

// --- The model's ---------------------------------------------------------------------------------

static void answer(uv_work_t *request) {
    struct question_job *job = request->data;
    int r = job->question->answer(job->node, job->netns, job->typed, &job->lines, &job->error);
    if (r < 0 && job->error.code == 0)
        error_set_errno(&job->error, r, "the answer");
}

static void after_answering(uv_work_t *request, int status) {
    struct question_job *job = request->data;
    (void)status;
    bool go_on = job->callbacks.answered(job, job->callbacks.user_data);
    if (!go_on || uv_queue_work(job->request.loop, &job->request, ask, after_asking) < 0)
        free_job(job);
}

// --- Making what answers need --------------------------------------------------------------------

static void prepare(uv_work_t *request) {
    struct question_job *job = request->data;
    job->question->prepare(job->node, job->netns);
}

static void after_preparing(uv_work_t *request, int status) {
    (void)status;
    free_job(request->data);
}

// --- The beginning -------------------------------------------------------------------------------

static struct question_job *make_job(const struct panel_question *question, const struct node *node,
                                     uint64_t netns, const char *typed) {
    struct question_job *job = calloc(1, sizeof(*job));
    if (!job)
        return NULL;
    job->question = question;
    job->request.data = job;
    job->node = node_copy(node);
    job->netns = netns;
    job->typed = strdup(typed);
    if (job->node && job->typed)
        return job;
    free_job(job);
    return NULL;
}

int question_job_start(uv_loop_t *loop, const struct panel_question *question, unsigned number,
                       const struct node *node, uint64_t netns, const char *typed,
                       const struct question_callbacks *callbacks) {
    if (!node_find(node, netns))
        return -ENOENT;
    struct question_job *job = make_job(question, node, netns, typed);
    if (!job)
        return -ENOMEM;
    job->number = number;
    job->callbacks = *callbacks;
    int r = uv_queue_work(loop, &job->request, answer, after_answering);
    if (r < 0)
        free_job(job);
    return r;
}

int question_prepare_start(uv_loop_t *loop, const struct panel_question *question,
                           const struct node *node, uint64_t netns) {
    struct question_job *job = make_job(question, node, netns, "");
    if (!job)
        return -ENOMEM;
    int r = uv_queue_work(loop, &job->request, prepare, after_preparing);
    if (r < 0)
        free_job(job);
    return r;
}
