// SPDX-License-Identifier: GPL-2.0-or-later
// The chain of trust: from an anchor's zone down, label by label. At each name the zone above says
// by a signed DS that another one begins there and with which key, or proves that none does, or
// that one does which has no DNSSEC.
#include "resolve/dnssec_validator_state.h"

#include <errno.h>

#include "resolve/dnssec_name.h"

#define DIGEST_SHA1 1

// --- A zone's keys -------------------------------------------------------------------------------

static uint8_t algorithm_of(const ldns_rr *ds) {
    return ldns_rdf2native_int8(ldns_rr_rdf(ds, 1));
}

static uint8_t digest_of(const ldns_rr *ds) {
    return ldns_rdf2native_int8(ldns_rr_rdf(ds, 2));
}

static bool is_known(const ldns_rr *ds) {
    return dnssec_algorithm_known(algorithm_of(ds)) && dnssec_digest_known(digest_of(ds));
}

// Where a stronger digest stands with it, SHA-1 does not count (RFC 4509 3).
static bool has_stronger(const ldns_rr_list *list, const ldns_rr *ds) {
    for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
        const ldns_rr *other = ldns_rr_list_rr(list, i);
        if (is_known(other) && digest_of(ds) == DIGEST_SHA1 && digest_of(other) != DIGEST_SHA1)
            return true;
    }
    return false;
}

static bool is_key_of(const ldns_rr *key, const ldns_rr *ds) {
    if (ldns_rdf2native_int8(ldns_rr_dnskey_algorithm(key)) != algorithm_of(ds) ||
        ldns_calc_keytag(key) != ldns_rdf2native_int16(ldns_rr_rdf(ds, 0)))
        return false;
    ldns_rr *made = ldns_key_rr2ds(key, (ldns_hash)digest_of(ds));
    bool same = made && ldns_rdf_compare(ldns_rr_rdf(made, 3), ldns_rr_rdf(ds, 3)) == 0;
    ldns_rr_free(made);
    return same;
}

static bool some_is_known(const ldns_rr_list *list) {
    for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
        if (is_known(ldns_rr_list_rr(list, i)))
            return true;
    }
    return false;
}

static bool is_trusted(const ldns_rr *key, const ldns_rr_list *ds_list) {
    for (size_t i = 0; i < ldns_rr_list_rr_count(ds_list); i++) {
        const ldns_rr *ds = ldns_rr_list_rr(ds_list, i);
        if (is_known(ds) && !has_stronger(ds_list, ds) && is_key_of(key, ds))
            return true;
    }
    return false;
}

// The keys that can sign, and with a list of DS only those that it names. NULL: memory is out.
static ldns_rr_list *select_keys(const ldns_rr_list *keys, const ldns_rr_list *ds_list) {
    ldns_rr_list *selected = ldns_rr_list_new();
    for (size_t i = 0; selected && i < ldns_rr_list_rr_count(keys); i++) {
        ldns_rr *key = ldns_rr_list_rr(keys, i);
        bool wanted = dnssec_key_is_usable(key) && (!ds_list || is_trusted(key, ds_list));
        if (wanted && !ldns_rr_list_push_rr(selected, key)) {
            ldns_rr_list_free(selected);
            selected = NULL;
        }
    }
    return selected;
}

// The keys are signed by one of those that were trusted before: all of them are then.
static int trust_keys(struct dnssec_validator *validator, const struct dnssec_rrset *rrset,
                      const ldns_rr_list *trusted, struct dnssec_zone *zone) {
    const struct dnssec_zone by = {
        .name = zone->name, .verdict.validity = DNS_SECURE, .keys = trusted, .chain = zone->chain};
    size_t labels;
    int r = dnssec_check_rrset(validator, &by, rrset, &labels, &zone->verdict);
    if (r < 0 || zone->verdict.validity != DNS_SECURE)
        return r;
    ldns_rr_list *usable = select_keys(rrset->records, NULL);
    zone->keys = usable ? ldns_rr_list_clone(usable) : NULL;
    ldns_rr_list_free(usable);
    return zone->keys ? 0 : -ENOMEM;
}

static int judge_keys(struct dnssec_validator *validator, const struct dnssec_rrset *rrset,
                      const ldns_rr_list *ds_list, const char *name, struct dnssec_zone *zone) {
    if (ldns_rr_list_rr_count(rrset->records) == 0)
        return dnssec_verdict_set(validator, &zone->verdict, DNS_BOGUS,
                                  "%s is to be signed, but has no DNSKEY", name);
    ldns_rr_list *trusted = select_keys(rrset->records, ds_list);
    if (!trusted)
        return -ENOMEM;
    int r = ldns_rr_list_rr_count(trusted) > 0
                ? trust_keys(validator, rrset, trusted, zone)
                : dnssec_verdict_set(validator, &zone->verdict, DNS_BOGUS,
                                     "%s has no DNSKEY that its DS or trust anchor names", name);
    ldns_rr_list_free(trusted);
    return r;
}

// Fills in what is known of the zone whose keys have these DS. Returns 0, 1 or -ENOMEM.
static int find_keys(struct dnssec_validator *validator, const ldns_rr_list *ds_list,
                     struct dnssec_zone *zone) {
    const struct dnssec_evidence *evidence;
    struct dnssec_rrset rrset;
    const char *name = dnssec_name_text(&validator->arena, &zone->name);
    if (!name)
        return -ENOMEM;
    if (!some_is_known(ds_list))
        return dnssec_verdict_set(validator, &zone->verdict, DNS_INSECURE,
                                  "%s is signed by algorithms only that netscope does not know",
                                  name);
    int r = dnssec_evidence_find(validator, &zone->name, LDNS_RR_TYPE_DNSKEY, &evidence);
    if (r != 0)
        return r;
    if (!evidence->packet)
        return dnssec_verdict_set(validator, &zone->verdict, DNS_INDETERMINATE, "DNSKEY of %s: %s",
                                  name, evidence->trouble);
    zone->until = evidence->until < zone->until ? evidence->until : zone->until;
    r = dnssec_rrset_take(ldns_pkt_answer(evidence->packet), &zone->name, LDNS_RR_TYPE_DNSKEY,
                          &rrset);
    if (r < 0)
        return r;
    r = judge_keys(validator, &rrset, ds_list, name, zone);
    dnssec_rrset_done(&rrset);
    return r;
}

// --- Steps ---------------------------------------------------------------------------------------

void dnssec_step_done(const struct dnssec_step *step) {
    ldns_rr_list_deep_free((ldns_rr_list *)(uintptr_t)step->zone.keys);
}

int dnssec_step_copy(struct arena *arena, const struct dnssec_step *step,
                     struct dnssec_step *ret_step) {
    const struct dnssec_zone *zone = &step->zone;
    const char *reason = zone->verdict.reason;
    struct dnssec_step copy = *step;
    copy.next = NULL;
    copy.name = copy.zone.name = dnssec_name_copy(arena, &step->name);
    copy.zone.chain = arena_strdup(arena, zone->chain);
    copy.zone.verdict.reason = reason ? arena_strdup(arena, reason) : NULL;
    copy.zone.keys = zone->keys ? ldns_rr_list_clone(zone->keys) : NULL;
    if (!ldns_rdf_data(&copy.name) || !copy.zone.chain || (reason && !copy.zone.verdict.reason) ||
        (zone->keys && !copy.zone.keys)) {
        dnssec_step_done(&copy);
        return -ENOMEM;
    }
    *ret_step = copy;
    return 0;
}

static int add_step(struct dnssec_validator *validator, const struct dnssec_step *step,
                    const struct dnssec_step **ret_step) {
    struct dnssec_step *added = arena_alloc(&validator->arena, sizeof(*added));
    if (!added) {
        dnssec_step_done(step);
        return -ENOMEM;
    }
    *added = *step;
    added->next = validator->steps;
    validator->steps = added;
    *ret_step = added;
    return 0;
}

// Stores NULL if nothing is known of the name. Returns 0 or -ENOMEM.
static int find_step(struct dnssec_validator *validator, const ldns_rdf *name, bool anchor,
                     const struct dnssec_step **ret_step) {
    const struct dnssec_step *at = validator->steps;
    struct dnssec_step recalled;
    while (at && !((at->kind == DNSSEC_ANCHOR) == anchor && dnssec_name_equals(&at->name, name)))
        at = at->next;
    *ret_step = at;
    int r = at ? 0
               : dnssec_memory_recall(validator->memory, name, anchor, validator->verifier.now,
                                      &validator->arena, &recalled);
    return r > 0 ? add_step(validator, &recalled, ret_step) : r;
}

static int keep_step(struct dnssec_validator *validator, const struct dnssec_step *step,
                     const struct dnssec_step **ret_step) {
    int r = add_step(validator, step, ret_step);
    return r < 0 ? r : dnssec_memory_keep(validator->memory, step, validator->verifier.now);
}

static struct dnssec_step make_step(struct dnssec_validator *validator, const ldns_rdf *name,
                                    enum dnssec_step_kind kind, const char *chain) {
    struct dnssec_step step = {.name = dnssec_name_copy(&validator->arena, name), .kind = kind};
    const char *text = dnssec_name_text(&validator->arena, name);
    step.zone.name = step.name;
    step.zone.until = INT64_MAX;
    step.zone.chain = text ? arena_printf(&validator->arena, "%s%s%s", chain ? chain : "",
                                          chain ? " > " : "", text)
                           : NULL;
    return step;
}

static bool is_made(const struct dnssec_step *step) {
    return ldns_rdf_data(&step->name) && step->zone.chain;
}

// The zone above says nothing of a DS there.
static int judge_no_ds(struct dnssec_validator *validator, const struct dnssec_zone *zone,
                       const ldns_pkt *packet, struct dnssec_step *step) {
    bool absent = ldns_pkt_get_rcode(packet) == LDNS_RCODE_NXDOMAIN;
    const struct dnssec_denied denied = {.what =
                                             absent ? DNSSEC_NAME_IS_ABSENT : DNSSEC_TYPE_IS_ABSENT,
                                         .name = &step->name,
                                         .type = LDNS_RR_TYPE_DS};
    struct dnssec_verdict *verdict = &step->zone.verdict;
    bool delegation;
    int r = dnssec_check_denial(validator, zone, packet, &denied, &delegation, verdict);
    if (r < 0 || verdict->validity != DNS_SECURE)
        return r;
    if (delegation)
        return dnssec_verdict_set(validator, verdict, DNS_INSECURE,
                                  "%s proves that %s has no DS: a zone without DNSSEC",
                                  dnssec_name_text(&validator->arena, &zone->name),
                                  dnssec_name_text(&validator->arena, &step->name));
    step->kind = absent ? DNSSEC_NO_NAME : DNSSEC_NO_CUT;
    return 0;
}

// An alias that the zone above has: then no other zone begins there.
static int judge_alias(struct dnssec_validator *validator, const struct dnssec_zone *zone,
                       const struct dnssec_rrset *alias, struct dnssec_step *step) {
    size_t labels;
    int r = dnssec_check_rrset(validator, zone, alias, &labels, &step->zone.verdict);
    if (r == 0 && step->zone.verdict.validity == DNS_SECURE)
        step->kind = DNSSEC_NO_CUT;
    return r;
}

static int judge_ds(struct dnssec_validator *validator, const struct dnssec_zone *zone,
                    const struct dnssec_rrset *rrset, struct dnssec_step *step) {
    size_t labels;
    int r = dnssec_check_rrset(validator, zone, rrset, &labels, &step->zone.verdict);
    return r == 0 && step->zone.verdict.validity == DNS_SECURE
               ? find_keys(validator, rrset->records, &step->zone)
               : r;
}

static int judge_step(struct dnssec_validator *validator, const struct dnssec_zone *zone,
                      const ldns_pkt *packet, struct dnssec_step *step) {
    struct dnssec_rrset ds, alias = {0};
    int r = dnssec_rrset_take(ldns_pkt_answer(packet), &step->name, LDNS_RR_TYPE_DS, &ds);
    if (r < 0)
        return r;
    if (ldns_rr_list_rr_count(ds.records) > 0)
        r = judge_ds(validator, zone, &ds, step);
    else
        r = dnssec_rrset_take(ldns_pkt_answer(packet), &step->name, LDNS_RR_TYPE_CNAME, &alias);
    if (r == 0 && alias.records)
        r = ldns_rr_list_rr_count(alias.records) > 0 ? judge_alias(validator, zone, &alias, step)
                                                     : judge_no_ds(validator, zone, packet, step);
    dnssec_rrset_done(&ds);
    dnssec_rrset_done(&alias);
    return r;
}

// What the zone says of a name below it. Returns 0, 1 or -ENOMEM.
static int take_step(struct dnssec_validator *validator, const struct dnssec_zone *zone,
                     const ldns_rdf *name, const struct dnssec_step **ret_step) {
    const struct dnssec_evidence *evidence;
    int r = find_step(validator, name, false, ret_step);
    if (r < 0 || *ret_step)
        return r;
    r = dnssec_evidence_find(validator, name, LDNS_RR_TYPE_DS, &evidence);
    if (r != 0)
        return r;
    struct dnssec_step step = make_step(validator, name, DNSSEC_CUT, zone->chain);
    if (!is_made(&step))
        return -ENOMEM;
    step.zone.until = evidence->until;
    r = evidence->packet
            ? judge_step(validator, zone, evidence->packet, &step)
            : dnssec_verdict_set(validator, &step.zone.verdict, DNS_INDETERMINATE, "DS of %s: %s",
                                 dnssec_name_text(&validator->arena, name), evidence->trouble);
    return r == 0 ? keep_step(validator, &step, ret_step) : r;
}

// --- The way down --------------------------------------------------------------------------------

static int begin_at(struct dnssec_validator *validator, const ldns_rr_list *ds_list,
                    const ldns_rdf *name, const struct dnssec_zone **ret_zone) {
    bool none = ldns_rr_list_rr_count(ds_list) == 0;
    const ldns_rdf *owner = none ? name : ldns_rr_owner(ldns_rr_list_rr(ds_list, 0));
    const struct dnssec_step *kept;
    int r = find_step(validator, owner, true, &kept);
    if (r == 0 && !kept) {
        struct dnssec_step step = make_step(validator, owner, DNSSEC_ANCHOR, NULL);
        if (!is_made(&step))
            return -ENOMEM;
        r = none ? dnssec_verdict_set(validator, &step.zone.verdict, DNS_INDETERMINATE,
                                      "there is no trust anchor for %s",
                                      dnssec_name_text(&validator->arena, name))
                 : find_keys(validator, ds_list, &step.zone);
        if (r == 0)
            r = keep_step(validator, &step, &kept);
    }
    if (r == 0)
        *ret_zone = &kept->zone;
    return r;
}

// The zone of the anchor that is nearest.
static int begin(struct dnssec_validator *validator, const ldns_rdf *name,
                 const struct dnssec_zone **ret_zone) {
    ldns_rr_list *ds_list = ldns_rr_list_new();
    int r = ds_list ? dnssec_anchors_find(validator->anchors, name, ds_list) : -ENOMEM;
    if (r == 0)
        r = begin_at(validator, ds_list, name, ret_zone);
    ldns_rr_list_free(ds_list);
    return r;
}

int dnssec_chain_find(struct dnssec_validator *validator, const ldns_rdf *name,
                      const struct dnssec_zone **ret_zone) {
    const struct dnssec_zone *zone;
    size_t all = dnssec_name_labels(name);
    int r = begin(validator, name, &zone);
    if (r != 0)
        return r;
    for (size_t labels = dnssec_name_labels(&zone->name) + 1;
         labels <= all && zone->verdict.validity == DNS_SECURE; labels++) {
        ldns_rdf below = dnssec_name_ancestor(name, labels);
        const struct dnssec_step *step;
        r = take_step(validator, zone, &below, &step);
        if (r != 0)
            return r;
        if (step->kind == DNSSEC_NO_NAME)
            break;
        if (step->kind == DNSSEC_CUT)
            zone = &step->zone;
    }
    *ret_zone = zone;
    return 0;
}
