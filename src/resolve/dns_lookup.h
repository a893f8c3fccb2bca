// SPDX-License-Identifier: GPL-2.0-or-later
// One lookup, as a stub resolver goes about it: candidates in their order, for each the servers,
// for each the attempts. It does no I/O and has no clock: whoever drives it says what came and what
// time it is, and is told what to send and how long to wait. Every query becomes a row.
//
// The rules of glibc are those of resolv.conf(5), getaddrinfo(3), and what glibc's resolver was
// seen to send; those of musl are from its documentation.
#ifndef RESOLVE_DNS_LOOKUP_H
#define RESOLVE_DNS_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/dns.h"
#include "model/resolver.h"
#include "model/table.h"
#include "resolve/dns_name.h"
#include "resolve/dnssec_anchors.h"
#include "resolve/dnssec_memory.h"

#define DNS_TYPE_A    1
#define DNS_TYPE_PTR  12
#define DNS_TYPE_AAAA 28
#define DNS_PORT      53

// How to ask. What it refers to lives as long as the lookup.
struct dns_settings {
    enum dns_rules rules;
    const struct resolver *resolver; // whose search list, timeout, attempts and options hold
    const char *const *servers;      // at most RESOLVER_SERVERS_USED
    size_t server_count;
    size_t first; // which of them is asked first
    uint16_t port;
    bool tcp;                             // and not UDP
    bool edns;                            // and, with it, what a validator wants:
    bool dnssec_ok;                       // signatures too
    bool checking_disabled;               // even what the server finds bogus
    bool cookies;                         // RFC 7873
    struct prefix subnet;                 // RFC 7871: whose network the answer is for; or none
    const struct dnssec_anchors *anchors; // what comes is validated by them; NULL: it is not
    struct dnssec_memory *memory;         // with anchors: of other lookups, or NULL
    int64_t time;                         // with anchors: seconds since 1970
};

struct dns_question {
    const char *asked; // as it was typed
    const char *name;  // dns_name_prepare
    uint16_t types[2]; // A and AAAA are asked together, from one socket
    size_t type_count; // 1 or 2
    uint16_t class;
};

enum dns_action_kind {
    DNS_SEND,  // these bytes to that server
    DNS_AWAIT, // a reply from one of the servers, or that time
    DNS_DONE,
};

struct dns_action {
    enum dns_action_kind kind;
    size_t server;
    enum dns_transport transport;
    bool fresh;           // DNS_SEND: from a new socket, the older one to that server being closed
    const uint8_t *bytes; // DNS_SEND; valid until the next call
    size_t len;
    uint32_t listen; // DNS_AWAIT: a bit for each server whose socket is listened to
    int64_t until;   // DNS_AWAIT
};

struct dns_lookup;

// A lookup that begins at `now` (microseconds of any clock; all times are of that one). The ids of
// its queries come from `seed`. Returns NULL when memory is out.
struct dns_lookup *dns_lookup_new(const struct dns_settings *settings,
                                  const struct dns_question *question, uint64_t seed, int64_t now);
void dns_lookup_free(struct dns_lookup *lookup);

// What is to be done next; to be called again after each DNS_SEND and each event.
void dns_lookup_next(struct dns_lookup *lookup, int64_t now, struct dns_action *ret_action);

// A message came over that transport on the socket to the server, from_server saying whether it was
// the server that sent it (over TCP: always).
void dns_lookup_received(struct dns_lookup *lookup, int64_t now, size_t server,
                         enum dns_transport transport, bool from_server, const uint8_t *bytes,
                         size_t len);

// The server cannot be reached or has closed the connection (error 0), after what was sent.
void dns_lookup_broke(struct dns_lookup *lookup, int64_t now, size_t server,
                      enum dns_transport transport, int error);

// Ends it where it is.
void dns_lookup_cancel(struct dns_lookup *lookup, int64_t now);

// The queries so far, those under way as well, as a table that does not change while the lookup
// goes on; from any thread it can be dropped. NULL when memory is out.
struct table *dns_lookup_snapshot(const struct dns_lookup *lookup);

// Once it is done (DNS_DONE): an answer for each type, and all queries; the answers' texts are in
// the table of queries. Returns 0 and two references that the caller takes over, or -ENOMEM.
int dns_lookup_take(struct dns_lookup *lookup, struct table **ret_answers,
                    struct table **ret_queries);

#endif
