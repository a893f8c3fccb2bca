// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/node_read.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "source/netns.h"

#define READERS_MAX  4
#define READER_WORTH 8 // namespaces that make another reader worth its while

static int64_t wall_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void read_host(struct node *node) {
    struct utsname name;
    if (uname(&name) < 0)
        return;
    memcpy(node->hostname, name.nodename, sizeof(node->hostname) - 1);
    memcpy(node->kernel, name.release, sizeof(node->kernel) - 1);
}

static int find_namespaces(struct node *node, struct error *err) {
    struct netns_finder *finder = netns_finder_new();
    struct table *namespaces;
    if (!finder)
        return error_set(err, -ENOMEM, "out of memory");
    int r = netns_discover(finder, &namespaces, err);
    netns_finder_free(finder);
    if (r < 0)
        return r;
    r = node_set_namespaces(node, namespaces);
    if (r == 0)
        return 0;
    table_unref(namespaces);
    return error_set(err, r, "out of memory");
}

int node_read_namespaces(struct node *node, struct error *err) {
    read_host(node);
    node->time = wall_clock();
    return find_namespaces(node, err);
}

int node_read_named(const struct node *node, const char *text, const struct netns **ret_netns,
                    struct error *err) {
    uint64_t inode = 0;
    struct error resolve_err;
    int resolved = netns_resolve(text, &inode, &resolve_err);
    int r = node_find_named(node, text, inode, ret_netns, err);
    // What can only have been meant as a PID or a path fails for that reason; "default/web" can be
    // a pod's name with a mistake in it.
    bool pod = strchr(text, '/') && text[0] != '/' && text[0] != '.';
    if (r == -ENOENT && resolved < 0 && resolved != -EDOM && !pod)
        *err = resolve_err;
    return r;
}

struct source_request node_request(const struct node *node, const struct netns *netns) {
    return (struct source_request){
        .netns = netns, .namespaces = node->namespaces, .now = node->time};
}

int node_read_table(struct node *node, const struct netns *netns, enum kind_id kind,
                    const struct table **ret_table) {
    *ret_table = node_table(node, netns->inode, kind);
    if (*ret_table)
        return 0;
    struct source_request request = node_request(node, netns);
    struct table *table = source_of(kind)->read(&request);
    if (!table)
        return -ENOMEM;
    node_set_table(node, netns->inode, table);
    *ret_table = table;
    return 0;
}

// --- Several at a time ---------------------------------------------------------------------------

// What the readers share: each takes the next namespace until none is left.
struct reading {
    const struct source *source;
    const struct source_request *request; // but for the namespace
    const struct netns *const *netnses;
    struct table **tables; // NULL: none to be read, not small, or no memory
    size_t count;
    const struct node *node; // where tables are that need not be read again, or NULL
    atomic_size_t next;
    atomic_bool failed;
};

static struct table *read_one(struct reading *reading, const struct netns *netns) {
    struct source_request request = *reading->request;
    request.netns = netns;
    if (reading->node && node_table(reading->node, netns->inode, reading->source->kind))
        return NULL;
    struct table *table = reading->source->read(&request);
    if (!table)
        atomic_store(&reading->failed, true);
    if (!table || request.enough == 0 || table->count < request.enough)
        return table;
    table_unref(table);
    return NULL;
}

static void *read_some(void *data) {
    struct reading *reading = data;
    size_t i;
    while ((i = atomic_fetch_add(&reading->next, 1)) < reading->count)
        reading->tables[i] = read_one(reading, reading->netnses[i]);
    return NULL;
}

// Where threads cannot be had, the one there is does it all.
static void run_readers(struct reading *reading) {
    pthread_t threads[READERS_MAX];
    size_t started = 0;
    while (started + 1 < READERS_MAX && (started + 1) * READER_WORTH < reading->count &&
           pthread_create(&threads[started], NULL, read_some, reading) == 0)
        started++;
    read_some(reading);
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
}

int node_read_tables(struct node *node, const struct netns *const *netnses, size_t count,
                     enum kind_id kind) {
    return node_read_tables_by(node, netnses, count, source_of(kind));
}

int node_read_tables_by(struct node *node, const struct netns *const *netnses, size_t count,
                        const struct source *source) {
    const struct source_request request = node_request(node, NULL);
    struct reading reading = {
        .source = source, .request = &request, .netnses = netnses, .count = count, .node = node};
    reading.tables = calloc(count + 1, sizeof(struct table *));
    if (!reading.tables)
        return -ENOMEM;
    run_readers(&reading);
    for (size_t i = 0; i < count; i++) {
        if (reading.tables[i])
            node_set_table(node, netnses[i]->inode, reading.tables[i]);
    }
    free(reading.tables);
    return atomic_load(&reading.failed) ? -ENOMEM : 0;
}

int node_read_small_tables(const struct source_request *request, const struct source *source,
                           const struct netns *const *netnses, size_t count,
                           struct table **ret_tables) {
    struct reading reading = {.source = source,
                              .request = request,
                              .netnses = netnses,
                              .tables = ret_tables,
                              .count = count};
    run_readers(&reading);
    if (!atomic_load(&reading.failed))
        return 0;
    for (size_t i = 0; i < count; i++) {
        table_unref(ret_tables[i]);
        ret_tables[i] = NULL;
    }
    return -ENOMEM;
}
