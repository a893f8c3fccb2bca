// SPDX-License-Identifier: GPL-2.0-or-later
#include "tui/reader_jobs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model/value.h"
#include "source/node_read.h"

#define READ_MOST 40000000 // nanoseconds that a worker reads before it shows what it has

static int64_t wall_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

// --- Finding the namespaces ----------------------------------------------------------------------

struct discover_job *discover_job_new(struct reader *owner, struct watch *watch, const char *name) {
    struct discover_job *job = calloc(1, sizeof(*job));
    if (!job)
        return NULL;
    job->owner = owner;
    job->watch = watch;
    job->name = name;
    return job;
}

void discover_job_free(struct discover_job *job) {
    if (!job)
        return;
    table_unref(job->namespaces);
    free(job);
}

static void find_named(struct discover_job *job, const struct node *node) {
    const struct netns *netns;
    if (job->name && node_read_named(node, job->name, &netns, &job->named_error) == 0)
        job->named = netns->inode;
}

static void discover(struct discover_job *job) {
    struct node *node = node_new();
    if (!node) {
        error_set_errno(&job->error, -ENOMEM, "namespaces");
        return;
    }
    if (node_read_namespaces(node, &job->error) == 0) {
        job->namespaces = table_ref(node->namespaces);
        memcpy(job->hostname, node->hostname, sizeof(job->hostname));
        memcpy(job->kernel, node->kernel, sizeof(job->kernel));
        job->time = node->time;
        find_named(job, node);
    }
    node_free(node);
}

static void update_watch(struct discover_job *job) {
    struct error err = {0};
    if (!job->watch)
        watch_new(&job->watch, &err);
    if (job->watch)
        watch_update(job->watch, job->namespaces, &err);
    if (err.code != 0 && job->error.code == 0) {
        job->error = err;
        error_prefix(&job->error, "some changes are not heard");
    }
}

static void run_discover(uv_work_t *request) {
    struct discover_job *job = request->data;
    uint64_t start = uv_hrtime();
    discover(job);
    if (job->namespaces)
        update_watch(job);
    job->took = uv_hrtime() - start;
}

static void after_discover(uv_work_t *request, int status) {
    struct discover_job *job = request->data;
    (void)status;
    job->done(job);
}

int discover_job_start(struct discover_job *job, uv_loop_t *loop,
                       void (*done)(struct discover_job *job)) {
    job->request.data = job;
    job->done = done;
    return uv_queue_work(loop, &job->request, run_discover, after_discover);
}

static bool is_same_netns(const struct netns *a, const struct netns *b) {
    struct row_ref left = {.netns = a, .row = a}, right = {.netns = b, .row = b};
    for (size_t i = 0; i < netns_kind.field_count; i++) {
        struct value x, y;
        field_read(&netns_kind.fields[i], &left, &x);
        field_read(&netns_kind.fields[i], &right, &y);
        if (value_compare(&x, &y) != 0)
            return false;
    }
    return a->inode == b->inode;
}

bool discover_is_same(const struct table *a, const struct table *b) {
    if (a->count != b->count || a->status.state != b->status.state)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        if (!is_same_netns(table_row(a, i), table_row(b, i)))
            return false;
    }
    return true;
}

bool discover_is_same_set(const struct table *a, const struct table *b) {
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        const struct netns *left = table_row(a, i), *right = table_row(b, i);
        if (left->inode != right->inode)
            return false;
    }
    return true;
}

// --- Reading tables ------------------------------------------------------------------------------

struct read_job *read_job_new(struct reader *owner, struct table *namespaces, size_t room) {
    struct read_job *job = calloc(1, sizeof(*job));
    struct read_item *items = calloc(room + 1, sizeof(*items));
    if (!job || !items) {
        free(job);
        free(items);
        return NULL;
    }
    job->owner = owner;
    job->namespaces = table_ref(namespaces);
    job->items = items;
    return job;
}

void read_job_free(struct read_job *job) {
    if (!job)
        return;
    for (size_t i = 0; i < job->count; i++) {
        table_unref(job->items[i].table);
        table_unref(job->items[i].before);
        changes_done(&job->items[i].changes);
    }
    table_unref(job->namespaces);
    free(job->items);
    free(job);
}

bool read_item_is_begun(const struct read_item *item) {
    return item->enough > 0 && item->table->count >= item->enough;
}

static void run_read(uv_work_t *request) {
    struct read_job *job = request->data;
    uint64_t start = uv_hrtime();
    for (size_t i = 0; i < job->count && (i == 0 || job->took < READ_MOST); i++) {
        struct read_item *item = &job->items[i];
        struct source_request at = {.netns = item->netns,
                                    .namespaces = job->namespaces,
                                    .now = wall_clock(),
                                    .enough = item->enough,
                                    .before = item->only_if_changed ? item->before : NULL};
        item->table = source_of(item->kind)->read(&at);
        if (item->table && item->before && item->table != item->before &&
            item->table->status.state == STATUS_OK && item->before->status.state == STATUS_OK)
            changes_find(item->before, item->table, &item->changes);
        if (item->table && read_item_is_begun(item))
            table_trouble(item->table, STATUS_PARTIAL, "the first %zu; the others are being read",
                          item->table->count);
        job->took = uv_hrtime() - start;
    }
}

static void after_read(uv_work_t *request, int status) {
    struct read_job *job = request->data;
    (void)status;
    job->done(job);
}

int read_job_start(struct read_job *job, uv_loop_t *loop, void (*done)(struct read_job *job)) {
    job->request.data = job;
    job->done = done;
    return uv_queue_work(loop, &job->request, run_read, after_read);
}

// --- Reading counters ----------------------------------------------------------------------------

// Rows of one namespace that stand together become a group.
static void add_groups(struct sample_job *job, const struct node *node, enum kind_id kind,
                       const struct reader_rows *wanted) {
    for (size_t i = 0; i < wanted->count; i++) {
        const struct row_id *row = &wanted->rows[i];
        struct sample_group *group =
            job->group_count > 0 ? &job->groups[job->group_count - 1] : NULL;
        job->identities[i] = row->identity;
        if (group && group->netns->inode == row->netns && group->first + group->count == i) {
            group->count++;
            continue;
        }
        const struct node_netns *entry = node_find(node, row->netns);
        if (entry)
            job->groups[job->group_count++] = (struct sample_group){kind, entry->netns, i, 1};
    }
}

static void add_whole(struct sample_job *job, const struct node *node, enum kind_id kind,
                      uint64_t netns) {
    const struct node_netns *entry = node_find(node, netns);
    if (entry)
        job->groups[job->group_count++] = (struct sample_group){kind, entry->netns, 0, 0};
}

struct sample_job *sample_job_new(struct reader *owner, const struct node *node, enum kind_id kind,
                                  const struct reader_rows *wanted) {
    struct sample_job *job = calloc(1, sizeof(*job));
    if (!job)
        return NULL;
    job->owner = owner;
    job->namespaces = table_ref(node->namespaces);
    job->identities = calloc(wanted->count + 1, sizeof(*job->identities));
    job->groups = calloc(wanted->count + 2, sizeof(*job->groups));
    if (!job->identities || !job->groups) {
        sample_job_free(job);
        return NULL;
    }
    if (wanted->whole_netns)
        add_whole(job, node, kind, wanted->whole_netns);
    else
        add_groups(job, node, kind, wanted);
    if (wanted->also_netns)
        add_whole(job, node, wanted->also, wanted->also_netns);
    return job;
}

void sample_job_free(struct sample_job *job) {
    if (!job)
        return;
    table_unref(job->namespaces);
    free(job->identities);
    free(job->groups);
    free(job->samples);
    free(job);
}

struct sampling {
    struct sample_job *job;
    enum kind_id kind;
    uint64_t netns;
};

static int take_sample(uint64_t identity, const uint64_t counters[HISTORY_COUNTERS],
                       void *user_data) {
    const struct sampling *sampling = user_data;
    struct sample_job *job = sampling->job;
    if (job->sample_count == job->sample_capacity) {
        size_t capacity = job->sample_capacity ? job->sample_capacity * 2 : 64;
        void *grown = reallocarray(job->samples, capacity, sizeof(*job->samples));
        if (!grown)
            return -ENOMEM;
        job->samples = grown;
        job->sample_capacity = capacity;
    }
    struct sample *sample = &job->samples[job->sample_count++];
    *sample = (struct sample){.kind = sampling->kind,
                              .netns = sampling->netns,
                              .identity = identity,
                              .time = (int64_t)uv_hrtime()};
    memcpy(sample->counters, counters, sizeof(sample->counters));
    return 0;
}

static void run_sample(uv_work_t *request) {
    struct sample_job *job = request->data;
    for (size_t i = 0; i < job->group_count; i++) {
        const struct sample_group *group = &job->groups[i];
        struct source_request at = {
            .netns = group->netns, .namespaces = job->namespaces, .now = wall_clock()};
        struct sampling sampling = {job, group->kind, group->netns->inode};
        struct error err = {0};
        // A namespace that cannot be sampled has no rates; its table says why.
        source_of(group->kind)
            ->sample(&at, job->identities + group->first, group->count, take_sample, &sampling,
                     &err);
    }
}

static void after_sample(uv_work_t *request, int status) {
    struct sample_job *job = request->data;
    (void)status;
    job->done(job);
}

int sample_job_start(struct sample_job *job, uv_loop_t *loop,
                     void (*done)(struct sample_job *job)) {
    job->request.data = job;
    job->done = done;
    return uv_queue_work(loop, &job->request, run_sample, after_sample);
}
