// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/flow_live.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "source/flow_live_state.h"

void flow_live_signal(int fd) {
    const uint64_t one = 1;
    // A counter that is full is readable all the same.
    ssize_t written = write(fd, &one, sizeof(one));
    (void)written;
}

void flow_live_clear(int fd) {
    uint64_t count;
    ssize_t length = read(fd, &count, sizeof(count));
    (void)length;
}

static void close_fds(struct flow_live *live) {
    if (live->wake >= 0)
        close(live->wake);
    if (live->ready >= 0)
        close(live->ready);
}

int flow_live_new(struct flow_live **ret_live, struct error *err) {
    struct flow_live *live = calloc(1, sizeof(*live));
    if (!live)
        return error_set_errno(err, -ENOMEM, "flows");
    pthread_mutex_init(&live->lock, NULL);
    live->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    live->ready = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    live->polled = calloc(1, sizeof(*live->polled));
    int r = live->wake < 0 || live->ready < 0 ? -errno : live->polled ? 0 : -ENOMEM;
    if (r == 0)
        r = -pthread_create(&live->thread, NULL, flow_live_run, live);
    if (r < 0) {
        close_fds(live);
        pthread_mutex_destroy(&live->lock);
        free(live->polled);
        free(live);
        return error_set_errno(err, r, "flows");
    }
    *ret_live = live;
    return 0;
}

void flow_live_free(struct flow_live *live) {
    if (!live)
        return;
    pthread_mutex_lock(&live->lock);
    live->stop = true;
    pthread_mutex_unlock(&live->lock);
    flow_live_signal(live->wake);
    pthread_join(live->thread, NULL);
    for (size_t i = 0; i < live->place_count; i++)
        flow_place_free(live->places[i]);
    for (size_t i = 0; i < live->news_count; i++)
        table_unref(live->news[i].table);
    close_fds(live);
    pthread_mutex_destroy(&live->lock);
    free(live->places);
    free(live->polled);
    free(live->news);
    free(live->counters);
    free(live);
}

int flow_live_fd(const struct flow_live *live) {
    return live->ready;
}

static void *copy_items(const void *items, size_t count, size_t size) {
    void *copy = malloc(count * size + 1);
    if (copy && count > 0)
        memcpy(copy, items, count * size);
    return copy;
}

int flow_live_set(struct flow_live *live, struct table *namespaces, const uint64_t *inodes,
                  size_t count, uint32_t wanted) {
    uint64_t *copy = copy_items(inodes, count, sizeof(*inodes));
    if (!copy)
        return -ENOMEM;
    pthread_mutex_lock(&live->lock);
    table_unref(live->namespaces);
    free(live->inodes);
    live->namespaces = table_ref(namespaces);
    live->inodes = copy;
    live->inode_count = count;
    live->wanted = wanted;
    live->has_set = true;
    pthread_mutex_unlock(&live->lock);
    flow_live_signal(live->wake);
    return 0;
}

int flow_live_look_at(struct flow_live *live, const struct flow_live_look *looks, size_t count) {
    struct flow_live_look *copy = copy_items(looks, count, sizeof(*looks));
    if (!copy)
        return -ENOMEM;
    pthread_mutex_lock(&live->lock);
    free(live->looks);
    live->looks = copy;
    live->look_count = count;
    pthread_mutex_unlock(&live->lock);
    flow_live_signal(live->wake);
    return 0;
}

void flow_live_take(struct flow_live *live, const struct flow_live_sink *sink) {
    flow_live_clear(live->ready);
    pthread_mutex_lock(&live->lock);
    struct news *news = live->news;
    struct counters *counters = live->counters;
    size_t news_count = live->news_count, counter_count = live->counter_count;
    live->news = NULL;
    live->counters = NULL;
    live->news_count = live->counter_count = 0;
    pthread_mutex_unlock(&live->lock);
    for (size_t i = 0; i < news_count; i++)
        sink->table(news[i].netns, news[i].table, sink->user_data);
    for (size_t i = 0; i < counter_count; i++)
        sink->counters(counters[i].netns, counters[i].identity, counters[i].time,
                       counters[i].values, sink->user_data);
    free(news);
    free(counters);
}
