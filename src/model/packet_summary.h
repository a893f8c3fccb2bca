// SPDX-License-Identifier: GPL-2.0-or-later
// What traced packets have in common: the rule or policy that decided, and their whole way through
// the chains; how many there are of each, and how many a second.
#ifndef MODEL_PACKET_SUMMARY_H
#define MODEL_PACKET_SUMMARY_H

#include "model/packet.h"
#include "model/table.h"

#define PACKET_SUMMARY_MOST 1000 // rules and ways each; packets of further ones count together
#define PACKET_RATE_SECONDS 10   // that a rate is of

enum packet_summary_by {
    PACKET_BY_RULE,
    PACKET_BY_PATH,
    PACKET_BY_COUNT,
};

struct packet_summary {
    uint8_t by; // enum packet_summary_by
    const char *value;
    const char *rule;              // text of the rule that decided; NULL: none, or not known
    uint8_t outcome;               // enum packet_outcome
    uint64_t steps;                // of a way
    uint64_t packets, all_packets; // of the namespace
    uint64_t bytes;
    int64_t first, last; // when one came: nanoseconds since 1970
    double mean;         // packets a second since the trace began
    double rate;         // in the last seconds
};

extern const struct kind packet_summary_kind;
extern const struct enum_names packet_summary_by_names;

// Counts the packets of one namespace as they come.
struct packet_counting;

// Returns a counting of a trace that began at that time (nanoseconds since 1970), or NULL when
// memory is out.
struct packet_counting *packet_counting_new(int64_t begin);
void packet_counting_free(struct packet_counting *counting); // NULL is nothing

// Counts a packet. Returns 0 or -ENOMEM.
int packet_counting_add(struct packet_counting *counting, const struct packet *packet);

// Adds a row to the table for each rule and each way, as they stand at that time. Returns 0 or
// -ENOMEM.
int packet_counting_fill(const struct packet_counting *counting, int64_t now, struct table *table);

#endif
