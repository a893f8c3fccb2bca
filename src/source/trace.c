// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/trace.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/sock_diag.h>

#include "ruleset/ruleset.h"
#include "source/keeper.h"
#include "source/netns_enter.h"
#include "source/trace_event_parse.h"
#include "source/trace_legacy.h"
#include "source/trace_legacy_parse.h"
#include "source/trace_rules.h"

#define TRIES       5
#define QUEUE_BYTES (4 * 1024 * 1024) // of events that wait: some ten thousand

static const unsigned groups[] = {NFNLGRP_NFTRACE};

// --- Tables --------------------------------------------------------------------------------------

static const struct {
    uint8_t number;
    unsigned hooks; // enum trace_hooks that it is for; 0: always
    const char *words;
} families[] = {
    {NFPROTO_INET, 0, "inet"},
    {NFPROTO_BRIDGE, TRACE_HOOKS_BRIDGE, "bridge"},
    {NFPROTO_NETDEV, TRACE_HOOKS_INGRESS, "netdev"},
};
#define FAMILIES (sizeof(families) / sizeof(families[0]))

static bool is_wanted(size_t family, const struct trace_options *options) {
    return families[family].hooks == 0 || families[family].hooks & options->hooks;
}

// An older kernel's answer to a flag that it does not know.
static bool knows_no_owner(int r) {
    return r == -EINVAL || r == -EOPNOTSUPP;
}

// What the kernel answers to an empty table is told as what it means.
static int explain(int r, size_t family, bool owned, struct error *err) {
    if (r == -EPERM)
        return error_set(err, r, "tracing needs CAP_NET_ADMIN in the namespace");
    if (owned && knows_no_owner(r))
        return error_set(err, -EOPNOTSUPP,
                         "this kernel does not remove a table of the family %s with the program "
                         "that made it (it takes nf_tables of Linux 5.12): not without --force",
                         families[family].words);
    if (r == -EOPNOTSUPP || r == -EAFNOSUPPORT)
        return error_set(err, -EOPNOTSUPP, "this kernel has no nf_tables of the family %s",
                         families[family].words);
    return error_prefix(err, "the table of the trace"), r;
}

static int make_tables(struct trace *trace, const struct trace_rules *rules,
                       const struct trace_options *options, size_t *ret_family, struct error *err) {
    int r = 0;
    for (size_t i = 0; i < FAMILIES && r == 0; i++) {
        *ret_family = i;
        if (!is_wanted(i, options))
            continue;
        r = trace_rules_make_table(rules, families[i].number, &trace->netlink, err);
        trace->families |= r == 0 ? 1U << i : 0;
    }
    return r;
}

// Of tables that go with their owner's socket the kernel tells nobody, and its generation stays:
// who shows the rules would go on to show these.
static void unmake_tables(struct trace *trace) {
    for (size_t i = 0; i < FAMILIES; i++) {
        if (!(trace->families & 1U << i))
            continue;
        struct buffer message =
            trace_rules_removal(trace->table, families[i].number, &trace->netlink);
        if (message.len > 0)
            send(trace->netlink.fd, message.data, message.len, 0);
        buffer_done(&message);
    }
    trace->families = 0;
}

// --- Where the kernel does not remove them -------------------------------------------------------

struct removal {
    int fd;
    struct buffer messages[FAMILIES];
};

static void remove_tables(const void *data) {
    const struct removal *removal = data;
    for (size_t i = 0; i < FAMILIES; i++) {
        if (removal->messages[i].len > 0)
            send(removal->fd, removal->messages[i].data, removal->messages[i].len, 0);
    }
}

// The child has a socket of its own: netscope's goes with netscope.
static int start_keeper(struct trace *trace, const struct netns *netns,
                        const struct trace_options *options, struct error *err) {
    struct netlink netlink;
    int r = netlink_open(&netlink, netns, NETLINK_NETFILTER, err);
    if (r < 0)
        return r;
    struct removal removal = {.fd = netlink.fd};
    for (size_t i = 0; i < FAMILIES; i++) {
        if (is_wanted(i, options))
            removal.messages[i] = trace_rules_removal(trace->table, families[i].number, &netlink);
    }
    r = keeper_start(&(struct keeper_task){remove_tables, &removal, netlink.fd});
    for (size_t i = 0; i < FAMILIES; i++)
        buffer_done(&removal.messages[i]);
    netlink_close(&netlink);
    if (r < 0)
        return error_set_errno(err, r, "a process that removes the table afterwards");
    trace->keeper = r;
    return 0;
}

// --- What is in them ----------------------------------------------------------------------------

// The interfaces that are there now: ingress is a matter of each.
static int list_devices(const struct netns *netns, struct trace_rules *rules, struct error *err) {
    int r = netns_enter(netns, err);
    if (r < 0)
        return r;
    rules->devices = if_nameindex();
    r = rules->devices ? 0 : error_set_errno(err, -errno, "names of interfaces");
    netns_leave(netns);
    return r;
}

// One of them can go before its name is used.
static int fill_ingress(struct trace *trace, const struct netns *netns, struct trace_rules *rules,
                        struct error *err) {
    int r = -ENOENT;
    for (int i = 0; i < TRIES && r == -ENOENT; i++) {
        r = list_devices(netns, rules, err);
        if (r < 0)
            return r;
        r = trace_rules_fill_table(rules, NFPROTO_NETDEV, &trace->netlink, err);
        if_freenameindex(rules->devices);
    }
    return r;
}

static int fill_tables(struct trace *trace, const struct netns *netns, struct trace_rules *rules,
                       const struct trace_options *options, struct error *err) {
    int r = trace_rules_fill_table(rules, NFPROTO_INET, &trace->netlink, err);
    if (r == 0 && options->hooks & TRACE_HOOKS_BRIDGE)
        r = trace_rules_fill_table(rules, NFPROTO_BRIDGE, &trace->netlink, err);
    if (r == 0 && options->hooks & TRACE_HOOKS_INGRESS)
        r = fill_ingress(trace, netns, rules, err);
    return r < 0 ? error_prefix(err, "the rules of the trace"), r : 0;
}

// --- Beginning and end ---------------------------------------------------------------------------

// Without it, what legacy tables do is not seen: that is said.
static void hear_legacy(struct trace *trace, const struct netns *netns) {
    if (trace_legacy_is_used(netns) &&
        trace_legacy_begin(&trace->netlink, netns, &trace->log_keeper, &trace->legacy) < 0)
        error_prefix(&trace->legacy, "legacy tables are not traced");
}

static int make_tables_anyhow(struct trace *trace, const struct netns *netns,
                              const struct trace_options *options, struct trace_rules *rules,
                              struct error *err) {
    size_t family = 0;
    int r = make_tables(trace, rules, options, &family, err);
    if (knows_no_owner(r) && options->force) {
        rules->owned = false;
        r = start_keeper(trace, netns, options, err);
        if (r < 0)
            return r;
        r = make_tables(trace, rules, options, &family, err);
    }
    return r < 0 ? explain(r, family, rules->owned, err) : 0;
}

static int hear(struct trace *trace, struct error *err) {
    int size = QUEUE_BYTES;
    int r = netlink_listen(&trace->netlink, groups, sizeof(groups) / sizeof(groups[0]), false, err);
    if (r == 0)
        setsockopt(trace->netlink.fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
    return r == -EPERM ? explain(r, 0, true, err) : r;
}

// Empty tables first: a kernel that refuses does so before anything is changed.
static int begin(struct trace *trace, const struct netns *netns,
                 const struct trace_options *options, struct error *err) {
    struct trace_rules rules = {
        .table = trace->table,
        .filter = options->filter,
        .netns = netns->name,
        .rate = options->rate,
        .replies = options->replies,
        .tracked = options->tracked,
        .owned = true,
    };
    int r = hear(trace, err);
    if (r == 0)
        r = make_tables_anyhow(trace, netns, options, &rules, err);
    if (r < 0)
        return r;
    hear_legacy(trace, netns);
    return fill_tables(trace, netns, &rules, options, err);
}

// Two programs can have the same number, in two namespaces of processes.
static int name_table(struct trace *trace, struct error *err) {
    uint32_t number;
    if (getrandom(&number, sizeof(number), 0) != sizeof(number))
        return error_set_errno(err, -errno, "a random number");
    snprintf(trace->table, sizeof(trace->table), NF_TRACE_TABLE "%d-%08x", (int)getpid(), number);
    return 0;
}

int trace_open(struct trace *trace, const struct netns *netns, const struct trace_options *options,
               struct error *err) {
    *trace = (struct trace){.netlink.fd = -1, .keeper = -1, .log_keeper = -1};
    int r = name_table(trace, err);
    if (r == 0)
        r = netlink_open(&trace->netlink, netns, NETLINK_NETFILTER, err);
    if (r == 0)
        r = begin(trace, netns, options, err);
    if (r < 0)
        trace_close(trace);
    return r;
}

void trace_close(struct trace *trace) {
    unmake_tables(trace);
    netlink_close(&trace->netlink);
    keeper_end(trace->keeper);
    keeper_end(trace->log_keeper);
    trace->keeper = trace->log_keeper = -1;
}

// --- Reading -------------------------------------------------------------------------------------

struct reading {
    trace_event_sink *sink;
    void *user_data;
    struct arena arena;
};

static int take_message(const struct nlmsghdr *message, void *user_data) {
    struct reading *reading = user_data;
    struct trace_event event;
    int r = trace_event_parse(message, &reading->arena, &event);
    if (r == -ENOMSG)
        r = trace_legacy_parse(message, &reading->arena, &event);
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

uint64_t trace_lost(const struct trace *trace) {
    uint32_t numbers[SK_MEMINFO_VARS] = {0};
    socklen_t size = sizeof(numbers);
    getsockopt(trace->netlink.fd, SOL_SOCKET, SO_MEMINFO, numbers, &size);
    return numbers[SK_MEMINFO_DROPS];
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
