// SPDX-License-Identifier: GPL-2.0-or-later
// Interfaces as a tree of what hangs on what: a bridge, its ports, behind a port that is one end of
// a pair the other end in the pod; VLANs, macvlans and tunnels under their lower device; members
// under their bond or VRF. Pure.
#ifndef MODEL_LINK_TREE_H
#define MODEL_LINK_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/field.h"

struct link_tree_row {
    struct row_ref ref; // an interface
    unsigned depth;     // 0: hangs on nothing
    bool last;          // of those that hang on the same
};

// Puts the interfaces of one namespace (or, for 0, of all) in order: each stands once, behind what
// it hangs on. What hangs on them in other namespaces is there too, and the other end of a pair.
// Stores an array that the caller frees (NULL if there are none); its rows live as long as the
// node's tables. Returns 0 or -ENOMEM.
int link_tree(const struct node *node, uint64_t netns_inode, struct link_tree_row **ret_rows,
              size_t *ret_count);

#endif
