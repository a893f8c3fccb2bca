// SPDX-License-Identifier: GPL-2.0-or-later
#include "tui/changes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

// --- Between two tables --------------------------------------------------------------------------

struct known {
    uint64_t identity;
    uint32_t number; // of its row
};

static uint64_t identity_at(const struct table *table, size_t number) {
    return table->kind->identity(table_row(table, number));
}

static int compare_known(const void *a, const void *b) {
    const struct known *left = a, *right = b;
    return (left->identity > right->identity) - (left->identity < right->identity);
}

// The rows from first on, but for so many at the end, in the order of their identities.
static struct known *list(const struct table *table, size_t first, size_t same_end) {
    size_t count = table->count - same_end - first;
    struct known *known = malloc((count + 1) * sizeof(*known));
    for (size_t i = 0; known && i < count; i++)
        known[i] = (struct known){identity_at(table, first + i), (uint32_t)(first + i)};
    if (known)
        qsort(known, count, sizeof(*known), compare_known);
    return known;
}

// What is in one list only goes to the one or the other; false if that is too much.
static bool split(const struct known *old, size_t old_count, const struct known *new,
                  size_t new_count, struct changes *changes) {
    size_t o = 0, n = 0;
    while (o < old_count || n < new_count) {
        bool went = n == new_count || (o < old_count && old[o].identity < new[n].identity);
        bool came = o == old_count || (n < new_count && new[n].identity < old[o].identity);
        if ((went && changes->went_count == CHANGES_MOST) ||
            (came && changes->came_count == CHANGES_MOST))
            return false;
        if (went)
            changes->went[changes->went_count++] = old[o].number;
        if (came)
            changes->came[changes->came_count++] = new[n].identity;
        o += !came;
        n += !went;
    }
    return true;
}

int changes_find(struct table *before, const struct table *after, struct changes *ret_changes) {
    size_t least = before->count < after->count ? before->count : after->count, first = 0, end = 0;
    // A kernel lists the same rows in the same order: what is left between is little.
    while (first < least && identity_at(before, first) == identity_at(after, first))
        first++;
    while (end < least - first && identity_at(before, before->count - 1 - end) ==
                                      identity_at(after, after->count - 1 - end))
        end++;
    struct changes changes = {.before = table_ref(before),
                              .went = calloc(CHANGES_MOST, sizeof(*changes.went)),
                              .came = calloc(CHANGES_MOST, sizeof(*changes.came))};
    struct known *old = list(before, first, end), *new = list(after, first, end);
    int r = changes.went && changes.came && old && new ? 0 : -ENOMEM;
    if (r == 0 &&
        split(old, before->count - end - first, new, after->count - end - first, &changes))
        *ret_changes = changes;
    else
        changes_done(&changes);
    free(old);
    free(new);
    return r;
}

void changes_done(struct changes *changes) {
    table_unref(changes->before);
    free(changes->went);
    free(changes->came);
    *changes = (struct changes){0};
}

// --- Over the last seconds -----------------------------------------------------------------------

void change_log_add(struct change_log *log, uint64_t netns, enum kind_id kind,
                    struct changes *changes, uint64_t now) {
    bool any = changes->came_count + changes->went_count > 0;
    void *grown = any ? reallocarray(log->entries, log->count + 1, sizeof(*log->entries)) : NULL;
    if (!grown) {
        changes_done(changes);
        return;
    }
    log->entries = grown;
    log->entries[log->count++] = (struct change_entry){netns, kind, now + CHANGES_KEPT, *changes};
    *changes = (struct changes){0};
}

bool change_log_expire(struct change_log *log, uint64_t now) {
    size_t gone = 0;
    while (gone < log->count && log->entries[gone].until <= now)
        changes_done(&log->entries[gone++].changes);
    log->count -= gone;
    if (gone > 0)
        memmove(log->entries, log->entries + gone, log->count * sizeof(*log->entries));
    return log->count > 0;
}

static int compare_identities(const void *a, const void *b) {
    const uint64_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

bool change_log_has_come(const struct change_log *log, uint64_t netns, enum kind_id kind,
                         uint64_t identity) {
    for (size_t i = 0; i < log->count; i++) {
        const struct change_entry *entry = &log->entries[i];
        if (entry->netns == netns && entry->kind == kind &&
            bsearch(&identity, entry->changes.came, entry->changes.came_count, sizeof(identity),
                    compare_identities))
            return true;
    }
    return false;
}

void change_log_done(struct change_log *log) {
    change_log_expire(log, UINT64_MAX);
    free(log->entries);
    *log = (struct change_log){0};
}
