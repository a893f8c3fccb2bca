// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/statuses.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"

#define STATUSES_MIN 16

void statuses_done(struct dump_statuses *statuses) {
    free(statuses->items);
    *statuses = (struct dump_statuses){0};
}

static int add(struct dump_statuses *statuses, const struct dump_status *item) {
    if (statuses->count == statuses->capacity) {
        size_t capacity = statuses->capacity ? statuses->capacity * 2 : STATUSES_MIN;
        struct dump_status *items = reallocarray(statuses->items, capacity, sizeof(*items));
        if (!items)
            return -ENOMEM;
        statuses->items = items;
        statuses->capacity = capacity;
    }
    statuses->items[statuses->count++] = *item;
    return 0;
}

int statuses_add(struct dump_statuses *statuses, const char *netns, const struct status *status) {
    return add(statuses, &(struct dump_status){netns, *status, NULL});
}

int statuses_add_table(struct dump_statuses *statuses, const char *netns,
                       const struct table *table) {
    for (size_t i = 0; i < statuses->count; i++) {
        if (statuses->items[i].table == table)
            return 0;
    }
    return add(statuses, &(struct dump_status){netns, table->status, table});
}

static bool is_missing(const struct status *status, bool all_netns) {
    switch (status->state) {
    case STATUS_OK:
    case STATUS_UNSUPPORTED:
        return false;
    case STATUS_GONE:
        return !all_netns;
    case STATUS_PARTIAL:
    case STATUS_DENIED:
    case STATUS_FAILED:
        return true;
    }
    return true;
}

bool statuses_whole(const struct dump_statuses *statuses, bool all_netns) {
    for (size_t i = 0; i < statuses->count; i++) {
        if (is_missing(&statuses->items[i].status, all_netns))
            return false;
    }
    return true;
}

static void report(const struct dump_status *item) {
    struct buffer words = BUFFER_INIT, line = BUFFER_INIT;
    buffer_puts(&words, item->status.source);
    if (item->netns)
        buffer_printf(&words, " of %s", item->netns);
    buffer_printf(&words, ": %s: %s", status_state_names.names[item->status.state],
                  item->status.reason);
    text_printable(buffer_text(&words), words.len, &line);
    fprintf(stderr, "netscope: %s\n", buffer_text(&line));
    buffer_done(&words);
    buffer_done(&line);
}

// What the kernel does not have, it has in no namespace: said once.
static bool is_first_unsupported(const struct dump_statuses *statuses, size_t place) {
    const struct status *status = &statuses->items[place].status;
    for (size_t i = 0; i < place; i++) {
        const struct status *earlier = &statuses->items[i].status;
        if (earlier->state == STATUS_UNSUPPORTED && strcmp(earlier->source, status->source) == 0)
            return false;
    }
    return status->state == STATUS_UNSUPPORTED;
}

void statuses_report(const struct dump_statuses *statuses, bool all_netns) {
    for (size_t i = 0; i < statuses->count; i++) {
        if (is_missing(&statuses->items[i].status, all_netns) || is_first_unsupported(statuses, i))
            report(&statuses->items[i]);
    }
}
