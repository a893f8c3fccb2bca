// SPDX-License-Identifier: GPL-2.0-or-later
// What legacy tables (iptables-legacy) tell of packets that have the trace bit: a line of the
// kernel's log for each rule that matches. While a trace runs, the namespace's log goes to this
// socket instead (net.netfilter.nf_log); a child process sees to it that what was there is put
// back, however netscope ends.
#ifndef SOURCE_TRACE_LEGACY_H
#define SOURCE_TRACE_LEGACY_H

#include "model/netns.h"
#include "model/trace_event.h"
#include "source/netlink.h"

struct trace_legacy {
    struct netlink netlink; // fd < 0: nothing is heard
    int watcher;            // the child's end follows this descriptor's; -1: none
};
#define TRACE_LEGACY_NONE ((struct trace_legacy){.netlink.fd = -1, .watcher = -1})

// Whether the namespace has legacy tables of ip or ip6, without making any.
bool trace_legacy_is_used(const struct netns *netns);

// Begins to hear of them. Returns 0; -EBUSY if another program takes the namespace's log; or
// -errno; then nothing is changed.
int trace_legacy_open(struct trace_legacy *legacy, const struct netns *netns, struct error *err);
void trace_legacy_close(struct trace_legacy *legacy);

// As trace_read: gives sink an event for each line. It has no id, and no verdict, since the kernel
// does not say them.
int trace_legacy_read(struct trace_legacy *legacy,
                      int (*sink)(const struct trace_event *event, void *user_data),
                      void *user_data);

#endif
