// SPDX-License-Identifier: GPL-2.0-or-later
// What a validator knows, and what its files do for one another. Only dnssec_validator.c (the way
// in, and the answers to queries), dnssec_chain.c (from the anchors to a zone), dnssec_check.c
// (what a zone's keys say of a message) and dnssec_reply.c (what that makes of a reply) include it.
//
// All of it can stop where an answer is missing that has to be asked for: a function that returns 1
// has put it into validator->wanted, and is called again once it is there. What was found until
// then is kept in the chain.
#ifndef RESOLVE_DNSSEC_VALIDATOR_STATE_H
#define RESOLVE_DNSSEC_VALIDATOR_STATE_H

#include "base/arena.h"
#include "resolve/dnssec_rrset.h"
#include "resolve/dnssec_validator.h"

// The answer to a query.
struct dnssec_evidence {
    struct dnssec_evidence *next;
    ldns_rdf name;
    uint16_t type;
    ldns_pkt *packet;    // NULL: none that says anything
    int64_t until;       // so long it may be kept: seconds since 1970
    const char *trouble; // why there is none
};

// What is known of a zone, or of a part of the tree of names without one of its own.
struct dnssec_zone {
    ldns_rdf name;
    struct dnssec_verdict verdict;
    const ldns_rr_list *keys; // of a secure one: that its records are signed with; its own
    const char *chain;        // the zones from the anchor on, for words
    int64_t until;            // so long it is known: seconds since 1970
};

enum dnssec_step_kind {
    DNSSEC_ANCHOR,  // the zone of an anchor
    DNSSEC_CUT,     // another zone begins there
    DNSSEC_NO_CUT,  // the name belongs to the zone above
    DNSSEC_NO_NAME, // it is not there
};

// A name on the way down.
struct dnssec_step {
    struct dnssec_step *next;
    ldns_rdf name;
    enum dnssec_step_kind kind;
    struct dnssec_zone zone; // DNSSEC_ANCHOR, DNSSEC_CUT
};

struct dnssec_validator {
    struct arena arena;
    const struct dnssec_anchors *anchors;
    struct dnssec_memory *memory; // NULL: none
    struct dnssec_verifier verifier;
    struct dnssec_evidence *evidence;
    struct dnssec_step *steps;
    struct dnssec_wanted wanted;
    uint32_t queries; // asked for so far
};

// dnssec_validator.c

// The answer for a name and type. Returns 0, 1 if it has to be asked for, or -ENOMEM. With too many
// queries it is one without a packet.
int dnssec_evidence_find(struct dnssec_validator *validator, const ldns_rdf *name, uint16_t type,
                         const struct dnssec_evidence **ret_evidence);

// A verdict with words, which go into the validator's arena. Returns 0 or -ENOMEM.
int dnssec_verdict_set(struct dnssec_validator *validator, struct dnssec_verdict *verdict,
                       enum dns_validity validity, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

// dnssec_chain.c

// A copy of a step by itself, its texts in the arena; dnssec_step_done() frees its keys. Returns 0
// or -ENOMEM.
int dnssec_step_copy(struct arena *arena, const struct dnssec_step *step,
                     struct dnssec_step *ret_step);
void dnssec_step_done(const struct dnssec_step *step);

// The zone that the name belongs to, or what is known of it: insecure below a delegation without
// DS. Returns 0, 1 or -ENOMEM.
int dnssec_chain_find(struct dnssec_validator *validator, const ldns_rdf *name,
                      const struct dnssec_zone **ret_zone);

// dnssec_check.c: all of these return 0 and a verdict, or -ENOMEM.

// Whether the zone, a secure one, has signed those records.
int dnssec_check_rrset(struct dnssec_validator *validator, const struct dnssec_zone *zone,
                       const struct dnssec_rrset *rrset, size_t *ret_labels,
                       struct dnssec_verdict *ret_verdict);

enum dnssec_absence {
    DNSSEC_NAME_IS_ABSENT,
    DNSSEC_TYPE_IS_ABSENT,
    DNSSEC_NEARER_NAME_IS_ABSENT, // than the wildcard that gave the name
};

struct dnssec_denied {
    enum dnssec_absence what;
    const ldns_rdf *name;
    uint16_t type; // DNSSEC_TYPE_IS_ABSENT
    size_t labels; // DNSSEC_NEARER_NAME_IS_ABSENT: of what the wildcard is below
};

// Whether the zone proves that in the message. *ret_delegation: a zone without DNSSEC begins at the
// name.
int dnssec_check_denial(struct dnssec_validator *validator, const struct dnssec_zone *zone,
                        const ldns_pkt *packet, const struct dnssec_denied *denied,
                        bool *ret_delegation, struct dnssec_verdict *ret_verdict);

// dnssec_memory.c

// Stores a copy (dnssec_step_copy) of what is known of the name, of an anchor's zone or of a step
// below one. Returns 1, 0 if nothing is, or -ENOMEM. Without a memory nothing is known.
int dnssec_memory_recall(struct dnssec_memory *memory, const ldns_rdf *name, bool anchor,
                         int64_t now, struct arena *arena, struct dnssec_step *ret_step);
// Keeps a copy of the step if it was proven. Returns 0 or -ENOMEM.
int dnssec_memory_keep(struct dnssec_memory *memory, const struct dnssec_step *step, int64_t now);

// dnssec_reply.c

// Judges the reply to a query. Returns 0, 1 or -ENOMEM.
int dnssec_reply_judge(struct dnssec_validator *validator, const struct dnssec_evidence *evidence,
                       struct dnssec_verdict *ret_verdict);

#endif
