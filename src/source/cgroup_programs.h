// SPDX-License-Identifier: GPL-2.0-or-later
// BPF programs of control groups that may do something to packets.
#ifndef SOURCE_CGROUP_PROGRAMS_H
#define SOURCE_CGROUP_PROGRAMS_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "model/bypass.h"

struct cgroup_programs {
    struct cgroup_program *items;
    size_t count;
};

// Reads those of groups that have a process in the namespace of that inode, in themselves or below;
// of the topmost group always. The items are the caller's to free (also when it fails), their texts
// are in the arena. Namespaces that are read within a second share one look. Returns 0 or -errno.
int cgroup_programs_read(uint64_t netns, struct arena *arena, struct cgroup_programs *ret_programs,
                         struct error *err);

#endif
