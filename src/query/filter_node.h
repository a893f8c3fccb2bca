// SPDX-License-Identifier: GPL-2.0-or-later
// What a filter is made of; for the filter's own files.
#ifndef QUERY_FILTER_NODE_H
#define QUERY_FILTER_NODE_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "model/kind.h"

enum filter_operator {
    FILTER_EQUAL,
    FILTER_UNEQUAL, // the negation of FILTER_EQUAL: true where the field is absent
    FILTER_LESS,
    FILTER_AT_MOST,
    FILTER_GREATER,
    FILTER_AT_LEAST,
    FILTER_REGEX,
};

// A number as it was written: exact where it is whole and fits.
struct filter_number {
    bool whole;
    bool negative;      // of a whole one
    uint64_t magnitude; // of a whole one
    double real;
};

// What stands behind the operator, compiled to all that it can be compared as.
struct filter_operand {
    const char *text;
    bool fold_case; // words of enumerations and flags
    bool is_number, is_boolean, is_address, is_lladdr;
    struct filter_number number;
    bool boolean;
    struct prefix prefix; // a bare address is one of full length
    struct lladdr lladdr;
    uint64_t flag_bits;
    bool has_regex;
    regex_t regex;
};

enum filter_node_type {
    FILTER_AND, // true without children
    FILTER_OR,
    FILTER_NOT,
    FILTER_WORD,
    FILTER_TERM,
};

struct filter_memory;

// A field in which a word is looked for.
struct filter_place {
    const struct field *field;
    uint64_t flags;     // FIELD_FLAGS: those whose names have the word
    size_t group_count; // of the first one of a group: how many of that group there are
};

struct filter_node {
    enum filter_node_type type;
    struct filter_node *child; // the first one
    struct filter_node *next;  // the next one of the same parent

    // FILTER_WORD: what kinds of values the text could stand in at all, and the fields in which it
    // is looked for, those of a group together.
    const char *word;
    uint64_t number, number_end; // that it is, and ten to the power of its digits; 0: it is none
    bool in_integers, in_numbers, in_addresses, in_ipv4, in_times, in_lists;
    bool in_netns; // false: in the name of no namespace
    // Numbers that stand between two of its dots: an IPv4 address must have them inside.
    int octets[2];
    size_t octet_count;
    struct filter_place *places;
    size_t place_count;

    // FILTER_TERM
    const struct field *field;
    const struct field *inner; // of the records in field, or NULL
    enum filter_operator op;
    struct filter_operand operand;
    struct filter_node *next_regex; // for filter_free
};

struct filter {
    const struct kind *kind;
    struct arena arena;
    struct filter_node *root;
    struct filter_node *regexes;
    struct buffer *scratch;       // for values that have to be written before they can be searched
    struct filter_memory *memory; // NULL: nothing is remembered
};

// A word: prepares its node for the kind (0 or -ENOMEM); true if a row has it.
int filter_word_init(struct filter_node *node, const struct kind *kind, struct arena *arena);
bool filter_row_has_word(const struct filter *filter, const struct filter_node *node,
                         const struct row_ref *ref);

// From now on rows are of that node, and its namespaces keep their names: whether the word stands
// in one is found out once.
void filter_word_see(struct filter_node *word, const struct node *node);

// What was noted of a node in a struct behind a row. Returns false if nothing was, or no more.
bool filter_recall(const struct filter *filter, const struct filter_node *node, size_t group,
                   const void *where, bool *ret_matches);
void filter_note(const struct filter *filter, const struct filter_node *node, size_t group,
                 const void *where, bool matches);
void filter_memory_free(struct filter_memory *memory);

// Parses text into the filter, which has kind, an empty arena and scratch.
// Returns 0, -EINVAL or -ENOMEM as filter_compile does.
int filter_parse(struct filter *filter, const char *text, size_t *ret_error_offset,
                 struct error *err);

// True if the operator can stand behind the field: what has no order cannot be less.
bool filter_operator_fits(const struct field *field, enum filter_operator op);

// Compiles the text behind an operator for a field; ret is zeroed. Returns 0, -EINVAL or -ENOMEM.
int filter_operand_parse(const struct field *field, enum filter_operator op, const char *text,
                         struct filter_operand *ret, struct error *err);

// <0, 0, >0. The value is VALUE_UINT, VALUE_INT or VALUE_REAL.
int filter_number_compare(const struct value *value, const struct filter_number *number);

// Compiles a POSIX extended regular expression, case ignored. Returns 0 and one for regfree,
// -EINVAL (also for one that could take time or memory without bound) or -ENOMEM.
int filter_regex_compile(const char *text, regex_t *ret, struct error *err);

// "10", "-3", "0x1f", "1.5k", "10M", "1Gi", "64KiB", "2M/s" to a number; "90", "5m", "1h30m",
// "250ms" to seconds. Returns 0 or -EINVAL.
int filter_number_parse(const char *text, struct filter_number *ret);
int filter_duration_parse(const char *text, struct filter_number *ret);

#endif
