// SPDX-License-Identifier: GPL-2.0-or-later
// Which chains of a table lead to which others, by jumps, gotos and verdict maps; and which of them
// a packet can come to at all.
#ifndef RULESET_REFERENCE_H
#define RULESET_REFERENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "ruleset/ruleset.h"

enum nf_reach {
    NF_REACH_NO, // no way leads there from a hook
    NF_REACH_YES,
    NF_REACH_UNKNOWN, // none that is known does, but not all rules and elements were read
};

// A chain that leads to another one. They make a tree, whose roots are the base chains and the
// chains to which nothing leads; a chain that is led to from several places has what it leads to
// below it where it stands first.
struct nf_reference {
    const struct nf_chain *caller; // NULL: a root
    const struct nf_chain *chain;
    uint32_t depth;      // 0: a root
    uint32_t calls;      // rules, and elements of maps, of the caller's that lead there
    uint32_t leads;      // how many chains the chain itself leads to
    bool repeated;       // what it leads to stands elsewhere
    bool counted;        // each of the calls has a counter
    uint64_t packets;    // that these have counted together
    enum nf_reach reach; // of the chain
};

// Takes one. Returns 0, or an error that ends it.
typedef int nf_reference_sink(const struct nf_reference *reference, void *user_data);

// Hands over the table's references in the order of the tree, each once: as many as there are pairs
// of chains one of which leads to the other, and roots. Chains that lead to themselves, as the
// kernel allows none, end nothing but the way. Returns 0, -ENOMEM, or what the sink returned.
int nf_reference_find(const struct nf_table *table, nf_reference_sink *sink, void *user_data);

// Which of the table's chains are reached: an array of chain_count enum nf_reach, the caller's to
// free. In a dormant table none is. Returns 0 or -ENOMEM.
int nf_reach_find(const struct nf_table *table, uint8_t **ret_reach);

#endif
