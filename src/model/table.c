// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/table.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TABLE_MIN_CAPACITY 16

static const char *const state_words[] = {
    [STATUS_OK] = "ok",         [STATUS_PARTIAL] = "partial",
    [STATUS_DENIED] = "denied", [STATUS_UNSUPPORTED] = "unsupported",
    [STATUS_FAILED] = "failed", [STATUS_GONE] = "gone",
};
const struct enum_names status_state_names = {state_words,
                                              sizeof(state_words) / sizeof(state_words[0])};

struct table *table_new(const struct kind *kind) {
    struct table *table = calloc(1, sizeof(*table));
    if (!table)
        return NULL;
    table->kind = kind;
    table->status.source = kind->name;
    atomic_init(&table->references, 1);
    atomic_init(&table->indexes, NULL);
    return table;
}

int table_reserve(struct table *table, size_t capacity) {
    if (capacity <= table->capacity)
        return 0;
    void *rows = reallocarray(table->rows, capacity, table->kind->row_size);
    if (!rows)
        return -ENOMEM;
    table->rows = rows;
    table->capacity = capacity;
    return 0;
}

void *table_add(struct table *table) {
    size_t size = table->kind->row_size;
    size_t wanted = table->capacity ? table->capacity * 2 : TABLE_MIN_CAPACITY;
    if (table->count == table->capacity && table_reserve(table, wanted) < 0)
        return NULL;
    void *row = (char *)table->rows + table->count * size;
    table->count++;
    return memset(row, 0, size);
}

int table_borrow(struct table *table, struct table *lender) {
    struct table **grown =
        reallocarray(table->lenders, table->lender_count + 1, sizeof(*table->lenders));
    if (!grown)
        return -ENOMEM;
    table->lenders = grown;
    table->lenders[table->lender_count++] = table_ref(lender);
    return 0;
}

const void *table_row(const struct table *table, size_t index) {
    if (table->pages)
        return (const char *)table->pages->pages[index / TABLE_PAGE_ROWS] +
               index % TABLE_PAGE_ROWS * table->kind->row_size;
    return (const char *)table->rows + index * table->kind->row_size;
}

// --- Indexes -------------------------------------------------------------------------------------

static struct table_index *find_index(struct table_index *first,
                                      const struct table_index_type *type) {
    while (first && first->type != type)
        first = first->next;
    return first;
}

const struct table_index *table_index(const struct table *table,
                                      const struct table_index_type *type) {
    // The rows of a table do not change; that they have an index is no change of them.
    struct table *holder = (struct table *)(uintptr_t)table;
    struct table_index *first = atomic_load(&holder->indexes);
    struct table_index *found = find_index(first, type);
    if (found)
        return found;
    struct table_index *made = type->make(table);
    if (!made)
        return NULL;
    made->type = type;
    do {
        found = find_index(first, type);
        if (found) {
            type->free(made);
            return found;
        }
        made->next = first;
    } while (!atomic_compare_exchange_weak(&holder->indexes, &first, made));
    return made;
}

static void free_indexes(struct table *table) {
    struct table_index *index = atomic_load(&table->indexes);
    while (index) {
        struct table_index *next = index->next;
        index->type->free(index);
        index = next;
    }
}

void table_trouble(struct table *table, enum status_state state, const char *format, ...) {
    if (state <= table->status.state)
        return;
    table->status.state = state;
    va_list args;
    va_start(args, format);
    vsnprintf(table->status.reason, sizeof(table->status.reason), format, args);
    va_end(args);
}

struct table *table_ref(struct table *table) {
    if (table)
        atomic_fetch_add(&table->references, 1);
    return table;
}

void table_unref(struct table *table) {
    if (!table || atomic_fetch_sub(&table->references, 1) > 1)
        return;
    free_indexes(table);
    if (table->pages)
        table->pages->free(table->pages);
    arena_done(&table->arena);
    ruleset_unref(table->ruleset);
    for (size_t i = 0; i < table->lender_count; i++)
        table_unref(table->lenders[i]);
    free(table->lenders);
    free(table->rows);
    free(table);
}
