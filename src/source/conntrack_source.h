// SPDX-License-Identifier: GPL-2.0-or-later
// The sources of connection tracking as a whole, and of its expectations (ctnetlink).
#ifndef SOURCE_CONNTRACK_SOURCE_H
#define SOURCE_CONNTRACK_SOURCE_H

#include "model/conntrack.h"
#include "source/source.h"

extern const struct source conntrack_source, conntrack_cpu_source, expectation_source;

// How many flows of the namespace lost the race for their place, since it is there: two packets of
// one flow, as those for A and AAAA from one socket, that came at once. Unknown where that cannot
// be read.
struct maybe conntrack_insert_failed(const struct netns *netns);

#endif
