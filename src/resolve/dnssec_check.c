// SPDX-License-Identifier: GPL-2.0-or-later
// What a secure zone's keys say of a message: which of its records the zone has signed, and what it
// proves not to be there.
#include <errno.h>

#include "resolve/dns_name.h"
#include "resolve/dnssec_denial.h"
#include "resolve/dnssec_name.h"
#include "resolve/dnssec_validator_state.h"

int dnssec_check_rrset(struct dnssec_validator *validator, const struct dnssec_zone *zone,
                       const struct dnssec_rrset *rrset, size_t *ret_labels,
                       struct dnssec_verdict *ret_verdict) {
    const char *reason;
    int r = dnssec_rrset_verify(rrset, &zone->name, zone->keys, &validator->verifier, ret_labels,
                                &reason);
    switch (r) {
    case 0:
        *ret_verdict = (struct dnssec_verdict){DNS_SECURE, NULL};
        return 0;
    case -EBADMSG:
        *ret_verdict = (struct dnssec_verdict){DNS_BOGUS, reason};
        return 0;
    case -EDQUOT:
        *ret_verdict =
            (struct dnssec_verdict){DNS_INDETERMINATE, "more signatures than netscope works out"};
        return 0;
    default:
        return r;
    }
}

// --- Denials -------------------------------------------------------------------------------------

// The zone's records of that type that are signed, as they stand in its order: none that a wildcard
// gave. *ret_verdict: of the first one that is not, if there is one.
static int collect(struct dnssec_validator *validator, const struct dnssec_zone *zone,
                   const ldns_pkt *packet, uint16_t type, struct dnssec_denials *ret_denials,
                   struct dnssec_verdict *ret_verdict) {
    const ldns_rr_list *section = ldns_pkt_authority(packet);
    int r = 0;
    ret_denials->zone = &zone->name;
    ret_denials->count = 0;
    for (size_t i = 0; i < ldns_rr_list_rr_count(section) && r == 0; i++) {
        const ldns_rr *rr = ldns_rr_list_rr(section, i);
        struct dnssec_verdict verdict;
        struct dnssec_rrset rrset;
        size_t labels;
        if (ldns_rr_get_type(rr) != type || !dnssec_rr_is_whole(rr) ||
            ret_denials->count == DNSSEC_DENIALS_MAX)
            continue;
        r = dnssec_rrset_take(section, ldns_rr_owner(rr), type, &rrset);
        if (r < 0)
            return r;
        r = dnssec_check_rrset(validator, zone, &rrset, &labels, &verdict);
        dnssec_rrset_done(&rrset);
        bool wildcard = ldns_dname_is_wildcard(ldns_rr_owner(rr));
        if (r == 0 && verdict.validity == DNS_SECURE &&
            labels + wildcard == dnssec_name_labels(ldns_rr_owner(rr)))
            ret_denials->records[ret_denials->count++] = rr;
        else if (r == 0 && !ret_verdict->reason)
            *ret_verdict = verdict;
    }
    return r;
}

static enum dnssec_proof prove(const struct dnssec_denials *denials, bool hashed,
                               const struct dnssec_denied *denied, bool *ret_delegation) {
    switch (denied->what) {
    case DNSSEC_NAME_IS_ABSENT:
        return hashed ? dnssec_nsec3_no_name(denials, denied->name)
                      : dnssec_nsec_no_name(denials, denied->name);
    case DNSSEC_TYPE_IS_ABSENT:
        return hashed ? dnssec_nsec3_no_data(denials, denied->name, denied->type, ret_delegation)
                      : dnssec_nsec_no_data(denials, denied->name, denied->type, ret_delegation);
    case DNSSEC_NEARER_NAME_IS_ABSENT:
        return hashed ? dnssec_nsec3_wildcard(denials, denied->name, denied->labels)
                      : dnssec_nsec_wildcard(denials, denied->name, denied->labels);
    }
    return DNSSEC_UNPROVEN;
}

// "that web.example. has no AAAA"
static const char *claim_of(struct arena *arena, const struct dnssec_denied *denied) {
    const char *name = dnssec_name_text(arena, denied->name);
    switch (denied->what) {
    case DNSSEC_NAME_IS_ABSENT:
        return arena_printf(arena, "that there is no %s", name);
    case DNSSEC_TYPE_IS_ABSENT:
        return arena_printf(arena, "that %s has no %s", name, dns_type_word(arena, denied->type));
    case DNSSEC_NEARER_NAME_IS_ABSENT:
        return arena_printf(arena, "that a wildcard gives %s", name);
    }
    return NULL;
}

static int judge_proof(struct dnssec_validator *validator, const struct dnssec_zone *zone,
                       enum dnssec_proof proof, const struct dnssec_denied *denied,
                       const struct dnssec_verdict *of_records,
                       struct dnssec_verdict *ret_verdict) {
    struct arena *arena = &validator->arena;
    const char *name = dnssec_name_text(arena, &zone->name);
    switch (proof) {
    case DNSSEC_PROVEN:
        *ret_verdict = (struct dnssec_verdict){DNS_SECURE, NULL};
        return 0;
    case DNSSEC_OPT_OUT:
        return dnssec_verdict_set(validator, ret_verdict, DNS_INSECURE,
                                  "%s proves %s but for zones without DNSSEC (opt-out)", name,
                                  claim_of(arena, denied));
    case DNSSEC_ITERATIONS:
        return dnssec_verdict_set(validator, ret_verdict, DNS_INSECURE,
                                  "%s hashes names more often than is to be followed (RFC 9276)",
                                  name);
    case DNSSEC_UNPROVEN:
        if (of_records->reason) {
            *ret_verdict = *of_records;
            return 0;
        }
        return dnssec_verdict_set(validator, ret_verdict, DNS_BOGUS, "%s does not prove %s", name,
                                  claim_of(arena, denied));
    }
    return 0;
}

int dnssec_check_denial(struct dnssec_validator *validator, const struct dnssec_zone *zone,
                        const ldns_pkt *packet, const struct dnssec_denied *denied,
                        bool *ret_delegation, struct dnssec_verdict *ret_verdict) {
    static const uint16_t types[] = {LDNS_RR_TYPE_NSEC, LDNS_RR_TYPE_NSEC3};
    struct dnssec_verdict of_records = {0};
    enum dnssec_proof proof = DNSSEC_UNPROVEN;
    *ret_delegation = false;
    for (size_t hashed = 0; hashed < 2 && proof == DNSSEC_UNPROVEN; hashed++) {
        struct dnssec_denials denials;
        int r = collect(validator, zone, packet, types[hashed], &denials, &of_records);
        if (r < 0)
            return r;
        proof = prove(&denials, hashed, denied, ret_delegation);
    }
    return judge_proof(validator, zone, proof, denied, &of_records, ret_verdict);
}
