// SPDX-License-Identifier: GPL-2.0-or-later
// Internet addresses, prefixes and link-layer addresses as values: made from bytes or text,
// compared, written.
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

enum address_family {
    ADDRESS_NONE = 0, // no address
    ADDRESS_IPV4 = 4,
    ADDRESS_IPV6 = 6,
};

struct address {
    uint8_t family;    // enum address_family
    uint8_t bytes[16]; // network byte order; IPv4 uses the first four, the rest are zero
};

struct prefix {
    struct address address;
    uint8_t length; // bits
};

// A link-layer address (Ethernet: 6 bytes; IPv4 in a tunnel: 4; InfiniBand: 20).
#define LLADDR_MAX 32
struct lladdr {
    uint8_t length; // 0: none
    uint8_t bytes[LLADDR_MAX];
};

// The address in 4 or 16 bytes of network order; of any other length: one of family ADDRESS_NONE.
struct address address_from_bytes(const void *bytes, size_t length);

// The bytes of an address of this family: 4, 16 or 0.
size_t address_size(const struct address *address);

// Text to value (inet_pton's forms). Returns 0 or -EINVAL.
int address_parse(const char *text, struct address *ret_address);

// "10.0.0.0/8", or a bare address, which gets its full length; bits behind the length are kept.
// Returns 0 or -EINVAL.
int prefix_parse(const char *text, struct prefix *ret_prefix);

// Adds the text: inet_ntop's form (RFC 5952 for IPv6), nothing for ADDRESS_NONE.
void address_format(const struct address *address, struct buffer *buffer);

// The same with a port, if there is one: "10.0.0.1:53", "[fd00::1]:53".
void address_format_end(const struct address *address, bool has_port, uint16_t port,
                        struct buffer *buffer);
void prefix_format(const struct prefix *prefix, struct buffer *buffer);

// Order: family, then bytes, then length. <0, 0, >0.
int address_compare(const struct address *a, const struct address *b);
int prefix_compare(const struct prefix *a, const struct prefix *b);

// True if the address lies inside the prefix (same family, the first length bits equal). Nothing
// does if the prefix is longer than an address.
bool prefix_contains(const struct prefix *prefix, const struct address *address);

// The lladdr in length bytes; longer ones are cut at LLADDR_MAX.
struct lladdr lladdr_from_bytes(const void *bytes, size_t length);

// "02:42:ac:11:00:02" and also "02-42-..." of any length up to LLADDR_MAX. Returns 0 or -EINVAL.
int lladdr_parse(const char *text, struct lladdr *ret_lladdr);

// Adds "02:42:ac:11:00:02"; a four-byte one is written as the IPv4 address that it is, a
// sixteen-byte one as IPv6 (as tunnels have them).
void lladdr_format(const struct lladdr *lladdr, struct buffer *buffer);

// Order: length, then bytes. <0, 0, >0.
int lladdr_compare(const struct lladdr *a, const struct lladdr *b);

#endif
