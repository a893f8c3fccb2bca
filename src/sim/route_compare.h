// SPDX-License-Identifier: GPL-2.0-or-later
// A decision against what the kernel answers to the same question.
#ifndef SIM_ROUTE_COMPARE_H
#define SIM_ROUTE_COMPARE_H

#include <stdbool.h>

#include "base/buffer.h"
#include "model/route_question.h"
#include "sim/route_decision.h"

// The world is the one that was decided in. True if both say the same. Else what differs is added
// to ret_difference, in words, one line that may hold other people's bytes.
bool route_compare(const struct route_world *world, const struct route_decision *decision,
                   const struct route_answer *answer, struct buffer *ret_difference);

#endif
