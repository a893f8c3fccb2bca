// SPDX-License-Identifier: GPL-2.0-or-later
#include "query/sort.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "query/sort_word.h"

#define KEY_MAX 64

static int compile_key(const struct kind *kind, const char *text, size_t len, struct sort_key *ret,
                       struct error *err) {
    char key[KEY_MAX];
    bool descending = len > 0 && text[0] == '-';
    text += descending;
    len -= descending;
    if (len == 0)
        return error_set(err, -EINVAL, "a field is missing in the sort order");
    if (len >= sizeof(key))
        return error_set(err, -EINVAL, "unknown field: %.*s", (int)len, text);
    memcpy(key, text, len);
    key[len] = '\0';
    struct sort_key found = {.descending = descending};
    found.field = kind_find_field(kind, key, &found.inner);
    if (!found.field) {
        const char *near = kind_suggest_field(kind, key);
        return error_set(err, -EINVAL,
                         near ? "unknown field: %s (did you mean %s?)" : "unknown field: %s", key,
                         near);
    }
    *ret = found;
    return 0;
}

int sort_compile(const struct kind *kind, const char *text, struct sort *ret_sort,
                 struct error *err) {
    struct sort sort = {0};
    for (;;) {
        size_t len = strcspn(text, ",");
        if (sort.count == SORT_MAX_KEYS)
            return error_set(err, -EINVAL, "more than %d fields to sort by", SORT_MAX_KEYS);
        int r = compile_key(kind, text, len, &sort.keys[sort.count], err);
        if (r < 0)
            return r;
        sort.count++;
        if (text[len] == '\0')
            break;
        text += len + 1;
    }
    *ret_sort = sort;
    return 0;
}

// --- Two rows ------------------------------------------------------------------------------------

static int compare_by_one(const struct sort_key *key, const struct row_ref *a,
                          const struct row_ref *b) {
    struct value x, y;
    sort_read_key(key, a, &x);
    sort_read_key(key, b, &y);
    if (x.kind == VALUE_ABSENT || y.kind == VALUE_ABSENT)
        return (x.kind == VALUE_ABSENT) - (y.kind == VALUE_ABSENT);
    int order = value_compare(&x, &y);
    return key->descending ? -order : order;
}

// The part of a key that says in words what its parts tell; an ordinary key is its own only part.
static struct sort_key part_of(const struct sort_key *key, const struct field *part) {
    return (struct sort_key){.field = part, .descending = key->descending};
}

static int compare_by(const struct sort_key *key, const struct row_ref *a,
                      const struct row_ref *b) {
    const struct field *part = key->inner ? NULL : field_parts(key->field);
    int order = part ? 0 : compare_by_one(key, a, b);
    for (; order == 0 && part && part->key; part++) {
        const struct sort_key of_part = part_of(key, part);
        order = compare_by_one(&of_part, a, b);
    }
    return order;
}

int sort_compare(const struct sort *sort, const struct row_ref *a, const struct row_ref *b) {
    int order = 0;
    for (size_t i = 0; order == 0 && i < sort->count; i++)
        order = compare_by(&sort->keys[i], a, b);
    return order;
}
