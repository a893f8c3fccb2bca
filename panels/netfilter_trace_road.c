// SPDX-License-Identifier: GPL-2.0-or-later
// The road lights up along a traced packet's way.
#include <string.h>

#include "panels/netfilter.h"
#include "panels/netfilter_trace.h"
#include "ruleset/road.h"

void netfilter_place_step(const struct packet_step *step, uint64_t netns,
                          struct panel_place *ret_place) {
    // As much of a table and a chain as their place tells.
    const struct nf_table table = {.family = step->family,
                                   .backend =
                                       step->legacy ? NF_BACKEND_LEGACY : NF_BACKEND_NFTABLES,
                                   .name = step->table};
    const struct nf_chain chain = {.table = (struct nf_table *)(uintptr_t)&table,
                                   .name = step->chain};
    netfilter_place_chain(&chain, netns, ret_place);
    ret_place->has_row =
        step->type == PACKET_STEP_RULE && step->handle.known && !packet_step_has_changed(step);
    if (ret_place->has_row)
        ret_place->identity = netfilter_identity(&table, step->handle.value);
}

// --- Lights --------------------------------------------------------------------------------------

static void light(const struct panel_place *place, enum panel_light as,
                  const struct panel_side_item *items, size_t count, uint8_t *lights) {
    for (size_t i = 0; i < count; i++) {
        if (items[i].leads && strcmp(items[i].place.filter, place->filter) == 0 && as > lights[i])
            lights[i] = (uint8_t)as;
    }
}

// The base chain that a step was called from, itself perhaps.
static const struct packet_step *base_of(const struct packet *packet,
                                         const struct packet_step *step) {
    while (step > packet->steps && step->depth > 0)
        step--;
    return step;
}

void netfilter_light_road(enum kind_id kind, const struct row_ref *ref,
                          const struct panel_side_item *items, size_t count, uint8_t *ret_lights) {
    const struct packet *packet = ref->row;
    struct panel_place place;
    if (kind != KIND_PACKETS)
        return;
    for (size_t i = 0; i < packet->step_count; i++) {
        if (packet->steps[i].depth > 0)
            continue;
        netfilter_place_step(&packet->steps[i], ref->netns->inode, &place);
        light(&place, PANEL_PASSED, items, count, ret_lights);
    }
    if (packet->outcome != PACKET_DROPPED || !packet->deciding)
        return;
    netfilter_place_step(base_of(packet, packet->deciding), ref->netns->inode, &place);
    light(&place, PANEL_ENDED, items, count, ret_lights);
}

// --- Which road ----------------------------------------------------------------------------------

static bool was_at(const struct packet *packet, const char *hook) {
    for (size_t i = 0; i < packet->step_count; i++) {
        if (packet->steps[i].hook && strcmp(packet->steps[i].hook, hook) == 0)
            return true;
    }
    return false;
}

static bool was_bridged(const struct packet *packet) {
    for (size_t i = 0; i < packet->step_count; i++) {
        if (packet->steps[i].family == NF_FAMILY_BRIDGE)
            return true;
    }
    return false;
}

static bool is_loopback(const char *name) {
    return name && strcmp(name, "lo") == 0;
}

static enum road_class class_of(const struct packet *packet) {
    if (was_bridged(packet))
        return ROAD_BRIDGED;
    if (is_loopback(packet->iif) || is_loopback(packet->oif))
        return ROAD_LOCAL;
    if (was_at(packet, "output") || !packet->iif)
        return ROAD_FROM_HERE;
    if (was_at(packet, "forward") || was_at(packet, "postrouting") || packet->oif)
        return ROAD_FORWARDED;
    return ROAD_TO_HERE;
}

bool netfilter_turn_road(enum kind_id kind, const struct row_ref *ref, unsigned *ret_variant) {
    if (kind != KIND_PACKETS)
        return false;
    *ret_variant = class_of(ref->row);
    return true;
}
