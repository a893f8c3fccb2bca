// SPDX-License-Identifier: GPL-2.0-or-later
// Reading the interfaces of one namespace, in parts: each part adds to the rows what it knows, and
// its failure costs only that (it stands in the table's status).
#ifndef SOURCE_LINK_READ_H
#define SOURCE_LINK_READ_H

#include "model/link.h"
#include "source/netlink.h"
#include "source/source.h"

struct link_reading {
    const struct source_request *request;
    struct netlink netlink; // in the namespace
    struct table *table;    // of links; in order of ifindex once link_read_rows has returned
};

// The rows, with what the kernel's messages about interfaces say of them. Returns 0 or -errno as
// netlink_dump, and in err why.
int link_read_rows(struct link_reading *reading, struct error *err);

// The row of that index, to be added to, or NULL.
struct link *link_reading_row(const struct link_reading *reading, int32_t ifindex);

// Writes the trouble of one part into the table's status, if r is an error: "addresses: ...".
void link_reading_trouble(struct link_reading *reading, const char *part, int r,
                          const struct error *err);

// Addresses, with their lifetimes (RTM_GETADDR).
void link_read_addresses(struct link_reading *reading);

// What 'all' says in /proc/sys/net/ipv4/conf, which some settings are combined with
// (RTM_GETNETCONF).
void link_read_conf(struct link_reading *reading);

// VLANs of bridges and their ports (RTM_GETLINK, AF_BRIDGE).
void link_read_vlans(struct link_reading *reading);

// BPF programs on tc's hooks, and the names of all programs (RTM_GETQDISC, RTM_GETTFILTER, bpf(2)).
void link_read_programs(struct link_reading *reading);

// Only those of tcx and netkit, without names.
void link_read_hook_programs(struct link_reading *reading);

// Which namespaces the nsids mean that the rows have for their other ends (RTM_GETNSID).
void link_read_netns(struct link_reading *reading);

#endif
