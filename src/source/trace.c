// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/trace.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/netfilter/nfnetlink.h>

#include "source/trace_event_parse.h"
#include "source/trace_rules.h"

#define TABLE_PREFIX "netscope-"
#define NAMES_MAX    16
#define QUEUE_BYTES  (4 * 1024 * 1024) // of events that wait: some ten thousand

static const unsigned groups[] = {NFNLGRP_NFTRACE};

// What the kernel answers to the table is told as what it means.
static int explain(int r, struct error *err) {
    switch (r) {
    case -EPERM:
        return error_set(err, r, "tracing needs CAP_NET_ADMIN in the namespace");
    case -EINVAL:
    case -EOPNOTSUPP:
        return error_set(
            err, -EOPNOTSUPP,
            "this kernel cannot remove a table with the program that made it (it takes "
            "Linux 5.12 and nf_tables): not tracing");
    default:
        return error_prefix(err, "the rules of the trace"), r;
    }
}

static int begin(struct trace *trace, const struct netns *netns,
                 const struct trace_options *options, struct error *err) {
    const struct trace_rules rules = {
        .table = trace->table,
        .filter = options->filter,
        .netns = netns->name,
        .rate = options->rate,
        .replies = options->replies,
        .owned = true,
    };
    int size = QUEUE_BYTES;
    int r = netlink_listen(&trace->netlink, groups, sizeof(groups) / sizeof(groups[0]), false, err);
    if (r < 0)
        return explain(r, err);
    setsockopt(trace->netlink.fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
    // Another netscope, whose processes are numbered apart, can have the name.
    for (unsigned i = 2;
         (r = trace_rules_write(&rules, &trace->netlink, err)) == -EEXIST && i <= NAMES_MAX; i++)
        snprintf(trace->table, sizeof(trace->table), TABLE_PREFIX "%d-%u", (int)getpid(), i);
    return r < 0 ? explain(r, err) : 0;
}

int trace_open(struct trace *trace, const struct netns *netns, const struct trace_options *options,
               struct error *err) {
    snprintf(trace->table, sizeof(trace->table), TABLE_PREFIX "%d", (int)getpid());
    int r = netlink_open(&trace->netlink, netns, NETLINK_NETFILTER, err);
    if (r < 0)
        return r;
    r = begin(trace, netns, options, err);
    if (r < 0)
        netlink_close(&trace->netlink);
    return r;
}

void trace_close(struct trace *trace) {
    netlink_close(&trace->netlink);
}

struct reading {
    trace_event_sink *sink;
    void *user_data;
    struct arena arena;
};

static int take_message(const struct nlmsghdr *message, void *user_data) {
    struct reading *reading = user_data;
    struct trace_event event;
    int r = trace_event_parse(message, &reading->arena, &event);
    if (r == 0)
        return reading->sink(&event, reading->user_data);
    return r == -ENOMEM ? r : 0;
}

int trace_read(struct trace *trace, trace_event_sink *sink, void *user_data) {
    struct reading reading = {.sink = sink, .user_data = user_data};
    int r = netlink_receive_each(&trace->netlink, take_message, &reading);
    arena_done(&reading.arena);
    return r;
}

enum packet_event_origin trace_event_origin(const struct trace *trace,
                                            const struct trace_event *event) {
    if (strcmp(event->table, trace->table) != 0)
        return PACKET_EVENT_OTHER;
    return strcmp(event->chain, TRACE_CHAIN_CHOSEN) == 0 ? PACKET_EVENT_CHOSEN : PACKET_EVENT_OURS;
}

bool trace_concerns(const struct packet_filter *filter, const struct netns *netns) {
    return trace_rules_concern(filter, netns->name);
}

bool trace_names_netnses(const struct packet_filter *filter) {
    for (size_t i = 0; i < filter->count; i++) {
        for (size_t j = 0; j < filter->alternatives[i].count; j++) {
            if (filter->alternatives[i].tests[j].selector == PACKET_NETNS)
                return true;
        }
    }
    return false;
}
