// SPDX-License-Identifier: GPL-2.0-or-later
// A collection of rows of one kind in one namespace, with word of how reading it went. It is built
// once, never changed afterwards, and shared by counting references (from any thread).
//
// Rows of a table that is built lie one behind the other, and all of them are there. Those of a
// snapshot (model/flow_store.h) lie in pages that it shares with older and newer ones, and some
// places are empty: who goes through it asks table_has for each.
#ifndef MODEL_TABLE_H
#define MODEL_TABLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/kind.h"
#include "ruleset/ruleset.h"

enum status_state {
    STATUS_OK,
    STATUS_PARTIAL,     // some rows, or some parts of rows, are missing
    STATUS_DENIED,      // needs a privilege
    STATUS_UNSUPPORTED, // this kernel has no such thing
    STATUS_FAILED,
    STATUS_GONE, // the namespace vanished
};

extern const struct enum_names status_state_names; // "ok", "partial", ...

struct status {
    enum status_state state;
    const char *source; // which source says so: "interfaces"
    char reason[200];   // in words; "" when ok; may hold other people's bytes
};

struct table;

// What is made from a table's rows, once, by whoever asks for it first, and lives as long as they
// do: something to find rows by. A maker puts this at the head of its own struct.
struct table_index {
    const struct table_index_type *type;
    struct table_index *next; // of another type
};

struct table_index_type {
    struct table_index *(*make)(const struct table *table); // NULL when memory is out
    void (*free)(struct table_index *index);
};

#define TABLE_PAGE_ROWS 4096

// The rows of a snapshot.
struct table_pages {
    void **pages;         // of TABLE_PAGE_ROWS rows each
    const uint64_t *used; // a bit a place: a row is there
    size_t rows;          // how many are
    const void *owner;    // a row stands at the same place in all snapshots of an owner
    void (*free)(struct table_pages *pages);
};

struct table {
    const struct kind *kind;
    struct arena arena;      // strings and lists of the rows
    struct ruleset *ruleset; // a reference to that which the rows are parts of; NULL: of none
    struct table **lenders;  // references to tables whose texts the rows have too (table_borrow)
    size_t lender_count;
    const void *whole; // what is said of all rows as one, of a type of the kind's; NULL: nothing
    void *rows;
    size_t count;              // of a snapshot: places
    struct table_pages *pages; // of a snapshot; else NULL
    int64_t time; // when it was read, where that matters: nanoseconds since 1970; 0: not said
    struct status status;
    // For whoever builds it and whoever counts:
    size_t capacity;
    atomic_uint references;
    _Atomic(struct table_index *) indexes; // see table_index
};

// Returns an empty table, owned by the caller (one reference), or NULL when memory is out.
struct table *table_new(const struct kind *kind);

// Makes room for so many rows in all, for whoever knows how many will come. Returns 0 or -ENOMEM.
int table_reserve(struct table *table, size_t capacity);

// Adds a zeroed row and returns it, or NULL when memory is out. Only while building; the pointer is
// good until the next table_add.
void *table_add(struct table *table);

// Lets rows of the table point to what belongs to another one, which lives as long from now on.
// Only while building. Returns 0 or -ENOMEM.
int table_borrow(struct table *table, struct table *lender);

// The row at index (less than count).
const void *table_row(const struct table *table, size_t index);

// True if there is a row at index (less than count).
static inline bool table_has(const struct table *table, size_t index) {
    return !table->pages || table->pages->used[index / 64] >> index % 64 & 1;
}

// How many rows there are.
static inline size_t table_row_count(const struct table *table) {
    return table->pages ? table->pages->rows : table->count;
}

// The index of that type over the rows, made now if it was not yet; NULL when memory is out. Only
// of a table that is built. It belongs to the table. From any thread: when two make it at once, one
// of the two is kept.
const struct table_index *table_index(const struct table *table,
                                      const struct table_index_type *type);

// Worsens the status: the first trouble's words stay, unless the new state is graver.
void table_trouble(struct table *table, enum status_state state, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// One more reference; one less, and the last frees it (NULL is nothing).
struct table *table_ref(struct table *table);
void table_unref(struct table *table);

#endif
