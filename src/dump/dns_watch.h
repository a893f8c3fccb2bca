// SPDX-License-Identifier: GPL-2.0-or-later
// A lookup that is made again and again: when the next one is due, and what they came to so far.
#ifndef DUMP_DNS_WATCH_H
#define DUMP_DNS_WATCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "model/dns_tally.h"
#include "model/table.h"
#include "resolve/dns_plan.h"

struct dns_watch {
    int64_t interval;                          // microseconds; 0: there is no watch
    uint64_t most, rounds;                     // rounds to be made (0: no end), and begun
    int64_t due;                               // when the next one begins
    int stop;                                  // readable once it is to end; -1: none
    struct dns_tally tally;                    // what they came to
    struct conntrack_races races, races_began; // of the namespace's conntrack
};

// Reads an interval. Returns 0 and microseconds, or -EINVAL (words in err).
int dns_watch_parse(const char *text, int64_t *ret_interval, struct error *err);

// Reads `--watch` and `--count`. Returns 0, -EINVAL (words in err) or another -errno. `ret_watch`
// is to be given to dns_watch_done().
int dns_watch_init(const struct dns_request *request, struct dns_watch *ret_watch,
                   struct error *err);
void dns_watch_done(struct dns_watch *watch);

// Waits until the next round is due and counts it. Returns 1, 0 after the last one, or -ECANCELED.
int dns_watch_wait(struct dns_watch *watch);

// The first round begins, with these counters.
void dns_watch_begin(struct dns_watch *watch, const struct conntrack_races *races);

// Counts what a lookup came to; one that was cancelled says nothing. The answers are told their
// round, and by how much the counters grew in it. Returns 0 or -ENOMEM.
int dns_watch_add(struct dns_watch *watch, const struct conntrack_races *races,
                  struct table *answers, const struct table *queries);

// A line for a lookup: its number, its time as number and as a bar that grows by one for each
// doubling from 0.1 ms on, what each type came to, the queries that were lost, by how much the
// counters grew.
void dns_watch_format_lookup(const struct dns_watch *watch, const struct table *answers,
                             const struct table *queries, struct buffer *buffer);

// Loss, times and response codes of all, and by how much the counters grew.
void dns_watch_format(const struct dns_watch *watch, struct buffer *buffer);

#endif
