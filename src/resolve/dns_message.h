// SPDX-License-Identifier: GPL-2.0-or-later
// Messages of the DNS: queries out, replies in. ldns knows the types; what it cannot read is said
// to be malformed.
#ifndef RESOLVE_DNS_MESSAGE_H
#define RESOLVE_DNS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/dns.h"
#include "resolve/dns_edns.h"

#define DNS_HEADER_SIZE 12
#define DNS_QUERY_MAX   512
#define DNS_EDNS_SIZE   1232 // what fits everywhere (DNS flag day 2020)
#define DNS_TYPE_SOA    6
#define DNS_TYPE_AXFR   252
#define DNS_TYPE_ANY    255

struct dns_query_form {
    const char *name;
    uint16_t type, class, id;
    uint16_t flags; // DNS_RD, DNS_AD, DNS_CD
    struct dns_edns_form edns;
};

// The query's bytes. Returns its size, or -EINVAL if the name cannot stand in one.
int dns_query_encode(const struct dns_query_form *form, uint8_t wire[DNS_QUERY_MAX]);

// True if the bytes are a reply to that query: its id and its question (the name in any case).
bool dns_reply_belongs(const uint8_t *query, size_t query_len, const uint8_t *reply, size_t len);

// The reply's header alone, for bytes that belong.
uint16_t dns_reply_flags(const uint8_t *reply);
uint16_t dns_reply_rcode(const uint8_t *reply);
uint16_t dns_reply_count(const uint8_t *reply, enum dns_section section);

// Reads a reply into the arena. Returns 0, -EBADMSG (then ret_reply has what the header says, if
// there is one) or -ENOMEM.
int dns_reply_decode(struct arena *arena, const uint8_t *bytes, size_t len,
                     struct dns_reply *ret_reply);

#endif
