// SPDX-License-Identifier: GPL-2.0-or-later
// Snapshots of a store of flows: tables that share its pages, and say by a bit a place what is
// there.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/flow_store_state.h"

struct pages {
    struct table_pages base;
    struct flow_store *store;
};

static void free_pages(struct table_pages *base) {
    struct pages *pages = (struct pages *)base;
    flow_store_unref(pages->store);
    free(base->pages);
    free((void *)(uintptr_t)base->used);
    free(pages);
}

static void *copy_bytes(const void *bytes, size_t size) {
    void *copy = malloc(size + 1);
    if (copy && size > 0)
        memcpy(copy, bytes, size);
    return copy;
}

static struct table_pages *copy_pages(struct flow_store *store) {
    struct pages *pages = calloc(1, sizeof(*pages));
    if (!pages)
        return NULL;
    pages->store = store;
    atomic_fetch_add(&store->references, 1);
    pages->base = (struct table_pages){
        .pages = copy_bytes(store->pages, store->page_count * sizeof(*store->pages)),
        .used = copy_bytes(store->used, store->page_count * PAGE_WORDS * sizeof(*store->used)),
        .rows = store->count,
        .owner = store,
        .free = free_pages};
    if (pages->base.pages && pages->base.used)
        return &pages->base;
    free_pages(&pages->base);
    return NULL;
}

// The store holds the snapshot too, so that it sees when nobody else does.
static int note_snapshot(struct flow_store *store, struct table *table) {
    int r = flow_store_reclaim(store);
    void *grown = r < 0 ? NULL
                        : reallocarray(store->snapshots, store->snapshot_count + 1,
                                       sizeof(*store->snapshots));
    if (!grown)
        return -ENOMEM;
    store->snapshots = grown;
    store->snapshots[store->snapshot_count++] =
        (struct snapshot){table_ref(table), ++store->snapshot_number};
    return 0;
}

struct table *flow_store_snapshot(struct flow_store *store) {
    struct table *table = table_new(&flow_kind);
    if (!table)
        return NULL;
    table->count = store->page_count * TABLE_PAGE_ROWS;
    table->pages = copy_pages(store);
    if (!table->pages || note_snapshot(store, table) < 0) {
        table_unref(table);
        return NULL;
    }
    if (store->page_count > 0)
        memcpy(store->shown, store->used, store->page_count * PAGE_WORDS * sizeof(*store->shown));
    return table;
}
