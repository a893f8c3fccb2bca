// SPDX-License-Identifier: GPL-2.0-or-later
// The reader's work, each piece on a worker: nothing here is shared while it runs. A job holds the
// table of namespaces that it was started with; `done` is called on the loop's thread.
#ifndef TUI_READER_JOBS_H
#define TUI_READER_JOBS_H

#include "tui/changes.h"
#include "tui/reader.h"

// --- Finding the namespaces, and telling the watch of them ---

struct discover_job {
    uv_work_t request;
    struct reader *owner;
    void (*done)(struct discover_job *job);
    struct watch *watch; // the reader's; made if it is NULL
    const char *name;    // to be found; NULL: none
    struct table *namespaces;
    char hostname[65], kernel[65];
    int64_t time;
    uint64_t took; // nanoseconds
    uint64_t named;
    struct error named_error;
    struct error error;
};

struct discover_job *discover_job_new(struct reader *owner, struct watch *watch, const char *name);
int discover_job_start(struct discover_job *job, uv_loop_t *loop,
                       void (*done)(struct discover_job *job));
void discover_job_free(struct discover_job *job);

// True if two tables of namespaces say the same; if they are of the same namespaces.
bool discover_is_same(const struct table *a, const struct table *b);
bool discover_is_same_set(const struct table *a, const struct table *b);

// --- Reading tables ---

struct read_item {
    const struct netns *netns;
    enum kind_id kind;
    bool again;             // it was read before
    bool only_if_changed;   // what the source can tell: then table is before
    size_t enough;          // rows to begin with, the whole table comes later; 0: all at once
    struct table *table;    // NULL: there was no time for it
    struct table *before;   // the one that it takes the place of; NULL: none
    struct changes changes; // between the two
};

struct read_job {
    uv_work_t request;
    struct reader *owner;
    void (*done)(struct read_job *job);
    struct table *namespaces;
    struct read_item *items;
    size_t count;
    uint64_t took; // nanoseconds
};

// True if the item's table has the first of its rows only.
bool read_item_is_begun(const struct read_item *item);

// With room for so many items, which the caller fills.
struct read_job *read_job_new(struct reader *owner, struct table *namespaces, size_t room);
int read_job_start(struct read_job *job, uv_loop_t *loop, void (*done)(struct read_job *job));
void read_job_free(struct read_job *job);

// --- Reading counters ---

struct sample {
    enum kind_id kind;
    uint64_t netns; // inode
    uint64_t identity;
    int64_t time; // nanoseconds of a monotonic clock
    uint64_t counters[HISTORY_COUNTERS];
};

struct sample_group {
    enum kind_id kind;
    const struct netns *netns;
    size_t first, count; // of the identities; count 0: all of the namespace
};

struct sample_job {
    uv_work_t request;
    struct reader *owner;
    void (*done)(struct sample_job *job);
    struct table *namespaces;
    uint64_t *identities;
    struct sample_group *groups;
    size_t group_count;
    struct sample *samples;
    size_t sample_count, sample_capacity;
};

struct sample_job *sample_job_new(struct reader *owner, const struct node *node, enum kind_id kind,
                                  const struct reader_rows *wanted);
int sample_job_start(struct sample_job *job, uv_loop_t *loop, void (*done)(struct sample_job *job));
void sample_job_free(struct sample_job *job);

#endif
