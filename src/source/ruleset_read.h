// SPDX-License-Identifier: GPL-2.0-or-later
// Reading the ruleset of a namespace.
#ifndef SOURCE_RULESET_READ_H
#define SOURCE_RULESET_READ_H

#include <stdbool.h>

#include "model/netns.h"
#include "model/table.h"
#include "ruleset/ruleset.h"
#include "source/netlink.h"

struct ruleset_options {
    bool elements; // of named sets however large; those of anonymous ones are always read
    bool skeleton; // only tables, chains, sets, objects and flowtables: neither rules nor elements
    // An older one of the namespace with the same options: those of its tables in which nothing has
    // changed since are not read again, as far as that is known (nft_changes.h). NULL: all are.
    const struct ruleset *before;
};

// Reads the rules in the namespace at one generation of the kernel's, a bounded number of times
// until nothing changed meanwhile. Returns 0 and the ruleset, one reference of which is the
// caller's, whatever is missing in it (it may be all) and why being said in *ret_status; or
// -ENOMEM.
int ruleset_read(const struct netns *netns, const struct ruleset_options *options,
                 struct ruleset **ret_ruleset, struct status *ret_status);

// --- Its parts -----------------------------------------------------------------------------------

// Reads what nftables has in the namespace, on a socket there, into an empty ruleset: 0; -EAGAIN if
// something changed while it was read (what was read is torn); or -errno. Malformed messages are
// counted in *ret_malformed.
int nft_read(struct netlink *netlink, const struct netns *netns,
             const struct ruleset_options *options, struct ruleset *ruleset, size_t *ret_malformed,
             struct error *err);

// The generation that nftables is at now. Returns 0 or -errno.
int nft_read_generation(struct netlink *netlink, uint32_t *ret_generation, struct error *err);

// A request of a type (NFT_MSG_GETRULE ...) about a family (NF_FAMILY_UNSPEC: every one). NULL when
// memory is out.
struct nl_msg *nft_request(int type, uint8_t family);

// Requests for a chain, all rules of a chain, all elements of a set.
struct nl_msg *nft_chain_request(const struct nf_chain *chain);
struct nl_msg *nft_rules_request(const struct nf_chain *chain);
struct nl_msg *nft_elements_request(const struct nf_set *set);

// Whether the kernel has nftables already: a question to one that has not would load its module.
bool nft_is_loaded(void);

#endif
