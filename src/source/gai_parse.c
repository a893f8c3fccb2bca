// SPDX-License-Identifier: GPL-2.0-or-later
// gai.conf(5), as glibc reads it (sysdeps/posix/getaddrinfo.c).
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "source/file_line.h"
#include "source/resolver_parse.h"

#define LINES_MAX 1024
#define VALUE_MAX 0x7fffffffu

static const char *short_form(const struct file_line *word, char *ret, size_t size) {
    size_t len = word->len < size - 1 ? word->len : size - 1;
    memcpy(ret, word->text, len);
    ret[len] = '\0';
    return ret;
}

// A prefix as the table wants it: labels and precedences have IPv6's, scopes IPv4's, which may be
// written as ::ffff:0:0/96 and longer.
static bool read_prefix(const struct file_line *word, uint8_t table, struct prefix *ret) {
    char text[64];
    if (word->len >= sizeof(text) || prefix_parse(short_form(word, text, sizeof(text)), ret) < 0)
        return false;
    if (table != RESOLVER_GAI_SCOPE)
        return ret->address.family == ADDRESS_IPV6;
    if (ret->address.family == ADDRESS_IPV4)
        return true;
    static const uint8_t mapped[12] = {[10] = 0xff, 0xff};
    return ret->length >= 96 && memcmp(ret->address.bytes, mapped, sizeof(mapped)) == 0;
}

static bool read_value(const struct file_line *word, uint32_t *ret) {
    char text[16], *end;
    if (word->len == 0 || word->len >= sizeof(text) || word->text[0] < '0' || word->text[0] > '9')
        return false;
    unsigned long value = strtoul(short_form(word, text, sizeof(text)), &end, 10);
    *ret = (uint32_t)value;
    return *end == '\0' && value <= VALUE_MAX;
}

static bool find_table(const struct file_line *word, uint8_t *ret_table) {
    for (uint8_t i = 0; i < RESOLVER_GAI_TABLES; i++) {
        if (file_line_is(word, resolver_gai_names.names[i])) {
            *ret_table = i;
            return true;
        }
    }
    return false;
}

// Returns 1 if the line is one of a table, 0 if it is none, or -ENOMEM.
static int take_line(struct resolver_build *build, struct file_line line,
                     struct resolver_gai *ret) {
    struct file_line word, prefix, value;
    char text[100];
    file_line_cut(&line, "#");
    if (!file_line_take(&line, &word) || file_line_is(&word, "reload"))
        return 0;
    if (!find_table(&word, &ret->table))
        return resolver_problem(build, "gai.conf: unknown word: %s",
                                short_form(&word, text, sizeof(text)));
    file_line_take(&line, &prefix);
    file_line_take(&line, &value);
    if (read_prefix(&prefix, ret->table, &ret->prefix) && read_value(&value, &ret->value))
        return 1;
    return resolver_problem(build, "gai.conf: %s without a prefix and a number: %s",
                            resolver_gai_names.names[ret->table],
                            short_form(&prefix, text, sizeof(text)));
}

static size_t count_lines(const char *text, size_t len) {
    struct file_line line;
    size_t count = 0;
    for (const char *at = text; count < LINES_MAX && file_line_next(&at, text + len, &line);)
        count++;
    return count;
}

int resolver_parse_gai(struct resolver_build *build, const char *text, size_t len) {
    size_t capacity = count_lines(text, len), count = 0;
    struct resolver_gai *gai = arena_alloc(build->arena, (capacity + 1) * sizeof(*gai));
    struct file_line line;
    if (!gai)
        return -ENOMEM;
    for (const char *at = text; count < capacity && file_line_next(&at, text + len, &line);) {
        int r = take_line(build, line, &gai[count]);
        if (r < 0)
            return r;
        count += (size_t)r;
    }
    build->resolver->gai = gai;
    build->resolver->gai_count = count;
    return 0;
}
