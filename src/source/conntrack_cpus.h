// SPDX-License-Identifier: GPL-2.0-or-later
// What each processor counted of connection tracking.
#ifndef SOURCE_CONNTRACK_CPUS_H
#define SOURCE_CONNTRACK_CPUS_H

#include "model/conntrack.h"
#include "source/netlink.h"

// Reads the counters of every processor, those of expectations with them: an array that is the
// caller's to free. Returns 0 or -errno as netlink_dump.
int conntrack_read_cpus(struct netlink *netlink, struct conntrack_cpu **ret_cpus, size_t *ret_count,
                        struct error *err);

#endif
