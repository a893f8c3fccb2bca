// SPDX-License-Identifier: GPL-2.0-or-later
#include "query/filter_conditions.h"

#include <strings.h>

#include "query/filter_node.h"

static bool is_equal(const struct condition *a, const struct condition *b) {
    if (a->field != b->field || a->type != b->type)
        return false;
    switch (a->type) {
    case CONDITION_NUMBER:
        return a->number == b->number;
    case CONDITION_ADDRESS:
        return prefix_compare(&a->prefix, &b->prefix) == 0;
    case CONDITION_FLAGS:
        return a->flags == b->flags;
    case CONDITION_WORD:
        return strcasecmp(a->word, b->word) == 0;
    }
    return false;
}

static bool has(const struct conditions *conditions, const struct condition *condition) {
    for (size_t i = 0; i < conditions->count; i++) {
        if (is_equal(&conditions->items[i], condition))
            return true;
    }
    return false;
}

// What finds no room is left out: fewer conditions let more rows come.
static void add(struct conditions *conditions, const struct condition *condition) {
    if (conditions->count < CONDITIONS_MAX && !has(conditions, condition))
        conditions->items[conditions->count++] = *condition;
}

// The condition that a term is, if it is one.
static bool read_term(const struct filter_node *term, struct condition *ret) {
    const struct filter_operand *operand = &term->operand;
    if (term->op != FILTER_EQUAL || term->inner)
        return false;
    ret->field = term->field;
    if (operand->is_number && operand->number.whole && !operand->number.negative) {
        ret->type = CONDITION_NUMBER;
        ret->number = operand->number.magnitude;
    } else if (term->field->type == FIELD_ADDRESS && operand->is_address) {
        ret->type = CONDITION_ADDRESS;
        ret->prefix = operand->prefix;
    } else if (term->field->type == FIELD_FLAGS && operand->flag_bits != 0) {
        ret->type = CONDITION_FLAGS;
        ret->flags = operand->flag_bits;
    } else if (term->field->type == FIELD_ENUM || term->field->type == FIELD_TEXT) {
        ret->type = CONDITION_WORD;
        ret->word = operand->text;
    } else {
        return false;
    }
    return true;
}

static void collect(const struct filter_node *node, struct conditions *conditions);

// Adds what holds whichever of the alternatives does.
static void collect_common(const struct filter_node *first, struct conditions *conditions) {
    struct conditions common = {.count = 0};
    if (first)
        collect(first, &common);
    for (const struct filter_node *other = first ? first->next : NULL; other; other = other->next) {
        struct conditions theirs = {.count = 0};
        size_t kept = 0;
        collect(other, &theirs);
        for (size_t i = 0; i < common.count; i++) {
            if (has(&theirs, &common.items[i]))
                common.items[kept++] = common.items[i];
        }
        common.count = kept;
    }
    for (size_t i = 0; i < common.count; i++)
        add(conditions, &common.items[i]);
}

static void collect(const struct filter_node *node, struct conditions *conditions) {
    struct condition condition;
    switch (node->type) {
    case FILTER_AND:
        for (const struct filter_node *child = node->child; child; child = child->next)
            collect(child, conditions);
        break;
    case FILTER_OR:
        collect_common(node->child, conditions);
        break;
    case FILTER_TERM:
        if (read_term(node, &condition))
            add(conditions, &condition);
        break;
    case FILTER_NOT:
    case FILTER_WORD:
        break;
    }
}

void filter_conditions(const struct filter *filter, struct conditions *ret_conditions) {
    *ret_conditions = (struct conditions){.count = 0};
    collect(filter->root, ret_conditions);
}
