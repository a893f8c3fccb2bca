// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/trace.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dump/stop.h"
#include "dump/trace_text.h"
#include "dump/writer.h"
#include "model/journey.h"
#include "model/packet_assembly.h"
#include "query/filter_packets.h"
#include "source/node_read.h"
#include "source/trace.h"
#include "source/trace_legacy.h"
#include "source/trace_words.h"

#define READS_AT_ONCE 64 // datagrams of one namespace, before the others have their turn

// One namespace.
struct tracer {
    struct tracing *tracing;
    const struct netns *netns;
    struct trace trace;
    struct trace_legacy legacy;
    struct trace_words *words;
    struct packet_assembly *assembly;
    struct status status;
};

struct tracing {
    const struct trace_request *request;
    struct dump_request dump;
    struct dump_plan plan;
    struct node *node;
    struct arena arena;
    struct filter *filter;
    struct packet_filter packets;
    struct tracer *tracers; // those that could be opened
    size_t count;
    struct journeys *journeys;
    struct pollfd
        *polled; // two sockets of each tracer, then the output, then the signals' descriptor
    size_t polled_count; // of the tracers' sockets
    struct output output;
    struct writer writer;
    struct dump_statuses statuses;
    uint64_t seen;
    int64_t end; // 0: none
    bool lost, denied;
};

static int64_t clock_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void set_status(struct status *status, enum status_state state, const char *reason) {
    status->state = state;
    snprintf(status->reason, sizeof(status->reason), "%.199s", reason);
}

// --- Writing -------------------------------------------------------------------------------------

static bool is_full(const struct tracing *tracing) {
    return tracing->request->count > 0 && tracing->seen >= tracing->request->count;
}

static void write_row(struct tracing *tracing, const struct row_ref *ref) {
    struct chunk chunk = {0};
    writer_format(&tracing->writer, ref, &chunk);
    writer_take(&tracing->writer, &chunk);
    chunk_done(&chunk);
}

// A packet with one of its steps each.
static void write_steps(const struct tracer *tracer, const struct packet *packet) {
    for (size_t i = 0; i < packet->step_count; i++) {
        struct packet one = *packet;
        one.steps = &packet->steps[i];
        one.step_count = 1;
        write_row(tracer->tracing, &(struct row_ref){tracer->tracing->node, tracer->netns, &one});
    }
}

static void write_packet(const struct tracer *tracer, const struct packet *packet) {
    struct tracing *tracing = tracer->tracing;
    const struct row_ref ref = {tracing->node, tracer->netns, packet};
    if (tracing->dump.format == DUMP_TEXT)
        trace_text_format(packet, tracing->count > 1 ? tracer->netns->name : NULL,
                          &tracing->output.buffer);
    else if (tracing->request->steps)
        write_steps(tracer, packet);
    else
        write_row(tracing, &ref);
    tracing->seen++;
}

// A journey counts as a whole: what began before the last packet is written to its end.
static int write_journey(const struct journey_part *parts, size_t count, void *user_data) {
    struct tracing *tracing = user_data;
    bool full = is_full(tracing);
    for (size_t i = 0; i < count; i++) {
        if (!full)
            write_packet(parts[i].where, &parts[i].traced->packet);
        traced_packet_free(parts[i].traced);
    }
    output_flush(&tracing->output);
    return tracing->output.error;
}

static int take_packet(struct traced_packet *traced, void *user_data) {
    struct tracer *tracer = user_data;
    const struct journey_part part = {traced, tracer};
    if (tracer->tracing->count > 1)
        return journeys_add(tracer->tracing->journeys, traced, tracer, clock_now());
    return write_journey(&part, 1, tracer->tracing);
}

static void write_lost(struct tracer *tracer) {
    struct tracing *tracing = tracer->tracing;
    struct buffer *buffer = &tracing->output.buffer;
    tracing->lost = true;
    set_status(&tracer->status, STATUS_PARTIAL,
               "events were lost: they came faster than they were read");
    packet_assembly_lose(tracer->assembly);
    if (tracing->dump.format == DUMP_TEXT)
        return;
    buffer_printf(buffer, "{\"kind\":\"%s\",\"netns\":", packet_kind.name);
    json_format_text(tracer->netns->name, buffer);
    buffer_puts(buffer, ",\"event\":\"lost\"}\n");
}

// --- Reading -------------------------------------------------------------------------------------

static int describe(const struct trace_event *event, struct arena *arena, struct packet_step *step,
                    void *user_data) {
    const struct tracer *tracer = user_data;
    return trace_words_describe(tracer->words, event, arena, step);
}

static int take_event(const struct trace_event *event, void *user_data) {
    struct tracer *tracer = user_data;
    enum packet_event_origin origin = trace_event_origin(&tracer->trace, event);
    return packet_assembly_add(tracer->assembly, event, origin, clock_now());
}

static int read_events(struct tracer *tracer) {
    int r = 0;
    for (int i = 0; i < READS_AT_ONCE && r == 0; i++)
        r = trace_read(&tracer->trace, take_event, tracer);
    if (r == -ENOBUFS)
        write_lost(tracer);
    return r == -EAGAIN || r == -ENOBUFS ? 0 : r;
}

// After the others: what a legacy table tells is of a packet that was chosen before.
static int take_legacy(const struct trace_event *event, void *user_data) {
    struct tracer *tracer = user_data;
    struct trace_event judged = *event;
    trace_words_judge(tracer->words, &judged);
    return packet_assembly_add_legacy(tracer->assembly, &judged, clock_now());
}

static int read_legacy(struct tracer *tracer) {
    int r = 0;
    for (int i = 0; i < READS_AT_ONCE && r == 0 && tracer->legacy.netlink.fd >= 0; i++)
        r = trace_legacy_read(&tracer->legacy, take_legacy, tracer);
    if (r == -ENOBUFS)
        write_lost(tracer);
    return r == -EAGAIN || r == -ENOBUFS ? 0 : r;
}

static int expire(struct tracing *tracing, int64_t now) {
    int r = 0;
    for (size_t i = 0; i < tracing->count && r == 0; i++)
        r = packet_assembly_expire(tracing->tracers[i].assembly, now);
    return r == 0 ? journeys_expire(tracing->journeys, now) : r;
}

// Milliseconds until something is to be done though nothing comes; -1: never.
static int time_to_wait(const struct tracing *tracing) {
    int64_t deadline = journeys_deadline(tracing->journeys);
    if (tracing->end > 0 && tracing->end < deadline)
        deadline = tracing->end;
    for (size_t i = 0; i < tracing->count; i++) {
        int64_t next = packet_assembly_deadline(tracing->tracers[i].assembly);
        deadline = next < deadline ? next : deadline;
    }
    if (deadline == INT64_MAX)
        return -1;
    int64_t left = (deadline - clock_now() + 999999) / 1000000;
    return left < 0 ? 0 : left > 60000 ? 60000 : (int)left;
}

static int wait_for_events(struct tracing *tracing) {
    if (poll(tracing->polled, tracing->polled_count + 2, time_to_wait(tracing)) < 0)
        return errno == EINTR ? 0 : -errno;
    for (size_t i = 0; i < tracing->count; i++) {
        int r = read_events(&tracing->tracers[i]);
        if (r == 0)
            r = read_legacy(&tracing->tracers[i]);
        if (r < 0)
            return r;
    }
    int r = expire(tracing, clock_now());
    output_flush(&tracing->output);
    if (tracing->polled[tracing->polled_count].revents & (POLLERR | POLLNVAL))
        return -EPIPE;
    return r < 0 ? r : tracing->output.error;
}

static int read_until_end(struct tracing *tracing) {
    const struct pollfd *stopped = &tracing->polled[tracing->polled_count + 1];
    int r = 0;
    while (r == 0 && !stopped->revents && !is_full(tracing) &&
           (tracing->end == 0 || clock_now() < tracing->end))
        r = wait_for_events(tracing);
    return r == 0 ? expire(tracing, INT64_MAX) : r;
}

// --- Where ---------------------------------------------------------------------------------------

static bool names_netnses(const struct packet_filter *packets) {
    for (size_t i = 0; i < packets->count; i++) {
        for (size_t j = 0; j < packets->alternatives[i].count; j++) {
            if (packets->alternatives[i].tests[j].selector == PACKET_NETNS)
                return true;
        }
    }
    return false;
}

static void listen_to(struct tracing *tracing, int fd) {
    tracing->polled[tracing->polled_count++] = (struct pollfd){fd, POLLIN, 0};
}

// Without it, what legacy tables do is not seen: that is said.
static void open_legacy(struct tracer *tracer) {
    struct error err = {0};
    tracer->legacy = TRACE_LEGACY_NONE;
    if (!trace_legacy_is_used(tracer->netns))
        return;
    if (trace_legacy_open(&tracer->legacy, tracer->netns, &err) == 0) {
        listen_to(tracer->tracing, tracer->legacy.netlink.fd);
        return;
    }
    error_prefix(&err, "legacy tables are not traced");
    set_status(&tracer->status, STATUS_PARTIAL, err.text);
}

static int open_tracer(struct tracing *tracing, const struct netns *netns) {
    const struct trace_request *request = tracing->request;
    struct tracer *tracer = &tracing->tracers[tracing->count];
    struct error err = {0};
    *tracer =
        (struct tracer){.tracing = tracing, .netns = netns, .status = {.source = packet_kind.name}};
    int r = trace_words_new(netns, &tracer->words);
    if (r < 0)
        return r;
    const struct trace_options options = {
        .filter = &tracing->packets,
        .rate = request->rate ? (uint32_t)request->rate : TRACE_RATE_DEFAULT,
        .replies = !request->no_replies && trace_words_tracks(tracer->words),
    };
    tracer->assembly = packet_assembly_new(describe, take_packet, tracer);
    r = tracer->assembly ? trace_open(&tracer->trace, netns, &options, &err) : -ENOMEM;
    if (r < 0) {
        packet_assembly_free(tracer->assembly);
        trace_words_free(tracer->words);
        tracing->denied |= r == -EPERM || r == -EACCES;
        set_status(&tracer->status, netlink_state_of(r), err.text);
        return r == -ENOMEM ? r : statuses_add(&tracing->statuses, netns->name, &tracer->status);
    }
    tracing->count++;
    listen_to(tracing, tracer->trace.netlink.fd);
    open_legacy(tracer);
    return 0;
}

static int open_in(struct tracing *tracing, const struct netns *netns, struct error *err) {
    if (!trace_concerns(&tracing->packets, netns))
        return 0;
    int r = open_tracer(tracing, netns);
    return r < 0 ? error_set_errno(err, r, "tracing in %s", netns->name) : 0;
}

static int open_named(struct tracing *tracing, struct error *err) {
    const struct netns *netns = NULL;
    if (tracing->dump.netns) {
        int r = node_read_named(tracing->node, tracing->dump.netns, &netns, err);
        return r < 0 ? r : open_in(tracing, netns, err);
    }
    for (size_t i = 0; i < node_count(tracing->node); i++) {
        if (tracing->node->netnses[i].netns->own)
            netns = tracing->node->netnses[i].netns;
    }
    return netns ? open_in(tracing, netns, err)
                 : error_set(err, -ENOENT, "netscope's own namespace was not found");
}

static int open_tracers(struct tracing *tracing, struct error *err) {
    size_t count = node_count(tracing->node);
    tracing->tracers = calloc(count + 1, sizeof(*tracing->tracers));
    tracing->polled = calloc(2 * count + 4, sizeof(*tracing->polled));
    tracing->journeys = journeys_new(write_journey, tracing);
    if (!tracing->tracers || !tracing->polled || !tracing->journeys)
        return error_set(err, -ENOMEM, "memory is out");
    if (tracing->dump.netns || !(tracing->dump.all_netns || names_netnses(&tracing->packets)))
        return open_named(tracing, err);
    int r = 0;
    for (size_t i = 0; i < count && r == 0; i++)
        r = open_in(tracing, tracing->node->netnses[i].netns, err);
    return r;
}

static void close_tracers(struct tracing *tracing) {
    for (size_t i = 0; i < tracing->count; i++) {
        struct tracer *tracer = &tracing->tracers[i];
        statuses_add(&tracing->statuses, tracer->netns->name, &tracer->status);
        trace_legacy_close(&tracer->legacy);
        trace_close(&tracer->trace);
        packet_assembly_free(tracer->assembly);
        trace_words_free(tracer->words);
    }
}

// --- Beginning and end ---------------------------------------------------------------------------

static int read_filter(struct tracing *tracing, size_t *ret_offset, struct error *err) {
    const char *text = tracing->request->filter;
    int r = filter_compile(&packet_kind, text, &tracing->filter, ret_offset, err);
    if (r == 0)
        r = filter_packets(tracing->filter, &tracing->arena, &tracing->packets, err);
    if (r == 0 && !tracing->request->all && text[strspn(text, " \t\n")] == '\0')
        r = error_set(err, -EINVAL, "an empty filter would trace every packet: say --all if so");
    return r < 0 ? error_prefix(err, "--trace"), r : 0;
}

static int run(struct tracing *tracing, struct error *err) {
    int stop_fd = stop_catch();
    tracing->polled[tracing->polled_count] = (struct pollfd){tracing->output.fd, 0, 0};
    tracing->polled[tracing->polled_count + 1] = (struct pollfd){stop_fd, POLLIN, 0};
    if (tracing->request->duration > 0)
        tracing->end = clock_now() + (int64_t)(tracing->request->duration * 1e9);
    if (tracing->dump.format != DUMP_TEXT) {
        writer_begin(&tracing->writer, tracing->node);
        writer_begin_kind(&tracing->writer, 0);
    }
    output_flush(&tracing->output); // the header: it has begun
    int r = stop_fd < 0 ? stop_fd : 0;
    if (r == 0 && tracing->count > 0)
        r = read_until_end(tracing);
    close_tracers(tracing);
    if (tracing->dump.format != DUMP_TEXT) {
        writer_end_kind(&tracing->writer);
        writer_end(&tracing->writer, &tracing->statuses);
    } else if (!statuses_whole(&tracing->statuses, tracing->dump.all_netns)) {
        statuses_report(&tracing->statuses, tracing->dump.all_netns);
    }
    return r < 0 ? error_set_errno(err, r, "trace") : 0;
}

static int prepare(struct tracing *tracing, int fd, size_t *ret_offset, struct error *err) {
    int r = read_filter(tracing, ret_offset, err);
    if (r < 0)
        return r;
    tracing->dump.kinds[0] = KIND_PACKETS;
    tracing->dump.kind_count = 1;
    tracing->dump.filter = NULL;
    r = dump_plan_init(&tracing->dump, &tracing->plan, ret_offset, err);
    if (r < 0)
        return r;
    tracing->output = OUTPUT_INIT(fd);
    tracing->writer = writer_of(&tracing->plan, &tracing->output);
    tracing->node = node_new();
    r = tracing->node ? node_read_namespaces(tracing->node, err)
                      : error_set(err, -ENOMEM, "memory is out");
    return r == 0 ? open_tracers(tracing, err) : r;
}

static enum trace_result result_of(const struct tracing *tracing) {
    if (tracing->count == 0 && tracing->denied)
        return TRACE_DENIED;
    if (tracing->lost)
        return TRACE_LOST;
    return tracing->seen > 0 ? TRACE_SEEN : TRACE_NONE;
}

int trace_run(const struct trace_request *request, const struct dump_request *dump, int fd,
              enum trace_result *ret_result, size_t *ret_filter_offset, struct error *err) {
    struct tracing tracing = {.request = request, .dump = *dump};
    *ret_filter_offset = SIZE_MAX;
    int r = prepare(&tracing, fd, ret_filter_offset, err);
    if (r == 0)
        r = run(&tracing, err);
    int written = output_done(&tracing.output);
    if (r == 0 && written < 0)
        r = error_set_errno(err, written, "standard output");
    if (r == 0)
        *ret_result = result_of(&tracing);
    dump_plan_done(&tracing.plan);
    statuses_done(&tracing.statuses);
    node_free(tracing.node);
    filter_free(tracing.filter);
    arena_done(&tracing.arena);
    journeys_free(tracing.journeys);
    free(tracing.tracers);
    free(tracing.polled);
    return r;
}
