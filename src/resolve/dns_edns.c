// SPDX-License-Identifier: GPL-2.0-or-later
#include "resolve/dns_edns.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <ldns/ldns.h>

#include "base/buffer.h"
#include "resolve/dns_bytes.h"

#define EDNS_DO     0x8000
#define FAMILY_IPV4 1 // IANA's address family numbers
#define FAMILY_IPV6 2

// --- What is sent --------------------------------------------------------------------------------

static uint8_t *put_option(uint8_t *at, uint16_t code, const uint8_t *bytes, size_t size) {
    at = dns_put_u16(at, code);
    at = dns_put_u16(at, (uint16_t)size);
    if (size > 0)
        memcpy(at, bytes, size);
    return at + size;
}

#define SUBNET_MAX   (4 + 16)
#define SUBNET_SCOPE 3 // where the length of the scope's prefix stands

// RFC 7871 6: family, lengths of the source's prefix and of the scope's, and as many bytes of the
// address as the prefix needs, with zeros behind it. Returns its size.
static size_t encode_subnet(const struct prefix *subnet, uint8_t option[SUBNET_MAX]) {
    size_t bytes = (subnet->length + 7u) / 8;
    dns_put_u16(option, subnet->address.family == ADDRESS_IPV4 ? FAMILY_IPV4 : FAMILY_IPV6);
    option[2] = subnet->length;
    option[SUBNET_SCOPE] = 0;
    memcpy(option + 4, subnet->address.bytes, bytes);
    if (subnet->length % 8 > 0)
        option[4 + bytes - 1] &= (uint8_t)(0xff << (8 - subnet->length % 8));
    return 4 + bytes;
}

static uint8_t *put_subnet(uint8_t *at, const struct prefix *subnet) {
    uint8_t option[SUBNET_MAX];
    return put_option(at, LDNS_EDNS_CLIENT_SUBNET, option, encode_subnet(subnet, option));
}

bool dns_edns_echoes_subnet(const struct prefix *subnet, const struct dns_reply *reply) {
    uint8_t sent[SUBNET_MAX];
    size_t size = encode_subnet(subnet, sent);
    const uint8_t *came = reply->client_subnet_bytes;
    return reply->client_subnet_size == size && memcmp(came, sent, SUBNET_SCOPE) == 0 &&
           memcmp(came + SUBNET_SCOPE + 1, sent + SUBNET_SCOPE + 1, size - SUBNET_SCOPE - 1) == 0;
}

// RFC 6891 6.1.2: the root's name, and fields that mean something else.
uint8_t *dns_edns_encode(const struct dns_edns_form *form, uint8_t *at) {
    *at++ = 0;
    at = dns_put_u16(at, LDNS_RR_TYPE_OPT);
    at = dns_put_u16(at, form->udp_size);
    at = dns_put_u16(at, 0);
    at = dns_put_u16(at, form->dnssec_ok ? EDNS_DO : 0);
    uint8_t *size = at;
    at += 2;
    if (form->nsid)
        at = put_option(at, LDNS_EDNS_NSID, NULL, 0);
    if (form->cookie_size > 0)
        at = put_option(at, LDNS_EDNS_COOKIE, form->cookie, form->cookie_size);
    if (form->subnet.address.family != ADDRESS_NONE)
        at = put_subnet(at, &form->subnet);
    dns_put_u16(size, (uint16_t)(at - size - 2));
    return at;
}

// --- What comes ----------------------------------------------------------------------------------

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
    struct address address = address_from_bytes(whole, dns_get_u16(bytes) == 1 ? 4 : 16);
    address_format(&address, &text);
    buffer_printf(&text, "/%u/%u", bytes[2], bytes[3]);
    const char *copy = text.failed ? NULL : arena_strdup(arena, buffer_text(&text));
    buffer_done(&text);
    return copy;
}

// RFC 8914 2: a code, and words that the server may add.
static const char *error_text(struct arena *arena, const uint8_t *bytes, size_t len) {
    uint16_t code = dns_get_u16(bytes);
    const char *words = dns_extended_error(code);
    return arena_printf(arena, "%u%s%s%s%s%.*s", code, words ? " (" : "", words ? words : "",
                        words ? ")" : "", len > 2 ? ": " : "", (int)(len - 2),
                        (const char *)bytes + 2);
}

struct decoding {
    struct arena *arena;
    struct dns_reply *reply;
    const char **errors, **options;
};

static const char *take_cookie(struct decoding *decoding, const uint8_t *bytes, size_t len) {
    struct dns_reply *reply = decoding->reply;
    reply->cookie_bytes = arena_copy(decoding->arena, bytes, len);
    reply->cookie_size = reply->cookie_bytes ? len : 0;
    return reply->cookie = option_text(decoding->arena, bytes, len, true);
}

static const char *take_subnet(struct decoding *decoding, const uint8_t *bytes, size_t len) {
    struct dns_reply *reply = decoding->reply;
    reply->client_subnet_bytes = arena_copy(decoding->arena, bytes, len);
    reply->client_subnet_size = reply->client_subnet_bytes ? len : 0;
    return reply->client_subnet = subnet_text(decoding->arena, bytes, len);
}

static int take_option(struct decoding *decoding, uint16_t code, const uint8_t *bytes, size_t len) {
    struct dns_reply *reply = decoding->reply;
    struct arena *arena = decoding->arena;
    const char *text;
    if (code == LDNS_EDNS_NSID)
        text = reply->nsid = option_text(arena, bytes, len, false);
    else if (code == LDNS_EDNS_COOKIE)
        text = take_cookie(decoding, bytes, len);
    else if (code == LDNS_EDNS_CLIENT_SUBNET)
        text = take_subnet(decoding, bytes, len);
    else if (code == LDNS_EDNS_EDE && len >= 2)
        text = decoding->errors[reply->extended_error_count++] = error_text(arena, bytes, len);
    else {
        text = option_text(arena, bytes, len, true);
        text = text ? arena_printf(arena, "option %u: %s", code, text) : NULL;
        decoding->options[reply->edns_option_count++] = text;
    }
    return text ? 0 : -ENOMEM;
}

int dns_edns_decode(struct arena *arena, const uint8_t *bytes, size_t len,
                    struct dns_reply *reply) {
    size_t most = len / 4 + 1;
    struct decoding decoding = {.arena = arena,
                                .reply = reply,
                                .errors = arena_alloc(arena, most * sizeof(char *)),
                                .options = arena_alloc(arena, most * sizeof(char *))};
    int r = decoding.errors && decoding.options ? 0 : -ENOMEM;
    while (r == 0 && len >= 4) { // code, length, bytes
        size_t size = dns_get_u16(bytes + 2);
        if (size > len - 4)
            break;
        r = take_option(&decoding, dns_get_u16(bytes), bytes + 4, size);
        bytes += 4 + size;
        len -= 4 + size;
    }
    reply->extended_errors = decoding.errors;
    reply->edns_options = decoding.options;
    return r;
}
