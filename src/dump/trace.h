// SPDX-License-Identifier: GPL-2.0-or-later
// --trace: packets and their ways through the chains, written as they happen.
#ifndef DUMP_TRACE_H
#define DUMP_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "dump/plan.h"

struct trace_request {
    const char *filter; // query/filter.h, of packet_kind
    bool all;           // an empty filter is meant so
    bool no_replies;
    bool steps;      // as ndjson: a row for each step, of packet_step_kind
    bool summary;    // how many by rule and by path at the end, in place of the packets
    bool force;      // also where the kernel does not remove the tables with their program
    unsigned hooks;  // enum trace_hooks
    uint64_t rate;   // packets a second in each namespace; 0: TRACE_RATE_DEFAULT
    uint64_t count;  // of packets, after which to end; 0: no end
    double duration; // seconds after which to end; 0: no end
};

enum trace_result {
    TRACE_SEEN,
    TRACE_NONE,    // no packet matched
    TRACE_LOST,    // events were lost
    TRACE_REFUSED, // nothing could be traced
    TRACE_DENIED,  // nothing could be traced, for want of a privilege
};

// Traces until the request's end, SIGINT, SIGTERM, SIGHUP, or until the reader of fd leaves. `dump`
// says where (netns, all_netns) and in which form. Returns 0 and what came of it; -EINVAL, with the
// place in the filter (SIZE_MAX if it is not that); -EPIPE when the reader has left; or -errno.
int trace_run(const struct trace_request *request, const struct dump_request *dump, int fd,
              enum trace_result *ret_result, size_t *ret_filter_offset, struct error *err);

#endif
