// SPDX-License-Identifier: GPL-2.0-or-later
// What happens to flows, as it happens: a log of the last events of one namespace.
#ifndef MODEL_FLOW_EVENT_H
#define MODEL_FLOW_EVENT_H

#include "model/flow.h"
#include "model/table.h"

#define FLOW_LOG_MOST 4096 // events that a log keeps

enum flow_event {
    FLOW_NEW,
    FLOW_UPDATE,
    FLOW_DESTROY,
    FLOW_LOST, // events were lost here: there is no flow
};

// A row of the kind: a flow as the event tells it, so that the fields of flows read it.
struct flow_event_row {
    struct flow flow;
    int64_t time;    // when it was heard: nanoseconds since 1970
    uint64_t number; // counts events
    uint8_t event;   // enum flow_event
};
_Static_assert(offsetof(struct flow_event_row, flow) == 0,
               "fields of flows read the row as a flow");

extern const struct kind flow_event_kind;
extern const struct enum_names flow_event_names;

struct flow_log;

// Returns an empty log, or NULL when memory is out.
struct flow_log *flow_log_new(void);
void flow_log_free(struct flow_log *log);

// Adds an event of the flow, which is copied (NULL: FLOW_LOST); the oldest one goes when there are
// too many. When memory is out, it is not there.
void flow_log_add(struct flow_log *log, enum flow_event event, const struct flow *flow,
                  int64_t time);

// So many were added so far.
uint64_t flow_log_count(const struct flow_log *log);

// Returns the events that are kept, the oldest first, as a table of the caller's; NULL when memory
// is out.
struct table *flow_log_table(const struct flow_log *log);

#endif
