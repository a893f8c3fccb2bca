// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/journey.h"

#include <errno.h>
#include <stdlib.h>

// Nanoseconds: events of two namespaces are read in either order, and between them rules may be
// read.
#define EARLIER_BY INT64_C(100000000)

struct journey {
    struct journey *next; // older first
    struct journey_part *parts;
    size_t count, capacity;
    int64_t changed; // when the last part came
};

struct journeys {
    journey_sink *sink;
    void *user_data;
    struct journey *first, *last;
    uint64_t number;
};

// --- Is it the same packet -----------------------------------------------------------------------

static bool same_end(const struct address *a, uint16_t port_a, const struct address *b,
                     uint16_t port_b) {
    return address_compare(a, b) == 0 && port_a == port_b;
}

// Of what NAT changes, one end at least stays between two namespaces.
static bool shares_an_end(const struct packet_header *a, const struct packet_header *b) {
    return same_end(&a->src, a->sport, &b->src, b->sport) ||
           same_end(&a->dst, a->dport, &b->dst, b->dport);
}

static bool same_ends(const struct packet_header *a, const struct packet_header *b) {
    return same_end(&a->src, a->sport, &b->src, b->sport) &&
           same_end(&a->dst, a->dport, &b->dst, b->dport);
}

static bool same_echo(const struct packet_header *a, const struct packet_header *b) {
    return a->icmp_type == b->icmp_type && a->icmp_code == b->icmp_code &&
           a->echo_sequence == b->echo_sequence;
}

static bool same_segment(const struct packet_header *a, const struct packet_header *b) {
    return a->tcp_sequence == b->tcp_sequence && a->tcp_acknowledged == b->tcp_acknowledged &&
           a->tcp_flags == b->tcp_flags;
}

// What never changes on the way.
static bool same_cargo(const struct packet_header *a, const struct packet_header *b) {
    uint8_t kept = PACKET_HAS_PORTS | PACKET_HAS_ICMP | PACKET_HAS_TCP | PACKET_IS_FRAGMENT;
    if (a->src.family != b->src.family || a->proto != b->proto || a->length != b->length ||
        (a->known & kept) != (b->known & kept))
        return false;
    if (a->known & PACKET_HAS_ICMP)
        return same_echo(a, b);
    return !(a->known & PACKET_HAS_TCP) || same_segment(a, b);
}

enum journey_match journey_match(const struct packet *earlier, const struct packet *later) {
    const struct packet_header *a = &earlier->last, *b = &later->first;
    if (later->time < earlier->time - EARLIER_BY || later->time > earlier->time + JOURNEY_WINDOW ||
        !same_cargo(a, b) || !shares_an_end(a, b) || b->ttl > a->ttl)
        return JOURNEY_OTHER;
    if (a->known & b->known & PACKET_HAS_IP_ID) {
        if (a->ip_id != b->ip_id)
            return JOURNEY_OTHER;
        if (a->ip_id != 0)
            return JOURNEY_SURE;
    }
    if (a->known & PACKET_HAS_TCP || (a->known & PACKET_HAS_ICMP && a->echo_id != 0))
        return same_ends(a, b) ? JOURNEY_SURE : JOURNEY_GUESS;
    return JOURNEY_GUESS;
}

// --- Collecting ----------------------------------------------------------------------------------

struct journeys *journeys_new(journey_sink *sink, void *user_data) {
    struct journeys *journeys = calloc(1, sizeof(*journeys));
    if (journeys)
        *journeys = (struct journeys){.sink = sink, .user_data = user_data};
    return journeys;
}

static void free_journey(struct journey *journey) {
    for (size_t i = 0; i < journey->count; i++)
        traced_packet_unref(journey->parts[i].traced);
    free(journey->parts);
    free(journey);
}

void journeys_free(struct journeys *journeys) {
    while (journeys && journeys->first) {
        struct journey *journey = journeys->first;
        journeys->first = journey->next;
        free_journey(journey);
    }
    free(journeys);
}

static bool was_there(const struct journey *journey, const void *where) {
    for (size_t i = 0; i < journey->count; i++) {
        if (journey->parts[i].where == where)
            return true;
    }
    return false;
}

static enum journey_match best_of(enum journey_match a, enum journey_match b) {
    return a > b ? a : b;
}

// The best match with any part, whichever came first.
static enum journey_match match_journey(const struct journey *journey,
                                        const struct packet *packet) {
    enum journey_match best = JOURNEY_OTHER;
    for (size_t i = 0; i < journey->count; i++) {
        const struct packet *part = &journey->parts[i].traced->packet;
        best = best_of(best, best_of(journey_match(part, packet), journey_match(packet, part)));
    }
    return best;
}

static struct journey *find(const struct journeys *journeys, const struct packet *packet,
                            const void *where, enum journey_match *ret_match) {
    struct journey *found = NULL;
    *ret_match = JOURNEY_OTHER;
    for (struct journey *journey = journeys->first; journey; journey = journey->next) {
        enum journey_match match =
            was_there(journey, where) ? JOURNEY_OTHER : match_journey(journey, packet);
        if (match > *ret_match) {
            *ret_match = match;
            found = journey;
        }
    }
    return found;
}

// Events of two namespaces may be read in either order. Each router takes one from the time to
// live, and what a program sends has come in by no interface.
static bool comes_before(const struct packet *a, const struct packet *b) {
    if (a->first.ttl != b->first.ttl)
        return a->first.ttl > b->first.ttl;
    if (!a->iif != !b->iif)
        return !a->iif;
    return a->time < b->time;
}

static int add_part(struct journey *journey, struct traced_packet *traced, const void *where) {
    if (journey->count == journey->capacity) {
        size_t wanted = journey->capacity ? journey->capacity * 2 : 4;
        struct journey_part *grown = reallocarray(journey->parts, wanted, sizeof(*grown));
        if (!grown)
            return -ENOMEM;
        journey->parts = grown;
        journey->capacity = wanted;
    }
    size_t at = journey->count++;
    while (at > 0 && comes_before(&traced->packet, &journey->parts[at - 1].traced->packet)) {
        journey->parts[at] = journey->parts[at - 1];
        at--;
    }
    journey->parts[at] = (struct journey_part){traced, where};
    return 0;
}

static struct journey *begin(struct journeys *journeys) {
    struct journey *journey = calloc(1, sizeof(*journey));
    if (!journey)
        return NULL;
    *(journeys->last ? &journeys->last->next : &journeys->first) = journey;
    journeys->last = journey;
    return journey;
}

int journeys_add(struct journeys *journeys, struct traced_packet *traced, const void *where,
                 int64_t now) {
    enum journey_match match;
    struct journey *journey = find(journeys, &traced->packet, where, &match);
    if (!journey)
        journey = begin(journeys);
    if (!journey || add_part(journey, traced, where) < 0) {
        traced_packet_unref(traced);
        return -ENOMEM;
    }
    journey->changed = now;
    if (match == JOURNEY_GUESS)
        traced->packet.guessed = true;
    return 0;
}

// --- Handing over --------------------------------------------------------------------------------

static void unlink_journey(struct journeys *journeys, struct journey *journey) {
    struct journey **link = &journeys->first, *before = NULL;
    while (*link != journey) {
        before = *link;
        link = &before->next;
    }
    *link = journey->next;
    if (journeys->last == journey)
        journeys->last = before;
}

static int hand_over(struct journeys *journeys, struct journey *journey) {
    unlink_journey(journeys, journey);
    if (journey->count > 1)
        journeys->number++;
    for (size_t i = 0; i < journey->count && journey->count > 1; i++) {
        journey->parts[i].traced->packet.journey = journeys->number;
        journey->parts[i].traced->packet.part = (uint32_t)i + 1;
    }
    int r = journeys->sink(journey->parts, journey->count, journeys->user_data);
    free(journey->parts); // the packets are the sink's
    free(journey);
    return r;
}

int journeys_expire(struct journeys *journeys, int64_t now) {
    int r = 0;
    for (struct journey *journey = journeys->first, *next; journey && r == 0; journey = next) {
        next = journey->next;
        if (now == INT64_MAX || now - journey->changed >= JOURNEY_WAIT)
            r = hand_over(journeys, journey);
    }
    return r;
}

int64_t journeys_deadline(const struct journeys *journeys) {
    int64_t least = INT64_MAX;
    for (const struct journey *journey = journeys->first; journey; journey = journey->next) {
        if (journey->changed + JOURNEY_WAIT < least)
            least = journey->changed + JOURNEY_WAIT;
    }
    return least;
}
