// SPDX-License-Identifier: GPL-2.0-or-later
// What legacy tables (iptables-legacy) tell of packets that have the trace bit: a line of the
// kernel's log for each rule that matches. While a trace runs, the namespace's log goes to its
// socket instead (net.netfilter.nf_log); a child process sees to it that what was there is put
// back, however netscope ends.
#ifndef SOURCE_TRACE_LEGACY_H
#define SOURCE_TRACE_LEGACY_H

#include <stdbool.h>

#include "model/netns.h"
#include "source/netlink.h"

// Whether the namespace has legacy tables of ip or ip6, without making any.
bool trace_legacy_is_used(const struct netns *netns);

// Makes the socket (of nfnetlink, in the namespace) hear the lines, among what else it hears: so
// both come in the order in which the packet met the rules. Returns 0 and, in *ret_keeper, what
// keeper_end puts the log back with; -EBUSY if another program takes the namespace's log; or
// -errno; then nothing is changed.
int trace_legacy_begin(struct netlink *netlink, const struct netns *netns, int *ret_keeper,
                       struct error *err);

#endif
