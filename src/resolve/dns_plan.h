// SPDX-License-Identifier: GPL-2.0-or-later
// What is asked of the DNS: as people ask for it, made ready, and as the lookups that it comes to.
#ifndef RESOLVE_DNS_PLAN_H
#define RESOLVE_DNS_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "model/resolver.h"
#include "resolve/dns_lookup.h"

#define DNS_TYPES_MAX 32

// As it stands on the command line; NULL and false where it does not.
struct dns_request {
    const char *name;
    const char *names_from; // a file with a name a line; "-": standard input
    const char *types;      // joined by commas; NULL: what getaddrinfo asks for
    const char *class;
    const char *server; // "ADDR", "ADDR:PORT", "[ADDR]:PORT", or "all"
    const char *rules;  // "glibc", "musl", "exact"
    const char *watch;  // seconds from one lookup to the next; NULL: one only
    uint64_t count;     // with watch: so many, 0: until it is told to end
    bool tcp;
    const char *subnet;  // whose network the answer is for (RFC 7871)
    bool dnssec;         // signatures are asked for
    bool validate;       // and looked at:
    const char *anchors; // by this file of trust anchors; NULL: where Debian puts the root's
    bool sections;       // as text: replies section by section, not rows
};

struct dns_server_set {
    const char *servers[RESOLVER_SERVERS_USED];
    size_t count;
};

// Made ready for one namespace.
struct dns_plan {
    uint16_t types[DNS_TYPES_MAX];
    size_t type_count;
    bool types_named;    // or else those that getaddrinfo asks for, and PTR of an address
    bool as_getaddrinfo; // as that does in all: the hosts file too
    uint16_t class, port;
    enum dns_rules rules;
    bool tcp, edns, dnssec, cookies;
    struct prefix subnet;                 // family ADDRESS_NONE: it is not said
    const struct dnssec_anchors *anchors; // set by who has read them; NULL: nothing is validated
    struct dnssec_memory *memory;         // set by who validates many names, or NULL
    const struct dns_server_set *sets;    // each is asked on its own
    size_t set_count;
};

// Returns 0 and a plan whose parts are in the arena, -EINVAL (words in err) or -ENOMEM.
int dns_plan_make(const struct dns_request *request, const struct resolver *resolver,
                  struct arena *arena, struct dns_plan *ret_plan, struct error *err);

// A name that is looked up; its texts are the caller's.
struct dns_subject {
    const char *asked; // as it was typed
    const char *name;  // dns_name_prepare()
    bool reverse;      // it was an address
};

// The lookup at that index of those that the plan comes to for a name: A and AAAA are one, as
// getaddrinfo has it, each other type is one of its own, and all of that for each set of servers.
// What is returned refers to the plan, the resolver and the subject. False: there are no more.
bool dns_plan_lookup(const struct dns_plan *plan, const struct resolver *resolver,
                     const struct dns_subject *subject, size_t index,
                     struct dns_settings *ret_settings, struct dns_question *ret_question);

#endif
