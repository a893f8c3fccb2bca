// SPDX-License-Identifier: GPL-2.0-or-later
// Whether the DNS's answer is what the owner of its zone signed (RFC 4033 to 4035, RFC 5155): from
// the trust anchors down to the zone, by DS and DNSKEY records that are asked for on the way. It
// does no I/O and has no clock: whoever drives it asks what it wants to know, and says what came of
// it.
//
//     validator = dnssec_validator_new(anchors, memory, time)
//     while (dnssec_validator_judge(validator, name, type, &wanted, &verdict) > 0)
//         dnssec_validator_answer(validator, &wanted, reply to a query for it, or why there is
//         none)
//
// Queries, signatures, hashes and aliases are bounded: past that an answer is indeterminate.
#ifndef RESOLVE_DNSSEC_VALIDATOR_H
#define RESOLVE_DNSSEC_VALIDATOR_H

#include <stdint.h>

#include "model/dns.h"
#include "resolve/dnssec_anchors.h"
#include "resolve/dnssec_memory.h"

struct dnssec_validator;

// One that takes the anchors (the caller's, and there as long as it) to be true, at that time
// (seconds since 1970), and what earlier ones put into the memory (NULL: none). NULL when memory is
// out.
struct dnssec_validator *dnssec_validator_new(const struct dnssec_anchors *anchors,
                                              struct dnssec_memory *memory, int64_t now);
void dnssec_validator_free(struct dnssec_validator *validator);

struct dnssec_wanted {
    const char *name; // absolute; the validator's
    uint16_t type;
};

struct dnssec_verdict {
    enum dns_validity validity;
    const char *reason; // in words; the validator's
};

// Judges what the server answered for a name and type. Returns 0 and a verdict; 1 and a query that
// has to be answered before, of which the first is that very name and type; or -ENOMEM.
int dnssec_validator_judge(struct dnssec_validator *validator, const char *name, uint16_t type,
                           struct dnssec_wanted *ret_wanted, struct dnssec_verdict *ret_verdict);

// Takes what came of a query: a message that belongs to it, or NULL and why there is none. Returns
// 0 or -ENOMEM.
int dnssec_validator_answer(struct dnssec_validator *validator, const struct dnssec_wanted *wanted,
                            const uint8_t *message, size_t len, const char *trouble);

#endif
