// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/follow.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "dump/stop.h"
#include "model/flow.h"
#include "model/json.h"
#include "source/flow_events.h"

#define READS_AT_ONCE 64 // datagrams of one namespace, before the others have their turn

// One namespace.
struct follower {
    struct follow *follow;
    const struct netns *netns;
    struct netlink netlink;
    struct status status;
};

struct follow {
    struct writer *writer;
    const struct node *node;
    struct follower *followers; // those that could be opened
    size_t count;
    struct pollfd *polled; // the followers' sockets, then the output, then the signals' descriptor
    struct chunk chunk;
};

// --- Lines ---------------------------------------------------------------------------------------

static void write_event(enum flow_event event, const struct flow *flow, void *user_data) {
    const struct follower *follower = user_data;
    struct follow *follow = follower->follow;
    const struct row_ref ref = {follow->node, follower->netns, flow};
    const struct filter *filter = follow->writer->kind->filter;
    if (filter && !filter_match(filter, &ref))
        return;
    follow->writer->event = flow_event_names.names[event];
    writer_format(follow->writer, &ref, &follow->chunk);
}

static void write_chunk(struct follow *follow) {
    writer_take(follow->writer, &follow->chunk);
    chunk_clear(&follow->chunk);
}

static void write_lost(struct follower *follower) {
    struct buffer *buffer = &follower->follow->writer->output->buffer;
    write_chunk(follower->follow);
    buffer_printf(buffer, "{\"kind\":\"%s\",\"netns\":", flow_kind.name);
    json_format_text(follower->netns->name, buffer);
    buffer_puts(buffer, ",\"event\":\"lost\"}\n");
}

// --- Reading -------------------------------------------------------------------------------------

static void set_status(struct status *status, enum status_state state, const char *reason) {
    status->state = state;
    snprintf(status->reason, sizeof(status->reason), "%.199s", reason);
}

static int read_events(struct follower *follower) {
    int r = 0;
    for (int i = 0; i < READS_AT_ONCE && r == 0; i++)
        r = flow_events_read(&follower->netlink, write_event, follower);
    if (r == -ENOBUFS) {
        write_lost(follower);
        set_status(&follower->status, STATUS_PARTIAL,
                   "events were lost: they came faster than they were read");
    }
    return r == -EAGAIN || r == -ENOBUFS ? 0 : r;
}

static int wait_for_events(struct follow *follow) {
    if (poll(follow->polled, follow->count + 2, -1) < 0)
        return errno == EINTR ? 0 : -errno;
    for (size_t i = 0; i < follow->count; i++) {
        int r = follow->polled[i].revents ? read_events(&follow->followers[i]) : 0;
        if (r < 0)
            return r;
    }
    write_chunk(follow);
    output_flush(follow->writer->output);
    if (follow->polled[follow->count].revents & (POLLERR | POLLNVAL))
        return -EPIPE;
    return follow->writer->output->error;
}

static int read_until_stopped(struct follow *follow) {
    const struct pollfd *stopped = &follow->polled[follow->count + 1];
    int r = 0;
    while (r == 0 && !stopped->revents)
        r = wait_for_events(follow);
    return r;
}

// --- Beginning and end ---------------------------------------------------------------------------

static int open_follower(struct follow *follow, const struct netns *netns,
                         struct dump_statuses *statuses) {
    struct follower *follower = &follow->followers[follow->count];
    struct error err = {0};
    *follower =
        (struct follower){.follow = follow, .netns = netns, .status = {.source = flow_kind.name}};
    int r = flow_events_open(&follower->netlink, netns, &err);
    if (r < 0) {
        set_status(&follower->status, netlink_state_of(r), err.text);
        return statuses_add(statuses, netns->name, &follower->status);
    }
    follow->polled[follow->count++] = (struct pollfd){follower->netlink.fd, POLLIN, 0};
    return 0;
}

static int close_followers(struct follow *follow, struct dump_statuses *statuses) {
    int result = 0;
    for (size_t i = 0; i < follow->count; i++) {
        struct follower *follower = &follow->followers[i];
        int r = statuses_add(statuses, follower->netns->name, &follower->status);
        result = result < 0 ? result : r;
        netlink_close(&follower->netlink);
    }
    return result;
}

static int run(struct follow *follow, const struct netns *const *netnses, size_t count,
               struct dump_statuses *statuses) {
    int stop_fd = stop_catch();
    int r = stop_fd < 0 ? stop_fd : 0;
    for (size_t i = 0; i < count && r == 0; i++)
        r = open_follower(follow, netnses[i], statuses);
    follow->polled[follow->count] = (struct pollfd){follow->writer->output->fd, 0, 0};
    follow->polled[follow->count + 1] = (struct pollfd){stop_fd, POLLIN, 0};
    output_flush(follow->writer->output); // the header: it has begun
    if (r == 0 && follow->count > 0)
        r = read_until_stopped(follow);
    int closed = close_followers(follow, statuses);
    return r < 0 ? r : closed;
}

int follow_flows(struct writer *writer, const struct node *node, const struct netns *const *netnses,
                 size_t count, struct dump_statuses *statuses) {
    struct follow follow = {.writer = writer, .node = node};
    follow.followers = calloc(count, sizeof(*follow.followers));
    follow.polled = calloc(count + 2, sizeof(*follow.polled));
    int r = follow.followers && follow.polled ? run(&follow, netnses, count, statuses) : -ENOMEM;
    chunk_done(&follow.chunk);
    free(follow.followers);
    free(follow.polled);
    return r;
}
