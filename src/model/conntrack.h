// SPDX-License-Identifier: GPL-2.0-or-later
// Connection tracking of a namespace as a whole: how full it is, how it is set, what its processors
// counted. Flows are per namespace; the hash table that holds them is shared by all.
#ifndef MODEL_CONNTRACK_H
#define MODEL_CONNTRACK_H

#include <stdint.h>

#include "model/history.h"
#include "model/kind.h"
#include "model/node.h"

// What each processor counts, by place (linux/netfilter/nfnetlink_conntrack.h, CTA_STATS_*).
enum conntrack_counter {
    CONNTRACK_FOUND,          // lookups that found a flow; kernels since 5.9 count few of them
    CONNTRACK_INVALID,        // packets that could not be tracked
    CONNTRACK_INSERT,         // flows added
    CONNTRACK_INSERT_FAILED,  // not added: another packet of the same was faster, or the chain is
                              // long
    CONNTRACK_DROP,           // packets dropped because a flow could not be added
    CONNTRACK_EARLY_DROP,     // flows dropped to make room for new ones
    CONNTRACK_ERROR,          // ICMP errors that could not be tracked
    CONNTRACK_SEARCH_RESTART, // lookups begun again because the table changed
    CONNTRACK_CLASH_RESOLVE,  // two packets of one new flow that met
    CONNTRACK_CHAINTOOLONG,   // not added: the chain is too long
    CONNTRACK_COUNTERS,
};

// One processor's.
struct conntrack_cpu {
    uint32_t cpu;
    struct maybe counters[CONNTRACK_COUNTERS]; // unknown where the kernel has no such counter
    struct maybe expect_new, expect_create, expect_delete;
};

// What became of packets that raced for the same place, by a namespace's counters. Two that come at
// once do so, as those for A and AAAA from one socket: the loser is dropped, or, by newer kernels
// and where nothing speaks against it, let go on.
struct conntrack_races {
    struct maybe insert_failed, clash_resolve;
};

// By how much they grew; unknown where one of the two is.
struct conntrack_races conntrack_races_growth(const struct conntrack_races *from,
                                              const struct conntrack_races *to);

// How long a flow in a state is kept: "tcp_established" and seconds.
struct conntrack_timeout {
    const char *name;
    uint64_t seconds;
};

struct conntrack {
    struct maybe count; // flows
    struct maybe max;   // net.netfilter.nf_conntrack_max; 0: no limit
    struct maybe buckets;
    struct maybe expectations;
    struct maybe expect_max;
    struct maybe accounting, timestamps, events, checksum; // whether they are on
    struct maybe log_invalid;                              // the protocol's number; 255: all
    struct maybe tcp_loose, tcp_be_liberal, tcp_ignore_invalid_rst, tcp_max_retrans;
    struct maybe total[CONNTRACK_COUNTERS]; // of all processors
    struct maybe expect_new, expect_create, expect_delete;
    const struct conntrack_cpu *cpus;
    size_t cpu_count;
    const struct conntrack_timeout *timeouts;
    size_t timeout_count;
};

extern const struct kind conntrack_kind, conntrack_cpu_kind;
extern const struct record_type conntrack_cpu_type, conntrack_timeout_type;

// A history (model/history.h) keeps all of the counters, in their order.
_Static_assert(CONNTRACK_COUNTERS <= HISTORY_COUNTERS, "a counter without a history");

// How many entries a chain of the hash table has on average with so many flows in all namespaces:
// each flow stands in it twice, once a direction.
double conntrack_mean_chain(uint64_t flows, uint64_t buckets);

#endif
