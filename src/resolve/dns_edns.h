// SPDX-License-Identifier: GPL-2.0-or-later
// EDNS (RFC 6891): what a query says of who asks, and what a reply adds in options.
#ifndef RESOLVE_DNS_EDNS_H
#define RESOLVE_DNS_EDNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/arena.h"
#include "model/dns.h"

#define DNS_EDNS_MAX 128 // bytes of what is encoded

struct dns_edns_form {
    uint16_t udp_size; // 0: without EDNS at all
    bool dnssec_ok, nsid;
    const uint8_t *cookie; // RFC 7873: the client's part, and the server's where it is known
    size_t cookie_size;    // 0: none
    struct prefix subnet;  // RFC 7871: for whom; family ADDRESS_NONE: it is not said
};

// Writes the pseudo-record, and returns what is behind it.
uint8_t *dns_edns_encode(const struct dns_edns_form *form, uint8_t *at);

// Reads the options into the reply, with texts in the arena. Returns 0 or -ENOMEM.
int dns_edns_decode(struct arena *arena, const uint8_t *bytes, size_t len, struct dns_reply *reply);

// True if the reply's client subnet is the one that was asked for, whatever its scope is
// (RFC 7871 7.3).
bool dns_edns_echoes_subnet(const struct prefix *subnet, const struct dns_reply *reply);

#endif
