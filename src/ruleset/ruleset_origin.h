// SPDX-License-Identifier: GPL-2.0-or-later
// Who wrote a table, by what it looks like: in whose language, and what manages it.
#ifndef RULESET_RULESET_ORIGIN_H
#define RULESET_RULESET_ORIGIN_H

#include "ruleset/ruleset.h"

// Sets the syntax and the manager of each table of a ruleset that is otherwise there, and its
// pointer to the ruleset. Returns 0 or -ENOMEM.
int ruleset_find_origins(struct ruleset *ruleset);

#endif
