// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/moves.h"

#include <stdlib.h>
#include <string.h>

#include "model/fdb.h"
#include "model/neighbour.h"

// Something that moved, or vanished and may come back.
struct memory {
    uint64_t identity;
    struct moves_place last; // where it was when it was last seen
    int64_t seen;            // when that was
    struct move move;        // time 0: it has not moved
};

struct moves {
    struct memory *memories; // by identity
    size_t count, capacity;
    size_t sorted; // so many of them stand in order; those behind are new
};

struct moves *moves_new(void) {
    return calloc(1, sizeof(struct moves));
}

void moves_free(struct moves *moves) {
    if (!moves)
        return;
    free(moves->memories);
    free(moves);
}

struct moves *moves_copy(const struct moves *moves) {
    struct moves *copy = moves ? moves_new() : NULL;
    if (!copy)
        return NULL;
    copy->memories = calloc(moves->sorted + 1, sizeof(*copy->memories));
    for (size_t i = 0; copy->memories && i < moves->sorted; i++) {
        if (moves->memories[i].move.time)
            copy->memories[copy->count++] = moves->memories[i];
    }
    copy->capacity = copy->sorted = copy->count;
    return copy;
}

// --- Remembering ---------------------------------------------------------------------------------

static int compare_memories(const void *a, const void *b) {
    const struct memory *left = a, *right = b;
    return (left->identity > right->identity) - (left->identity < right->identity);
}

static struct memory *find_memory(const struct moves *moves, uint64_t identity) {
    const struct memory wanted = {.identity = identity};
    if (moves->sorted == 0)
        return NULL;
    return bsearch(&wanted, moves->memories, moves->sorted, sizeof(wanted), compare_memories);
}

static struct memory *remember(struct moves *moves, uint64_t identity) {
    struct memory *memory = find_memory(moves, identity);
    if (memory)
        return memory;
    if (moves->count == moves->capacity) {
        size_t capacity = moves->capacity ? moves->capacity * 2 : 64;
        void *grown = reallocarray(moves->memories, capacity, sizeof(*moves->memories));
        if (!grown)
            return NULL;
        moves->memories = grown;
        moves->capacity = capacity;
    }
    memory = &moves->memories[moves->count++];
    *memory = (struct memory){.identity = identity};
    return memory;
}

static void forget_old(struct moves *moves, int64_t now) {
    size_t kept = 0;
    for (size_t i = 0; i < moves->count; i++) {
        struct memory *memory = &moves->memories[i];
        if (now - memory->move.time > MOVES_KEPT)
            memory->move.time = 0;
        if (now - memory->seen <= MOVES_KEPT || memory->move.time)
            moves->memories[kept++] = *memory;
    }
    moves->count = kept;
    if (kept > 1)
        qsort(moves->memories, kept, sizeof(*moves->memories), compare_memories);
    moves->sorted = kept;
}

// --- Comparing readings --------------------------------------------------------------------------

static bool is_same_place(const struct moves_place *a, const struct moves_place *b) {
    return a->ifindex == b->ifindex && lladdr_compare(&a->lladdr, &b->lladdr) == 0;
}

// Where the row's subject is. False: not known, or not of a kind that moves.
static bool place_of(const struct table *table, const void *row, struct moves_place *ret_place) {
    *ret_place = (struct moves_place){0};
    if (table->kind == &neighbour_kind) {
        const struct neighbour *neighbour = row;
        ret_place->lladdr = neighbour->lladdr;
        return neighbour->lladdr.length > 0 && neighbour_is_valid(neighbour);
    }
    const struct fdb_entry *entry = row;
    ret_place->ifindex = entry->ifindex;
    return entry->master.known;
}

static void note_gone(struct moves *moves, const struct table *before, const void *row,
                      int64_t now) {
    struct moves_place place;
    if (!place_of(before, row, &place))
        return;
    struct memory *memory = remember(moves, before->kind->identity(row));
    if (!memory)
        return;
    memory->last = place;
    memory->seen = now;
}

static void note_move(struct memory *memory, const struct moves_place *from,
                      const struct moves_place *to, int64_t now) {
    memory->move = (struct move){*from, now};
    memory->last = *to;
    memory->seen = now;
}

static void note_new(struct moves *moves, const struct table *after, const void *row) {
    struct moves_place place;
    if (!place_of(after, row, &place) || moves->sorted == 0)
        return;
    struct memory *memory = find_memory(moves, after->kind->identity(row));
    if (!memory)
        return;
    const struct moves_place last = memory->last;
    if (!is_same_place(&last, &place))
        note_move(memory, &last, &place, after->time);
}

static void note_both(struct moves *moves, const struct table *table, const void *before,
                      const void *after) {
    struct moves_place from, to;
    bool was = place_of(table, before, &from), is = place_of(table, after, &to);
    if (!was && is) {
        note_new(moves, table, after);
    } else if (was && !is) {
        note_gone(moves, table, before, table->time);
    } else if (was && !is_same_place(&from, &to)) {
        struct memory *memory = remember(moves, table->kind->identity(after));
        if (memory)
            note_move(memory, &from, &to, table->time);
    }
}

void moves_note(struct moves *moves, const struct table *before, const struct table *after) {
    int (*compare)(const void *, const void *) =
        after->kind == &neighbour_kind ? neighbour_compare : fdb_compare;
    size_t b = 0, a = 0;
    forget_old(moves, after->time);
    while (b < before->count || a < after->count) {
        const void *was = b < before->count ? table_row(before, b) : NULL;
        const void *is = a < after->count ? table_row(after, a) : NULL;
        int order = !was ? 1 : !is ? -1 : compare(was, is);
        if (order < 0)
            note_gone(moves, before, was, after->time);
        else if (order > 0)
            note_new(moves, after, is);
        else
            note_both(moves, after, was, is);
        b += order <= 0;
        a += order >= 0;
    }
    forget_old(moves, after->time);
}

const struct move *moves_find(const struct moves *moves, uint64_t identity) {
    const struct memory *memory = moves ? find_memory(moves, identity) : NULL;
    return memory && memory->move.time ? &memory->move : NULL;
}
