// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/trace.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "dump/stop.h"
#include "dump/trace_summary.h"
#include "dump/trace_text.h"
#include "dump/writer.h"
#include "model/packet_assembly.h"
#include "query/filter_packets.h"
#include "source/node_read.h"
#include "source/trace_group.h"

#define WAIT_MOST 60000 // milliseconds

struct tracing {
    const struct trace_request *request;
    struct dump_request dump;
    struct dump_plan plan;
    struct node *node;
    struct arena arena;
    struct filter *filter;
    struct packet_filter packets;
    struct trace_group *group;
    struct pollfd *polled; // the group's, then the output, then the signals' descriptor
    size_t polled_count;   // of the group's
    struct output output;
    struct writer writer;
    struct dump_statuses statuses;
    struct trace_summary summary;
    uint64_t seen;
    int64_t end; // 0: none
    bool lost, denied;
};

static int64_t clock_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
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

static void write_steps(struct tracing *tracing, const struct netns *netns,
                        const struct packet *packet) {
    for (size_t i = 0; i < packet->step_count; i++)
        write_row(tracing, &(struct row_ref){tracing->node, netns, &packet->steps[i]});
}

static int write_packet(struct tracing *tracing, const struct netns *netns,
                        const struct packet *packet) {
    const struct row_ref ref = {tracing->node, netns, packet};
    tracing->seen++;
    if (tracing->request->summary)
        return trace_summary_add(&tracing->summary, netns, packet);
    if (tracing->dump.format == DUMP_TEXT)
        trace_text_format(packet, trace_group_count(tracing->group) > 1 ? netns->name : NULL,
                          &tracing->output.buffer);
    else if (tracing->request->steps)
        write_steps(tracing, netns, packet);
    else
        write_row(tracing, &ref);
    return 0;
}

// A journey counts as a whole: what began before the last packet is written to its end.
static int write_journey(const struct journey_part *parts, size_t count, void *user_data) {
    struct tracing *tracing = user_data;
    bool full = is_full(tracing);
    int r = 0;
    for (size_t i = 0; i < count; i++) {
        if (!full && r == 0)
            r = write_packet(tracing, parts[i].where, &parts[i].traced->packet);
        traced_packet_unref(parts[i].traced);
    }
    output_flush(&tracing->output);
    return r < 0 ? r : tracing->output.error;
}

static void write_lost(const struct netns *netns, uint64_t count, void *user_data) {
    struct tracing *tracing = user_data;
    struct buffer *buffer = &tracing->output.buffer;
    tracing->lost = true;
    if (tracing->request->summary)
        return; // its status says so at the end
    if (tracing->dump.format == DUMP_TEXT) {
        text_printable(netns->name, strlen(netns->name), buffer);
        buffer_printf(buffer, ": %llu events were lost\n", (unsigned long long)count);
        return;
    }
    buffer_printf(buffer, "{\"kind\":\"%s\",\"netns\":", tracing->writer.kind->kind->name);
    json_format_text(netns->name, buffer);
    buffer_printf(buffer, ",\"event\":\"lost\",\"count\":%llu}\n", (unsigned long long)count);
}

// --- Reading -------------------------------------------------------------------------------------

// Milliseconds until something is to be done though nothing comes; -1: never.
static int time_to_wait(const struct tracing *tracing) {
    int wait = trace_group_wait(tracing->group);
    if (tracing->end == 0)
        return wait;
    int64_t left = (tracing->end - clock_now() + 999999) / 1000000;
    left = left < 0 ? 0 : left > WAIT_MOST ? WAIT_MOST : left;
    return wait >= 0 && wait < left ? wait : (int)left;
}

static int wait_for_events(struct tracing *tracing) {
    if (poll(tracing->polled, tracing->polled_count + 2, time_to_wait(tracing)) < 0)
        return errno == EINTR ? 0 : -errno;
    int r = trace_group_read(tracing->group);
    if (r == 0)
        r = trace_group_expire(tracing->group, false);
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
    return r == 0 ? trace_group_expire(tracing->group, true) : r;
}

// --- Where ---------------------------------------------------------------------------------------

// That one namespace cannot be traced does not end it for the others.
static int open_tracer(struct tracing *tracing, const struct netns *netns) {
    struct status status = {.source = packet_kind.name};
    struct error err = {0};
    int r = trace_group_add(tracing->group, netns, &err);
    if (r == 0 || r == -ENOMEM)
        return r;
    tracing->denied |= r == -EPERM || r == -EACCES;
    status.state = r == -EOPNOTSUPP ? STATUS_FAILED : netlink_state_of(r); // it was asked for
    snprintf(status.reason, sizeof(status.reason), "%.199s", err.text);
    return statuses_add(&tracing->statuses, netns->name, &status);
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
    const struct trace_request *request = tracing->request;
    const struct trace_options options = {
        .filter = &tracing->packets,
        .rate = request->rate ? (uint32_t)request->rate : TRACE_RATE_DEFAULT,
        .replies = !request->no_replies,
        .force = request->force,
        .hooks = request->hooks,
    };
    const struct trace_group_sink sink = {write_journey, write_lost, tracing};
    size_t count = node_count(tracing->node);
    tracing->group = trace_group_new(&options, &sink);
    tracing->polled = calloc(count + 2, sizeof(*tracing->polled));
    if (!tracing->group || !tracing->polled)
        return error_set(err, -ENOMEM, "memory is out");
    if (tracing->dump.netns || !(tracing->dump.all_netns || trace_names_netnses(&tracing->packets)))
        return open_named(tracing, err);
    int r = 0;
    for (size_t i = 0; i < count && r == 0; i++)
        r = open_in(tracing, tracing->node->netnses[i].netns, err);
    if (r == 0 && trace_group_count(tracing->group) == 0 && tracing->statuses.count == 0)
        r = error_set(err, -ENOENT, "there is no namespace that the filter names");
    return r;
}

static void close_tracers(struct tracing *tracing) {
    for (size_t i = 0; i < trace_group_count(tracing->group); i++)
        statuses_add(&tracing->statuses, trace_group_netns(tracing->group, i)->name,
                     trace_group_status(tracing->group, i));
    trace_group_free(tracing->group);
    tracing->group = NULL;
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

// What people read of packets has a form of its own.
static bool uses_writer(const struct tracing *tracing) {
    return tracing->dump.format != DUMP_TEXT || tracing->request->summary;
}

static int write_end(struct tracing *tracing) {
    int r = 0;
    if (tracing->request->summary)
        r = trace_summary_write(&tracing->summary, clock_now(), tracing->node, &tracing->writer);
    if (uses_writer(tracing)) {
        writer_end_kind(&tracing->writer);
        writer_end(&tracing->writer, &tracing->statuses);
    } else if (!statuses_whole(&tracing->statuses, tracing->dump.all_netns)) {
        statuses_report(&tracing->statuses, tracing->dump.all_netns);
    }
    return r;
}

static int run(struct tracing *tracing, struct error *err) {
    int stop_fd = stop_catch();
    tracing->polled_count = trace_group_poll(tracing->group, tracing->polled);
    tracing->polled[tracing->polled_count] = (struct pollfd){tracing->output.fd, 0, 0};
    tracing->polled[tracing->polled_count + 1] = (struct pollfd){stop_fd, POLLIN, 0};
    if (tracing->request->duration > 0)
        tracing->end = clock_now() + (int64_t)(tracing->request->duration * 1e9);
    tracing->summary.begin = clock_now();
    if (uses_writer(tracing)) {
        writer_begin(&tracing->writer, tracing->node);
        writer_begin_kind(&tracing->writer, 0);
    }
    output_flush(&tracing->output); // the header: it has begun
    int r = stop_fd < 0 ? stop_fd : 0;
    if (r == 0 && trace_group_count(tracing->group) > 0)
        r = read_until_end(tracing);
    close_tracers(tracing);
    int ended = write_end(tracing);
    r = r < 0 ? r : ended;
    return r < 0 ? error_set_errno(err, r, "trace") : 0;
}

static enum kind_id kind_of(const struct trace_request *request) {
    if (request->summary)
        return KIND_PACKET_SUMMARIES;
    return request->steps ? KIND_STEPS : KIND_PACKETS;
}

static int prepare(struct tracing *tracing, int fd, size_t *ret_offset, struct error *err) {
    int r = read_filter(tracing, ret_offset, err);
    if (r < 0)
        return r;
    tracing->dump.kinds[0] = kind_of(tracing->request);
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
    if (tracing->polled_count == 0)
        return tracing->denied ? TRACE_DENIED : TRACE_REFUSED;
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
    trace_group_free(tracing.group);
    trace_summary_done(&tracing.summary);
    free(tracing.polled);
    return r;
}
