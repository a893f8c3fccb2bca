// SPDX-License-Identifier: GPL-2.0-or-later
// One packet crosses several namespaces, and is traced in each: a journey. The trace's id and mark
// do not go with it, so it is known again by what it carries: the identification of its network
// header, TCP's sequence numbers, an echo's, its ends as far as NAT leaves them, and the time.
#ifndef MODEL_JOURNEY_H
#define MODEL_JOURNEY_H

#include "model/packet_assembly.h"

#define JOURNEY_WAIT   INT64_C(250000000)  // nanoseconds that a journey waits for a further packet
#define JOURNEY_WINDOW INT64_C(1000000000) // in which a packet crosses all namespaces

// How sure it is that two packets are one.
enum journey_match {
    JOURNEY_OTHER, // they are not
    JOURNEY_GUESS, // nothing speaks against it, but others could look the same
    JOURNEY_SURE,
};

// Compares what was seen of a packet in one namespace with what was seen later in another.
enum journey_match journey_match(const struct packet *earlier, const struct packet *later);

// One packet of a journey, and the namespace that it was traced in, as whoever added it calls it.
struct journey_part {
    struct traced_packet *traced;
    const void *where;
};

struct journeys;

// Takes a whole journey, its parts in the order of time, with their numbers set (0 where there is
// but one part). The packets become the sink's, the array does not. Returns 0 or -errno.
typedef int journey_sink(const struct journey_part *parts, size_t count, void *user_data);

// Returns an empty collection, or NULL when memory is out. journeys_free drops what is left in it.
struct journeys *journeys_new(journey_sink *sink, void *user_data);
void journeys_free(struct journeys *journeys);

// Takes over a packet that was traced in a namespace, at the time now. Returns 0 or -ENOMEM (then
// the packet is freed).
int journeys_add(struct journeys *journeys, struct traced_packet *traced, const void *where,
                 int64_t now);

// Gives the sink the journeys that have waited long enough; all with INT64_MAX. Returns 0 or what
// the sink did.
int journeys_expire(struct journeys *journeys, int64_t now);

// When the next journey will have waited, INT64_MAX if there is none.
int64_t journeys_deadline(const struct journeys *journeys);

#endif
