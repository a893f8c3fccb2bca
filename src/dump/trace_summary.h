// SPDX-License-Identifier: GPL-2.0-or-later
// What --trace --summary writes at its end: how many packets each rule decided on, and how many
// took each way.
#ifndef DUMP_TRACE_SUMMARY_H
#define DUMP_TRACE_SUMMARY_H

#include <stdint.h>

#include "dump/writer.h"
#include "model/netns.h"
#include "model/packet_summary.h"

// Of a trace that began at a time (nanoseconds since 1970). One of zeroes else is empty.
struct trace_summary {
    int64_t begin;
    struct trace_summary_place *places; // namespaces
    size_t count;
};
void trace_summary_done(struct trace_summary *summary);

// Counts a packet of the namespace, which must live as long. Returns 0 or -ENOMEM.
int trace_summary_add(struct trace_summary *summary, const struct netns *netns,
                      const struct packet *packet);

// Writes the rows, as they stand at that time, in the order that was asked for or their own. The
// writer's kind has begun. Returns 0 or -ENOMEM.
int trace_summary_write(const struct trace_summary *summary, int64_t now, const struct node *node,
                        struct writer *writer);

#endif
