// SPDX-License-Identifier: GPL-2.0-or-later
// Claims: which interfaces of the node say that an address, or a link-layer address, is theirs, by
// the segment that they say it on. From them a neighbour has an owner, and an address that two
// namespaces claim on one segment is a duplicate.
#ifndef MODEL_CLAIM_H
#define MODEL_CLAIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/link.h"
#include "model/node.h"
#include "model/segment.h"

struct claims;

// One interface that has the address.
struct claim {
    uint32_t segment;
    bool echo; // a link-layer address that it only shares with what it is stacked on or made of
    const struct netns *netns;
    const struct link *link;
};

// Those that claim one address on one segment.
struct claim_run {
    const struct claim *claims;
    size_t count;
    const char *const *where; // "NETNS IFNAME" of the first of them, those that are duplicates
    size_t where_count;       // 0 if there is but one who has a right to it
};

// The claims of all interfaces that the node has tables of, made when they are first asked for and
// kept until one of these tables is replaced; NULL when memory is out.
const struct claims *claims_of(const struct node *node);
void claims_free(struct claims *claims);

// The segments that the claims are on.
const struct segments *claims_segments(const struct claims *claims);

// Whether anybody on the node claims it, on whichever segment: the answer for most, and soon had.
bool claims_know_address(const struct claims *claims, const struct address *address);
bool claims_know_lladdr(const struct claims *claims, const struct lladdr *lladdr);

// Whether anything at all stands twice: else no run has a `where`.
bool claims_have_duplicates(const struct claims *claims);

// Who claims the address on that segment.
struct claim_run claims_find_address(const struct claims *claims, uint32_t segment,
                                     const struct address *address);
struct claim_run claims_find_lladdr(const struct claims *claims, uint32_t segment,
                                    const struct lladdr *lladdr);

// Of those that claim an address, the first whose namespace is also among those that claim the
// other; NULL if none is.
const struct claim *claims_share_netns(const struct claim_run *owners,
                                       const struct claim_run *devices);

// Whose link-layer address it is, seen from that segment: of those that claim it there the
// foremost, else the only one of the node that has it. NULL: nobody's, or it cannot be told.
const struct claim *claims_own_lladdr(const struct claims *claims, uint32_t segment,
                                      const struct lladdr *lladdr);

// Whose address it is, seen from a namespace: its own, else that of the only other one that claims
// it, on whichever segment; NULL: nobody's, or several namespaces have it.
const struct claim *claims_sole_address(const struct claims *claims, const struct netns *from,
                                        const struct address *address);

// Whose address it is, seen from that segment: of those that claim it there the one whose namespace
// has the lladdr, or the foremost; else, as the node does not know every wire, an interface that
// has it in the namespace that owns the lladdr.
const struct claim *claims_own_address(const struct claims *claims, uint32_t segment,
                                       const struct address *address, const struct lladdr *lladdr);

#endif
