// SPDX-License-Identifier: GPL-2.0-or-later
// What of an interface stands twice: an address or a link-layer address of its own that another
// interface on the same segment has too (claim.h), as far as the node's tables tell.
#ifndef MODEL_LINK_DUPLICATE_H
#define MODEL_LINK_DUPLICATE_H

#include "model/field.h"

// Flags of NEIGHBOUR_DUPLICATE_ADDRESS and NEIGHBOUR_DUPLICATE_LLADDR.
void link_get_duplicate(const struct row_ref *ref, const struct field *field, struct value *ret);

// The interfaces that have the first of its addresses that stands twice; those that have its
// link-layer address: itself among them, each "NETNS IFNAME".
void link_get_address_claims(const struct row_ref *ref, const struct field *field,
                             struct value *ret);
void link_get_lladdr_claims(const struct row_ref *ref, const struct field *field,
                            struct value *ret);

#endif
