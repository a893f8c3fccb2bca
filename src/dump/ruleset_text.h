// SPDX-License-Identifier: GPL-2.0-or-later
// netscope --dump=netfilter as text: not rows, but the rules as the tools write them that can read
// them again.
#ifndef DUMP_RULESET_TEXT_H
#define DUMP_RULESET_TEXT_H

#include "dump/output.h"
#include "dump/plan.h"
#include "dump/statuses.h"
#include "model/netns.h"

// Whether the plan is for that: netfilter as a whole as text, with no choice of columns or order.
bool ruleset_text_is_wanted(const struct dump_plan *plan);

// Writes the tables of these namespaces that the plan's filter lets through: native ones as `nft
// list ruleset` does, then those of iptables as iptables-save does, family by family, with a
// comment in front of each such part that says which tool reads it. Returns 0 or -errno.
int ruleset_text_write(const struct dump_plan *plan, const struct netns *const *netnses,
                       size_t count, struct output *output, struct dump_statuses *statuses);

#endif
