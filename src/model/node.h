// SPDX-License-Identifier: GPL-2.0-or-later
// The node at one time: its namespaces, and for each the tables that were read.
#ifndef MODEL_NODE_H
#define MODEL_NODE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "model/history.h"
#include "model/moves.h"
#include "model/netns.h"
#include "model/table.h"

// A namespace with what was read in it.
struct node_netns {
    const struct netns *netns;        // a row of the node's table of namespaces
    struct table *tables[KIND_COUNT]; // a reference each; NULL: not read; KIND_NAMESPACES is unused
    struct history *histories[KIND_COUNT]; // what was sampled in the last minute; NULL: nothing
    struct moves *moves[KIND_COUNT];       // of neighbours and FDB entries; NULL: none yet
};

struct findings;

// The holder of the tables. Its owner (one thread) replaces tables in it; the tables do not change.
struct node {
    char hostname[65];
    char kernel[65];               // uname -r
    int64_t time;                  // when it was read: nanoseconds since 1970, UTC
    struct table *namespaces;      // of kind KIND_NAMESPACES; never NULL in a node that is in use
    struct node_netns *netnses;    // one for each row of namespaces, in the same order
    struct node_netns **by_inode;  // the same, ordered for node_find
    unsigned replaced[KIND_COUNT]; // counts the tables of each kind that took another's place
    struct findings *findings;     // made from several tables (finding.h), until one is replaced
};

// Returns an empty node (no namespaces), or NULL when memory is out. node_free drops its tables.
struct node *node_new(void);
void node_free(struct node *node);

// Returns a node with the same tables, for another thread to look at: it has no histories, which
// change. NULL when memory is out.
struct node *node_copy(const struct node *node);

// Takes over the reference to a new table of namespaces. Tables and histories of namespaces that
// are still there (the same inode) are kept, those of others are dropped. Returns 0 or -ENOMEM
// (then the node is as it was and the reference stays the caller's).
int node_set_namespaces(struct node *node, struct table *namespaces);

// Takes over the reference to a table that was read in the namespace of that inode and drops the
// one that it replaces. A namespace that is not there any more: the table is dropped.
void node_set_table(struct node *node, uint64_t netns_inode, struct table *table);

// The number of namespaces.
size_t node_count(const struct node *node);

// The namespace of that inode, or NULL.
struct node_netns *node_find(const struct node *node, uint64_t netns_inode);

// The same for what a person has asked for; NULL, and in err why: it is gone (-ENOENT), or none has
// been read so far (-EAGAIN, inode 0).
struct node_netns *node_find_asked(const struct node *node, uint64_t netns_inode,
                                   struct error *err);

// The table of that kind in that namespace, or NULL if it was not read (or the namespace is
// unknown).
const struct table *node_table(const struct node *node, uint64_t netns_inode, enum kind_id kind);

// The history of that kind in the namespace, made if it is not there yet; NULL when the namespace
// is unknown or memory is out.
struct history *node_history(struct node *node, uint64_t netns_inode, enum kind_id kind);

// Finds the namespace that a person means by text: its name, the pod's name alone, container name
// or id (12 digits or more), name under /run/netns, a PID ("1234") or a path; for the last two the
// caller gives the inode that it found (or 0). Returns 0, -ENOENT (err names near matches), or
// -ENOTUNIQ (err names those that match).
int node_find_named(const struct node *node, const char *text, uint64_t inode,
                    const struct netns **ret_netns, struct error *err);

#endif
