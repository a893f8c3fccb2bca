// SPDX-License-Identifier: GPL-2.0-or-later
// BPF programs on the way of packets. XDP comes with the interface; here come those of tc: filters
// of clsact and ingress qdiscs (asked for only where there is such a qdisc), and the hooks that
// newer kernels have without qdiscs, tcx and netkit. Last, all of them get their names.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "source/bpf.h"
#include "source/link_read.h"
#include "source/netns_enter.h"
#include "source/tc.h"

#define HOOK_PROGRAMS_MAX 64 // the kernel's own limit (BPF_MPROG_MAX)

static int add_program(struct link_reading *reading, struct link *link,
                       const struct link_program *program) {
    size_t size = sizeof(*program);
    struct link_program *grown =
        arena_alloc(&reading->table->arena, (link->program_count + 1) * size);
    if (!grown)
        return -ENOMEM;
    if (link->program_count > 0)
        memcpy(grown, link->programs, link->program_count * size);
    grown[link->program_count] = *program;
    link->programs = grown;
    link->program_count++;
    return 0;
}

// --- Filters of qdiscs ---------------------------------------------------------------------------

static int add_filter(struct link_reading *reading, const struct tc_filter *filter) {
    struct link *link = link_reading_row(reading, filter->ifindex);
    if (!link || strcmp(filter->kind, "bpf") != 0)
        return 0;
    const struct link_program program = {.attached = filter->side == TC_SIDE_INGRESS ? "tc-ingress"
                                                                                     : "tc-egress",
                                         .id = filter->program,
                                         .name = filter->program_name,
                                         .priority = maybe_of(filter->priority)};
    return add_program(reading, link, &program);
}

static void read_tc(struct link_reading *reading) {
    struct tc_filters filters;
    struct error err = {0};
    int r = tc_read_filters(&reading->netlink, &reading->table->arena, &filters, &err);
    for (size_t i = 0; i < filters.count && r != -ENOMEM; i++) {
        int added = add_filter(reading, &filters.items[i]);
        r = added < 0 ? added : r;
    }
    link_reading_trouble(reading, "tc programs", r, &err);
    free(filters.items);
}

// --- tcx and netkit ------------------------------------------------------------------------------

static const struct hook {
    enum bpf_hook hook;
    const char *attached;
    bool netkit; // on devices of that kind only
} hooks[] = {
    {BPF_HOOK_TCX_INGRESS, "tcx-ingress", false},
    {BPF_HOOK_TCX_EGRESS, "tcx-egress", false},
    {BPF_HOOK_NETKIT_PRIMARY, "netkit-primary", true},
    {BPF_HOOK_NETKIT_PEER, "netkit-peer", true},
};

static int read_hook(struct link_reading *reading, struct link *link, const struct hook *hook) {
    uint32_t ids[HOOK_PROGRAMS_MAX];
    if (hook->netkit && strcmp(link->info_kind, "netkit") != 0)
        return 0;
    int count = bpf_programs_at(link->ifindex, hook->hook, ids, HOOK_PROGRAMS_MAX);
    for (int i = 0; i < count; i++) {
        const struct link_program program = {.attached = hook->attached, .id = maybe_of(ids[i])};
        int r = add_program(reading, link, &program);
        if (r < 0)
            return r;
    }
    // The other end of a netkit pair cannot be asked (-EACCES), nor one that has just gone.
    return count >= 0 || count == -EACCES || count == -ENODEV ? 0 : count;
}

// Stops at the first trouble: what one interface is refused, all are.
static int read_hooks_of_all(struct link_reading *reading) {
    struct link *links = reading->table->rows;
    for (size_t i = 0; i < reading->table->count; i++) {
        for (size_t h = 0; h < sizeof(hooks) / sizeof(hooks[0]); h++) {
            int r = read_hook(reading, &links[i], &hooks[h]);
            if (r < 0)
                return r;
        }
    }
    return 0;
}

void link_read_hook_programs(struct link_reading *reading) {
    struct error err = {0};
    int r = netns_enter(reading->request->netns, &err);
    if (r == 0) {
        r = read_hooks_of_all(reading);
        netns_leave(reading->request->netns);
    }
    // -EINVAL and -ENOSYS come from kernels that have no such hooks.
    if (r == 0 || r == -EINVAL || r == -ENOSYS)
        return;
    if (err.code == 0)
        error_set(&err, r, "%s", r == -EPERM ? "needs CAP_NET_ADMIN" : strerror(-r));
    link_reading_trouble(reading, "tcx programs", r, &err);
}

// --- Names ---------------------------------------------------------------------------------------

// Without the privilege a program keeps the name that its tc filter has, or none.
static void name_program(struct link_reading *reading, struct link_program *program) {
    char name[BPF_NAME_SIZE];
    if (!program->id.known || bpf_program_name((uint32_t)program->id.value, name) < 0 || !name[0])
        return;
    const char *copy = arena_strdup(&reading->table->arena, name);
    if (copy)
        program->name = copy;
}

static void name_programs(struct link_reading *reading) {
    struct link *links = reading->table->rows;
    for (size_t i = 0; i < reading->table->count; i++) {
        struct link_program *programs = (struct link_program *)(uintptr_t)links[i].programs;
        for (size_t p = 0; p < links[i].program_count; p++)
            name_program(reading, &programs[p]);
    }
}

void link_read_programs(struct link_reading *reading) {
    if (bpf_may_have(BPF_USE_TC)) {
        read_tc(reading);
        link_read_hook_programs(reading);
    }
    name_programs(reading);
}
