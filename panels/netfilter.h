// SPDX-License-Identifier: GPL-2.0-or-later
// The parts of the panel of netfilter.
#ifndef PANELS_NETFILTER_H
#define PANELS_NETFILTER_H

#include "model/netfilter.h"
#include "tui/panel.h"

// The place of a chain's rules, of a set's elements; of the rules that lead to a chain or use a set
// or an object of that name in the table.
void netfilter_place_chain(const struct nf_chain *chain, uint64_t netns,
                           struct panel_place *ret_place);
void netfilter_place_set(const struct nf_set *set, uint64_t netns, struct panel_place *ret_place);
void netfilter_place_users(const struct nf_table *table, const char *name, uint64_t netns,
                           struct panel_place *ret_place);

// The road of a packet, beside the rules.
extern const struct panel_side netfilter_road;

#endif
