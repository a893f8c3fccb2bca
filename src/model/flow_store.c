// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/flow_store.h"

#include <errno.h>
#include <stdlib.h>

#include "model/flow_copy.h"
#include "model/flow_merge.h"
#include "model/flow_store_state.h"

// --- Making and freeing --------------------------------------------------------------------------

struct flow_store *flow_store_new(void) {
    struct flow_store *store = calloc(1, sizeof(*store));
    if (store)
        atomic_init(&store->references, 1);
    return store;
}

void flow_store_unref(struct flow_store *store) {
    if (atomic_fetch_sub(&store->references, 1) > 1)
        return;
    for (uint32_t place = 0; place < store->page_count * TABLE_PAGE_ROWS; place++)
        free((void *)(uintptr_t)row_at(store, place)->extra);
    for (size_t i = 0; i < store->page_count; i++)
        free(store->pages[i]);
    free(store->pages);
    free(store->used);
    free(store->shown);
    free(store->seen);
    free(store->index);
    free(store->empty);
    free(store->left);
    free(store);
}

void flow_store_free(struct flow_store *store) {
    if (!store)
        return;
    for (size_t i = 0; i < store->snapshot_count; i++)
        table_unref(store->snapshots[i].table);
    free(store->snapshots);
    store->snapshots = NULL;
    store->snapshot_count = 0;
    flow_store_unref(store);
}

size_t flow_store_count(const struct flow_store *store) {
    return store->count;
}

uint64_t flow_store_changes(const struct flow_store *store) {
    return store->changes;
}

size_t flow_store_left(const struct flow_store *store) {
    return store->left_count - store->left_first;
}

size_t flow_store_bytes(const struct flow_store *store) {
    size_t bits = store->page_count * TABLE_PAGE_ROWS / 8;
    return store->page_count * TABLE_PAGE_ROWS * sizeof(struct flow) + 3 * bits +
           store->index_size * sizeof(*store->index) +
           store->empty_capacity * sizeof(*store->empty) +
           store->left_capacity * sizeof(*store->left);
}

// --- Flows ---------------------------------------------------------------------------------------

// Writes the row into an empty place; its older one is left.
static int write_row(struct flow_store *store, const struct flow *flow, const struct flow *older,
                     enum flow_news news, size_t slot) {
    const struct flow_extra *before = older && news == FLOW_TOLD ? older->extra : NULL;
    struct flow_extra *extra = NULL;
    uint32_t place;
    if (flow_store_take_place(store, &place) < 0)
        return -ENOMEM;
    if ((flow->extra || before) && !(extra = flow_extra_copy(flow->extra, before))) {
        flow_store_return_place(store, place);
        return -ENOMEM;
    }
    struct flow *row = row_at(store, place);
    free((void *)(uintptr_t)row->extra);
    *row = *flow;
    row->extra = extra;
    if (older && news == FLOW_TOLD)
        flow_keep_untold(row, older);
    set_bit(store->used, place);
    set_bit(store->seen, place);
    store->count++;
    store->changes++;
    if (store->counting)
        flow_counting_add(store->counting, row);
    if (older)
        flow_store_leave_place(store, store->index[slot] - 1);
    store->index[slot] = place + 1;
    return 0;
}

int flow_store_put(struct flow_store *store, const struct flow *flow, enum flow_news news) {
    if (flow_store_reserve_left(store) < 0 || flow_index_reserve(store) < 0)
        return -ENOMEM;
    size_t slot = flow_index_find(store, flow);
    uint32_t place = store->index[slot];
    const struct flow *older = place ? row_at(store, place - 1) : NULL;
    if (older && news == FLOW_READ && flow_is_unchanged(flow, older)) {
        set_bit(store->seen, place - 1);
        return 0;
    }
    return write_row(store, flow, older, news, slot);
}

bool flow_store_remove(struct flow_store *store, const struct flow *flow) {
    if (store->index_size == 0 || flow_store_reserve_left(store) < 0)
        return false;
    size_t slot = flow_index_find(store, flow);
    uint32_t place = store->index[slot];
    if (place == 0)
        return false;
    flow_index_remove(store, slot);
    flow_store_leave_place(store, place - 1);
    return true;
}

const struct flow *flow_store_find(const struct flow_store *store, uint64_t identity) {
    if (store->index_size == 0)
        return NULL;
    size_t slot = flow_index_start(store, (uint32_t)identity);
    for (; store->index[slot] != 0; slot = (slot + 1) & (store->index_size - 1)) {
        const struct flow *flow = row_at(store, store->index[slot] - 1);
        if (flow->id == (uint32_t)identity && flow_kind.identity(flow) == identity)
            return flow;
    }
    return NULL;
}

// --- Reading anew --------------------------------------------------------------------------------

void flow_store_begin(struct flow_store *store) {
    if (store->page_count > 0)
        memset(store->seen, 0, store->page_count * PAGE_WORDS * sizeof(*store->seen));
    store->reading = true;
}

void flow_store_end(struct flow_store *store) {
    for (size_t word = 0; store->reading && word < store->page_count * PAGE_WORDS; word++) {
        uint64_t gone = store->used[word] & ~store->seen[word];
        for (; gone != 0; gone &= gone - 1) {
            uint32_t place = (uint32_t)(word * WORD_BITS) + (uint32_t)__builtin_ctzll(gone);
            flow_store_remove(store, row_at(store, place));
        }
    }
    store->reading = false;
}

// --- Counting ------------------------------------------------------------------------------------

static int count_all(struct flow_store *store, struct flow_counting *counting) {
    int r = 0;
    for (uint32_t place = 0; r == 0 && place < store->page_count * TABLE_PAGE_ROWS; place++) {
        if (has_bit(store->used, place))
            r = flow_counting_add(counting, row_at(store, place));
    }
    return r;
}

int flow_store_count_by(struct flow_store *store, struct flow_counting *counting) {
    int r = counting ? count_all(store, counting) : 0;
    store->counting = r == 0 ? counting : NULL;
    return r;
}
