// SPDX-License-Identifier: GPL-2.0-or-later
// Finds flows in a store: a hash table of their places, four bytes an entry, by the kernel's id.
// Other flows can have the same one: the tuple decides.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/flow_store_state.h"

#define INDEX_LEAST   1024
#define INDEX_FULL(n) ((n) / 4 * 3) // entries of so many that may be in use

size_t flow_index_start(const struct flow_store *store, uint32_t id) {
    return (id * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (store->index_size - 1);
}

static bool is_same_flow(const struct flow *a, const struct flow *b) {
    if (a->id != b->id || a->family != b->family || a->protocol != b->protocol ||
        a->zone != b->zone || memcmp(&a->orig, &b->orig, sizeof(a->orig)) != 0)
        return false;
    if (a->family == ADDRESS_IPV4)
        return true;
    struct address src = flow_address(a, FLOW_SRC), dst = flow_address(a, FLOW_DST);
    struct address other_src = flow_address(b, FLOW_SRC), other_dst = flow_address(b, FLOW_DST);
    return address_compare(&src, &other_src) == 0 && address_compare(&dst, &other_dst) == 0;
}

size_t flow_index_find(const struct flow_store *store, const struct flow *flow) {
    size_t slot = flow_index_start(store, flow->id);
    while (store->index[slot] != 0 && !is_same_flow(row_at(store, store->index[slot] - 1), flow))
        slot = (slot + 1) & (store->index_size - 1);
    return slot;
}

int flow_index_reserve(struct flow_store *store) {
    size_t old_size = store->index_size;
    uint32_t *old = store->index;
    if (old_size > 0 && store->count < INDEX_FULL(old_size))
        return 0;
    size_t size = old_size > 0 ? old_size * 2 : INDEX_LEAST;
    uint32_t *index = calloc(size, sizeof(*index));
    if (!index)
        return -ENOMEM;
    store->index = index;
    store->index_size = size;
    for (size_t i = 0; i < old_size; i++) {
        size_t slot = old[i] ? flow_index_start(store, row_at(store, old[i] - 1)->id) : 0;
        while (old[i] && index[slot] != 0)
            slot = (slot + 1) & (size - 1);
        if (old[i])
            index[slot] = old[i];
    }
    free(old);
    return 0;
}

// Entries behind it that were pushed on by it move up.
void flow_index_remove(struct flow_store *store, size_t slot) {
    size_t mask = store->index_size - 1, next = slot;
    for (;;) {
        next = (next + 1) & mask;
        if (store->index[next] == 0)
            break;
        size_t wanted = flow_index_start(store, row_at(store, store->index[next] - 1)->id);
        if (((next - wanted) & mask) < ((next - slot) & mask))
            continue;
        store->index[slot] = store->index[next];
        slot = next;
    }
    store->index[slot] = 0;
}
