// SPDX-License-Identifier: GPL-2.0-or-later
// Answering a panel's question, on workers: first from the model, then from the kernel.
#ifndef TUI_QUESTION_JOB_H
#define TUI_QUESTION_JOB_H

#include <uv.h>

#include "model/table.h"
#include "tui/panel.h"

struct question_job;

// On the loop's thread. They may take the job's lines. After the first the kernel is asked, unless
// there was an error or the owner does not want it any more; after the second the job goes.
struct question_callbacks {
    bool (*answered)(struct question_job *job, void *user_data); // true: ask the kernel as well
    void (*asked)(struct question_job *job, void *user_data);
    void *user_data;
};

struct question_job {
    uv_work_t request;
    struct question_callbacks callbacks;
    const struct panel_question *question;
    unsigned number;   // the screen's, of the question
    struct node *node; // a copy
    uint64_t netns;
    char *typed;
    struct lines lines; // the answer
    struct error error; // why there is none; code 0: there is one
    bool differs;       // the kernel says something else
};

// Answers for the namespace as the node has it now. Returns 0 or -errno.
int question_job_start(uv_loop_t *loop, const struct panel_question *question, unsigned number,
                       const struct node *node, uint64_t netns, const char *typed,
                       const struct question_callbacks *callbacks);

// Makes what the question's answers will need. Returns 0 or -errno.
int question_prepare_start(uv_loop_t *loop, const struct panel_question *question,
                           const struct node *node, uint64_t netns);

#endif
