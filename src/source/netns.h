// SPDX-License-Identifier: GPL-2.0-or-later
// The network namespaces of the node: each once, named as people know it.
#ifndef SOURCE_NETNS_H
#define SOURCE_NETNS_H

#include "base/error.h"
#include "model/table.h"

// Remembers what runtimes' files said, so that looking again is cheap. One thread at a time.
struct netns_finder;

// Returns a finder, or NULL when memory is out.
struct netns_finder *netns_finder_new(void);
void netns_finder_free(struct netns_finder *finder);

// Looks for namespaces: names under /run/netns and /run/docker/netns, other mounts of nsfs, and the
// namespaces of processes. Returns 0 and a table of kind KIND_NAMESPACES, the caller's, whose
// status says what could not be looked at; or -ENOMEM.
int netns_discover(struct netns_finder *finder, struct table **ret_namespaces, struct error *err);

// The inode of the namespace that a PID ("1234") or a path (with a '/') names. Returns 0; -ENOENT
// if there is no such process or file, -EINVAL if the file is not a network namespace, another
// -errno (words in err); -EDOM if text is neither a number nor a path.
int netns_resolve(const char *text, uint64_t *ret_inode, struct error *err);

#endif
