// SPDX-License-Identifier: GPL-2.0-or-later
// Bypasses that are BPF programs but on no interface: at the hooks of netfilter, among the chains;
// and those of control groups, which see what the sockets of a group's processes do.
#include <errno.h>
#include <string.h>

#include "base/buffer.h"
#include "base/hash.h"
#include "model/bypass.h"
#include "model/netfilter.h"

// --- Hooks of netfilter --------------------------------------------------------------------------

#define DROPS "may drop packets here; no tool of nftables or iptables shows it"

static int add_hook_program(struct table *table, const struct hook_program *program) {
    const uint64_t numbers[] = {program->family, program->hook, (uint64_t)program->priority,
                                program->id, program->link};
    struct bypass *row =
        bypass_add(table, BYPASS_PROGRAM, road_point_of(program->family, program->hook), numbers,
                   sizeof(numbers));
    if (!row)
        return -ENOMEM;
    row->name = program->name ? arena_strdup(&table->arena, program->name) : NULL;
    row->id = maybe_of(program->id);
    row->mode = nf_family_name(program->family);
    row->has_prio = true;
    row->prio = program->priority;
    row->effect = program->elsewhere ? DROPS ", if it is in this namespace: which it is in the "
                                             "kernel does not tell"
                                     : DROPS;
    row->evidence = program->elsewhere ? "BPF_OBJ_GET_INFO_BY_FD of a link of type netfilter"
                                       : "NFNL_MSG_HOOK_GET: NFNL_HOOK_TYPE_BPF";
    return 0;
}

// --- Control groups ------------------------------------------------------------------------------

static const struct {
    enum road_point station;
    const char *mode, *attach_type, *effect;
} cgroup_hooks[CGROUP_HOOK_COUNT] = {
    [CGROUP_INGRESS] = {ROAD_AT_CGROUP_INGRESS, "ingress", "BPF_CGROUP_INET_INGRESS",
                        "may drop what its processes receive, after netfilter has let it pass"},
    [CGROUP_EGRESS] = {ROAD_AT_CGROUP_EGRESS, "egress", "BPF_CGROUP_INET_EGRESS",
                       "may drop what its processes send, after netfilter has seen it"},
    [CGROUP_SOCK_OPS] = {ROAD_AT_SOCKET, "sock_ops", "BPF_CGROUP_SOCK_OPS",
                         "may tune connections, or hand what they send to other sockets of this "
                         "machine (sockmap): past all hooks"},
    [CGROUP_CONNECT4] = {ROAD_AT_SOCKET, "connect4", "BPF_CGROUP_INET4_CONNECT",
                         "may refuse connections over IPv4, or have them made to another address "
                         "before netfilter sees a packet: without DNAT"},
    [CGROUP_CONNECT6] = {ROAD_AT_SOCKET, "connect6", "BPF_CGROUP_INET6_CONNECT",
                         "may refuse connections over IPv6, or have them made to another address "
                         "before netfilter sees a packet: without DNAT"},
    [CGROUP_SENDMSG4] = {ROAD_AT_SOCKET, "sendmsg4", "BPF_CGROUP_UDP4_SENDMSG",
                         "may refuse datagrams over IPv4, or send them to another address before "
                         "netfilter sees them: without DNAT"},
    [CGROUP_SENDMSG6] = {ROAD_AT_SOCKET, "sendmsg6", "BPF_CGROUP_UDP6_SENDMSG",
                         "may refuse datagrams over IPv6, or send them to another address before "
                         "netfilter sees them: without DNAT"},
    [CGROUP_RECVMSG4] = {ROAD_AT_CGROUP_INGRESS, "recvmsg4", "BPF_CGROUP_UDP4_RECVMSG",
                         "may tell processes another sender of datagrams over IPv4 than netfilter "
                         "has seen"},
    [CGROUP_RECVMSG6] = {ROAD_AT_CGROUP_INGRESS, "recvmsg6", "BPF_CGROUP_UDP6_RECVMSG",
                         "may tell processes another sender of datagrams over IPv6 than netfilter "
                         "has seen"},
};

static int add_cgroup_program(struct table *table, const struct cgroup_program *program) {
    const uint64_t numbers[] = {program->hook, program->id,
                                hash_add(HASH_START, program->cgroup, strlen(program->cgroup))};
    struct buffer evidence = BUFFER_INIT;
    struct bypass *row = bypass_add(table, BYPASS_CGROUP, cgroup_hooks[program->hook].station,
                                    numbers, sizeof(numbers));
    if (!row)
        return -ENOMEM;
    row->name = program->name ? arena_strdup(&table->arena, program->name) : NULL;
    row->id = maybe_of(program->id);
    row->mode = cgroup_hooks[program->hook].mode;
    row->cgroup = arena_strdup(&table->arena, program->cgroup);
    row->effect = cgroup_hooks[program->hook].effect;
    buffer_printf(&evidence, "BPF_PROG_QUERY: %s of %s", cgroup_hooks[program->hook].attach_type,
                  program->cgroup);
    row->evidence = bypass_keep_text(table, &evidence);
    return row->cgroup && row->evidence ? 0 : -ENOMEM;
}

int bypass_add_bpf(struct table *table, const struct bypass_facts *facts) {
    int r = 0;
    for (size_t i = 0; i < facts->hook_program_count && r == 0; i++)
        r = add_hook_program(table, &facts->hook_programs[i]);
    for (size_t i = 0; i < facts->cgroup_program_count && r == 0; i++)
        r = add_cgroup_program(table, &facts->cgroup_programs[i]);
    return r;
}
