// SPDX-License-Identifier: GPL-2.0-or-later
// The source of bypasses, which are found in interfaces with their programs, in filters of traffic
// control, in programs of control groups and of netfilter's hooks, in what bridges are set to, and
// in the rules. What cannot be read of these costs its rows alone.
#include "model/bypass.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netfilter/nfnetlink.h>

#include "source/bpf.h"
#include "source/bridge_netfilter.h"
#include "source/bypass_source.h"
#include "source/cgroup_programs.h"
#include "source/hook_programs.h"
#include "source/link_read.h"
#include "source/ruleset_cache.h"
#include "source/tc.h"

struct reading {
    const struct source_request *request;
    struct table *table;      // of bypasses
    struct link_reading link; // its table of links goes when the rows are made
    struct tc_filters filters;
    struct bridge_netfilter bridge_netfilter;
    struct hook_programs hook_programs;
    struct cgroup_programs cgroup_programs;
    struct ruleset *ruleset;
    uint32_t unread; // as in struct bypass_facts
};

#define AT(point) (1U << ROAD_AT_##point)
#define AT_TC     (AT(TC_INGRESS) | AT(TC_EGRESS))
#define AT_DEVICE (AT(XDP) | AT_TC)
#define AT_CGROUP (AT(CGROUP_INGRESS) | AT(SOCKET) | AT(CGROUP_EGRESS))

// Says what could not be read, and where on the road that would be.
static void trouble(struct reading *reading, const char *part, uint32_t points, int r,
                    const struct error *err) {
    if (r == 0)
        return;
    reading->unread |= points;
    table_trouble(reading->table, STATUS_PARTIAL, "%s: %s", part,
                  r == -EBADMSG ? "the kernel's answer is malformed" : err->text);
}

// --- Interfaces ----------------------------------------------------------------------------------

static void read_interfaces(struct reading *reading) {
    struct error err = {0};
    const struct status *status = &reading->link.table->status;
    int r = link_read_rows(&reading->link, &err);
    trouble(reading, "interfaces", AT_DEVICE, r, &err);
    r = tc_read_filters(&reading->link.netlink, &reading->table->arena, &reading->filters, &err);
    trouble(reading, "tc filters", AT_TC, r, &err);
    if (bpf_may_have(BPF_USE_TC))
        link_read_hook_programs(&reading->link);
    if (status->state == STATUS_OK)
        return;
    reading->unread |= AT_DEVICE;
    table_trouble(reading->table, status->state, "%s", status->reason);
}

static void read_bridges(struct reading *reading) {
    struct error err = {0};
    int r = bridge_netfilter_read(reading->request->netns, &reading->bridge_netfilter, &err);
    trouble(reading, "bridges", AT(BRIDGE), r, &err);
}

static void read_programs(struct reading *reading) {
    const struct netns *netns = reading->request->netns;
    struct error err = {0};
    int r = hook_programs_read(netns, &reading->table->arena, &reading->hook_programs, &err);
    trouble(reading, "BPF programs of netfilter", 0, r, &err);
    r = cgroup_programs_read(netns->inode, &reading->table->arena, &reading->cgroup_programs, &err);
    trouble(reading, "BPF programs of control groups", AT_CGROUP, r, &err);
}

// --- Names of programs ---------------------------------------------------------------------------

// As the program was loaded. Without the privilege it keeps what it is called so far.
static int name_program(struct reading *reading, const struct maybe *id, const char **name) {
    char text[BPF_NAME_SIZE];
    if (!id->known)
        return 0;
    int r = bpf_program_name((uint32_t)id->value, text);
    const char *copy = r == 0 && text[0] ? arena_strdup(&reading->table->arena, text) : NULL;
    if (copy)
        *name = copy;
    return r == -EPERM ? r : 0;
}

static int name_actions(struct reading *reading, const struct tc_filter *filter) {
    struct tc_action *actions = (struct tc_action *)(uintptr_t)filter->actions;
    int r = 0;
    for (size_t i = 0; i < filter->action_count && r == 0; i++)
        r = name_program(reading, &actions[i].program, &actions[i].program_name);
    return r;
}

static int name_link_programs(struct reading *reading, const struct link *link) {
    struct link_program *programs = (struct link_program *)(uintptr_t)link->programs;
    int r = 0;
    for (size_t i = 0; i < link->program_count && r == 0; i++)
        r = name_program(reading, &programs[i].id, &programs[i].name);
    return r;
}

static void name_programs(struct reading *reading) {
    const struct table *links = reading->link.table;
    int r = 0;
    for (size_t i = 0; i < links->count && r == 0; i++)
        r = name_link_programs(reading, table_row(links, i));
    for (size_t i = 0; i < reading->filters.count && r == 0; i++) {
        struct tc_filter *filter = &reading->filters.items[i];
        r = name_program(reading, &filter->program, &filter->program_name);
        if (r == 0)
            r = name_actions(reading, filter);
    }
    if (r < 0)
        table_trouble(reading->table, STATUS_PARTIAL,
                      "names of BPF programs: needs CAP_BPF, or CAP_SYS_ADMIN");
}

// --- Rules ---------------------------------------------------------------------------------------

static int read_rules(struct reading *reading) {
    struct status status = {.state = STATUS_OK};
    int r = ruleset_get(reading->request, &reading->ruleset, &status);
    if (r == 0 && status.state != STATUS_OK && status.state != STATUS_UNSUPPORTED)
        table_trouble(reading->table, STATUS_PARTIAL, "rules: %s", status.reason);
    return r;
}

// --- The table -----------------------------------------------------------------------------------

static struct bypass_facts facts_of(const struct reading *reading) {
    return (struct bypass_facts){
        .links = reading->link.table,
        .filters = reading->filters.items,
        .filter_count = reading->filters.count,
        .bridge_netfilter = &reading->bridge_netfilter,
        .hook_programs = reading->hook_programs.items,
        .hook_program_count = reading->hook_programs.count,
        .cgroup_programs = reading->cgroup_programs.items,
        .cgroup_program_count = reading->cgroup_programs.count,
        .ruleset = reading->ruleset,
        .unread = reading->unread,
    };
}

// Of what was read before, when that is all that is asked.
static bool is_unchanged(const struct reading *reading) {
    const struct table *before = reading->request->before;
    const struct bypass_facts facts = facts_of(reading);
    return before && before->ruleset &&
           strcmp(before->status.reason, reading->table->status.reason) == 0 &&
           bypass_is_unchanged(before, &facts) &&
           ruleset_is_current(reading->request->netns, before->ruleset);
}

static int read_all(struct reading *reading) {
    read_interfaces(reading);
    netlink_close(&reading->link.netlink);
    read_bridges(reading);
    read_programs(reading);
    name_programs(reading);
    if (is_unchanged(reading)) {
        table_unref(reading->table);
        reading->table = table_ref(reading->request->before);
        return 0;
    }
    int r = read_rules(reading);
    const struct bypass_facts facts = facts_of(reading);
    return r == 0 ? bypass_add_rows(reading->table, &facts) : r;
}

static int read_namespace(struct reading *reading) {
    struct error err = {0};
    int r = netlink_open(&reading->link.netlink, reading->request->netns, NETLINK_ROUTE, &err);
    if (r == 0)
        return read_all(reading);
    table_trouble(reading->table, netlink_state_of(r), "%s", err.text);
    return 0;
}

static struct table *read_table(const struct source_request *request) {
    struct reading reading = {
        .request = request,
        .table = table_new(&bypass_kind),
        .link = {.request = request, .netlink.fd = -1, .table = table_new(&link_kind)}};
    int r = reading.table && reading.link.table ? read_namespace(&reading) : -ENOMEM;
    free(reading.filters.items);
    free(reading.hook_programs.items);
    free(reading.cgroup_programs.items);
    ruleset_unref(reading.ruleset);
    table_unref(reading.link.table);
    if (r == 0)
        return reading.table;
    table_unref(reading.table);
    return NULL;
}

static const unsigned groups[] = {NFNLGRP_NFTABLES};

const struct source bypass_source = {
    .name = "bypasses",
    .kind = KIND_BYPASSES,
    .needs = "CAP_NET_ADMIN, CAP_SYS_ADMIN to read in other namespaces, CAP_BPF for the names of "
             "programs",
    .protocol = NETLINK_NETFILTER,
    .groups = groups,
    .group_count = 1,
    .made_of = KIND_BIT(KIND_INTERFACES),
    .polled = true, // nobody tells of settings, of links of BPF programs, of legacy tables
    .read = read_table,
};
