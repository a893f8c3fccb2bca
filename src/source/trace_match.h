// SPDX-License-Identifier: GPL-2.0-or-later
// What a packet filter asks of a packet, as expressions of one of nftables' rules.
#ifndef SOURCE_TRACE_MATCH_H
#define SOURCE_TRACE_MATCH_H

#include <stdbool.h>
#include <stdint.h>

#include <netlink/msg.h>

#include "model/packet_filter.h"

// One rule of an alternative.
struct trace_match {
    const struct packet_alternative *alternative;
    uint8_t protocol; // that the packet must have; 0: whichever
    uint8_t family;   // enum address_family, the same
    bool of_frames;   // the rule sees frames: its table is of the family bridge or netdev
};

// The transport protocols, and families, that an alternative's tests can be about: a rule is needed
// for each, since a field is where the protocol has it. They end with a zero; a zero alone: any.
const uint8_t *trace_match_protocols(const struct packet_alternative *alternative);
const uint8_t *trace_match_families(const struct packet_alternative *alternative);

bool trace_match_asks(const struct packet_alternative *alternative, enum packet_selector selector);

// True if the alternative says which flows: an address or a port. A protocol or a family alone
// would make nearly every packet a reply.
bool trace_match_tells_flow(const struct packet_alternative *alternative);

// Adds expressions to the rule: it goes on if the packet passes the alternative;
void trace_match_put(struct nl_msg *message, const struct trace_match *match);
// if it is a reply in a flow, as conntrack knows it, whose first direction passes;
void trace_match_put_reply(struct nl_msg *message, const struct trace_match *match);
// if one that goes the other way, from the destination to the source, would pass. Of the last two,
// what is not of a flow (length, flags, mark ...) is not asked.
void trace_match_put_reverse(struct nl_msg *message, const struct trace_match *match);

#endif
