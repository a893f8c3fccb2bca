// SPDX-License-Identifier: GPL-2.0-or-later
// Names that stand elsewhere than in the rules: in files, or in other parts of the kernel. Rules
// have their numbers. The tables that were read at one time share them, by counting references.
#ifndef RULESET_RULESET_NAMES_H
#define RULESET_RULESET_NAMES_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct nf_name {
    uint32_t number;
    const char *name;
};

struct nf_names {
    const struct nf_name *names; // by number
    size_t count;
};

struct ruleset_names {
    struct nf_names interfaces;            // of the namespace, by index
    struct nf_names ipsets;                // sets of ipset(8), as xtables' extensions have them
    struct nf_names realms, device_groups; // of iproute2's rt_realms and group
    struct nf_names connlabels;            // of /etc/xtables/connlabel.conf
    const char *const *protocols;          // names of the IP protocols by number, 256 of them, as
                                  // /etc/protocols has them; NULL: not read, or one of none
    struct nf_names marks;               // of packets, of iproute2's rt_marks
    struct nf_names cgroups;             // of cgroup v2, by the number of their directory: paths
    int64_t time;                        // when they were read, seconds since 1970
    int32_t (*utc_offset)(int64_t time); // seconds that clocks here are ahead of UTC; NULL: none
    struct arena arena;
    atomic_uint references;
};

// Returns empty ones with one reference, the caller's, or NULL when memory is out.
struct ruleset_names *ruleset_names_new(void);

// One more reference; one less, and the last frees them (NULL is nothing).
struct ruleset_names *ruleset_names_ref(struct ruleset_names *names);
void ruleset_names_unref(struct ruleset_names *names);

// The name of that number, or NULL.
const char *nf_names_find(const struct nf_names *names, uint32_t number);

#endif
