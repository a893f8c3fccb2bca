// SPDX-License-Identifier: GPL-2.0-or-later
// The source of nexthop objects: RTM_GETNEXTHOP.
#include <errno.h>
#include <sys/socket.h>

#include <linux/nexthop.h>
#include <linux/rtnetlink.h>

#include "source/route_parse.h"
#include "source/route_source.h"

struct reading {
    struct table *table;
    struct route_context context;
};

static int take_nexthop(const struct nlmsghdr *message, void *user_data) {
    struct reading *reading = user_data;
    struct nexthop *nexthop = table_add(reading->table);
    if (!nexthop)
        return -ENOMEM;
    int r = nexthop_parse(message, &reading->context, &reading->table->arena, nexthop);
    if (r == -ENOMEM)
        return r;
    if (r == -EBADMSG)
        table_trouble(reading->table, STATUS_PARTIAL, "the kernel's message is malformed");
    if (nexthop->id == 0)
        reading->table->count--;
    return 0;
}

static void restart_nexthops(void *user_data) {
    struct reading *reading = user_data;
    reading->table->count = 0;
}

static int read_nexthops(struct reading *reading, struct netlink *netlink, struct error *err) {
    const struct nhmsg header = {.nh_family = AF_UNSPEC};
    const struct netlink_reader reader = {take_nexthop, restart_nexthops, reading};
    int r = route_context_read(&reading->context, netlink, err);
    if (r < 0)
        return r;
    return netlink_dump(netlink, netlink_request(RTM_GETNEXTHOP, &header, sizeof(header)), &reader,
                        err);
}

static void read_namespace(struct reading *reading, const struct source_request *request) {
    struct netlink netlink;
    struct error err = {0};
    int r = netlink_open(&netlink, request->netns, NETLINK_ROUTE, &err);
    if (r == 0) {
        r = read_nexthops(reading, &netlink, &err);
        netlink_close(&netlink);
    }
    if (r < 0)
        table_trouble(reading->table, netlink_state_of(r), "%s",
                      r == -ENOMEM ? "out of memory" : err.text);
}

static struct table *read_table(const struct source_request *request) {
    struct reading reading = {.table = table_new(&nexthop_kind)};
    if (reading.table)
        read_namespace(&reading, request);
    route_context_done(&reading.context);
    return reading.table;
}

// Names and carriers of interfaces change without word of their nexthops.
static const unsigned groups[] = {RTNLGRP_NEXTHOP, RTNLGRP_LINK};

const struct source nexthop_source = {
    .name = "nexthops",
    .kind = KIND_NEXTHOPS,
    .needs = "CAP_SYS_ADMIN to read in other namespaces; Linux 5.3",
    .protocol = NETLINK_ROUTE,
    .groups = groups,
    .group_count = sizeof(groups) / sizeof(groups[0]),
    .read = read_table,
};
