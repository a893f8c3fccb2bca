// SPDX-License-Identifier: GPL-2.0-or-later
#include "query/sort_word.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_EVERY 8192 // rows, for whether it was cancelled
#define SIGN       (UINT64_C(1) << 63)
#define ABSENT     63 // behind every kind of values

// A text, a list or records.
struct sort_entry {
    uint64_t hash;
    const void *key; // the text itself; else where the items are
    enum value_kind kind;
    uint32_t number; // of a row that has it
    uint32_t rank;
};

// --- Values --------------------------------------------------------------------------------------

void sort_read_key(const struct sort_key *key, const struct row_ref *ref, struct value *ret) {
    field_read(key->field, ref, ret);
    if (!key->inner)
        return;
    if (ret->kind != VALUE_RECORDS || ret->records.count == 0) {
        ret->kind = VALUE_ABSENT;
        return;
    }
    struct row_ref item = *ref;
    item.row = ret->records.items;
    field_read(key->inner, &item, ret);
}

static bool is_number(enum value_kind kind) {
    return kind == VALUE_UINT || kind == VALUE_INT || kind == VALUE_REAL;
}

// A real number's bits have its order once the sign is seen to.
static uint64_t word_of_real(double real) {
    uint64_t bits;
    memcpy(&bits, &real, sizeof(bits));
    return bits & SIGN ? ~bits : bits | SIGN;
}

static double real_of(const struct value *value) {
    if (value->kind == VALUE_UINT)
        return (double)value->uint;
    return value->kind == VALUE_INT ? (double)value->sint : value->real;
}

// Numbers of one kind exactly; numbers of several kinds as they are compared.
static uint64_t word_of_number(const struct sort_words *words, const struct value *value) {
    if (words->numbers & (words->numbers - 1))
        return word_of_real(real_of(value));
    if (value->kind == VALUE_UINT)
        return value->uint;
    return value->kind == VALUE_INT ? (uint64_t)value->sint ^ SIGN : word_of_real(value->real);
}

// Eight bytes from there on, the first the highest.
static uint64_t word_of_bytes(const uint8_t *bytes) {
    uint64_t word = 0;
    for (size_t i = 0; i < sizeof(word); i++)
        word = word << 8 | bytes[i];
    return word;
}

static void set_address(const struct address *address, uint64_t ret[SORT_WORDS]) {
    ret[1] = address->family;
    ret[2] = word_of_bytes(address->bytes);
    ret[3] = word_of_bytes(address->bytes + 8);
}

static void set_lladdr(const struct lladdr *lladdr, uint64_t ret[SORT_WORDS]) {
    uint8_t bytes[LLADDR_MAX] = {0};
    memcpy(bytes, lladdr->bytes, lladdr->length < LLADDR_MAX ? lladdr->length : LLADDR_MAX);
    ret[1] = lladdr->length;
    for (size_t i = 0; i < LLADDR_MAX / 8; i++)
        ret[2 + i] = word_of_bytes(bytes + 8 * i);
}
_Static_assert(2 + LLADDR_MAX / 8 == SORT_WORDS, "the longest value");

// --- Texts, lists and records: each once ---------------------------------------------------------

static const void *key_of(const struct value *value) {
    if (value->kind == VALUE_TEXT)
        return value->text;
    return value->kind == VALUE_TEXTS ? (const void *)value->texts.items : value->records.items;
}

static uint64_t hash_of(const struct value *value) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325); // FNV-1a
    if (value->kind == VALUE_TEXT) {
        for (const char *text = value->text; *text; text++)
            hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    } else {
        hash = (hash ^ (uintptr_t)key_of(value)) * UINT64_C(0x9e3779b97f4a7c15);
    }
    return hash ^ hash >> 32;
}

static bool is_entry(const struct sort_entry *entry, const struct value *value, uint64_t hash) {
    if (entry->hash != hash || entry->kind != value->kind)
        return false;
    const void *key = key_of(value);
    return entry->key == key || (value->kind == VALUE_TEXT && strcmp(entry->key, key) == 0);
}

// The slot of the value, or the free one where it belongs.
static uint32_t *find_slot(const struct sort_words *words, const struct value *value,
                           uint64_t hash) {
    uint32_t at = (uint32_t)hash & (words->slot_count - 1);
    while (words->slots[at] != 0 && !is_entry(&words->entries[words->slots[at] - 1], value, hash))
        at = (at + 1) & (words->slot_count - 1);
    return &words->slots[at];
}

// Half of the slots are free at least.
static int grow(struct sort_words *words) {
    uint32_t capacity = words->entry_capacity ? words->entry_capacity * 2 : 64;
    uint32_t *slots = calloc((size_t)capacity * 2, sizeof(*slots));
    void *entries = reallocarray(words->entries, capacity, sizeof(*words->entries));
    if (entries) {
        words->entries = entries;
        words->entry_capacity = capacity;
    }
    if (!entries || !slots) {
        free(slots);
        return -ENOMEM;
    }
    free(words->slots);
    words->slots = slots;
    words->slot_count = capacity * 2;
    for (uint32_t i = 0; i < words->entry_count; i++) {
        uint32_t at = (uint32_t)words->entries[i].hash & (words->slot_count - 1);
        while (slots[at] != 0)
            at = (at + 1) & (words->slot_count - 1);
        slots[at] = i + 1;
    }
    return 0;
}

static int collect(struct sort_words *words, const struct value *value, uint32_t number) {
    uint64_t hash = hash_of(value);
    if (words->entry_count == words->entry_capacity && grow(words) < 0)
        return -ENOMEM;
    uint32_t *slot = find_slot(words, value, hash);
    if (*slot != 0)
        return 0;
    const void *key = key_of(value);
    bool composed = value->kind == VALUE_TEXT && key == value->scratch;
    if (composed && !(key = arena_strdup(&words->arena, value->text)))
        return -ENOMEM;
    words->entries[words->entry_count++] =
        (struct sort_entry){.hash = hash, .key = key, .kind = value->kind, .number = number};
    *slot = words->entry_count;
    return 0;
}

struct ranking {
    const struct sort_words *words;
    const struct rows *rows;
};

static void read_entry(const struct ranking *ranking, const struct sort_entry *entry,
                       struct value *ret) {
    if (entry->kind == VALUE_TEXT) {
        value_set_text(ret, entry->key);
        return;
    }
    struct row_ref ref = rows_at(ranking->rows, entry->number);
    sort_read_key(ranking->words->key, &ref, ret);
}

static int compare_entries(const void *a, const void *b, void *user_data) {
    const struct ranking *ranking = user_data;
    const uint32_t *left = a, *right = b;
    struct value x, y;
    read_entry(ranking, &ranking->words->entries[*left], &x);
    read_entry(ranking, &ranking->words->entries[*right], &y);
    return value_compare(&x, &y);
}

// Entries that are equal have one place.
static int rank(struct sort_words *words, const struct rows *rows) {
    struct ranking ranking = {words, rows};
    uint32_t *order = malloc((words->entry_count + 1) * sizeof(*order));
    if (!order)
        return -ENOMEM;
    for (uint32_t i = 0; i < words->entry_count; i++)
        order[i] = i;
    qsort_r(order, words->entry_count, sizeof(*order), compare_entries, &ranking);
    for (uint32_t i = 0, place = 0; i < words->entry_count; i++) {
        place += i > 0 && compare_entries(&order[i - 1], &order[i], &ranking) != 0;
        words->entries[order[i]].rank = place;
    }
    free(order);
    return 0;
}

// --- Words ---------------------------------------------------------------------------------------

static void set_words(const struct sort_words *words, const struct value *value,
                      uint64_t ret[SORT_WORDS]) {
    memset(ret, 0, SORT_WORDS * sizeof(*ret));
    ret[0] = is_number(value->kind) ? VALUE_UINT : value->kind;
    switch (value->kind) {
    case VALUE_ABSENT:
        ret[0] = ABSENT;
        return;
    case VALUE_BOOLEAN:
        ret[1] = value->boolean;
        break;
    case VALUE_UINT:
    case VALUE_INT:
    case VALUE_REAL:
        ret[1] = word_of_number(words, value);
        break;
    case VALUE_TIME:
        ret[1] = (uint64_t)value->time ^ SIGN;
        break;
    case VALUE_JSON: // no order
        break;
    case VALUE_FLAGS:
        ret[1] = value->flags.bits;
        break;
    case VALUE_ADDRESS:
        set_address(&value->address, ret);
        break;
    case VALUE_PREFIX:
        set_address(&value->prefix.address, ret);
        ret[4] = value->prefix.length;
        break;
    case VALUE_LLADDR:
        set_lladdr(&value->lladdr, ret);
        break;
    case VALUE_TEXT:
    case VALUE_TEXTS:
    case VALUE_RECORDS:
        ret[1] = words->entries[*find_slot(words, value, hash_of(value)) - 1].rank;
        break;
    }
    // What a row has not comes last in both directions.
    for (size_t i = 0; words->key->descending && i < SORT_WORDS; i++)
        ret[i] = i == 0 ? ABSENT - 1 - ret[i] : ~ret[i];
}

static void note_bits(struct sort_words *words, const struct value *value) {
    uint64_t of_row[SORT_WORDS];
    set_words(words, value, of_row);
    for (size_t i = 0; i < SORT_WORDS; i++) {
        words->all[i] &= of_row[i];
        words->any[i] |= of_row[i];
    }
}

// Which values there are; places among texts and the like are known only afterwards.
static int look_at(struct sort_words *words, const struct value *value, uint32_t number) {
    bool is_entry =
        value->kind == VALUE_TEXT || value->kind == VALUE_TEXTS || value->kind == VALUE_RECORDS;
    int r = is_entry ? collect(words, value, number) : 0;
    if (r == 0 && is_number(value->kind))
        words->numbers |= UINT32_C(1) << value->kind;
    if (r == 0)
        note_bits(words, value);
    return r;
}

// What the first look could not know: how places differ, and numbers of several kinds.
static void widen(struct sort_words *words) {
    bool mixed = words->numbers & (words->numbers - 1);
    uint64_t differs = mixed ? UINT64_MAX : 0;
    for (uint32_t places = words->entry_count; places > 0; places >>= 1)
        differs = differs << 1 | 1;
    words->all[1] &= ~differs;
    words->any[1] |= differs;
}

int sort_words_init(struct sort_words *words, const struct sort_key *key, const struct rows *rows,
                    const uint32_t *numbers, size_t count, const atomic_bool *cancelled) {
    *words = (struct sort_words){.key = key};
    memset(words->all, 0xff, sizeof(words->all));
    int r = 0;
    for (size_t i = 0; r == 0 && i < count; i++) {
        struct row_ref ref = rows_at(rows, numbers[i]);
        struct value value;
        sort_read_key(key, &ref, &value);
        r = look_at(words, &value, numbers[i]);
        if (r == 0 && i % LOOK_EVERY == 0 && cancelled && atomic_load(cancelled))
            r = -ECANCELED;
    }
    if (r == 0 && words->entry_count > 0)
        r = rank(words, rows);
    widen(words);
    return r;
}

void sort_words_done(struct sort_words *words) {
    arena_done(&words->arena);
    free(words->entries);
    free(words->slots);
}

void sort_words_read(const struct sort_words *words, const struct row_ref *ref,
                     uint64_t ret[SORT_WORDS]) {
    struct value value;
    sort_read_key(words->key, ref, &value);
    set_words(words, &value, ret);
}
