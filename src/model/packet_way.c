// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/packet_way.h"

#include <errno.h>
#include <string.h>

#include "ruleset/ruleset.h"

// Steps at one hook: of a bridge, or of the layers above it.
struct stretch {
    size_t first, end; // steps
    const char *hook;  // NULL: not known
    bool bridge;
    const char *iif, *oif, *ct_state; // as far as any of them tells
};

struct making {
    const struct packet *packet;
    struct arena *arena;
    struct packet_way_item *items;
    size_t count;
    bool failed;
};

static bool is_at(const struct stretch *stretch, const char *hook) {
    return stretch->hook && strcmp(stretch->hook, hook) == 0;
}

static bool is_same_text(const char *a, const char *b) {
    return a == b || (a && b && strcmp(a, b) == 0);
}

// --- Stretches -----------------------------------------------------------------------------------

static bool belongs(const struct stretch *stretch, const struct packet_step *step) {
    return stretch->bridge == (step->family == NF_FAMILY_BRIDGE) &&
           (!step->hook || is_same_text(stretch->hook, step->hook));
}

static struct stretch find_stretch(const struct packet *packet, size_t first) {
    const struct packet_step *step = &packet->steps[first];
    struct stretch stretch = {.first = first,
                              .end = first,
                              .hook = step->hook,
                              .bridge = step->family == NF_FAMILY_BRIDGE};
    for (; stretch.end < packet->step_count; stretch.end++) {
        step = &packet->steps[stretch.end];
        if (!belongs(&stretch, step))
            break;
        stretch.iif = stretch.iif ? stretch.iif : step->iif;
        stretch.oif = stretch.oif ? stretch.oif : step->oif;
        stretch.ct_state = step->ct_state ? step->ct_state : stretch.ct_state;
    }
    return stretch;
}

// --- Items ---------------------------------------------------------------------------------------

static void add(struct making *m, enum packet_way_type type, const char *text, size_t step) {
    m->failed |= type != PACKET_WAY_STEP && !text;
    m->items[m->count++] = (struct packet_way_item){(uint8_t)type, text, step};
}

static void put_known(struct buffer *text, const char *words, const char *value) {
    if (value)
        buffer_printf(text, ", %s %s", words, value);
}

static void add_hook(struct making *m, const struct stretch *stretch) {
    struct buffer text = BUFFER_INIT;
    buffer_printf(&text, "%s%s", stretch->bridge ? "bridge " : "",
                  stretch->hook ? stretch->hook : "a hook that is not known");
    put_known(&text, "in", stretch->iif);
    put_known(&text, "out", stretch->oif);
    put_known(&text, "flow", stretch->ct_state);
    add(m, PACKET_WAY_HOOK, arena_strdup(m->arena, buffer_text(&text)), stretch->first);
    buffer_done(&text);
}

static void add_changes(struct making *m, size_t step, size_t first, size_t end) {
    for (size_t i = first; i < end; i++)
        add(m, PACKET_WAY_CHANGE, m->packet->steps[step].changes[i], step);
}

static void add_changes_before(struct making *m, size_t step) {
    add_changes(m, step, 0, m->packet->steps[step].change_before);
}

// What a rule changed stands behind it, all else in front.
static void add_steps(struct making *m, const struct stretch *stretch) {
    for (size_t i = stretch->first; i < stretch->end; i++) {
        const struct packet_step *step = &m->packet->steps[i];
        if (i > stretch->first)
            add_changes_before(m, i);
        add(m, PACKET_WAY_STEP, NULL, i);
        add_changes(m, i, step->change_before, step->change_count);
    }
}

static const char *or_some(const char *name) {
    return name ? name : "an interface that is not told";
}

// What was decided before the first hook: a packet of this machine's own has its route already.
static const char *route_to_first(struct making *m, const struct stretch *to) {
    if (to->bridge || !is_at(to, "output"))
        return NULL;
    return arena_printf(m->arena, "routing: sent by this machine, leaves by %s", or_some(to->oif));
}

// net/ipv4/ip_input.c: behind prerouting the destination, as NAT has left it, says whether the
// packet stays. net/bridge/br_input.c: behind a bridge's prerouting its MAC does.
static const char *route_between(struct making *m, const struct stretch *from,
                                 const struct stretch *to) {
    if (from->bridge != to->bridge)
        return to->bridge ? NULL : arena_strdup(m->arena, "the bridge hands it to the IP layer");
    if (is_at(from, "postrouting") && is_at(to, "prerouting"))
        return arena_printf(m->arena, "it comes in again by %s", or_some(to->iif));
    if (is_at(to, "input"))
        return to->bridge ? arena_strdup(m->arena, "bridging: for the bridge itself")
                          : arena_printf(m->arena, "routing: for this machine, in by %s",
                                         or_some(to->iif ? to->iif : from->iif));
    if (is_at(to, "forward"))
        return arena_printf(m->arena, "%s from %s to %s",
                            to->bridge ? "bridging: passed on" : "routing: forwarded",
                            or_some(to->iif ? to->iif : from->iif), or_some(to->oif));
    if (is_at(from, "output") && is_at(to, "postrouting") && from->oif && to->oif &&
        !is_same_text(from->oif, to->oif))
        return arena_printf(m->arena, "routing again, for it was changed: leaves by %s, not %s",
                            to->oif, from->oif);
    return NULL;
}

static void add_route(struct making *m, const struct stretch *from, const struct stretch *to) {
    const char *text = from ? route_between(m, from, to) : route_to_first(m, to);
    if (text)
        add(m, PACKET_WAY_ROUTE, text, to->first);
}

// At most, each step is a stretch with its hook and a route.
static size_t count_most(const struct packet *packet) {
    size_t count = 3 * packet->step_count + 1;
    for (size_t i = 0; i < packet->step_count; i++)
        count += packet->steps[i].change_count;
    return count;
}

int packet_way_make(const struct packet *packet, struct arena *arena,
                    struct packet_way_item **ret_items, size_t *ret_count) {
    struct making m = {.packet = packet, .arena = arena};
    struct stretch before = {0}, stretch = {0};
    m.items = arena_alloc(arena, count_most(packet) * sizeof(*m.items));
    if (!m.items)
        return -ENOMEM;
    for (size_t at = 0; at < packet->step_count; at = stretch.end) {
        stretch = find_stretch(packet, at);
        add_changes_before(&m, at);
        add_route(&m, at > 0 ? &before : NULL, &stretch);
        add_hook(&m, &stretch);
        add_steps(&m, &stretch);
        before = stretch;
    }
    if (m.failed)
        return -ENOMEM;
    *ret_items = m.items;
    *ret_count = m.count;
    return 0;
}
