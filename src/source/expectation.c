// SPDX-License-Identifier: GPL-2.0-or-later
// The source of expectations: IPCTNL_MSG_EXP_GET.
#include "model/expectation.h"

#include <errno.h>
#include <sys/socket.h>

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#include "source/conntrack_netlink.h"
#include "source/conntrack_source.h"
#include "source/expectation_parse.h"

static int take_expectation(const struct nlmsghdr *message, void *user_data) {
    struct table *table = user_data;
    struct expectation *expectation = table_add(table);
    if (!expectation)
        return -ENOMEM;
    int r = expectation_parse(message, &table->arena, expectation);
    if (r == -ENOMEM)
        return r;
    if (r == -EBADMSG)
        table_trouble(table, STATUS_PARTIAL, "a message of the kernel's is malformed");
    if (r == -ENOMSG || expectation->flow.family == ADDRESS_NONE)
        table->count--;
    return 0;
}

static void restart(void *user_data) {
    struct table *table = user_data;
    table->count = 0;
}

static int read_expectations(const struct source_request *request, struct table *table,
                             struct error *err) {
    const struct netlink_reader reader = {take_expectation, restart, table};
    struct netlink netlink;
    int r = conntrack_open(&netlink, request->netns, err);
    if (r < 0)
        return r;
    r = netlink_dump(&netlink,
                     conntrack_request(NFNL_SUBSYS_CTNETLINK_EXP, IPCTNL_MSG_EXP_GET, AF_UNSPEC),
                     &reader, err);
    netlink_close(&netlink);
    return r;
}

static struct table *read_table(const struct source_request *request) {
    struct table *table = table_new(&expectation_kind);
    struct error err = {0};
    if (table)
        conntrack_trouble(table, read_expectations(request, table, &err), &err);
    return table;
}

const struct source expectation_source = {
    .name = "expectations",
    .kind = KIND_EXPECTATIONS,
    .needs = "CAP_NET_ADMIN, and CAP_SYS_ADMIN to read in other namespaces",
    .protocol = NETLINK_NETFILTER,
    .read = read_table,
};
