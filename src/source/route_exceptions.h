// SPDX-License-Identifier: GPL-2.0-or-later
// Which exceptions have come already. The kernel keeps those of IPv4 with the way on, and tells
// them anew with each route that goes that way: a million routes by one gateway are a million times
// the same.
#ifndef SOURCE_ROUTE_EXCEPTIONS_H
#define SOURCE_ROUTE_EXCEPTIONS_H

#include <stddef.h>
#include <stdint.h>

// Identities of rows, in a hash table; one of zeroes is ready for use.
struct route_exceptions {
    uint64_t *slots; // 0: empty
    size_t capacity; // a power of two, or 0
    size_t count;
};

// Returns 1 if this one had not come yet, 0 if it had, or -ENOMEM.
int route_exceptions_add(struct route_exceptions *exceptions, uint64_t identity);

// Forgets them all and keeps the memory; done frees it.
void route_exceptions_clear(struct route_exceptions *exceptions);
void route_exceptions_done(struct route_exceptions *exceptions);

#endif
