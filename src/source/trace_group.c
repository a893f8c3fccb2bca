// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/trace_group.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "source/trace_words.h"

#define READS_AT_ONCE 64    // datagrams of one namespace, before the others have their turn
#define ROUNDS_AT_END 1024  // of those, of one that ends
#define WAIT_MOST     60000 // milliseconds

// One namespace.
struct tracer {
    struct trace_group *group;
    const struct netns *netns;
    struct trace trace;
    uint64_t lost;   // messages of the kernel's, as far as that is told
    bool losing;     // and those that waited before them are still being read
    int64_t drained; // all that had happened by then was read
    struct trace_words *words;
    struct packet_assembly *assembly;
    struct status status;
};

struct trace_group {
    struct trace_options options;
    struct trace_group_sink sink;
    struct tracer **tracers;
    size_t count;
    struct journeys *journeys;
};

static int64_t clock_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

// --- Packets -------------------------------------------------------------------------------------

static int take_journey(const struct journey_part *parts, size_t count, void *user_data) {
    struct trace_group *group = user_data;
    return group->sink.packets(parts, count, group->sink.user_data);
}

// Of one namespace alone, none waits for a further part.
static int take_packet(struct traced_packet *traced, void *user_data) {
    struct tracer *tracer = user_data;
    const struct journey_part part = {traced, tracer->netns};
    if (tracer->group->count > 1)
        return journeys_add(tracer->group->journeys, traced, tracer->netns, clock_now());
    return take_journey(&part, 1, tracer->group);
}

static int describe(const struct trace_event *event, struct arena *arena, struct packet_step *step,
                    void *user_data) {
    const struct tracer *tracer = user_data;
    return trace_words_describe(tracer->words, event, arena, step);
}

// --- Reading -------------------------------------------------------------------------------------

static void set_partial(struct tracer *tracer, const char *reason) {
    tracer->status.state = STATUS_PARTIAL;
    snprintf(tracer->status.reason, sizeof(tracer->status.reason), "%.199s", reason);
}

static void note_loss(struct tracer *tracer) {
    const struct trace_group_sink *sink = &tracer->group->sink;
    uint64_t lost = trace_lost(&tracer->trace);
    char reason[80];
    snprintf(reason, sizeof(reason), "%llu events were lost: they came faster than they were read",
             (unsigned long long)lost);
    set_partial(tracer, lost > 0 ? reason : strchr(reason, 'e'));
    tracer->losing = true;
    sink->lost(tracer->netns, lost - tracer->lost, sink->user_data);
    tracer->lost = lost;
}

// The kernel tells of a loss first, then come the events from before it. It drops all that comes
// until they are read: what is under way then has lost its end.
static void note_drained(struct tracer *tracer, int64_t now) {
    tracer->drained = now;
    trace_words_settle(tracer->words);
    if (tracer->losing)
        packet_assembly_lose(tracer->assembly);
    tracer->losing = false;
}

// What a legacy table tells has no verdict: that stands in its rules.
static int take_event(const struct trace_event *event, void *user_data) {
    struct tracer *tracer = user_data;
    struct trace_event judged = *event;
    if (!event->legacy)
        return packet_assembly_add(tracer->assembly, event,
                                   trace_event_origin(&tracer->trace, event), clock_now());
    int r = trace_words_judge(tracer->words, &judged);
    return r == 0 ? packet_assembly_add_legacy(tracer->assembly, &judged, clock_now()) : r;
}

static int read_events(struct tracer *tracer) {
    int64_t now = clock_now();
    int r = 0;
    for (int i = 0; i < READS_AT_ONCE && r == 0; i++)
        r = trace_read(&tracer->trace, take_event, tracer);
    if (r == -ENOBUFS)
        note_loss(tracer);
    if (r == -EAGAIN)
        note_drained(tracer, now);
    return r == -EAGAIN || r == -ENOBUFS ? 0 : r;
}

int trace_group_read(struct trace_group *group) {
    int r = 0;
    for (size_t i = 0; i < group->count && r == 0; i++)
        r = read_events(group->tracers[i]);
    return r;
}

// What waits still belongs to the packets that are under way.
static int read_rest(struct tracer *tracer) {
    int64_t before = tracer->drained;
    int r = 0;
    for (int i = 0; i < ROUNDS_AT_END && r == 0 && tracer->drained == before; i++)
        r = read_events(tracer);
    if (tracer->drained == before)
        packet_assembly_lose(tracer->assembly);
    return r;
}

// A packet is idle if nothing came of it, not if what came was not read yet.
int trace_group_expire(struct trace_group *group, bool end) {
    int r = 0;
    for (size_t i = 0; i < group->count && r == 0; i++) {
        struct tracer *tracer = group->tracers[i];
        r = end ? read_rest(tracer) : 0;
        if (r == 0)
            r = packet_assembly_expire(tracer->assembly, end ? INT64_MAX : tracer->drained);
    }
    return r == 0 ? journeys_expire(group->journeys, end ? INT64_MAX : clock_now()) : r;
}

int trace_group_wait(const struct trace_group *group) {
    int64_t deadline = journeys_deadline(group->journeys);
    for (size_t i = 0; i < group->count; i++) {
        int64_t next = packet_assembly_deadline(group->tracers[i]->assembly);
        deadline = next < deadline ? next : deadline;
    }
    if (deadline == INT64_MAX)
        return -1;
    int64_t left = (deadline - clock_now() + 999999) / 1000000;
    return left < 0 ? 0 : left > WAIT_MOST ? WAIT_MOST : (int)left;
}

size_t trace_group_poll(const struct trace_group *group, struct pollfd *ret_polled) {
    for (size_t i = 0; i < group->count; i++)
        ret_polled[i] = (struct pollfd){group->tracers[i]->trace.netlink.fd, POLLIN, 0};
    return group->count;
}

// --- Namespaces ----------------------------------------------------------------------------------

static void free_tracer(struct tracer *tracer) {
    trace_words_free(tracer->words);
    packet_assembly_free(tracer->assembly);
    free(tracer);
}

static int prepare(struct trace_group *group, const struct netns *netns, struct tracer *tracer,
                   struct error *err) {
    *tracer =
        (struct tracer){.group = group, .netns = netns, .status = {.source = packet_kind.name}};
    tracer->assembly = packet_assembly_new(describe, take_packet, tracer);
    int r = tracer->assembly ? trace_words_new(netns, &tracer->words) : -ENOMEM;
    return r < 0 ? error_set_errno(err, r, "tracing in %s", netns->name) : 0;
}

static int open_trace(struct tracer *tracer, struct error *err) {
    struct trace_options options = tracer->group->options;
    options.tracked = trace_words_tracks(tracer->words);
    int r = trace_open(&tracer->trace, tracer->netns, &options, err);
    if (r == 0 && trace_words_refresh(tracer->words) < 0) {
        trace_close(&tracer->trace);
        return error_set(err, -ENOMEM, "memory is out");
    }
    if (r == 0 && tracer->trace.legacy.code < 0)
        set_partial(tracer, tracer->trace.legacy.text);
    return r;
}

int trace_group_add(struct trace_group *group, const struct netns *netns, struct error *err) {
    struct tracer **grown = reallocarray(group->tracers, group->count + 1, sizeof(struct tracer *));
    struct tracer *tracer = grown ? calloc(1, sizeof(*tracer)) : NULL;
    if (grown)
        group->tracers = grown;
    if (!tracer)
        return error_set(err, -ENOMEM, "memory is out");
    int r = prepare(group, netns, tracer, err);
    if (r == 0)
        r = open_trace(tracer, err);
    if (r < 0) {
        free_tracer(tracer);
        return r;
    }
    group->tracers[group->count++] = tracer;
    return 0;
}

static void close_tracer(struct tracer *tracer) {
    trace_close(&tracer->trace);
    free_tracer(tracer);
}

int trace_group_remove(struct trace_group *group, const struct netns *netns) {
    size_t i = 0;
    while (i < group->count && group->tracers[i]->netns != netns)
        i++;
    if (i == group->count)
        return 0;
    int r = packet_assembly_expire(group->tracers[i]->assembly, INT64_MAX);
    close_tracer(group->tracers[i]);
    memmove(&group->tracers[i], &group->tracers[i + 1],
            (--group->count - i) * sizeof(struct tracer *));
    return r;
}

size_t trace_group_count(const struct trace_group *group) {
    return group->count;
}

const struct netns *trace_group_netns(const struct trace_group *group, size_t place) {
    return group->tracers[place]->netns;
}

const struct status *trace_group_status(const struct trace_group *group, size_t place) {
    return &group->tracers[place]->status;
}

// --- The group -----------------------------------------------------------------------------------

struct trace_group *trace_group_new(const struct trace_options *options,
                                    const struct trace_group_sink *sink) {
    struct trace_group *group = calloc(1, sizeof(*group));
    if (!group)
        return NULL;
    group->options = *options;
    group->sink = *sink;
    group->journeys = journeys_new(take_journey, group);
    if (group->journeys)
        return group;
    free(group);
    return NULL;
}

void trace_group_free(struct trace_group *group) {
    if (!group)
        return;
    for (size_t i = 0; i < group->count; i++)
        close_tracer(group->tracers[i]);
    free(group->tracers);
    journeys_free(group->journeys);
    free(group);
}
