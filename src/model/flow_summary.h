// SPDX-License-Identifier: GPL-2.0-or-later
// What flows have in common: how many there are of each state, protocol, source, destination and
// service, and in all.
#ifndef MODEL_FLOW_SUMMARY_H
#define MODEL_FLOW_SUMMARY_H

#include "model/flow.h"
#include "model/table.h"

enum flow_summary_by {
    FLOW_BY_NETNS,
    FLOW_BY_STATE,
    FLOW_BY_PROTOCOL,
    FLOW_BY_SRC,
    FLOW_BY_DST,
    FLOW_BY_SERVICE, // destination, protocol and port
    FLOW_BY_COUNT,
};

struct flow_summary {
    uint8_t by; // enum flow_summary_by
    const char *value;
    uint64_t flows, all_flows;   // of the namespace
    struct maybe packets, bytes; // both ways; unknown where accounting was off
};

extern const struct kind flow_summary_kind;
extern const struct enum_names flow_summary_by_names;

// Counts flows as they come.
struct flow_counting;

// Returns a counting, or NULL when memory is out.
struct flow_counting *flow_counting_new(void);
void flow_counting_free(struct flow_counting *counting);

// Counts a flow. Returns 0, or -ENOMEM, and then the counting is of no more use. Takes one out that
// was counted, as it was then.
int flow_counting_add(struct flow_counting *counting, const struct flow *flow);
void flow_counting_remove(struct flow_counting *counting, const struct flow *flow);

// Adds a row to the table for each value that came, and for the namespace of that name. Returns 0
// or -ENOMEM.
int flow_counting_fill(const struct flow_counting *counting, const char *netns,
                       struct table *table);

#endif
