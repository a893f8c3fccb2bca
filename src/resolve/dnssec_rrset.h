// SPDX-License-Identifier: GPL-2.0-or-later
// Records of one owner and type, the signatures that stand with them, and whether one of these is
// good (RFC 4035 5.3).
#ifndef RESOLVE_DNSSEC_RRSET_H
#define RESOLVE_DNSSEC_RRSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ldns/ldns.h>

#include "base/arena.h"

// The algorithms of keys and digests that a validator is to take (RFC 8624) and ldns has.
bool dnssec_algorithm_known(uint8_t algorithm);
bool dnssec_digest_known(uint8_t digest);

// False for a record of DNSSEC whose data ends before its fields do, which ldns reads as it is.
bool dnssec_rr_is_whole(const ldns_rr *rr);

// What a key can sign a zone with (RFC 4034 2.1.1, RFC 5011 7: not one that was revoked).
bool dnssec_key_is_usable(const ldns_rr *key);

// Lists of records that belong to others.
struct dnssec_rrset {
    ldns_rr_list *records, *signatures;
};

// Takes them out of a section of a message. Returns 0, also when there are none, or -ENOMEM;
// dnssec_rrset_done() frees the lists.
int dnssec_rrset_take(const ldns_rr_list *section, const ldns_rdf *owner, uint16_t type,
                      struct dnssec_rrset *ret_rrset);
void dnssec_rrset_done(struct dnssec_rrset *rrset);

// Who signed it: of several zones the lowest. NULL: nobody.
const ldns_rdf *dnssec_rrset_signer(const struct dnssec_rrset *rrset);

struct dnssec_verifier {
    struct arena *arena; // for words
    int64_t now;         // seconds since 1970
    uint32_t left;       // how many signatures may still be worked out
};

// Looks for a signature that one of the zone's keys made. Returns 0 and how many labels its owner
// had (fewer than it has now: a wildcard gave the name), -EBADMSG (why, in words), -EDQUOT when
// verifier->left has been used up, or -ENOMEM.
int dnssec_rrset_verify(const struct dnssec_rrset *rrset, const ldns_rdf *zone,
                        const ldns_rr_list *keys, struct dnssec_verifier *verifier,
                        size_t *ret_labels, const char **ret_reason);

#endif
