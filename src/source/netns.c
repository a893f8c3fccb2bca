// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/net_namespace.h>

#include "model/netns.h"
#include "source/containers.h"
#include "source/netlink.h"
#include "source/netns_found.h"
#include "source/netns_nsid.h"

struct netns_finder {
    struct containers *containers;
};

struct netns_finder *netns_finder_new(void) {
    struct netns_finder *finder = calloc(1, sizeof(*finder));
    if (finder && !(finder->containers = containers_new())) {
        free(finder);
        return NULL;
    }
    return finder;
}

void netns_finder_free(struct netns_finder *finder) {
    if (finder)
        containers_free(finder->containers);
    free(finder);
}

// --- Finding -------------------------------------------------------------------------------------

static int find_all(struct netns_finds *finds) {
    int r = netns_find_in_directory(finds, "/run/netns", true);
    if (r == 0)
        r = netns_find_in_directory(finds, "/run/docker/netns", false);
    if (r == 0)
        r = netns_find_mounts(finds);
    if (r == 0)
        r = netns_find_processes(finds);
    return r;
}

static uint64_t inode_of(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 ? status.st_ino : 0;
}

// --- Naming --------------------------------------------------------------------------------------

// What a row is made from besides what was found.
struct naming {
    const struct containers *containers;
    struct table *table;
    uint64_t own, host;
    bool failed; // memory ran out
};

static const char *keep(struct naming *naming, const char *text) {
    const char *copy = arena_strdup(&naming->table->arena, text);
    naming->failed = naming->failed || (text && !copy);
    return copy;
}

static void read_cgroup(uint64_t pid, struct container_cgroup *ret_cgroup) {
    char path[64], bytes[4096];
    *ret_cgroup = (struct container_cgroup){0};
    snprintf(path, sizeof(path), "/proc/%" PRIu64 "/cgroup", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    ssize_t length = read(fd, bytes, sizeof(bytes));
    close(fd);
    if (length > 0)
        container_parse_cgroup(bytes, (size_t)length, ret_cgroup);
}

static const struct container *find_by_process(const struct naming *naming, uint64_t pid) {
    const struct container *container = NULL;
    struct container_cgroup cgroup;
    read_cgroup(pid, &cgroup);
    if (cgroup.id[0])
        container = containers_find(naming->containers, cgroup.id);
    if (!container && cgroup.pod_uid[0])
        container = containers_find_pod(naming->containers, cgroup.pod_uid);
    return container;
}

// The container by whose file the namespace is known, else that of its oldest processes. These can
// have made a namespace for themselves inside a container: it is not the container's then.
static const struct container *find_container(const struct naming *naming,
                                              const struct netns_found *found) {
    const struct container *container = containers_find_netns(naming->containers, found->inode);
    for (size_t i = 0; !container && i < found->oldest_count; i++) {
        container = find_by_process(naming, found->oldest[i].pid);
        uint64_t inode = container ? containers_netns_of(naming->containers, container) : 0;
        if (inode != 0 && inode != found->inode)
            container = NULL;
    }
    return container;
}

static void name_by_pod(struct naming *naming, struct netns *netns,
                        const struct container *container) {
    const struct container *first =
        container->sandbox ? containers_first_of_pod(naming->containers, container) : container;
    netns->naming = NETNS_NAMED_BY_POD;
    netns->runtime = container->runtime;
    netns->pod = keep(naming, container->pod);
    netns->pod_namespace = keep(naming, container->pod_namespace);
    netns->pod_uid = keep(naming, container->pod_uid);
    netns->container = first ? keep(naming, first->name) : NULL;
    netns->container_id = keep(naming, container->id);
    netns->name =
        arena_printf(&naming->table->arena, "%s/%s", container->pod_namespace, container->pod);
}

static void name_by_container(struct naming *naming, struct netns *netns,
                              const struct container *container) {
    netns->naming = NETNS_NAMED_BY_CONTAINER;
    netns->runtime = container->runtime;
    netns->container = keep(naming, container->name);
    netns->container_id = keep(naming, container->id);
    netns->name = netns->container;
}

static void name_by_itself(struct naming *naming, struct netns *netns) {
    if (netns->netns_name) {
        netns->naming = NETNS_NAMED_BY_PATH;
        netns->name = netns->netns_name;
    } else if (netns->process) {
        netns->naming = NETNS_NAMED_BY_PROCESS;
        netns->name = arena_printf(&naming->table->arena, "%s(%" PRIu64 ")", netns->process,
                                   (uint64_t)netns->pid.value);
    } else {
        netns->naming = NETNS_NAMED_BY_PATH;
        netns->name = netns->path;
    }
}

static void name_namespace(struct naming *naming, struct netns *netns,
                           const struct netns_found *found) {
    if (netns->inode == naming->host) {
        netns->naming = NETNS_NAMED_AS_HOST;
        netns->name = "host";
        return;
    }
    const struct container *container = find_container(naming, found);
    if (container && container->pod && container->pod_namespace)
        name_by_pod(naming, netns, container);
    else if (container && container->name)
        name_by_container(naming, netns, container);
    else
        name_by_itself(naming, netns);
}

static void add_row(struct naming *naming, const struct netns_found *found) {
    struct netns *netns = table_add(naming->table);
    if (!netns) {
        naming->failed = true;
        return;
    }
    netns->inode = found->inode;
    netns->own = found->inode == naming->own;
    netns->netns_name = keep(naming, found->name);
    netns->path = keep(naming, found->path);
    netns->process_count = found->process_count;
    if (found->oldest_count > 0) {
        netns->pid = maybe_of(found->oldest[0].pid);
        netns->process = keep(naming, found->oldest[0].comm);
    }
    if (!netns->path && netns->pid.known)
        netns->path = arena_printf(&naming->table->arena, "/proc/%" PRIu64 "/ns/net",
                                   (uint64_t)netns->pid.value);
    if (!netns->path)
        netns->path = "/proc/self/ns/net";
    name_namespace(naming, netns, found);
    naming->failed = naming->failed || !netns->name || !netns->path;
}

// By name, then by inode; but a container that calls itself "host" does not take that name away.
static int compare_names(const void *a, const void *b) {
    const struct netns *const *left = a, *const *right = b;
    int order = strcmp((*left)->name, (*right)->name);
    bool left_host = (*left)->naming == NETNS_NAMED_AS_HOST;
    bool right_host = (*right)->naming == NETNS_NAMED_AS_HOST;
    if (order != 0)
        return order;
    if (left_host != right_host)
        return left_host ? -1 : 1;
    return ((*left)->inode > (*right)->inode) - ((*left)->inode < (*right)->inode);
}

static bool is_taken(const struct table *table, const char *name) {
    const struct netns *rows = table->rows;
    for (size_t i = 0; i < table->count; i++) {
        if (strcmp(rows[i].name, name) == 0)
            return true;
    }
    return false;
}

// The name with the first number from *number on that nobody has; NULL when memory is out.
static const char *number_name(struct table *table, const char *name, unsigned *number) {
    const char *numbered;
    do
        numbered = arena_printf(&table->arena, "%s#%u", name, ++*number);
    while (numbered && is_taken(table, numbered));
    return numbered;
}

// Gives those that share a name a number behind it, in order of inode, from the second on.
static void tell_apart(struct naming *naming) {
    struct table *table = naming->table;
    struct netns *rows = table->rows;
    struct netns **sorted = calloc(table->count + 1, sizeof(*sorted));
    if (!sorted) {
        naming->failed = true;
        return;
    }
    for (size_t i = 0; i < table->count; i++)
        sorted[i] = &rows[i];
    qsort(sorted, table->count, sizeof(*sorted), compare_names);
    const char *name = NULL;
    unsigned number = 1;
    for (size_t i = 0; i < table->count; i++) {
        if (!name || strcmp(name, sorted[i]->name) != 0) {
            name = sorted[i]->name;
            number = 1;
            continue;
        }
        const char *numbered = number_name(table, name, &number);
        if (!numbered) {
            naming->failed = true;
            break;
        }
        sorted[i]->name = numbered;
    }
    free(sorted);
}

// Our own first, the others by name: the order in which they are shown when nothing else is asked
// for.
static int compare_for_people(const void *a, const void *b) {
    const struct netns *left = a, *right = b;
    if (left->own != right->own)
        return left->own ? -1 : 1;
    return strcmp(left->name, right->name);
}

// --- The kernel's ids ----------------------------------------------------------------------------

static int32_t ask_nsid(struct netlink *netlink, const char *path) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return NETNSA_NSID_NOT_ASSIGNED;
    int32_t nsid = netns_ask_nsid(netlink, fd);
    close(fd);
    return nsid;
}

static void read_nsids(struct table *table) {
    struct netlink netlink;
    struct error err;
    struct netns *rows = table->rows;
    if (netlink_open(&netlink, NULL, NETLINK_ROUTE, &err) < 0) {
        table_trouble(table, STATUS_PARTIAL, "nsids: %s", err.text);
        return;
    }
    for (size_t i = 0; i < table->count; i++) {
        int32_t nsid = ask_nsid(&netlink, rows[i].path);
        if (nsid >= 0)
            rows[i].nsid = maybe_of((uint64_t)nsid);
    }
    netlink_close(&netlink);
}

// --- The whole -----------------------------------------------------------------------------------

static int make_table(struct netns_finder *finder, const struct netns_finds *finds,
                      struct table **ret_table) {
    struct naming naming = {
        .containers = finder->containers,
        .table = table_new(&netns_kind),
        .own = inode_of("/proc/self/ns/net"),
        .host = inode_of("/proc/1/ns/net"),
    };
    if (!naming.table)
        return -ENOMEM;
    // Process 1's may not be looked at without privileges; then ours is the best guess at it.
    if (naming.host == 0)
        naming.host = naming.own;
    for (size_t i = 0; i < finds->count && !naming.failed; i++)
        add_row(&naming, &finds->list[i]);
    if (!naming.failed)
        tell_apart(&naming);
    if (naming.failed) {
        table_unref(naming.table);
        return -ENOMEM;
    }
    qsort(naming.table->rows, naming.table->count, sizeof(struct netns), compare_for_people);
    *ret_table = naming.table;
    return 0;
}

static int discover(struct netns_finder *finder, struct netns_finds *finds,
                    struct table **ret_table) {
    struct error trouble = {0};
    int r = find_all(finds);
    if (r < 0)
        return r;
    int named = containers_read(finder->containers, &trouble);
    r = make_table(finder, finds, ret_table);
    if (r < 0)
        return r;
    if (finds->denied > 0)
        table_trouble(*ret_table, STATUS_PARTIAL,
                      "the namespaces of %zu process%s may not be looked at (needs CAP_SYS_PTRACE)",
                      finds->denied, finds->denied == 1 ? "" : "es");
    if (finds->trouble.code < 0)
        table_trouble(*ret_table, STATUS_PARTIAL, "%s", finds->trouble.text);
    if (named < 0)
        table_trouble(*ret_table, STATUS_PARTIAL, "names of containers: %s", trouble.text);
    read_nsids(*ret_table);
    return 0;
}

int netns_discover(struct netns_finder *finder, struct table **ret_namespaces, struct error *err) {
    struct netns_finds finds = {0};
    int r = discover(finder, &finds, ret_namespaces);
    netns_finds_done(&finds);
    return r < 0 ? error_set(err, r, "out of memory") : 0;
}

int netns_resolve(const char *text, uint64_t *ret_inode, struct error *err) {
    char path[64];
    bool is_pid = *text && strspn(text, "0123456789") == strlen(text) && strlen(text) <= 10;
    if (!is_pid && !strchr(text, '/'))
        return error_set(err, -EDOM, "neither a PID nor a path: %s", text);
    snprintf(path, sizeof(path), "/proc/%s/ns/net", is_pid ? text : "self");
    int r = netns_identify(is_pid ? path : text, ret_inode);
    if (r == -ENOENT && is_pid)
        return error_set(err, r, "no process has the PID %s", text);
    if (r == -EINVAL)
        return error_set(err, r, "not a network namespace: %s", text);
    return r < 0 ? error_set_errno(err, r, "%s", is_pid ? path : text) : 0;
}
