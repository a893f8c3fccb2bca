// SPDX-License-Identifier: GPL-2.0-or-later
// A word alone: it is looked for in every field. A million rows of forty fields are forty million
// values, so what many rows share (fields behind a pointer) is looked at once, where the filter may
// remember it.
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "query/filter.h"
#include "query/filter_node.h"

#define SLOTS 4096 // a power of two

// What was found out about a struct that rows point to.
struct found {
    const struct filter_node *node;
    const void *where;
    size_t group;
    bool matches;
};

struct filter_memory {
    struct found slots[SLOTS]; // by their hash; a later one takes an earlier one's place
};

void filter_remember(struct filter *filter) {
    if (!filter->memory)
        filter->memory = calloc(1, sizeof(*filter->memory)); // without it, it is only slower
}

void filter_memory_free(struct filter_memory *memory) {
    free(memory);
}

static struct found *find_slot(struct filter_memory *memory, const struct filter_node *node,
                               size_t group, const void *where) {
    uint64_t hash = ((uintptr_t)where ^ (uintptr_t)node << 7 ^ group << 3);
    hash *= UINT64_C(0x9e3779b97f4a7c15);
    return &memory->slots[hash >> 32 & (SLOTS - 1)];
}

bool filter_recall(const struct filter *filter, const struct filter_node *node, size_t group,
                   const void *where, bool *ret_matches) {
    if (!filter->memory)
        return false;
    const struct found *found = find_slot(filter->memory, node, group, where);
    if (found->node != node || found->where != where || found->group != group)
        return false;
    *ret_matches = found->matches;
    return true;
}

void filter_note(const struct filter *filter, const struct filter_node *node, size_t group,
                 const void *where, bool matches) {
    if (filter->memory)
        *find_slot(filter->memory, node, group, where) =
            (struct found){node, where, group, matches};
}

// --- Values --------------------------------------------------------------------------------------

// Yes and no would be found in every row, rates change while one looks, and what stands in JSON
// stands elsewhere as text.
static bool is_searched(enum field_type type) {
    return type != FIELD_BOOLEAN && type != FIELD_JSON && type != FIELD_BYTES_RATE &&
           type != FIELD_COUNT_RATE;
}

// Writing numbers that cannot hold the word would be most of the work.
static bool integer_has_room(const struct filter_node *node, const struct value *value) {
    if (!node->in_integers)
        return false;
    return value->kind == VALUE_INT || value->uint >= node->least;
}

static bool value_has_word(const struct filter *filter, const struct filter_node *node,
                           const struct value *value) {
    switch (value->kind) {
    case VALUE_ABSENT:
    case VALUE_BOOLEAN:
    case VALUE_JSON:
        return false;
    case VALUE_UINT:
    case VALUE_INT:
        if (!integer_has_room(node, value))
            return false;
        break;
    case VALUE_REAL:
        if (!node->in_numbers)
            return false;
        break;
    case VALUE_ADDRESS:
    case VALUE_PREFIX:
    case VALUE_LLADDR:
        if (!node->in_addresses)
            return false;
        break;
    case VALUE_TEXT:
        return text_contains(value->text, node->word);
    case VALUE_TIME:
        if (!node->in_times)
            return false;
        break;
    case VALUE_FLAGS:
    case VALUE_TEXTS:
    case VALUE_RECORDS:
        break;
    }
    buffer_clear(filter->scratch);
    value_format(value, filter->scratch);
    return text_contains(buffer_text(filter->scratch), node->word);
}

// A number that stands for a value of few that many rows have, and that takes long to write. False:
// there is none.
static bool find_common(const struct value *value, uint64_t *ret) {
    uint32_t address;
    if (value->kind == VALUE_FLAGS) {
        *ret = value->flags.bits;
        return true;
    }
    if (value->kind != VALUE_ADDRESS || value->address.family != ADDRESS_IPV4)
        return false;
    memcpy(&address, value->address.bytes, sizeof(address));
    *ret = address;
    return true;
}

// What was found out of a common value is remembered with its field in the place of a group.
static bool common_value_has_word(const struct filter *filter, const struct filter_node *node,
                                  const struct field *field, const struct value *value) {
    uint64_t number;
    bool matches;
    if (!filter->memory || !find_common(value, &number))
        return value_has_word(filter, node, value);
    size_t group = (size_t)(uintptr_t)field;
    const void *where = (const void *)(uintptr_t)number;
    if (filter_recall(filter, node, group, where, &matches))
        return matches;
    matches = value_has_word(filter, node, value);
    filter_note(filter, node, group, where, matches);
    return matches;
}

// The fields of one group, from a place on; group 0 is the row's own.
static bool fields_have_word(const struct filter *filter, const struct filter_node *node,
                             const struct row_ref *ref, size_t first, size_t group) {
    size_t count = filter->kind->field_count - filter->kind->unusual_count;
    for (size_t i = first; i < count; i++) {
        const struct field *field = &filter->kind->fields[i];
        struct value value;
        if (field->group != group || node->skipped[i])
            continue;
        field_read(field, ref, &value);
        if (common_value_has_word(filter, node, field, &value))
            return true;
    }
    return false;
}

static bool group_has_word(const struct filter *filter, const struct filter_node *node,
                           const struct row_ref *ref, size_t first) {
    const struct field *field = &filter->kind->fields[first];
    const void *where = field_struct(field, ref->row);
    bool matches;
    if (!where)
        return false;
    if (filter_recall(filter, node, field->group, where, &matches))
        return matches;
    matches = fields_have_word(filter, node, ref, first, field->group);
    filter_note(filter, node, field->group, where, matches);
    return matches;
}

static bool is_made_of(const char *word, const char *characters) {
    return word[strspn(word, characters)] == '\0';
}

static bool is_letters(const char *word) {
    while (isalpha((unsigned char)*word))
        word++;
    return *word == '\0';
}

// What a text says in words are other fields, and the words between: a word of nothing but digits
// and dots, or of letters, is one of those or is in another field.
static bool is_said_elsewhere(const struct filter_node *node, const struct field *field) {
    const struct field *part = field_parts(field);
    if (!part)
        return false;
    while (part->key)
        part++;
    return node->in_numbers || (is_letters(node->word) && !text_contains(part->help, node->word));
}

// True if no field before this one is of its group.
static bool is_first_of_group(const struct kind *kind, size_t place) {
    for (size_t i = 0; i < place; i++) {
        if (kind->fields[i].group == kind->fields[place].group)
            return false;
    }
    return true;
}

// The kinds of values that the word could stand in at all.
static void find_values(struct filter_node *node) {
    size_t len = strlen(node->word);
    node->in_integers = is_made_of(node->word, "0123456789-");
    node->in_numbers = is_made_of(node->word, "0123456789.-");
    node->in_addresses = is_made_of(node->word, "0123456789abcdefABCDEF.:/");
    node->in_times = is_made_of(node->word, "0123456789-:.TtZz") &&
                     strchr(node->word, '.') == strrchr(node->word, '.');
    node->least = len > 1 ? 1 : 0;
    for (size_t i = 1; i < len && node->least < UINT64_MAX / 10; i++)
        node->least *= 10;
}

int filter_word_init(struct filter_node *node, const struct kind *kind, struct arena *arena) {
    find_values(node);
    node->firsts = arena_alloc(arena, kind->field_count * sizeof(*node->firsts));
    node->skipped = arena_alloc(arena, kind->field_count * sizeof(*node->skipped));
    if (!node->firsts || !node->skipped)
        return -ENOMEM;
    for (size_t i = 0; i < kind->field_count - kind->unusual_count; i++) {
        const struct field *field = &kind->fields[i];
        node->skipped[i] = !is_searched(field->type) || is_said_elsewhere(node, field);
        if (is_first_of_group(kind, i))
            node->firsts[node->first_count++] = (uint32_t)i;
    }
    return 0;
}

bool filter_row_has_word(const struct filter *filter, const struct filter_node *node,
                         const struct row_ref *ref) {
    for (size_t i = 0; i < node->first_count; i++) {
        size_t first = node->firsts[i];
        bool own = filter->kind->fields[first].group == 0;
        if (own ? fields_have_word(filter, node, ref, first, 0)
                : group_has_word(filter, node, ref, first))
            return true;
    }
    return false;
}
