// SPDX-License-Identifier: GPL-2.0-or-later
// The source of the tables of neighbours: RTM_GETNEIGHTBL, and the namespace's entries, which the
// kernel counts for the whole node only.
#include "model/neighbour_table.h"

#include <errno.h>
#include <netinet/in.h>

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "source/neighbour_parse.h"
#include "source/neighbour_source.h"
#include "source/netlink.h"

struct reading {
    struct netlink netlink;
    struct table *table;
};

// The row of a family, made if it is not there: where a namespace has many interfaces, whose
// settings come behind the table, the kernel tells of the table again with each part of its answer.
static struct neighbour_table *row_of(struct table *table, uint8_t family) {
    struct neighbour_table *rows = table->rows;
    for (size_t i = 0; i < table->count; i++) {
        if (rows[i].family == family)
            return &rows[i];
    }
    return table_add(table);
}

static int take_table(const struct nlmsghdr *message, void *user_data) {
    struct reading *reading = user_data;
    struct neighbour_table read;
    int r = neighbour_table_parse(message, &reading->table->arena, &read);
    if (r == -EBADMSG)
        table_trouble(reading->table, STATUS_PARTIAL, "the kernel's message is malformed");
    if (r < 0)
        return r == -ENOMEM ? r : 0;
    struct neighbour_table *row = row_of(reading->table, read.family);
    if (!row)
        return -ENOMEM;
    *row = read;
    return 0;
}

static void restart_tables(void *user_data) {
    struct reading *reading = user_data;
    reading->table->count = 0;
}

static int count_entry(const struct nlmsghdr *message, void *user_data) {
    struct neighbour_table *row = user_data;
    struct neighbour neighbour = {0};
    if (neighbour_parse(message, &neighbour) < 0)
        return 0;
    if (neighbour.flags & NEIGHBOUR_PROXY) {
        row->own_proxies++;
        return 0;
    }
    row->own_entries++;
    row->own_gc_entries += neighbour_is_collected(&neighbour);
    return 0;
}

static void restart_entries(void *user_data) {
    struct neighbour_table *row = user_data;
    row->own_entries = row->own_gc_entries = 0;
}

static void restart_proxies(void *user_data) {
    struct neighbour_table *row = user_data;
    row->own_proxies = 0;
}

static int count(struct reading *reading, struct neighbour_table *row, uint8_t flags,
                 struct error *err) {
    const struct ndmsg header = {.ndm_family = row->family == ADDRESS_IPV4 ? AF_INET : AF_INET6,
                                 .ndm_flags = flags};
    const struct netlink_reader reader = {
        count_entry, flags & NTF_PROXY ? restart_proxies : restart_entries, row};
    return netlink_dump(&reading->netlink, netlink_request(RTM_GETNEIGH, &header, sizeof(header)),
                        &reader, err);
}

static int count_all(struct reading *reading, struct error *err) {
    struct neighbour_table *rows = reading->table->rows;
    int r = 0;
    for (size_t i = 0; i < reading->table->count && r == 0; i++) {
        r = count(reading, &rows[i], 0, err);
        if (r == 0)
            r = count(reading, &rows[i], NTF_PROXY, err);
    }
    return r;
}

static int read_tables(struct reading *reading, struct error *err) {
    const struct ndtmsg header = {.ndtm_family = AF_UNSPEC};
    const struct netlink_reader reader = {take_table, restart_tables, reading};
    return netlink_dump(&reading->netlink,
                        netlink_request(RTM_GETNEIGHTBL, &header, sizeof(header)), &reader, err);
}

static struct table *read_table(const struct source_request *request) {
    struct reading reading = {.table = table_new(&neighbour_table_kind)};
    struct error err = {0};
    if (!reading.table)
        return NULL;
    int r = netlink_open(&reading.netlink, request->netns, NETLINK_ROUTE, &err);
    if (r == 0) {
        r = read_tables(&reading, &err);
        if (r == 0)
            r = count_all(&reading, &err);
        netlink_close(&reading.netlink);
    }
    if (r < 0)
        table_trouble(reading.table, netlink_state_of(r), "%s", err.text);
    return reading.table;
}

static const unsigned groups[] = {RTNLGRP_NEIGH};

const struct source neighbour_table_source = {
    .name = "neighbour_tables",
    .kind = KIND_NEIGHBOUR_TABLES,
    .needs = "CAP_SYS_ADMIN to read in other namespaces",
    .protocol = NETLINK_ROUTE,
    .groups = groups,
    .group_count = sizeof(groups) / sizeof(groups[0]),
    .read = read_table,
};
