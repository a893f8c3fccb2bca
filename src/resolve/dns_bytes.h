// SPDX-License-Identifier: GPL-2.0-or-later
// Numbers in messages of the DNS: most significant byte first.
#ifndef RESOLVE_DNS_BYTES_H
#define RESOLVE_DNS_BYTES_H

#include <stdint.h>

// Writes it and returns what is behind it.
static inline uint8_t *dns_put_u16(uint8_t *at, uint16_t number) {
    at[0] = (uint8_t)(number >> 8);
    at[1] = (uint8_t)number;
    return at + 2;
}

static inline uint16_t dns_get_u16(const uint8_t *at) {
    return (uint16_t)(at[0] << 8 | at[1]);
}

#endif
