// SPDX-License-Identifier: GPL-2.0-or-later
#include "ruleset/service_key.h"

#include <string.h>

#include "ruleset/nft_type.h"

#define WORD          4
#define ELEMENT_END   1 // linux/netfilter/nf_tables.h NFT_SET_ELEM_INTERVAL_END
#define ELEMENT_REST  2 // NFT_SET_ELEM_CATCHALL
#define SET_INTERVAL  4 // NFT_SET_INTERVAL
#define ADDRESS_BYTES 16

bool service_key_add(struct service_key *key, enum service_part part, uint8_t words) {
    if (key->count == SERVICE_PARTS_MAX)
        return false;
    key->parts[key->count] = part;
    key->words[key->count++] = words;
    return true;
}

static bool add_type(struct service_key *key, const struct nft_type *type) {
    switch (type ? type->id : NFT_TYPE_INVALID) {
    case NFT_TYPE_IPADDR:
        return service_key_add(key, SERVICE_PART_ADDRESS, 1);
    case NFT_TYPE_IP6ADDR:
        return service_key_add(key, SERVICE_PART_ADDRESS, 4);
    case NFT_TYPE_INET_PROTOCOL:
        return service_key_add(key, SERVICE_PART_PROTOCOL, 1);
    case NFT_TYPE_INET_SERVICE:
        return service_key_add(key, SERVICE_PART_PORT, 1);
    default:
        return false;
    }
}

bool service_key_of_types(const struct nf_set *set, struct service_key *ret_key) {
    struct service_key key = {.set = set};
    for (size_t i = 0; i < nft_type_part_count(set->key_type); i++) {
        if (!add_type(&key, nft_type_part(set->key_type, i)))
            return false;
    }
    *ret_key = key;
    return key.count > 0;
}

// --- Intervals -----------------------------------------------------------------------------------

// Subtracts one from a number in network order.
static void step_back(uint8_t *bytes, size_t length) {
    for (size_t i = length; i-- > 0;) {
        if (bytes[i]-- != 0)
            return;
    }
}

static bool is_above(const struct nf_data *key, const struct nf_data *other) {
    return key->length == other->length && memcmp(key->bytes, other->bytes, key->length) > 0;
}

// The last key that belongs to the element. Concatenations say it. The intervals of others end
// before the next key above their own, which stands beside it in whichever order the kernel told
// them, or at the end of all keys.
static void find_last(const struct nf_set *set, size_t index, uint8_t last[64]) {
    const struct nf_data *key = &set->elements[index].key, *end = &set->elements[index].key_end;
    memcpy(last, key->bytes, key->length);
    if (end->bytes && end->length == key->length) {
        memcpy(last, end->bytes, end->length);
        return;
    }
    if (!(set->flags & SET_INTERVAL) || set->field_count > 1)
        return;
    const struct nf_data *next = NULL;
    for (size_t i = index > 0 ? index - 1 : 1; i < set->element_count && i <= index + 1; i += 2) {
        if (is_above(&set->elements[i].key, key))
            next = &set->elements[i].key;
    }
    memset(last, 0xff, key->length);
    if (!next)
        return;
    memcpy(last, next->bytes, next->length);
    step_back(last, next->length);
}

static bool bit_at(const uint8_t *bytes, unsigned bit) {
    return bytes[bit / 8] >> (7 - bit % 8) & 1;
}

static void set_bits_behind(uint8_t *bytes, unsigned first, unsigned end, bool on) {
    for (unsigned bit = first; bit < end; bit++) {
        uint8_t mask = (uint8_t)(0x80 >> bit % 8);
        bytes[bit / 8] = (uint8_t)(on ? bytes[bit / 8] | mask : bytes[bit / 8] & ~mask);
    }
}

// The length of the largest prefix that begins with `low` and does not go past `high`, which is not
// below it. In *ret_end its last address.
static uint8_t largest_prefix(const uint8_t *low, const uint8_t *high, size_t length,
                              uint8_t ret_end[ADDRESS_BYTES]) {
    unsigned bits = (unsigned)length * 8, prefix = bits;
    memcpy(ret_end, low, length);
    for (; prefix > 0 && !bit_at(low, prefix - 1); prefix--) {
        uint8_t end[ADDRESS_BYTES];
        memcpy(end, low, length);
        set_bits_behind(end, prefix - 1, bits, true);
        if (memcmp(end, high, length) > 0)
            break;
        memcpy(ret_end, end, length);
    }
    return (uint8_t)prefix;
}

// Adds one; false if that was the last number.
static bool step_on(uint8_t *bytes, size_t length) {
    for (size_t i = length; i-- > 0;) {
        if (++bytes[i] != 0)
            return true;
    }
    return false;
}

// --- Destinations --------------------------------------------------------------------------------

struct span {
    const struct nf_element *element;
    struct service_destination destination; // but for the address
    const uint8_t *low, *high;              // addresses; NULL: none
    size_t length;                          // of them
};

static uint16_t port_at(const uint8_t *bytes) {
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

// Reads what the first and the last key of an element say. Returns false if the key is too short.
static bool read_span(const struct service_key *key, const uint8_t *last, struct span *span) {
    const struct nf_data *first = &span->element->key;
    size_t at = 0;
    for (size_t i = 0; i < key->count; i++) {
        // A single port has two bytes, not a word.
        size_t least = key->parts[i] == SERVICE_PART_PORT ? 2 : key->parts[i] ? 1 : 4;
        if (at + (key->words[i] > 1 ? (size_t)key->words[i] * WORD : least) > first->length)
            return false;
        switch (key->parts[i]) {
        case SERVICE_PART_ADDRESS:
            span->low = first->bytes + at;
            span->high = last + at;
            span->length = (size_t)key->words[i] * WORD;
            break;
        case SERVICE_PART_PROTOCOL:
            span->destination.protocol = first->bytes[at];
            break;
        case SERVICE_PART_PORT:
            span->destination.port_min = port_at(first->bytes + at);
            span->destination.port_max = port_at(last + at);
            break;
        }
        at += (size_t)key->words[i] * WORD;
    }
    return true;
}

static int hand_over_prefixes(struct span *span, service_key_sink *sink, void *user_data) {
    uint8_t low[ADDRESS_BYTES], end[ADDRESS_BYTES];
    bool more = memcmp(span->low, span->high, span->length) <= 0;
    int r = 0;
    memcpy(low, span->low, span->length);
    while (r == 0 && more) {
        struct prefix *address = &span->destination.address;
        address->length = largest_prefix(low, span->high, span->length, end);
        address->address = address_from_bytes(low, span->length);
        r = sink(span->element, &span->destination, user_data);
        more = memcmp(end, span->high, span->length) < 0;
        memcpy(low, end, span->length);
        more = more && step_on(low, span->length);
    }
    return r;
}

int service_key_each(const struct service_key *key, const struct service_destination *base,
                     service_key_sink *sink, void *user_data) {
    const struct nf_set *set = key->set;
    int r = 0;
    for (size_t i = 0; r == 0 && i < set->element_count; i++) {
        struct span span = {.element = &set->elements[i], .destination = *base};
        uint8_t last[64];
        const struct nf_data *first = &span.element->key;
        if (span.element->flags & (ELEMENT_END | ELEMENT_REST) || !first->bytes ||
            first->length > sizeof(last))
            continue;
        find_last(set, i, last);
        if (!read_span(key, last, &span))
            continue;
        r = span.low ? hand_over_prefixes(&span, sink, user_data)
                     : sink(span.element, &span.destination, user_data);
    }
    return r;
}
