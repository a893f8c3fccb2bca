// SPDX-License-Identifier: GPL-2.0-or-later
// The verdict on a reply: on each alias that it follows, then on the records that were asked for,
// or on the proof that they are not there. The worst of them counts.
#include <errno.h>

#include "resolve/dns_name.h"
#include "resolve/dnssec_name.h"
#include "resolve/dnssec_validator_state.h"

#define ALIASES_MAX 16
#define TYPE_AXFR   252
#define TYPE_ANY    255

struct judging {
    struct dnssec_validator *validator;
    const ldns_pkt *packet;
    ldns_rdf name; // that is reached by now
    uint16_t type;
    size_t aliases;
    struct dnssec_verdict *verdict;
};

static bool is_secure(const struct judging *judging) {
    return judging->verdict->validity == DNS_SECURE;
}

static int judge(const struct judging *judging, enum dns_validity validity, const char *words,
                 const ldns_rdf *name, uint16_t type) {
    struct arena *arena = &judging->validator->arena;
    return dnssec_verdict_set(judging->validator, judging->verdict, validity, "%s %s %s",
                              dnssec_name_text(arena, name), dns_type_word(arena, type), words);
}

// Whose keys decide about records of a name: that of whom signed them, or else that of the name,
// which is the one above for a DS.
static int find_zone(const struct judging *judging, const ldns_rdf *signer, const ldns_rdf *name,
                     uint16_t type, const struct dnssec_zone **ret_zone) {
    size_t labels = dnssec_name_labels(name);
    ldns_rdf above = dnssec_name_ancestor(name, labels > 0 ? labels - 1 : 0);
    const ldns_rdf *whose = signer ? signer : type == LDNS_RR_TYPE_DS ? &above : name;
    return dnssec_chain_find(judging->validator, whose, ret_zone);
}

// --- Records -------------------------------------------------------------------------------------

static int prove_wildcard(const struct judging *judging, const struct dnssec_zone *zone,
                          const ldns_rdf *owner, size_t labels) {
    const struct dnssec_denied denied = {
        .what = DNSSEC_NEARER_NAME_IS_ABSENT, .name = owner, .labels = labels};
    bool delegation;
    return dnssec_check_denial(judging->validator, zone, judging->packet, &denied, &delegation,
                               judging->verdict);
}

static int judge_signed(const struct judging *judging, const struct dnssec_zone *zone,
                        const struct dnssec_rrset *rrset, const ldns_rdf *owner) {
    size_t labels = 0;
    int r = dnssec_check_rrset(judging->validator, zone, rrset, &labels, judging->verdict);
    if (r < 0 || !is_secure(judging))
        return r;
    judging->verdict->reason =
        arena_printf(&judging->validator->arena, "signed by the chain of trust %s", zone->chain);
    bool wildcard = labels + ldns_dname_is_wildcard(owner) < dnssec_name_labels(owner);
    const char *reason = judging->verdict->reason;
    r = wildcard ? prove_wildcard(judging, zone, owner, labels) : 0;
    if (r == 0 && is_secure(judging))
        judging->verdict->reason = reason;
    return reason ? r : -ENOMEM;
}

static int judge_rrset(const struct judging *judging, const struct dnssec_rrset *rrset,
                       const ldns_rdf *owner, uint16_t type) {
    const ldns_rdf *signer = dnssec_rrset_signer(rrset);
    const struct dnssec_zone *zone;
    int r = find_zone(judging, signer, owner, type, &zone);
    if (r != 0)
        return r;
    *judging->verdict = zone->verdict;
    if (zone->verdict.validity != DNS_SECURE)
        return 0;
    if (!signer)
        return judge(judging, DNS_BOGUS, "has no signature, though its zone is signed", owner,
                     type);
    if (!dnssec_name_equals(&zone->name, signer))
        return judge(judging, DNS_BOGUS, "is signed by a name that is no zone", owner, type);
    return judge_signed(judging, zone, rrset, owner);
}

// Records of an owner and type in the answer. Returns 0, 1 or -ENOMEM, and whether there are any.
static int judge_records(const struct judging *judging, const ldns_rdf *owner, uint16_t type,
                         bool *ret_found) {
    struct dnssec_rrset rrset;
    int r = dnssec_rrset_take(ldns_pkt_answer(judging->packet), owner, type, &rrset);
    if (r < 0)
        return r;
    *ret_found = ldns_rr_list_rr_count(rrset.records) > 0;
    r = *ret_found ? judge_rrset(judging, &rrset, owner, type) : 0;
    dnssec_rrset_done(&rrset);
    return r;
}

// All that the name has, each type by itself, until one is not secure.
static int judge_all_types(const struct judging *judging, bool *ret_found) {
    const ldns_rr_list *answer = ldns_pkt_answer(judging->packet);
    int r = 0;
    *ret_found = false;
    for (size_t i = 0; i < ldns_rr_list_rr_count(answer) && r == 0; i++) {
        const ldns_rr *rr = ldns_rr_list_rr(answer, i);
        uint16_t type = (uint16_t)ldns_rr_get_type(rr);
        bool found = false;
        if (type == LDNS_RR_TYPE_RRSIG || !dnssec_name_equals(ldns_rr_owner(rr), &judging->name))
            continue;
        r = judge_records(judging, &judging->name, type, &found);
        *ret_found = *ret_found || found;
        if (r == 0 && found && !is_secure(judging))
            break;
    }
    return r;
}

// --- Aliases -------------------------------------------------------------------------------------

static const ldns_rr *find_record(const struct judging *judging, const ldns_rdf *owner,
                                  uint16_t type) {
    const ldns_rr_list *answer = ldns_pkt_answer(judging->packet);
    for (size_t i = 0; i < ldns_rr_list_rr_count(answer); i++) {
        const ldns_rr *rr = ldns_rr_list_rr(answer, i);
        if (ldns_rr_get_type(rr) == type && dnssec_rr_is_whole(rr) &&
            dnssec_name_equals(ldns_rr_owner(rr), owner))
            return rr;
    }
    return NULL;
}

// A DNAME above the name, from which an alias without a signature is made (RFC 6672 2.2).
static const ldns_rr *find_dname(const struct judging *judging) {
    for (size_t labels = dnssec_name_labels(&judging->name); labels-- > 0;) {
        ldns_rdf above = dnssec_name_ancestor(&judging->name, labels);
        const ldns_rr *dname = find_record(judging, &above, LDNS_RR_TYPE_DNAME);
        if (dname)
            return dname;
    }
    return NULL;
}

// True if the alias leads where the DNAME says: what stands before it is kept.
static bool follows(const struct judging *judging, const ldns_rr *dname, const ldns_rdf *target) {
    const ldns_rdf *below = ldns_rr_owner(dname), *to = ldns_rr_rdf(dname, 0);
    size_t kept = ldns_rdf_size(&judging->name) - ldns_rdf_size(below);
    if (ldns_rdf_size(target) != kept + ldns_rdf_size(to) || !dnssec_name_is_under(target, to))
        return false;
    ldns_rdf head = judging->name;
    const uint8_t *a = ldns_rdf_data(&head), *b = ldns_rdf_data(target);
    for (size_t i = 0; i < kept; i++) {
        if (LDNS_DNAME_NORMALIZE((int)a[i]) != LDNS_DNAME_NORMALIZE((int)b[i]))
            return false;
    }
    return true;
}

static int judge_alias(const struct judging *judging, const ldns_rdf *target) {
    const ldns_rr *dname = find_dname(judging);
    bool found;
    if (!dname)
        return judge_records(judging, &judging->name, LDNS_RR_TYPE_CNAME, &found);
    int r = judge_records(judging, ldns_rr_owner(dname), LDNS_RR_TYPE_DNAME, &found);
    return r == 0 && is_secure(judging) && !follows(judging, dname, target)
               ? judge(judging, DNS_BOGUS, "does not lead where the DNAME above it says",
                       &judging->name, LDNS_RR_TYPE_CNAME)
               : r;
}

// --- What is not there ---------------------------------------------------------------------------

// Who signed what the message proves absence with: a zone at or above the name, for a DS above it.
static const ldns_rdf *find_denier(const struct judging *judging) {
    const ldns_rr_list *authority = ldns_pkt_authority(judging->packet);
    for (size_t i = 0; i < ldns_rr_list_rr_count(authority); i++) {
        const ldns_rr *rr = ldns_rr_list_rr(authority, i);
        if (ldns_rr_get_type(rr) != LDNS_RR_TYPE_RRSIG || !dnssec_rr_is_whole(rr))
            continue;
        uint16_t covered = ldns_rdf2native_int16(ldns_rr_rrsig_typecovered(rr));
        const ldns_rdf *signer = ldns_rr_rrsig_signame(rr);
        bool proves = covered == LDNS_RR_TYPE_NSEC || covered == LDNS_RR_TYPE_NSEC3;
        bool below = judging->type == LDNS_RR_TYPE_DS && dnssec_name_labels(signer) > 0 &&
                     dnssec_name_equals(&judging->name, signer);
        if (proves && !below && dnssec_name_is_under(&judging->name, signer))
            return signer;
    }
    return NULL;
}

// A server of the alias's zone alone says nothing of where it leads: neither records nor a proof.
static bool ends_with_alias(const struct judging *judging) {
    return judging->aliases > 0 && ldns_pkt_get_rcode(judging->packet) == LDNS_RCODE_NOERROR &&
           ldns_rr_list_rr_count(ldns_pkt_authority(judging->packet)) == 0;
}

static int judge_absence(const struct judging *judging) {
    bool no_name = ldns_pkt_get_rcode(judging->packet) == LDNS_RCODE_NXDOMAIN, delegation;
    const struct dnssec_denied denied = {.what = no_name ? DNSSEC_NAME_IS_ABSENT
                                                         : DNSSEC_TYPE_IS_ABSENT,
                                         .name = &judging->name,
                                         .type = judging->type};
    const ldns_rdf *denier = find_denier(judging);
    const struct dnssec_zone *zone;
    int r = find_zone(judging, denier, &judging->name, judging->type, &zone);
    if (r != 0)
        return r;
    *judging->verdict = zone->verdict;
    if (zone->verdict.validity != DNS_SECURE)
        return 0;
    r = dnssec_check_denial(judging->validator, zone, judging->packet, &denied, &delegation,
                            judging->verdict);
    if (r < 0 || !is_secure(judging))
        return r;
    judging->verdict->reason =
        arena_printf(&judging->validator->arena, "denied by the chain of trust %s", zone->chain);
    return judging->verdict->reason ? 0 : -ENOMEM;
}

// --- The whole -----------------------------------------------------------------------------------

static int judge_end(const struct judging *judging, bool *ret_found) {
    return judging->type == TYPE_ANY
               ? judge_all_types(judging, ret_found)
               : judge_records(judging, &judging->name, judging->type, ret_found);
}

static int judge_name(struct judging *judging) {
    for (; judging->aliases <= ALIASES_MAX; judging->aliases++) {
        bool found;
        int r = judge_end(judging, &found);
        if (r != 0 || found)
            return r;
        const ldns_rr *alias = find_record(judging, &judging->name, LDNS_RR_TYPE_CNAME);
        if (!alias && ends_with_alias(judging))
            return judge(judging, DNS_INDETERMINATE,
                         "is where a signed alias leads, of which the reply says nothing",
                         &judging->name, judging->type);
        if (!alias)
            return judge_absence(judging);
        r = judge_alias(judging, ldns_rr_rdf(alias, 0));
        if (r != 0 || !is_secure(judging))
            return r;
        judging->name = *ldns_rr_rdf(alias, 0);
    }
    return judge(judging, DNS_INDETERMINATE, "is behind more aliases than netscope follows",
                 &judging->name, judging->type);
}

int dnssec_reply_judge(struct dnssec_validator *validator, const struct dnssec_evidence *evidence,
                       struct dnssec_verdict *ret_verdict) {
    struct judging judging = {.validator = validator,
                              .packet = evidence->packet,
                              .name = evidence->name,
                              .type = evidence->type,
                              .verdict = ret_verdict};
    if (!evidence->packet) {
        *ret_verdict = (struct dnssec_verdict){DNS_INDETERMINATE, evidence->trouble};
        return 0;
    }
    if (evidence->type == TYPE_AXFR || evidence->type == LDNS_RR_TYPE_RRSIG) {
        *ret_verdict = (struct dnssec_verdict){
            DNS_INDETERMINATE, "neither zone transfers nor signatures themselves are signed"};
        return 0;
    }
    return judge_name(&judging);
}
