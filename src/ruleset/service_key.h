// SPDX-License-Identifier: GPL-2.0-or-later
// Destinations that the elements of a set or map stand for: addresses, protocols and ports, alone
// or concatenated, single ones or intervals.
#ifndef RULESET_SERVICE_KEY_H
#define RULESET_SERVICE_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "ruleset/ruleset.h"

enum service_part {
    SERVICE_PART_ADDRESS,
    SERVICE_PART_PROTOCOL,
    SERVICE_PART_PORT,
};

#define SERVICE_PARTS_MAX 4

// What the bytes of a key are, part by part; each begins at a whole word of four bytes.
struct service_key {
    const struct nf_set *set; // NULL: there is none
    enum service_part parts[SERVICE_PARTS_MAX];
    uint8_t words[SERVICE_PARTS_MAX]; // how many each takes
    size_t count;
};

struct service_destination {
    struct prefix address;       // ADDRESS_NONE: any
    uint16_t port_min, port_max; // both 0: any
    uint8_t protocol;            // 0: any
};

// Adds a part. Returns false if there is no room for it.
bool service_key_add(struct service_key *key, enum service_part part, uint8_t words);

// The key by the types that the set itself gives to its parts. Returns false if one of them is none
// of the above.
bool service_key_of_types(const struct nf_set *set, struct service_key *ret_key);

// Hands over the destinations of each element: what its key says, and otherwise what `base` does.
// An interval of addresses that is no prefix becomes several. Returns 0, or what the sink returned.
typedef int service_key_sink(const struct nf_element *element,
                             const struct service_destination *destination, void *user_data);
int service_key_each(const struct service_key *key, const struct service_destination *base,
                     service_key_sink *sink, void *user_data);

#endif
