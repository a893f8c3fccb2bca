// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/sighting.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "model/finding.h"
#include "model/neighbour_words.h"

#define FEWEST_SLOTS 16

struct sighting {
    uint32_t segment;
    const struct neighbour *neighbour;
    const struct netns *netns;
};

struct sightings {
    struct arena arena;
    struct sighting *conflicts; // by segment, address, link-layer address
    const char **where;         // of each, in words
    size_t count, capacity;
    bool failed;
};

// By segment and address, the first sighting of each.
struct firsts {
    struct sighting *slots; // neighbour NULL: free
    size_t mask;
};

static struct sighting *find_first(const struct firsts *firsts, const struct sighting *sighting) {
    const struct address *address = &sighting->neighbour->dst;
    uint64_t hash = hash_add(HASH_START, &sighting->segment, sizeof(uint32_t));
    hash = hash_add(hash, address, sizeof(*address));
    size_t slot = (size_t)(hash ^ hash >> 32) & firsts->mask;
    for (;; slot = (slot + 1) & firsts->mask) {
        struct sighting *first = &firsts->slots[slot];
        if (!first->neighbour || (first->segment == sighting->segment &&
                                  address_compare(&first->neighbour->dst, address) == 0))
            return first;
    }
}

static void add_conflict(struct sightings *sightings, const struct sighting *sighting) {
    if (sightings->count == sightings->capacity) {
        size_t capacity = sightings->capacity ? sightings->capacity * 2 : 16;
        void *grown = reallocarray(sightings->conflicts, capacity, sizeof(*sightings->conflicts));
        if (!grown) {
            sightings->failed = true;
            return;
        }
        sightings->conflicts = grown;
        sightings->capacity = capacity;
    }
    sightings->conflicts[sightings->count++] = *sighting;
}

// A host answers for each of its addresses with the link-layer address of the interface that was
// asked: two of one namespace's on a segment are no conflict.
static bool are_one_hosts(const struct claims *claims, const struct sighting *a,
                          const struct sighting *b) {
    const struct claim *left = claims_own_lladdr(claims, a->segment, &a->neighbour->lladdr);
    const struct claim *right = claims_own_lladdr(claims, b->segment, &b->neighbour->lladdr);
    return left && right && left->netns == right->netns;
}

static void see(struct sightings *sightings, const struct claims *claims,
                const struct firsts *firsts, const struct sighting *sighting) {
    struct sighting *first = find_first(firsts, sighting);
    if (!first->neighbour) {
        *first = *sighting;
        return;
    }
    if (lladdr_compare(&first->neighbour->lladdr, &sighting->neighbour->lladdr) == 0 ||
        are_one_hosts(claims, first, sighting))
        return;
    add_conflict(sightings, first);
    add_conflict(sightings, sighting);
}

static void see_all(struct sightings *sightings, const struct node *node,
                    const struct firsts *firsts) {
    const struct claims *claims = claims_of(node);
    sightings->failed = !claims;
    for (size_t n = 0; claims && n < node_count(node); n++) {
        const struct netns *netns = node->netnses[n].netns;
        const struct table *table = node->netnses[n].tables[KIND_NEIGHBOURS];
        int32_t ifindex = 0;
        uint32_t segment = SEGMENT_NONE;
        for (size_t i = 0; table && i < table->count; i++) {
            const struct neighbour *neighbour = table_row(table, i);
            // The rows stand by interface: it is looked for once.
            if (neighbour->ifindex != ifindex)
                segment = segment_of(claims_segments(claims), netns->inode, neighbour->ifindex);
            ifindex = neighbour->ifindex;
            const struct sighting sighting = {segment, neighbour, netns};
            if (segment != SEGMENT_NONE && neighbour_is_seen(neighbour))
                see(sightings, claims, firsts, &sighting);
        }
    }
}

// --- Conflicts -----------------------------------------------------------------------------------

static int compare_subjects(const struct sighting *a, uint32_t segment,
                            const struct address *address) {
    if (a->segment != segment)
        return a->segment < segment ? -1 : 1;
    return address_compare(&a->neighbour->dst, address);
}

static int compare_sightings(const void *a, const void *b) {
    const struct sighting *left = a, *right = b;
    int order = compare_subjects(left, right->segment, &right->neighbour->dst);
    if (order == 0)
        order = lladdr_compare(&left->neighbour->lladdr, &right->neighbour->lladdr);
    if (order == 0)
        order = strcmp(left->netns->name, right->netns->name);
    return order ? order : left->neighbour->ifindex - right->neighbour->ifindex;
}

// The first sighting is added again with each that differs from it.
static void sort_conflicts(struct sightings *sightings) {
    struct sighting *conflicts = sightings->conflicts;
    size_t kept = 0;
    if (sightings->count > 1)
        qsort(conflicts, sightings->count, sizeof(*conflicts), compare_sightings);
    for (size_t i = 0; i < sightings->count; i++) {
        if (kept == 0 || compare_sightings(&conflicts[kept - 1], &conflicts[i]) != 0)
            conflicts[kept++] = conflicts[i];
    }
    sightings->count = kept;
}

static const char *ifname_of(const struct node *node, const struct sighting *sighting) {
    const struct link *link = link_find(node_table(node, sighting->netns->inode, KIND_INTERFACES),
                                        sighting->neighbour->ifindex);
    return link ? link->ifname : "?";
}

static int describe_conflicts(struct sightings *sightings, const struct node *node) {
    struct buffer lladdr = BUFFER_INIT;
    sightings->where = calloc(sightings->count + 1, sizeof(*sightings->where));
    for (size_t i = 0; sightings->where && i < sightings->count; i++) {
        const struct sighting *sighting = &sightings->conflicts[i];
        buffer_clear(&lladdr);
        lladdr_format(&sighting->neighbour->lladdr, &lladdr);
        sightings->where[i] = arena_printf(&sightings->arena, "%s in %s %s", buffer_text(&lladdr),
                                           sighting->netns->name, ifname_of(node, sighting));
        if (!sightings->where[i])
            sightings->failed = true;
    }
    buffer_done(&lladdr);
    return sightings->where && !sightings->failed ? 0 : -1;
}

// --- The whole -----------------------------------------------------------------------------------

static size_t count_rows(const struct node *node) {
    size_t count = 0;
    for (size_t n = 0; n < node_count(node); n++) {
        const struct table *table = node->netnses[n].tables[KIND_NEIGHBOURS];
        count += table ? table->count : 0;
    }
    return count;
}

static struct sightings *make_sightings(const struct node *node) {
    struct sightings *sightings = calloc(1, sizeof(*sightings));
    struct firsts firsts = {.mask = FEWEST_SLOTS - 1};
    while (firsts.mask < count_rows(node) * 2)
        firsts.mask = firsts.mask * 2 + 1;
    firsts.slots = calloc(firsts.mask + 1, sizeof(*firsts.slots));
    if (sightings && firsts.slots) {
        see_all(sightings, node, &firsts);
        sort_conflicts(sightings);
    }
    bool made =
        sightings && firsts.slots && !sightings->failed && describe_conflicts(sightings, node) == 0;
    free(firsts.slots);
    if (made)
        return sightings;
    sightings_free(sightings);
    return NULL;
}

void sightings_free(struct sightings *sightings) {
    if (!sightings)
        return;
    arena_done(&sightings->arena);
    free(sightings->conflicts);
    free(sightings->where);
    free(sightings);
}

const struct sightings *sightings_of(const struct node *node) {
    struct sightings *made = atomic_load(&node->findings->sightings), *expected = NULL;
    if (made)
        return made;
    made = make_sightings(node);
    if (!made || atomic_compare_exchange_strong(&node->findings->sightings, &expected, made))
        return made;
    sightings_free(made);
    return expected;
}

bool sightings_are_none(const struct sightings *sightings) {
    return sightings->count == 0;
}

size_t sightings_find(const struct sightings *sightings, uint32_t segment,
                      const struct address *address, const char *const **ret_where) {
    size_t low = 0, high = sightings->count, end;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_subjects(&sightings->conflicts[middle], segment, address) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (end = low; end < sightings->count; end++) {
        if (compare_subjects(&sightings->conflicts[end], segment, address) != 0)
            break;
    }
    if (end > low)
        *ret_where = &sightings->where[low];
    return end - low;
}
