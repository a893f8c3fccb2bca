// SPDX-License-Identifier: GPL-2.0-or-later
// The little of bpf(2) that reading needs: which programs hang on an interface, what they are
// called.
#ifndef SOURCE_BPF_H
#define SOURCE_BPF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Where on an interface a program can hang (enum bpf_attach_type; the headers of Debian 12 end
// before these).
enum bpf_hook {
    BPF_HOOK_TCX_INGRESS = 46, // kernel 6.6
    BPF_HOOK_TCX_EGRESS = 47,
    BPF_HOOK_NETKIT_PRIMARY = 54, // kernel 6.7
    BPF_HOOK_NETKIT_PEER = 55,
};

#define BPF_NAME_SIZE 16

// Stores the ids of the programs at a hook of the interface of that index, in the namespace that
// the thread is in. Returns how many there are (at most max), or -errno: -EINVAL where the kernel
// has no such hook, -EPERM without CAP_NET_ADMIN.
int bpf_programs_at(int32_t ifindex, enum bpf_hook hook, uint32_t *ids, size_t max);

// Stores the name that the program was loaded with. Returns 0 or -errno; -EPERM without CAP_BPF (or
// CAP_SYS_ADMIN).
int bpf_program_name(uint32_t id, char ret_name[BPF_NAME_SIZE]);

// True if a program for traffic control (which tcx and netkit are too) may be loaded anywhere on
// this machine: if not, no interface needs to be asked. Looks only at programs that are new since
// the last call, from any thread. Without CAP_SYS_ADMIN it cannot know, and says true.
bool bpf_has_tc_programs(void);

#endif
