// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/flow_live.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "source/flow_place.h"

#define SECOND         INT64_C(1000000000)
#define SNAPSHOT_EVERY (SECOND / 4)
#define CHECK_EVERY    SECOND
#define FIRST_ROWS     4096 // of a large table, to be shown while the others are read

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
    bool has_set; // the next three are an order
    struct table *namespaces;
    uint64_t *inodes;
    size_t inode_count;
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

static int64_t clock_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * SECOND + now.tv_nsec;
}

static void signal_fd(int fd) {
    const uint64_t one = 1;
    // A counter that is full is readable all the same.
    ssize_t written = write(fd, &one, sizeof(one));
    (void)written;
}

static void clear_fd(int fd) {
    uint64_t count;
    ssize_t length = read(fd, &count, sizeof(count));
    (void)length;
}

// --- News ----------------------------------------------------------------------------------------

// A table that nobody took yet gives way to a newer one.
static void put_news(struct flow_live *live, uint64_t netns, struct table *table) {
    size_t i = 0;
    pthread_mutex_lock(&live->lock);
    while (i < live->news_count && live->news[i].netns != netns)
        i++;
    if (i < live->news_count) {
        table_unref(live->news[i].table);
        live->news[i].table = table;
    } else {
        struct news *grown = reallocarray(live->news, i + 1, sizeof(*grown));
        if (grown) {
            live->news = grown;
            live->news[live->news_count++] = (struct news){netns, table};
        } else {
            table_unref(table);
        }
    }
    pthread_mutex_unlock(&live->lock);
    signal_fd(live->ready);
}

static void put_snapshot(struct flow_live *live, struct flow_place *place) {
    struct table *table = flow_place_snapshot(place);
    place->snapshot_at = clock_now();
    if (!table)
        return;
    if (!place->ready)
        table_trouble(table, STATUS_PARTIAL, "the first %zu; the others are being read",
                      table_row_count(table));
    put_news(live, place->inode, table);
}

static void put_counters(struct flow_live *live, const struct flow_place *place,
                         const struct flow *flow) {
    const struct counters counters = {
        place->inode,
        flow_kind.identity(flow),
        clock_now(),
        {flow->packets, flow->bytes, flow->reply_packets, flow->reply_bytes}};
    pthread_mutex_lock(&live->lock);
    void *grown = reallocarray(live->counters, live->counter_count + 1, sizeof(*live->counters));
    if (grown) {
        live->counters = grown;
        live->counters[live->counter_count++] = counters;
    }
    pthread_mutex_unlock(&live->lock);
}

// --- Orders --------------------------------------------------------------------------------------

static struct flow_place *find_place(const struct flow_live *live, uint64_t inode) {
    for (size_t i = 0; i < live->place_count; i++) {
        if (live->places[i] && live->places[i]->inode == inode)
            return live->places[i];
    }
    return NULL;
}

static const struct netns *find_netns(const struct table *namespaces, uint64_t inode) {
    for (size_t i = 0; i < namespaces->count; i++) {
        const struct netns *netns = table_row(namespaces, i);
        if (netns->inode == inode)
            return netns;
    }
    return NULL;
}

// The place goes on with what is known of its namespace now.
static struct flow_place *keep_place(struct flow_live *live, struct table *namespaces,
                                     uint64_t inode) {
    const struct netns *netns = find_netns(namespaces, inode);
    struct flow_place *place = netns ? find_place(live, inode) : NULL;
    if (!place)
        return netns ? flow_place_new(netns, namespaces) : NULL;
    for (size_t i = 0; i < live->place_count; i++) {
        if (live->places[i] == place)
            live->places[i] = NULL;
    }
    table_unref(place->namespaces);
    place->namespaces = table_ref(namespaces);
    place->netns = netns;
    return place;
}

static void set_places(struct flow_live *live, struct table *namespaces, const uint64_t *inodes,
                       size_t count) {
    struct flow_place **places = calloc(count + 1, sizeof(struct flow_place *));
    struct pollfd *polled = calloc(count + 1, sizeof(*polled));
    size_t kept = 0;
    if (!places || !polled) {
        free(places);
        free(polled);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        places[kept] = keep_place(live, namespaces, inodes[i]);
        kept += places[kept] != NULL;
    }
    for (size_t i = 0; i < live->place_count; i++)
        flow_place_free(live->places[i]);
    free(live->places);
    free(live->polled);
    live->places = places;
    live->polled = polled;
    live->place_count = kept;
}

static void look_at(struct flow_live *live, const struct flow_live_look *looks, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct flow_place *place = find_place(live, looks[i].netns);
        const struct flow *flow = place ? flow_place_ask(place, looks[i].identity) : NULL;
        if (flow && flow->known & FLOW_HAS_COUNTERS)
            put_counters(live, place, flow);
    }
    if (count > 0)
        signal_fd(live->ready);
}

// Returns false when it is to stop.
static bool take_orders(struct flow_live *live) {
    pthread_mutex_lock(&live->lock);
    bool has_set = live->has_set, stop = live->stop;
    struct table *namespaces = live->namespaces;
    uint64_t *inodes = live->inodes;
    size_t inode_count = live->inode_count, look_count = live->look_count;
    struct flow_live_look *looks = live->looks;
    live->has_set = false;
    live->namespaces = NULL;
    live->inodes = NULL;
    live->looks = NULL;
    live->inode_count = live->look_count = 0;
    pthread_mutex_unlock(&live->lock);
    if (has_set && !stop)
        set_places(live, namespaces, inodes, inode_count);
    if (!stop)
        look_at(live, looks, look_count);
    table_unref(namespaces);
    free(inodes);
    free(looks);
    return !stop;
}

static bool has_orders(struct flow_live *live) {
    pthread_mutex_lock(&live->lock);
    bool any = live->stop || live->has_set;
    pthread_mutex_unlock(&live->lock);
    return any;
}

static bool is_wanted(struct flow_live *live, uint64_t inode) {
    pthread_mutex_lock(&live->lock);
    bool wanted = !live->stop && !live->has_set;
    for (size_t i = 0; live->has_set && i < live->inode_count; i++)
        wanted |= !live->stop && live->inodes[i] == inode;
    pthread_mutex_unlock(&live->lock);
    return wanted;
}

// --- The thread ----------------------------------------------------------------------------------

static bool see_progress(struct flow_place *place, void *user_data) {
    struct flow_live *live = user_data;
    if (!place->ready && place->snapshot_at == 0 && flow_store_count(place->store) >= FIRST_ROWS)
        put_snapshot(live, place);
    return !has_orders(live) || is_wanted(live, place->inode);
}

static void read_stale(struct flow_live *live) {
    for (size_t i = 0; i < live->place_count; i++) {
        struct flow_place *place = live->places[i];
        int64_t now = clock_now();
        if (!place->stale || now < place->not_before)
            continue;
        flow_place_read(place, now, see_progress, live);
        if (has_orders(live) && !is_wanted(live, place->inode))
            return;
        put_snapshot(live, place);
        live->checked_at = clock_now();
    }
}

static void check_counts(struct flow_live *live) {
    int64_t now = clock_now();
    if (now < live->checked_at + CHECK_EVERY)
        return;
    live->checked_at = now;
    for (size_t i = 0; i < live->place_count; i++)
        flow_place_check(live->places[i], now);
}

static bool is_news(const struct flow_place *place) {
    return place->ready && (place->told || flow_store_has_changed(place->store));
}

static void put_snapshots(struct flow_live *live) {
    for (size_t i = 0; i < live->place_count; i++) {
        struct flow_place *place = live->places[i];
        if (is_news(place) && clock_now() >= place->snapshot_at + SNAPSHOT_EVERY)
            put_snapshot(live, place);
    }
}

static int64_t least(int64_t a, int64_t b) {
    return a < b ? a : b;
}

// Milliseconds until something is due that no descriptor tells of.
static int find_timeout(const struct flow_live *live) {
    int64_t due = live->checked_at + CHECK_EVERY, now = clock_now();
    for (size_t i = 0; i < live->place_count; i++) {
        const struct flow_place *place = live->places[i];
        if (place->stale)
            due = least(due, place->not_before);
        if (is_news(place))
            due = least(due, place->snapshot_at + SNAPSHOT_EVERY);
    }
    if (live->place_count == 0)
        return -1;
    return due <= now ? 0 : (int)((due - now) / 1000000 + 1);
}

static void listen_to_all(struct flow_live *live) {
    for (size_t i = 0; i < live->place_count; i++)
        live->polled[i] =
            (struct pollfd){live->places[i]->open ? live->places[i]->events.fd : -1, POLLIN, 0};
    live->polled[live->place_count] = (struct pollfd){live->wake, POLLIN, 0};
    if (poll(live->polled, live->place_count + 1, find_timeout(live)) <= 0)
        return;
    for (size_t i = 0; i < live->place_count; i++) {
        if (live->polled[i].revents)
            flow_place_listen(live->places[i]);
    }
    if (live->polled[live->place_count].revents)
        clear_fd(live->wake);
}

static void *run(void *user_data) {
    struct flow_live *live = user_data;
    while (take_orders(live)) {
        read_stale(live);
        check_counts(live);
        put_snapshots(live);
        listen_to_all(live);
    }
    return NULL;
}

// --- From other threads --------------------------------------------------------------------------

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
        r = -pthread_create(&live->thread, NULL, run, live);
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
    signal_fd(live->wake);
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
                  size_t count) {
    uint64_t *copy = copy_items(inodes, count, sizeof(*inodes));
    if (!copy)
        return -ENOMEM;
    pthread_mutex_lock(&live->lock);
    table_unref(live->namespaces);
    free(live->inodes);
    live->namespaces = table_ref(namespaces);
    live->inodes = copy;
    live->inode_count = count;
    live->has_set = true;
    pthread_mutex_unlock(&live->lock);
    signal_fd(live->wake);
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
    signal_fd(live->wake);
    return 0;
}

void flow_live_take(struct flow_live *live, const struct flow_live_sink *sink) {
    clear_fd(live->ready);
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
