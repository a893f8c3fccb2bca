// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/legacy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <netinet/in.h>

#include <linux/netfilter/x_tables.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>

#include "source/legacy_bridge.h"
#include "source/legacy_parse.h"
#include "source/netns_enter.h"
#include "source/xtables.h"

#define TRIES     10         // to find a table of the same size twice
#define NAMES_MAX 16         // more tables than the kernel has
#define SIZE_MOST 0x40000000 // of a table's entries; the kernel's own limit is below

#define DIGEST_REST 99 // times as long as it took, entries are not compared again

struct names {
    char items[NAMES_MAX][XT_TABLE_MAXNAMELEN];
    size_t count;
    int trouble; // -errno if the kernel's list could not be read
};

// The two families differ in numbers only: struct ip6t_getinfo is struct ipt_getinfo.
struct family {
    uint8_t family;
    const char *names_path;
    int socket_family, level, get_info, get_entries;
};

static const struct family families[] = {
    {NF_FAMILY_IP, "/proc/thread-self/net/ip_tables_names", AF_INET, SOL_IP, IPT_SO_GET_INFO,
     IPT_SO_GET_ENTRIES},
    {NF_FAMILY_IP6, "/proc/thread-self/net/ip6_tables_names", AF_INET6, SOL_IPV6, IP6T_SO_GET_INFO,
     IP6T_SO_GET_ENTRIES},
};

// --- Which tables there are ----------------------------------------------------------------------

// No such file: no table. The calling thread is in the namespace.
static void read_names(const char *path, struct names *names) {
    char line[XT_TABLE_MAXNAMELEN + 1];
    FILE *file = fopen(path, "re");
    names->count = 0;
    names->trouble = file || errno == ENOENT ? 0 : -errno;
    while (file && names->count < NAMES_MAX && fgets(line, sizeof(line), file)) {
        line[strcspn(line, "\n")] = '\0';
        memcpy(names->items[names->count++], line, XT_TABLE_MAXNAMELEN);
    }
    if (file)
        fclose(file);
}

// --- One table -----------------------------------------------------------------------------------

static int get_info(int fd, const struct family *family, const char *name,
                    struct ipt_getinfo *ret_info) {
    socklen_t size = sizeof(*ret_info);
    *ret_info = (struct ipt_getinfo){0};
    memcpy(ret_info->name, name, XT_TABLE_MAXNAMELEN);
    return getsockopt(fd, family->level, family->get_info, ret_info, &size) < 0 ? -errno : 0;
}

// The head that the kernel wants in front of the entries: struct ipt_get_entries.
static int get_entries(int fd, const struct family *family, const struct ipt_getinfo *info,
                       uint8_t **ret_bytes) {
    const size_t head = offsetof(struct ipt_get_entries, entrytable);
    socklen_t size = (socklen_t)(head + info->size);
    if (info->size > SIZE_MOST)
        return -EFBIG;
    struct ipt_get_entries *entries = calloc(1, size);
    if (!entries)
        return -ENOMEM;
    memcpy(entries->name, info->name, sizeof(entries->name));
    entries->size = info->size;
    if (getsockopt(fd, family->level, family->get_entries, entries, &size) < 0) {
        int r = -errno;
        free(entries);
        return r;
    }
    *ret_bytes = (uint8_t *)entries;
    return 0;
}

// The kernel says -EAGAIN where the table is of another size than it had just before.
static int get_table(int fd, const struct family *family, const char *name,
                     struct ipt_getinfo *ret_info, uint8_t **ret_bytes) {
    int r = -EAGAIN;
    for (int try = 0; r == -EAGAIN && try < TRIES; try++) {
        r = get_info(fd, family, name, ret_info);
        if (r == 0)
            r = get_entries(fd, family, ret_info, ret_bytes);
    }
    return r;
}

static uint8_t *entries_of(uint8_t *bytes) {
    return bytes + offsetof(struct ipt_get_entries, entrytable);
}

static int parse_table(const struct family *family, const struct ipt_getinfo *got,
                       const uint8_t *entries, struct nf_table *table) {
    struct legacy_info info = {
        .family = family->family, .name = got->name, .valid_hooks = got->valid_hooks};
    memcpy(info.hook_entry, got->hook_entry, sizeof(info.hook_entry));
    memcpy(info.underflow, got->underflow, sizeof(info.underflow));
    int r = legacy_table_parse(&info, entries, got->size, table);
    table->legacy.size = got->size;
    table->legacy.entries = got->num_entries;
    table->legacy.digest = legacy_digest(family->family, entries, got->size);
    return r;
}

static int read_table(int fd, const struct family *family, const char *name,
                      struct nf_table **ret_table) {
    struct ipt_getinfo got;
    uint8_t *bytes = NULL;
    int r = get_table(fd, family, name, &got, &bytes);
    if (r < 0)
        return r;
    struct nf_table *table = nf_table_new();
    r = table ? parse_table(family, &got, entries_of(bytes), table) : -ENOMEM;
    free(bytes);
    if (r == 0)
        r = xtables_add_texts(table);
    if (r == 0)
        *ret_table = table;
    else
        nf_table_unref(table);
    return r;
}

// --- All tables ----------------------------------------------------------------------------------

static int say(struct error *err, int r, const struct family *family, const char *name) {
    const char *protocol = nf_family_name(family->family);
    if (r == -EBADMSG)
        return error_set(err, r, "the legacy table %s %s is malformed", protocol, name);
    return error_set_errno(err, r, "the legacy table %s %s", protocol, name);
}

static int read_family(const struct netns *netns, const struct family *family,
                       const struct names *names, struct ruleset *ruleset, struct error *err) {
    int first = 0;
    if (names->trouble < 0)
        return error_set_errno(err, names->trouble, "legacy tables: %s", family->names_path);
    if (names->count == 0)
        return 0;
    int fd = netns_socket(netns, family->socket_family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW, err);
    if (fd < 0)
        return fd;
    for (size_t i = 0; i < names->count && first != -ENOMEM; i++) {
        struct nf_table *table = NULL;
        int r = read_table(fd, family, names->items[i], &table);
        if (r == 0)
            r = ruleset_add_table(ruleset, table);
        // A table can go with its module.
        if (r < 0 && r != -ENOENT && first == 0)
            first = say(err, r, family, names->items[i]);
    }
    close(fd);
    return first;
}

// What a namespace has, by the kernel's own lists.
struct lists {
    struct names families[2]; // of ip and ip6
    bool has_arp;
    enum nf_presence bridge;
};

static int read_lists(const struct netns *netns, struct lists *ret_lists, struct error *err) {
    struct names arp;
    int r = netns_enter(netns, err);
    if (r < 0)
        return r;
    for (size_t i = 0; i < 2; i++)
        read_names(families[i].names_path, &ret_lists->families[i]);
    read_names("/proc/thread-self/net/arp_tables_names", &arp);
    netns_leave(netns);
    ret_lists->has_arp = arp.count > 0;
    ret_lists->bridge = legacy_bridge_find(netns);
    return 0;
}

int legacy_read(const struct netns *netns, struct ruleset *ruleset, struct error *err) {
    struct lists lists;
    int r = read_lists(netns, &lists, err);
    if (r < 0)
        return r;
    ruleset->has_legacy_arp = lists.has_arp;
    ruleset->legacy_bridge = lists.bridge;
    for (size_t i = 0; i < 2 && r != -ENOMEM; i++) {
        struct error later = {0};
        int one =
            read_family(netns, &families[i], &lists.families[i], ruleset, r == 0 ? err : &later);
        r = r == 0 || one == -ENOMEM ? one : r;
    }
    return r;
}

// --- Has it changed ------------------------------------------------------------------------------

static const struct nf_table *find_table(const struct ruleset *ruleset, const struct family *family,
                                         const char *name) {
    return ruleset_table(ruleset, family->family, NF_BACKEND_LEGACY, name);
}

static bool has_same_size(int fd, const struct family *family, const struct nf_table *table) {
    struct ipt_getinfo info;
    char name[XT_TABLE_MAXNAMELEN] = "";
    memcpy(name, table->name, strnlen(table->name, sizeof(name) - 1));
    return get_info(fd, family, name, &info) == 0 && info.size == table->legacy.size &&
           info.num_entries == table->legacy.entries;
}

static bool has_same_entries(int fd, const struct family *family, const struct nf_table *table) {
    struct ipt_getinfo info;
    char name[XT_TABLE_MAXNAMELEN] = "";
    uint8_t *bytes = NULL;
    memcpy(name, table->name, strnlen(table->name, sizeof(name) - 1));
    if (get_table(fd, family, name, &info, &bytes) < 0)
        return false;
    bool same = legacy_digest(family->family, entries_of(bytes), info.size) == table->legacy.digest;
    free(bytes);
    return same;
}

typedef bool table_comparer(int fd, const struct family *family, const struct nf_table *table);

static bool compare_family(const struct netns *netns, const struct family *family,
                           const struct names *names, const struct ruleset *ruleset,
                           table_comparer *is_same) {
    if (names->count == 0)
        return true;
    int fd = netns_socket(netns, family->socket_family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW, NULL);
    bool same = fd >= 0;
    for (size_t i = 0; same && i < names->count; i++) {
        const struct nf_table *table = find_table(ruleset, family, names->items[i]);
        same = table && is_same(fd, family, table);
    }
    if (fd >= 0)
        close(fd);
    return same;
}

static bool compare_tables(const struct netns *netns, const struct lists *lists,
                           const struct ruleset *ruleset, table_comparer *is_same) {
    return compare_family(netns, &families[0], &lists->families[0], ruleset, is_same) &&
           compare_family(netns, &families[1], &lists->families[1], ruleset, is_same);
}

int legacy_read_table(const struct netns *netns, uint8_t family, const char *name,
                      struct nf_table **ret_table, struct error *err) {
    const struct family *of = &families[family == NF_FAMILY_IP6];
    char padded[XT_TABLE_MAXNAMELEN] = "";
    snprintf(padded, sizeof(padded), "%s", name);
    int fd = netns_socket(netns, of->socket_family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW, err);
    if (fd < 0)
        return fd;
    int r = read_table(fd, of, padded, ret_table);
    close(fd);
    return r < 0 ? say(err, r, of, padded) : 0;
}

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static bool compare_entries(const struct netns *netns, const struct lists *lists,
                            struct ruleset *ruleset) {
    int64_t start = now();
    if (start < atomic_load(&ruleset->digest_not_before))
        return true;
    bool same = compare_tables(netns, lists, ruleset, has_same_entries);
    int64_t end = now();
    atomic_store(&ruleset->digest_not_before, end + DIGEST_REST * (end - start));
    return same;
}

static size_t count_legacy(const struct ruleset *ruleset) {
    size_t count = 0;
    for (size_t i = 0; i < ruleset->table_count; i++)
        count += ruleset->tables[i]->backend == NF_BACKEND_LEGACY;
    return count;
}

bool legacy_is_unchanged(const struct netns *netns, struct ruleset *ruleset) {
    struct lists lists;
    if (read_lists(netns, &lists, NULL) < 0)
        return false;
    size_t count = lists.families[0].count + lists.families[1].count;
    return lists.has_arp == ruleset->has_legacy_arp && lists.bridge == ruleset->legacy_bridge &&
           count == count_legacy(ruleset) &&
           (count == 0 || (compare_tables(netns, &lists, ruleset, has_same_size) &&
                           compare_entries(netns, &lists, ruleset)));
}
