// SPDX-License-Identifier: GPL-2.0-or-later
#include "tui/activity_thread.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct activity_thread {
    uv_thread_t thread;
    uv_async_t *news;
    int stop; // an eventfd
    atomic_bool through;
};

static void send_news(void *user_data) {
    struct activity_thread *thread = user_data;
    uv_async_send(thread->news);
}

static void run(void *user_data) {
    struct activity *activity = user_data;
    struct activity_thread *thread = activity->thread;
    const struct panel_run run = {.stop = thread->stop, .news = send_news, .user_data = thread};
    activity->spec->run(activity->state, &run);
    atomic_store(&thread->through, true);
    uv_async_send(thread->news);
}

static void free_thread(struct activity *activity) {
    close(activity->thread->stop);
    free(activity->thread);
    activity->thread = NULL;
    activity->stage = ACTIVITY_ENDED;
}

int activity_thread_start(struct activity *activity, uv_async_t *news) {
    struct activity_thread *thread = calloc(1, sizeof(*thread));
    activity->stage = ACTIVITY_ENDED;
    if (!thread)
        return -ENOMEM;
    thread->news = news;
    thread->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (thread->stop < 0) {
        int r = -errno;
        free(thread);
        return r;
    }
    activity->thread = thread;
    activity->stage = ACTIVITY_RUNNING;
    int r = uv_thread_create(&thread->thread, run, activity);
    if (r < 0)
        free_thread(activity);
    return r;
}

void activity_thread_stop(struct activity *activity) {
    const uint64_t one = 1;
    // A counter that is full says so as well.
    if (activity->thread && activity->stopping &&
        write(activity->thread->stop, &one, sizeof(one)) < 0)
        return;
}

bool activity_thread_join(struct activity *activity, bool wait) {
    struct activity_thread *thread = activity->thread;
    if (!thread || (!wait && !atomic_load(&thread->through)))
        return false;
    uv_thread_join(&thread->thread);
    free_thread(activity);
    return true;
}
