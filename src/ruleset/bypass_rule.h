// SPDX-License-Identifier: GPL-2.0-or-later
// Rules that take packets past other parts of netfilter: past connection tracking (notrack), or
// past the hooks of IP (flow add); and from where they are called.
#ifndef RULESET_BYPASS_RULE_H
#define RULESET_BYPASS_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "ruleset/ruleset.h"

// True for nft's notrack, and for the targets NOTRACK and CT --notrack of xtables.
bool nf_rule_is_notrack(const struct nf_rule *rule);

// The flowtable that the rule puts flows into ("flow add @name"), or NULL.
const char *nf_rule_flowtable(const struct nf_rule *rule);

// The base chains from which jumps, gotos and verdict maps lead to the chain (itself, if it is
// one), in the order of their table. Elements of named maps count as far as they were read. The
// array is the caller's to free. Returns 0 or -ENOMEM.
int nf_chain_find_bases(const struct nf_chain *chain, const struct nf_chain ***ret_bases,
                        size_t *ret_count);

#endif
