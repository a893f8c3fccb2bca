// SPDX-License-Identifier: GPL-2.0-or-later
// Puts rows in order. What they are sorted by is read once, in the order in which they lie in
// memory: of all keys the bits in which rows differ, packed into as few words as hold them. These
// are sorted, and the rows not looked at any more: a million of them do not fit a cache.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "query/sort_word.h"

#define DIGIT_BITS 8
#define DIGITS     (1 << DIGIT_BITS)
#define WORD_BITS  64
#define LOOK_EVERY 8192 // rows, for whether it was cancelled
#define PARTS_MOST 8    // of a key that says in words what others tell
#define KEYS_MOST  (SORT_MAX_KEYS * PARTS_MOST)

// A row on its way to its place.
struct item {
    uint64_t word; // the first
    uint32_t number;
    uint32_t place; // where it stood, and where its other words are
};

// The bits of a word that differ between rows: so many from the lowest one on.
struct range {
    unsigned lowest, width;
};

struct sorting {
    const struct rows *rows;
    const atomic_bool *cancelled;
    struct sort_key keys[KEYS_MOST];
    struct sort_words words[KEYS_MOST];
    struct range ranges[KEYS_MOST][SORT_WORDS];
    size_t key_count;

    size_t count;             // of rows
    size_t width;             // packed words of each
    uint64_t *others;         // those behind the first: width - 1 of each row
    struct item *from, *into; // digit by digit from one to the other
    uint64_t all, any;        // bits that are set in every first word; in any
};

static bool is_cancelled(const struct sorting *sorting) {
    return sorting->cancelled && atomic_load(sorting->cancelled);
}

// --- What they are sorted by ---------------------------------------------------------------------

// What a text says in words stands in the place of the text.
static void add_key(struct sorting *sorting, const struct sort_key *key) {
    const struct field *part = key->inner ? NULL : field_parts(key->field);
    if (!part)
        sorting->keys[sorting->key_count++] = *key;
    for (size_t i = 0; part && part[i].key && i < PARTS_MOST; i++)
        sorting->keys[sorting->key_count++] =
            (struct sort_key){.field = &part[i], .descending = key->descending};
}

static struct range find_range(uint64_t differs) {
    if (differs == 0)
        return (struct range){0, 0};
    unsigned lowest = (unsigned)__builtin_ctzll(differs);
    return (struct range){lowest, WORD_BITS - lowest - (unsigned)__builtin_clzll(differs)};
}

// Looks at every row for what differs. Stores how many bits that are.
static int find_ranges(struct sorting *sorting, const uint32_t *numbers, size_t *ret_bits) {
    size_t bits = 0;
    for (size_t i = 0; i < sorting->key_count; i++) {
        struct sort_words *words = &sorting->words[i];
        int r = sort_words_init(words, &sorting->keys[i], sorting->rows, numbers, sorting->count,
                                sorting->cancelled);
        if (r < 0)
            return r;
        for (size_t which = 0; which < SORT_WORDS; which++) {
            sorting->ranges[i][which] = find_range(words->all[which] ^ words->any[which]);
            bits += sorting->ranges[i][which].width;
        }
    }
    *ret_bits = bits;
    return 0;
}

// --- Packing -------------------------------------------------------------------------------------

// Adds so many bits behind those that are there, from the highest down.
static void put_bits(uint64_t *packed, size_t at, uint64_t bits, unsigned width) {
    unsigned room = WORD_BITS - (unsigned)(at % WORD_BITS);
    packed += at / WORD_BITS;
    if (width <= room) {
        packed[0] |= bits << (room - width);
        return;
    }
    packed[0] |= bits >> (width - room);
    packed[1] |= bits << (WORD_BITS - (width - room));
}

static uint64_t take_range(uint64_t word, struct range range) {
    word >>= range.lowest;
    return range.width < WORD_BITS ? word & ((UINT64_C(1) << range.width) - 1) : word;
}

static void pack_row(const struct sorting *sorting, const struct row_ref *ref, uint64_t *packed) {
    size_t at = 0;
    memset(packed, 0, sorting->width * sizeof(*packed));
    for (size_t i = 0; i < sorting->key_count; i++) {
        const struct range *ranges = sorting->ranges[i];
        uint64_t words[SORT_WORDS];
        sort_words_read(&sorting->words[i], ref, words);
        for (size_t which = 0; which < SORT_WORDS; which++) {
            if (ranges[which].width == 0)
                continue;
            put_bits(packed, at, take_range(words[which], ranges[which]), ranges[which].width);
            at += ranges[which].width;
        }
    }
}

static int pack_rows(struct sorting *sorting, const uint32_t *numbers) {
    uint64_t packed[KEYS_MOST * SORT_WORDS];
    size_t others = sorting->width - 1;
    sorting->all = UINT64_MAX;
    for (size_t i = 0; i < sorting->count; i++) {
        struct row_ref ref = rows_at(sorting->rows, numbers[i]);
        if (i % LOOK_EVERY == 0 && is_cancelled(sorting))
            return -ECANCELED;
        pack_row(sorting, &ref, packed);
        sorting->from[i] = (struct item){packed[0], numbers[i], (uint32_t)i};
        sorting->all &= packed[0];
        sorting->any |= packed[0];
        if (others > 0)
            memcpy(sorting->others + i * others, packed + 1, others * sizeof(*packed));
    }
    return 0;
}

// --- By the first word: digit by digit, the lowest first -----------------------------------------

// Those with the same digit keep their order.
static void sort_by_digit(const struct item *from, struct item *into, size_t count,
                          unsigned shift) {
    size_t starts[DIGITS + 1] = {0};
    for (size_t i = 0; i < count; i++)
        starts[(from[i].word >> shift) % DIGITS + 1]++;
    for (size_t i = 1; i < DIGITS; i++)
        starts[i] += starts[i - 1];
    for (size_t i = 0; i < count; i++)
        into[starts[(from[i].word >> shift) % DIGITS]++] = from[i];
}

static int sort_by_first(struct sorting *sorting) {
    for (unsigned shift = 0; shift < WORD_BITS; shift += DIGIT_BITS) {
        if (((sorting->all ^ sorting->any) >> shift) % DIGITS == 0)
            continue;
        if (is_cancelled(sorting))
            return -ECANCELED;
        sort_by_digit(sorting->from, sorting->into, sorting->count, shift);
        struct item *done = sorting->into;
        sorting->into = sorting->from;
        sorting->from = done;
    }
    return 0;
}

// --- By the others, where the first is the same --------------------------------------------------

static int compare_others(const void *a, const void *b, void *user_data) {
    const struct sorting *sorting = user_data;
    const struct item *left = a, *right = b;
    size_t others = sorting->width - 1;
    const uint64_t *x = sorting->others + left->place * others;
    const uint64_t *y = sorting->others + right->place * others;
    for (size_t i = 0; i < others; i++) {
        if (x[i] != y[i])
            return x[i] < y[i] ? -1 : 1;
    }
    return (left->place > right->place) - (left->place < right->place);
}

static int sort_by_others(struct sorting *sorting) {
    struct item *items = sorting->from;
    for (size_t first = 0, end; first < sorting->count; first = end) {
        end = first + 1;
        while (end < sorting->count && items[end].word == items[first].word)
            end++;
        if (end - first == 1)
            continue;
        if (is_cancelled(sorting))
            return -ECANCELED;
        qsort_r(items + first, end - first, sizeof(*items), compare_others, sorting);
    }
    return 0;
}

// --- All -----------------------------------------------------------------------------------------

static int reserve(struct sorting *sorting, size_t bits) {
    sorting->width = (bits + WORD_BITS - 1) / WORD_BITS;
    sorting->from = reallocarray(NULL, sorting->count, sizeof(*sorting->from));
    sorting->into = reallocarray(NULL, sorting->count, sizeof(*sorting->into));
    sorting->others =
        reallocarray(NULL, sorting->count * (sorting->width - 1) + 1, sizeof(*sorting->others));
    return sorting->from && sorting->into && sorting->others ? 0 : -ENOMEM;
}

static int run(struct sorting *sorting, uint32_t *numbers) {
    size_t bits;
    int r = find_ranges(sorting, numbers, &bits);
    if (r < 0 || bits == 0) // else all of them are equal
        return r;
    r = reserve(sorting, bits);
    if (r == 0)
        r = pack_rows(sorting, numbers);
    if (r == 0)
        r = sort_by_first(sorting);
    if (r == 0 && sorting->width > 1)
        r = sort_by_others(sorting);
    for (size_t i = 0; r == 0 && i < sorting->count; i++)
        numbers[i] = sorting->from[i].number;
    return r;
}

static void done(struct sorting *sorting) {
    for (size_t i = 0; i < sorting->key_count; i++)
        sort_words_done(&sorting->words[i]);
    free(sorting->from);
    free(sorting->into);
    free(sorting->others);
    free(sorting);
}

int sort_numbers(const struct sort *sort, const struct rows *rows, uint32_t *numbers, size_t count,
                 const atomic_bool *cancelled) {
    if (count < 2 || sort->count == 0)
        return 0;
    struct sorting *sorting = calloc(1, sizeof(*sorting));
    if (!sorting)
        return -ENOMEM;
    sorting->rows = rows;
    sorting->cancelled = cancelled;
    sorting->count = count;
    for (size_t i = 0; i < sort->count; i++)
        add_key(sorting, &sort->keys[i]);
    int r = run(sorting, numbers);
    done(sorting);
    return r;
}

int sort_rows(const struct sort *sort, struct row_ref *refs, size_t count) {
    struct rows rows = {.refs = refs, .count = (uint32_t)count};
    uint32_t *numbers = malloc((count + 1) * sizeof(*numbers));
    struct row_ref *sorted = malloc((count + 1) * sizeof(*sorted));
    int r = !numbers || !sorted ? -ENOMEM : count > UINT32_MAX ? -EOVERFLOW : 0;
    for (uint32_t i = 0; r == 0 && i < count; i++)
        numbers[i] = i;
    if (r == 0)
        r = sort_numbers(sort, &rows, numbers, count, NULL);
    for (size_t i = 0; r == 0 && i < count; i++)
        sorted[i] = refs[numbers[i]];
    if (r == 0)
        memcpy(refs, sorted, count * sizeof(*sorted));
    free(numbers);
    free(sorted);
    return r;
}
