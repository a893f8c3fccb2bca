// SPDX-License-Identifier: GPL-2.0-or-later
#include "resolve/dnssec_denial.h"

#include <string.h>

#include "resolve/dnssec_name.h"

#define HASH_SIZE      20 // SHA-1: there is no other one (RFC 5155 11)
#define HASH_TEXT      32 // of that in base32hex
#define ITERATIONS_MAX 150
#define FLAG_OPT_OUT   1

// The records whose hashes can be compared: all have the parameters of the first one.
struct hashes {
    struct hashed {
        const ldns_rr *rr;
        uint8_t owner[HASH_SIZE], next[HASH_SIZE];
    } items[DNSSEC_DENIALS_MAX];
    size_t count;
    const ldns_rdf *zone;
    bool too_many_iterations;
};

// The hash that a name begins with.
static bool read_hash(const ldns_rdf *name, uint8_t ret_hash[HASH_SIZE]) {
    const uint8_t *bytes = ldns_rdf_data(name);
    uint8_t hash[HASH_SIZE + 4];
    if (bytes[0] != HASH_TEXT || ldns_b32_pton_extended_hex((const char *)bytes + 1, HASH_TEXT,
                                                            hash, sizeof(hash)) != HASH_SIZE)
        return false;
    memcpy(ret_hash, hash, HASH_SIZE);
    return true;
}

// Hash, flags, iterations, salt, next owner; a record that has nothing has no types behind them.
static bool take_record(const struct hashes *hashes, const ldns_rr *rr, struct hashed *ret) {
    const ldns_rdf *next = ldns_nsec3_next_owner(rr);
    ldns_rdf above =
        dnssec_name_ancestor(ldns_rr_owner(rr), dnssec_name_labels(ldns_rr_owner(rr)) - 1);
    if (ldns_nsec3_algorithm(rr) != LDNS_SHA1 || ldns_nsec3_flags(rr) & ~FLAG_OPT_OUT ||
        !dnssec_name_equals(&above, hashes->zone) || ldns_rdf_size(next) != 1 + HASH_SIZE ||
        ldns_rdf_data(next)[0] != HASH_SIZE || !read_hash(ldns_rr_owner(rr), ret->owner))
        return false;
    ret->rr = rr;
    memcpy(ret->next, ldns_rdf_data(next) + 1, HASH_SIZE);
    return true;
}

static bool same_parameters(const ldns_rr *a, const ldns_rr *b) {
    return ldns_nsec3_iterations(a) == ldns_nsec3_iterations(b) &&
           ldns_rdf_compare(ldns_rr_rdf(a, 3), ldns_rr_rdf(b, 3)) == 0;
}

static void take_records(const struct dnssec_denials *nsec3s, struct hashes *ret) {
    ret->zone = nsec3s->zone;
    ret->count = 0;
    for (size_t i = 0; i < nsec3s->count; i++) {
        bool taken = take_record(ret, nsec3s->records[i], &ret->items[ret->count]);
        ret->count += taken && same_parameters(ret->items[0].rr, nsec3s->records[i]);
    }
    ret->too_many_iterations =
        ret->count > 0 && ldns_nsec3_iterations(ret->items[0].rr) > ITERATIONS_MAX;
}

static bool hash_name(const struct hashes *hashes, const ldns_rdf *name, uint8_t hash[HASH_SIZE]) {
    if (hashes->count == 0)
        return false;
    ldns_rdf *hashed = ldns_nsec3_hash_name_frm_nsec3(hashes->items[0].rr, name);
    bool good = hashed && read_hash(hashed, hash);
    ldns_rdf_deep_free(hashed);
    return good;
}

static const ldns_rr *find_match(const struct hashes *hashes, const ldns_rdf *name) {
    uint8_t hash[HASH_SIZE];
    if (!hash_name(hashes, name, hash))
        return NULL;
    for (size_t i = 0; i < hashes->count; i++) {
        if (memcmp(hashes->items[i].owner, hash, HASH_SIZE) == 0)
            return hashes->items[i].rr;
    }
    return NULL;
}

static bool is_between(const struct hashed *item, const uint8_t hash[HASH_SIZE]) {
    bool after = memcmp(item->owner, hash, HASH_SIZE) < 0;
    bool before = memcmp(hash, item->next, HASH_SIZE) < 0;
    return memcmp(item->owner, item->next, HASH_SIZE) < 0 ? after && before
           : memcmp(item->owner, hash, HASH_SIZE) == 0    ? false
                                                          : after || before;
}

static const ldns_rr *find_cover(const struct hashes *hashes, const ldns_rdf *name) {
    uint8_t hash[HASH_SIZE];
    if (!hash_name(hashes, name, hash))
        return NULL;
    for (size_t i = 0; i < hashes->count; i++) {
        if (is_between(&hashes->items[i], hash))
            return hashes->items[i].rr;
    }
    return NULL;
}

// The nearest ancestor of the name that there is, and what covers the name right below it.
struct encloser {
    size_t labels;
    const ldns_rr *cover;
};

// RFC 5155 8.3. Below a delegation or a DNAME there is nothing that the zone could tell of.
static bool find_encloser(const struct hashes *hashes, const ldns_rdf *name,
                          struct encloser *ret_encloser) {
    for (size_t labels = dnssec_name_labels(name); labels-- > dnssec_name_labels(hashes->zone);) {
        ldns_rdf ancestor = dnssec_name_ancestor(name, labels);
        const ldns_rr *match = find_match(hashes, &ancestor);
        if (!match)
            continue;
        ldns_rdf below = dnssec_name_ancestor(name, labels + 1);
        const ldns_rdf *types = ldns_nsec3_bitmap(match);
        *ret_encloser = (struct encloser){labels, find_cover(hashes, &below)};
        return ret_encloser->cover && !dnssec_bitmap_is_delegation(types) &&
               !dnssec_bitmap_has(types, LDNS_RR_TYPE_DNAME);
    }
    return false;
}

// As far as a covering record goes: one that opts out can have a delegation there.
static enum dnssec_proof proof_of(const ldns_rr *cover) {
    return ldns_nsec3_optout(cover) ? DNSSEC_OPT_OUT : DNSSEC_PROVEN;
}

static bool make_wildcard(const ldns_rdf *name, size_t labels, struct dnssec_wildcard *ret) {
    ldns_rdf encloser = dnssec_name_ancestor(name, labels);
    return dnssec_wildcard_make(&encloser, ret);
}

enum dnssec_proof dnssec_nsec3_no_name(const struct dnssec_denials *nsec3s, const ldns_rdf *name) {
    struct hashes hashes;
    struct encloser encloser;
    struct dnssec_wildcard wildcard;
    take_records(nsec3s, &hashes);
    if (hashes.too_many_iterations)
        return DNSSEC_ITERATIONS;
    if (find_match(&hashes, name) || !find_encloser(&hashes, name, &encloser))
        return DNSSEC_UNPROVEN;
    bool none =
        !make_wildcard(name, encloser.labels, &wildcard) || find_cover(&hashes, &wildcard.name);
    return none ? proof_of(encloser.cover) : DNSSEC_UNPROVEN;
}

// Without a record of the name itself: a wildcard's, or none at all where the zone opts out.
static enum dnssec_proof no_data_nearby(const struct hashes *hashes, const ldns_rdf *name,
                                        uint16_t type) {
    struct encloser encloser;
    struct dnssec_wildcard wildcard;
    if (!find_encloser(hashes, name, &encloser))
        return DNSSEC_UNPROVEN;
    const ldns_rr *match =
        make_wildcard(name, encloser.labels, &wildcard) ? find_match(hashes, &wildcard.name) : NULL;
    if (match && dnssec_bitmap_denies(ldns_nsec3_bitmap(match), name, type))
        return proof_of(encloser.cover);
    return !match && ldns_nsec3_optout(encloser.cover) ? DNSSEC_OPT_OUT : DNSSEC_UNPROVEN;
}

enum dnssec_proof dnssec_nsec3_no_data(const struct dnssec_denials *nsec3s, const ldns_rdf *name,
                                       uint16_t type, bool *ret_delegation) {
    struct hashes hashes;
    take_records(nsec3s, &hashes);
    *ret_delegation = false;
    if (hashes.too_many_iterations)
        return DNSSEC_ITERATIONS;
    const ldns_rr *match = find_match(&hashes, name);
    if (!match)
        return no_data_nearby(&hashes, name, type);
    const ldns_rdf *types = ldns_nsec3_bitmap(match);
    *ret_delegation = dnssec_bitmap_is_delegation(types);
    return dnssec_bitmap_denies(types, name, type) ? DNSSEC_PROVEN : DNSSEC_UNPROVEN;
}

enum dnssec_proof dnssec_nsec3_wildcard(const struct dnssec_denials *nsec3s, const ldns_rdf *name,
                                        size_t labels) {
    struct hashes hashes;
    take_records(nsec3s, &hashes);
    if (hashes.too_many_iterations)
        return DNSSEC_ITERATIONS;
    if (labels >= dnssec_name_labels(name))
        return DNSSEC_UNPROVEN;
    ldns_rdf below = dnssec_name_ancestor(name, labels + 1);
    const ldns_rr *cover = find_cover(&hashes, &below);
    return cover ? proof_of(cover) : DNSSEC_UNPROVEN;
}
