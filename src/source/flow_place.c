// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/flow_place.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#include "source/conntrack_netlink.h"
#include "source/flow_events.h"
#include "source/flow_get.h"

#define SECOND         INT64_C(1000000000)
#define READS_AT_ONCE  256                // datagrams, before others have their turn
#define READS_TO_EMPTY 65536              // before a reading; where more come, some may be lost
#define BACKLOG_MOST   (64 * 1024 * 1024) // bytes of events that wait for the end of a reading
#define LOOK_EVERY     256                // flows, for events that wait and for who waits for flows
#define REREAD_REST    9                  // times as long as reading took, it is not read again,
#define REST_MOST      (2 * SECOND)       // but no longer than that,
#define LOSS_REST      SECOND             // and not before that after a loss,
#define CHECK_REST     40   // and so many times as long where only the count differs: a few went
#define SHARE_OF_COUNT 4096 // a difference of less than so small a share of a table is on its way
#define DIFFERS_TWICE  2
#define SOME_FLOWS     64     // and a
#define SOME_SHARE     64     // 64th of a table may differ after it was read
#define LEFT_LEAST     100000 // rows that went and are looked at: so many, and a
#define LEFT_SHARE     4      // fourth of those that are there, are borne

static int64_t clock_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * SECOND + now.tv_nsec;
}

struct flow_place *flow_place_new(const struct netns *netns, struct table *namespaces) {
    struct flow_place *place = calloc(1, sizeof(*place));
    struct flow_store *store = flow_store_new();
    if (!place || !store) {
        free(place);
        flow_store_free(store);
        return NULL;
    }
    place->inode = netns->inode;
    place->netns = netns;
    place->namespaces = table_ref(namespaces);
    place->store = store;
    place->events.fd = place->questions.fd = -1;
    place->stale = true;
    place->told[FLOW_OUTPUT_FLOWS] = (struct flow_told){.wanted = true, .news = true};
    return place;
}

static void close_sockets(struct flow_place *place) {
    if (place->open) {
        netlink_close(&place->events);
        netlink_close(&place->questions);
    }
    place->open = false;
}

void flow_place_free(struct flow_place *place) {
    if (!place)
        return;
    close_sockets(place);
    flow_store_free(place->store);
    flow_counting_free(place->counting);
    flow_log_free(place->log);
    table_unref(place->namespaces);
    buffer_done(&place->backlog);
    free(place);
}

static void set_state(struct flow_place *place, enum status_state state, const char *reason) {
    bool same = place->state == state && strcmp(place->reason, reason) == 0;
    for (size_t i = 0; i < FLOW_OUTPUT_COUNT; i++)
        place->told[i].news |= !same;
    place->state = state;
    snprintf(place->reason, sizeof(place->reason), "%.199s", reason);
}

// --- Events --------------------------------------------------------------------------------------

static void take_event(struct flow_place *place, enum flow_event event, const struct flow *flow) {
    int r = 0;
    switch (event) {
    case FLOW_NEW:
    case FLOW_UPDATE:
        r = flow_store_put(place->store, flow, FLOW_TOLD);
        break;
    case FLOW_DESTROY:
        flow_store_remove(place->store, flow);
        break;
    case FLOW_LOST:
        break;
    }
    place->lost |= r < 0;
}

static int64_t wall_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * SECOND + now.tv_nsec;
}

static void log_event(struct flow_place *place, enum flow_event event, const struct flow *flow) {
    if (place->log)
        flow_log_add(place->log, event, flow, wall_clock());
}

static void apply(enum flow_event event, const struct flow *flow, void *user_data) {
    log_event(user_data, event, flow);
    take_event(user_data, event, flow);
}

// What waits to be applied has happened all the same.
static void log_message(struct flow_place *place, const struct nlmsghdr *message) {
    struct arena arena = ARENA_INIT;
    struct flow flow = {0};
    enum flow_event event;
    if (place->log && flow_parse(message, &arena, &flow, &event) == 0)
        log_event(place, event, &flow);
    arena_done(&arena);
}

static int keep_message(const struct nlmsghdr *message, void *user_data) {
    struct flow_place *place = user_data;
    log_message(place, message);
    if (place->backlog.len + message->nlmsg_len > BACKLOG_MOST)
        place->lost = true;
    else
        buffer_add(&place->backlog, message, NLMSG_ALIGN(message->nlmsg_len));
    return 0;
}

// Keeps what is heard while the table is read: it is newer than what the reading brings.
static void fill_backlog(struct flow_place *place) {
    int r;
    do {
        r = netlink_receive_each(&place->events, keep_message, place);
        place->lost |= r == -ENOBUFS;
    } while (r == 0 || r == -ENOBUFS);
}

static void apply_backlog(struct flow_place *place) {
    const struct nlmsghdr *message = (const struct nlmsghdr *)place->backlog.data;
    int left = (int)place->backlog.len;
    struct arena arena = ARENA_INIT;
    place->lost |= place->backlog.failed;
    for (; message && nlmsg_ok(message, left);
         message = nlmsg_next((struct nlmsghdr *)(uintptr_t)message, &left)) {
        struct flow flow = {0};
        enum flow_event event;
        if (flow_parse(message, &arena, &flow, &event) == 0)
            take_event(place, event, &flow);
        if (arena.total > 0)
            arena_done(&arena);
    }
    buffer_done(&place->backlog);
}

// What causes it goes on for a while more often than not; and it is to be seen.
static void note_loss(struct flow_place *place) {
    int64_t soonest = clock_now() + LOSS_REST;
    if (!place->stale && place->not_before < soonest)
        place->not_before = soonest;
    place->stale = true;
    place->lost = false;
    log_event(place, FLOW_LOST, NULL);
    set_state(place, STATUS_PARTIAL,
              "events were lost: they came faster than they were read; reading again");
}

// Takes so many datagrams at most. Returns true if there may be more.
static bool take_events(struct flow_place *place, int most) {
    int r = 0;
    for (int i = 0; i < most && r == 0; i++) {
        r = flow_events_read(&place->events, apply, place);
        place->lost |= r == -ENOBUFS;
        r = r == -ENOBUFS ? 0 : r;
    }
    return r == 0;
}

bool flow_place_listen(struct flow_place *place) {
    bool more = take_events(place, READS_AT_ONCE);
    if (place->lost)
        note_loss(place);
    return more;
}

bool flow_place_is_full(struct flow_place *place) {
    size_t most = LEFT_LEAST + flow_store_count(place->store) / LEFT_SHARE;
    if (flow_store_left(place->store) <= most)
        return false;
    flow_store_reclaim(place->store);
    return flow_store_left(place->store) > most;
}

// --- Reading -------------------------------------------------------------------------------------

struct reading {
    struct flow_place *place;
    struct arena arena;
    flow_place_progress *progress;
    void *user_data;
    size_t flows;
};

static int go_on(struct reading *reading) {
    if (++reading->flows % LOOK_EVERY != 0)
        return 0;
    fill_backlog(reading->place);
    return reading->progress(reading->place, reading->user_data) ? 0 : -ECANCELED;
}

static int take_flow(const struct nlmsghdr *message, void *user_data) {
    struct reading *reading = user_data;
    struct flow_place *place = reading->place;
    struct flow flow = {0};
    int r = flow_parse(message, &reading->arena, &flow, NULL);
    if (r == 0)
        r = flow_store_put(place->store, &flow, FLOW_READ);
    if (reading->arena.total > 0)
        arena_done(&reading->arena);
    if (r == -EBADMSG)
        set_state(place, STATUS_PARTIAL, "a message of the kernel's is malformed");
    return r == -ENOMEM ? r : go_on(reading);
}

static void restart(void *user_data) {
    struct reading *reading = user_data;
    flow_store_begin(reading->place->store);
}

static int open_sockets(struct flow_place *place, struct error *err) {
    if (place->open)
        return 0;
    int r = flow_events_open(&place->events, place->netns, err);
    if (r < 0)
        return r;
    r = conntrack_open(&place->questions, place->netns, err);
    if (r < 0)
        netlink_close(&place->events);
    place->open = r == 0;
    return r;
}

// A queue that was full once drops what comes until it is empty, and says so only the first time
// (NETLINK_S_CONGESTED in the kernel's net/netlink/af_netlink.c): what is lost before is in the
// table that is read now, what is lost afterwards is not.
static void empty_queue(struct flow_place *place) {
    bool more = take_events(place, READS_TO_EMPTY);
    place->lost = more;
}

static int read_flows(struct flow_place *place, struct reading *reading, struct error *err) {
    const struct netlink_reader reader = {take_flow, restart, reading};
    int r = open_sockets(place, err);
    if (r < 0)
        return r;
    empty_queue(place);
    flow_store_begin(place->store);
    r = netlink_dump(&place->questions,
                     conntrack_request(NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET, AF_UNSPEC),
                     &reader, err);
    if (r == 0)
        flow_store_end(place->store);
    fill_backlog(place);
    apply_backlog(place);
    return r;
}

static void set_trouble(struct flow_place *place, int r, const struct error *err) {
    struct table words = {.kind = &flow_kind};
    conntrack_trouble(&words, r, err);
    set_state(place, words.status.state, words.status.reason);
}

static int64_t count_difference(struct flow_place *place) {
    struct error err = {0};
    uint64_t count;
    if (flow_get_count(&place->questions, &count, &err) < 0)
        return 0;
    return (int64_t)count - (int64_t)flow_store_count(place->store);
}

// Some flows are counted that nobody is told of, those that are just beginning or ending. More than
// some are another matter, unless the next reading finds as many.
static void doubt(struct flow_place *place, int64_t difference) {
    uint64_t some = SOME_FLOWS + flow_store_count(place->store) / SOME_SHARE;
    place->stale |= (uint64_t)llabs(difference) > some && difference != place->difference;
    place->difference = difference;
    place->differs = 0;
}

void flow_place_read(struct flow_place *place, int64_t now, flow_place_progress *progress,
                     void *user_data) {
    struct reading reading = {.place = place, .progress = progress, .user_data = user_data};
    struct error err = {0};
    place->stale = place->lost = false;
    int r = read_flows(place, &reading, &err);
    int64_t end = clock_now(), rest = REREAD_REST * (end - now);
    place->not_before = end + (rest < REST_MOST ? rest : REST_MOST);
    place->check_not_before = end + CHECK_REST * (end - now);
    place->ready = true;
    if (r == 0)
        set_state(place, STATUS_OK, "");
    else
        set_trouble(place, r, &err);
    if (!place->open || r == -ECANCELED)
        return;
    if (r < 0) { // what the socket still has to say is nothing to go on with
        close_sockets(place);
        place->stale = r == -EINTR;
        return;
    }
    if (place->lost)
        note_loss(place);
    doubt(place, count_difference(place));
}

// --- What the kernel does not tell ---------------------------------------------------------------

void flow_place_check(struct flow_place *place, int64_t now) {
    if (!place->open || place->stale || now < place->check_not_before)
        return;
    int64_t difference = count_difference(place), change = difference - place->difference;
    uint64_t bearable = flow_store_count(place->store) / SHARE_OF_COUNT;
    place->differs = (uint64_t)llabs(change) > bearable ? place->differs + 1 : 0;
    place->stale = place->differs >= DIFFERS_TWICE;
}

const struct flow *flow_place_ask(struct flow_place *place, uint64_t identity) {
    const struct flow *known = flow_store_find(place->store, identity);
    struct arena arena = ARENA_INIT;
    struct error err = {0};
    struct flow flow;
    if (!known || !place->open)
        return NULL;
    int r = flow_get(&place->questions, known, &arena, &flow, &err);
    if (r == 0)
        flow_store_put(place->store, &flow, FLOW_ASKED);
    else if (r == -ENOENT)
        flow_store_remove(place->store, known);
    arena_done(&arena);
    return r == 0 ? flow_store_find(place->store, identity) : NULL;
}
