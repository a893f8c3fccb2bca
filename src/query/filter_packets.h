// SPDX-License-Identifier: GPL-2.0-or-later
// A filter of packets as alternatives that the kernel can check.
#ifndef QUERY_FILTER_PACKETS_H
#define QUERY_FILTER_PACKETS_H

#include "base/arena.h"
#include "model/packet_filter.h"
#include "query/filter.h"

// Works out the alternatives of a filter for packet_kind, in the arena; texts are the filter's. A
// filter that lets everything through is one alternative without tests. Returns 0; -EINVAL, and in
// err what the kernel cannot check (a word, a regular expression, a field that says what became of
// the packet) or that there are too many alternatives; or -ENOMEM.
int filter_packets(const struct filter *filter, struct arena *arena,
                   struct packet_filter *ret_packets, struct error *err);

#endif
