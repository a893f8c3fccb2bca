// SPDX-License-Identifier: GPL-2.0-or-later
// Moves: addresses that had another link-layer address, and MACs that were behind another port,
// within the last minutes. Kept for a namespace from reading to reading.
#ifndef MODEL_MOVES_H
#define MODEL_MOVES_H

#include <stdint.h>

#include "base/address.h"
#include "model/table.h"

#define MOVES_KEPT (INT64_C(300) * 1000000000) // nanoseconds

struct moves;

// Where something is: a neighbour's link-layer address, an FDB entry's port.
struct moves_place {
    struct lladdr lladdr; // length 0: a port
    int32_t ifindex;
};

struct move {
    struct moves_place from;
    int64_t time; // when it was first seen elsewhere: nanoseconds since 1970
};

// Returns an empty collection, or NULL when memory is out.
struct moves *moves_new(void);
void moves_free(struct moves *moves);

// Returns what has moved, without what has vanished, for another thread to look at; NULL when
// memory is out, or there are no moves (NULL).
struct moves *moves_copy(const struct moves *moves);

// Notes what differs between two tables of one namespace, both of neighbours or both of FDB
// entries, in their order; the later one's time is the time. What vanishes is remembered, in case
// it comes back elsewhere. Forgets what is older than MOVES_KEPT. When memory is out, less is
// noted.
void moves_note(struct moves *moves, const struct table *before, const struct table *after);

// The last move of the row of that identity, or NULL if it has not moved.
const struct move *moves_find(const struct moves *moves, uint64_t identity);

#endif
