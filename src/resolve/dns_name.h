// SPDX-License-Identifier: GPL-2.0-or-later
// Names, types and classes of the DNS as people type them, and the candidates that a stub resolver
// makes of a name.
#ifndef RESOLVE_DNS_NAME_H
#define RESOLVE_DNS_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "model/resolver.h"

#define DNS_NAME_MAX 255 // bytes of a name in a message (RFC 1035 2.3.4)

// A type or class by its word ("AAAA", "TYPE257", "CH") or number. Returns 0 or -EINVAL.
int dns_type_parse(const char *text, uint16_t *ret_type);
int dns_class_parse(const char *text, uint16_t *ret_class);

// Their words, in the arena where they have none: "TYPE257"; NULL when memory is out.
const char *dns_type_word(struct arena *arena, uint16_t type);
const char *dns_class_word(struct arena *arena, uint16_t class);

// The name as it goes into a query: one in other letters than ASCII as its A-labels (IDNA 2008), an
// address as its name below in-addr.arpa or ip6.arpa (*ret_reverse). Returns 0 and a text in the
// arena, -EINVAL (words in err) or -ENOMEM.
int dns_name_prepare(struct arena *arena, const char *typed, const char **ret_name,
                     bool *ret_reverse, struct error *err);

// The name in wire form. Returns its size (at most DNS_NAME_MAX), or -EINVAL.
int dns_name_encode(const char *name, uint8_t wire[DNS_NAME_MAX]);

// Whose rules hold for a name.
enum dns_rules {
    DNS_RULES_GLIBC, // resolv.conf(5), glibc's res_search
    DNS_RULES_MUSL,  // musl's src/network/lookup_name.c
    DNS_RULES_EXACT, // the name as it is, as dig(1) asks
};

struct dns_candidates {
    const char *const *names;
    size_t count;
    // Which one is the name itself. One behind the others (count) is not in their order: it is only
    // tried when the search ends before the root domain on the list has had its turn. SIZE_MAX:
    // there is none.
    size_t as_is, root;
};

// The names that a resolver tries, in its order, in the arena. Returns 0 or -ENOMEM.
int dns_candidates_make(struct arena *arena, const struct resolver *resolver, enum dns_rules rules,
                        const char *name, struct dns_candidates *ret_candidates);

#endif
