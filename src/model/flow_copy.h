// SPDX-License-Identifier: GPL-2.0-or-later
// Copies of what only some flows have, each in one piece of memory.
#ifndef MODEL_FLOW_COPY_H
#define MODEL_FLOW_COPY_H

#include "model/flow.h"

// Returns a copy, to be freed with free(), or NULL when memory is out. What `extra` does not say
// is taken from `older` (NULL: nothing).
struct flow_extra *flow_extra_copy(const struct flow_extra *extra, const struct flow_extra *older);

// The bytes that a copy takes; writes it into so many, aligned as malloc's are, and returns it.
size_t flow_extra_size(const struct flow_extra *extra);
struct flow_extra *flow_extra_write(const struct flow_extra *extra, void *memory);

#endif
