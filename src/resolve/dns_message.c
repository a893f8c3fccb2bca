// SPDX-License-Identifier: GPL-2.0-or-later
#include "resolve/dns_message.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <ldns/ldns.h>

#include "base/address.h"
#include "base/buffer.h"
#include "resolve/dns_name.h"

#define TYPE_OPT    41
#define OPTION_NSID 3
#define EDNS_DO     0x8000

// --- Queries -------------------------------------------------------------------------------------

static uint8_t *put_u16(uint8_t *at, uint16_t number) {
    at[0] = (uint8_t)(number >> 8);
    at[1] = (uint8_t)number;
    return at + 2;
}

static uint16_t get_u16(const uint8_t *at) {
    return (uint16_t)(at[0] << 8 | at[1]);
}

// RFC 6891 6.1.2: the root's name, and fields that mean something else.
static uint8_t *put_edns(uint8_t *at, const struct dns_query_form *form) {
    *at++ = 0;
    at = put_u16(at, TYPE_OPT);
    at = put_u16(at, form->udp_size);
    at = put_u16(at, 0);
    at = put_u16(at, form->dnssec_ok ? EDNS_DO : 0);
    at = put_u16(at, form->nsid ? 4 : 0);
    if (form->nsid) {
        at = put_u16(at, OPTION_NSID);
        at = put_u16(at, 0);
    }
    return at;
}

int dns_query_encode(const struct dns_query_form *form, uint8_t wire[DNS_QUERY_MAX]) {
    uint8_t *at = put_u16(wire, form->id);
    at = put_u16(at, form->flags);
    at = put_u16(at, 1);
    at = put_u16(at, 0);
    at = put_u16(at, 0);
    at = put_u16(at, form->udp_size > 0);
    int size = dns_name_encode(form->name, at);
    if (size < 0)
        return size;
    at = put_u16(at + size, form->type);
    at = put_u16(at, form->class);
    if (form->udp_size > 0)
        at = put_edns(at, form);
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
    if (len < DNS_HEADER_SIZE + question || get_u16(reply) != get_u16(query) ||
        !(dns_reply_flags(reply) & DNS_QR) || get_u16(reply + 4) != 1)
        return false;
    for (size_t i = 0; i < question; i++) {
        if (lower(query[DNS_HEADER_SIZE + i]) != lower(reply[DNS_HEADER_SIZE + i]))
            return false;
    }
    return true;
}

uint16_t dns_reply_flags(const uint8_t *reply) {
    return get_u16(reply + 2);
}

uint16_t dns_reply_rcode(const uint8_t *reply) {
    return dns_reply_flags(reply) & 15;
}

uint16_t dns_reply_count(const uint8_t *reply, enum dns_section section) {
    return get_u16(reply + 6 + 2 * section);
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

// --- Replies: EDNS -------------------------------------------------------------------------------

// Bytes as text where all are printable, else in hexadecimal.
static const char *option_text(struct arena *arena, const uint8_t *bytes, size_t len, bool hex) {
    struct buffer text = BUFFER_INIT;
    for (size_t i = 0; i < len && !hex; i++)
        hex = bytes[i] < 0x20 || bytes[i] > 0x7e;
    if (!hex)
        buffer_add(&text, bytes, len);
    for (size_t i = 0; i < len && hex; i++)
        buffer_printf(&text, "%02x", bytes[i]);
    const char *copy = text.failed ? NULL : arena_strdup(arena, buffer_text(&text));
    buffer_done(&text);
    return copy;
}

// RFC 7871 6: family, length of the source's prefix, length of the scope's, address.
static const char *subnet_text(struct arena *arena, const uint8_t *bytes, size_t len) {
    uint8_t whole[16] = {0};
    if (len < 4 || len - 4 > sizeof(whole))
        return option_text(arena, bytes, len, true);
    struct buffer text = BUFFER_INIT;
    memcpy(whole, bytes + 4, len - 4);
    struct address address = address_from_bytes(whole, get_u16(bytes) == 1 ? 4 : 16);
    address_format(&address, &text);
    buffer_printf(&text, "/%u/%u", bytes[2], bytes[3]);
    const char *copy = text.failed ? NULL : arena_strdup(arena, buffer_text(&text));
    buffer_done(&text);
    return copy;
}

// RFC 8914 2: a code, and words that the server may add.
static const char *error_text(struct arena *arena, const uint8_t *bytes, size_t len) {
    uint16_t code = get_u16(bytes);
    const char *words = dns_extended_error(code);
    return arena_printf(arena, "%u%s%s%s%s%.*s", code, words ? " (" : "", words ? words : "",
                        words ? ")" : "", len > 2 ? ": " : "", (int)(len - 2),
                        (const char *)bytes + 2);
}

struct lists {
    const char **errors, **options;
};

static int take_option(struct decoding *decoding, struct lists *lists, uint16_t code,
                       const uint8_t *bytes, size_t len) {
    struct dns_reply *reply = decoding->reply;
    struct arena *arena = decoding->arena;
    const char *text;
    if (code == LDNS_EDNS_NSID)
        text = reply->nsid = option_text(arena, bytes, len, false);
    else if (code == LDNS_EDNS_COOKIE)
        text = reply->cookie = option_text(arena, bytes, len, true);
    else if (code == LDNS_EDNS_CLIENT_SUBNET)
        text = reply->client_subnet = subnet_text(arena, bytes, len);
    else if (code == LDNS_EDNS_EDE && len >= 2)
        text = lists->errors[reply->extended_error_count++] = error_text(arena, bytes, len);
    else {
        text = option_text(arena, bytes, len, true);
        text = text ? arena_printf(arena, "option %u: %s", code, text) : NULL;
        lists->options[reply->edns_option_count++] = text;
    }
    return text ? 0 : -ENOMEM;
}

// The option pseudo-record's data: code, length, bytes; and so on.
static int decode_options(struct decoding *decoding, const uint8_t *bytes, size_t len) {
    size_t most = len / 4 + 1;
    struct lists lists = {arena_alloc(decoding->arena, most * sizeof(char *)),
                          arena_alloc(decoding->arena, most * sizeof(char *))};
    int r = lists.errors && lists.options ? 0 : -ENOMEM;
    while (r == 0 && len >= 4) {
        size_t size = get_u16(bytes + 2);
        if (size > len - 4)
            break;
        r = take_option(decoding, &lists, get_u16(bytes), bytes + 4, size);
        bytes += 4 + size;
        len -= 4 + size;
    }
    decoding->reply->extended_errors = lists.errors;
    decoding->reply->edns_options = lists.options;
    return r;
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
    return data ? decode_options(decoding, ldns_rdf_data(data), ldns_rdf_size(data)) : 0;
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
    ret_reply->id = get_u16(bytes);
    ret_reply->flags = dns_reply_flags(bytes) & ~UINT32_C(0x780f);
    ret_reply->opcode = dns_reply_flags(bytes) >> 11 & 15;
    ret_reply->rcode = dns_reply_rcode(bytes);
    if (ldns_wire2pkt(&packet, bytes, len) != LDNS_STATUS_OK)
        return -EBADMSG;
    decoding.text = ldns_buffer_new(LDNS_MAX_PACKETLEN);
    int r = decoding.text ? decode_packet(&decoding, packet) : -ENOMEM;
    ldns_buffer_free(decoding.text);
    ldns_pkt_free(packet);
    return r;
}
