// SPDX-License-Identifier: GPL-2.0-or-later
// netscope's own table of a trace: rules that set the trace bit on packets which a filter wants.
//
//     table inet NAME { flags owner
//       chain chosen  { limit rate RATE/second burst RATE meta nftrace set 1 }
//       chain prerouting, output, forward { priority first of all; (tests) goto chosen }
//       chain replies_prerouting, replies_output { just behind conntrack; (its tuple) goto chosen }
//       }
#ifndef SOURCE_TRACE_RULES_H
#define SOURCE_TRACE_RULES_H

#include <stdbool.h>

#include "model/packet_filter.h"
#include "source/netlink.h"

#define TRACE_CHAIN_CHOSEN "chosen"

struct trace_rules {
    const char *table; // its name
    const struct packet_filter *filter;
    const char *netns; // name of the namespace, for what the filter says of it
    uint32_t rate;     // packets a second
    bool replies;      // of flows that match, too: this makes use of conntrack
    bool owned;        // the table goes with the socket (Linux 5.12)
};

// True if some packet of the namespace can match.
bool trace_rules_concern(const struct packet_filter *filter, const char *netns);

// Writes the table, all or nothing. Returns 0 or -errno.
int trace_rules_write(const struct trace_rules *rules, struct netlink *netlink, struct error *err);

#endif
