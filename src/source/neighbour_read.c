// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/neighbour_read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/rtnetlink.h>

struct reading {
    const struct source_request *request;
    const struct neighbour_reader *reader;
    struct table *table;
    size_t begun; // how many rows there were when the current part began
};

static int take_row(const struct nlmsghdr *message, void *user_data) {
    struct reading *reading = user_data;
    void *row = table_add(reading->table);
    if (!row)
        return -ENOMEM;
    int r = reading->reader->parse(message, row);
    if (r == 0 && reading->reader->name)
        r = reading->reader->name(row, &reading->table->arena);
    if (r == -ENOMEM)
        return r;
    if (r == 0)
        return source_row_done(reading->request, &reading->table);
    reading->table->count--;
    if (r == -EBADMSG)
        table_trouble(reading->table, STATUS_PARTIAL, "the kernel's message is malformed");
    return 0;
}

static void restart(void *user_data) {
    struct reading *reading = user_data;
    reading->table->count = reading->begun;
}

// The kernel gives the rows in the order of a hash; one that moved meanwhile can come twice.
static void order_rows(struct table *table, int (*compare)(const void *a, const void *b)) {
    size_t size = table->kind->row_size, kept = 0;
    char *rows = table->rows;
    if (table->count > 1)
        qsort(rows, table->count, size, compare);
    for (size_t i = 0; i < table->count; i++) {
        if (kept > 0 && compare(rows + (kept - 1) * size, rows + i * size) == 0)
            kept--;
        if (kept != i)
            memcpy(rows + kept * size, rows + i * size, size);
        kept++;
    }
    table->count = kept;
}

static int read_part(struct reading *reading, struct netlink *netlink, const struct ndmsg *part,
                     struct error *err) {
    const struct netlink_reader reader = {take_row, reading->request->sink ? NULL : restart,
                                          reading};
    reading->begun = reading->table->count;
    return netlink_dump(netlink, netlink_request(RTM_GETNEIGH, part, sizeof(*part)), &reader, err);
}

// Returns 0, SOURCE_ENOUGH, or -errno; a part that changed while it was read does not end it.
static int read_parts(struct reading *reading, struct netlink *netlink, struct error *err) {
    int r = 0;
    for (size_t i = 0; i < reading->reader->part_count && r == 0; i++) {
        r = read_part(reading, netlink, &reading->reader->parts[i], err);
        if (r == -EINTR) {
            table_trouble(reading->table, STATUS_PARTIAL, "%s", err->text);
            r = 0;
        }
    }
    return r;
}

static void read_namespace(struct reading *reading) {
    struct netlink netlink;
    struct error err = {0};
    int r = netlink_open(&netlink, reading->request->netns, NETLINK_ROUTE, &err);
    if (r == 0) {
        r = read_parts(reading, &netlink, &err);
        netlink_close(&netlink);
    }
    if (r == -ENOMEM)
        error_set(&err, r, "out of memory");
    if (r < 0)
        table_trouble(reading->table, netlink_state_of(r), "%s", err.text);
}

struct table *neighbour_read(const struct source_request *request,
                             const struct neighbour_reader *reader) {
    struct reading reading = {
        .request = request, .reader = reader, .table = table_new(reader->kind)};
    if (!reading.table)
        return NULL;
    reading.table->time = request->now;
    read_namespace(&reading);
    if (!request->sink)
        order_rows(reading.table, reader->compare);
    return reading.table;
}
