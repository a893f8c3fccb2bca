// SPDX-License-Identifier: GPL-2.0-or-later
// BPF programs on the way of packets. XDP comes with the interface; here come those of tc: filters
// of clsact and ingress qdiscs (asked for only where there is such a qdisc), and the hooks that
// newer kernels have without qdiscs, tcx and netkit. Last, all of them get their names.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include "source/bpf.h"
#include "source/link_parse.h"
#include "source/link_read.h"
#include "source/netns_enter.h"

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

// The few interfaces that have a qdisc for classifiers on their way.
struct qdiscs {
    struct link_qdisc *entries;
    size_t count;
};

static int take_qdisc(const struct nlmsghdr *message, void *user_data) {
    struct qdiscs *qdiscs = user_data;
    struct link_qdisc qdisc;
    int r = link_qdisc_parse(message, &qdisc);
    if (r < 0)
        return r == -ENOMSG ? 0 : r;
    if (!qdisc.ingress)
        return 0;
    void *grown = reallocarray(qdiscs->entries, qdiscs->count + 1, sizeof(*qdiscs->entries));
    if (!grown)
        return -ENOMEM;
    qdiscs->entries = grown;
    qdiscs->entries[qdiscs->count++] = qdisc;
    return 0;
}

static void restart_qdiscs(void *user_data) {
    struct qdiscs *qdiscs = user_data;
    qdiscs->count = 0;
}

// The filters of one side of one interface.
struct filters {
    struct link_reading *reading;
    struct link *link;
    size_t programs_before;
};

static int take_filter(const struct nlmsghdr *message, void *user_data) {
    struct filters *filters = user_data;
    struct link_program program;
    int r = link_filter_parse(message, &filters->reading->table->arena, &program);
    if (r < 0)
        return r == -ENOMSG ? 0 : r;
    return add_program(filters->reading, filters->link, &program);
}

static void restart_filters(void *user_data) {
    struct filters *filters = user_data;
    filters->link->program_count = filters->programs_before;
}

static int read_filters(struct link_reading *reading, struct link *link, uint32_t side,
                        struct error *err) {
    const struct tcmsg header = {.tcm_family = AF_UNSPEC,
                                 .tcm_ifindex = link->ifindex,
                                 .tcm_parent = TC_H_MAKE(TC_H_CLSACT, side)};
    struct filters filters = {reading, link, link->program_count};
    const struct netlink_reader reader = {take_filter, restart_filters, &filters};
    return netlink_dump(&reading->netlink, netlink_request(RTM_GETTFILTER, &header, sizeof(header)),
                        &reader, err);
}

static int read_filters_of(struct link_reading *reading, const struct link_qdisc *qdisc,
                           struct error *err) {
    struct link *link = link_reading_row(reading, qdisc->ifindex);
    int r = link ? read_filters(reading, link, TC_H_MIN_INGRESS, err) : 0;
    if (r == 0 && link && qdisc->egress)
        r = read_filters(reading, link, TC_H_MIN_EGRESS, err);
    // One that has just gone has no filters; the others have.
    return r == -ENODEV || r == -EINVAL ? 0 : r;
}

static void read_tc(struct link_reading *reading) {
    const struct tcmsg header = {.tcm_family = AF_UNSPEC};
    struct qdiscs qdiscs = {0};
    const struct netlink_reader reader = {take_qdisc, restart_qdiscs, &qdiscs};
    struct error err = {0};
    int r = netlink_dump(&reading->netlink, netlink_request(RTM_GETQDISC, &header, sizeof(header)),
                         &reader, &err);
    for (size_t i = 0; r == 0 && i < qdiscs.count; i++)
        r = read_filters_of(reading, &qdiscs.entries[i], &err);
    // A kernel without traffic control has no such programs.
    if (!netlink_is_unsupported(r))
        link_reading_trouble(reading, "tc programs", r, &err);
    free(qdiscs.entries);
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

static void read_hooks(struct link_reading *reading) {
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
    if (bpf_has_tc_programs()) {
        read_tc(reading);
        read_hooks(reading);
    }
    name_programs(reading);
}
