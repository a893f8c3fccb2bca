// SPDX-License-Identifier: GPL-2.0-or-later
// What validators have proven of zones, kept from one name to the next: where thousands of names
// are validated, their chains of trust begin alike. Only what was proven is kept (never that
// something is bogus, or could not be found out), as long as its records may be (RFC 4035 5.3.3)
// and an hour at most. Bounded: what was not used for the longest time makes room.
#ifndef RESOLVE_DNSSEC_MEMORY_H
#define RESOLVE_DNSSEC_MEMORY_H

struct dnssec_memory;

// One for validators that have the same anchors and run on one thread. NULL when memory is out.
struct dnssec_memory *dnssec_memory_new(void);
void dnssec_memory_free(struct dnssec_memory *memory);

#endif
