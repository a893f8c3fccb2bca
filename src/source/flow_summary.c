// SPDX-License-Identifier: GPL-2.0-or-later
// The source of summaries of flows: reads the flows, and keeps of them what is counted.
#include "model/flow_summary.h"

#include <errno.h>
#include <string.h>

#include <linux/netlink.h>

#include "model/netns.h"
#include "source/flow_source.h"

#define ROWS_AT_ONCE 1024

static int count_flows(struct table *flows, void *user_data) {
    int r = 0;
    for (size_t i = 0; r == 0 && i < flows->count; i++)
        r = flow_counting_add(user_data, table_row(flows, i));
    table_unref(flows);
    return r;
}

static int read_summaries(const struct source_request *request, struct flow_counting *counting,
                          struct table *table) {
    const struct source_sink sink = {ROWS_AT_ONCE, count_flows, counting};
    struct source_request flows = {.netns = request->netns,
                                   .namespaces = request->namespaces,
                                   .now = request->now,
                                   .sink = &sink};
    struct table *rest = flow_source.read(&flows);
    if (!rest)
        return -ENOMEM;
    table->status.state = rest->status.state;
    memcpy(table->status.reason, rest->status.reason, sizeof(rest->status.reason));
    int r = count_flows(rest, counting);
    return r == 0 ? flow_counting_fill(counting, request->netns->name, table) : r;
}

static struct table *read_table(const struct source_request *request) {
    struct table *table = table_new(&flow_summary_kind);
    struct flow_counting *counting = flow_counting_new();
    if (table && (!counting || read_summaries(request, counting, table) < 0))
        table_trouble(table, STATUS_FAILED, "out of memory");
    flow_counting_free(counting);
    return table;
}

const struct source flow_summary_source = {
    .name = "flow_summaries",
    .kind = KIND_FLOW_SUMMARIES,
    .needs = "CAP_NET_ADMIN, and CAP_SYS_ADMIN to read in other namespaces",
    .protocol = NETLINK_NETFILTER,
    .read = read_table,
};
