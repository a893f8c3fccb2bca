// SPDX-License-Identifier: GPL-2.0-or-later
// Who wrote a table, by what it looks like: in whose language, and what manages it.
#ifndef RULESET_RULESET_ORIGIN_H
#define RULESET_RULESET_ORIGIN_H

#include "ruleset/ruleset.h"

// Sets the syntax and the manager of a table that is otherwise there: its chains have the traits of
// their rules. Returns 0 or -ENOMEM.
int nf_table_find_origin(struct nf_table *table);

// enum nf_traits of a rule that is otherwise there. It is for parsers: what was just parsed is at
// hand, while to go through a hundred thousand rules once more costs a third of parsing them.
uint32_t nf_rule_traits(const struct nf_rule *rule);

#endif
