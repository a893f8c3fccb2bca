// SPDX-License-Identifier: GPL-2.0-or-later
#include "tui/row_set.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool row_id_is_same(struct row_id a, struct row_id b) {
    return a.netns == b.netns && a.identity == b.identity;
}

static bool find(const struct row_set *set, struct row_id id, size_t *ret_place) {
    for (size_t i = 0; i < set->count; i++) {
        if (row_id_is_same(set->items[i], id)) {
            *ret_place = i;
            return true;
        }
    }
    return false;
}

bool row_set_has(const struct row_set *set, struct row_id id) {
    size_t place;
    return find(set, id, &place);
}

void row_set_turn(struct row_set *set, struct row_id id) {
    size_t place;
    if (find(set, id, &place)) {
        set->items[place] = set->items[--set->count];
        return;
    }
    if (set->count == set->capacity) {
        size_t capacity = set->capacity ? set->capacity * 2 : 16;
        void *grown = reallocarray(set->items, capacity, sizeof(*set->items));
        if (!grown)
            return;
        set->items = grown;
        set->capacity = capacity;
    }
    set->items[set->count++] = id;
}

void row_set_clear(struct row_set *set) {
    set->count = 0;
}

void row_set_done(struct row_set *set) {
    free(set->items);
    *set = (struct row_set){0};
}

int row_set_copy(const struct row_set *set, struct row_set *ret_copy) {
    struct row_id *items = malloc((set->count + 1) * sizeof(*items));
    if (!items)
        return -ENOMEM;
    if (set->count > 0)
        memcpy(items, set->items, set->count * sizeof(*items));
    *ret_copy = (struct row_set){items, set->count, set->count + 1};
    return 0;
}
