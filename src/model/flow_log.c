// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "model/flow_copy.h"
#include "model/flow_event.h"

#define ROOM_LEAST 64

// A ring once it is full: the event of a number stands at its remainder.
struct flow_log {
    struct flow_event_row *rows; // what is behind their pointers is the log's
    size_t room;                 // a power of two
    uint64_t count;
};

struct flow_log *flow_log_new(void) {
    return calloc(1, sizeof(struct flow_log));
}

static void drop_extra(struct flow_event_row *row) {
    free((void *)(uintptr_t)row->flow.extra);
    row->flow.extra = NULL;
}

void flow_log_free(struct flow_log *log) {
    if (!log)
        return;
    for (size_t i = 0; i < log->room; i++)
        drop_extra(&log->rows[i]);
    free(log->rows);
    free(log);
}

uint64_t flow_log_count(const struct flow_log *log) {
    return log->count;
}

// A namespace in which little happens needs little; before the ring is full, it is a list.
static bool make_room(struct flow_log *log) {
    if (log->count < log->room || log->room == FLOW_LOG_MOST)
        return true;
    size_t room = log->room ? log->room * 2 : ROOM_LEAST;
    struct flow_event_row *rows = reallocarray(log->rows, room, sizeof(*rows));
    if (!rows)
        return false;
    memset(rows + log->room, 0, (room - log->room) * sizeof(*rows));
    log->rows = rows;
    log->room = room;
    return true;
}

void flow_log_add(struct flow_log *log, enum flow_event event, const struct flow *flow,
                  int64_t time) {
    struct flow_extra *extra = NULL;
    if (!make_room(log) || (flow && flow->extra && !(extra = flow_extra_copy(flow->extra, NULL))))
        return;
    struct flow_event_row *row = &log->rows[log->count & (log->room - 1)];
    drop_extra(row);
    *row = (struct flow_event_row){.time = time, .number = log->count, .event = (uint8_t)event};
    if (flow)
        row->flow = *flow;
    row->flow.extra = extra;
    log->count++;
}

static int add_row(struct table *table, const struct flow_event_row *from) {
    struct flow_event_row *row = table_add(table);
    if (!row)
        return -1;
    *row = *from;
    if (!from->flow.extra)
        return 0;
    void *memory = arena_alloc(&table->arena, flow_extra_size(from->flow.extra));
    row->flow.extra = memory ? flow_extra_write(from->flow.extra, memory) : NULL;
    return memory ? 0 : -1;
}

struct table *flow_log_table(const struct flow_log *log) {
    struct table *table = table_new(&flow_event_kind);
    size_t kept = log->count < log->room ? (size_t)log->count : log->room;
    int r = table ? table_reserve(table, kept) : -1;
    for (uint64_t number = log->count - kept; r == 0 && number < log->count; number++)
        r = add_row(table, &log->rows[number & (log->room - 1)]);
    if (r == 0)
        return table;
    table_unref(table);
    return NULL;
}
