// SPDX-License-Identifier: GPL-2.0-or-later
// A trace in one namespace: tables of netscope's own that mark packets, and the kernel's events of
// them. The kernel removes the tables when the socket is closed, however netscope ends; where it
// does not know how to, a child process does, if that is asked for.
#ifndef SOURCE_TRACE_H
#define SOURCE_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/netns.h"
#include "model/packet_assembly.h"
#include "model/packet_filter.h"
#include "model/trace_event.h"
#include "source/netlink.h"

#define TRACE_RATE_DEFAULT 10 // packets a second
#define TRACE_RATE_MAX     1000000

// Where packets are chosen besides prerouting and output of IP.
enum trace_hooks {
    TRACE_HOOKS_BRIDGE = 1 << 0,  // frames in bridges
    TRACE_HOOKS_INGRESS = 1 << 1, // frames as an interface takes them in
};

struct trace_options {
    const struct packet_filter *filter;
    uint32_t rate;  // packets a second in each namespace, and for each of the hooks as many again
    bool replies;   // of flows that match too
    bool tracked;   // the namespace tracks connections, which tells replies to IP's hooks
    bool force;     // also where a child process has to remove the tables
    unsigned hooks; // enum trace_hooks
};

struct trace {
    struct netlink netlink;
    char table[32];         // "netscope-PID-NUMBER"
    unsigned families;      // in which it was made: a bit each
    int keeper, log_keeper; // child processes (source/keeper.h): of the tables, of the log
    struct error legacy;    // why legacy tables are not traced; of no code: they are, or are none
};

// Begins to trace in the namespace. Until trace_close it stays, whoever else leaves it. Returns 0;
// -EPERM without CAP_NET_ADMIN there; -EOPNOTSUPP if the kernel cannot tie a table to a program, or
// knows no such tables; or -errno; the words in err.
int trace_open(struct trace *trace, const struct netns *netns, const struct trace_options *options,
               struct error *err);

// Ends it, and waits until all is as it was.
void trace_close(struct trace *trace);

// Takes an event, which lives as long as the call. Returns 0 or -errno, which ends the reading.
typedef int trace_event_sink(const struct trace_event *event, void *user_data);

// Takes what waits to be read in one go, without waiting: events of nftables and of legacy tables
// in the order in which they happened. Returns 0, -EAGAIN if there was nothing, -ENOBUFS if some
// were lost, or what sink did.
int trace_read(struct trace *trace, trace_event_sink *sink, void *user_data);

// How many messages of the kernel's were lost since the trace began (Linux 4.12; 0: not known).
uint64_t trace_lost(const struct trace *trace);

// Whether the event is of netscope's own rules.
enum packet_event_origin trace_event_origin(const struct trace *trace,
                                            const struct trace_event *event);

// True if packets of the namespace can pass the filter, by what it says of namespaces.
bool trace_concerns(const struct packet_filter *filter, const struct netns *netns);

// True if the filter says anything of namespaces.
bool trace_names_netnses(const struct packet_filter *filter);

#endif
