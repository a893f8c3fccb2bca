// SPDX-License-Identifier: GPL-2.0-or-later
// A word alone: it is looked for in every field. A million rows of forty fields are forty million
// values, so what a field's type and its words say is found out once, when the filter is compiled:
// most words can stand in few fields.
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/netns.h"
#include "model/node.h"
#include "query/filter_node.h"

#define NUMBER_DIGITS     19 // such numbers, and ten times the least of them, fit into 64 bits
#define LONGER_THAN_YEARS 10000
#define NANOSECONDS       UINT64_C(1000000000) // of a second

// --- Where the word can stand at all -------------------------------------------------------------

static bool is_made_of(const char *word, const char *characters) {
    return word[strspn(word, characters)] == '\0';
}

static bool is_letters(const char *word) {
    while (isalpha((unsigned char)*word))
        word++;
    return *word == '\0';
}

// A number that begins with no zero, and ten to the power of its digits: so it is found in numbers
// that are not written out. Others stay 0.
static void find_number(struct filter_node *node) {
    if (!is_made_of(node->word, "0123456789") || node->word[0] == '0' ||
        strlen(node->word) > NUMBER_DIGITS)
        return;
    node->number_end = 1;
    for (const char *digit = node->word; *digit; digit++) {
        node->number = node->number * 10 + (uint64_t)(*digit - '0');
        node->number_end *= 10;
    }
}

// Characters of the longest run of digits.
static size_t longest_number(const char *word) {
    size_t longest = 0, len;
    for (; *word; word += len + (word[len] != '\0')) {
        len = strspn(word, "0123456789");
        if (len > longest)
            longest = len;
    }
    return longest;
}

// What stands between dots, two numbers at most.
static void find_octets(struct filter_node *node) {
    const char *dot = strchr(node->word, '.'), *end;
    while (dot && (end = strchr(dot + 1, '.')) && node->octet_count < 2) {
        node->octets[node->octet_count++] = atoi(dot + 1);
        dot = end;
    }
}

// The kinds of values that the word could stand in.
static void find_values(struct filter_node *node) {
    node->in_integers = is_made_of(node->word + (node->word[0] == '-'), "0123456789");
    node->in_numbers = is_made_of(node->word, "0123456789.-");
    node->in_addresses = is_made_of(node->word, "0123456789abcdefABCDEF.:/");
    node->in_ipv4 = is_made_of(node->word, "0123456789.") && longest_number(node->word) <= 3;
    node->in_times = is_made_of(node->word, "0123456789-:.TtZz") &&
                     strchr(node->word, '.') == strrchr(node->word, '.');
    node->in_lists = strchr(node->word, ',');
    node->in_netns = true;
    if (node->in_ipv4)
        find_octets(node);
    find_number(node);
}

// Numbers without a word in the table are "unknown(N)".
static bool enum_has_word(const struct enum_names *names, const char *word) {
    if (!names || is_made_of(word, "uknowUKNOW(0123456789)"))
        return true;
    for (size_t i = 0; i < names->count; i++) {
        if (names->names[i] && text_contains(names->names[i], word))
            return true;
    }
    return false;
}

// The bits whose names have the word.
static uint64_t find_flags(const struct flag_name *names, const char *word) {
    uint64_t bits = 0;
    for (const struct flag_name *flag = names; flag->name; flag++) {
        if (text_contains(flag->name, word))
            bits |= flag->bit;
    }
    return bits;
}

// Yes and no would be found in every row, rates change while one looks, and what stands in JSON
// stands elsewhere as text.
static bool type_has_word(const struct filter_node *node, const struct field *field) {
    switch (field->type) {
    case FIELD_BOOLEAN:
    case FIELD_BYTES_RATE:
    case FIELD_COUNT_RATE:
    case FIELD_JSON:
        return false;
    case FIELD_NUMBER:
    case FIELD_BYTES:
    case FIELD_COUNT:
        return node->in_integers;
    case FIELD_DURATION:
        return node->in_numbers;
    case FIELD_TIME:
        return node->in_times;
    case FIELD_ENUM:
        return enum_has_word(field->names, node->word);
    case FIELD_FLAGS:
        return node->in_lists || find_flags(field->names, node->word) != 0;
    case FIELD_ADDRESS:
    case FIELD_PREFIX:
    case FIELD_LLADDR:
        return node->in_addresses;
    case FIELD_TEXT:
    case FIELD_INTERFACE:
    case FIELD_NETNS:
    case FIELD_LIST:
    case FIELD_RECORDS:
        return true;
    }
    return false;
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

// Adds the fields of a group in which the word can stand.
static void add_group(struct filter_node *node, const struct kind *kind, size_t group) {
    size_t first = node->place_count;
    for (size_t i = 0; i < kind->field_count - kind->unusual_count; i++) {
        const struct field *field = &kind->fields[i];
        if (field->group != group || !type_has_word(node, field) || is_said_elsewhere(node, field))
            continue;
        struct filter_place *place = &node->places[node->place_count++];
        place->field = field;
        if (field->type == FIELD_FLAGS)
            place->flags = find_flags(field->names, node->word);
    }
    if (node->place_count > first)
        node->places[first].group_count = node->place_count - first;
}

// True if no field before this one is of its group.
static bool is_first_of_group(const struct kind *kind, size_t number) {
    for (size_t i = 0; i < number; i++) {
        if (kind->fields[i].group == kind->fields[number].group)
            return false;
    }
    return true;
}

int filter_word_init(struct filter_node *node, const struct kind *kind, struct arena *arena) {
    find_values(node);
    node->places = arena_alloc(arena, kind->field_count * sizeof(*node->places));
    if (!node->places)
        return -ENOMEM;
    for (size_t i = 0; i < kind->field_count - kind->unusual_count; i++) {
        if (is_first_of_group(kind, i))
            add_group(node, kind, kind->fields[i].group);
    }
    return 0;
}

void filter_word_see(struct filter_node *word, const struct node *node) {
    word->in_netns = false;
    for (size_t i = 0; i < node_count(node) && !word->in_netns; i++)
        word->in_netns = text_contains(node->netnses[i].netns->name, word->word);
}

// --- Values --------------------------------------------------------------------------------------

static bool text_of_value_has_word(const struct filter *filter, const struct filter_node *node,
                                   const struct value *value) {
    buffer_clear(filter->scratch);
    value_format(value, filter->scratch);
    return text_contains(buffer_text(filter->scratch), node->word);
}

static bool digits_have_number(const struct filter_node *node, uint64_t digits) {
    for (; digits >= node->number; digits /= 10) {
        if (digits % node->number_end == node->number)
            return true;
    }
    return false;
}

static bool number_has_word(const struct filter *filter, const struct filter_node *node,
                            const struct value *value) {
    return node->number == 0 ? text_of_value_has_word(filter, node, value)
                             : digits_have_number(node, value->uint);
}

// A number longer than a year stands in the nanoseconds, or nowhere; with a digit before them they
// have their leading zeroes. Before 1970 they are others.
static bool time_has_room(const struct filter_node *node, int64_t time) {
    return node->number < LONGER_THAN_YEARS || time < 0 ||
           digits_have_number(node, NANOSECONDS + (uint64_t)time % NANOSECONDS);
}

// Of four octets those that stand between dots are the two inner ones, or one of them.
static bool ipv4_has_room(const struct filter_node *node, const uint8_t *bytes) {
    const int *octets = node->octets;
    if (!node->in_ipv4 || node->octet_count == 0)
        return node->in_ipv4;
    if (node->octet_count == 2)
        return octets[0] == bytes[1] && octets[1] == bytes[2];
    return octets[0] == bytes[1] || octets[0] == bytes[2];
}

// Writing what cannot hold the word would be most of the work.
static bool value_has_word(const struct filter *filter, const struct filter_node *node,
                           const struct filter_place *place, const struct value *value) {
    switch (value->kind) {
    case VALUE_ABSENT:
    case VALUE_BOOLEAN:
    case VALUE_JSON:
        return false;
    case VALUE_TEXT:
        return text_contains(value->text, node->word);
    case VALUE_UINT:
        return number_has_word(filter, node, value);
    case VALUE_ADDRESS:
        return (value->address.family != ADDRESS_IPV4 ||
                ipv4_has_room(node, value->address.bytes)) &&
               text_of_value_has_word(filter, node, value);
    case VALUE_FLAGS:
        return node->in_lists ? text_of_value_has_word(filter, node, value)
                              : (value->flags.bits & place->flags) != 0;
    case VALUE_TIME:
        return time_has_room(node, value->time) && text_of_value_has_word(filter, node, value);
    case VALUE_INT:
    case VALUE_REAL:
    case VALUE_PREFIX:
    case VALUE_LLADDR:
    case VALUE_TEXTS:
    case VALUE_RECORDS:
        return text_of_value_has_word(filter, node, value);
    }
    return false;
}

// --- Rows ----------------------------------------------------------------------------------------

static bool places_have_word(const struct filter *filter, const struct filter_node *node,
                             const struct filter_place *first, const struct row_ref *ref) {
    for (size_t i = 0; i < first->group_count; i++) {
        struct value value;
        if (first[i].field->type == FIELD_NETNS && !node->in_netns)
            continue;
        field_read(first[i].field, ref, &value);
        if (value_has_word(filter, node, &first[i], &value))
            return true;
    }
    return false;
}

// What is behind a pointer is looked at once, where the filter may remember it.
static bool group_has_word(const struct filter *filter, const struct filter_node *node,
                           const struct filter_place *first, const struct row_ref *ref) {
    size_t group = first->field->group;
    const void *where = field_struct(first->field, ref->row);
    bool has_word;
    if (group == 0)
        return places_have_word(filter, node, first, ref);
    if (!where)
        return false;
    if (filter_recall(filter, node, group, where, &has_word))
        return has_word;
    has_word = places_have_word(filter, node, first, ref);
    filter_note(filter, node, group, where, has_word);
    return has_word;
}

bool filter_row_has_word(const struct filter *filter, const struct filter_node *node,
                         const struct row_ref *ref) {
    for (size_t i = 0; i < node->place_count; i += node->places[i].group_count) {
        if (group_has_word(filter, node, &node->places[i], ref))
            return true;
    }
    return false;
}
