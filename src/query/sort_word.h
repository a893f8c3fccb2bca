// SPDX-License-Identifier: GPL-2.0-or-later
// What rows are sorted by, as numbers: words of 64 bits that have the order of the values
// (value_compare). Numbers and addresses are such words as they are; texts, lists and records are
// collected first, put in order once for each that is different, and stand for their place.
#ifndef QUERY_SORT_WORD_H
#define QUERY_SORT_WORD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/rows.h"
#include "query/sort.h"

#define SORT_WORDS 6 // of a value: its kind first, then as many as it needs

struct sort_entry;

// The words of one key.
struct sort_words {
    const struct sort_key *key;
    uint64_t all[SORT_WORDS];   // bits that are set in the words of every row,
    uint64_t any[SORT_WORDS];   // and in those of any: where these are the same, nothing differs
    uint32_t numbers;           // kinds of numbers that there are, a bit each
    struct sort_entry *entries; // texts, lists and records, each once
    uint32_t entry_count, entry_capacity;
    uint32_t *slots; // of entries by their hash, from 1; 0: free
    uint32_t slot_count;
    struct arena arena; // texts that are not the rows' own
};

// The value that a row is sorted by: of records, their first one's. Keys of texts in words
// (field_parts) are taken apart before.
void sort_read_key(const struct sort_key *key, const struct row_ref *ref, struct value *ret);

// Looks at every row. Returns 0, -ENOMEM or -ECANCELED. sort_words_done in any case.
int sort_words_init(struct sort_words *words, const struct sort_key *key, const struct rows *rows,
                    const uint32_t *numbers, size_t count, const atomic_bool *cancelled);
void sort_words_done(struct sort_words *words);

// The words of a row; descending order is in them.
void sort_words_read(const struct sort_words *words, const struct row_ref *ref,
                     uint64_t ret[SORT_WORDS]);

#endif
