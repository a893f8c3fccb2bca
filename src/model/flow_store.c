// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/flow_store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/flow_copy.h"

#define WORD_BITS     64
#define PAGE_WORDS    (TABLE_PAGE_ROWS / WORD_BITS)
#define INDEX_LEAST   1024
#define INDEX_FULL(n) ((n) / 4 * 3) // entries of so many that may be in use

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
    bool changed, reading;

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

static bool has_bit(const uint64_t *bits, uint32_t place) {
    return bits[place / WORD_BITS] >> place % WORD_BITS & 1;
}

static void set_bit(uint64_t *bits, uint32_t place) {
    bits[place / WORD_BITS] |= UINT64_C(1) << place % WORD_BITS;
}

static void clear_bit(uint64_t *bits, uint32_t place) {
    bits[place / WORD_BITS] &= ~(UINT64_C(1) << place % WORD_BITS);
}

static struct flow *row_at(const struct flow_store *store, uint32_t place) {
    return &store->pages[place / TABLE_PAGE_ROWS][place % TABLE_PAGE_ROWS];
}

// --- Making and freeing --------------------------------------------------------------------------

struct flow_store *flow_store_new(void) {
    struct flow_store *store = calloc(1, sizeof(*store));
    if (store)
        atomic_init(&store->references, 1);
    return store;
}

static void unref(struct flow_store *store) {
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
    unref(store);
}

size_t flow_store_count(const struct flow_store *store) {
    return store->count;
}

bool flow_store_has_changed(const struct flow_store *store) {
    return store->changed;
}

size_t flow_store_bytes(const struct flow_store *store) {
    size_t bits = store->page_count * TABLE_PAGE_ROWS / 8;
    return store->page_count * TABLE_PAGE_ROWS * sizeof(struct flow) + 3 * bits +
           store->index_size * sizeof(*store->index) +
           store->empty_capacity * sizeof(*store->empty) +
           store->left_capacity * sizeof(*store->left);
}

// --- Places --------------------------------------------------------------------------------------

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
static int reclaim(struct flow_store *store) {
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

static int take_place(struct flow_store *store, uint32_t *ret_place) {
    int r = store->empty_count == 0 ? reclaim(store) : 0;
    if (r == 0 && store->empty_count == 0)
        r = add_page(store);
    if (r == 0)
        *ret_place = store->empty[--store->empty_count];
    return r;
}

// Room for one more place that is left. Before it is left, so that nothing is half done.
static int reserve_left(struct flow_store *store) {
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

// What the last snapshot has not, no older one has: a row there would have kept the place.
static void leave_place(struct flow_store *store, uint32_t place) {
    clear_bit(store->used, place);
    store->count--;
    store->changed = true;
    if (has_bit(store->shown, place))
        store->left[store->left_count++] = (struct left_place){place, store->snapshot_number};
    else
        store->empty[store->empty_count++] = place;
}

// --- The index -----------------------------------------------------------------------------------

static size_t slot_of(const struct flow_store *store, uint32_t id) {
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

// Where the flow is in the index, or the free entry where it belongs.
static size_t find_slot(const struct flow_store *store, const struct flow *flow) {
    size_t slot = slot_of(store, flow->id);
    while (store->index[slot] != 0 && !is_same_flow(row_at(store, store->index[slot] - 1), flow))
        slot = (slot + 1) & (store->index_size - 1);
    return slot;
}

static int grow_index(struct flow_store *store) {
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
        size_t slot = old[i] ? slot_of(store, row_at(store, old[i] - 1)->id) : 0;
        while (old[i] && index[slot] != 0)
            slot = (slot + 1) & (size - 1);
        if (old[i])
            index[slot] = old[i];
    }
    free(old);
    return 0;
}

// Entries behind it that were pushed on by it move up.
static void remove_slot(struct flow_store *store, size_t slot) {
    size_t mask = store->index_size - 1, next = slot;
    for (;;) {
        next = (next + 1) & mask;
        if (store->index[next] == 0)
            break;
        size_t wanted = slot_of(store, row_at(store, store->index[next] - 1)->id);
        if (((next - wanted) & mask) < ((next - slot) & mask))
            continue;
        store->index[slot] = store->index[next];
        slot = next;
    }
    store->index[slot] = 0;
}

// --- Flows ---------------------------------------------------------------------------------------

// What an event leaves out is as it was.
static void keep_untold(struct flow *flow, const struct flow *older) {
    if (!(flow->known & FLOW_HAS_COUNTERS) && older->known & FLOW_HAS_COUNTERS) {
        flow->known |= FLOW_HAS_COUNTERS;
        flow->packets = older->packets;
        flow->bytes = older->bytes;
        flow->reply_packets = older->reply_packets;
        flow->reply_bytes = older->reply_bytes;
    }
    if (!(flow->known & FLOW_HAS_USE) && older->known & FLOW_HAS_USE) {
        flow->known |= FLOW_HAS_USE;
        flow->use = older->use;
    }
    if (!(flow->known & FLOW_HAS_TIMEOUT) && older->known & FLOW_HAS_TIMEOUT) {
        flow->known |= FLOW_HAS_TIMEOUT;
        flow->timeout = older->timeout;
    }
    if (flow->start == 0)
        flow->start = older->start;
    if (flow->state != FLOW_STATELESS)
        return;
    flow->state = older->state;
    flow->known |= older->known & FLOW_HAS_TCP;
    flow->tcp_wscale = older->tcp_wscale;
    flow->tcp_reply_wscale = older->tcp_reply_wscale;
    flow->tcp_flags = older->tcp_flags;
    flow->tcp_reply_flags = older->tcp_reply_flags;
}

static bool is_same_text(const char *a, const char *b) {
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool is_same_extra(const struct flow_extra *a, const struct flow_extra *b) {
    static const struct flow_extra nothing;
    a = a ? a : &nothing;
    b = b ? b : &nothing;
    bool same = is_same_text(a->helper, b->helper) && is_same_text(a->secctx, b->secctx) &&
                is_same_text(a->master, b->master) && a->label_count == b->label_count &&
                a->vtag.value == b->vtag.value && a->reply_vtag.value == b->reply_vtag.value;
    for (size_t i = 0; same && i < a->label_count; i++)
        same = is_same_text(a->labels[i], b->labels[i]);
    return same;
}

// True if nothing but times and counters differs.
static bool is_unchanged(const struct flow *flow, const struct flow *older) {
    return flow->status == older->status && flow->mark == older->mark &&
           flow->state == older->state && flow->tcp_flags == older->tcp_flags &&
           flow->tcp_reply_flags == older->tcp_reply_flags &&
           flow->tcp_wscale == older->tcp_wscale &&
           flow->tcp_reply_wscale == older->tcp_reply_wscale && flow->known == older->known &&
           memcmp(&flow->reply, &older->reply, sizeof(flow->reply)) == 0 &&
           is_same_extra(flow->extra, older->extra);
}

// Writes the row into an empty place; its older one is left.
static int write_row(struct flow_store *store, const struct flow *flow, const struct flow *older,
                     enum flow_news news, size_t slot) {
    const struct flow_extra *before = older && news == FLOW_TOLD ? older->extra : NULL;
    struct flow_extra *extra = NULL;
    uint32_t place;
    if (take_place(store, &place) < 0)
        return -ENOMEM;
    if ((flow->extra || before) && !(extra = flow_extra_copy(flow->extra, before))) {
        store->empty[store->empty_count++] = place;
        return -ENOMEM;
    }
    struct flow *row = row_at(store, place);
    free((void *)(uintptr_t)row->extra);
    *row = *flow;
    row->extra = extra;
    if (older && news == FLOW_TOLD)
        keep_untold(row, older);
    set_bit(store->used, place);
    set_bit(store->seen, place);
    store->count++;
    store->changed = true;
    if (older)
        leave_place(store, store->index[slot] - 1);
    store->index[slot] = place + 1;
    return 0;
}

int flow_store_put(struct flow_store *store, const struct flow *flow, enum flow_news news) {
    if (reserve_left(store) < 0 || grow_index(store) < 0)
        return -ENOMEM;
    size_t slot = find_slot(store, flow);
    uint32_t place = store->index[slot];
    const struct flow *older = place ? row_at(store, place - 1) : NULL;
    if (older && news == FLOW_READ && is_unchanged(flow, older)) {
        set_bit(store->seen, place - 1);
        return 0;
    }
    return write_row(store, flow, older, news, slot);
}

bool flow_store_remove(struct flow_store *store, const struct flow *flow) {
    if (store->index_size == 0 || reserve_left(store) < 0)
        return false;
    size_t slot = find_slot(store, flow);
    uint32_t place = store->index[slot];
    if (place == 0)
        return false;
    remove_slot(store, slot);
    leave_place(store, place - 1);
    return true;
}

const struct flow *flow_store_find(const struct flow_store *store, uint64_t identity) {
    if (store->index_size == 0)
        return NULL;
    size_t slot = slot_of(store, (uint32_t)identity);
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

// --- Snapshots -----------------------------------------------------------------------------------

struct pages {
    struct table_pages base;
    struct flow_store *store;
};

static void free_pages(struct table_pages *base) {
    struct pages *pages = (struct pages *)base;
    unref(pages->store);
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
    forget_snapshots(store);
    void *grown =
        reallocarray(store->snapshots, store->snapshot_count + 1, sizeof(*store->snapshots));
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
    store->changed = false;
    return table;
}
