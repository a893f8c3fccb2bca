// SPDX-License-Identifier: GPL-2.0-or-later
// Rates in packets, as limit and hashlimit have them.
#ifndef RULESET_XT_RATE_H
#define RULESET_XT_RATE_H

#include <stdint.h>

#include "ruleset/xt_writer.h"

// Adds "5/min": the rate at which a packet costs `cost` of the credit that comes at `scale` a
// second. Returns how many seconds the unit has, 0 of a rate without end.
uint32_t xt_put_rate(struct xt_writer *writer, uint64_t cost, uint64_t scale);

#endif
