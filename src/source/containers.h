// SPDX-License-Identifier: GPL-2.0-or-later
// The containers of the node, from the files that container runtimes and the kubelet leave. No
// runtime is asked: netscope reads what it would read after a crash, too.
#ifndef SOURCE_CONTAINERS_H
#define SOURCE_CONTAINERS_H

#include <stddef.h>
#include <stdint.h>

#include "source/container.h"

struct containers;

// Returns an empty collection, or NULL when memory is out.
struct containers *containers_new(void);
void containers_free(struct containers *containers);

// Looks at the runtimes' directories again; files that did not change since are not read again.
// Returns 0, or the first trouble there was, with words; what could be read is there nevertheless.
int containers_read(struct containers *containers, struct error *err);

// The container of that id (64 digits), or NULL. Good until the next containers_read.
const struct container *containers_find(const struct containers *containers, const char *id);

// The pod of that uid, as one of its containers or its logs tell it, or NULL.
const struct container *containers_find_pod(const struct containers *containers, const char *uid);

// The container whose file says that this is its network namespace, or NULL; its pod's sandbox
// before others.
const struct container *containers_find_netns(const struct containers *containers, uint64_t inode);

// The inode of the network namespace that the files of the container, or of its pod's sandbox,
// name; 0 if they name none that is there.
uint64_t containers_netns_of(const struct containers *containers,
                             const struct container *container);

// The first of the pod's containers, by name, that is not its sandbox; NULL if none is known.
const struct container *containers_first_of_pod(const struct containers *containers,
                                                const struct container *pod);

#endif
