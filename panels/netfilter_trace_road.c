// SPDX-License-Identifier: GPL-2.0-or-later
// The road lights up along a traced packet's way.
#include <string.h>

#include "model/node.h"
#include "panels/netfilter.h"
#include "panels/netfilter_trace.h"
#include "ruleset/road.h"

// Of a legacy table a trace tells the rule's place: which rule that is says the ruleset.
static uint64_t find_handle(const struct row_ref *packet, const struct packet_step *step) {
    const struct table *hooks = node_table(packet->node, packet->netns->inode, KIND_HOOKS);
    const struct nf_table *table =
        hooks && hooks->ruleset
            ? ruleset_table(hooks->ruleset, step->family, NF_BACKEND_LEGACY, step->table)
            : NULL;
    const struct nf_chain *chain = table ? nf_table_chain(table, step->chain) : NULL;
    if (!chain || step->number.value == 0 || step->number.value > chain->rule_count)
        return UINT64_MAX;
    return chain->rules[step->number.value - 1].handle;
}

void netfilter_place_step(const struct row_ref *packet, const struct packet_step *step,
                          struct panel_place *ret_place) {
    // As much of a table and a chain as their place tells.
    const struct nf_table table = {.family = step->family,
                                   .backend =
                                       step->legacy ? NF_BACKEND_LEGACY : NF_BACKEND_NFTABLES,
                                   .name = step->table};
    const struct nf_chain chain = {.table = (struct nf_table *)(uintptr_t)&table,
                                   .name = step->chain};
    uint64_t handle = step->legacy ? find_handle(packet, step) : step->handle.value;
    netfilter_place_chain(&chain, packet->netns->inode, ret_place);
    ret_place->has_row = step->type == PACKET_STEP_RULE && handle != UINT64_MAX &&
                         (step->legacy || step->handle.known) && !packet_step_has_changed(step);
    if (ret_place->has_row)
        ret_place->identity = netfilter_identity(&table, handle);
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
        netfilter_place_step(ref, &packet->steps[i], &place);
        light(&place, PANEL_PASSED, items, count, ret_lights);
    }
    if (packet->outcome != PACKET_DROPPED || !packet->deciding)
        return;
    netfilter_place_step(ref, base_of(packet, packet->deciding), &place);
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
