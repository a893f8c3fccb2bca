// SPDX-License-Identifier: GPL-2.0-or-later
// What a validator is given: trust anchors and messages. First the time (four bytes), the type that
// is asked for (two), the name's size and text (one byte, and so many), then parts, a length of two
// bytes before each: the file of anchors, and the messages in the order in which they are asked
// for. When the anchors are none, the messages' records are taken as if they were signed, to be
// proofs that the name is not there.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "resolve/dns_packet.h"
#include "resolve/dnssec_denial.h"
#include "resolve/dnssec_rrset.h"
#include "resolve/dnssec_validator.h"

#define QUERIES_MOST 200

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
    const uint8_t *at;
    size_t left;
};

static uint32_t take_number(struct input *input, size_t bytes) {
    uint32_t number = 0;
    for (; bytes > 0 && input->left > 0; bytes--, input->left--)
        number = number << 8 | *input->at++;
    return number;
}

// A copy, so that a sanitizer sees what is read behind its end.
static uint8_t *take_bytes(struct input *input, size_t wanted, size_t *ret_len) {
    size_t len = wanted < input->left ? wanted : input->left;
    uint8_t *bytes = calloc(1, len + 1);
    if (bytes)
        memcpy(bytes, input->at, len);
    input->at += len;
    input->left -= len;
    *ret_len = len;
    return bytes ? realloc(bytes, len + 1) : NULL;
}

static uint8_t *take_part(struct input *input, size_t *ret_len) {
    size_t wanted = take_number(input, 2);
    return take_bytes(input, wanted, ret_len);
}

static void validate(const struct dnssec_anchors *anchors, struct dnssec_memory *memory,
                     const char *name, uint16_t type, uint32_t now, struct input *input) {
    struct dnssec_validator *validator = dnssec_validator_new(anchors, memory, now);
    struct dnssec_wanted wanted;
    struct dnssec_verdict verdict = {0};
    int r = validator ? 1 : -1;
    for (int i = 0; r > 0; i++) {
        size_t len = 0;
        if (i > QUERIES_MOST)
            abort();
        r = dnssec_validator_judge(validator, name, type, &wanted, &verdict);
        if (r <= 0)
            break;
        uint8_t *message = input->left > 0 ? take_part(input, &len) : NULL;
        r = dnssec_validator_answer(validator, &wanted, message, len, "no more") < 0 ? -1 : 1;
        free(message);
    }
    if (r == 0 && (verdict.validity == DNS_NOT_VALIDATED || !verdict.reason))
        abort();
    dnssec_validator_free(validator);
}

// What is left of the input answers the second one, which knows what the first one has proven.
static void validate_twice(const struct dnssec_anchors *anchors, const char *name, uint16_t type,
                           uint32_t now, struct input *input) {
    struct dnssec_memory *memory = dnssec_memory_new();
    validate(anchors, memory, name, type, now, input);
    validate(anchors, memory, name, type, now, input);
    dnssec_memory_free(memory);
}

static void collect(const ldns_pkt *packet, uint16_t type, struct dnssec_denials *ret) {
    const ldns_rr_list *section = ldns_pkt_authority(packet);
    for (size_t i = 0; i < ldns_rr_list_rr_count(section); i++) {
        const ldns_rr *rr = ldns_rr_list_rr(section, i);
        if (ldns_rr_get_type(rr) == type && dnssec_rr_is_whole(rr) &&
            ret->count < DNSSEC_DENIALS_MAX)
            ret->records[ret->count++] = rr;
    }
}

static void prove(const ldns_rdf *zone, const ldns_rdf *name, uint16_t type, const uint8_t *message,
                  size_t len) {
    ldns_pkt *packet;
    struct dnssec_denials nsecs = {.zone = zone}, nsec3s = {.zone = zone};
    bool delegation;
    if (dns_packet_read(message, len, &packet) < 0)
        return;
    collect(packet, LDNS_RR_TYPE_NSEC, &nsecs);
    collect(packet, LDNS_RR_TYPE_NSEC3, &nsec3s);
    bool is_there = dnssec_nsec_no_data(&nsecs, name, type, &delegation) == DNSSEC_PROVEN;
    // Of one zone's order a name cannot be absent and there. Messages can lie, one record cannot.
    if (nsecs.count == 1 && is_there && dnssec_nsec_no_name(&nsecs, name) == DNSSEC_PROVEN)
        abort();
    dnssec_nsec_wildcard(&nsecs, name, 1);
    dnssec_nsec3_no_name(&nsec3s, name);
    dnssec_nsec3_no_data(&nsec3s, name, type, &delegation);
    dnssec_nsec3_wildcard(&nsec3s, name, 1);
    ldns_pkt_free(packet);
}

static void prove_all(const char *text, uint16_t type, struct input *input) {
    ldns_rdf *name = ldns_dname_new_frm_str(text);
    ldns_rdf *zone = name ? ldns_dname_left_chop(name) : NULL;
    while (zone && input->left > 0) {
        size_t len;
        uint8_t *message = take_part(input, &len);
        if (message)
            prove(zone, name, type, message, len);
        free(message);
    }
    ldns_rdf_deep_free(name);
    ldns_rdf_deep_free(zone);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct input input = {data, size};
    struct dnssec_anchors *anchors = NULL;
    size_t name_len, anchors_len;
    uint32_t now = take_number(&input, 4);
    uint16_t type = (uint16_t)take_number(&input, 2);
    uint8_t *name = take_bytes(&input, take_number(&input, 1), &name_len);
    uint8_t *text = take_part(&input, &anchors_len);
    ldns_rdf *wire = name && *name ? ldns_dname_new_frm_str((const char *)name) : NULL;
    if (wire && text) {
        if (dnssec_anchors_parse((const char *)text, anchors_len, "anchors", &anchors, NULL) == 0)
            validate_twice(anchors, (const char *)name, type, now, &input);
        else
            prove_all((const char *)name, type, &input);
    }
    ldns_rdf_deep_free(wire);
    dnssec_anchors_free(anchors);
    free(name);
    free(text);
    return 0;
}
