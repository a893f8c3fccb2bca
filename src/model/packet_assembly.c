// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/packet_assembly.h"

#include <errno.h>
#include <stdlib.h>

#include "model/packet_open.h"
#include "ruleset/ruleset.h"

struct packet_assembly {
    struct packet_describer describer;
    packet_sink *sink;
    void *user_data;
    struct open_packet *first, *last;
    uint64_t number;
};

// --- Life ----------------------------------------------------------------------------------------

struct packet_assembly *packet_assembly_new(packet_describe *describe, packet_sink *sink,
                                            void *user_data) {
    struct packet_assembly *assembly = calloc(1, sizeof(*assembly));
    if (assembly)
        *assembly = (struct packet_assembly){
            .describer = {describe, user_data}, .sink = sink, .user_data = user_data};
    return assembly;
}

void packet_assembly_free(struct packet_assembly *assembly) {
    while (assembly && assembly->first) {
        struct open_packet *open = assembly->first;
        assembly->first = open->next;
        open_packet_free(open);
    }
    free(assembly);
}

static struct open_packet *find(const struct packet_assembly *assembly, uint32_t id) {
    struct open_packet *open = assembly->first;
    while (open && open->traced->packet.trace_id != id)
        open = open->next;
    return open;
}

static void unlink_open(struct packet_assembly *assembly, struct open_packet *open) {
    struct open_packet **link = &assembly->first, *before = NULL;
    while (*link != open) {
        before = *link;
        link = &before->next;
    }
    *link = open->next;
    if (assembly->last == open)
        assembly->last = before;
}

static struct open_packet *begin(struct packet_assembly *assembly, const struct trace_event *event,
                                 int64_t time) {
    struct open_packet *open = open_packet_new(event, assembly->number + 1, time);
    if (!open)
        return NULL;
    assembly->number++;
    *(assembly->last ? &assembly->last->next : &assembly->first) = open;
    assembly->last = open;
    return open;
}

static int hand_over(struct packet_assembly *assembly, struct open_packet *open) {
    struct traced_packet *traced;
    unlink_open(assembly, open);
    int r = open_packet_end(open, &traced);
    return r == 0 ? assembly->sink(traced, assembly->user_data) : r;
}

// --- Whose event is it ---------------------------------------------------------------------------

static bool looks_same(const struct packet_header *a, const struct packet_header *b) {
    return a->src.family != ADDRESS_NONE && a->proto == b->proto && a->known == b->known &&
           a->ip_id == b->ip_id && a->length == b->length && a->tcp_sequence == b->tcp_sequence &&
           a->sport == b->sport && a->dport == b->dport && address_compare(&a->src, &b->src) == 0 &&
           address_compare(&a->dst, &b->dst) == 0;
}

// NAT changes one end between two steps.
static bool is_same_packet(const struct packet_header *a, const struct packet_header *b) {
    return a->proto == b->proto && a->known == b->known && a->ip_id == b->ip_id &&
           a->length == b->length && a->tcp_sequence == b->tcp_sequence &&
           a->echo_sequence == b->echo_sequence &&
           (address_compare(&a->src, &b->src) == 0 || address_compare(&a->dst, &b->dst) == 0);
}

// The kernel copies a packet where others hold on to it, as a bridge does: the copy has another id,
// and the trace bit. It comes by the rules that lead to the choosing one, as only a traced packet
// does.
static struct open_packet *find_original(const struct packet_assembly *assembly,
                                         const struct trace_event *event) {
    struct open_packet *other = find(assembly, event->id), *found = NULL;
    if (!event->has_header ||
        (other && is_same_packet(&other->traced->packet.last, &event->header)))
        return other;
    for (struct open_packet *open = assembly->first; open; open = open->next) {
        if (looks_same(&open->traced->packet.last, &event->header))
            found = open;
    }
    if (found && other)
        other->traced->packet.trace_id = 0; // over: another one has its id
    if (found)
        found->traced->packet.trace_id = event->id;
    return found;
}

static bool leads_to_choosing(const struct trace_event *event, enum packet_event_origin origin) {
    return origin == PACKET_EVENT_OURS && event->type == TRACE_RULE &&
           event->verdict == NF_VERDICT_GOTO;
}

// The rule that chooses: of a packet that was traced already, the rule that led there was heard.
static int take_chosen(struct packet_assembly *assembly, const struct trace_event *event,
                       int64_t time) {
    struct open_packet *open = find(assembly, event->id);
    int r = 0;
    if (open && open->chosen_again) {
        open->heard = time;
        return 0;
    }
    if (open)
        r = hand_over(assembly, open);
    open = r == 0 ? begin(assembly, event, time) : NULL;
    if (!open)
        return r < 0 ? r : -ENOMEM;
    return open_packet_see(open, event, &assembly->describer);
}

int packet_assembly_add(struct packet_assembly *assembly, const struct trace_event *event,
                        enum packet_event_origin origin, int64_t time) {
    if (origin == PACKET_EVENT_CHOSEN && event->type == TRACE_RULE && event->handle.known)
        return take_chosen(assembly, event, time);
    bool chosen_again = leads_to_choosing(event, origin);
    struct open_packet *open =
        chosen_again ? find_original(assembly, event) : find(assembly, event->id);
    if (!open)
        return 0; // traced by somebody else, or its beginning was lost
    open->heard = time;
    open->chosen_again = chosen_again;
    return origin == PACKET_EVENT_OTHER ? open_packet_add(open, event, time, &assembly->describer)
                                        : 0;
}

int packet_assembly_add_legacy(struct packet_assembly *assembly, const struct trace_event *event,
                               int64_t time) {
    struct open_packet *found = NULL;
    for (struct open_packet *open = assembly->first; open; open = open->next) {
        if (is_same_packet(&open->traced->packet.last, &event->header))
            found = open;
    }
    if (!found)
        return 0;
    return open_packet_add(found, event, time, &assembly->describer);
}

void packet_assembly_lose(struct packet_assembly *assembly) {
    for (struct open_packet *open = assembly->first; open; open = open->next)
        open->traced->packet.incomplete = true;
}

int packet_assembly_expire(struct packet_assembly *assembly, int64_t now) {
    int r = 0;
    for (struct open_packet *open = assembly->first, *next; open && r == 0; open = next) {
        next = open->next;
        if (now == INT64_MAX || now - open->heard >= PACKET_IDLE)
            r = hand_over(assembly, open);
    }
    return r;
}

int64_t packet_assembly_deadline(const struct packet_assembly *assembly) {
    int64_t least = INT64_MAX;
    for (const struct open_packet *open = assembly->first; open; open = open->next) {
        if (open->heard + PACKET_IDLE < least)
            least = open->heard + PACKET_IDLE;
    }
    return least;
}
