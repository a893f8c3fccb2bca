// SPDX-License-Identifier: GPL-2.0-or-later
// A traced packet's way as one reads it: the hooks, the steps in each, and what the kernel did
// between them, as far as the interfaces tell: where it came in, whether it was for this machine,
// by which way it left.
#ifndef MODEL_PACKET_WAY_H
#define MODEL_PACKET_WAY_H

#include "base/arena.h"
#include "model/packet.h"

enum packet_way_type {
    PACKET_WAY_HOOK,   // a hook begins
    PACKET_WAY_STEP,   // a step
    PACKET_WAY_ROUTE,  // the decision where it goes, inferred
    PACKET_WAY_CHANGE, // what is other than before
};

struct packet_way_item {
    uint8_t type; // enum packet_way_type
    // Of a hook: "prerouting, in eth0, flow new"; of a route: in words; of a change: "ttl 64 ->
    // 63".
    const char *text;
    size_t step; // its number among the packet's steps
};

// Makes the items, in the arena. Returns 0 or -ENOMEM.
int packet_way_make(const struct packet *packet, struct arena *arena,
                    struct packet_way_item **ret_items, size_t *ret_count);

#endif
