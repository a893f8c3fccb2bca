// SPDX-License-Identifier: GPL-2.0-or-later
// The order in which nft lists a set's elements: intervals by where they begin, others by their
// value; keys of several bytes that are no number (names, concatenations) from the last byte on.
#include <stdlib.h>
#include <string.h>

#include "ruleset/nft_set.h"

#define IS_END      1 // linux/netfilter/nf_tables.h NFT_SET_ELEM_INTERVAL_END
#define IS_CATCHALL 2

static bool is_catchall(const struct nf_element *element) {
    return element->flags & IS_CATCHALL || !element->key.bytes;
}

// --- Intervals -----------------------------------------------------------------------------------

// Keys are in network order and of one length.
static int compare_keys(const struct nf_data *a, const struct nf_data *b) {
    uint32_t length = a->length < b->length ? a->length : b->length;
    int order = memcmp(a->bytes, b->bytes, length);
    return order ? order : (a->length > b->length) - (a->length < b->length);
}

static int compare_bounds(const void *a, const void *b) {
    const struct nf_element *first = *(const struct nf_element *const *)a;
    const struct nf_element *second = *(const struct nf_element *const *)b;
    int order = compare_keys(&first->key, &second->key);
    return order ? order : (int)(second->flags & IS_END) - (int)(first->flags & IS_END);
}

static void join_intervals(const struct nf_element *const *bounds, size_t count,
                           struct nft_listing *listing) {
    const struct nf_element *open = NULL;
    for (size_t i = 0; i < count; i++) {
        if (open)
            listing->items[listing->count++] =
                (struct nft_listed){.element = open, .end = bounds[i]};
        open = bounds[i]->flags & IS_END ? NULL : bounds[i];
    }
    if (open)
        listing->items[listing->count++] =
            (struct nft_listed){.element = open, .is_open = !open->key_end.bytes};
}

static bool list_intervals(const struct nf_set *set, struct nft_listing *listing) {
    const struct nf_element **bounds = malloc((set->element_count + 1) * sizeof(*bounds));
    if (!bounds)
        return false;
    size_t count = 0;
    const struct nf_element *rest = NULL;
    for (size_t i = 0; i < set->element_count; i++) {
        if (is_catchall(&set->elements[i]))
            rest = &set->elements[i];
        else
            bounds[count++] = &set->elements[i];
    }
    qsort(bounds, count, sizeof(*bounds), compare_bounds);
    join_intervals(bounds, count, listing);
    if (rest)
        listing->items[listing->count++] = (struct nft_listed){.element = rest};
    free(bounds);
    return true;
}

// --- Single keys ---------------------------------------------------------------------------------

static int compare_from_end(const uint8_t *a, const uint8_t *b, size_t length) {
    while (length-- > 0) {
        if (a[length] != b[length])
            return a[length] < b[length] ? -1 : 1;
    }
    return 0;
}

static int compare_concats(const struct nft_parts *parts, const struct nf_data *a,
                           const struct nf_data *b) {
    uint32_t offsets[NFT_PARTS_MAX], offset = 0;
    for (size_t i = 0; i < parts->count; i++) {
        offsets[i] = offset;
        offset += (parts->parts[i].bits + 31U) / 32 * 4;
    }
    if (offset > a->length || offset > b->length)
        return compare_keys(a, b);
    for (size_t i = parts->count; i-- > 0;) {
        int order = compare_from_end(a->bytes + offsets[i], b->bytes + offsets[i],
                                     (parts->parts[i].bits + 7U) / 8);
        if (order)
            return order;
    }
    return 0;
}

// By the lowest flag; none at all comes first.
static unsigned lowest_flag(const struct nf_data *key, bool host_order) {
    size_t length = key->length < sizeof(nft_number) ? key->length : sizeof(nft_number);
    nft_number flags = nft_number_from(key->bytes, length, host_order);
    return flags ? nft_number_lowest(flags) + 1 : 0;
}

static int compare_flags(const struct nf_data *a, const struct nf_data *b, bool host_order) {
    return (int)lowest_flag(a, host_order) - (int)lowest_flag(b, host_order);
}

static int compare_elements(const struct nft_parts *parts, const struct nf_element *a,
                            const struct nf_element *b) {
    if (is_catchall(a) || is_catchall(b))
        return (int)is_catchall(a) - (int)is_catchall(b);
    if (parts->count != 1)
        return compare_concats(parts, &a->key, &b->key);
    const struct nft_part *part = &parts->parts[0];
    if (a->key.length != b->key.length)
        return compare_keys(&a->key, &b->key);
    if (part->type && part->type->is_flags)
        return compare_flags(&a->key, &b->key, part->host_order);
    bool from_end = part->type && part->type->form == NFT_FORM_STRING;
    if (from_end || (part->host_order && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__))
        return compare_from_end(a->key.bytes, b->key.bytes, a->key.length);
    return compare_keys(&a->key, &b->key);
}

// Of equal ones those of the second half come first, as nft has it.
static void merge_sort(const struct nft_parts *parts, struct nft_listed *items, size_t count,
                       struct nft_listed *spare) {
    if (count < 2)
        return;
    size_t half = (count + 1) / 2;
    merge_sort(parts, items, half, spare);
    merge_sort(parts, items + half, count - half, spare);
    memcpy(spare, items, half * sizeof(*items));
    size_t a = 0, b = half, to = 0;
    while (a < half && b < count) {
        if (compare_elements(parts, spare[a].element, items[b].element) < 0)
            items[to++] = spare[a++];
        else
            items[to++] = items[b++];
    }
    memcpy(items + to, spare + a, (half - a) * sizeof(*items));
}

static bool list_singles(const struct nf_set *set, const struct nft_set_layout *layout,
                         struct nft_listing *listing) {
    for (size_t i = 0; i < set->element_count; i++)
        listing->items[listing->count++] = (struct nft_listed){.element = &set->elements[i]};
    if (set->flags & NFT_SET_FLAG_INTERVAL || listing->count < 2)
        return true; // intervals of concatenations: as the kernel has them
    struct nft_listed *spare = malloc((listing->count + 1) / 2 * sizeof(*spare));
    if (!spare)
        return false;
    merge_sort(&layout->key, listing->items, listing->count, spare);
    free(spare);
    return true;
}

bool nft_set_list(const struct nf_set *set, const struct nft_set_layout *layout,
                  struct nft_listing *ret_listing) {
    struct nft_listing listing = {.items =
                                      malloc((set->element_count + 1) * sizeof(*listing.items))};
    if (!listing.items)
        return false;
    bool is_joined = set->flags & NFT_SET_FLAG_INTERVAL && layout->key.count == 1;
    if (!(is_joined ? list_intervals(set, &listing) : list_singles(set, layout, &listing))) {
        free(listing.items);
        return false;
    }
    *ret_listing = listing;
    return true;
}
