// SPDX-License-Identifier: GPL-2.0-or-later
// The source of connection tracking as a whole: one row a namespace, from ctnetlink's statistics
// and /proc/sys/net/netfilter, which shows the settings of the namespace that the reading thread is
// in.
#include "model/conntrack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#include "source/conntrack_cpus.h"
#include "source/conntrack_netlink.h"
#include "source/conntrack_parse.h"
#include "source/conntrack_source.h"
#include "source/netns_enter.h"

#define SETTINGS     "/proc/sys/net/netfilter"
#define TIMEOUTS_MAX 64

struct reading {
    const struct source_request *request;
    struct table *table;
    struct conntrack *row;
    struct netlink netlink;
    struct conntrack_cpu *cpus;
    size_t cpu_count;
    struct conntrack_timeout timeouts[TIMEOUTS_MAX];
};

// --- Statistics ----------------------------------------------------------------------------------

static int take_stats(const struct nlmsghdr *message, void *user_data) {
    struct reading *reading = user_data;
    conntrack_stats_parse(message, reading->row);
    return 0;
}

static int count_expectation(const struct nlmsghdr *message, void *user_data) {
    uint64_t *count = user_data;
    *count += message->nlmsg_type == (NFNL_SUBSYS_CTNETLINK_EXP << 8 | IPCTNL_MSG_EXP_NEW);
    return 0;
}

static void restart_count(void *user_data) {
    uint64_t *count = user_data;
    *count = 0;
}

static void add(struct maybe *total, const struct maybe *number) {
    if (number->known)
        *total = maybe_of(total->value + number->value);
}

static int keep_cpus(struct reading *reading) {
    struct conntrack *row = reading->row;
    for (size_t i = 0; i < reading->cpu_count; i++) {
        const struct conntrack_cpu *cpu = &reading->cpus[i];
        for (size_t counter = 0; counter < CONNTRACK_COUNTERS; counter++)
            add(&row->total[counter], &cpu->counters[counter]);
        add(&row->expect_new, &cpu->expect_new);
        add(&row->expect_create, &cpu->expect_create);
        add(&row->expect_delete, &cpu->expect_delete);
    }
    row->cpus = arena_copy(&reading->table->arena, reading->cpus,
                           reading->cpu_count * sizeof(*reading->cpus));
    row->cpu_count = row->cpus ? reading->cpu_count : 0;
    return row->cpus || reading->cpu_count == 0 ? 0 : -ENOMEM;
}

// The kernel marks its one answer as one of several and sends no end: the acknowledgement is it.
static int ask_stats(struct reading *reading, struct error *err) {
    struct nl_msg *request =
        conntrack_request(NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET_STATS, AF_UNSPEC);
    if (request)
        nlmsg_hdr(request)->nlmsg_flags |= NLM_F_ACK;
    return netlink_get(&reading->netlink, request, take_stats, reading, err);
}

static int read_statistics(struct reading *reading, struct error *err) {
    uint64_t count = 0;
    const struct netlink_reader expectations = {count_expectation, restart_count, &count};
    int r = conntrack_read_cpus(&reading->netlink, &reading->cpus, &reading->cpu_count, err);
    if (r == 0)
        r = ask_stats(reading, err);
    if (r == 0)
        r = netlink_dump(
            &reading->netlink,
            conntrack_request(NFNL_SUBSYS_CTNETLINK_EXP, IPCTNL_MSG_EXP_GET, AF_UNSPEC),
            &expectations, err);
    if (r == 0)
        reading->row->expectations = maybe_of(count);
    return r == 0 ? keep_cpus(reading) : r;
}

// --- Settings ------------------------------------------------------------------------------------

// A setting that may not be read (it belongs to the first namespace alone) is left unknown.
static int read_setting(struct reading *reading, int directory, const char *name) {
    struct conntrack *row = reading->row;
    char text[64];
    int fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
    if (fd >= 0)
        close(fd);
    if (length < 0)
        return 0;
    text[length] = '\0';
    conntrack_setting_parse(name, text, row);
    if (row->timeout_count == TIMEOUTS_MAX)
        return 0;
    int r = conntrack_timeout_parse(name, text, &reading->table->arena,
                                    &reading->timeouts[row->timeout_count]);
    if (r > 0)
        row->timeout_count++;
    return r < 0 ? r : 0;
}

static int compare_timeouts(const void *a, const void *b) {
    const struct conntrack_timeout *left = a, *right = b;
    return strcmp(left->name, right->name);
}

static int read_directory(struct reading *reading, struct error *err) {
    DIR *directory = opendir(SETTINGS);
    struct dirent *entry;
    int r = 0;
    if (!directory)
        return error_set_errno(err, -errno, SETTINGS);
    while (r == 0 && (entry = readdir(directory)))
        r = read_setting(reading, dirfd(directory), entry->d_name);
    closedir(directory);
    return r;
}

static int read_settings(struct reading *reading, struct error *err) {
    struct conntrack *row = reading->row;
    int r = netns_enter(reading->request->netns, err);
    if (r < 0)
        return r;
    r = read_directory(reading, err);
    netns_leave(reading->request->netns);
    qsort(reading->timeouts, row->timeout_count, sizeof(reading->timeouts[0]), compare_timeouts);
    row->timeouts = arena_copy(&reading->table->arena, reading->timeouts,
                               row->timeout_count * sizeof(reading->timeouts[0]));
    if (!row->timeouts)
        row->timeout_count = 0;
    return r;
}

// --- The row -------------------------------------------------------------------------------------

// Settings first: the count that ctnetlink gives is the newer one.
static void read_row(struct reading *reading) {
    struct error err = {0};
    int r = read_settings(reading, &err);
    if (r < 0)
        table_trouble(reading->table, STATUS_PARTIAL, "settings: %s", err.text);
    r = read_statistics(reading, &err);
    if (r < 0 && !reading->row->count.known)
        reading->table->count = 0; // nothing is known of it
    conntrack_trouble(reading->table, r, &err);
}

static struct table *read_table(const struct source_request *request) {
    struct reading reading = {.request = request, .table = table_new(&conntrack_kind)};
    struct error err = {0};
    if (!reading.table)
        return NULL;
    int r = conntrack_open(&reading.netlink, request->netns, &err);
    if (r < 0) {
        conntrack_trouble(reading.table, r, &err);
        return reading.table;
    }
    reading.row = table_add(reading.table);
    if (reading.row)
        read_row(&reading);
    else
        table_trouble(reading.table, STATUS_FAILED, "out of memory");
    netlink_close(&reading.netlink);
    free(reading.cpus);
    return reading.table;
}

const struct source conntrack_source = {
    .name = "conntrack",
    .kind = KIND_CONNTRACK,
    .needs = "CAP_NET_ADMIN, and CAP_SYS_ADMIN to read in other namespaces",
    .protocol = NETLINK_NETFILTER,
    .read = read_table,
};
