// SPDX-License-Identifier: GPL-2.0-or-later
// The source of policy rules: RTM_GETRULE of IPv4 and IPv6.
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>

#include "source/route_parse.h"
#include "source/route_source.h"
#include "source/routing_rule_read.h"

struct reading {
    struct table *table;
    const struct route_context *context;
    size_t begun; // how many rows there were when the family began
};

bool route_has_ipv6(void) {
    return access("/proc/sys/net/ipv6", F_OK) == 0;
}

// The kernel gives them in their order.
static void fill_place(const struct reading *reading, struct routing_rule *rule) {
    const struct routing_rule *rules = reading->table->rows;
    size_t own = reading->table->count - 1;
    rule->position = (uint32_t)(own - reading->begun);
    if (rule->position > 0 && rules[own - 1].priority == rule->priority)
        rule->twin = rules[own - 1].twin + 1;
}

static int take_rule(const struct nlmsghdr *message, void *user_data) {
    struct reading *reading = user_data;
    struct routing_rule *rule = table_add(reading->table);
    if (!rule)
        return -ENOMEM;
    int r = routing_rule_parse(message, reading->context, &reading->table->arena, rule);
    if (r == -ENOMEM)
        return r;
    if (r == -EBADMSG)
        table_trouble(reading->table, STATUS_PARTIAL, "the kernel's message is malformed");
    if (rule->family == ROUTE_FAMILY_NONE)
        reading->table->count--;
    else
        fill_place(reading, rule);
    return 0;
}

static void restart_rules(void *user_data) {
    struct reading *reading = user_data;
    reading->table->count = reading->begun;
}

static int read_family(struct reading *reading, struct netlink *netlink, uint8_t family,
                       struct error *err) {
    const struct fib_rule_hdr header = {.family = family};
    const struct netlink_reader reader = {take_rule, restart_rules, reading};
    reading->begun = reading->table->count;
    int r =
        netlink_dump(netlink, netlink_request(RTM_GETRULE, &header, sizeof(header)), &reader, err);
    if (r != -EINTR)
        return r;
    table_trouble(reading->table, STATUS_PARTIAL, "%s", err->text);
    return 0;
}

int routing_rules_read(struct table *table, const struct route_context *context,
                       struct netlink *netlink, struct error *err) {
    struct reading reading = {.table = table, .context = context};
    int r = read_family(&reading, netlink, AF_INET, err);
    return r == 0 && route_has_ipv6() ? read_family(&reading, netlink, AF_INET6, err) : r;
}

static void read_namespace(struct table *table, const struct source_request *request) {
    struct route_context context = {0};
    struct netlink netlink;
    struct error err = {0};
    int r = netlink_open(&netlink, request->netns, NETLINK_ROUTE, &err);
    if (r == 0) {
        r = route_context_read(&context, &netlink, &err);
        if (r == 0)
            r = routing_rules_read(table, &context, &netlink, &err);
        route_context_done(&context);
        netlink_close(&netlink);
    }
    if (r < 0)
        table_trouble(table, netlink_state_of(r), "%s", r == -ENOMEM ? "out of memory" : err.text);
}

static struct table *read_table(const struct source_request *request) {
    struct table *table = table_new(&routing_rule_kind);
    if (table)
        read_namespace(table, request);
    return table;
}

// A rule's word of a missing interface changes with the interfaces.
static const unsigned groups[] = {RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE, RTNLGRP_LINK};

const struct source routing_rule_source = {
    .name = "routing_rules",
    .kind = KIND_ROUTING_RULES,
    .needs = "CAP_SYS_ADMIN to read in other namespaces",
    .protocol = NETLINK_ROUTE,
    .groups = groups,
    .group_count = sizeof(groups) / sizeof(groups[0]),
    .read = read_table,
};
