// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/netns.h"

int rows_add_picked(struct rows *rows, struct table *table, const struct netns *netns,
                    uint32_t *picked, size_t count) {
    if (count > UINT32_MAX - rows->count)
        return -EOVERFLOW;
    struct rows_part *parts = reallocarray(rows->parts, rows->part_count + 1, sizeof(*parts));
    if (!parts)
        return -ENOMEM;
    rows->parts = parts;
    parts[rows->part_count++] = (struct rows_part){.table = table_ref(table),
                                                   .netns = netns,
                                                   .first = rows->count,
                                                   .picked = picked,
                                                   .count = (uint32_t)count};
    rows->count += (uint32_t)count;
    return 0;
}

int rows_add(struct rows *rows, struct table *table, const struct netns *netns) {
    return rows_add_picked(rows, table, netns, NULL, table->count);
}

// The last part that begins at the number or before it: parts without rows come before one.
static const struct rows_part *find_part(const struct rows *rows, uint32_t number) {
    size_t low = 0, high = rows->part_count - 1;
    while (low < high) {
        size_t middle = (low + high + 1) / 2;
        if (rows->parts[middle].first <= number)
            low = middle;
        else
            high = middle - 1;
    }
    return &rows->parts[low];
}

struct row_ref rows_at(const struct rows *rows, uint32_t number) {
    if (rows->refs)
        return rows->refs[number];
    const struct rows_part *part = find_part(rows, number);
    uint32_t index = number - part->first;
    const void *row = table_row(part->table, part->picked ? part->picked[index] : index);
    return (struct row_ref){rows->node, part->netns ? part->netns : row, row};
}

bool rows_has(const struct rows *rows, uint32_t number) {
    const struct rows_part *part = rows->refs ? NULL : find_part(rows, number);
    return !part || part->picked || table_has(part->table, number - part->first);
}

size_t rows_count(const struct rows *rows) {
    size_t count = rows->refs ? rows->count : 0;
    for (size_t i = 0; i < rows->part_count; i++)
        count +=
            rows->parts[i].picked ? rows->parts[i].count : table_row_count(rows->parts[i].table);
    return count;
}

int rows_copy(const struct rows *from, struct rows *ret_rows) {
    struct rows copy = {.node = from->node};
    int r = 0;
    for (size_t i = 0; r == 0 && i < from->part_count; i++) {
        const struct rows_part *part = &from->parts[i];
        size_t size = part->count * sizeof(*part->picked);
        uint32_t *picked = part->picked ? malloc(size) : NULL;
        if (part->picked && !picked) {
            r = -ENOMEM;
            break;
        }
        if (picked)
            memcpy(picked, part->picked, size);
        r = rows_add_picked(&copy, part->table, part->netns, picked, part->count);
        if (r < 0)
            free(picked);
    }
    if (r < 0)
        rows_done(&copy);
    else
        *ret_rows = copy;
    return r;
}

void rows_done(struct rows *rows) {
    for (size_t i = 0; i < rows->part_count; i++) {
        table_unref(rows->parts[i].table);
        free(rows->parts[i].picked);
    }
    free(rows->parts);
    *rows = (struct rows){0};
}
