// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/packet_assembly.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/packet_open.h"
#include "ruleset/ruleset.h"

#define CHAINS_MAX 64 // bits of where a packet has been

// One of netscope's chains.
struct chain_seen {
    uint8_t family;
    char name[32];
};

struct packet_assembly {
    struct packet_describer describer;
    packet_sink *sink;
    void *user_data;
    struct open_packet *first, *last;
    uint64_t number;
    struct chain_seen chains[CHAINS_MAX]; // in the order of their first event
    size_t chain_count;
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

// That of one that goes on with another id may still be told by the CPU where it was before.
static struct open_packet *find_by_former_id(const struct packet_assembly *assembly, uint32_t id) {
    struct open_packet *open = assembly->first;
    while (open && open->former_id != id)
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

static bool has_same_ends(const struct packet_header *a, const struct packet_header *b) {
    return same_end(&a->src, a->sport, &b->src, b->sport) &&
           same_end(&a->dst, a->dport, &b->dst, b->dport);
}

// A bit for one of netscope's chains; none for those that there is no room for, of which it is not
// known then who has been there.
static uint64_t chain_bit(struct packet_assembly *assembly, const struct trace_event *event) {
    size_t i = 0;
    while (i < assembly->chain_count && (assembly->chains[i].family != event->family ||
                                         strcmp(assembly->chains[i].name, event->chain) != 0))
        i++;
    if (i == CHAINS_MAX)
        return 0;
    if (i == assembly->chain_count) {
        struct chain_seen *chain = &assembly->chains[assembly->chain_count++];
        chain->family = event->family;
        snprintf(chain->name, sizeof(chain->name), "%s", event->chain);
    }
    return UINT64_C(1) << i;
}

// How much speaks for an event's being of an open packet that looks like it: what decides between
// two that are the same to the last byte, as resets of TCP are, which two CPUs tell of at once.
// - What a chain has not let go yet does not come by another one, but for a copy that a rule made.
// - A packet comes by a chain once, but for copies of it, as bridges make of frames that ask
//   everybody.
// - What is the same at both ends is rather it than what NAT would have changed at one.
// - An id may be that of another packet by now.
// The first outweighs the next two, and of those and the last any two outweigh the third.
static int count_likeness(const struct open_packet *open, const struct trace_event *event,
                          uint64_t here) {
    const struct packet_header *last = &open->traced->packet.last, *now = &event->header;
    bool is_new_here = now->src.family == ADDRESS_NONE || !(open->been & here);
    bool has_id = !event->legacy && open->traced->packet.trace_id == event->id;
    return 8 * !open->in_chain + 4 * is_new_here + 3 * has_same_ends(last, now) + 2 * has_id;
}

// Of several for which as much speaks, the one that was heard of last: a packet's events come one
// after the other. The bit is that of the chain that the event is of, 0 where that is none of
// netscope's.
static struct open_packet *find_similar(const struct packet_assembly *assembly,
                                        const struct trace_event *event, uint64_t here) {
    struct open_packet *found = NULL;
    int most = 0;
    for (struct open_packet *open = assembly->first; open; open = open->next) {
        const struct packet_header *last = &open->traced->packet.last;
        if (!is_same_packet(last, &event->header) && !is_whole_of(last, &event->header))
            continue;
        int likeness = count_likeness(open, event, here);
        if (!found || likeness > most || (likeness == most && open->heard >= found->heard)) {
            found = open;
            most = likeness;
        }
    }
    return found;
}

// The kernel makes an id from the packet's place in memory and the interface that it came in by: a
// copy has another one, and so has what a bridge hands on. Both come by netscope's chains first, of
// which the kernel tells only where a packet is traced already.
static struct open_packet *find_original(const struct packet_assembly *assembly,
                                         const struct trace_event *event, uint64_t here) {
    struct open_packet *found = find_similar(assembly, event, here);
    if (!found || found->traced->packet.trace_id == event->id)
        return found;
    struct open_packet *other = find(assembly, event->id);
    if (other)
        other->traced->packet.trace_id = 0; // over: another one has its id
    found->former_id = found->traced->packet.trace_id;
    found->traced->packet.trace_id = event->id;
    return found;
}

static bool leads_to_choosing(const struct trace_event *event, enum packet_event_origin origin) {
    return origin == PACKET_EVENT_OURS && event->type == TRACE_RULE &&
           event->verdict == NF_VERDICT_GOTO;
}

// An accept ends it, too; other rules, and returns, are in its midst.
static bool ends_base_chain(const struct trace_event *event) {
    return event->type == TRACE_POLICY || (event->type == TRACE_RULE && event->verdict >= 0);
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
    open->in_chain = true;
    return open_packet_see(open, event, &assembly->describer);
}

// Behind NAT, and in a copy that a bridge makes, it need not be chosen again: that its way goes on
// by netscope's chains is told all the same.
static struct open_packet *find_open(const struct packet_assembly *assembly,
                                     const struct trace_event *event,
                                     enum packet_event_origin origin, uint64_t here) {
    struct open_packet *open = find(assembly, event->id);
    if (!open)
        open = find_by_former_id(assembly, event->id);
    if (origin != PACKET_EVENT_OURS || !event->has_header)
        return open;
    struct open_packet *original = find_original(assembly, event, here);
    return original || leads_to_choosing(event, origin) ? original : open;
}

int packet_assembly_add(struct packet_assembly *assembly, const struct trace_event *event,
                        enum packet_event_origin origin, int64_t time) {
    if (origin == PACKET_EVENT_CHOSEN && event->type == TRACE_RULE && event->handle.known)
        return take_chosen(assembly, event, time);
    uint64_t here = origin == PACKET_EVENT_OTHER ? 0 : chain_bit(assembly, event);
    struct open_packet *open = find_open(assembly, event, origin, here);
    if (!open)
        return 0; // traced by somebody else, or its beginning was lost
    open->heard = time;
    open->chosen_again = leads_to_choosing(event, origin);
    open->in_chain = !ends_base_chain(event);
    if (origin == PACKET_EVENT_OTHER)
        return open_packet_add(open, event, time, &assembly->describer);
    if (event->has_header)
        open->been |= here;
    open_packet_note_flow(open, event);
    return 0;
}

int packet_assembly_add_legacy(struct packet_assembly *assembly, const struct trace_event *event,
                               int64_t time) {
    struct open_packet *found = find_similar(assembly, event, 0);
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
