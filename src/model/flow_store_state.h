// SPDX-License-Identifier: GPL-2.0-or-later
// What a store of flows is made of; for the store's own files.
#ifndef MODEL_FLOW_STORE_STATE_H
#define MODEL_FLOW_STORE_STATE_H

#include "model/flow_store.h"
#include "model/flow_summary.h"

#define WORD_BITS  64
#define PAGE_WORDS (TABLE_PAGE_ROWS / WORD_BITS)

// A place that snapshots of this number and before may still have a row at.
struct left_place {
    uint32_t place;
    uint32_t snapshot;
};

struct snapshot {
    struct table *table; // a reference of the store's own
    uint32_t number;
};

struct flow_store {
    atomic_uint references; // its owner's, and one of each snapshot
    struct flow **pages;
    size_t page_count;
    // A bit a place, of all pages: a row is there; it was in the last snapshot; it was put since
    // the reading began.
    uint64_t *used, *shown, *seen;
    size_t count;
    uint64_t changes; // so many rows came or went
    bool reading;
    struct flow_counting *counting; // of what is there; NULL: nobody wants to know

    uint32_t *index; // places plus one, by the hash of the flow's id; 0: none
    size_t index_size;

    uint32_t *empty; // places that can be written at once, the last first
    size_t empty_count, empty_capacity;
    struct left_place *left; // those that cannot, the oldest first
    size_t left_first, left_count, left_capacity;

    struct snapshot *snapshots; // that may be held, the oldest first
    size_t snapshot_count;
    uint32_t snapshot_number; // of the last
};

static inline bool has_bit(const uint64_t *bits, uint32_t place) {
    return bits[place / WORD_BITS] >> place % WORD_BITS & 1;
}

static inline void set_bit(uint64_t *bits, uint32_t place) {
    bits[place / WORD_BITS] |= UINT64_C(1) << place % WORD_BITS;
}

static inline void clear_bit(uint64_t *bits, uint32_t place) {
    bits[place / WORD_BITS] &= ~(UINT64_C(1) << place % WORD_BITS);
}

static inline struct flow *row_at(const struct flow_store *store, uint32_t place) {
    return &store->pages[place / TABLE_PAGE_ROWS][place % TABLE_PAGE_ROWS];
}

// One holder less: its owner or a snapshot. The last frees it.
void flow_store_unref(struct flow_store *store);

// --- Places (flow_store_places.c) ---

// Takes an empty place; gives one back that nothing was written to.
int flow_store_take_place(struct flow_store *store, uint32_t *ret_place);
void flow_store_return_place(struct flow_store *store, uint32_t place);

// Makes room for one more place that is left, before it is left, so that nothing is half done.
int flow_store_reserve_left(struct flow_store *store);

// Takes the row there out: the place is empty as soon as no snapshot has it.
void flow_store_leave_place(struct flow_store *store, uint32_t place);

// --- The index (flow_store_index.c) ---

// Where the flow is in the index, or the free entry where it belongs.
size_t flow_index_find(const struct flow_store *store, const struct flow *flow);

// Where entries of flows of that id begin.
size_t flow_index_start(const struct flow_store *store, uint32_t id);

// Makes room for one more; takes an entry out.
int flow_index_reserve(struct flow_store *store);
void flow_index_remove(struct flow_store *store, size_t slot);

#endif
