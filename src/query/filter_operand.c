// SPDX-License-Identifier: GPL-2.0-or-later
// The value behind an operator: compiled once, to the type of the field before it.
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "query/filter_node.h"

static const char *const yes_words[] = {"yes", "true", "on", "1", NULL};
static const char *const no_words[] = {"no", "false", "off", "0", NULL};

static bool is_one_of(const char *const *words, const char *text) {
    while (*words && strcasecmp(*words, text) != 0)
        words++;
    return *words != NULL;
}

static int parse_number(const struct field *field, const char *text, struct filter_operand *ret,
                        struct error *err) {
    bool duration = field->type == FIELD_DURATION;
    int r = duration ? filter_duration_parse(text, &ret->number)
                     : filter_number_parse(text, &ret->number);
    if (r < 0)
        return error_set(err, r, "%s needs a %s, not '%s'", field->key,
                         duration ? "duration (90, 5m, 1h30m)" : "number (10, 1.5k, 10M, 1Gi)",
                         text);
    ret->is_number = true;
    return 0;
}

static int parse_boolean(const struct field *field, const char *text, struct filter_operand *ret,
                         struct error *err) {
    ret->boolean = is_one_of(yes_words, text);
    if (!ret->boolean && !is_one_of(no_words, text))
        return error_set(err, -EINVAL, "%s is yes or no, not '%s'", field->key, text);
    ret->is_boolean = true;
    return 0;
}

static void read_address(const char *text, struct filter_operand *ret) {
    ret->is_address = prefix_parse(text, &ret->prefix) == 0;
}

static int parse_address(const struct field *field, const char *text, struct filter_operand *ret,
                         struct error *err) {
    read_address(text, ret);
    if (!ret->is_address)
        return error_set(err, -EINVAL, "%s needs an address or a prefix, not '%s'", field->key,
                         text);
    return 0;
}

// Tunnels have internet addresses where others have link-layer ones.
static int parse_lladdr(const struct field *field, const char *text, struct filter_operand *ret,
                        struct error *err) {
    ret->is_lladdr = lladdr_parse(text, &ret->lladdr) == 0;
    read_address(text, ret);
    if (!ret->is_lladdr && !ret->is_address)
        return error_set(err, -EINVAL, "%s needs a link-layer address, not '%s'", field->key, text);
    return 0;
}

static int report_word(const struct field *field, const char *text, const char *near,
                       struct error *err) {
    if (near)
        return error_set(err, -EINVAL, "%s is never '%s' (did you mean %s?)", field->key, text,
                         near);
    return error_set(err, -EINVAL, "%s is never '%s'", field->key, text);
}

// The words' nearest to a wrong one, so far: keeps the better one.
static void consider_near(const char *word, const char *text, size_t *least, const char **near) {
    size_t distance = strncasecmp(word, text, strlen(text)) == 0 ? 0 : text_distance(word, text);
    if (distance < *least) {
        *least = distance;
        *near = word;
    }
}

static int check_enum(const struct field *field, const char *text, struct error *err) {
    const struct enum_names *names = field->names;
    const char *near = NULL;
    size_t least = strlen(text) / 2 + 1;
    if (!names || strncasecmp(text, "unknown(", 8) == 0)
        return 0;
    for (size_t i = 0; i < names->count; i++) {
        if (!names->names[i])
            continue;
        if (strcasecmp(names->names[i], text) == 0)
            return 0;
        consider_near(names->names[i], text, &least, &near);
    }
    return report_word(field, text, near, err);
}

// One of the words in "UP,RUNNING".
static int parse_flag(const struct field *field, const char *text, uint64_t *bits,
                      struct error *err) {
    const char *near = NULL;
    size_t least = strlen(text) / 2 + 1;
    for (const struct flag_name *flag = field->names; flag->name; flag++) {
        if (strcasecmp(flag->name, text) == 0) {
            *bits |= flag->bit;
            return 0;
        }
        consider_near(flag->name, text, &least, &near);
    }
    return report_word(field, text, near, err);
}

static int parse_flags(const struct field *field, const char *text, struct filter_operand *ret,
                       struct error *err) {
    char word[64];
    if (!field->names)
        return 0;
    for (const char *at = text;; at++) {
        size_t len = strcspn(at, ",");
        if (len == 0 || len >= sizeof(word))
            return report_word(field, text, NULL, err);
        memcpy(word, at, len);
        word[len] = '\0';
        int r = parse_flag(field, word, &ret->flag_bits, err);
        if (r < 0)
            return r;
        at += len;
        if (*at == '\0')
            return 0;
    }
}

static int parse_typed(const struct field *field, const char *text, struct filter_operand *ret,
                       struct error *err) {
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_TIME:
    case FIELD_INTERFACE:
    case FIELD_NETNS:
    case FIELD_LIST:
        return 0;
    case FIELD_NUMBER:
    case FIELD_BYTES:
    case FIELD_COUNT:
    case FIELD_BYTES_RATE:
    case FIELD_COUNT_RATE:
    case FIELD_DURATION:
        return parse_number(field, text, ret, err);
    case FIELD_BOOLEAN:
        return parse_boolean(field, text, ret, err);
    case FIELD_ENUM:
        ret->fold_case = true;
        return check_enum(field, text, err);
    case FIELD_FLAGS:
        ret->fold_case = true;
        return parse_flags(field, text, ret, err);
    case FIELD_ADDRESS:
    case FIELD_PREFIX:
        return parse_address(field, text, ret, err);
    case FIELD_LLADDR:
        return parse_lladdr(field, text, ret, err);
    case FIELD_RECORDS:
        read_address(text, ret);
        return 0;
    case FIELD_JSON:
        return error_set(err, -EINVAL, "%s has no order and no equal: use %s ~ REGEX", field->key,
                         field->key);
    }
    return 0;
}

static bool has_order(enum field_type type) {
    switch (type) {
    case FIELD_TEXT:
    case FIELD_NUMBER:
    case FIELD_BYTES:
    case FIELD_COUNT:
    case FIELD_BYTES_RATE:
    case FIELD_COUNT_RATE:
    case FIELD_DURATION:
    case FIELD_TIME:
    case FIELD_ADDRESS:
    case FIELD_PREFIX:
    case FIELD_LLADDR:
    case FIELD_INTERFACE:
    case FIELD_NETNS:
        return true;
    case FIELD_BOOLEAN:
    case FIELD_ENUM:
    case FIELD_FLAGS:
    case FIELD_LIST:
    case FIELD_RECORDS:
    case FIELD_JSON:
        return false;
    }
    return false;
}

int filter_operand_parse(const struct field *field, enum filter_operator op, const char *text,
                         struct filter_operand *ret, struct error *err) {
    ret->text = text;
    if (op == FILTER_REGEX) {
        int r = filter_regex_compile(text, &ret->regex, err);
        ret->has_regex = r == 0;
        return r;
    }
    return parse_typed(field, text, ret, err);
}

bool filter_operator_fits(const struct field *field, enum filter_operator op) {
    bool orders =
        op == FILTER_LESS || op == FILTER_AT_MOST || op == FILTER_GREATER || op == FILTER_AT_LEAST;
    return !orders || has_order(field->type);
}
