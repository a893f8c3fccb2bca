// SPDX-License-Identifier: GPL-2.0-or-later
// Which rows came and which went when a table was read again, told by their identities, and what
// did so in the last seconds.
#ifndef TUI_CHANGES_H
#define TUI_CHANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/table.h"

#define CHANGES_KEPT 5000 // milliseconds
#define CHANGES_MOST 1000 // rows either way: more would mark everything

struct changes {
    struct table *before; // has those that went
    uint32_t *went;       // their numbers
    size_t went_count;
    uint64_t *came; // identities, in order
    size_t came_count;
};

// Compares two tables of a kind; reads each row once where little has changed. Stores nothing where
// more has than anybody wants to see. Returns 0 or -ENOMEM.
int changes_find(struct table *before, const struct table *after, struct changes *ret_changes);
void changes_done(struct changes *changes);

struct change_entry {
    uint64_t netns; // inode
    enum kind_id kind;
    uint64_t until; // milliseconds of the loop's clock
    struct changes changes;
};

// One of zeroes is empty.
struct change_log {
    struct change_entry *entries; // oldest first
    size_t count;
};

// Notes changes at a time, and takes them over (they are dropped when memory is out).
void change_log_add(struct change_log *log, uint64_t netns, enum kind_id kind,
                    struct changes *changes, uint64_t now);

// Forgets what is older. Returns true if something is left.
bool change_log_expire(struct change_log *log, uint64_t now);

bool change_log_has_come(const struct change_log *log, uint64_t netns, enum kind_id kind,
                         uint64_t identity);

void change_log_done(struct change_log *log);

#endif
