// SPDX-License-Identifier: GPL-2.0-or-later
#include "resolve/dnssec_validator.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "resolve/dns_packet.h"
#include "resolve/dnssec_name.h"
#include "resolve/dnssec_validator_state.h"

#define QUERIES_MAX    64
#define SIGNATURES_MAX 400

struct dnssec_validator *dnssec_validator_new(const struct dnssec_anchors *anchors,
                                              struct dnssec_memory *memory, int64_t now) {
    struct dnssec_validator *validator = calloc(1, sizeof(*validator));
    if (!validator)
        return NULL;
    validator->anchors = anchors;
    validator->memory = memory;
    validator->verifier = (struct dnssec_verifier){&validator->arena, now, SIGNATURES_MAX};
    return validator;
}

void dnssec_validator_free(struct dnssec_validator *validator) {
    if (!validator)
        return;
    for (struct dnssec_evidence *at = validator->evidence; at; at = at->next)
        ldns_pkt_free(at->packet);
    for (struct dnssec_step *at = validator->steps; at; at = at->next)
        dnssec_step_done(at);
    arena_done(&validator->arena);
    free(validator);
}

int dnssec_verdict_set(struct dnssec_validator *validator, struct dnssec_verdict *verdict,
                       enum dns_validity validity, const char *format, ...) {
    char text[1200]; // two names, and words
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    *verdict = (struct dnssec_verdict){validity, arena_strdup(&validator->arena, text)};
    return verdict->reason ? 0 : -ENOMEM;
}

// --- Evidence ------------------------------------------------------------------------------------

static struct dnssec_evidence *find(const struct dnssec_validator *validator, const ldns_rdf *name,
                                    uint16_t type) {
    struct dnssec_evidence *at = validator->evidence;
    while (at && !(at->type == type && dnssec_name_equals(&at->name, name)))
        at = at->next;
    return at;
}

static struct dnssec_evidence *add(struct dnssec_validator *validator, const ldns_rdf *name,
                                   uint16_t type) {
    struct dnssec_evidence *evidence = arena_alloc(&validator->arena, sizeof(*evidence));
    ldns_rdf copy = dnssec_name_copy(&validator->arena, name);
    if (!evidence || !ldns_rdf_data(&copy))
        return NULL;
    *evidence = (struct dnssec_evidence){.next = validator->evidence, .name = copy, .type = type};
    validator->evidence = evidence;
    return evidence;
}

int dnssec_evidence_find(struct dnssec_validator *validator, const ldns_rdf *name, uint16_t type,
                         const struct dnssec_evidence **ret_evidence) {
    struct dnssec_evidence *evidence = find(validator, name, type);
    if (!evidence && validator->queries < QUERIES_MAX) {
        validator->wanted = (struct dnssec_wanted){dnssec_name_text(&validator->arena, name), type};
        return validator->wanted.name ? 1 : -ENOMEM;
    }
    if (!evidence) {
        evidence = add(validator, name, type);
        if (!evidence)
            return -ENOMEM;
        evidence->trouble = "more queries than netscope asks";
    }
    *ret_evidence = evidence;
    return 0;
}

// A record may be kept for its time to live; a signed one for no longer than its zone says, and not
// past the end of its signature (RFC 4035 5.3.3). Times of signatures are of 32 bits, and run over.
static int64_t keep_until(const ldns_rr *rr, int64_t now) {
    int64_t until = now + ldns_rr_ttl(rr);
    if (ldns_rr_get_type(rr) != LDNS_RR_TYPE_RRSIG || !dnssec_rr_is_whole(rr))
        return until;
    int64_t original = now + ldns_rdf2native_int32(ldns_rr_rrsig_origttl(rr));
    uint32_t expiration = ldns_rdf2native_int32(ldns_rr_rrsig_expiration(rr));
    int64_t expires = now + (int32_t)(expiration - (uint32_t)now);
    until = original < until ? original : until;
    return expires < until ? expires : until;
}

static int64_t keep_section_until(const ldns_rr_list *section, int64_t now, int64_t until) {
    for (size_t i = 0; i < ldns_rr_list_rr_count(section); i++) {
        int64_t one = keep_until(ldns_rr_list_rr(section, i), now);
        until = one < until ? one : until;
    }
    return until;
}

// A message that says what there is, in canonical form; or words why it is none.
static int take_message(struct dnssec_validator *validator, struct dnssec_evidence *evidence,
                        const uint8_t *message, size_t len) {
    if (dns_packet_read(message, len, &evidence->packet) < 0) {
        evidence->packet = NULL;
        evidence->trouble = "what the server answered cannot be read";
        return 0;
    }
    ldns_rr_list2canonical(ldns_pkt_answer(evidence->packet));
    ldns_rr_list2canonical(ldns_pkt_authority(evidence->packet));
    int64_t now = validator->verifier.now;
    evidence->until = keep_section_until(ldns_pkt_answer(evidence->packet), now, INT64_MAX);
    evidence->until =
        keep_section_until(ldns_pkt_authority(evidence->packet), now, evidence->until);
    uint32_t rcode = (uint32_t)ldns_pkt_get_rcode(evidence->packet);
    if (rcode == DNS_NOERROR || rcode == DNS_NXDOMAIN)
        return 0;
    const char *word = rcode < dns_rcode_names.count ? dns_rcode_names.names[rcode] : NULL;
    evidence->trouble = word ? arena_printf(&validator->arena, "the server says %s", word)
                             : arena_printf(&validator->arena, "the server says error %u", rcode);
    ldns_pkt_free(evidence->packet);
    evidence->packet = NULL;
    return evidence->trouble ? 0 : -ENOMEM;
}

int dnssec_validator_answer(struct dnssec_validator *validator, const struct dnssec_wanted *wanted,
                            const uint8_t *message, size_t len, const char *trouble) {
    ldns_rdf *name = ldns_dname_new_frm_str(wanted->name);
    struct dnssec_evidence *evidence = name ? add(validator, name, wanted->type) : NULL;
    ldns_rdf_deep_free(name);
    if (!evidence)
        return -ENOMEM;
    validator->queries++;
    if (message)
        return take_message(validator, evidence, message, len);
    evidence->trouble = arena_strdup(&validator->arena, trouble);
    return evidence->trouble ? 0 : -ENOMEM;
}

int dnssec_validator_judge(struct dnssec_validator *validator, const char *name, uint16_t type,
                           struct dnssec_wanted *ret_wanted, struct dnssec_verdict *ret_verdict) {
    const struct dnssec_evidence *evidence;
    ldns_rdf *wire = ldns_dname_new_frm_str(name);
    if (!wire)
        return -ENOMEM;
    ldns_dname2canonical(wire);
    int r = dnssec_evidence_find(validator, wire, type, &evidence);
    if (r == 0)
        r = dnssec_reply_judge(validator, evidence, ret_verdict);
    if (r > 0)
        *ret_wanted = validator->wanted;
    ldns_rdf_deep_free(wire);
    return r;
}
