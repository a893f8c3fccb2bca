// SPDX-License-Identifier: GPL-2.0-or-later
// Traced packets: what one was, its way through each namespace step by step, and what decided.
#include "panels/netfilter_trace.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "model/node.h"
#include "model/packet_summary.h"
#include "model/packet_way.h"
#include "panels/netfilter.h"
#include "tui/grid.h"

#define PARTS_MAX     64    // of a journey that are told
#define STEPS_MAX     65536 // of a packet (model/packet_assembly.c)
#define CHANGE_INDENT 2
#define VERDICT_AT    12 // columns behind which it stands, beside the time

// --- A journey -----------------------------------------------------------------------------------

// The packets that are one packet on its way through several namespaces, in order; or one.
struct journey_rows {
    struct row_ref rows[PARTS_MAX];
    size_t count;
};

static const struct packet *packet_of(const struct row_ref *ref) {
    return ref->row;
}

// Adds it in the order of the parts.
static void add_part(struct journey_rows *journey, const struct row_ref *ref) {
    size_t at = journey->count;
    if (at == PARTS_MAX)
        return;
    while (at > 0 && packet_of(&journey->rows[at - 1])->part > packet_of(ref)->part) {
        journey->rows[at] = journey->rows[at - 1];
        at--;
    }
    journey->rows[at] = *ref;
    journey->count++;
}

static void add_parts_of(struct journey_rows *journey, const struct row_ref *ref,
                         const struct node_netns *entry) {
    const struct table *table = entry->tables[KIND_PACKETS];
    for (size_t i = 0; table && i < table->count; i++) {
        const struct row_ref part = {ref->node, entry->netns, table_row(table, i)};
        if (packet_of(&part)->journey == packet_of(ref)->journey)
            add_part(journey, &part);
    }
}

static void find_journey(const struct row_ref *ref, struct journey_rows *ret_journey) {
    *ret_journey = (struct journey_rows){.count = 0};
    for (size_t i = 0; packet_of(ref)->journey && i < node_count(ref->node); i++)
        add_parts_of(ret_journey, ref, &ref->node->netnses[i]);
    if (ret_journey->count == 0)
        add_part(ret_journey, ref);
}

// --- Where it leads ------------------------------------------------------------------------------

// A line's item says which step of which part it is about, or that it is about the part: 0 is none.
#define NO_STEP     STEPS_MAX
#define PART_STRIDE (STEPS_MAX + 1)

static size_t item_of(size_t part, size_t step) {
    return part * PART_STRIDE + step + 1;
}

bool netfilter_find_part(const struct row_ref *ref, size_t item, struct row_ref *ret_part) {
    struct journey_rows journey;
    size_t part = (item - 1) / PART_STRIDE;
    find_journey(ref, &journey);
    if (part < journey.count)
        *ret_part = journey.rows[part];
    return part < journey.count;
}

bool netfilter_find_step(const struct row_ref *ref, size_t item, struct panel_place *ret_place) {
    struct row_ref part;
    size_t step = (item - 1) % PART_STRIDE;
    if (!netfilter_find_part(ref, item, &part) || step >= packet_of(&part)->step_count)
        return false;
    netfilter_place_step(&part, &packet_of(&part)->steps[step], ret_place);
    return true;
}

static bool find_deciding(const struct row_ref *ref, struct panel_place *ret_place) {
    const struct packet *packet = packet_of(ref);
    if (packet->deciding)
        netfilter_place_step(ref, packet->deciding, ret_place);
    return packet->deciding;
}

const struct panel_target netfilter_packet_targets[] = {
    {.title = "the rule or the chain that decided", .find = find_deciding},
    {.find = NULL},
};

// --- What it was ---------------------------------------------------------------------------------

struct telling {
    struct lines *lines;
    size_t width;
    struct arena arena;
    bool failed;
};

// Adds other people's text as it may be seen, its lines with an item.
static void tell(struct telling *t, const char *label, size_t indent, const char *text,
                 uint8_t style, size_t item) {
    struct buffer shown = BUFFER_INIT;
    size_t first = t->lines->count;
    text_printable(text, strlen(text), &shown);
    t->failed |= !lines_add_indented(t->lines, label, indent, buffer_text(&shown), style, t->width,
                                     item > 0);
    for (size_t i = first; i < t->lines->count; i++)
        t->lines->items[i].item = item;
    buffer_done(&shown);
}

static void tell_buffer(struct telling *t, const char *label, struct buffer *text, uint8_t style) {
    if (text->len > 0)
        tell(t, label, 0, buffer_text(text), style, 0);
    buffer_clear(text);
}

static uint8_t outcome_style(const struct packet *packet) {
    switch ((enum packet_outcome)packet->outcome) {
    case PACKET_ACCEPTED:
        return STYLE_GOOD;
    case PACKET_DROPPED:
        return STYLE_BAD;
    case PACKET_QUEUED:
    case PACKET_STOLEN:
    case PACKET_UNKNOWN:
        return STYLE_WARNING;
    }
    return STYLE_NORMAL;
}

static size_t deciding_item(const struct packet *packet, size_t part) {
    return packet->deciding ? item_of(part, (size_t)(packet->deciding - packet->steps)) : 0;
}

// The last part is where it came to its end.
static void tell_outcome(struct telling *t, const struct journey_rows *journey) {
    size_t last = journey->count - 1;
    const struct packet *packet = packet_of(&journey->rows[last]);
    struct buffer text = BUFFER_INIT;
    buffer_puts(&text, packet_outcome_names.names[packet->outcome]);
    if (packet->decision)
        buffer_printf(&text, " by %s", packet->decision);
    else
        buffer_puts(&text, ": no rule or policy decided");
    if (journey->count > 1)
        buffer_printf(&text, ", in %s", journey->rows[last].netns->name);
    tell(t, "Outcome", 0, buffer_text(&text), outcome_style(packet), deciding_item(packet, last));
    buffer_done(&text);
}

static bool has_changed_rules(const struct packet *packet) {
    bool changed = false;
    for (size_t i = 0; i < packet->step_count; i++)
        changed |= packet_step_has_changed(&packet->steps[i]);
    return changed;
}

// What is not certain of any part is not certain of the journey.
static void tell_doubts(struct telling *t, const struct journey_rows *journey) {
    bool incomplete = false, changed = false, guessed = false;
    for (size_t i = 0; i < journey->count; i++) {
        const struct packet *packet = packet_of(&journey->rows[i]);
        incomplete |= packet->incomplete;
        changed |= has_changed_rules(packet);
        guessed |= packet->guessed;
    }
    if (incomplete)
        tell(t, "Incomplete", 0, "events were lost while it was under way: steps may be missing",
             STYLE_WARNING, 0);
    if (changed)
        tell(t, "Rules changed", 0,
             "rules have changed since: those that are not there any more are told by their handle",
             STYLE_WARNING, 0);
    if (guessed)
        tell(t, "A guess", 0, "that all of this is one packet: others could look the same",
             STYLE_WARNING, 0);
}

static void put_interfaces(const struct packet *packet, struct buffer *text) {
    if (packet->iif)
        buffer_printf(text, "in by %s", packet->iif);
    if (packet->oif)
        buffer_printf(text, "%sout by %s", text->len > 0 ? ", " : "", packet->oif);
}

static void put_flow(const struct packet *packet, struct buffer *text) {
    if (packet->ct_state)
        buffer_puts(text, packet->ct_state);
    if (packet->ct_id.known)
        buffer_printf(text, "%sid %llu", text->len > 0 ? ", " : "",
                      (unsigned long long)packet->ct_id.value);
}

static void put_journey(const struct packet *packet, const struct journey_rows *journey,
                        struct buffer *text) {
    if (journey->count < 2)
        return;
    for (size_t i = 0; i < journey->count; i++)
        buffer_printf(text, "%s%s", i > 0 ? " > " : "", journey->rows[i].netns->name);
    buffer_printf(text, " (this row is part %u)", packet->part);
}

static void tell_packet(struct telling *t, const struct packet *packet,
                        const struct journey_rows *journey) {
    struct buffer text = BUFFER_INIT;
    tell_doubts(t, journey);
    packet_header_format(&packet->first, &text);
    tell_buffer(t, "Packet", &text, STYLE_NORMAL);
    put_interfaces(packet, &text);
    tell_buffer(t, "Interfaces", &text, STYLE_NORMAL);
    put_flow(packet, &text);
    tell_buffer(t, "Flow", &text, STYLE_NORMAL);
    if (packet->mark.known && packet->mark.value)
        buffer_printf(&text, "0x%llx when it was chosen", (unsigned long long)packet->mark.value);
    tell_buffer(t, "Mark", &text, STYLE_NORMAL);
    if (packet->changed)
        buffer_puts(&text, packet->changed);
    tell_buffer(t, "Changed", &text, STYLE_MARKED);
    put_journey(packet, journey, &text);
    tell_buffer(t, "Journey", &text, STYLE_NORMAL);
    buffer_done(&text);
}

// --- Its way -------------------------------------------------------------------------------------

static uint8_t step_style(const struct packet *packet, const struct packet_step *step) {
    if (step == packet->deciding)
        return outcome_style(packet);
    if (packet_step_has_changed(step))
        return STYLE_WARNING;
    return step->type == PACKET_STEP_RETURN ? STYLE_DIM : STYLE_NORMAL;
}

static size_t indent_of(const struct packet_step *step) {
    return (size_t)step->depth * 2;
}

// Beside the time the verdicts stand one below the other. A rule's text says where it jumps to, but
// if a map does.
static void format_step(const struct telling *t, const struct packet_step *step,
                        struct buffer *label, struct buffer *text) {
    buffer_printf(label, "+%.3f ms", (double)step->elapsed / 1e6);
    if (lines_are_narrow(t->width)) {
        packet_step_format(step, text);
        return;
    }
    buffer_fill(label, ' ', label->len < VERDICT_AT ? VERDICT_AT - label->len : 1);
    buffer_puts(label, step->verdict);
    packet_place_format(step, text);
    if (step->target && !(step->rule && strstr(step->rule, step->target)))
        buffer_printf(text, " -> %s", step->target);
}

static void tell_step(struct telling *t, const struct packet *packet, size_t part, size_t index) {
    const struct packet_step *step = &packet->steps[index];
    struct buffer label = BUFFER_INIT, text = BUFFER_INIT;
    format_step(t, step, &label, &text);
    tell(t, buffer_text(&label), indent_of(step), buffer_text(&text), step_style(packet, step),
         item_of(part, index));
    buffer_done(&label);
    buffer_done(&text);
}

static void tell_way_item(struct telling *t, const struct packet *packet, size_t part,
                          const struct packet_way_item *item) {
    switch ((enum packet_way_type)item->type) {
    case PACKET_WAY_CHANGE:
        tell(t, "changed", indent_of(&packet->steps[item->step]) + CHANGE_INDENT, item->text,
             STYLE_MARKED, 0);
        return;
    case PACKET_WAY_HOOK:
        tell(t, "hook", 0, item->text, STYLE_TITLE, 0);
        return;
    case PACKET_WAY_ROUTE:
        tell(t, "", 0, item->text, STYLE_KEY, 0);
        return;
    case PACKET_WAY_STEP:
        tell_step(t, packet, part, item->step);
        return;
    }
}

static void tell_way(struct telling *t, const struct row_ref *ref, size_t part) {
    const struct packet *packet = packet_of(ref);
    struct packet_way_item *items;
    size_t count;
    struct buffer heading = BUFFER_INIT, shown = BUFFER_INIT;
    buffer_printf(&heading, "The way in %s", ref->netns->name);
    text_printable(buffer_text(&heading), heading.len, &shown);
    struct line *line = lines_add_heading(t->lines, buffer_text(&shown));
    t->failed |= !line;
    if (line)
        line->item = item_of(part, NO_STEP);
    buffer_done(&heading);
    buffer_done(&shown);
    if (packet_way_make(packet, &t->arena, &items, &count) < 0) {
        t->failed = true;
        return;
    }
    for (size_t i = 0; i < count; i++)
        tell_way_item(t, packet, part, &items[i]);
    if (count == 0)
        tell(t, "", 0, "it met no rule", STYLE_DIM, 0);
}

int netfilter_describe_packet(const struct row_ref *ref, const struct glyphs *glyphs, size_t width,
                              struct lines *lines) {
    struct telling t = {.lines = lines, .width = width};
    struct journey_rows journey;
    (void)glyphs;
    find_journey(ref, &journey);
    tell_outcome(&t, &journey);
    tell_packet(&t, packet_of(ref), &journey);
    for (size_t i = 0; i < journey.count; i++)
        tell_way(&t, &journey.rows[i], i);
    arena_done(&t.arena);
    return t.failed ? -ENOMEM : 0;
}

// --- Summaries -----------------------------------------------------------------------------------

bool netfilter_is_by_rule(const void *row) {
    return ((const struct packet_summary *)row)->by == PACKET_BY_RULE;
}

bool netfilter_is_by_path(const void *row) {
    return ((const struct packet_summary *)row)->by == PACKET_BY_PATH;
}

// The packets that a rule decided on.
static bool find_decided(const struct row_ref *ref, struct panel_place *ret_place) {
    const struct packet_summary *summary = ref->row;
    struct buffer filter = BUFFER_INIT;
    if (summary->by != PACKET_BY_RULE || strcmp(summary->value, "others") == 0)
        return false;
    buffer_puts(&filter, "decided_by=");
    netfilter_put_quoted(&filter, summary->value);
    *ret_place =
        (struct panel_place){.panel = "netfilter", .view = "packets", .netns = ref->netns->inode};
    snprintf(ret_place->filter, sizeof(ret_place->filter), "%s", buffer_text(&filter));
    snprintf(ret_place->label, sizeof(ret_place->label), "decided by %s", summary->value);
    buffer_done(&filter);
    return true;
}

const struct panel_target netfilter_summary_targets[] = {
    {.field = "packets", .title = "the packets that it decided on", .find = find_decided},
    {.find = NULL},
};

const struct panel_group netfilter_summary_groups[] = {
    {"Packets", "netns,by,value,rule,outcome,steps"},
    {"How many", "packets,share,bytes,mean,packets_rate,first,last"},
    {NULL, NULL},
};
