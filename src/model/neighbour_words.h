// SPDX-License-Identifier: GPL-2.0-or-later
// What the fields of neighbours and of forwarding databases have in common.
#ifndef MODEL_NEIGHBOUR_WORDS_H
#define MODEL_NEIGHBOUR_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "model/field.h"
#include "model/kind.h"
#include "model/moves.h"

// Names of the bits of enum neighbour_state, as ip(8) has them.
extern const struct flag_name neighbour_state_names[];

// Names of the bits of enum neighbour_flag that an FDB entry has, as bridge(8) has them.
extern const struct flag_name neighbour_flag_names[];

// What of a row stands twice.
enum neighbour_duplicate {
    NEIGHBOUR_DUPLICATE_ADDRESS = 1, // two namespaces have the address
    NEIGHBOUR_DUPLICATE_LLADDR = 2,  // two interfaces have the link-layer address
    NEIGHBOUR_CONFLICT = 4,          // the address has two link-layer addresses, or a foreign one
    NEIGHBOUR_MOVED = 8,             // it had another, or was elsewhere, within the last minutes
};
extern const struct flag_name neighbour_duplicate_names[];

// Makes the seconds since the move (NULL: none) the value, in a row of that kind.
void neighbour_get_moved(const struct row_ref *ref, enum kind_id kind, const struct move *move,
                         struct value *ret);

// Makes the name of an interface of the row's namespace the value; "if17", as ip(8) says, if the
// node does not know the interface.
void neighbour_get_ifname(const struct row_ref *ref, int32_t ifindex, struct value *ret);

#endif
