// SPDX-License-Identifier: GPL-2.0-or-later
// A set of rows by what they are, whichever table they stand in: those that are marked, or opened.
// A person picks them one by one, so that there are few.
#ifndef TUI_ROW_SET_H
#define TUI_ROW_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct row_id {
    uint64_t netns; // inode
    uint64_t identity;
};

bool row_id_is_same(struct row_id a, struct row_id b);

// One of zeroes is an empty set.
struct row_set {
    struct row_id *items;
    size_t count, capacity;
};

bool row_set_has(const struct row_set *set, struct row_id id);

// Puts the row in, or takes it out if it is in.
void row_set_turn(struct row_set *set, struct row_id id);

// Takes all out; gives the memory back as well.
void row_set_clear(struct row_set *set);
void row_set_done(struct row_set *set);

// Returns 0 and a copy, or -ENOMEM.
int row_set_copy(const struct row_set *set, struct row_set *ret_copy);

#endif
