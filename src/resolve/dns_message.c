// SPDX-License-Identifier: GPL-2.0-or-later
#include "resolve/dns_message.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <ldns/ldns.h>

#include "resolve/dns_bytes.h"
#include "resolve/dns_name.h"
#include "resolve/dns_packet.h"

// --- Queries -------------------------------------------------------------------------------------

int dns_query_encode(const struct dns_query_form *form, uint8_t wire[DNS_QUERY_MAX]) {
    uint8_t *at = dns_put_u16(wire, form->id);
    at = dns_put_u16(at, form->flags);
    at = dns_put_u16(at, 1);
    at = dns_put_u16(at, 0);
    at = dns_put_u16(at, 0);
    at = dns_put_u16(at, form->edns.udp_size > 0);
    int size = dns_name_encode(form->name, at);
    if (size < 0)
        return size;
    at = dns_put_u16(at + size, form->type);
    at = dns_put_u16(at, form->class);
    if (form->edns.udp_size > 0)
        at = dns_edns_encode(&form->edns, at);
    return (int)(at - wire);
}

// --- Replies: the header -------------------------------------------------------------------------

static uint8_t lower(uint8_t c) {
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

// The size of the question behind the query's header.
static size_t question_size(const uint8_t *query, size_t len) {
    size_t at = DNS_HEADER_SIZE;
    while (at < len && query[at] != 0)
        at += query[at] + 1u;
    return at + 5 - DNS_HEADER_SIZE;
}

bool dns_reply_belongs(const uint8_t *query, size_t query_len, const uint8_t *reply, size_t len) {
    size_t question = question_size(query, query_len);
    if (len < DNS_HEADER_SIZE + question || dns_get_u16(reply) != dns_get_u16(query) ||
        !(dns_reply_flags(reply) & DNS_QR) || dns_get_u16(reply + 4) != 1)
        return false;
    for (size_t i = 0; i < question; i++) {
        if (lower(query[DNS_HEADER_SIZE + i]) != lower(reply[DNS_HEADER_SIZE + i]))
            return false;
    }
    return true;
}

uint16_t dns_reply_flags(const uint8_t *reply) {
    return dns_get_u16(reply + 2);
}

uint16_t dns_reply_rcode(const uint8_t *reply) {
    return dns_reply_flags(reply) & 15;
}

uint16_t dns_reply_count(const uint8_t *reply, enum dns_section section) {
    return dns_get_u16(reply + 6 + 2 * section);
}

// --- Replies: records ----------------------------------------------------------------------------

struct decoding {
    struct arena *arena;
    ldns_buffer *text; // ldns writes into it
    struct dns_reply *reply;
};

static const char *copy_text(struct decoding *decoding) {
    return arena_strndup(decoding->arena, (const char *)ldns_buffer_begin(decoding->text),
                         ldns_buffer_position(decoding->text));
}

static const char *copy_name(struct decoding *decoding, const ldns_rdf *name) {
    ldns_buffer_clear(decoding->text);
    if (!name || ldns_rdf2buffer_str_dname(decoding->text, name) != LDNS_STATUS_OK)
        return NULL;
    return copy_text(decoding);
}

// What stands behind owner, TTL, class and type in ldns's line, each of which ends with a tab. Tabs
// within a name are escaped.
static const char *copy_data(struct decoding *decoding, const ldns_rr *rr) {
    ldns_buffer_clear(decoding->text);
    if (ldns_rr2buffer_str_fmt(decoding->text, ldns_output_format_nocomments, rr) != LDNS_STATUS_OK)
        return NULL;
    const char *at = (const char *)ldns_buffer_begin(decoding->text);
    const char *end = at + ldns_buffer_position(decoding->text);
    for (int i = 0; i < 4 && at; i++) {
        const char *tab = memchr(at, '\t', (size_t)(end - at));
        at = tab ? tab + 1 : NULL;
    }
    if (!at)
        at = end;
    while (end > at && (end[-1] == '\n' || end[-1] == ' '))
        end--;
    return arena_strndup(decoding->arena, at, (size_t)(end - at));
}

static int decode_head(struct decoding *decoding, const ldns_rr *rr, struct dns_record *record) {
    record->type_number = (uint16_t)ldns_rr_get_type(rr);
    record->name = copy_name(decoding, ldns_rr_owner(rr));
    record->type = dns_type_word(decoding->arena, record->type_number);
    record->class = dns_class_word(decoding->arena, (uint16_t)ldns_rr_get_class(rr));
    return record->name && record->type && record->class ? 0 : -ENOMEM;
}

static int decode_section(struct decoding *decoding, const ldns_rr_list *list,
                          struct dns_records *ret) {
    size_t count = ldns_rr_list_rr_count(list);
    struct dns_record *items = arena_alloc(decoding->arena, (count + 1) * sizeof(*items));
    if (!items)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        const ldns_rr *rr = ldns_rr_list_rr(list, i);
        int r = decode_head(decoding, rr, &items[i]);
        if (r < 0)
            return r;
        items[i].ttl = ldns_rr_ttl(rr);
        items[i].data = copy_data(decoding, rr);
        if (!items[i].data)
            return -ENOMEM;
    }
    *ret = (struct dns_records){items, count};
    return 0;
}

static int decode_question(struct decoding *decoding, const ldns_pkt *packet) {
    const ldns_rr_list *list = ldns_pkt_question(packet);
    if (ldns_rr_list_rr_count(list) == 0)
        return 0;
    return decode_head(decoding, ldns_rr_list_rr(list, 0), &decoding->reply->question);
}

static int decode_edns(struct decoding *decoding, ldns_pkt *packet) {
    struct dns_reply *reply = decoding->reply;
    reply->edns = ldns_pkt_edns(packet);
    if (!reply->edns)
        return 0;
    reply->edns_version = ldns_pkt_edns_version(packet);
    reply->udp_size = ldns_pkt_edns_udp_size(packet);
    reply->dnssec_ok = ldns_pkt_edns_do(packet);
    reply->rcode |= (uint32_t)ldns_pkt_edns_extended_rcode(packet) << 4;
    const ldns_rdf *data = ldns_pkt_edns_data(packet);
    return data ? dns_edns_decode(decoding->arena, ldns_rdf_data(data), ldns_rdf_size(data), reply)
                : 0;
}

static int decode_packet(struct decoding *decoding, ldns_pkt *packet) {
    struct dns_reply *reply = decoding->reply;
    const ldns_rr_list *lists[DNS_SECTIONS] = {
        [DNS_SECTION_ANSWER] = ldns_pkt_answer(packet),
        [DNS_SECTION_AUTHORITY] = ldns_pkt_authority(packet),
        [DNS_SECTION_ADDITIONAL] = ldns_pkt_additional(packet),
    };
    int r = decode_question(decoding, packet);
    for (size_t i = 0; i < DNS_SECTIONS && r == 0; i++)
        r = decode_section(decoding, lists[i], &reply->sections[i]);
    return r == 0 ? decode_edns(decoding, packet) : r;
}

int dns_reply_decode(struct arena *arena, const uint8_t *bytes, size_t len,
                     struct dns_reply *ret_reply) {
    struct decoding decoding = {.arena = arena, .reply = ret_reply};
    ldns_pkt *packet = NULL;
    *ret_reply = (struct dns_reply){.size = len};
    if (len < DNS_HEADER_SIZE)
        return -EBADMSG;
    ret_reply->id = dns_get_u16(bytes);
    ret_reply->flags = dns_reply_flags(bytes) & ~UINT32_C(0x780f);
    ret_reply->opcode = dns_reply_flags(bytes) >> 11 & 15;
    ret_reply->rcode = dns_reply_rcode(bytes);
    if (dns_packet_read(bytes, len, &packet) < 0)
        return -EBADMSG;
    decoding.text = ldns_buffer_new(LDNS_MAX_PACKETLEN);
    int r = decoding.text ? decode_packet(&decoding, packet) : -ENOMEM;
    ldns_buffer_free(decoding.text);
    ldns_pkt_free(packet);
    return r;
}
