// SPDX-License-Identifier: GPL-2.0-or-later
// How the reading for a dump went: one status for each kind and namespace.
#ifndef DUMP_STATUSES_H
#define DUMP_STATUSES_H

#include <stdbool.h>
#include <stddef.h>

#include "model/table.h"

struct dump_status {
    const char *netns; // NULL: of the node
    struct status status;
    const struct table *table; // that it was read with, NULL if that is not held
};

struct dump_statuses {
    struct dump_status *items;
    size_t count, capacity;
};

// A list of zeroes is empty. statuses_done frees it.
void statuses_done(struct dump_statuses *statuses);

// Adds a status, which is copied. Returns 0 or -ENOMEM.
int statuses_add(struct dump_statuses *statuses, const char *netns, const struct status *status);

// The same for that of a table that stays where it is; once, however often the table is added.
int statuses_add_table(struct dump_statuses *statuses, const char *netns,
                       const struct table *table);

// True if nothing is missing that was asked for: what this kernel does not have is not, nor is a
// namespace that went while all were read.
bool statuses_whole(const struct dump_statuses *statuses, bool all_netns);

// Says on standard error what is missing, and what the kernel does not have: a text dump has no
// place for it among its rows.
void statuses_report(const struct dump_statuses *statuses, bool all_netns);

#endif
