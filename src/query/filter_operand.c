// SPDX-License-Identifier: GPL-2.0-or-later
// The value behind an operator: compiled once, to the type of the field before it.
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "query/filter_node.h"

#define REGEX_MAX_TEXT   512
#define REGEX_MAX_SIZE   256 // things to match, with all repetitions written out
#define REGEX_MAX_DEPTH  20  // of parentheses
#define REGEX_MAX_NESTED 3   // repetitions of repetitions

static const char *const yes_words[] = {"yes", "true", "on", "1", NULL};
static const char *const no_words[] = {"no", "false", "off", "0", NULL};

static bool is_one_of(const char *const *words, const char *text) {
    while (*words && strcasecmp(*words, text) != 0)
        words++;
    return *words != NULL;
}

// What regcomp(3) makes of an expression: it writes repetitions out, inner ones once for each of
// the outer, and its time is exponential in how many stand inside each other.
struct regex_size {
    struct {
        size_t whole, last;           // of the group, and of the last thing in it
        unsigned nested, last_nested; // repetitions in them
    } groups[REGEX_MAX_DEPTH + 1], *group;
};

static void add_atom(struct regex_size *size, size_t atom, unsigned nested) {
    size->group->whole += atom;
    size->group->last = atom;
    size->group->last_nested = nested;
    if (nested > size->group->nested)
        size->group->nested = nested;
}

static void repeat_atom(struct regex_size *size, size_t times) {
    if (times > 1) {
        size->group->whole += size->group->last * (times - 1);
        size->group->last *= times;
    }
    if (++size->group->last_nested > size->group->nested)
        size->group->nested = size->group->last_nested;
}

// Bytes of "{2,3}" at text, and the greater number in it; 0 if it is no such thing.
static size_t read_interval(const char *text, size_t *ret_times) {
    const char *comma = text + 1 + strspn(text + 1, "0123456789");
    const char *end = *comma == ',' ? comma + 1 + strspn(comma + 1, "0123456789") : comma;
    size_t least = strtoul(text + 1, NULL, 10);
    size_t most = *comma == ',' ? strtoul(comma + 1, NULL, 10) : 0;
    size_t times = least > most ? least : most;
    *ret_times = times < REGEX_MAX_SIZE ? times : REGEX_MAX_SIZE + 1;
    return *end == '}' ? (size_t)(end + 1 - text) : 0;
}

// The ']' that closes the bracket expression at text, or its end.
static const char *skip_bracket(const char *text) {
    text += text[1] == '^' ? 2 : 1;
    for (bool first = true; *text && (*text != ']' || first); text++, first = false) {
        bool class = *text == '[' && (text[1] == ':' || text[1] == '.' || text[1] == '=');
        const char *end = class ? strchr(text + 2, ']') : NULL;
        if (end && end[-1] == text[1])
            text = end;
    }
    return *text ? text : text - 1;
}

static bool open_group(struct regex_size *size) {
    if (size->group == &size->groups[REGEX_MAX_DEPTH])
        return false;
    size->group++;
    memset(size->group, 0, sizeof(*size->group));
    return true;
}

static void close_group(struct regex_size *size) {
    if (size->group == size->groups)
        return;
    size->group--;
    add_atom(size, size->group[1].whole + 1, size->group[1].nested);
}

// Takes what begins at text into account; returns its last byte, or NULL if it nests too deep.
static const char *measure_regex_part(struct regex_size *size, const char *text) {
    size_t len, times;
    switch (*text) {
    case '(':
        return open_group(size) ? text : NULL;
    case ')':
        close_group(size);
        return text;
    case '[':
        add_atom(size, 1, 0);
        return skip_bracket(text);
    case '*':
    case '?':
        repeat_atom(size, 1);
        return text;
    case '+':
        repeat_atom(size, 2);
        return text;
    case '{':
        len = read_interval(text, &times);
        if (len == 0)
            return text; // an error, or a brace like any other
        repeat_atom(size, times);
        return text + len - 1;
    case '\\':
        add_atom(size, 1, 0);
        return text[1] ? text + 1 : text;
    default:
        add_atom(size, 1, 0);
        return text;
    }
}

// A regular expression whose repetitions multiply takes memory and time without bound, and so does
// one with back references.
static const char *find_regex_danger(const char *text) {
    struct regex_size size = {.group = size.groups};
    if (strlen(text) > REGEX_MAX_TEXT)
        return "it is too long";
    for (; *text; text++) {
        if (text[0] == '\\' && isdigit((unsigned char)text[1]))
            return "back references are not supported";
        text = measure_regex_part(&size, text);
        if (!text)
            return "too many parentheses inside each other";
        if (size.group->whole > REGEX_MAX_SIZE)
            return "it repeats too often";
        if (size.group->nested > REGEX_MAX_NESTED)
            return "too many repetitions of repetitions";
    }
    return NULL;
}

static int compile_regex(const char *text, struct filter_operand *ret, struct error *err) {
    char words[120];
    if (*text == '\0')
        return error_set(err, -EINVAL, "empty regular expression");
    const char *danger = find_regex_danger(text);
    if (danger)
        return error_set(err, -EINVAL, "bad regular expression: %s", danger);
    int r = regcomp(&ret->regex, text, REG_EXTENDED | REG_ICASE | REG_NOSUB);
    if (r == REG_ESPACE)
        return -ENOMEM;
    if (r != 0) {
        regerror(r, &ret->regex, words, sizeof(words));
        return error_set(err, -EINVAL, "bad regular expression: %s", words);
    }
    ret->has_regex = true;
    return 0;
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
        return false;
    }
    return false;
}

int filter_operand_parse(const struct field *field, enum filter_operator operator,
                         const char * text, struct filter_operand *ret, struct error *err) {
    ret->text = text;
    if (operator== FILTER_REGEX)
        return compile_regex(text, ret, err);
    return parse_typed(field, text, ret, err);
}

bool filter_operator_fits(const struct field *field, enum filter_operator operator) {
    bool orders =
    operator== FILTER_LESS || operator== FILTER_AT_MOST || operator== FILTER_GREATER || operator==
        FILTER_AT_LEAST;
    return !orders || has_order(field->type);
}
