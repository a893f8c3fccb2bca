// SPDX-License-Identifier: GPL-2.0-or-later
#include "query/sort.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "query/sort_word.h"

#define KEY_MAX 64

static int compile_key(const struct kind *kind, const char *text, size_t len, struct sort_key *ret,
                       struct error *err) {
    char key[KEY_MAX];
    bool descending = len > 0 && text[0] == '-';
    text += descending;
    len -= descending;
    if (len == 0)
        return error_set(err, -EINVAL, "a field is missing in the sort order");
    if (len >= sizeof(key))
        return error_set(err, -EINVAL, "unknown field: %.*s", (int)len, text);
    memcpy(key, text, len);
    key[len] = '\0';
    struct sort_key found = {.descending = descending};
    found.field = kind_find_field(kind, key, &found.inner);
    if (!found.field) {
        const char *near = kind_suggest_field(kind, key);
        return error_set(err, -EINVAL,
                         near ? "unknown field: %s (did you mean %s?)" : "unknown field: %s", key,
                         near);
    }
    *ret = found;
    return 0;
}

int sort_compile(const struct kind *kind, const char *text, struct sort *ret_sort,
                 struct error *err) {
    struct sort sort = {0};
    for (;;) {
        size_t len = strcspn(text, ",");
        if (sort.count == SORT_MAX_KEYS)
            return error_set(err, -EINVAL, "more than %d fields to sort by", SORT_MAX_KEYS);
        int r = compile_key(kind, text, len, &sort.keys[sort.count], err);
        if (r < 0)
            return r;
        sort.count++;
        if (text[len] == '\0')
            break;
        text += len + 1;
    }
    *ret_sort = sort;
    return 0;
}

// --- Two rows ------------------------------------------------------------------------------------

static int compare_by(const struct sort_key *key, const struct row_ref *a,
                      const struct row_ref *b) {
    struct value x, y;
    sort_read_key(key, a, &x);
    sort_read_key(key, b, &y);
    if (x.kind == VALUE_ABSENT || y.kind == VALUE_ABSENT)
        return (x.kind == VALUE_ABSENT) - (y.kind == VALUE_ABSENT);
    int order = value_compare(&x, &y);
    return key->descending ? -order : order;
}

int sort_compare(const struct sort *sort, const struct row_ref *a, const struct row_ref *b) {
    int order = 0;
    for (size_t i = 0; order == 0 && i < sort->count; i++)
        order = compare_by(&sort->keys[i], a, b);
    return order;
}

// --- Putting rows in order -----------------------------------------------------------------------

#define DIGIT_BITS 8
#define DIGITS     (1 << DIGIT_BITS)

// A row on its way to its place.
struct item {
    uint64_t word;
    uint32_t number;
};

// Puts the items in the order of one digit of their words; those with the same keep theirs.
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

static bool is_cancelled(const atomic_bool *cancelled) {
    return cancelled && atomic_load(cancelled);
}

// Sorts by one word of a key: by each of its digits in which rows differ, the lowest first.
static int sort_by_word(const struct sort_words *words, size_t which, const struct rows *rows,
                        uint32_t *numbers, size_t count, struct item *buffers[2],
                        const atomic_bool *cancelled) {
    uint64_t differs = words->all[which] ^ words->any[which];
    struct item *from = buffers[0], *into = buffers[1];
    for (size_t i = 0; i < count; i++) {
        struct row_ref ref = rows_at(rows, numbers[i]);
        from[i] = (struct item){sort_word(words, &ref, which), numbers[i]};
    }
    for (unsigned shift = 0; shift < 64; shift += DIGIT_BITS) {
        if ((differs >> shift) % DIGITS == 0)
            continue;
        if (is_cancelled(cancelled))
            return -ECANCELED;
        sort_by_digit(from, into, count, shift);
        struct item *done = into;
        into = from;
        from = done;
    }
    for (size_t i = 0; i < count; i++)
        numbers[i] = from[i].number;
    return 0;
}

static int sort_by_key(const struct sort_key *key, const struct rows *rows, uint32_t *numbers,
                       size_t count, struct item *buffers[2], const atomic_bool *cancelled) {
    struct sort_words words;
    int r = sort_words_init(&words, key, rows, numbers, count, cancelled);
    for (size_t which = SORT_WORDS; r == 0 && which > 0; which--) {
        if (words.all[which - 1] == words.any[which - 1])
            continue;
        r = is_cancelled(cancelled)
                ? -ECANCELED
                : sort_by_word(&words, which - 1, rows, numbers, count, buffers, cancelled);
    }
    sort_words_done(&words);
    return r;
}

int sort_numbers(const struct sort *sort, const struct rows *rows, uint32_t *numbers, size_t count,
                 const atomic_bool *cancelled) {
    struct item *buffers[2];
    if (count < 2)
        return 0;
    buffers[0] = malloc(2 * count * sizeof(struct item));
    if (!buffers[0])
        return -ENOMEM;
    buffers[1] = buffers[0] + count;
    int r = 0;
    // The last key first: what is equal in a later one keeps the order of the ones before.
    for (size_t i = sort->count; r == 0 && i > 0; i--)
        r = sort_by_key(&sort->keys[i - 1], rows, numbers, count, buffers, cancelled);
    free(buffers[0]);
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
