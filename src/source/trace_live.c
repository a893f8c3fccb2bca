// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/trace_live.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "model/packet_log.h"
#include "model/packet_summary.h"
#include "source/trace_group.h"

#define SECOND         INT64_C(1000000000)
#define SNAPSHOT_EVERY 250 // milliseconds

// A namespace that is traced, or was to be.
struct place {
    const struct netns *netns;
    struct packet_counting *counting;
    struct status status;
    bool traced;
    uint64_t shown; // the version of its packets that was given to the taker
    bool changed;   // its status has since
    int64_t shown_at;
};

// A table that waits to be taken.
struct news {
    uint64_t netns;
    struct table *table;
};

struct trace_live {
    pthread_t thread;
    int wake;  // of the thread: there are orders
    int ready; // of the taker: there is news

    // Orders and news, under the lock.
    pthread_mutex_t lock;
    bool stop;
    uint64_t *kept; // inodes; NULL: no order
    size_t kept_count;
    struct news *news;
    size_t news_count;
    struct trace_live_state state;

    // The thread's own.
    struct trace_options options;
    struct table *namespaces;
    struct place *places;
    size_t place_count;
    struct trace_group *group;
    struct packet_log *log;
    struct pollfd *polled; // of the group, and wake behind
    struct trace_live_state own;
    int64_t snapshot_at; // of the monotonic clock
};

static int64_t read_clock(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
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

static struct news *find_news(struct trace_live *live, uint64_t netns, const struct kind *kind) {
    for (size_t i = 0; i < live->news_count; i++) {
        if (live->news[i].netns == netns && live->news[i].table->kind == kind)
            return &live->news[i];
    }
    return NULL;
}

// A table that nobody took yet gives way to a newer one.
static void put_table(struct trace_live *live, uint64_t netns, struct table *table) {
    struct news *news = find_news(live, netns, table->kind);
    if (news) {
        table_unref(news->table);
        news->table = table;
        return;
    }
    struct news *grown = reallocarray(live->news, live->news_count + 1, sizeof(*grown));
    if (!grown) {
        table_unref(table);
        return;
    }
    live->news = grown;
    live->news[live->news_count++] = (struct news){netns, table};
}

static void publish(struct trace_live *live, uint64_t netns, struct table *packets,
                    struct table *summaries) {
    pthread_mutex_lock(&live->lock);
    if (packets)
        put_table(live, netns, packets);
    if (summaries)
        put_table(live, netns, summaries);
    live->state = live->own;
    pthread_mutex_unlock(&live->lock);
    signal_fd(live->ready);
}

static void publish_state(struct trace_live *live) {
    live->own.kept = packet_log_count(live->log);
    publish(live, 0, NULL, NULL);
}

static struct table *summarise(const struct place *place, int64_t now) {
    struct table *table = table_new(&packet_summary_kind);
    if (table && place->counting && packet_counting_fill(place->counting, now, table) < 0)
        table_trouble(table, STATUS_FAILED, "out of memory");
    return table;
}

static void show_place(struct trace_live *live, struct place *place) {
    uint64_t inode = place->netns->inode;
    struct table *packets = packet_log_snapshot(live->log, inode);
    place->shown = packet_log_version(live->log, inode);
    place->changed = false;
    if (packets && place->status.state != STATUS_OK)
        table_trouble(packets, place->status.state, "%s", place->status.reason);
    publish(live, inode, packets, summarise(place, read_clock(CLOCK_REALTIME)));
}

// Rates fall though nothing comes: a place that had packets lately is shown again.
static bool is_to_show(const struct trace_live *live, const struct place *place, int64_t now) {
    bool fresh = now - place->shown_at < (PACKET_RATE_SECONDS + 1) * SECOND;
    return place->changed || packet_log_version(live->log, place->netns->inode) != place->shown ||
           (place->shown > 0 && fresh);
}

static void show_all(struct trace_live *live) {
    int64_t now = read_clock(CLOCK_MONOTONIC);
    if (now - live->snapshot_at < SNAPSHOT_EVERY * (SECOND / 1000))
        return;
    live->snapshot_at = now;
    live->own.kept = packet_log_count(live->log);
    for (size_t i = 0; i < live->place_count; i++) {
        struct place *place = &live->places[i];
        if (packet_log_version(live->log, place->netns->inode) != place->shown)
            place->shown_at = now;
        if (is_to_show(live, place, now))
            show_place(live, place);
    }
}

// --- What comes ----------------------------------------------------------------------------------

static struct place *place_of(struct trace_live *live, const struct netns *netns) {
    size_t i = 0;
    while (live->places[i].netns != netns)
        i++;
    return &live->places[i];
}

static int take_packet(struct trace_live *live, const struct journey_part *part) {
    struct place *place = place_of(live, part->where);
    int r = packet_counting_add(place->counting, &part->traced->packet);
    if (r < 0) {
        traced_packet_unref(part->traced);
        return r;
    }
    live->own.seen++;
    return packet_log_add(live->log, part->traced, place->netns->inode);
}

static int take_packets(const struct journey_part *parts, size_t count, void *user_data) {
    int r = 0;
    for (size_t i = 0; i < count; i++) {
        if (r == 0)
            r = take_packet(user_data, &parts[i]);
        else
            traced_packet_unref(parts[i].traced);
    }
    return r;
}

static void set_status(struct place *place, enum status_state state, const char *reason) {
    place->status.state = state;
    snprintf(place->status.reason, sizeof(place->status.reason), "%.199s", reason);
    place->changed = true;
}

static void take_loss(const struct netns *netns, uint64_t count, void *user_data) {
    struct trace_live *live = user_data;
    live->own.losses++;
    live->own.lost += count;
    set_status(place_of(live, netns), STATUS_PARTIAL,
               "events were lost: they came faster than they were read");
}

// --- Beginning -----------------------------------------------------------------------------------

static void begin_at(struct trace_live *live, struct place *place) {
    struct error err = {0};
    place->counting = packet_counting_new(read_clock(CLOCK_REALTIME));
    int r = place->counting ? trace_group_add(live->group, place->netns, &err)
                            : error_set(&err, -ENOMEM, "memory is out");
    if (r < 0) {
        live->own.refused++;
        if (live->own.why.code == 0)
            live->own.why = err;
        set_status(place, netlink_state_of(r), err.text);
        return;
    }
    const struct status *status =
        trace_group_status(live->group, trace_group_count(live->group) - 1);
    if (status->state != STATUS_OK)
        set_status(place, status->state, status->reason);
    place->traced = true;
    live->own.traced++;
}

static bool is_stopped(struct trace_live *live) {
    pthread_mutex_lock(&live->lock);
    bool stopped = live->stop;
    pthread_mutex_unlock(&live->lock);
    return stopped;
}

static void begin(struct trace_live *live) {
    for (size_t i = 0; i < live->place_count && !is_stopped(live); i++) {
        begin_at(live, &live->places[i]);
        show_place(live, &live->places[i]);
    }
    live->own.phase = TRACE_RUNNING;
    publish_state(live);
}

// --- Orders --------------------------------------------------------------------------------------

static bool is_kept(const uint64_t *inodes, size_t count, uint64_t inode) {
    for (size_t i = 0; i < count; i++) {
        if (inodes[i] == inode)
            return true;
    }
    return false;
}

static int leave(struct trace_live *live, const uint64_t *inodes, size_t count) {
    int r = 0;
    for (size_t i = 0; i < live->place_count && r == 0; i++) {
        struct place *place = &live->places[i];
        if (!place->traced || is_kept(inodes, count, place->netns->inode))
            continue;
        r = trace_group_remove(live->group, place->netns);
        place->traced = false;
        live->own.traced--;
        live->own.gone++;
    }
    return r;
}

static int take_orders(struct trace_live *live) {
    pthread_mutex_lock(&live->lock);
    uint64_t *kept = live->kept;
    size_t count = live->kept_count;
    live->kept = NULL;
    pthread_mutex_unlock(&live->lock);
    int r = kept ? leave(live, kept, count) : 0;
    if (kept)
        publish_state(live);
    free(kept);
    return r;
}

// --- The thread ----------------------------------------------------------------------------------

// Until something is due though nothing comes.
static int time_to_wait(const struct trace_live *live) {
    int wait = trace_group_wait(live->group);
    int64_t now = read_clock(CLOCK_MONOTONIC);
    bool due = false;
    for (size_t i = 0; i < live->place_count; i++)
        due |= is_to_show(live, &live->places[i], now);
    return due && (wait < 0 || wait > SNAPSHOT_EVERY) ? SNAPSHOT_EVERY : wait;
}

static int turn(struct trace_live *live) {
    size_t count = trace_group_poll(live->group, live->polled);
    live->polled[count] = (struct pollfd){live->wake, POLLIN, 0};
    if (poll(live->polled, count + 1, time_to_wait(live)) < 0)
        return errno == EINTR ? 0 : -errno;
    if (live->polled[count].revents)
        clear_fd(live->wake);
    int r = trace_group_read(live->group);
    if (r == 0)
        r = trace_group_expire(live->group, false);
    if (r == 0)
        r = take_orders(live);
    if (r == 0)
        show_all(live);
    return r;
}

static void end(struct trace_live *live, int r) {
    if (r == 0)
        r = trace_group_expire(live->group, true);
    trace_group_free(live->group); // and with its sockets the rules
    live->group = NULL;
    if (r < 0)
        error_set_errno(&live->own.why, r, "the trace ended");
    for (size_t i = 0; i < live->place_count; i++)
        show_place(live, &live->places[i]);
    live->own.phase = TRACE_ENDED;
    live->own.traced = 0;
    publish_state(live);
}

static void *run(void *user_data) {
    struct trace_live *live = user_data;
    int r = 0;
    begin(live);
    while (r == 0 && !is_stopped(live) && trace_group_count(live->group) > 0)
        r = turn(live);
    end(live, r);
    return NULL;
}

// --- Making it -----------------------------------------------------------------------------------

static const struct netns *find_netns(const struct table *namespaces, uint64_t inode) {
    for (size_t i = 0; i < namespaces->count; i++) {
        const struct netns *netns = table_row(namespaces, i);
        if (netns->inode == inode)
            return netns;
    }
    return NULL;
}

static int make_places(struct trace_live *live, const uint64_t *inodes, size_t count) {
    live->places = calloc(count + 1, sizeof(*live->places));
    live->polled = calloc(count + 1, sizeof(*live->polled));
    if (!live->places || !live->polled)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        const struct netns *netns = find_netns(live->namespaces, inodes[i]);
        if (netns)
            live->places[live->place_count++] =
                (struct place){.netns = netns, .status = {.source = packet_kind.name}};
    }
    return 0;
}

static int prepare(struct trace_live *live, const uint64_t *inodes, size_t count) {
    const struct trace_group_sink sink = {take_packets, take_loss, live};
    live->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    live->ready = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (live->wake < 0 || live->ready < 0)
        return -errno;
    live->group = trace_group_new(&live->options, &sink);
    live->log = packet_log_new();
    return live->group && live->log ? make_places(live, inodes, count) : -ENOMEM;
}

static void release(struct trace_live *live) {
    for (size_t i = 0; i < live->place_count; i++)
        packet_counting_free(live->places[i].counting);
    for (size_t i = 0; i < live->news_count; i++)
        table_unref(live->news[i].table);
    if (live->wake >= 0)
        close(live->wake);
    if (live->ready >= 0)
        close(live->ready);
    trace_group_free(live->group);
    packet_log_free(live->log);
    table_unref(live->namespaces);
    pthread_mutex_destroy(&live->lock);
    free(live->places);
    free(live->polled);
    free(live->kept);
    free(live->news);
    free(live);
}

int trace_live_new(const struct trace_options *options, struct table *namespaces,
                   const uint64_t *inodes, size_t count, struct trace_live **ret_live,
                   struct error *err) {
    struct trace_live *live = calloc(1, sizeof(*live));
    if (!live)
        return error_set(err, -ENOMEM, "memory is out");
    *live = (struct trace_live){.options = *options, .wake = -1, .ready = -1};
    pthread_mutex_init(&live->lock, NULL);
    live->namespaces = table_ref(namespaces);
    int r = prepare(live, inodes, count);
    if (r == 0)
        r = -pthread_create(&live->thread, NULL, run, live);
    if (r < 0) {
        release(live);
        return error_set_errno(err, r, "the trace");
    }
    *ret_live = live;
    return 0;
}

void trace_live_stop(struct trace_live *live) {
    pthread_mutex_lock(&live->lock);
    live->stop = true;
    pthread_mutex_unlock(&live->lock);
    signal_fd(live->wake);
}

void trace_live_free(struct trace_live *live) {
    if (!live)
        return;
    trace_live_stop(live);
    pthread_join(live->thread, NULL);
    release(live);
}

int trace_live_keep(struct trace_live *live, const uint64_t *inodes, size_t count) {
    uint64_t *copy = calloc(count + 1, sizeof(*copy));
    if (!copy)
        return -ENOMEM;
    if (count > 0)
        memcpy(copy, inodes, count * sizeof(*copy));
    pthread_mutex_lock(&live->lock);
    free(live->kept);
    live->kept = copy;
    live->kept_count = count;
    pthread_mutex_unlock(&live->lock);
    signal_fd(live->wake);
    return 0;
}

int trace_live_fd(const struct trace_live *live) {
    return live->ready;
}

void trace_live_take(struct trace_live *live,
                     void (*table)(uint64_t netns, struct table *table, void *user_data),
                     void *user_data, struct trace_live_state *ret_state) {
    clear_fd(live->ready);
    pthread_mutex_lock(&live->lock);
    struct news *news = live->news;
    size_t count = live->news_count;
    live->news = NULL;
    live->news_count = 0;
    *ret_state = live->state;
    pthread_mutex_unlock(&live->lock);
    for (size_t i = 0; i < count; i++)
        table(news[i].netns, news[i].table, user_data);
    free(news);
}
