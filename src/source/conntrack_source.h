// SPDX-License-Identifier: GPL-2.0-or-later
// The sources of connection tracking as a whole, and of its expectations (ctnetlink).
#ifndef SOURCE_CONNTRACK_SOURCE_H
#define SOURCE_CONNTRACK_SOURCE_H

#include "model/conntrack.h"
#include "source/netlink.h"
#include "source/source.h"

extern const struct source conntrack_source, conntrack_cpu_source, expectation_source;

// Counters of one namespace that are read again and again.
struct conntrack_meter {
    struct netlink netlink;
    bool open;
};

// Opens it; where that fails, what is read is unknown. conntrack_meter_close() closes it.
void conntrack_meter_open(struct conntrack_meter *meter, const struct netns *netns);
void conntrack_meter_close(struct conntrack_meter *meter);
struct conntrack_races conntrack_meter_read(struct conntrack_meter *meter);
// The same, once. The calling thread has to be at home (netns_enter.h).
struct conntrack_races conntrack_races_read(const struct netns *netns);

#endif
