// SPDX-License-Identifier: GPL-2.0-or-later
// The source of flows: a dump of connection tracking by ctnetlink. The kernel says nothing of flows
// that come and go while it dumps: of a busy table any reading is a little wrong.
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/utsname.h>

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#include "source/conntrack_netlink.h"
#include "source/flow_filter.h"
#include "source/flow_parse.h"
#include "source/flow_source.h"

struct reading {
    const struct source_request *request;
    struct table *table;
    size_t begun; // how many rows there were when the current dump began
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
    reading->table->count = reading->begun;
}

static int dump_family(struct reading *reading, struct netlink *netlink,
                       const struct flow_filter *filter, uint8_t family, struct error *err) {
    const struct netlink_reader reader = {take_flow, reading->request->sink ? NULL : restart,
                                          reading};
    struct nl_msg *request = conntrack_request(NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET, family);
    if (request && flow_filter_put(filter, request) < 0) {
        nlmsg_free(request);
        request = NULL;
    }
    reading->begun = reading->table->count;
    return netlink_dump(netlink, request, &reader, err);
}

static int dump_flows(struct reading *reading, struct netlink *netlink,
                      const struct flow_filter *filter, struct error *err) {
    if (filter->family != AF_UNSPEC || !flow_filter_needs_family(filter))
        return dump_family(reading, netlink, filter, filter->family, err);
    int r = dump_family(reading, netlink, filter, AF_INET, err);
    return r == 0 ? dump_family(reading, netlink, filter, AF_INET6, err) : r;
}

static bool is_before_5_16(void) {
    struct utsname name;
    unsigned major, minor;
    if (uname(&name) < 0 || sscanf(name.release, "%u.%u", &major, &minor) != 2)
        return true;
    return major < 5 || (major == 5 && minor < 16);
}

// What the kernel can leave out of all that the request does not want.
static struct flow_filter choose_filter(const struct source_request *request) {
    struct flow_filter filter = {.family = AF_UNSPEC};
    if (!request->conditions)
        return filter;
    flow_filter_of(request->conditions, &filter);
    if (is_before_5_16())
        flow_filter_drop_reply(&filter);
    return filter;
}

// A kernel that refuses to filter refuses before the first row.
static int read_flows(struct reading *reading, struct error *err) {
    const struct flow_filter filter = choose_filter(reading->request);
    const struct flow_filter nothing = {.family = AF_UNSPEC};
    struct netlink netlink;
    int r = conntrack_open(&netlink, reading->request->netns, err);
    if (r < 0)
        return r;
    r = dump_flows(reading, &netlink, &filter, err);
    if ((r == -EINVAL || netlink_is_unsupported(r)) && !flow_filter_is_empty(&filter))
        r = dump_flows(reading, &netlink, &nothing, err);
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
