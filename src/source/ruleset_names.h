// SPDX-License-Identifier: GPL-2.0-or-later
// Names that rules have by number: sets of ipset(8), realms and groups of interfaces, labels of
// connections.
#ifndef SOURCE_RULESET_NAMES_H
#define SOURCE_RULESET_NAMES_H

#include "model/netns.h"
#include "ruleset/ruleset.h"

// Fills the names of a ruleset that was read in that namespace. What cannot be read has no names.
// Returns 0 or -ENOMEM.
int ruleset_names_read(const struct netns *netns, struct ruleset *ruleset);

#endif
