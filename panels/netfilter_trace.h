// SPDX-License-Identifier: GPL-2.0-or-later
// Traced packets in the panel of netfilter: where they lead, and how one is told.
#ifndef PANELS_NETFILTER_TRACE_H
#define PANELS_NETFILTER_TRACE_H

#include "model/packet.h"
#include "tui/panel.h"

// What there is to see before anything was traced.
#define NETFILTER_TRACE_NOTHING "nothing was traced yet: t asks which packets, and begins"

// For the views of packets and of their summaries (struct panel_view).
extern const struct panel_target netfilter_packet_targets[], netfilter_summary_targets[];
extern const struct panel_group netfilter_summary_groups[];
bool netfilter_is_by_rule(const void *row);
bool netfilter_is_by_path(const void *row);
int netfilter_describe_packet(const struct row_ref *ref, const struct glyphs *glyphs, size_t width,
                              struct lines *lines);
bool netfilter_find_step(const struct row_ref *ref, size_t item, struct panel_place *ret_place);
bool netfilter_find_part(const struct row_ref *ref, size_t item, struct row_ref *ret_part);

// The place of the rule or the chain that a step of the packet was at.
void netfilter_place_step(const struct row_ref *packet, const struct packet_step *step,
                          struct panel_place *ret_place);

// For the road (struct panel_side).
void netfilter_light_road(enum kind_id kind, const struct row_ref *ref,
                          const struct panel_side_item *items, size_t count, uint8_t *ret_lights);
bool netfilter_turn_road(enum kind_id kind, const struct row_ref *ref, unsigned *ret_variant);

#endif
