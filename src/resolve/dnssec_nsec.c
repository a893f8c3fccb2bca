// SPDX-License-Identifier: GPL-2.0-or-later
#include "resolve/dnssec_denial.h"

#include "resolve/dnssec_name.h"

// --- Lists of types ------------------------------------------------------------------------------

// RFC 4034 4.1.2: windows of 256 types, each a number, a size and so many bytes of bits.
bool dnssec_bitmap_has(const ldns_rdf *bitmap, uint16_t type) {
    if (!bitmap)
        return false;
    const uint8_t *at = ldns_rdf_data(bitmap);
    size_t left = ldns_rdf_size(bitmap), byte = (type & 0xff) / 8;
    while (left >= 2 && left - 2 >= at[1]) {
        if (at[0] == type >> 8)
            return byte < at[1] && at[2 + byte] & 0x80 >> type % 8;
        left -= at[1] + 2u;
        at += at[1] + 2u;
    }
    return false;
}

bool dnssec_bitmap_is_delegation(const ldns_rdf *bitmap) {
    return dnssec_bitmap_has(bitmap, LDNS_RR_TYPE_NS) &&
           !dnssec_bitmap_has(bitmap, LDNS_RR_TYPE_SOA);
}

bool dnssec_bitmap_denies(const ldns_rdf *bitmap, const ldns_rdf *name, uint16_t type) {
    if (dnssec_bitmap_has(bitmap, type) || dnssec_bitmap_has(bitmap, LDNS_RR_TYPE_CNAME))
        return false;
    // Of what stands on both sides of a delegation, the zone above has DS, the one below all else.
    if (type == LDNS_RR_TYPE_DS)
        return !dnssec_bitmap_has(bitmap, LDNS_RR_TYPE_SOA) || dnssec_name_labels(name) == 0;
    return !dnssec_bitmap_is_delegation(bitmap);
}

// --- NSEC ----------------------------------------------------------------------------------------

static const ldns_rdf *next_of(const ldns_rr *nsec) {
    return ldns_rr_rdf(nsec, 0);
}

static const ldns_rdf *types_of(const ldns_rr *nsec) {
    return ldns_rr_rdf(nsec, 1);
}

static const ldns_rr *find_match(const struct dnssec_denials *nsecs, const ldns_rdf *name) {
    for (size_t i = 0; i < nsecs->count; i++) {
        if (dnssec_name_equals(ldns_rr_owner(nsecs->records[i]), name))
            return nsecs->records[i];
    }
    return NULL;
}

// True if the name would stand between owner and next in the zone's order. The last record leads
// back to the first one.
static bool is_between(const ldns_rr *nsec, const ldns_rdf *name) {
    const ldns_rdf *owner = ldns_rr_owner(nsec), *next = next_of(nsec);
    bool after = ldns_dname_compare(owner, name) < 0, before = ldns_dname_compare(name, next) < 0;
    return ldns_dname_compare(owner, next) < 0 ? after && before : after || before;
}

// Below a delegation or a DNAME the zone's order says nothing.
static bool covers(const struct dnssec_denials *nsecs, const ldns_rr *nsec, const ldns_rdf *name) {
    const ldns_rdf *types = types_of(nsec);
    if (!dnssec_name_is_under(name, nsecs->zone) || dnssec_name_equals(ldns_rr_owner(nsec), name) ||
        !is_between(nsec, name))
        return false;
    return !dnssec_name_is_under(name, ldns_rr_owner(nsec)) ||
           !(dnssec_bitmap_is_delegation(types) || dnssec_bitmap_has(types, LDNS_RR_TYPE_DNAME));
}

static const ldns_rr *find_cover(const struct dnssec_denials *nsecs, const ldns_rdf *name) {
    for (size_t i = 0; i < nsecs->count; i++) {
        if (covers(nsecs, nsecs->records[i], name))
            return nsecs->records[i];
    }
    return NULL;
}

// A name without records that has names below it.
static bool shows_empty_name(const ldns_rr *cover, const ldns_rdf *name) {
    return dnssec_name_is_under(next_of(cover), name);
}

// The labels of the nearest ancestor of the name that there is: what covers the name stands beside
// it in the zone's order.
static size_t encloser_labels(const ldns_rr *cover, const ldns_rdf *name) {
    size_t before = dnssec_name_common(ldns_rr_owner(cover), name);
    size_t behind = dnssec_name_common(next_of(cover), name);
    return before > behind ? before : behind;
}

static bool make_wildcard(const ldns_rr *cover, const ldns_rdf *name,
                          struct dnssec_wildcard *ret_wildcard) {
    ldns_rdf encloser = dnssec_name_ancestor(name, encloser_labels(cover, name));
    return dnssec_wildcard_make(&encloser, ret_wildcard);
}

enum dnssec_proof dnssec_nsec_no_name(const struct dnssec_denials *nsecs, const ldns_rdf *name) {
    struct dnssec_wildcard wildcard;
    const ldns_rr *cover = find_cover(nsecs, name);
    if (!cover || shows_empty_name(cover, name))
        return DNSSEC_UNPROVEN;
    bool none = !make_wildcard(cover, name, &wildcard) || find_cover(nsecs, &wildcard.name);
    return none ? DNSSEC_PROVEN : DNSSEC_UNPROVEN;
}

enum dnssec_proof dnssec_nsec_no_data(const struct dnssec_denials *nsecs, const ldns_rdf *name,
                                      uint16_t type, bool *ret_delegation) {
    struct dnssec_wildcard wildcard;
    const ldns_rr *match = find_match(nsecs, name), *cover = find_cover(nsecs, name);
    *ret_delegation = match && dnssec_bitmap_is_delegation(types_of(match));
    if (match)
        return dnssec_bitmap_denies(types_of(match), name, type) ? DNSSEC_PROVEN : DNSSEC_UNPROVEN;
    if (!cover)
        return DNSSEC_UNPROVEN;
    if (shows_empty_name(cover, name))
        return DNSSEC_PROVEN;
    match = make_wildcard(cover, name, &wildcard) ? find_match(nsecs, &wildcard.name) : NULL;
    return match && dnssec_bitmap_denies(types_of(match), name, type) ? DNSSEC_PROVEN
                                                                      : DNSSEC_UNPROVEN;
}

enum dnssec_proof dnssec_nsec_wildcard(const struct dnssec_denials *nsecs, const ldns_rdf *name,
                                       size_t labels) {
    const ldns_rr *cover = find_cover(nsecs, name);
    return cover && encloser_labels(cover, name) == labels ? DNSSEC_PROVEN : DNSSEC_UNPROVEN;
}
