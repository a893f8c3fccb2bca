// SPDX-License-Identifier: GPL-2.0-or-later
// What the match `set` and the target SET have in common: a set of ipset(8), and which parts of the
// packet are its elements. The kernel's structs know a set by number; the ruleset has the names.
#ifndef RULESET_XT_SET_H
#define RULESET_XT_SET_H

#include <linux/netfilter/xt_set.h>
#include <stdbool.h>

#include "ruleset/xt_operands.h"
#include "ruleset/xt_writer.h"

// A reference from what revision 0, and all later ones, have.
struct xt_set_reference xt_set_reference_of_v0(const struct xt_set_info_v0 *info);
struct xt_set_reference xt_set_reference_of(const struct xt_set_info *info);

// "--match-set NAME src,dst"; nothing if it is no set. A set whose name is not known is "#7".
void xt_option_set(struct xt_writer *writer, const char *option, bool inverted,
                   const struct xt_set_reference *set);

#endif
