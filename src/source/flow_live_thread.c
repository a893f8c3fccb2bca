// SPDX-License-Identifier: GPL-2.0-or-later
// The thread that keeps flows: takes orders, reads what is stale, listens, and tells.
#include <stdlib.h>
#include <time.h>

#include "source/flow_live_state.h"

#define SECOND      INT64_C(1000000000)
#define CHECK_EVERY SECOND
#define FIRST_ROWS  4096 // of a large table, to be shown while the others are read

static int64_t clock_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * SECOND + now.tv_nsec;
}

// --- News ----------------------------------------------------------------------------------------

static bool is_same_news(const struct news *news, uint64_t netns, const struct table *table) {
    return news->netns == netns && news->table->kind == table->kind;
}

// A table that nobody took yet gives way to a newer one.
static void put_news(struct flow_live *live, uint64_t netns, struct table *table) {
    size_t i = 0;
    pthread_mutex_lock(&live->lock);
    while (i < live->news_count && !is_same_news(&live->news[i], netns, table))
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
    flow_live_signal(live->ready);
}

static void tell(struct flow_live *live, struct flow_place *place, enum flow_output output) {
    struct table *table = flow_place_tell(place, output);
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
                       size_t count, uint32_t wanted) {
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
        if (places[kept])
            flow_place_want(places[kept++], wanted);
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
        flow_live_signal(live->ready);
}

// Returns false when it is to stop.
static bool take_orders(struct flow_live *live) {
    pthread_mutex_lock(&live->lock);
    bool has_set = live->has_set, stop = live->stop;
    struct table *namespaces = live->namespaces;
    uint64_t *inodes = live->inodes;
    size_t inode_count = live->inode_count, look_count = live->look_count;
    uint32_t wanted = live->wanted;
    struct flow_live_look *looks = live->looks;
    live->has_set = false;
    live->namespaces = NULL;
    live->inodes = NULL;
    live->looks = NULL;
    live->inode_count = live->look_count = 0;
    pthread_mutex_unlock(&live->lock);
    if (has_set && !stop)
        set_places(live, namespaces, inodes, inode_count, wanted);
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
    bool told = place->told[FLOW_OUTPUT_FLOWS].not_before > 0;
    if (!place->ready && !told && flow_store_count(place->store) >= FIRST_ROWS)
        tell(live, place, FLOW_OUTPUT_FLOWS);
    return !has_orders(live) || is_wanted(live, place->inode);
}

static void read_stale(struct flow_live *live) {
    for (size_t i = 0; i < live->place_count; i++) {
        struct flow_place *place = live->places[i];
        int64_t now = clock_now();
        if (!place->stale || now < place->not_before || flow_place_is_full(place))
            continue;
        flow_place_read(place, now, see_progress, live);
        if (has_orders(live) && !is_wanted(live, place->inode))
            return;
        tell(live, place, FLOW_OUTPUT_FLOWS);
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

static void tell_news(struct flow_live *live) {
    for (size_t i = 0; i < live->place_count; i++) {
        struct flow_place *place = live->places[i];
        for (enum flow_output output = 0; output < FLOW_OUTPUT_COUNT; output++) {
            if (flow_place_has_news(place, output) && clock_now() >= place->told[output].not_before)
                tell(live, place, output);
        }
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
        if (place->stale && !flow_place_is_full(live->places[i]))
            due = least(due, place->not_before);
        for (enum flow_output output = 0; output < FLOW_OUTPUT_COUNT; output++) {
            if (flow_place_has_news(place, output))
                due = least(due, place->told[output].not_before);
        }
    }
    if (live->place_count == 0)
        return -1;
    return due <= now ? 0 : (int)((due - now) / 1000000 + 1);
}

static int fd_of(struct flow_place *place) {
    return place->open && !flow_place_is_full(place) ? place->events.fd : -1;
}

static void listen_to_all(struct flow_live *live) {
    for (size_t i = 0; i < live->place_count; i++)
        live->polled[i] = (struct pollfd){fd_of(live->places[i]), POLLIN, 0};
    live->polled[live->place_count] = (struct pollfd){live->wake, POLLIN, 0};
    if (poll(live->polled, live->place_count + 1, find_timeout(live)) <= 0)
        return;
    for (size_t i = 0; i < live->place_count; i++) {
        if (live->polled[i].revents)
            flow_place_listen(live->places[i]);
    }
    if (live->polled[live->place_count].revents)
        flow_live_clear(live->wake);
}

void *flow_live_run(void *user_data) {
    struct flow_live *live = user_data;
    while (take_orders(live)) {
        read_stale(live);
        check_counts(live);
        tell_news(live);
        listen_to_all(live);
    }
    return NULL;
}
