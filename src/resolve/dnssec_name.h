// SPDX-License-Identifier: GPL-2.0-or-later
// Names in wire form as proofs of DNSSEC are about them: ancestors, and the wildcards below these.
// A name that is part of another one refers to that one's bytes; nothing is allocated.
#ifndef RESOLVE_DNSSEC_NAME_H
#define RESOLVE_DNSSEC_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ldns/ldns.h>

#include "base/arena.h"

size_t dnssec_name_labels(const ldns_rdf *name); // without the root's

// The ancestor of the name that has so many labels (at most the name's own number).
ldns_rdf dnssec_name_ancestor(const ldns_rdf *name, size_t labels);

bool dnssec_name_equals(const ldns_rdf *a, const ldns_rdf *b);
bool dnssec_name_is_under(const ldns_rdf *name, const ldns_rdf *ancestor); // or is it

// How many labels both end with.
size_t dnssec_name_common(const ldns_rdf *a, const ldns_rdf *b);

struct dnssec_wildcard {
    uint8_t bytes[LDNS_MAX_DOMAINLEN + 2];
    ldns_rdf name; // refers to the bytes
};

// The wildcard right below a name. False: it would be too long to be one.
bool dnssec_wildcard_make(const ldns_rdf *above, struct dnssec_wildcard *ret);

// A copy in the arena, the form for people: NULL (data and text) when memory is out.
ldns_rdf dnssec_name_copy(struct arena *arena, const ldns_rdf *name);
const char *dnssec_name_text(struct arena *arena, const ldns_rdf *name);

#endif
