// SPDX-License-Identifier: GPL-2.0-or-later
// Writing a file on a worker.
#ifndef TUI_FILE_JOB_H
#define TUI_FILE_JOB_H

#include <stdbool.h>

#include <uv.h>

#include "base/buffer.h"
#include "base/error.h"
#include "tui/view_file.h"

struct file_job {
    uv_work_t request;
    void (*done)(const struct file_job *job); // on the loop's thread; the job goes afterwards
    void *owner;
    char *name;
    struct buffer content;
    struct view_file *rows; // these instead; NULL: none
    size_t written;         // bytes
    bool overwrite;
    struct error error; // code 0: written; -EEXIST: it is there, and not to be written over
};

// Takes the content out of the buffer, or takes over the rows, if there are any. "~/" begins a name
// in the home directory. Returns 0 or -errno.
int file_job_start(uv_loop_t *loop, const char *name, struct buffer *content,
                   struct view_file *rows, bool overwrite, void (*done)(const struct file_job *job),
                   void *owner);

#endif
