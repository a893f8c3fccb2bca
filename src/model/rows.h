// SPDX-License-Identifier: GPL-2.0-or-later
// Rows of several tables as one sequence, numbered from 0: four bytes say which row it is. The
// tables are held, so that the rows stay good whatever replaces them.
#ifndef MODEL_ROWS_H
#define MODEL_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/field.h"
#include "model/table.h"

struct rows_part {
    struct table *table;
    const struct netns *netns; // where its rows are; NULL: each row is a namespace itself
    uint32_t first;            // number of its first row
    uint32_t *picked;          // only these of its rows, in this order; NULL: all
    uint32_t count;
};

// One of zeroes is an empty sequence.
struct rows {
    const struct node *node; // for what the fields of a row look up
    struct rows_part *parts;
    size_t part_count;
    const struct row_ref *refs; // the rows themselves, in place of parts: the caller's
    uint32_t count;             // of numbers
};

// Adds the rows of a table; or those of the numbers in picked, which becomes the sequence's. Takes
// a reference of its own. Returns 0, or -ENOMEM or -EOVERFLOW (then nothing is taken).
int rows_add(struct rows *rows, struct table *table, const struct netns *netns);
int rows_add_picked(struct rows *rows, struct table *table, const struct netns *netns,
                    uint32_t *picked, size_t count);

// The row of a number (less than count).
struct row_ref rows_at(const struct rows *rows, uint32_t number);

// The same rows for one more holder. Returns 0 or -ENOMEM.
int rows_copy(const struct rows *from, struct rows *ret_rows);

// True if there is a row of that number: in the snapshots among the tables some places are empty.
bool rows_has(const struct rows *rows, uint32_t number);

// How many rows there are.
size_t rows_count(const struct rows *rows);

// Lets go of the tables.
void rows_done(struct rows *rows);

#endif
