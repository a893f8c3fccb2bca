// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's two tables of neighbours, arp_cache and ndisc_cache: how full they are, and what
// went wrong (RTM_GETNEIGHTBL, arp(7)). Thresholds, the number of entries and the counters are the
// whole node's, whichever namespace asks; how many of the entries are its own differs.
#ifndef MODEL_NEIGHBOUR_TABLE_H
#define MODEL_NEIGHBOUR_TABLE_H

#include <stdint.h>

#include "model/kind.h"
#include "model/node.h"

struct neighbour_table {
    const char *name; // "arp_cache", "ndisc_cache"
    uint8_t family;   // enum address_family

    struct maybe gc_thresh1;  // fewer entries than this are never collected
    struct maybe gc_thresh2;  // more are collected when they are five seconds old
    struct maybe gc_thresh3;  // more cannot be: a new neighbour is refused
    struct maybe gc_interval; // milliseconds

    struct maybe entries;    // of all namespaces, those that are never collected among them
    uint64_t own_entries;    // of this namespace; likewise
    uint64_t own_gc_entries; // of this namespace, those that count against the thresholds
    uint64_t own_proxies;    // proxy entries of this namespace

    struct maybe key_length, entry_size; // bytes
    struct maybe hash_mask, proxy_qlen;
    struct maybe last_flush; // milliseconds since entries were last collected

    // As new interfaces of this namespace get them; milliseconds, and numbers of probes.
    struct maybe base_reachable, reachable, retrans, gc_stale, delay_probe;
    struct maybe app_probes, ucast_probes, mcast_probes, queue_bytes;

    // struct ndt_stats, since the node began.
    struct maybe allocs, destroys, hash_grows, res_failed, lookups, hits, rcv_probes_mcast,
        rcv_probes_ucast, periodic_gc_runs, forced_gc_runs, table_fulls;
};

extern const struct kind neighbour_table_kind;

// How many entries of all namespaces count against the thresholds, as the kernel counts them. It
// does not say, so they are counted: unknown unless every namespace of the node could be read.
struct maybe neighbour_table_gc_entries(const struct node *node, uint8_t family);

#endif
