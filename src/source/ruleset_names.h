// SPDX-License-Identifier: GPL-2.0-or-later
// Reading the names that rules have by number.
#ifndef SOURCE_RULESET_NAMES_H
#define SOURCE_RULESET_NAMES_H

#include "base/error.h"
#include "model/netns.h"
#include "ruleset/ruleset.h"

// Fills the names that stand for numbers in the rules of a ruleset, read in that namespace. What
// files and ipset do not tell has no names. Returns 0 or -errno: of the interfaces, or -ENOMEM.
int ruleset_names_read(const struct netns *netns, const struct ruleset *ruleset,
                       struct ruleset_names *names, struct error *err);

#endif
