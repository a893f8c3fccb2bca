// SPDX-License-Identifier: GPL-2.0-or-later
// netscope's own tables of a trace: rules that set the trace bit on packets which a filter wants.
//
//     table inet NAME { flags owner
//       chain chosen  { limit rate RATE/second burst RATE meta nftrace set 1 }
//       chain prerouting, output, forward { priority first of all; (tests) goto chosen }
//       chain replies_prerouting, replies_output { just behind conntrack; (its tuple) goto chosen }
//       }
//
// and, if they are asked for, one of the same name in the family bridge with the chains
// prerouting, output and forward, and one in the family netdev with chains at the ingress of every
// interface. There, where no flows are known, replies are what goes the other way.
#ifndef SOURCE_TRACE_RULES_H
#define SOURCE_TRACE_RULES_H

#include <net/if.h>
#include <stdbool.h>

#include "base/buffer.h"
#include "model/packet_filter.h"
#include "source/netlink.h"

#define TRACE_CHAIN_CHOSEN "chosen"
#define TRACE_REPLY_PREFIX "replies_" // of the names of the chains that choose replies

struct trace_rules {
    const char *table; // its name
    const struct packet_filter *filter;
    const char *netns;            // name of the namespace, for what the filter says of it
    uint32_t rate;                // packets a second, of each table
    bool replies;                 // of flows that match, too
    bool tracked;                 // the namespace tracks connections: replies are told by that
    bool owned;                   // the table goes with the socket (Linux 5.12)
    struct if_nameindex *devices; // interfaces, for the family netdev; the last has the index 0
};

// True if some packet of the namespace can match.
bool trace_rules_concern(const struct packet_filter *filter, const char *netns);

// Makes the table of a family (NFPROTO_INET, NFPROTO_BRIDGE, NFPROTO_NETDEV), which is empty.
// Returns 0; -EINVAL if the kernel does not know owners; or -errno.
int trace_rules_make_table(const struct trace_rules *rules, uint8_t family, struct netlink *netlink,
                           struct error *err);

// Writes the table's chains and rules, all or nothing. Returns 0 or -errno.
int trace_rules_fill_table(const struct trace_rules *rules, uint8_t family, struct netlink *netlink,
                           struct error *err);

// The messages that remove the table, for whoever has to send them. Empty when memory is out.
struct buffer trace_rules_removal(const char *table, uint8_t family, const struct netlink *netlink);

#endif
