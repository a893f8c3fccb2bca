// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/packet_assembly.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
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

static bool same_end(const struct address *a, uint16_t port_a, const struct address *b,
                     uint16_t port_b) {
    return address_compare(a, b) == 0 && port_a == port_b;
}

// NAT changes one end, at most, between two events.
static bool is_same_packet(const struct packet_header *a, const struct packet_header *b) {
    if (a->src.family == ADDRESS_NONE)
        return b->src.family == ADDRESS_NONE && memcmp(a->start, b->start, sizeof(a->start)) == 0;
    return a->proto == b->proto && a->known == b->known && a->ip_id == b->ip_id &&
           a->length == b->length && a->tcp_sequence == b->tcp_sequence &&
           a->echo_sequence == b->echo_sequence &&
           (same_end(&a->src, a->sport, &b->src, b->sport) ||
            same_end(&a->dst, a->dport, &b->dst, b->dport));
}

static bool is_part(const struct packet_header *header) {
    return header->known & (PACKET_IS_FRAGMENT | PACKET_IN_FRAGMENTS);
}

// The kernel goes on with the whole in place of its last part. IPv6 has its identification behind
// what the kernel shows.
static bool is_whole_of(const struct packet_header *part, const struct packet_header *whole) {
    return is_part(part) && !is_part(whole) && whole->length > part->length &&
           (part->ip_id == whole->ip_id || !(part->known & PACKET_HAS_IP_ID)) &&
           address_compare(&part->src, &whole->src) == 0 &&
           address_compare(&part->dst, &whole->dst) == 0;
}

static bool is_whole_the_same(const struct packet_header *a, const struct packet_header *b) {
    return same_end(&a->src, a->sport, &b->src, b->sport) &&
           same_end(&a->dst, a->dport, &b->dst, b->dport);
}

// A bit for a chain of netscope's. Where two have the same, less is known of where packets were.
static uint64_t chain_bit(const struct trace_event *event) {
    uint64_t hash = hash_add(HASH_START, event->chain, strlen(event->chain));
    return UINT64_C(1) << (hash_add(hash, &event->family, sizeof(event->family)) & 63);
}

// How well an open packet goes with an event that may be of it; more is better.
struct likeness {
    bool is_like, has_same_ends, is_new_here, has_id;
    int64_t heard;
};

static struct likeness compare(const struct open_packet *open, const struct trace_event *event,
                               uint64_t here) {
    const struct packet_header *last = &open->traced->packet.last, *now = &event->header;
    return (struct likeness){
        .is_like = is_same_packet(last, now) || is_whole_of(last, now),
        .has_same_ends = is_whole_the_same(last, now),
        .is_new_here = now->src.family == ADDRESS_NONE || !(open->been & here),
        .has_id = !event->legacy && open->traced->packet.trace_id == event->id,
        .heard = open->heard,
    };
}

// One with both ends the same is rather it than one that NAT would have changed. A packet comes by
// a chain once, but for copies of it, as bridges make of frames that ask everybody. A packet's
// events come one after the other.
static bool is_better(const struct likeness *a, const struct likeness *b) {
    if (a->has_same_ends != b->has_same_ends)
        return a->has_same_ends;
    if (a->is_new_here != b->is_new_here)
        return a->is_new_here;
    if (a->has_id != b->has_id)
        return a->has_id;
    return a->heard >= b->heard;
}

static struct open_packet *find_similar(const struct packet_assembly *assembly,
                                        const struct trace_event *event) {
    struct open_packet *found = NULL;
    struct likeness best = {.is_like = false};
    uint64_t here = chain_bit(event);
    for (struct open_packet *open = assembly->first; open; open = open->next) {
        struct likeness likeness = compare(open, event, here);
        if (likeness.is_like && (!found || is_better(&likeness, &best))) {
            found = open;
            best = likeness;
        }
    }
    return found;
}

// The kernel makes an id from the packet's place in memory and the interface that it came in by: a
// copy has another one, and so has what a bridge hands on. Both come by netscope's chains first, of
// which the kernel tells only where a packet is traced already.
// The other one is the one that had the id, or NULL.
static struct open_packet *find_original(const struct packet_assembly *assembly,
                                         const struct trace_event *event,
                                         struct open_packet *other) {
    struct open_packet *found = find_similar(assembly, event);
    if (!found || found == other)
        return found;
    if (other)
        other->traced->packet.trace_id = 0; // over: another one has its id
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

// Behind NAT, and in a copy that a bridge makes, it need not be chosen again: that its way goes on
// by netscope's chains is told all the same.
static struct open_packet *find_open(const struct packet_assembly *assembly,
                                     const struct trace_event *event,
                                     enum packet_event_origin origin) {
    struct open_packet *open = find(assembly, event->id);
    if (origin != PACKET_EVENT_OURS || !event->has_header)
        return open;
    struct open_packet *original = find_original(assembly, event, open);
    return original || leads_to_choosing(event, origin) ? original : open;
}

int packet_assembly_add(struct packet_assembly *assembly, const struct trace_event *event,
                        enum packet_event_origin origin, int64_t time) {
    if (origin == PACKET_EVENT_CHOSEN && event->type == TRACE_RULE && event->handle.known)
        return take_chosen(assembly, event, time);
    struct open_packet *open = find_open(assembly, event, origin);
    if (!open)
        return 0; // traced by somebody else, or its beginning was lost
    open->heard = time;
    open->chosen_again = leads_to_choosing(event, origin);
    if (origin == PACKET_EVENT_OTHER)
        return open_packet_add(open, event, time, &assembly->describer);
    if (event->has_header)
        open->been |= chain_bit(event);
    open_packet_note_flow(open, event);
    return 0;
}

int packet_assembly_add_legacy(struct packet_assembly *assembly, const struct trace_event *event,
                               int64_t time) {
    struct open_packet *found = find_similar(assembly, event);
    return found ? open_packet_add(found, event, time, &assembly->describer) : 0;
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
