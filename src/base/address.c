// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

struct address address_from_bytes(const void *bytes, size_t length) {
    struct address address = {0};
    if (length == 4)
        address.family = ADDRESS_IPV4;
    else if (length == 16)
        address.family = ADDRESS_IPV6;
    else
        return address;
    memcpy(address.bytes, bytes, length);
    return address;
}

size_t address_size(const struct address *address) {
    if (address->family == ADDRESS_IPV4)
        return 4;
    return address->family == ADDRESS_IPV6 ? 16 : 0;
}

int address_parse(const char *text, struct address *ret_address) {
    uint8_t bytes[16];
    if (inet_pton(AF_INET, text, bytes) == 1)
        *ret_address = address_from_bytes(bytes, 4);
    else if (inet_pton(AF_INET6, text, bytes) == 1)
        *ret_address = address_from_bytes(bytes, 16);
    else
        return -EINVAL;
    return 0;
}

// A number of one to three digits up to max, with nothing behind it.
static int parse_length(const char *text, unsigned max, uint8_t *ret_length) {
    unsigned length = 0;
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 3 || text[digits] != '\0')
        return -EINVAL;
    for (const char *c = text; *c; c++)
        length = length * 10 + (unsigned)(*c - '0');
    if (length > max)
        return -EINVAL;
    *ret_length = (uint8_t)length;
    return 0;
}

int prefix_parse(const char *text, struct prefix *ret_prefix) {
    char address_text[INET6_ADDRSTRLEN];
    size_t address_len = strcspn(text, "/");
    if (address_len >= sizeof(address_text))
        return -EINVAL;
    memcpy(address_text, text, address_len);
    address_text[address_len] = '\0';

    struct prefix prefix = {0};
    int r = address_parse(address_text, &prefix.address);
    if (r < 0)
        return r;
    unsigned bits = (unsigned)address_size(&prefix.address) * 8;
    prefix.length = (uint8_t)bits;
    if (text[address_len] == '/') {
        r = parse_length(text + address_len + 1, bits, &prefix.length);
        if (r < 0)
            return r;
    }
    *ret_prefix = prefix;
    return 0;
}

// --- Writing: by hand, as inet_ntop goes through printf and a dump has a million of these
// ----------

static const char digits[] = "0123456789abcdef";

static char *put_octet(char *at, unsigned octet) {
    if (octet >= 100)
        *at++ = (char)('0' + octet / 100);
    if (octet >= 10)
        *at++ = (char)('0' + octet / 10 % 10);
    *at++ = (char)('0' + octet % 10);
    return at;
}

static char *put_ipv4(char *at, const uint8_t *bytes) {
    for (size_t i = 0; i < 4; i++) {
        if (i > 0)
            *at++ = '.';
        at = put_octet(at, bytes[i]);
    }
    return at;
}

// Sixteen bits without leading zeroes.
static char *put_word(char *at, unsigned word) {
    for (int shift = word > 0xfff  ? 12
                     : word > 0xff ? 8
                     : word > 0xf  ? 4
                                   : 0;
         shift >= 0; shift -= 4)
        *at++ = digits[word >> shift & 15];
    return at;
}

// The longest run of two or more zero words, the first of equals (RFC 5952, 4.2). Returns its
// length, 0 if there is none.
static size_t find_zeroes(const unsigned words[8], size_t *ret_start) {
    size_t best = 1;
    for (size_t i = 0, run = 0; i < 8; i++) {
        run = words[i] == 0 ? run + 1 : 0;
        if (run > best) {
            best = run;
            *ret_start = i + 1 - run;
        }
    }
    return best > 1 ? best : 0;
}

// An IPv4 address behind leading zeroes: ::ffff:192.0.2.1, and ::192.0.2.1 as inet_ntop has it.
static bool holds_ipv4(const unsigned words[8], size_t zeroes) {
    return zeroes == 6 || (zeroes == 5 && words[5] == 0xffff);
}

static char *put_ipv6(char *at, const uint8_t *bytes) {
    unsigned words[8];
    size_t start = 8;
    for (size_t i = 0; i < 8; i++)
        words[i] = (unsigned)bytes[i * 2] << 8 | bytes[i * 2 + 1];
    size_t zeroes = find_zeroes(words, &start);
    bool with_ipv4 = start == 0 && holds_ipv4(words, zeroes);
    for (size_t i = 0; i < (with_ipv4 ? 6 : 8);) {
        if (i == start) {
            *at++ = ':';
            i += zeroes;
            if (i == 8)
                *at++ = ':';
            continue;
        }
        if (i > 0)
            *at++ = ':';
        at = put_word(at, words[i++]);
    }
    if (!with_ipv4)
        return at;
    *at++ = ':';
    return put_ipv4(at, bytes + 12);
}

void address_format(const struct address *address, struct buffer *buffer) {
    char text[INET6_ADDRSTRLEN], *end;
    if (address->family == ADDRESS_NONE)
        return;
    if (address->family == ADDRESS_IPV4)
        end = put_ipv4(text, address->bytes);
    else
        end = put_ipv6(text, address->bytes);
    buffer_add(buffer, text, (size_t)(end - text));
}

void address_format_end(const struct address *address, bool has_port, uint16_t port,
                        struct buffer *buffer) {
    bool brackets = has_port && address->family == ADDRESS_IPV6;
    buffer_puts(buffer, brackets ? "[" : "");
    address_format(address, buffer);
    buffer_puts(buffer, brackets ? "]" : "");
    if (has_port)
        buffer_printf(buffer, ":%u", port);
}

void prefix_format(const struct prefix *prefix, struct buffer *buffer) {
    if (prefix->address.family == ADDRESS_NONE)
        return;
    address_format(&prefix->address, buffer);
    buffer_putc(buffer, '/');
    buffer_put_uint(buffer, prefix->length);
}

int address_compare(const struct address *a, const struct address *b) {
    if (a->family != b->family)
        return a->family < b->family ? -1 : 1;
    return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

int prefix_compare(const struct prefix *a, const struct prefix *b) {
    int order = address_compare(&a->address, &b->address);
    return order ? order : (int)a->length - (int)b->length;
}

bool prefix_contains(const struct prefix *prefix, const struct address *address) {
    if (prefix->address.family != address->family || address->family == ADDRESS_NONE ||
        prefix->length > 8 * address_size(address))
        return false;
    unsigned whole = prefix->length / 8;
    unsigned rest = prefix->length % 8;
    if (memcmp(prefix->address.bytes, address->bytes, whole) != 0)
        return false;
    if (rest == 0)
        return true;
    uint8_t mask = (uint8_t)(0xff << (8 - rest));
    return ((prefix->address.bytes[whole] ^ address->bytes[whole]) & mask) == 0;
}

struct lladdr lladdr_from_bytes(const void *bytes, size_t length) {
    struct lladdr lladdr = {.length = (uint8_t)(length < LLADDR_MAX ? length : LLADDR_MAX)};
    if (lladdr.length > 0)
        memcpy(lladdr.bytes, bytes, lladdr.length);
    return lladdr;
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int lladdr_parse(const char *text, struct lladdr *ret_lladdr) {
    struct lladdr lladdr = {0};
    for (const char *at = text;; at += 3) {
        int high = hex_digit(at[0]);
        int low = high < 0 ? -1 : hex_digit(at[1]);
        if (low < 0 || lladdr.length == LLADDR_MAX)
            return -EINVAL;
        lladdr.bytes[lladdr.length++] = (uint8_t)(high << 4 | low);
        if (at[2] == '\0')
            break;
        if (at[2] != ':' && at[2] != '-')
            return -EINVAL;
    }
    if (lladdr.length < 2)
        return -EINVAL;
    *ret_lladdr = lladdr;
    return 0;
}

void lladdr_format(const struct lladdr *lladdr, struct buffer *buffer) {
    char text[LLADDR_MAX * 3], *at = text;
    if (lladdr->length == 4 || lladdr->length == 16) {
        struct address address = address_from_bytes(lladdr->bytes, lladdr->length);
        address_format(&address, buffer);
        return;
    }
    for (size_t i = 0; i < lladdr->length; i++) {
        *at++ = digits[lladdr->bytes[i] >> 4];
        *at++ = digits[lladdr->bytes[i] & 15];
        *at++ = ':';
    }
    if (at > text)
        buffer_add(buffer, text, (size_t)(at - text) - 1);
}

int lladdr_compare(const struct lladdr *a, const struct lladdr *b) {
    if (a->length != b->length)
        return a->length < b->length ? -1 : 1;
    return memcmp(a->bytes, b->bytes, a->length);
}
