// SPDX-License-Identifier: GPL-2.0-or-later
#include "tui/file_job.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void free_job(struct file_job *job) {
    buffer_done(&job->content);
    view_file_free(job->rows);
    free(job->name);
    free(job);
}

static char *expand_home(const char *name) {
    const char *home = getenv("HOME");
    char *path = NULL;
    if (strncmp(name, "~/", 2) != 0 || !home)
        return strdup(name);
    return asprintf(&path, "%s%s", home, name + 1) < 0 ? NULL : path;
}

struct writing {
    int fd;
    size_t written;
};

static int write_all(struct buffer *content, void *user_data) {
    struct writing *writing = user_data;
    size_t done = 0;
    while (done < content->len) {
        ssize_t count = write(writing->fd, content->data + done, content->len - done);
        if (count < 0 && errno != EINTR)
            return -errno;
        done += count > 0 ? (size_t)count : 0;
    }
    writing->written += done;
    buffer_clear(content);
    return 0;
}

static int write_content(struct file_job *job, int fd) {
    struct writing writing = {.fd = fd};
    const struct view_file *rows = job->rows;
    int r = rows ? view_file_format(&rows->view, rows->json, &job->content, write_all, &writing)
                 : write_all(&job->content, &writing);
    job->written = writing.written;
    return r;
}

static void run(uv_work_t *request) {
    struct file_job *job = request->data;
    int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (job->overwrite ? O_TRUNC : O_EXCL);
    if (job->content.failed) {
        error_set_errno(&job->error, -ENOMEM, "%s", job->name);
        return;
    }
    int fd = open(job->name, flags, 0666);
    int r = fd < 0 ? -errno : write_content(job, fd);
    if (fd >= 0 && close(fd) < 0 && r == 0)
        r = -errno;
    if (r < 0)
        error_set_errno(&job->error, r, "%s", job->name);
}

static void after(uv_work_t *request, int status) {
    struct file_job *job = request->data;
    (void)status;
    job->done(job);
    free_job(job);
}

int file_job_start(uv_loop_t *loop, const char *name, struct buffer *content,
                   struct view_file *rows, bool overwrite, void (*done)(const struct file_job *job),
                   void *owner) {
    struct file_job *job = calloc(1, sizeof(*job));
    if (!job) {
        view_file_free(rows);
        return -ENOMEM;
    }
    job->rows = rows;
    job->request.data = job;
    job->done = done;
    job->owner = owner;
    job->overwrite = overwrite;
    job->name = expand_home(name);
    job->content = *content;
    *content = BUFFER_INIT;
    int r = job->name ? uv_queue_work(loop, &job->request, run, after) : -ENOMEM;
    if (r < 0)
        free_job(job);
    return r;
}
