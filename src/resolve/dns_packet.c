// SPDX-License-Identifier: GPL-2.0-or-later
#include "resolve/dns_packet.h"

#include <errno.h>
#include <stdbool.h>

#include "resolve/dns_bytes.h"

#define HEADER_SIZE 12

// Where in a message the next thing is read; at the end once something does not fit.
struct place {
    const uint8_t *bytes;
    size_t len, at;
};

static void skip(struct place *place, size_t size) {
    place->at = size < place->len - place->at ? place->at + size : place->len;
}

static uint16_t next_u16(struct place *place) {
    size_t at = place->at;
    skip(place, 2);
    return place->len - at >= 2 ? dns_get_u16(place->bytes + at) : 0;
}

// Labels, up to an empty one or to a pointer.
static void skip_name(struct place *place) {
    while (place->at < place->len) {
        uint8_t size = place->bytes[place->at];
        skip(place, size >= 0xc0 ? 2 : 1u + size);
        if (size == 0 || size >= 0xc0)
            return;
    }
}

// Skips a record and returns its type.
static uint16_t skip_record(struct place *place) {
    skip_name(place);
    uint16_t type = next_u16(place);
    skip(place, 6); // class, TTL
    skip(place, next_u16(place));
    return type;
}

// A message has at most one record for EDNS and one signature of its own (RFC 6891 6.1.1, RFC 8945
// 5.2). Of further ones ldns keeps the last and never frees the others.
static bool is_doubled(const uint8_t *bytes, size_t len) {
    struct place place = {bytes, len, HEADER_SIZE};
    size_t opts = 0, signatures = 0;
    for (unsigned i = dns_get_u16(bytes + 4); i > 0 && place.at < len; i--) {
        skip_name(&place);
        skip(&place, 4); // type, class
    }
    for (unsigned i = dns_get_u16(bytes + 6) + dns_get_u16(bytes + 8); i > 0 && place.at < len; i--)
        skip_record(&place);
    for (unsigned i = dns_get_u16(bytes + 10); i > 0 && place.at < len; i--) {
        uint16_t type = skip_record(&place);
        opts += type == LDNS_RR_TYPE_OPT;
        signatures += type == LDNS_RR_TYPE_TSIG;
    }
    return opts > 1 || signatures > 1;
}

int dns_packet_read(const uint8_t *bytes, size_t len, ldns_pkt **ret_packet) {
    if (len < HEADER_SIZE || is_doubled(bytes, len) ||
        ldns_wire2pkt(ret_packet, bytes, len) != LDNS_STATUS_OK)
        return -EBADMSG;
    return 0;
}
