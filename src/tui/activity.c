// SPDX-License-Identifier: GPL-2.0-or-later
#include "tui/activity.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void free_activity(struct activity *activity) {
    if (activity->state)
        activity->spec->free(activity->state);
    free(activity->typed);
    free(activity->where);
    free(activity);
}

void activities_done(struct activities *activities) {
    for (size_t i = 0; i < activities->count; i++)
        free_activity(activities->items[i]);
    activities->count = 0;
}

// --- Beginning -----------------------------------------------------------------------------------

static size_t count_running(const struct activities *activities) {
    size_t count = 0;
    for (size_t i = 0; i < activities->count; i++)
        count += activities->items[i]->stage != ACTIVITY_ENDED;
    return count;
}

// There is one that has ended, as more are kept than may run.
static void drop_oldest(struct activities *activities) {
    size_t i = 0;
    while (activities->items[i]->stage != ACTIVITY_ENDED)
        i++;
    free_activity(activities->items[i]);
    memmove(activities->items + i, activities->items + i + 1,
            (--activities->count - i) * sizeof(activities->items[0]));
}

static int open_activity(struct activity *activity, const struct node *node, struct error *err) {
    const struct node_netns *entry = node_find_asked(node, activity->netns, err);
    if (!entry)
        return err->code;
    activity->where = strdup(entry->netns->name);
    if (!activity->where || !activity->typed)
        return error_set(err, -ENOMEM, "out of memory");
    const struct panel_start start = {.namespaces = node->namespaces,
                                      .netns = entry->netns,
                                      .typed = activity->typed,
                                      .number = activity->number};
    return activity->spec->open(&start, &activity->state, err);
}

int activities_begin(struct activities *activities, const struct panel_activity *spec,
                     const char *title, const struct node *node, uint64_t netns, const char *typed,
                     struct activity **ret_activity, struct error *err) {
    if (count_running(activities) == ACTIVITIES_RUNNING)
        return error_set(err, -EBUSY, "%d are under way already: end one first",
                         ACTIVITIES_RUNNING);
    struct activity *activity = calloc(1, sizeof(*activity));
    if (!activity)
        return error_set(err, -ENOMEM, "out of memory");
    *activity = (struct activity){.spec = spec,
                                  .title = title,
                                  .number = activities->begun + 1,
                                  .netns = netns,
                                  .typed = strdup(typed)};
    int r = open_activity(activity, node, err);
    if (r < 0) {
        free_activity(activity);
        return r;
    }
    if (activities->count == ACTIVITIES_MOST)
        drop_oldest(activities);
    activities->items[activities->count++] = activity;
    activities->begun++;
    activities->changed = true;
    *ret_activity = activity;
    return 0;
}

// --- Finding -------------------------------------------------------------------------------------

struct activity *activities_find(const struct activities *activities, unsigned number) {
    for (size_t i = 0; i < activities->count; i++) {
        if (activities->items[i]->number == number)
            return activities->items[i];
    }
    return NULL;
}

struct activity *activities_of_row(const struct activities *activities,
                                   const struct panel_activity *spec, enum kind_id kind,
                                   const struct row_ref *ref) {
    unsigned number;
    return spec->find_row(kind, ref->row, &number) ? activities_find(activities, number) : NULL;
}

struct activity *activities_stop_gone(struct activities *activities, const struct node *node) {
    struct activity *told = NULL;
    for (size_t i = 0; i < activities->count; i++) {
        struct activity *activity = activities->items[i];
        if (activity->stage == ACTIVITY_ENDED || activity->stopping ||
            node_find(node, activity->netns))
            continue;
        activity->stopping = true;
        told = activity;
    }
    return told;
}

// --- Rows ----------------------------------------------------------------------------------------

void activities_remember(struct activities *activities, const struct panel_activity *spec,
                         struct node *node) {
    for (size_t i = 0; i < node_count(node); i++) {
        uint64_t netns = node->netnses[i].netns->inode;
        void *states[ACTIVITIES_MOST];
        size_t count = 0;
        if (!activities->changed && node->netnses[i].tables[spec->kind])
            continue;
        for (size_t j = 0; j < activities->count; j++) {
            if (activities->items[j]->spec == spec && activities->items[j]->netns == netns)
                states[count++] = activities->items[j]->state;
        }
        spec->remember(states, count, node, netns);
    }
    activities->changed = false;
}
