// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/flow_events.h"

#include <errno.h>
#include <sys/socket.h>

#include <linux/netfilter/nfnetlink.h>

#include "source/conntrack_netlink.h"

#define QUEUE_BYTES (8 * 1024 * 1024) // of events that wait: some ten thousand

static const unsigned groups[] = {NFNLGRP_CONNTRACK_NEW, NFNLGRP_CONNTRACK_UPDATE,
                                  NFNLGRP_CONNTRACK_DESTROY};

int flow_events_open(struct netlink *netlink, const struct netns *netns, struct error *err) {
    int size = QUEUE_BYTES;
    int r = conntrack_open(netlink, netns, err);
    if (r < 0)
        return r;
    r = netlink_listen(netlink, groups, sizeof(groups) / sizeof(groups[0]), false, err);
    if (r < 0)
        netlink_close(netlink);
    else // without the right to it, a burst that is lost is shorter
        setsockopt(netlink->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
    return r;
}

struct reading {
    flow_event_sink *sink;
    void *user_data;
    struct arena arena;
};

static int take_event(const struct nlmsghdr *message, void *user_data) {
    struct reading *reading = user_data;
    struct flow flow = {0};
    enum flow_event event;
    int r = flow_parse(message, &reading->arena, &flow, &event);
    if (r == 0)
        reading->sink(event, &flow, reading->user_data);
    return r == -ENOMEM ? r : 0;
}

int flow_events_read(struct netlink *netlink, flow_event_sink *sink, void *user_data) {
    struct reading reading = {.sink = sink, .user_data = user_data};
    int r = netlink_receive_each(netlink, take_event, &reading);
    arena_done(&reading.arena);
    return r;
}
