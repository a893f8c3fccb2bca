// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/hook_programs.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_hook.h>

#include "source/bpf.h"
#include "source/netlink.h"

struct reading {
    struct arena *arena;
    struct hook_programs programs;
};

static int add(struct reading *reading, const struct hook_program *program) {
    struct hook_programs *programs = &reading->programs;
    struct hook_program *grown = reallocarray(programs->items, programs->count + 1, sizeof(*grown));
    char name[BPF_NAME_SIZE];
    if (!grown)
        return -ENOMEM;
    programs->items = grown;
    grown[programs->count] = *program;
    if (bpf_program_name(program->id, name) == 0 && name[0])
        grown[programs->count].name = arena_strdup(reading->arena, name);
    programs->count++;
    return 0;
}

// --- What the kernel tells of its hooks ----------------------------------------------------------

struct nl_msg *nf_hook_request(uint8_t family, uint32_t hook) {
    const struct nfgenmsg header = {.nfgen_family = family, .version = NFNETLINK_V0};
    struct nl_msg *request =
        netlink_request(NFNL_SUBSYS_HOOK << 8 | NFNL_MSG_HOOK_GET, &header, sizeof(header));
    if (request && nla_put_u32(request, NFNLA_HOOK_HOOKNUM, htonl(hook)) < 0) {
        nlmsg_free(request);
        return NULL;
    }
    return request;
}

static int take_hook(const struct nlmsghdr *message, void *user_data) {
    struct hook_program program;
    return hook_program_parse(message, &program) ? add(user_data, &program) : 0;
}

struct restarting {
    struct reading *reading;
    size_t count; // before the dump
};

static int take_of_dump(const struct nlmsghdr *message, void *user_data) {
    struct restarting *dump = user_data;
    return take_hook(message, dump->reading);
}

static void restart(void *user_data) {
    struct restarting *dump = user_data;
    dump->reading->programs.count = dump->count;
}

static int read_hook(struct netlink *netlink, uint8_t family, uint32_t hook,
                     struct reading *reading, struct error *err) {
    struct restarting dump = {reading, reading->programs.count};
    const struct netlink_reader reader = {
        .sink = take_of_dump, .restart = restart, .user_data = &dump};
    return netlink_dump(netlink, nf_hook_request(family, hook), &reader, err);
}

static int read_hooks(const struct netns *netns, struct reading *reading, struct error *err) {
    static const uint8_t families[] = {NF_FAMILY_IP, NF_FAMILY_IP6};
    struct netlink netlink;
    int r = netlink_open(&netlink, netns, NETLINK_NETFILTER, err);
    if (r < 0)
        return r;
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
        for (uint32_t hook = NF_HOOK_PREROUTING; hook <= NF_HOOK_POSTROUTING && r == 0; hook++)
            r = read_hook(&netlink, families[i], hook, reading, err);
    }
    netlink_close(&netlink);
    return r;
}

// --- Links, of which it does not tell the namespace ----------------------------------------------

static int read_links(struct reading *reading, struct error *err) {
    struct bpf_netfilter_link link = {.id = 0};
    int r;
    while ((r = bpf_next_netfilter_link(link.id, &link)) > 0) {
        const struct hook_program program = {.family = (uint8_t)link.family,
                                             .hook = link.hook,
                                             .priority = link.priority,
                                             .id = link.program,
                                             .link = link.id,
                                             .elsewhere = true};
        r = add(reading, &program);
        if (r < 0)
            return r;
    }
    if (r == -EPERM)
        return error_set(err, r, "needs CAP_SYS_ADMIN");
    return r < 0 ? error_set_errno(err, r, "BPF_LINK_GET_NEXT_ID") : 0;
}

int hook_programs_read(const struct netns *netns, struct arena *arena,
                       struct hook_programs *ret_programs, struct error *err) {
    struct reading reading = {.arena = arena};
    int r = 0;
    if (bpf_may_have(BPF_USE_NETFILTER)) {
        r = read_hooks(netns, &reading, err);
        // As nfnetlink answers where it has no such part.
        if (r == -EINVAL || r == -EOPNOTSUPP)
            r = read_links(&reading, err);
    }
    *ret_programs = reading.programs;
    return r;
}
