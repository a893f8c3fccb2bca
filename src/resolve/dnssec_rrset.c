// SPDX-License-Identifier: GPL-2.0-or-later
#include "resolve/dnssec_rrset.h"

#include <errno.h>
#include <time.h>

#include "resolve/dns_name.h"
#include "resolve/dnssec_name.h"

#define SIGNATURES_MAX 8 // of one RRset; KeyTrap (CVE-2023-50387) is many of them times many keys
#define SAME_TAG_MAX   4 // keys that have the same tag by chance

#define KEY_ZONE    0x0100
#define KEY_REVOKED 0x0080
#define KEY_DNSSEC  3 // the protocol

bool dnssec_algorithm_known(uint8_t algorithm) {
    switch (algorithm) {
    case LDNS_RSASHA1:
    case LDNS_RSASHA1_NSEC3:
    case LDNS_RSASHA256:
    case LDNS_RSASHA512:
    case LDNS_ECDSAP256SHA256:
    case LDNS_ECDSAP384SHA384:
    case LDNS_ED25519:
    case LDNS_ED448:
        return true;
    }
    return false;
}

bool dnssec_digest_known(uint8_t digest) {
    return digest == LDNS_SHA1 || digest == LDNS_SHA256 || digest == LDNS_SHA384;
}

bool dnssec_rr_is_whole(const ldns_rr *rr) {
    size_t fields = ldns_rr_rd_count(rr);
    switch (ldns_rr_get_type(rr)) {
    case LDNS_RR_TYPE_RRSIG:
        return fields == 9;
    case LDNS_RR_TYPE_DNSKEY:
    case LDNS_RR_TYPE_DS:
        return fields == 4;
    case LDNS_RR_TYPE_NSEC:
        return fields == 2;
    case LDNS_RR_TYPE_NSEC3:
        return fields == 5 || fields == 6; // the list of types can be empty
    case LDNS_RR_TYPE_CNAME:
    case LDNS_RR_TYPE_DNAME:
        return fields == 1;
    default:
        return true;
    }
}

bool dnssec_key_is_usable(const ldns_rr *key) {
    uint16_t flags = ldns_rdf2native_int16(ldns_rr_dnskey_flags(key));
    return (flags & (KEY_ZONE | KEY_REVOKED)) == KEY_ZONE &&
           ldns_rdf2native_int8(ldns_rr_dnskey_protocol(key)) == KEY_DNSSEC;
}

// --- Taking --------------------------------------------------------------------------------------

// A signature of names at or above its own; that of a DS is by the zone above.
static bool can_sign(const ldns_rr *signature, const ldns_rdf *owner, uint16_t type) {
    const ldns_rdf *signer = ldns_rr_rrsig_signame(signature);
    return ldns_rdf2native_int16(ldns_rr_rrsig_typecovered(signature)) == type &&
           dnssec_name_is_under(owner, signer) &&
           !(type == LDNS_RR_TYPE_DS && dnssec_name_equals(owner, signer));
}

int dnssec_rrset_take(const ldns_rr_list *section, const ldns_rdf *owner, uint16_t type,
                      struct dnssec_rrset *ret_rrset) {
    struct dnssec_rrset rrset = {ldns_rr_list_new(), ldns_rr_list_new()};
    bool good = rrset.records && rrset.signatures;
    for (size_t i = 0; good && i < ldns_rr_list_rr_count(section); i++) {
        ldns_rr *rr = ldns_rr_list_rr(section, i);
        uint16_t other = (uint16_t)ldns_rr_get_type(rr);
        if (!dnssec_rr_is_whole(rr) || !dnssec_name_equals(ldns_rr_owner(rr), owner))
            continue;
        if (other == type)
            good = ldns_rr_list_push_rr(rrset.records, rr);
        else if (other == LDNS_RR_TYPE_RRSIG && can_sign(rr, owner, type) &&
                 ldns_rr_list_rr_count(rrset.signatures) < SIGNATURES_MAX)
            good = ldns_rr_list_push_rr(rrset.signatures, rr);
    }
    if (!good) {
        dnssec_rrset_done(&rrset);
        return -ENOMEM;
    }
    *ret_rrset = rrset;
    return 0;
}

void dnssec_rrset_done(struct dnssec_rrset *rrset) {
    ldns_rr_list_free(rrset->records);
    ldns_rr_list_free(rrset->signatures);
    *rrset = (struct dnssec_rrset){0};
}

const ldns_rdf *dnssec_rrset_signer(const struct dnssec_rrset *rrset) {
    const ldns_rdf *nearest = NULL;
    for (size_t i = 0; i < ldns_rr_list_rr_count(rrset->signatures); i++) {
        const ldns_rdf *signer = ldns_rr_rrsig_signame(ldns_rr_list_rr(rrset->signatures, i));
        if (!nearest || dnssec_name_labels(signer) > dnssec_name_labels(nearest))
            nearest = signer;
    }
    return nearest;
}

// --- Verifying -----------------------------------------------------------------------------------

struct verifying {
    const struct dnssec_rrset *rrset;
    const ldns_rr_list *keys;
    struct dnssec_verifier *verifier;
    const char *subject;
    const char *reason;      // of the first signature that is not good
    const char *unknown_key; // of the first by a key that is not among these
};

static const char *time_text(struct arena *arena, int64_t seconds) {
    char text[32] = "";
    struct tm broken;
    time_t time = (time_t)seconds;
    if (gmtime_r(&time, &broken))
        strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &broken);
    return arena_strdup(arena, text);
}

static void keep_reason(struct verifying *verifying, const char *reason) {
    if (!verifying->reason)
        verifying->reason = reason;
}

// Times of signatures are 32 bits that go round: those nearest to now are meant (RFC 4034 3.1.5).
static int64_t whole_time(const ldns_rdf *time, int64_t now) {
    return now + (int32_t)(ldns_rdf2native_int32(time) - (uint32_t)now);
}

static bool is_in_time(struct verifying *verifying, const ldns_rr *signature) {
    struct arena *arena = verifying->verifier->arena;
    int64_t now = verifying->verifier->now;
    int64_t begin = whole_time(ldns_rr_rrsig_inception(signature), now);
    int64_t end = whole_time(ldns_rr_rrsig_expiration(signature), now);
    if (now > end)
        keep_reason(verifying, arena_printf(arena, "the signature of %s expired at %s",
                                            verifying->subject, time_text(arena, end)));
    else if (now < begin)
        keep_reason(verifying, arena_printf(arena, "the signature of %s is not valid before %s",
                                            verifying->subject, time_text(arena, begin)));
    return begin <= now && now <= end;
}

static bool could_have_made(const ldns_rr *key, const ldns_rr *signature) {
    return ldns_rdf2native_int8(ldns_rr_dnskey_algorithm(key)) ==
               ldns_rdf2native_int8(ldns_rr_rrsig_algorithm(signature)) &&
           ldns_calc_keytag(key) == ldns_rdf2native_int16(ldns_rr_rrsig_keytag(signature));
}

// The keys that could have. Each costs one of what may still be worked out.
static int select_keys(struct verifying *verifying, const ldns_rr *signature,
                       ldns_rr_list *ret_keys) {
    for (size_t i = 0; i < ldns_rr_list_rr_count(verifying->keys) &&
                       ldns_rr_list_rr_count(ret_keys) < SAME_TAG_MAX;
         i++) {
        ldns_rr *key = ldns_rr_list_rr(verifying->keys, i);
        if (!could_have_made(key, signature))
            continue;
        if (verifying->verifier->left == 0)
            return -EDQUOT;
        verifying->verifier->left--;
        if (!ldns_rr_list_push_rr(ret_keys, key))
            return -ENOMEM;
    }
    return 0;
}

// The time was looked at before: ldns takes those past 2038 for times before 1970.
static int try_keys(struct verifying *verifying, const ldns_rr *signature) {
    struct arena *arena = verifying->verifier->arena;
    unsigned tag = ldns_rdf2native_int16(ldns_rr_rrsig_keytag(signature));
    ldns_rr_list *keys = ldns_rr_list_new();
    int r = keys ? select_keys(verifying, signature, keys) : -ENOMEM;
    if (r == 0 && ldns_rr_list_rr_count(keys) == 0) {
        if (!verifying->unknown_key)
            verifying->unknown_key = arena_printf(arena, "the key %u that signed %s is not there",
                                                  tag, verifying->subject);
    } else if (r == 0) {
        ldns_status status =
            ldns_verify_rrsig_keylist_notime(verifying->rrset->records, signature, keys, NULL);
        r = status == LDNS_STATUS_OK ? 1 : status == LDNS_STATUS_MEM_ERR ? -ENOMEM : 0;
        if (r == 0)
            keep_reason(verifying, arena_printf(arena, "the signature of %s by key %u is wrong",
                                                verifying->subject, tag));
    }
    ldns_rr_list_free(keys);
    return r;
}

// Returns 1 if it is good, 0, -EDQUOT or -ENOMEM.
static int try_signature(struct verifying *verifying, const ldns_rr *signature,
                         const ldns_rdf *zone) {
    const ldns_rdf *owner = ldns_rr_owner(signature);
    if (!dnssec_name_equals(ldns_rr_rrsig_signame(signature), zone) ||
        ldns_rdf2native_int8(ldns_rr_rrsig_labels(signature)) > dnssec_name_labels(owner))
        return 0;
    if (!dnssec_algorithm_known(ldns_rdf2native_int8(ldns_rr_rrsig_algorithm(signature)))) {
        keep_reason(verifying,
                    arena_printf(verifying->verifier->arena,
                                 "the signature of %s is of an unknown algorithm, %u",
                                 verifying->subject,
                                 ldns_rdf2native_int8(ldns_rr_rrsig_algorithm(signature))));
        return 0;
    }
    return is_in_time(verifying, signature) ? try_keys(verifying, signature) : 0;
}

// "web.example. A", for words.
static const char *subject_of(struct arena *arena, const ldns_rr *rr) {
    const char *name = dnssec_name_text(arena, ldns_rr_owner(rr));
    const char *type = dns_type_word(arena, (uint16_t)ldns_rr_get_type(rr));
    return name && type ? arena_printf(arena, "%s %s", name, type) : NULL;
}

int dnssec_rrset_verify(const struct dnssec_rrset *rrset, const ldns_rdf *zone,
                        const ldns_rr_list *keys, struct dnssec_verifier *verifier,
                        size_t *ret_labels, const char **ret_reason) {
    struct verifying verifying = {
        .rrset = rrset,
        .keys = keys,
        .verifier = verifier,
        .subject = subject_of(verifier->arena, ldns_rr_list_rr(rrset->records, 0))};
    if (!verifying.subject)
        return -ENOMEM;
    for (size_t i = 0; i < ldns_rr_list_rr_count(rrset->signatures); i++) {
        const ldns_rr *signature = ldns_rr_list_rr(rrset->signatures, i);
        int r = try_signature(&verifying, signature, zone);
        if (r > 0)
            *ret_labels = ldns_rdf2native_int8(ldns_rr_rrsig_labels(signature));
        if (r != 0)
            return r > 0 ? 0 : r;
    }
    if (!verifying.reason)
        verifying.reason = verifying.unknown_key;
    if (!verifying.reason)
        verifying.reason = arena_printf(verifier->arena, "%s has no signature", verifying.subject);
    if (!verifying.reason)
        return -ENOMEM;
    *ret_reason = verifying.reason;
    return -EBADMSG;
}
