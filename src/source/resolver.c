// SPDX-License-Identifier: GPL-2.0-or-later
// The source of resolvers: resolv.conf, hosts, nsswitch.conf, host.conf and gai.conf as the oldest
// process of a namespace sees them. Where there is no process, as one would see them that `ip netns
// exec` starts (ip-netns(8)): files of /etc/netns/NAME stand in front of those of /etc.
#include "model/resolver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "model/netns.h"
#include "source/file_inside.h"
#include "source/resolver_parse.h"
#include "source/resolver_source.h"

struct reading {
    struct table *table;
    struct resolver *resolver;
    struct resolver_build build;
    int root;           // directory that the files are looked for in
    char prefix[64];    // what is before "/etc" in a path, for people
    const char *named;  // NAME of /etc/netns/NAME, or NULL
    struct buffer text; // of the file that is being read
};

typedef int parse_text(struct resolver_build *build, const char *text, size_t len);

static int open_root(struct reading *reading, const struct netns *netns) {
    bool inside = netns->pid.known && !netns->own;
    if (inside)
        snprintf(reading->prefix, sizeof(reading->prefix), "/proc/%llu/root",
                 (unsigned long long)netns->pid.value);
    reading->root = open(inside ? reading->prefix : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (reading->root < 0)
        return -errno;
    if (inside)
        reading->resolver->pid = netns->pid;
    else if (!netns->own)
        reading->named = netns->netns_name;
    return 0;
}

// Reads the file of /etc and says in ret_path where it was found. A name with a slash in it is
// none that ip-netns(8) makes.
static int read_file(struct reading *reading, const char *name, char *ret_path, size_t size) {
    int r = -ENOENT;
    buffer_clear(&reading->text);
    if (reading->named && !strchr(reading->named, '/')) {
        snprintf(ret_path, size, "/etc/netns/%s/%s", reading->named, name);
        r = file_inside_read(reading->root, ret_path, &reading->text);
    }
    if (r == -ENOENT) {
        snprintf(ret_path, size, "%s/etc/%s", reading->prefix, name);
        r = file_inside_read(reading->root, ret_path + strlen(reading->prefix), &reading->text);
    }
    return r;
}

static int take_file(struct reading *reading, const char *name, parse_text *parse, bool needed,
                     const char **ret_path) {
    char path[400];
    int r = read_file(reading, name, path, sizeof(path));
    if (r == -ENOENT && !needed)
        return 0;
    if (r == -ENOENT)
        return resolver_problem(&reading->build, "there is no %s", path);
    if (r == -EFBIG)
        table_trouble(reading->table, STATUS_PARTIAL, "%s: more than 1 MiB, the rest is not read",
                      path);
    else if (r == -EINVAL || r == -ELOOP)
        return resolver_problem(&reading->build, "%s is not a plain file", path);
    else if (r < 0) {
        table_trouble(reading->table, r == -EACCES || r == -EPERM ? STATUS_DENIED : STATUS_PARTIAL,
                      "%s: %s", path, strerror(-r));
        return 0;
    }
    if (ret_path && !(*ret_path = arena_strdup(&reading->table->arena, path)))
        return -ENOMEM;
    return parse(&reading->build, buffer_text(&reading->text), reading->text.len);
}

static int read_files(struct reading *reading) {
    int r = take_file(reading, "resolv.conf", resolver_parse_conf, true, &reading->resolver->path);
    if (r == 0)
        r = take_file(reading, "hosts", resolver_parse_hosts, true, NULL);
    if (r == 0)
        r = take_file(reading, "nsswitch.conf", resolver_parse_order, true, NULL);
    if (r == 0)
        r = take_file(reading, "host.conf", resolver_parse_host_conf, false, NULL);
    if (r == 0)
        r = take_file(reading, "gai.conf", resolver_parse_gai, false, NULL);
    return r;
}

// Whose files may not be looked at has no row: what they say is not known.
static void report_root(struct reading *reading, int error) {
    reading->table->count = 0;
    if (error == -ENOENT || error == -ESRCH)
        table_trouble(reading->table, STATUS_PARTIAL, "the process %s is gone", reading->prefix);
    else
        table_trouble(reading->table,
                      error == -EACCES || error == -EPERM ? STATUS_DENIED : STATUS_FAILED, "%s: %s",
                      reading->prefix, strerror(-error));
}

static struct table *read_table(const struct source_request *request) {
    struct reading reading = {.table = table_new(&resolver_kind), .text = BUFFER_INIT};
    if (!reading.table || !(reading.resolver = table_add(reading.table))) {
        table_unref(reading.table);
        return NULL;
    }
    *reading.resolver = resolver_default();
    reading.build =
        (struct resolver_build){.arena = &reading.table->arena, .resolver = reading.resolver};
    int r = open_root(&reading, request->netns);
    if (r < 0) {
        report_root(&reading, r);
        return reading.table;
    }
    r = read_files(&reading);
    close(reading.root);
    buffer_done(&reading.text);
    if (r < 0) {
        table_unref(reading.table);
        return NULL;
    }
    return reading.table;
}

const struct source resolver_source = {
    .name = "resolver",
    .kind = KIND_RESOLVER,
    .needs = "CAP_SYS_PTRACE to look at the files of other users' processes",
    .read = read_table,
};
