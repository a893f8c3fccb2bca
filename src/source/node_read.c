// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/node_read.h"

#include <errno.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "source/netns.h"
#include "source/source.h"

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
    // What can only have been meant as a PID or a path fails for that reason.
    if (r == -ENOENT && resolved < 0 && resolved != -EDOM)
        *err = resolve_err;
    return r;
}

int node_read_table(struct node *node, const struct netns *netns, enum kind_id kind,
                    const struct table **ret_table) {
    *ret_table = node_table(node, netns->inode, kind);
    if (*ret_table)
        return 0;
    struct source_request request = {
        .netns = netns, .namespaces = node->namespaces, .now = node->time};
    struct table *table = source_of(kind)->read(&request);
    if (!table)
        return -ENOMEM;
    node_set_table(node, netns->inode, table);
    *ret_table = table;
    return 0;
}
