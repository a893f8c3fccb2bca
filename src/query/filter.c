// SPDX-License-Identifier: GPL-2.0-or-later
// Does a row pass? Values were compiled when the filter was; a match allocates nothing, except
// where a value has to be written out to be searched.
#include "query/filter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "query/filter_node.h"

static bool equals_text(const struct filter_operand *operand, const char *text) {
    return operand->fold_case ? strcasecmp(operand->text, text) == 0
                              : strcmp(operand->text, text) == 0;
}

// An internet address that stands where others have a link-layer one.
static bool is_lladdr_inside(const struct prefix *prefix, const struct lladdr *lladdr) {
    struct address address = address_from_bytes(lladdr->bytes, lladdr->length);
    return prefix_contains(prefix, &address);
}

static bool is_prefix_inside(const struct prefix *outer, const struct prefix *inner) {
    return inner->length >= outer->length && prefix_contains(outer, &inner->address);
}

// All of the wanted flags are set. The words of a field whose flags are not told by its table are
// looked up in the value.
static bool has_flags(const struct filter_node *term, const struct value *value) {
    if (term->operand.flag_bits != 0)
        return (value->flags.bits & term->operand.flag_bits) == term->operand.flag_bits;
    for (const struct flag_name *flag = value->flags.names; flag->name; flag++) {
        if ((value->flags.bits & flag->bit) && equals_text(&term->operand, flag->name))
            return true;
    }
    return false;
}

// Without the name of one of its fields, a record is matched by its addresses and its words.
static bool is_record_equal(const struct filter_node *term, const struct row_ref *ref,
                            const struct record_type *type) {
    for (size_t i = 0; i < type->field_count; i++) {
        struct value value;
        field_read(&type->fields[i], ref, &value);
        if (value.kind == VALUE_TEXT && equals_text(&term->operand, value.text))
            return true;
        if (!term->operand.is_address)
            continue;
        if (value.kind == VALUE_ADDRESS && prefix_contains(&term->operand.prefix, &value.address))
            return true;
        if (value.kind == VALUE_PREFIX && is_prefix_inside(&term->operand.prefix, &value.prefix))
            return true;
    }
    return false;
}

static bool has_equal_record(const struct filter_node *term, const struct row_ref *ref,
                             const struct value *value) {
    struct row_ref item = *ref;
    for (size_t i = 0; i < value->records.count; i++) {
        item.row = (const char *)value->records.items + i * value->records.type->size;
        if (is_record_equal(term, &item, value->records.type))
            return true;
    }
    return false;
}

static bool is_equal(const struct filter_node *term, const struct row_ref *ref,
                     const struct value *value) {
    const struct filter_operand *operand = &term->operand;
    switch (value->kind) {
    case VALUE_ABSENT:
        return false;
    case VALUE_BOOLEAN:
        return operand->is_boolean && operand->boolean == value->boolean;
    case VALUE_UINT:
    case VALUE_INT:
    case VALUE_REAL:
        return operand->is_number && filter_number_compare(value, &operand->number) == 0;
    case VALUE_TEXT:
        return equals_text(operand, value->text);
    case VALUE_TIME: // is text here: see read_term
        return false;
    case VALUE_ADDRESS:
        return operand->is_address && prefix_contains(&operand->prefix, &value->address);
    case VALUE_PREFIX:
        return operand->is_address && is_prefix_inside(&operand->prefix, &value->prefix);
    case VALUE_LLADDR:
        return (operand->is_lladdr && lladdr_compare(&operand->lladdr, &value->lladdr) == 0) ||
               (operand->is_address && is_lladdr_inside(&operand->prefix, &value->lladdr));
    case VALUE_FLAGS:
        return has_flags(term, value);
    case VALUE_TEXTS:
        for (size_t i = 0; i < value->texts.count; i++) {
            if (equals_text(operand, value->texts.items[i]))
                return true;
        }
        return false;
    case VALUE_RECORDS:
        return has_equal_record(term, ref, value);
    case VALUE_JSON:
        return false;
    }
    return false;
}

// Stores the order of value and operand; false if they cannot be compared.
static bool find_order(const struct filter_operand *operand, const struct value *value,
                       int *ret_order) {
    struct value wanted;
    switch (value->kind) {
    case VALUE_UINT:
    case VALUE_INT:
    case VALUE_REAL:
        *ret_order = filter_number_compare(value, &operand->number);
        return operand->is_number;
    case VALUE_TEXT:
        value_set_text(&wanted, operand->text);
        *ret_order = value_compare(value, &wanted);
        return true;
    case VALUE_ADDRESS:
        *ret_order = address_compare(&value->address, &operand->prefix.address);
        return operand->is_address && value->address.family == operand->prefix.address.family;
    case VALUE_PREFIX:
        *ret_order = prefix_compare(&value->prefix, &operand->prefix);
        return operand->is_address &&
               value->prefix.address.family == operand->prefix.address.family;
    case VALUE_LLADDR:
        *ret_order = lladdr_compare(&value->lladdr, &operand->lladdr);
        return operand->is_lladdr && value->lladdr.length == operand->lladdr.length;
    case VALUE_ABSENT:
    case VALUE_BOOLEAN:
    case VALUE_TIME:
    case VALUE_FLAGS:
    case VALUE_TEXTS:
    case VALUE_RECORDS:
    case VALUE_JSON:
        return false;
    }
    return false;
}

// The text of one item of a list or record.
static bool item_matches_regex(const struct filter *filter, const struct filter_operand *operand,
                               const struct value *value, size_t i) {
    if (value->kind == VALUE_TEXTS)
        return regexec(&operand->regex, value->texts.items[i], 0, NULL, 0) == 0;
    const struct record_type *type = value->records.type;
    buffer_clear(filter->scratch);
    type->format((const char *)value->records.items + i * type->size, filter->scratch);
    return regexec(&operand->regex, buffer_text(filter->scratch), 0, NULL, 0) == 0;
}

static bool any_item_matches_regex(const struct filter *filter,
                                   const struct filter_operand *operand,
                                   const struct value *value) {
    size_t count = value->kind == VALUE_TEXTS ? value->texts.count : value->records.count;
    for (size_t i = 0; i < count; i++) {
        if (item_matches_regex(filter, operand, value, i))
            return true;
    }
    return false;
}

static bool matches_regex(const struct filter *filter, const struct filter_operand *operand,
                          const struct value *value) {
    if (value->kind == VALUE_ABSENT)
        return false;
    if (value->kind == VALUE_TEXT)
        return regexec(&operand->regex, value->text, 0, NULL, 0) == 0;
    if (value->kind == VALUE_TEXTS || value->kind == VALUE_RECORDS)
        return any_item_matches_regex(filter, operand, value);
    buffer_clear(filter->scratch);
    value_format(value, filter->scratch);
    return regexec(&operand->regex, buffer_text(filter->scratch), 0, NULL, 0) == 0;
}

// FILTER_UNEQUAL is not asked here: it negates the whole of FILTER_EQUAL, all items included.
static bool matches_value(const struct filter *filter, const struct filter_node *term,
                          const struct row_ref *ref, const struct value *value) {
    int order;
    switch (term->op) {
    case FILTER_EQUAL:
    case FILTER_UNEQUAL:
        return is_equal(term, ref, value);
    case FILTER_LESS:
        return find_order(&term->operand, value, &order) && order < 0;
    case FILTER_AT_MOST:
        return find_order(&term->operand, value, &order) && order <= 0;
    case FILTER_GREATER:
        return find_order(&term->operand, value, &order) && order > 0;
    case FILTER_AT_LEAST:
        return find_order(&term->operand, value, &order) && order >= 0;
    case FILTER_REGEX:
        return matches_regex(filter, &term->operand, value);
    }
    return false;
}

// A time is compared as it is written: "2026-12-01T03" is the beginning of that hour.
static void read_term(const struct field *field, const struct row_ref *ref, struct value *ret) {
    field_read(field, ref, ret);
    value_spell_time(ret);
}

static bool matches_inner(const struct filter *filter, const struct filter_node *term,
                          const struct row_ref *ref, const struct value *records) {
    struct row_ref item = *ref;
    if (records->kind != VALUE_RECORDS)
        return false;
    for (size_t i = 0; i < records->records.count; i++) {
        struct value value;
        item.row = (const char *)records->records.items + i * records->records.type->size;
        read_term(term->inner, &item, &value);
        if (matches_value(filter, term, &item, &value))
            return true;
    }
    return false;
}

static bool matches_term(const struct filter *filter, const struct filter_node *term,
                         const struct row_ref *ref) {
    size_t group = term->field->group;
    const void *where = group ? field_struct(term->field, ref->row) : NULL;
    struct value value;
    bool matches;
    if (!where || !filter_recall(filter, term, group, where, &matches)) {
        read_term(term->field, ref, &value);
        matches = term->inner ? matches_inner(filter, term, ref, &value)
                              : matches_value(filter, term, ref, &value);
        if (where)
            filter_note(filter, term, group, where, matches);
    }
    return term->op == FILTER_UNEQUAL ? !matches : matches;
}

static bool matches_node(const struct filter *filter, const struct filter_node *node,
                         const struct row_ref *ref) {
    const struct filter_node *child = node->child;
    switch (node->type) {
    case FILTER_AND:
        while (child && matches_node(filter, child, ref))
            child = child->next;
        return !child;
    case FILTER_OR:
        while (child && !matches_node(filter, child, ref))
            child = child->next;
        return child;
    case FILTER_NOT:
        return !matches_node(filter, child, ref);
    case FILTER_WORD:
        return filter_row_has_word(filter, node, ref);
    case FILTER_TERM:
        return matches_term(filter, node, ref);
    }
    return false;
}

bool filter_match(const struct filter *filter, const struct row_ref *ref) {
    return matches_node(filter, filter->root, ref);
}

static bool reads_rates(const struct filter_node *node) {
    if (node->type == FILTER_TERM)
        return field_is_rate(node->field);
    for (const struct filter_node *child = node->child; child; child = child->next) {
        if (reads_rates(child))
            return true;
    }
    return false;
}

bool filter_reads_rates(const struct filter *filter) {
    return reads_rates(filter->root);
}

int filter_compile(const struct kind *kind, const char *text, struct filter **ret_filter,
                   size_t *ret_error_offset, struct error *err) {
    struct filter *filter = calloc(1, sizeof(*filter));
    if (!filter)
        return error_set(err, -ENOMEM, "out of memory");
    filter->kind = kind;
    filter->scratch = calloc(1, sizeof(*filter->scratch));
    int r = filter->scratch ? filter_parse(filter, text, ret_error_offset, err)
                            : error_set(err, -ENOMEM, "out of memory");
    if (r < 0) {
        filter_free(filter);
        return r;
    }
    *ret_filter = filter;
    return 0;
}

void filter_free(struct filter *filter) {
    if (!filter)
        return;
    for (struct filter_node *node = filter->regexes; node; node = node->next_regex)
        regfree(&node->operand.regex);
    arena_done(&filter->arena);
    filter_memory_free(filter->memory);
    if (filter->scratch)
        buffer_done(filter->scratch);
    free(filter->scratch);
    free(filter);
}
