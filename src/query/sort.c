// SPDX-License-Identifier: GPL-2.0-or-later
#include "query/sort.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

// The value that a row is sorted by: of records, their first one's.
static void read_key(const struct sort_key *key, const struct row_ref *ref, struct value *ret) {
    field_read(key->field, ref, ret);
    if (!key->inner)
        return;
    if (ret->kind != VALUE_RECORDS || ret->records.count == 0) {
        ret->kind = VALUE_ABSENT;
        return;
    }
    struct row_ref item = *ref;
    item.row = ret->records.items;
    field_read(key->inner, &item, ret);
}

static int compare_by_key(const struct sort_key *key, const struct row_ref *a,
                          const struct row_ref *b) {
    struct value a_value, b_value;
    read_key(key, a, &a_value);
    read_key(key, b, &b_value);
    int order = value_compare(&a_value, &b_value);
    bool absent = a_value.kind == VALUE_ABSENT || b_value.kind == VALUE_ABSENT;
    return key->descending && !absent ? -order : order;
}

static int compare_rows(const struct sort *sort, const struct row_ref *a, const struct row_ref *b) {
    int order = 0;
    for (size_t i = 0; i < sort->count && order == 0; i++)
        order = compare_by_key(&sort->keys[i], a, b);
    return order;
}

// Puts a row where it belongs among the sorted ones before it.
static void insert_row(const struct sort *sort, struct row_ref *rows, size_t at) {
    struct row_ref row = rows[at];
    while (at > 0 && compare_rows(sort, &rows[at - 1], &row) > 0) {
        rows[at] = rows[at - 1];
        at--;
    }
    rows[at] = row;
}

static void merge(const struct sort *sort, const struct row_ref *left, size_t left_count,
                  const struct row_ref *right, size_t right_count, struct row_ref *into) {
    while (left_count > 0 && right_count > 0) {
        if (compare_rows(sort, left, right) <= 0) {
            *into++ = *left++;
            left_count--;
        } else {
            *into++ = *right++;
            right_count--;
        }
    }
    memcpy(into, left, left_count * sizeof(*into));
    memcpy(into + left_count, right, right_count * sizeof(*into));
}

static size_t least_of(size_t a, size_t b) {
    return a < b ? a : b;
}

// Merges runs of `width` sorted rows to runs of twice that.
static void merge_runs(const struct sort *sort, const struct row_ref *from, struct row_ref *into,
                       size_t count, size_t width) {
    for (size_t start = 0; start < count; start += 2 * width) {
        size_t middle = least_of(start + width, count);
        size_t end = least_of(start + 2 * width, count);
        merge(sort, from + start, middle - start, from + middle, end - middle, into + start);
    }
}

void sort_rows(const struct sort *sort, struct row_ref *rows, size_t count) {
    struct row_ref *other = count > 1 ? malloc(count * sizeof(*other)) : NULL;
    if (!other) { // few rows, or no memory for the fast way
        for (size_t i = 1; i < count; i++)
            insert_row(sort, rows, i);
        return;
    }
    struct row_ref *from = rows, *into = other;
    for (size_t width = 1; width < count; width *= 2) {
        merge_runs(sort, from, into, count, width);
        struct row_ref *done = into;
        into = from;
        from = done;
    }
    if (from != rows)
        memcpy(rows, from, count * sizeof(*rows));
    free(other);
}
