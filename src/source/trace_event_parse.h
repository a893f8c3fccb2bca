// SPDX-License-Identifier: GPL-2.0-or-later
// A message of a trace (NFT_MSG_TRACE) into a struct trace_event.
#ifndef SOURCE_TRACE_EVENT_PARSE_H
#define SOURCE_TRACE_EVENT_PARSE_H

#include <linux/netlink.h>

#include "base/arena.h"
#include "model/trace_event.h"

// Texts go into the arena. Returns 0; -ENOMSG if the message is none of a trace; -EBADMSG if it is
// malformed; -ENOMEM.
int trace_event_parse(const struct nlmsghdr *message, struct arena *arena,
                      struct trace_event *ret_event);

#endif
