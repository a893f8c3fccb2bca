// SPDX-License-Identifier: GPL-2.0-or-later
// What a lookup that is made again and again came to: times, losses, response codes.
#ifndef MODEL_DNS_TALLY_H
#define MODEL_DNS_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "model/dns.h"
#include "model/table.h"

#define DNS_TALLY_RCODES    24  // higher ones are counted as the last
#define DNS_TALLY_RECENT    256 // lookups of which is known which came when
#define DNS_TALLY_DOUBLINGS 17  // from 0.1 ms on: up to 13 s

// One of the latest lookups.
struct dns_tally_round {
    uint64_t took;      // microseconds
    uint32_t lost;      // queries without a reply
    struct maybe rcode; // of its types the worst; unknown: one of them had no reply
};

// One of zeroes is empty.
struct dns_tally {
    uint64_t queries, lost;                      // sent; and of them without a reply
    uint64_t *times;                             // microseconds that each took, the shortest first
    size_t count, capacity;                      // of lookups
    uint64_t rcodes[DNS_TALLY_RCODES], no_reply; // of answers
    struct dns_tally_round recent[DNS_TALLY_RECENT]; // number n at n % DNS_TALLY_RECENT
};

// Counts what a lookup came to; one that was cancelled says nothing. Returns 0 or -ENOMEM.
int dns_tally_add(struct dns_tally *tally, const struct table *answers,
                  const struct table *queries);
void dns_tally_done(struct dns_tally *tally);

// True for a lookup that is not counted.
bool dns_tally_passes_over(const struct table *answers);

// True if a query was sent and nobody replied.
bool dns_query_is_lost(const struct dns_query *query);

// The milliseconds that so many of a hundred lookups do not pass (nearest rank); 0 without lookups.
double dns_tally_percentile(const struct dns_tally *tally, size_t percent);

// Of a hundred queries so many were lost.
double dns_tally_loss(const struct dns_tally *tally);

// How often 0.1 ms has to be doubled to reach that many microseconds.
unsigned dns_tally_doublings(uint64_t took);

// The last lookups, at most `most` and DNS_TALLY_RECENT: returns how many, the oldest being number
// 0 of dns_tally_recent.
size_t dns_tally_recent_count(const struct dns_tally *tally, size_t most);
const struct dns_tally_round *dns_tally_recent(const struct dns_tally *tally, size_t count,
                                               size_t index);

// Adds " NOERROR 12 SERVFAIL 1 no reply 2".
void dns_tally_format_rcodes(const struct dns_tally *tally, struct buffer *buffer);

#endif
