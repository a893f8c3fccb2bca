// SPDX-License-Identifier: GPL-2.0-or-later
// Something that goes on for a while and is looked at meanwhile: a lookup, a watch. What it does
// and what there is to see of it, a panel says (struct panel_activity); here is when it began,
// whether it goes on, and what it is called.
#ifndef TUI_ACTIVITY_H
#define TUI_ACTIVITY_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/panel.h"

#define ACTIVITIES_MOST    100 // that are kept: the oldest that has ended goes
#define ACTIVITIES_RUNNING 8   // at the same time

enum activity_stage {
    ACTIVITY_NEW,     // its thread is to be started
    ACTIVITY_RUNNING, // on a thread of its own
    ACTIVITY_ENDED,
};

struct activity_thread;

struct activity {
    const struct panel_activity *spec;
    void *state; // the panel's
    unsigned number;
    const char *title;   // of the question that began it
    char *typed, *where; // what was typed; the namespace's name
    uint64_t netns;      // inode
    enum activity_stage stage;
    bool stopping;                  // it was told to end
    struct activity_thread *thread; // while it runs
};

// The activities of a session, in the order in which they began. One of zeroes is empty.
struct activities {
    struct activity *items[ACTIVITIES_MOST];
    size_t count;
    unsigned begun; // in all: the number of the latest
    bool changed;   // since their rows were made
};

// Begins one in the namespace as the node has it. Returns 0 and the activity, which stays theirs;
// -EINVAL or another -errno (words in err).
int activities_begin(struct activities *activities, const struct panel_activity *spec,
                     const char *title, const struct node *node, uint64_t netns, const char *typed,
                     struct activity **ret_activity, struct error *err);

// Frees them all; none may be running.
void activities_done(struct activities *activities);

// The one of that number, or NULL.
struct activity *activities_find(const struct activities *activities, unsigned number);

// The one that the row of a view came from, or NULL.
struct activity *activities_of_row(const struct activities *activities,
                                   const struct panel_activity *spec, enum kind_id kind,
                                   const struct row_ref *ref);

// Tells those that run in namespaces that the node has no more to end. Returns one that was told,
// or NULL.
struct activity *activities_stop_gone(struct activities *activities, const struct node *node);

// Puts their rows into the node's tables, where these are out of date or not there yet.
void activities_remember(struct activities *activities, const struct panel_activity *spec,
                         struct node *node);

#endif
