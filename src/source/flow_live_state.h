// SPDX-License-Identifier: GPL-2.0-or-later
// What flow_live.c and its thread share.
#ifndef SOURCE_FLOW_LIVE_STATE_H
#define SOURCE_FLOW_LIVE_STATE_H

#include <poll.h>
#include <pthread.h>

#include "source/flow_live.h"
#include "source/flow_place.h"

struct counters {
    uint64_t netns, identity;
    int64_t time;
    uint64_t values[HISTORY_COUNTERS];
};

// A table that waits to be taken.
struct news {
    uint64_t netns;
    struct table *table;
};

struct flow_live {
    pthread_t thread;
    int wake;  // of the thread: there are orders
    int ready; // of the taker: there is news

    // Orders and news, under the lock.
    pthread_mutex_t lock;
    bool stop;
    bool has_set; // the next four are an order
    struct table *namespaces;
    uint64_t *inodes;
    size_t inode_count;
    uint32_t wanted; // kinds, KIND_BIT
    struct flow_live_look *looks;
    size_t look_count;
    struct news *news;
    size_t news_count;
    struct counters *counters;
    size_t counter_count;

    // The thread's own.
    struct flow_place **places;
    size_t place_count;
    struct pollfd *polled; // of the places, and wake at the end
    int64_t checked_at;
};

// Makes one of the two descriptors readable, and no longer.
void flow_live_signal(int fd);
void flow_live_clear(int fd);

// What the thread runs, with the struct flow_live.
void *flow_live_run(void *user_data);

#endif
