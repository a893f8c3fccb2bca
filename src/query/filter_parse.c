// SPDX-License-Identifier: GPL-2.0-or-later
// Text to filter: a recursive descent of bounded depth over the grammar in query/filter.h.
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "query/filter.h"
#include "query/filter_node.h"

#define FILTER_MAX_DEPTH 64

struct parser {
    struct filter *filter;
    const char *text;
    size_t at;
    unsigned depth;
    size_t error_offset;
    struct error *err;
};

static int parse_expression(struct parser *p, struct filter_node **ret);

__attribute__((format(printf, 3, 4))) static int fail(struct parser *p, size_t offset,
                                                      const char *format, ...) {
    char words[sizeof(p->err->text)];
    va_list args;
    va_start(args, format);
    vsnprintf(words, sizeof(words), format, args);
    va_end(args);
    p->error_offset = offset;
    return error_set(p->err, -EINVAL, "%s", words);
}

static int fail_memory(struct parser *p) {
    return error_set(p->err, -ENOMEM, "out of memory");
}

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static char skip_space(struct parser *p) {
    while (is_space(p->text[p->at]))
        p->at++;
    return p->text[p->at];
}

static struct filter_node *new_node(struct parser *p, enum filter_node_type type) {
    struct filter_node *node = arena_alloc(&p->filter->arena, sizeof(*node));
    if (node)
        node->type = type;
    return node;
}

// --- Words, operators and values -------------------------------------------------------------

// Bytes of the operator at text, 0 if there is none.
static size_t operator_length(const char *text, enum filter_operator *ret) {
    static const struct {
        const char *text;
        enum filter_operator op;
    } operators[] = {
        {"==", FILTER_EQUAL},   {"=", FILTER_EQUAL}, {"!=", FILTER_UNEQUAL},
        {"<=", FILTER_AT_MOST}, {"<", FILTER_LESS},  {">=", FILTER_AT_LEAST},
        {">", FILTER_GREATER},  {"~", FILTER_REGEX},
    };
    for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
        size_t len = strlen(operators[i].text);
        if (strncmp(text, operators[i].text, len) == 0) {
            *ret = operators[i].op;
            return len;
        }
    }
    return 0;
}

// Bytes of the word at text, where a term can begin: field names and words to search.
static size_t word_length(const char *text) {
    enum filter_operator op;
    size_t len = 0;
    while (text[len] && !is_space(text[len]) && text[len] != '(' && text[len] != ')' &&
           operator_length(text + len, &op) == 0)
        len++;
    return len;
}

// Bytes of the value at text: parentheses that are its own pairs belong to it.
static size_t value_length(const char *text) {
    size_t len = 0, open = 0;
    for (; text[len] && !is_space(text[len]); len++) {
        if (text[len] == '\\' && text[len + 1] && !is_space(text[len + 1]))
            len++;
        else if (text[len] == '(')
            open++;
        else if (text[len] == ')' && open-- == 0)
            break;
    }
    return len;
}

static bool is_keyword(const struct parser *p, const char *keyword) {
    size_t len = word_length(p->text + p->at);
    return len == strlen(keyword) && strncasecmp(p->text + p->at, keyword, len) == 0;
}

// The text between quotes, at which the parser stands.
static int parse_quoted(struct parser *p, const char **ret) {
    size_t start = p->at;
    char quote = p->text[p->at++];
    char *copy = arena_alloc(&p->filter->arena, strlen(p->text + start) + 1);
    if (!copy)
        return fail_memory(p);
    *ret = copy;
    for (; p->text[p->at] != quote; p->at++) {
        if (p->text[p->at] == '\\' && (p->text[p->at + 1] == quote || p->text[p->at + 1] == '\\'))
            p->at++;
        if (p->text[p->at] == '\0')
            return fail(p, start, "the quote is not closed");
        *copy++ = p->text[p->at];
    }
    p->at++;
    return 0;
}

static int parse_value(struct parser *p, const char **ret) {
    char first = p->text[p->at];
    if (first == '"' || first == '\'')
        return parse_quoted(p, ret);
    size_t len = value_length(p->text + p->at);
    *ret = arena_strndup(&p->filter->arena, p->text + p->at, len);
    if (!*ret)
        return fail_memory(p);
    p->at += len;
    return 0;
}

// --- Terms -----------------------------------------------------------------------------------

static int report_inner(struct parser *p, size_t offset, const struct field *field,
                        const char *key) {
    const char *near = NULL;
    if (field->type != FIELD_RECORDS)
        return fail(p, offset, "%s has no fields inside it", field->key);
    const struct record_type *type = field->names;
    size_t least = strlen(key) / 2 + 1;
    for (size_t i = 0; i < type->field_count; i++) {
        size_t distance = text_distance(key, type->fields[i].key);
        if (distance < least) {
            least = distance;
            near = type->fields[i].key;
        }
    }
    if (near)
        return fail(p, offset, "unknown field: %s.%s (did you mean %s.%s?)", field->key, key,
                    field->key, near);
    return fail(p, offset, "unknown field: %s.%s", field->key, key);
}

static int report_field(struct parser *p, size_t offset, const char *key) {
    const struct kind *kind = p->filter->kind;
    char outer[64];
    size_t len = strcspn(key, ".");
    if (key[len] == '.' && len < sizeof(outer)) {
        memcpy(outer, key, len);
        outer[len] = '\0';
        const struct field *field = kind_find_field(kind, outer, NULL);
        if (field)
            return report_inner(p, offset, field, key + len + 1);
    }
    const char *near = kind_suggest_field(kind, key);
    if (near)
        return fail(p, offset, "unknown field: %s (did you mean %s?)", key, near);
    return fail(p, offset, "unknown field: %s", key);
}

static int parse_operand(struct parser *p, struct filter_node *node) {
    const struct field *field = node->inner ? node->inner : node->field;
    size_t offset = p->at;
    const char *text;
    int r = parse_value(p, &text);
    if (r < 0)
        return r;
    r = filter_operand_parse(field, node->op, text, &node->operand, p->err);
    if (r == -ENOMEM)
        return fail_memory(p);
    if (r < 0)
        p->error_offset = offset;
    if (node->operand.has_regex) {
        node->next_regex = p->filter->regexes;
        p->filter->regexes = node;
    }
    return r;
}

// A field, whose operator follows.
static int parse_term(struct parser *p, size_t offset, const char *key, struct filter_node **ret) {
    struct filter_node *node = new_node(p, FILTER_TERM);
    if (!node)
        return fail_memory(p);
    node->field = kind_find_field(p->filter->kind, key, &node->inner);
    if (!node->field)
        return report_field(p, offset, key);
    size_t operator_offset = p->at;
    size_t len = operator_length(p->text + p->at, &node->op);
    p->at += len;
    char next = skip_space(p);
    if (next == '\0' || next == ')')
        return fail(p, p->at, "a value is missing after '%.*s'", (int)len,
                    p->text + operator_offset);
    if (!filter_operator_fits(node->inner ? node->inner : node->field, node->op))
        return fail(p, operator_offset, "%s has no order: '%.*s' cannot stand behind it", key,
                    (int)len, p->text + operator_offset);
    *ret = node;
    return parse_operand(p, node);
}

static int make_word(struct parser *p, size_t offset, const char *word, struct filter_node **ret) {
    if (*word == '\0')
        return fail(p, offset, "nothing to search for between the quotes");
    struct filter_node *node = new_node(p, FILTER_WORD);
    if (!node)
        return fail_memory(p);
    node->word = word;
    if (filter_word_init(node, p->filter->kind, &p->filter->arena) < 0)
        return fail_memory(p);
    *ret = node;
    return 0;
}

static int parse_term_or_word(struct parser *p, struct filter_node **ret) {
    enum filter_operator op;
    size_t offset = p->at;
    const char *word;
    char first = p->text[p->at];
    bool quoted = first == '"' || first == '\'';
    if (quoted) {
        int r = parse_quoted(p, &word);
        if (r < 0)
            return r;
    } else {
        size_t len = word_length(p->text + p->at);
        word = arena_strndup(&p->filter->arena, p->text + p->at, len);
        if (!word)
            return fail_memory(p);
        p->at += len;
    }
    skip_space(p);
    if (quoted || operator_length(p->text + p->at, &op) == 0)
        return make_word(p, offset, word, ret);
    return parse_term(p, offset, word, ret);
}

// --- Expressions -----------------------------------------------------------------------------

static int parse_parentheses(struct parser *p, struct filter_node **ret) {
    size_t open = p->at++;
    if (skip_space(p) == ')')
        return fail(p, p->at, "nothing stands between the parentheses");
    int r = parse_expression(p, ret);
    if (r < 0)
        return r;
    if (skip_space(p) != ')')
        return fail(p, open, "a ')' is missing for this '('");
    p->at++;
    return 0;
}

static int parse_not(struct parser *p, size_t len, struct filter_node **ret);

// A term, a word, something in parentheses or a negation; `after` is what it stands behind.
static int parse_negation(struct parser *p, const char *after, struct filter_node **ret) {
    enum filter_operator op;
    char next = skip_space(p);
    if (next == '\0' && after)
        return fail(p, p->at, "something is missing after '%s'", after);
    if (next == ')')
        return after ? fail(p, p->at, "something is missing after '%s'", after)
                     : fail(p, p->at, "this ')' closes nothing");
    if (is_keyword(p, "and") || is_keyword(p, "or"))
        return fail(p, p->at, "something is missing before '%.*s'",
                    (int)word_length(p->text + p->at), p->text + p->at);
    size_t len = operator_length(p->text + p->at, &op);
    if (len > 0)
        return fail(p, p->at, "a field is missing before '%.*s'", (int)len, p->text + p->at);
    if (p->depth == FILTER_MAX_DEPTH)
        return fail(p, p->at, "too many parentheses and negations inside each other");
    p->depth++;
    int r;
    if (next == '(')
        r = parse_parentheses(p, ret);
    else if (next == '!' || is_keyword(p, "not"))
        r = parse_not(p, next == '!' ? 1 : 3, ret);
    else
        r = parse_term_or_word(p, ret);
    p->depth--;
    return r;
}

static int parse_not(struct parser *p, size_t len, struct filter_node **ret) {
    struct filter_node *node = new_node(p, FILTER_NOT);
    if (!node)
        return fail_memory(p);
    p->at += len;
    *ret = node;
    return parse_negation(p, len == 1 ? "!" : "not", &node->child);
}

static int parse_conjunction(struct parser *p, const char *after, struct filter_node **ret) {
    struct filter_node *node = new_node(p, FILTER_AND);
    if (!node)
        return fail_memory(p);
    struct filter_node **last = &node->child;
    *ret = node;
    for (;;) {
        int r = parse_negation(p, after, last);
        if (r < 0)
            return r;
        last = &(*last)->next;
        char next = skip_space(p);
        if (next == '\0' || next == ')' || is_keyword(p, "or"))
            return 0;
        after = NULL;
        if (is_keyword(p, "and")) {
            p->at += strlen("and");
            after = "and";
        }
    }
}

static int parse_expression(struct parser *p, struct filter_node **ret) {
    struct filter_node *node = new_node(p, FILTER_OR);
    if (!node)
        return fail_memory(p);
    struct filter_node **last = &node->child;
    const char *after = NULL;
    *ret = node;
    for (;;) {
        int r = parse_conjunction(p, after, last);
        if (r < 0)
            return r;
        last = &(*last)->next;
        skip_space(p);
        if (!is_keyword(p, "or"))
            return 0;
        p->at += strlen("or");
        after = "or";
    }
}

static int parse_whole(struct parser *p) {
    struct filter_node **root = &p->filter->root;
    if (strlen(p->text) > FILTER_MAX_TEXT)
        return fail(p, FILTER_MAX_TEXT, "the expression is longer than %d bytes", FILTER_MAX_TEXT);
    if (skip_space(p) == '\0') {
        *root = new_node(p, FILTER_AND);
        return *root ? 0 : fail_memory(p);
    }
    int r = parse_expression(p, root);
    if (r < 0)
        return r;
    if (skip_space(p) != '\0')
        return fail(p, p->at, "this ')' closes nothing");
    return 0;
}

int filter_parse(struct filter *filter, const char *text, size_t *ret_error_offset,
                 struct error *err) {
    struct parser p = {.filter = filter, .text = text, .err = err};
    int r = parse_whole(&p);
    if (r < 0 && ret_error_offset)
        *ret_error_offset = p.error_offset;
    return r;
}
