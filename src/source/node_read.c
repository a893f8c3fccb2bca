// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/node_read.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>

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

static uint64_t inode_of(const char *path) {
    struct stat own, found;
    if (stat("/proc/self/ns/net", &own) < 0 || stat(path, &found) < 0 || own.st_dev != found.st_dev)
        return 0;
    return found.st_ino;
}

static int add_netns(struct table *table, const char *path, const char *name) {
    uint64_t inode = inode_of(path);
    uint64_t own = inode_of("/proc/self/ns/net");
    for (size_t i = 0; i < table->count; i++) {
        if (((const struct netns *)table_row(table, i))->inode == inode)
            return 0;
    }
    struct netns *netns = inode ? table_add(table) : NULL;
    if (!netns)
        return inode ? -ENOMEM : 0;
    netns->name = arena_strdup(&table->arena, name);
    netns->path = arena_strdup(&table->arena, path);
    netns->inode = inode;
    netns->own = inode == own;
    netns->naming = NETNS_NAMED_BY_PATH;
    return netns->name && netns->path ? 0 : -ENOMEM;
}

static struct table *discover(void) {
    struct table *table = table_new(&netns_kind);
    if (!table)
        return NULL;
    DIR *directory = opendir("/run/netns");
    struct dirent *entry;
    int r = 0;
    while (directory && r == 0 && (entry = readdir(directory))) {
        char path[300];
        snprintf(path, sizeof(path), "/run/netns/%s", entry->d_name);
        r = add_netns(table, path, entry->d_name);
    }
    if (directory)
        closedir(directory);
    if (r == 0)
        r = add_netns(table, "/proc/self/ns/net", "own");
    if (r == 0)
        return table;
    table_unref(table);
    return NULL;
}

int node_read_namespaces(struct node *node, struct error *err) {
    read_host(node);
    node->time = wall_clock();
    struct table *namespaces = discover();
    int r = namespaces ? node_set_namespaces(node, namespaces) : -ENOMEM;
    if (r < 0) {
        table_unref(namespaces);
        return error_set(err, r, "out of memory");
    }
    return 0;
}

int node_read_named(const struct node *node, const char *text, const struct netns **ret_netns,
                    struct error *err) {
    char path[64];
    uint64_t inode = 0;
    if (text[strspn(text, "0123456789")] == '\0' && strlen(text) <= 10) {
        snprintf(path, sizeof(path), "/proc/%s/ns/net", text);
        inode = inode_of(path);
    } else if (strchr(text, '/')) {
        inode = inode_of(text);
    }
    return node_find_named(node, text, inode, ret_netns, err);
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
