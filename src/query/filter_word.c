// SPDX-License-Identifier: GPL-2.0-or-later
// A word alone: it is looked for in every field. A million rows of forty fields are forty million
// values, so what many rows share (fields behind a pointer) is looked at once, where the filter may
// remember it.
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
    case VALUE_FLAGS:
    case VALUE_TEXTS:
    case VALUE_RECORDS:
        break;
    }
    buffer_clear(filter->scratch);
    value_format(value, filter->scratch);
    return text_contains(buffer_text(filter->scratch), node->word);
}

// What a text says in words are other fields, and between them stand words, spaces and colons: what
// is looked for in numbers is in those fields or nowhere.
static bool is_said_elsewhere(const struct filter_node *node, const struct field *field) {
    return node->in_numbers && field_parts(field);
}

// The fields of one group, from a place on; group 0 is the row's own.
static bool fields_have_word(const struct filter *filter, const struct filter_node *node,
                             const struct row_ref *ref, size_t first, size_t group) {
    size_t count = filter->kind->field_count - filter->kind->unusual_count;
    for (size_t i = first; i < count; i++) {
        const struct field *field = &filter->kind->fields[i];
        struct value value;
        if (field->group != group || !is_searched(field->type) || is_said_elsewhere(node, field))
            continue;
        field_read(field, ref, &value);
        if (value_has_word(filter, node, &value))
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

// True if no field before this one is of its group.
static bool is_first_of_group(const struct kind *kind, size_t place) {
    for (size_t i = 0; i < place; i++) {
        if (kind->fields[i].group == kind->fields[place].group)
            return false;
    }
    return true;
}

static bool is_made_of(const char *word, const char *characters) {
    return word[strspn(word, characters)] == '\0';
}

// The kinds of values that the word could stand in at all.
static void find_values(struct filter_node *node) {
    size_t len = strlen(node->word);
    node->in_integers = is_made_of(node->word, "0123456789-");
    node->in_numbers = is_made_of(node->word, "0123456789.-");
    node->in_addresses = is_made_of(node->word, "0123456789abcdefABCDEF.:/");
    node->least = len > 1 ? 1 : 0;
    for (size_t i = 1; i < len && node->least < UINT64_MAX / 10; i++)
        node->least *= 10;
}

int filter_word_init(struct filter_node *node, const struct kind *kind, struct arena *arena) {
    find_values(node);
    node->firsts = arena_alloc(arena, kind->field_count * sizeof(*node->firsts));
    if (!node->firsts)
        return -ENOMEM;
    for (size_t i = 0; i < kind->field_count - kind->unusual_count; i++) {
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
