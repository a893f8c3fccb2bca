// SPDX-License-Identifier: GPL-2.0-or-later
// What a place has to tell: its flows, summaries of them, and what happened to them.
#include <string.h>
#include <time.h>

#include "model/kind.h"
#include "source/flow_place.h"

#define SECOND     INT64_C(1000000000)
#define TELL_EVERY (SECOND / 4)
#define TELL_REST  9 // times as long as making a table took, no other one is made

static int64_t clock_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * SECOND + now.tv_nsec;
}

static uint64_t count_changes(const struct flow_place *place, enum flow_output output) {
    if (output == FLOW_OUTPUT_EVENTS)
        return flow_log_count(place->log);
    return flow_store_changes(place->store);
}

// --- What is wanted ------------------------------------------------------------------------------

static bool begin_counting(struct flow_place *place) {
    if (!place->counting)
        place->counting = flow_counting_new();
    return place->counting && flow_store_count_by(place->store, place->counting) == 0;
}

static void end_counting(struct flow_place *place) {
    flow_store_count_by(place->store, NULL);
    flow_counting_free(place->counting);
    place->counting = NULL;
}

static void want_summaries(struct flow_place *place, bool wanted) {
    struct flow_told *told = &place->told[FLOW_OUTPUT_SUMMARIES];
    if (wanted == told->wanted)
        return;
    told->wanted = told->news = wanted && begin_counting(place);
    if (!told->wanted)
        end_counting(place);
}

// Once it is kept, the log goes on: who comes back sees what happened meanwhile.
static void want_events(struct flow_place *place, bool wanted) {
    struct flow_told *told = &place->told[FLOW_OUTPUT_EVENTS];
    if (wanted && !place->log)
        place->log = flow_log_new();
    told->news |= wanted && !told->wanted;
    told->wanted = wanted && place->log;
}

void flow_place_want(struct flow_place *place, uint32_t wanted) {
    want_summaries(place, wanted & KIND_BIT(KIND_FLOW_SUMMARIES));
    want_events(place, wanted & KIND_BIT(KIND_FLOW_EVENTS));
}

// --- Telling -------------------------------------------------------------------------------------

bool flow_place_has_news(const struct flow_place *place, enum flow_output output) {
    const struct flow_told *told = &place->told[output];
    if (!told->wanted || !place->ready)
        return false;
    return told->news || told->changes != count_changes(place, output);
}

static struct table *summarise(struct flow_place *place) {
    struct table *table = table_new(&flow_summary_kind);
    if (table && flow_counting_fill(place->counting, place->netns->name, table) < 0)
        table_trouble(table, STATUS_FAILED, "out of memory");
    return table;
}

static struct table *make_table(struct flow_place *place, enum flow_output output) {
    switch (output) {
    case FLOW_OUTPUT_FLOWS:
        return flow_store_snapshot(place->store);
    case FLOW_OUTPUT_SUMMARIES:
        return summarise(place);
    case FLOW_OUTPUT_EVENTS:
        return flow_log_table(place->log);
    case FLOW_OUTPUT_COUNT:
        break;
    }
    return NULL;
}

struct table *flow_place_tell(struct flow_place *place, enum flow_output output) {
    struct flow_told *told = &place->told[output];
    int64_t start = clock_now();
    uint64_t changes = count_changes(place, output);
    struct table *table = make_table(place, output);
    int64_t end = clock_now(), rest = TELL_REST * (end - start);
    told->not_before = end + (rest > TELL_EVERY ? rest : TELL_EVERY);
    if (!table)
        return NULL;
    told->news = false;
    told->changes = changes;
    if (place->state > table->status.state) {
        table->status.state = place->state;
        memcpy(table->status.reason, place->reason, sizeof(place->reason));
    }
    return table;
}
