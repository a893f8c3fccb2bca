// SPDX-License-Identifier: GPL-2.0-or-later
#include "resolve/dnssec_memory.h"

#include <errno.h>
#include <stdlib.h>

#include "resolve/dnssec_name.h"
#include "resolve/dnssec_validator_state.h"

#define STEPS_MAX   256
#define SECONDS_MAX 3600

// A step, with all that it refers to in an arena of its own (its keys are ldns's).
struct remembered {
    struct arena arena;
    struct dnssec_step step;
    int64_t until; // seconds since 1970
    uint64_t used; // the number of the use that was the last
};

struct dnssec_memory {
    struct remembered items[STEPS_MAX];
    size_t count;
    uint64_t uses;
};

struct dnssec_memory *dnssec_memory_new(void) {
    return calloc(1, sizeof(struct dnssec_memory));
}

static void forget(struct remembered *item) {
    dnssec_step_done(&item->step);
    arena_done(&item->arena);
    *item = (struct remembered){0};
}

void dnssec_memory_free(struct dnssec_memory *memory) {
    for (size_t i = 0; memory && i < memory->count; i++)
        forget(&memory->items[i]);
    free(memory);
}

static struct remembered *find(struct dnssec_memory *memory, const ldns_rdf *name, bool anchor) {
    for (size_t i = 0; i < memory->count; i++) {
        const struct dnssec_step *step = &memory->items[i].step;
        if ((step->kind == DNSSEC_ANCHOR) == anchor && dnssec_name_equals(&step->name, name))
            return &memory->items[i];
    }
    return NULL;
}

int dnssec_memory_recall(struct dnssec_memory *memory, const ldns_rdf *name, bool anchor,
                         int64_t now, struct arena *arena, struct dnssec_step *ret_step) {
    struct remembered *item = memory ? find(memory, name, anchor) : NULL;
    if (!item || item->until <= now)
        return 0;
    item->used = ++memory->uses;
    int r = dnssec_step_copy(arena, &item->step, ret_step);
    return r < 0 ? r : 1;
}

// An empty place, or that of the one which nobody has asked for since the longest time.
static struct remembered *make_room(struct dnssec_memory *memory) {
    if (memory->count < STEPS_MAX)
        return &memory->items[memory->count++];
    struct remembered *oldest = &memory->items[0];
    for (size_t i = 1; i < memory->count; i++) {
        if (memory->items[i].used < oldest->used)
            oldest = &memory->items[i];
    }
    return oldest;
}

int dnssec_memory_keep(struct dnssec_memory *memory, const struct dnssec_step *step, int64_t now) {
    enum dns_validity validity = step->zone.verdict.validity;
    bool proven = validity == DNS_SECURE || validity == DNS_INSECURE;
    int64_t most = now + SECONDS_MAX;
    if (!memory || !proven || step->zone.until <= now)
        return 0;
    struct remembered kept = {.until = step->zone.until < most ? step->zone.until : most,
                              .used = ++memory->uses};
    int r = dnssec_step_copy(&kept.arena, step, &kept.step);
    if (r < 0) {
        arena_done(&kept.arena);
        return r;
    }
    struct remembered *item = find(memory, &step->name, step->kind == DNSSEC_ANCHOR);
    if (!item)
        item = make_room(memory);
    forget(item);
    *item = kept;
    return 0;
}
