// SPDX-License-Identifier: GPL-2.0-or-later
// Reading a node once, piece by piece, as a dump does.
#ifndef SOURCE_NODE_READ_H
#define SOURCE_NODE_READ_H

#include "base/error.h"
#include "model/node.h"
#include "source/source.h"

// Reads the host's name, its kernel, the time and the namespaces into an empty node.
// Returns 0 or -errno.
int node_read_namespaces(struct node *node, struct error *err);

// Finds the namespace that a person means (node_find_named), a PID and a path included.
int node_read_named(const struct node *node, const char *text, const struct netns **ret_netns,
                    struct error *err);

// Reads the kind in the namespace, unless it was read before. Returns 0 and the node's table, whose
// status says how it went, or -ENOMEM.
int node_read_table(struct node *node, const struct netns *netns, enum kind_id kind,
                    const struct table **ret_table);

// What to ask a source of this node for: all rows in the namespace.
struct source_request node_request(const struct node *node, const struct netns *netns);

// Reads with a source that streams in all of these namespaces, several at a time, as far as they
// have fewer rows than `enough` of the request, which is the same for all but in its namespace.
// Their tables, the caller's, go to ret_tables, which has room for count; NULL for a namespace that
// has more. Returns 0, or -ENOMEM (then ret_tables has none).
int node_read_small_tables(const struct source_request *request, const struct source *source,
                           const struct netns *const *netnses, size_t count,
                           struct table **ret_tables);

// Reads the kind in all of these namespaces in which it was not read before, several at a time; by
// that source of it, for the second. Returns 0 or -ENOMEM.
int node_read_tables(struct node *node, const struct netns *const *netnses, size_t count,
                     enum kind_id kind);
int node_read_tables_by(struct node *node, const struct netns *const *netnses, size_t count,
                        const struct source *source);

#endif
