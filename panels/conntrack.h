// SPDX-License-Identifier: GPL-2.0-or-later
// The panel of connection tracking: what its files share.
#ifndef PANELS_CONNTRACK_H
#define PANELS_CONNTRACK_H

#include "tui/panel.h"

// How full connection tracking is, and what it lost: what stands above the table
// (conntrack_summary.c).
int conntrack_summarise(const struct node *node, uint64_t netns, struct lines *lines);

// Where rows of each view lead (conntrack_places.c).
extern const struct panel_target conntrack_flow_targets[], conntrack_event_targets[],
    conntrack_summary_targets[], conntrack_expectation_targets[];

#endif
