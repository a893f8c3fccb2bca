// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/route_exceptions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS_MIN 64

static uint64_t *find_slot(uint64_t *slots, size_t capacity, uint64_t identity) {
    size_t at = identity & (capacity - 1);
    while (slots[at] != 0 && slots[at] != identity)
        at = (at + 1) & (capacity - 1);
    return &slots[at];
}

// No more than half full.
static int make_room(struct route_exceptions *exceptions) {
    if (exceptions->count * 2 < exceptions->capacity)
        return 0;
    size_t capacity = exceptions->capacity ? exceptions->capacity * 2 : SLOTS_MIN;
    uint64_t *slots = calloc(capacity, sizeof(*slots));
    if (!slots)
        return -ENOMEM;
    for (size_t i = 0; i < exceptions->capacity; i++) {
        if (exceptions->slots[i] != 0)
            *find_slot(slots, capacity, exceptions->slots[i]) = exceptions->slots[i];
    }
    free(exceptions->slots);
    exceptions->slots = slots;
    exceptions->capacity = capacity;
    return 0;
}

int route_exceptions_add(struct route_exceptions *exceptions, uint64_t identity) {
    identity += identity == 0; // which marks an empty slot
    if (make_room(exceptions) < 0)
        return -ENOMEM;
    uint64_t *slot = find_slot(exceptions->slots, exceptions->capacity, identity);
    if (*slot == identity)
        return 0;
    *slot = identity;
    exceptions->count++;
    return 1;
}

void route_exceptions_clear(struct route_exceptions *exceptions) {
    if (exceptions->count > 0)
        memset(exceptions->slots, 0, exceptions->capacity * sizeof(*exceptions->slots));
    exceptions->count = 0;
}

void route_exceptions_done(struct route_exceptions *exceptions) {
    free(exceptions->slots);
    *exceptions = (struct route_exceptions){0};
}
