// SPDX-License-Identifier: GPL-2.0-or-later
// Flows that come, change and go in any order, are read anew, counted and looked at: the store
// holds what a plain list of them holds, and a snapshot what the list held when it was taken. Four
// bytes are one step.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/flow_copy.h"
#include "model/flow_merge.h"
#include "model/flow_store.h"
#include "model/flow_summary.h"

#define FLOWS_MOST     128 // that differ in what they are known by
#define SNAPSHOTS_MOST 4
#define STEP_BYTES     4
#define STEPS_MOST     256 // longer ones are only slower

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// The list: by what flows are known by.
struct entry {
    bool there, seen;
    struct flow flow; // its extra is the list's
};

struct held {
    struct table *table;
    bool there[FLOWS_MOST];
    struct flow flows[FLOWS_MOST];
};

struct checked {
    struct flow_store *store;
    struct flow_counting *counting;
    struct entry entries[FLOWS_MOST];
    struct held held[SNAPSHOTS_MOST];
    bool reading;
};

static void require(bool holds) {
    if (!holds)
        abort();
}

// The kernel's id says little (some have the same one), the zone and the tuple the rest.
static struct flow make_flow(uint8_t which, uint8_t detail, struct flow_extra *extra) {
    struct flow flow = {.id = which % 16,
                        .zone = which / 16 % 2,
                        .family = which / 32 % 2 ? ADDRESS_IPV6 : ADDRESS_IPV4,
                        .protocol = 6,
                        .state = detail % 3 ? FLOW_ESTABLISHED : FLOW_STATELESS,
                        .known = detail % 5 ? FLOW_HAS_PORTS | FLOW_HAS_COUNTERS : FLOW_HAS_PORTS,
                        .timeout = detail,
                        .packets = detail,
                        .mark = detail / 4};
    flow.orig.sport = flow.reply.dport = which / 64;
    *extra = (struct flow_extra){.helper = detail % 7 ? NULL : "ftp"};
    if (flow.family == ADDRESS_IPV6) {
        uint8_t bytes[16] = {0xfd, which};
        extra->src = extra->dst = address_from_bytes(bytes, 16);
    }
    if (flow.family == ADDRESS_IPV6 || extra->helper)
        flow.extra = extra;
    return flow;
}

static void drop(struct entry *entry) {
    free((void *)(uintptr_t)entry->flow.extra);
    *entry = (struct entry){0};
}

// --- Steps, of the store and of the list ---------------------------------------------------------

static void put(struct checked *checked, uint8_t which, uint8_t detail, enum flow_news news) {
    struct entry *entry = &checked->entries[which % FLOWS_MOST];
    struct flow_extra extra;
    struct flow flow = make_flow(which % FLOWS_MOST, detail, &extra);
    require(flow_store_put(checked->store, &flow, news) == 0);
    entry->seen = true;
    if (entry->there && news == FLOW_READ && flow_is_unchanged(&flow, &entry->flow))
        return;
    const struct flow_extra *older = entry->there && news == FLOW_TOLD ? entry->flow.extra : NULL;
    struct flow_extra *own = flow.extra || older ? flow_extra_copy(flow.extra, older) : NULL;
    if (entry->there && news == FLOW_TOLD)
        flow_keep_untold(&flow, &entry->flow);
    drop(entry);
    *entry = (struct entry){.there = true, .seen = true, .flow = flow};
    entry->flow.extra = own;
}

static void take_out(struct checked *checked, uint8_t which) {
    struct entry *entry = &checked->entries[which % FLOWS_MOST];
    struct flow_extra extra;
    struct flow flow = make_flow(which % FLOWS_MOST, 0, &extra);
    require(flow_store_remove(checked->store, &flow) == entry->there);
    drop(entry);
}

static void begin_reading(struct checked *checked) {
    flow_store_begin(checked->store);
    checked->reading = true;
    for (size_t i = 0; i < FLOWS_MOST; i++)
        checked->entries[i].seen = false;
}

static void end_reading(struct checked *checked) {
    flow_store_end(checked->store);
    for (size_t i = 0; checked->reading && i < FLOWS_MOST; i++) {
        if (checked->entries[i].there && !checked->entries[i].seen)
            drop(&checked->entries[i]);
    }
    checked->reading = false;
}

static void count(struct checked *checked, bool wanted) {
    require(flow_store_count_by(checked->store, NULL) == 0);
    flow_counting_free(checked->counting);
    checked->counting = wanted ? flow_counting_new() : NULL;
    require(flow_store_count_by(checked->store, checked->counting) == 0);
}

// --- Snapshots -----------------------------------------------------------------------------------

static size_t find_held(const struct held *held, const struct flow *row) {
    for (size_t i = 0; i < FLOWS_MOST; i++) {
        const struct flow *flow = &held->flows[i];
        if (held->there[i] && flow->id == row->id && flow->zone == row->zone &&
            flow->family == row->family && flow->orig.sport == row->orig.sport)
            return i;
    }
    abort();
}

// What was there then, is there, once, and as it was.
static void check_held(const struct held *held) {
    size_t wanted = 0, found = 0;
    for (size_t i = 0; i < FLOWS_MOST; i++)
        wanted += held->there[i];
    for (size_t i = 0; i < held->table->count; i++) {
        if (!table_has(held->table, i))
            continue;
        const struct flow *row = table_row(held->table, i);
        const struct flow *then = &held->flows[find_held(held, row)];
        require(row->mark == then->mark && row->timeout == then->timeout &&
                row->state == then->state && row->packets == then->packets);
        if (row->family == ADDRESS_IPV6)
            require(flow_address(row, FLOW_SRC).bytes[0] == 0xfd);
        found++;
    }
    require(found == wanted && table_row_count(held->table) == wanted);
}

static void let_go(struct held *held) {
    if (held->table)
        check_held(held);
    table_unref(held->table);
    *held = (struct held){0};
}

static void look(struct checked *checked, uint8_t which) {
    struct held *held = &checked->held[which % SNAPSHOTS_MOST];
    let_go(held);
    held->table = flow_store_snapshot(checked->store);
    require(held->table != NULL);
    for (size_t i = 0; i < FLOWS_MOST; i++) {
        held->there[i] = checked->entries[i].there;
        held->flows[i] = checked->entries[i].flow;
    }
}

// --- All -----------------------------------------------------------------------------------------

static void check(const struct checked *checked) {
    size_t there = 0;
    for (size_t i = 0; i < FLOWS_MOST; i++) {
        const struct entry *entry = &checked->entries[i];
        there += entry->there;
        if (!entry->there)
            continue;
        uint64_t identity = flow_kind.identity(&entry->flow);
        const struct flow *found = flow_store_find(checked->store, identity);
        require(found && flow_kind.identity(found) == identity);
    }
    require(flow_store_count(checked->store) == there);
}

static void check_counting(const struct checked *checked) {
    struct table *table = table_new(&flow_summary_kind);
    require(table && flow_counting_fill(checked->counting, "here", table) == 0);
    for (size_t i = 0; i < table->count; i++) {
        const struct flow_summary *row = table_row(table, i);
        require(row->all_flows == flow_store_count(checked->store) && row->flows > 0);
        require(row->by != FLOW_BY_NETNS || row->flows == row->all_flows);
    }
    table_unref(table);
}

static void step(struct checked *checked, const uint8_t *bytes) {
    switch (bytes[0] % 9) {
    case 0:
    case 1:
    case 2:
        put(checked, bytes[1], bytes[2], (enum flow_news)(bytes[0] % 9));
        break;
    case 3:
        take_out(checked, bytes[1]);
        break;
    case 4:
        begin_reading(checked);
        break;
    case 5:
        end_reading(checked);
        break;
    case 6:
        look(checked, bytes[1]);
        break;
    case 7:
        let_go(&checked->held[bytes[1] % SNAPSHOTS_MOST]);
        require(flow_store_reclaim(checked->store) == 0);
        break;
    case 8:
        count(checked, bytes[1] % 2);
        break;
    }
    if (checked->counting)
        check_counting(checked);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct checked *checked = calloc(1, sizeof(*checked));
    require(checked && (checked->store = flow_store_new()));
    for (size_t i = 0; i < STEPS_MOST && (i + 1) * STEP_BYTES <= size; i++) {
        step(checked, data + i * STEP_BYTES);
        check(checked);
    }
    flow_store_free(checked->store);
    for (size_t i = 0; i < SNAPSHOTS_MOST; i++)
        let_go(&checked->held[i]); // snapshots outlive the store
    for (size_t i = 0; i < FLOWS_MOST; i++)
        drop(&checked->entries[i]);
    flow_counting_free(checked->counting);
    free(checked);
    return 0;
}
