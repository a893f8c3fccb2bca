// SPDX-License-Identifier: GPL-2.0-or-later
// BPF programs at the hooks of netfilter, which stand among the chains and in no table.
#ifndef SOURCE_HOOK_PROGRAMS_H
#define SOURCE_HOOK_PROGRAMS_H

#include <stddef.h>

#include <netlink/msg.h>

#include "base/arena.h"
#include "base/error.h"
#include "model/bypass.h"
#include "model/netns.h"

struct hook_programs {
    struct hook_program *items;
    size_t count;
};

// Reads those of IPv4 and IPv6 in the namespace; the items are the caller's to free (also when it
// fails), their names are in the arena. Where the kernel does not tell what is at its hooks
// (nfnetlink_hook), those of all namespaces are there, marked. Returns 0 or -errno.
int hook_programs_read(const struct netns *netns, struct arena *arena,
                       struct hook_programs *ret_programs, struct error *err);

// A request for all that stands at a hook (linux/netfilter/nfnetlink_hook.h). NULL when memory is
// out.
struct nl_msg *nf_hook_request(uint8_t family, uint32_t hook);

// Whether what the kernel tells of a hook is a BPF program: fills it but for its name. Pure.
bool hook_program_parse(const struct nlmsghdr *message, struct hook_program *ret_program);

#endif
