// SPDX-License-Identifier: GPL-2.0-or-later
// Proofs that something is not there, by NSEC (RFC 4035 5.4) and by NSEC3 (RFC 5155 8): what
// records say whose signatures have been verified. ldns has such functions, too, but they look for
// a wildcard at one place only, and do not tell a delegation or an opt-out from a proof.
#ifndef RESOLVE_DNSSEC_DENIAL_H
#define RESOLVE_DNSSEC_DENIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ldns/ldns.h>

#define DNSSEC_DENIALS_MAX 32 // records of a message that are looked at

// Records of one type, NSEC or NSEC3, of one zone.
struct dnssec_denials {
    const ldns_rdf *zone;
    const ldns_rr *records[DNSSEC_DENIALS_MAX];
    size_t count;
};

enum dnssec_proof {
    DNSSEC_UNPROVEN,
    DNSSEC_PROVEN,
    DNSSEC_OPT_OUT,    // proven but for delegations to zones without DNSSEC
    DNSSEC_ITERATIONS, // hashed more often than a validator is to follow (RFC 9276 3.2)
};

// There is no such name, and no wildcard that would give it.
enum dnssec_proof dnssec_nsec_no_name(const struct dnssec_denials *nsecs, const ldns_rdf *name);
enum dnssec_proof dnssec_nsec3_no_name(const struct dnssec_denials *nsec3s, const ldns_rdf *name);

// The name, or the wildcard that gives it, has no records of that type. *ret_delegation: the zone
// says that another one begins there.
enum dnssec_proof dnssec_nsec_no_data(const struct dnssec_denials *nsecs, const ldns_rdf *name,
                                      uint16_t type, bool *ret_delegation);
enum dnssec_proof dnssec_nsec3_no_data(const struct dnssec_denials *nsec3s, const ldns_rdf *name,
                                       uint16_t type, bool *ret_delegation);

// A wildcard right below the ancestor of so many labels gives the name: no name is nearer.
enum dnssec_proof dnssec_nsec_wildcard(const struct dnssec_denials *nsecs, const ldns_rdf *name,
                                       size_t labels);
enum dnssec_proof dnssec_nsec3_wildcard(const struct dnssec_denials *nsec3s, const ldns_rdf *name,
                                        size_t labels);

// What both have in common: a record's list of types. `bitmap` is NULL where it is empty.
bool dnssec_bitmap_has(const ldns_rdf *bitmap, uint16_t type);
// A zone begins there, and the record is of the zone above it: it says nothing of names below.
bool dnssec_bitmap_is_delegation(const ldns_rdf *bitmap);
// The record, of the name itself, proves that there is no such type.
bool dnssec_bitmap_denies(const ldns_rdf *bitmap, const ldns_rdf *name, uint16_t type);

#endif
