// SPDX-License-Identifier: GPL-2.0-or-later
// The parts of the panel of netfilter.
#ifndef PANELS_NETFILTER_H
#define PANELS_NETFILTER_H

#include "model/netfilter.h"
#include "ruleset/road.h"
#include "tui/panel.h"

// Adds a value in the language of filters, in quotes.
void netfilter_put_quoted(struct buffer *filter, const char *text);

// The place of a chain's rules, of a set's elements; of the rules that lead to a chain or use a set
// or an object of that name in the table.
void netfilter_place_chain(const struct nf_chain *chain, uint64_t netns,
                           struct panel_place *ret_place);
void netfilter_place_set(const struct nf_set *set, uint64_t netns, struct panel_place *ret_place);
void netfilter_place_users(const struct nf_table *table, const char *name, uint64_t netns,
                           struct panel_place *ret_place);

// Where the rows of each view lead.
extern const struct panel_target netfilter_rule_targets[], netfilter_chain_targets[],
    netfilter_reference_targets[], netfilter_set_targets[], netfilter_element_targets[],
    netfilter_object_targets[], netfilter_flowtable_targets[], netfilter_service_targets[];

// References between chains as a tree (struct panel_view).
int netfilter_tree(const struct node *node, uint64_t netns, struct panel_tree_row **ret_rows,
                   size_t *ret_count);

// The place of the bypasses at a station; of those alone that rules are which a base chain calls,
// if it is not NULL.
void netfilter_place_bypasses(enum road_point station, const struct nf_chain *base, uint64_t netns,
                              struct panel_place *ret_place);

// Where rows of bypasses lead.
extern const struct panel_target netfilter_bypass_targets[];

// The road of a packet, beside the rules.
extern const struct panel_side netfilter_road;

#endif
