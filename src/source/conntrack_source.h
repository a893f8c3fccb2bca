// SPDX-License-Identifier: GPL-2.0-or-later
// The sources of connection tracking as a whole, and of its expectations (ctnetlink).
#ifndef SOURCE_CONNTRACK_SOURCE_H
#define SOURCE_CONNTRACK_SOURCE_H

#include "model/conntrack.h"
#include "source/netlink.h"
#include "source/source.h"

extern const struct source conntrack_source, conntrack_cpu_source, expectation_source;

// A counter of one namespace that is read again and again: how many flows lost the race for their
// place, since the namespace is there. Two packets of one flow that come at once do so, as those
// for A and AAAA from one socket.
struct conntrack_meter {
    struct netlink netlink;
    bool open;
};

// Opens it; where that fails, what is read is unknown. conntrack_meter_close() closes it.
void conntrack_meter_open(struct conntrack_meter *meter, const struct netns *netns);
void conntrack_meter_close(struct conntrack_meter *meter);
struct maybe conntrack_meter_read(struct conntrack_meter *meter);
// The same, once. The calling thread has to be at home (netns_enter.h).
struct maybe conntrack_insert_failed(const struct netns *netns);

#endif
