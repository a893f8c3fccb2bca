// SPDX-License-Identifier: GPL-2.0-or-later
// A trace as its user asks for it in a line: which packets, how many a second. Pure.
#ifndef TUI_TRACE_ORDER_H
#define TUI_TRACE_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "model/packet_filter.h"
#include "query/filter.h"

// What stands in the line when a person begins to type, and what it can hold.
#define TRACE_ORDER_START "10/s "
#define TRACE_ORDER_HELP                                                                         \
    "N/s: packets a second; no-replies; bridge; ingress; force; FILTER (src dst proto ...), or " \
    "all"

struct trace_order {
    char *text;         // as it was typed
    const char *choice; // the part of it that says which packets
    uint32_t rate;      // packets a second in each namespace
    bool replies;       // packets that answer, too
    unsigned hooks;     // enum trace_hooks: frames from there, too
    bool force;         // also where the kernel does not remove the tables by itself
    bool names_netnses; // the filter says where; else it is where the user is
    struct packet_filter packets;
    struct filter *filter; // whose texts those of packets are
    struct arena arena;
};

// Reads "[N/s] [no-replies] [bridge] [ingress] [force] FILTER", where "all" is every packet:
// nothing typed is refused. Returns 0 and the caller's; or -EINVAL, with the place in the text
// (SIZE_MAX if it is no place), or -ENOMEM.
int trace_order_parse(const char *text, struct trace_order **ret_order, size_t *ret_offset,
                      struct error *err);
void trace_order_free(struct trace_order *order); // NULL is nothing

#endif
