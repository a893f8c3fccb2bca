// SPDX-License-Identifier: GPL-2.0-or-later
// What became other of a packet between two steps.
#ifndef MODEL_PACKET_CHANGES_H
#define MODEL_PACKET_CHANGES_H

#include <stddef.h>

#include "base/arena.h"
#include "model/trace_event.h"

// Makes a list of texts in the arena, as "dst 10.96.0.10:53 -> 10.0.0.2:5353" and "mark 0x0 ->
// 0x4000", the mark last. A mark that is not known is 0. Returns 0 or -ENOMEM.
int packet_changes(const struct packet_header *before, const struct packet_header *after,
                   const struct maybe *mark_before, const struct maybe *mark_after,
                   struct arena *arena, const char *const **ret_changes, size_t *ret_count);

#endif
