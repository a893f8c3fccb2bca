// SPDX-License-Identifier: GPL-2.0-or-later
// The source of flows: a dump of connection tracking by ctnetlink. The kernel says nothing of flows
// that come and go while it dumps: of a busy table any reading is a little wrong.
#include <errno.h>
#include <sys/socket.h>

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#include "source/conntrack_netlink.h"
#include "source/flow_parse.h"
#include "source/flow_source.h"

struct reading {
    const struct source_request *request;
    struct table *table;
};

static int take_flow(const struct nlmsghdr *message, void *user_data) {
    struct reading *reading = user_data;
    struct flow *flow = table_add(reading->table);
    if (!flow)
        return -ENOMEM;
    int r = flow_parse(message, &reading->table->arena, flow, NULL);
    if (r == -ENOMEM)
        return r;
    if (r == -EBADMSG)
        table_trouble(reading->table, STATUS_PARTIAL, "a message of the kernel's is malformed");
    if (r == -ENOMSG || flow->family == ADDRESS_NONE) {
        reading->table->count--;
        return 0;
    }
    return source_row_done(reading->request, &reading->table);
}

static void restart(void *user_data) {
    struct reading *reading = user_data;
    reading->table->count = 0;
}

static int read_flows(struct reading *reading, struct error *err) {
    const struct netlink_reader reader = {take_flow, reading->request->sink ? NULL : restart,
                                          reading};
    struct netlink netlink;
    int r = conntrack_open(&netlink, reading->request->netns, err);
    if (r < 0)
        return r;
    r = netlink_dump(&netlink,
                     conntrack_request(NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET, AF_UNSPEC),
                     &reader, err);
    netlink_close(&netlink);
    return r;
}

static struct table *read_table(const struct source_request *request) {
    struct reading reading = {.request = request, .table = table_new(&flow_kind)};
    struct error err = {0};
    if (reading.table) {
        int r = read_flows(&reading, &err);
        conntrack_trouble(reading.table, r, &err);
    }
    return reading.table;
}

const struct source flow_source = {
    .name = "flows",
    .kind = KIND_FLOWS,
    .needs = "CAP_NET_ADMIN, and CAP_SYS_ADMIN to read in other namespaces",
    .protocol = NETLINK_NETFILTER,
    .streams = true,
    .read = read_table,
};
