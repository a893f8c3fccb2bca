// SPDX-License-Identifier: GPL-2.0-or-later
// Asking the kernel a panel's question, on a worker.
#ifndef TUI_QUESTION_JOB_H
#define TUI_QUESTION_JOB_H

#include <uv.h>

#include "model/table.h"
#include "tui/panel.h"

struct question_job {
    uv_work_t request;
    void (*done)(struct question_job *job); // on the loop's thread; the job goes afterwards
    void *owner;
    const struct panel_question *question;
    unsigned number;          // the screen's, of the question
    struct table *namespaces; // holds netns
    const struct netns *netns;
    char *typed;
    struct lines lines; // the answer
};

// Asks in a namespace of the table, which is held meanwhile. Returns 0 or -errno.
int question_job_start(uv_loop_t *loop, const struct panel_question *question, unsigned number,
                       struct table *namespaces, const struct netns *netns, const char *typed,
                       void (*done)(struct question_job *job), void *owner);

#endif
