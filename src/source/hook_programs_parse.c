// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_hook.h>

#include "source/hook_programs.h"

// Newer than the headers of Debian 12.
#define HOOK_TYPE_BPF 2 // NFNL_HOOK_TYPE_BPF, Linux 6.4
#define HOOK_BPF_ID   1 // NFNLA_HOOK_BPF_ID

static bool get_number(const struct nlattr *attr, uint32_t *ret_number) {
    if (!attr || nla_len(attr) != sizeof(uint32_t))
        return false;
    *ret_number = ntohl(nla_get_u32(attr));
    return true;
}

static const struct nlattr *find_in(const struct nlattr *nest, int type) {
    return nest ? nla_find(nla_data(nest), nla_len(nest), type) : NULL;
}

static bool get_program(const struct nlattr *info, uint32_t *ret_id) {
    uint32_t type;
    return get_number(find_in(info, NFNLA_HOOK_INFO_TYPE), &type) && type == HOOK_TYPE_BPF &&
           get_number(find_in(find_in(info, NFNLA_HOOK_INFO_DESC), HOOK_BPF_ID), ret_id);
}

bool hook_program_parse(const struct nlmsghdr *message, struct hook_program *ret_program) {
    const int head = sizeof(struct nfgenmsg);
    struct hook_program program = {0};
    uint32_t priority;
    if (nlmsg_datalen(message) < head)
        return false;
    const struct nlattr *attrs = nlmsg_attrdata(message, head);
    int length = nlmsg_attrlen(message, head);
    if (!get_number(nla_find(attrs, length, NFNLA_HOOK_HOOKNUM), &program.hook) ||
        !get_number(nla_find(attrs, length, NFNLA_HOOK_PRIORITY), &priority) ||
        !get_program(nla_find(attrs, length, NFNLA_HOOK_CHAIN_INFO), &program.id))
        return false;
    program.family = ((const struct nfgenmsg *)nlmsg_data(message))->nfgen_family;
    program.priority = (int32_t)priority;
    *ret_program = program;
    return true;
}
