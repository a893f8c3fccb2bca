// SPDX-License-Identifier: GPL-2.0-or-later
// Names of the IP protocols, as /etc/protocols has them: iptables prints them.
#ifndef SOURCE_PROTOCOLS_H
#define SOURCE_PROTOCOLS_H

#include <stddef.h>

#include "base/arena.h"

#define PROTOCOL_COUNT 256

// Reads the file into an array of 256 names in the arena, of which those are NULL that have none
// (all, where there is no such file). Returns 0 or -ENOMEM.
int protocols_read(struct arena *arena, const char *const **ret_names);

// The same from the file's text (protocols(5)); of two names for a number the first counts.
int protocols_parse(const char *text, size_t length, struct arena *arena,
                    const char *names[PROTOCOL_COUNT]);

#endif
