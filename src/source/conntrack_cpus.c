// SPDX-License-Identifier: GPL-2.0-or-later
// The source of what each processor counted, by ctnetlink's statistics.
#include "source/conntrack_cpus.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#include "source/conntrack_netlink.h"
#include "source/conntrack_parse.h"
#include "source/conntrack_source.h"

#define CPUS_MAX 8192 // as many as a kernel can be built for

struct reading {
    struct conntrack_cpu *cpus;
    size_t count;
};

static int take_cpu(const struct nlmsghdr *message, void *user_data) {
    struct reading *reading = user_data;
    struct conntrack_cpu cpu;
    if (conntrack_cpu_parse(message, &cpu) < 0 || reading->count == CPUS_MAX)
        return 0;
    struct conntrack_cpu *grown =
        reallocarray(reading->cpus, reading->count + 1, sizeof(*reading->cpus));
    if (!grown)
        return -ENOMEM;
    reading->cpus = grown;
    reading->cpus[reading->count++] = cpu;
    return 0;
}

static void restart(void *user_data) {
    struct reading *reading = user_data;
    reading->count = 0;
}

static int take_expect_cpu(const struct nlmsghdr *message, void *user_data) {
    struct reading *reading = user_data;
    struct conntrack_cpu cpu;
    if (conntrack_expect_cpu_parse(message, &cpu) < 0)
        return 0;
    for (size_t i = 0; i < reading->count; i++) {
        if (reading->cpus[i].cpu != cpu.cpu)
            continue;
        reading->cpus[i].expect_new = cpu.expect_new;
        reading->cpus[i].expect_create = cpu.expect_create;
        reading->cpus[i].expect_delete = cpu.expect_delete;
    }
    return 0;
}

int conntrack_read_cpus(struct netlink *netlink, struct conntrack_cpu **ret_cpus, size_t *ret_count,
                        struct error *err) {
    struct reading reading = {0};
    const struct netlink_reader cpus = {take_cpu, restart, &reading};
    const struct netlink_reader expect_cpus = {take_expect_cpu, NULL, &reading};
    int r = netlink_dump(
        netlink, conntrack_request(NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET_STATS_CPU, AF_UNSPEC),
        &cpus, err);
    if (r == 0)
        r = netlink_dump(
            netlink,
            conntrack_request(NFNL_SUBSYS_CTNETLINK_EXP, IPCTNL_MSG_EXP_GET_STATS_CPU, AF_UNSPEC),
            &expect_cpus, err);
    if (r < 0) {
        free(reading.cpus);
        return r;
    }
    *ret_cpus = reading.cpus;
    *ret_count = reading.count;
    return 0;
}

void conntrack_meter_open(struct conntrack_meter *meter, const struct netns *netns) {
    meter->open = conntrack_open(&meter->netlink, netns, NULL) == 0;
}

void conntrack_meter_close(struct conntrack_meter *meter) {
    if (meter->open)
        netlink_close(&meter->netlink);
    meter->open = false;
}

static struct maybe sum(const struct conntrack_cpu *cpus, size_t count,
                        enum conntrack_counter which) {
    struct maybe total = {0};
    for (size_t i = 0; i < count; i++) {
        const struct maybe *one = &cpus[i].counters[which];
        if (one->known)
            total = maybe_of(total.value + one->value);
    }
    return total;
}

struct conntrack_races conntrack_meter_read(struct conntrack_meter *meter) {
    struct conntrack_cpu *cpus = NULL;
    size_t count = 0;
    if (meter->open)
        conntrack_read_cpus(&meter->netlink, &cpus, &count, NULL);
    const struct conntrack_races races = {sum(cpus, count, CONNTRACK_INSERT_FAILED),
                                          sum(cpus, count, CONNTRACK_CLASH_RESOLVE)};
    free(cpus);
    return races;
}

struct conntrack_races conntrack_races_read(const struct netns *netns) {
    struct conntrack_meter meter;
    conntrack_meter_open(&meter, netns);
    const struct conntrack_races races = conntrack_meter_read(&meter);
    conntrack_meter_close(&meter);
    return races;
}

static int add_rows(struct table *table, const struct conntrack_cpu *cpus, size_t count) {
    int r = table_reserve(table, count);
    for (size_t i = 0; r == 0 && i < count; i++) {
        struct conntrack_cpu *row = table_add(table);
        r = row ? 0 : -ENOMEM;
        if (row)
            *row = cpus[i];
    }
    return r;
}

static struct table *read_table(const struct source_request *request) {
    struct table *table = table_new(&conntrack_cpu_kind);
    struct error err = {0};
    struct netlink netlink;
    struct conntrack_cpu *cpus = NULL;
    size_t count = 0;
    if (!table)
        return NULL;
    int r = conntrack_open(&netlink, request->netns, &err);
    if (r == 0) {
        r = conntrack_read_cpus(&netlink, &cpus, &count, &err);
        netlink_close(&netlink);
    }
    if (r == 0)
        r = add_rows(table, cpus, count);
    conntrack_trouble(table, r, &err);
    free(cpus);
    return table;
}

const struct source conntrack_cpu_source = {
    .name = "conntrack_cpus",
    .kind = KIND_CONNTRACK_CPUS,
    .needs = "CAP_NET_ADMIN, and CAP_SYS_ADMIN to read in other namespaces",
    .protocol = NETLINK_NETFILTER,
    .read = read_table,
};
