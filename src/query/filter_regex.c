// SPDX-License-Identifier: GPL-2.0-or-later
// Regular expressions that people type: compiled if they stay cheap.
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "query/filter_node.h"

#define REGEX_MAX_TEXT   512
#define REGEX_MAX_SIZE   256 // things to match, with all repetitions written out
#define REGEX_MAX_DEPTH  20  // of parentheses
#define REGEX_MAX_NESTED 3   // repetitions of repetitions

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

int filter_regex_compile(const char *text, regex_t *ret, struct error *err) {
    char words[120];
    if (*text == '\0')
        return error_set(err, -EINVAL, "empty regular expression");
    const char *danger = find_regex_danger(text);
    if (danger)
        return error_set(err, -EINVAL, "bad regular expression: %s", danger);
    int r = regcomp(ret, text, REG_EXTENDED | REG_ICASE | REG_NOSUB);
    if (r == REG_ESPACE)
        return -ENOMEM;
    if (r != 0) {
        regerror(r, ret, words, sizeof(words));
        return error_set(err, -EINVAL, "bad regular expression: %s", words);
    }
    return 0;
}
