// SPDX-License-Identifier: GPL-2.0-or-later
// Where the rows of a store of flows stand: in pages, at places that are written again only when no
// snapshot has them any more.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/flow_store_state.h"

static int grow_bits(uint64_t **bits, size_t pages) {
    uint64_t *grown = reallocarray(*bits, pages * PAGE_WORDS, sizeof(**bits));
    if (!grown)
        return -ENOMEM;
    memset(grown + (pages - 1) * PAGE_WORDS, 0, PAGE_WORDS * sizeof(*grown));
    *bits = grown;
    return 0;
}

static int reserve_empty(struct flow_store *store, size_t capacity) {
    if (capacity <= store->empty_capacity)
        return 0;
    capacity += capacity / 2;
    uint32_t *grown = reallocarray(store->empty, capacity, sizeof(*grown));
    if (!grown)
        return -ENOMEM;
    store->empty = grown;
    store->empty_capacity = capacity;
    return 0;
}

// Adds a page of empty places, the first to be taken first.
static int add_page(struct flow_store *store) {
    size_t pages = store->page_count + 1;
    if (pages > UINT32_MAX / TABLE_PAGE_ROWS)
        return -ENOMEM;
    struct flow **grown = reallocarray(store->pages, pages, sizeof(*grown));
    if (!grown)
        return -ENOMEM;
    store->pages = grown;
    if (grow_bits(&store->used, pages) < 0 || grow_bits(&store->shown, pages) < 0 ||
        grow_bits(&store->seen, pages) < 0 ||
        reserve_empty(store, store->empty_count + TABLE_PAGE_ROWS) < 0)
        return -ENOMEM;
    struct flow *page = calloc(TABLE_PAGE_ROWS, sizeof(*page));
    if (!page)
        return -ENOMEM;
    store->pages[store->page_count] = page;
    store->page_count = pages;
    uint32_t first = (uint32_t)(pages - 1) * TABLE_PAGE_ROWS;
    for (uint32_t i = TABLE_PAGE_ROWS; i > 0; i--)
        store->empty[store->empty_count++] = first + i - 1;
    return 0;
}

// Forgets snapshots that nobody but the store holds.
static void forget_snapshots(struct flow_store *store) {
    size_t kept = 0;
    for (size_t i = 0; i < store->snapshot_count; i++) {
        if (atomic_load(&store->snapshots[i].table->references) > 1)
            store->snapshots[kept++] = store->snapshots[i];
        else
            table_unref(store->snapshots[i].table);
    }
    store->snapshot_count = kept;
}

// Makes places empty that no snapshot has any more.
int flow_store_reclaim(struct flow_store *store) {
    forget_snapshots(store);
    while (store->left_first < store->left_count) {
        const struct left_place *left = &store->left[store->left_first];
        if (store->snapshot_count > 0 && store->snapshots[0].number <= left->snapshot)
            break;
        if (reserve_empty(store, store->empty_count + 1) < 0)
            return -ENOMEM;
        store->empty[store->empty_count++] = left->place;
        store->left_first++;
    }
    size_t rest = store->left_count - store->left_first;
    if (store->left_first > rest) {
        memmove(store->left, store->left + store->left_first, rest * sizeof(*store->left));
        store->left_count = rest;
        store->left_first = 0;
    }
    return 0;
}

int flow_store_take_place(struct flow_store *store, uint32_t *ret_place) {
    int r = store->empty_count == 0 ? flow_store_reclaim(store) : 0;
    if (r == 0 && store->empty_count == 0)
        r = add_page(store);
    if (r == 0)
        *ret_place = store->empty[--store->empty_count];
    return r;
}

int flow_store_reserve_left(struct flow_store *store) {
    if (reserve_empty(store, store->empty_count + 1) < 0)
        return -ENOMEM;
    if (store->left_count < store->left_capacity)
        return 0;
    size_t capacity = store->left_capacity ? store->left_capacity * 2 : 256;
    void *grown = reallocarray(store->left, capacity, sizeof(*store->left));
    if (!grown)
        return -ENOMEM;
    store->left = grown;
    store->left_capacity = capacity;
    return 0;
}

void flow_store_return_place(struct flow_store *store, uint32_t place) {
    store->empty[store->empty_count++] = place;
}

// What the last snapshot has not, no older one has: a row there would have kept the place.
void flow_store_leave_place(struct flow_store *store, uint32_t place) {
    clear_bit(store->used, place);
    store->count--;
    store->changes++;
    if (store->counting)
        flow_counting_remove(store->counting, row_at(store, place));
    if (has_bit(store->shown, place))
        store->left[store->left_count++] = (struct left_place){place, store->snapshot_number};
    else
        store->empty[store->empty_count++] = place;
}
