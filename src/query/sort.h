// SPDX-License-Identifier: GPL-2.0-or-later
// Sorting rows by their fields.
#ifndef QUERY_SORT_H
#define QUERY_SORT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "model/kind.h"
#include "model/rows.h"

#define SORT_MAX_KEYS 8

struct sort_key {
    const struct field *field;
    const struct field *inner; // of the records in field, or NULL
    bool descending;
};

// A plain value: nothing to free.
struct sort {
    struct sort_key keys[SORT_MAX_KEYS];
    size_t count;
};

// Reads "[-]FIELD[,[-]FIELD...]"; '-' is for descending order. Returns 0 or -EINVAL.
int sort_compile(const struct kind *kind, const char *text, struct sort *ret_sort,
                 struct error *err);

// Compares two rows as a sort puts them in order: negative, 0 or positive.
int sort_compare(const struct sort *sort, const struct row_ref *a, const struct row_ref *b);

// Puts the rows, of the sort's kind, in order. Equal rows keep the order they had; rows without the
// field come last in both directions. Returns 0, or -ENOMEM (then they stand as they did).
int sort_rows(const struct sort *sort, struct row_ref *rows, size_t count);

// The same for rows by their numbers in a sequence, on any thread. Also returns -ECANCELED soon
// after *cancelled (NULL: never) has become true; then they stand in some order.
int sort_numbers(const struct sort *sort, const struct rows *rows, uint32_t *numbers, size_t count,
                 const atomic_bool *cancelled);

#endif
