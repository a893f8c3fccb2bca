// SPDX-License-Identifier: GPL-2.0-or-later
// A message of nfnetlink_log that is a line of a trace.
#ifndef SOURCE_TRACE_LEGACY_PARSE_H
#define SOURCE_TRACE_LEGACY_PARSE_H

#include <linux/netlink.h>

#include "base/arena.h"
#include "model/trace_event.h"

// Texts go into the arena. Returns 0; -ENOMSG if it is another message, or of no trace ("TRACE:
// TABLE:CHAIN:rule|return|policy:NUMBER ", net/ipv4/netfilter/ip_tables.c); -EBADMSG; or -ENOMEM.
int trace_legacy_parse(const struct nlmsghdr *message, struct arena *arena,
                       struct trace_event *ret_event);

#endif
