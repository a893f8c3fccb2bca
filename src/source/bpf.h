// SPDX-License-Identifier: GPL-2.0-or-later
// The little of bpf(2) that reading needs: which programs hang on an interface, at a control group
// or at a hook of netfilter, what they are called.
#ifndef SOURCE_BPF_H
#define SOURCE_BPF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Where a program can hang (enum bpf_attach_type; the headers of Debian 12 end before some): on a
// control group, or on an interface.
enum bpf_hook {
    BPF_HOOK_CGROUP_INGRESS = 0,
    BPF_HOOK_CGROUP_EGRESS = 1,
    BPF_HOOK_CGROUP_SOCK_OPS = 3,
    BPF_HOOK_CGROUP_CONNECT4 = 10,
    BPF_HOOK_CGROUP_CONNECT6 = 11,
    BPF_HOOK_CGROUP_SENDMSG4 = 14,
    BPF_HOOK_CGROUP_SENDMSG6 = 15,
    BPF_HOOK_CGROUP_RECVMSG4 = 19,
    BPF_HOOK_CGROUP_RECVMSG6 = 20,
    BPF_HOOK_TCX_INGRESS = 46, // kernel 6.6
    BPF_HOOK_TCX_EGRESS = 47,
    BPF_HOOK_NETKIT_PRIMARY = 54, // kernel 6.7
    BPF_HOOK_NETKIT_PEER = 55,
};

#define BPF_NAME_SIZE 16

// Stores the ids of the programs at a hook of the interface of that index, in the namespace that
// the thread is in, or of the control group whose directory the descriptor is of. Returns how many
// there are (at most max), or -errno: -EINVAL where the kernel has no such hook, -EPERM without
// CAP_NET_ADMIN.
int bpf_programs_at(int32_t ifindex_or_fd, enum bpf_hook hook, uint32_t *ids, size_t max);

// Stores the name that the program was loaded with. Returns 0 or -errno; -EPERM without CAP_BPF (or
// CAP_SYS_ADMIN).
int bpf_program_name(uint32_t id, char ret_name[BPF_NAME_SIZE]);

// What programs are for.
enum bpf_use {
    BPF_USE_TC,        // which tcx and netkit are too
    BPF_USE_CGROUP,    // what the sockets of a control group's processes send, receive, or ask for
    BPF_USE_NETFILTER, // among the chains of a hook
};

// True if a program for that may be loaded anywhere on this machine: if not, nobody needs to be
// asked for it. Looks only at programs that are new since the last call, from any thread. Without
// CAP_SYS_ADMIN it cannot know, and says true.
bool bpf_may_have(enum bpf_use use);

// A program at a hook of netfilter (struct bpf_link_info, netfilter), in whatever namespace.
struct bpf_netfilter_link {
    uint32_t id, program;
    uint32_t family, hook;
    int32_t priority;
};

// Stores the next of them after the link of that id (0: the first). Returns 1; 0 if there is none;
// or -errno, -EPERM without CAP_SYS_ADMIN.
int bpf_next_netfilter_link(uint32_t id, struct bpf_netfilter_link *ret_link);

#endif
