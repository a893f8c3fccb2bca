// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/tc.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include "source/tc_parse.h"

// --- Qdiscs --------------------------------------------------------------------------------------

// The few interfaces that have a qdisc for classifiers on their way.
struct qdiscs {
    struct tc_qdisc *items;
    size_t count;
};

static int take_qdisc(const struct nlmsghdr *message, void *user_data) {
    struct qdiscs *qdiscs = user_data;
    struct tc_qdisc qdisc;
    int r = tc_qdisc_parse(message, &qdisc);
    if (r < 0)
        return r == -ENOMSG ? 0 : r;
    if (!qdisc.ingress)
        return 0;
    void *grown = reallocarray(qdiscs->items, qdiscs->count + 1, sizeof(*qdiscs->items));
    if (!grown)
        return -ENOMEM;
    qdiscs->items = grown;
    qdiscs->items[qdiscs->count++] = qdisc;
    return 0;
}

static void restart_qdiscs(void *user_data) {
    struct qdiscs *qdiscs = user_data;
    qdiscs->count = 0;
}

static int read_qdiscs(struct netlink *netlink, struct qdiscs *qdiscs, struct error *err) {
    const struct tcmsg header = {.tcm_family = AF_UNSPEC};
    const struct netlink_reader reader = {take_qdisc, restart_qdiscs, qdiscs};
    int r =
        netlink_dump(netlink, netlink_request(RTM_GETQDISC, &header, sizeof(header)), &reader, err);
    return netlink_is_unsupported(r) ? 0 : r;
}

// --- Filters -------------------------------------------------------------------------------------

struct reading {
    struct arena *arena;
    struct tc_filters *filters;
    int32_t ifindex;
    enum tc_side side;
    size_t before; // how many there were before this side's
};

static int take_filter(const struct nlmsghdr *message, void *user_data) {
    struct reading *reading = user_data;
    struct tc_filters *filters = reading->filters;
    struct tc_filter filter;
    int r = tc_filter_parse(message, reading->arena, &filter);
    if (r < 0)
        return r == -ENOMSG ? 0 : r;
    filter.ifindex = reading->ifindex;
    filter.side = reading->side;
    void *grown = reallocarray(filters->items, filters->count + 1, sizeof(*filters->items));
    if (!grown)
        return -ENOMEM;
    filters->items = grown;
    filters->items[filters->count++] = filter;
    return 0;
}

static void restart_filters(void *user_data) {
    struct reading *reading = user_data;
    reading->filters->count = reading->before;
}

static int read_side(struct netlink *netlink, struct reading *reading, struct error *err) {
    uint32_t minor = reading->side == TC_SIDE_INGRESS ? TC_H_MIN_INGRESS : TC_H_MIN_EGRESS;
    const struct tcmsg header = {.tcm_family = AF_UNSPEC,
                                 .tcm_ifindex = reading->ifindex,
                                 .tcm_parent = TC_H_MAKE(TC_H_CLSACT, minor)};
    const struct netlink_reader reader = {take_filter, restart_filters, reading};
    reading->before = reading->filters->count;
    return netlink_dump(netlink, netlink_request(RTM_GETTFILTER, &header, sizeof(header)), &reader,
                        err);
}

static int read_filters_of(struct netlink *netlink, const struct tc_qdisc *qdisc,
                           struct reading *reading, struct error *err) {
    reading->ifindex = qdisc->ifindex;
    reading->side = TC_SIDE_INGRESS;
    int r = read_side(netlink, reading, err);
    reading->side = TC_SIDE_EGRESS;
    if (r == 0 && qdisc->egress)
        r = read_side(netlink, reading, err);
    // One that has just gone has no filters; the others have.
    return r == -ENODEV || r == -EINVAL ? 0 : r;
}

int tc_read_filters(struct netlink *netlink, struct arena *arena, struct tc_filters *ret_filters,
                    struct error *err) {
    struct reading reading = {.arena = arena, .filters = ret_filters};
    struct qdiscs qdiscs = {0};
    *ret_filters = (struct tc_filters){0};
    int r = read_qdiscs(netlink, &qdiscs, err);
    for (size_t i = 0; r == 0 && i < qdiscs.count; i++)
        r = read_filters_of(netlink, &qdiscs.items[i], &reading, err);
    free(qdiscs.items);
    return r;
}
