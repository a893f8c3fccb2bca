// SPDX-License-Identifier: GPL-2.0-or-later
// The source of routes: RTM_GETROUTE of each family, with the exceptions that the kernel has
// learned (path MTU, redirects).
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/rtnetlink.h>

#include "source/route_exceptions.h"
#include "source/route_parse.h"
#include "source/route_source.h"
#include "source/routing_rule_read.h"

struct reading {
    const struct source_request *request;
    struct netlink netlink;
    struct table *table;
    struct route_context context;
    struct route_shares shares;
    struct route_exceptions exceptions;
    uint8_t family; // of the current dump: AF_INET ...
    size_t begun;   // how many rows there were when it began
};

static int hand_over(struct reading *reading) {
    const struct table *before = reading->table;
    int r = source_row_done(reading->request, &reading->table);
    if (reading->table != before)
        route_shares_begin(&reading->shares, &reading->table->arena);
    return r;
}

// A kernel that does not know the family answers with all that it knows.
static bool is_asked_for(const struct reading *reading, const struct nlmsghdr *message) {
    const struct rtmsg *header = nlmsg_data(message);
    return nlmsg_datalen(message) >= (int)sizeof(*header) && header->rtm_family == reading->family;
}

// Returns 1 if the row is to stay, 0 if it came before, or -ENOMEM.
static int is_new(struct reading *reading, const struct route *route) {
    if (!(route->shared->flags & ROUTE_CLONED))
        return 1;
    return route_exceptions_add(&reading->exceptions, route_kind.identity(route));
}

static int take_route(const struct nlmsghdr *message, void *user_data) {
    struct reading *reading = user_data;
    if (!is_asked_for(reading, message))
        return 0;
    struct route *route = table_add(reading->table);
    int r = route ? route_parse(message, &reading->shares, route) : -ENOMEM;
    if (r == -ENOMEM)
        return r;
    if (r == -EBADMSG)
        table_trouble(reading->table, STATUS_PARTIAL, "the kernel's message is malformed");
    r = route->shared ? is_new(reading, route) : 0;
    if (r > 0)
        return hand_over(reading);
    reading->table->count--;
    return r;
}

static void restart_routes(void *user_data) {
    struct reading *reading = user_data;
    reading->table->count = reading->begun;
    route_exceptions_clear(&reading->exceptions);
}

// Returns 0, SOURCE_ENOUGH, or -errno; what changed while it was read does not end it.
static int read_family(struct reading *reading, uint8_t family, struct error *err) {
    const struct rtmsg header = {.rtm_family = family};
    const struct netlink_reader reader = {take_route,
                                          reading->request->sink ? NULL : restart_routes, reading};
    reading->family = family;
    reading->begun = reading->table->count;
    int r = netlink_dump(&reading->netlink, netlink_request(RTM_GETROUTE, &header, sizeof(header)),
                         &reader, err);
    if (r != -EINTR)
        return r;
    table_trouble(reading->table, STATUS_PARTIAL, "%s", err->text);
    return 0;
}

// The module of MPLS brings its settings along.
static bool has_mpls(void) {
    return access("/proc/sys/net/mpls", F_OK) == 0;
}

// A strict kernel gives either the routes or the exceptions, and goes through all routes for those
// too: of a million that is half as long again.
static int read_routes(struct reading *reading, struct error *err) {
    netlink_set_strict(&reading->netlink, false);
    int r = read_family(reading, AF_INET, err);
    if (r == 0 && route_has_ipv6())
        r = read_family(reading, AF_INET6, err);
    if (r == 0 && has_mpls())
        r = read_family(reading, AF_MPLS, err);
    return r;
}

static int read_ranks(struct reading *reading, struct error *err) {
    struct table *rules = table_new(&routing_rule_kind);
    if (!rules)
        return -ENOMEM;
    int r = routing_rules_read(rules, &reading->context, &reading->netlink, err);
    if (r == 0)
        r = route_context_rank(&reading->context, rules);
    table_unref(rules);
    return r;
}

static int read_all(struct reading *reading, struct error *err) {
    int r = route_context_read(&reading->context, &reading->netlink, err);
    if (r == 0)
        r = read_ranks(reading, err);
    return r == 0 ? read_routes(reading, err) : r;
}

static void read_namespace(struct reading *reading) {
    struct error err = {0};
    int r = netlink_open(&reading->netlink, reading->request->netns, NETLINK_ROUTE, &err);
    if (r == 0) {
        r = read_all(reading, &err);
        netlink_close(&reading->netlink);
    }
    if (r < 0)
        table_trouble(reading->table, netlink_state_of(r), "%s",
                      r == -ENOMEM ? "out of memory" : err.text);
}

static struct table *read_table(const struct source_request *request) {
    struct reading reading = {.request = request, .table = table_new(&route_kind)};
    if (!reading.table)
        return NULL;
    reading.shares.context = &reading.context;
    route_shares_begin(&reading.shares, &reading.table->arena);
    read_namespace(&reading);
    route_shares_done(&reading.shares);
    route_exceptions_done(&reading.exceptions);
    route_context_done(&reading.context);
    return reading.table;
}

// Routes go without a word of their own when an interface or a source address goes, and change with
// carriers, nexthop objects and rules.
static const unsigned groups[] = {
    RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE,  RTNLGRP_MPLS_ROUTE, RTNLGRP_NEXTHOP,
    RTNLGRP_LINK,       RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV4_RULE,  RTNLGRP_IPV6_RULE,
};

const struct source route_source = {
    .name = "routes",
    .kind = KIND_ROUTES,
    .needs = "CAP_SYS_ADMIN to read in other namespaces",
    .protocol = NETLINK_ROUTE,
    .groups = groups,
    .group_count = sizeof(groups) / sizeof(groups[0]),
    .streams = true,
    .read = read_table,
};
