// SPDX-License-Identifier: GPL-2.0-or-later
// RTM_NEWQDISC and RTM_NEWTFILTER, as far as BPF programs need them (linux/pkt_sched.h,
// linux/pkt_cls.h).
#include "source/link_parse.h"

#include <errno.h>
#include <string.h>

#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>

static const struct nla_policy tc_policy[TCA_MAX + 1] = {
    [TCA_KIND] = {.type = NLA_NUL_STRING},
    [TCA_OPTIONS] = {.type = NLA_NESTED},
};

static const struct nla_policy bpf_policy[TCA_BPF_MAX + 1] = {
    [TCA_BPF_NAME] = {.type = NLA_NUL_STRING},
    [TCA_BPF_ID] = {.type = NLA_U32},
};

// Reads the attributes behind a tcmsg. Returns 0 or -EBADMSG, also where there is no kind.
static int parse_tc(const struct nlmsghdr *message, struct nlattr **attrs) {
    int header_size = (int)sizeof(struct tcmsg);
    if (nlmsg_datalen(message) < header_size ||
        nla_parse(attrs, TCA_MAX, nlmsg_attrdata(message, header_size),
                  nlmsg_attrlen(message, header_size), tc_policy) < 0)
        return -EBADMSG;
    return attrs[TCA_KIND] ? 0 : -EBADMSG;
}

int link_qdisc_parse(const struct nlmsghdr *message, struct link_qdisc *ret_qdisc) {
    const struct tcmsg *header = nlmsg_data(message);
    struct nlattr *attrs[TCA_MAX + 1];
    if (message->nlmsg_type != RTM_NEWQDISC)
        return -ENOMSG;
    int r = parse_tc(message, attrs);
    if (r < 0)
        return r;
    bool both = nla_strcmp(attrs[TCA_KIND], "clsact") == 0;
    ret_qdisc->ifindex = header->tcm_ifindex;
    ret_qdisc->ingress = both || nla_strcmp(attrs[TCA_KIND], "ingress") == 0;
    ret_qdisc->egress = both;
    return 0;
}

static int read_program(const struct nlattr *options, struct arena *arena,
                        struct link_program *program) {
    struct nlattr *attrs[TCA_BPF_MAX + 1];
    if (nla_parse(attrs, TCA_BPF_MAX, nla_data(options), nla_len(options), bpf_policy) < 0)
        return -EBADMSG;
    if (attrs[TCA_BPF_ID])
        program->id = maybe_of(nla_get_u32(attrs[TCA_BPF_ID]));
    if (!attrs[TCA_BPF_NAME])
        return 0;
    program->name = arena_strdup(arena, nla_get_string(attrs[TCA_BPF_NAME]));
    return program->name ? 0 : -ENOMEM;
}

static const char *name_side(uint32_t parent) {
    switch (parent) {
    case TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS):
        return "tc-ingress";
    case TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS):
        return "tc-egress";
    default:
        return NULL;
    }
}

// Each priority comes first without options: only what has them is a filter.
int link_filter_parse(const struct nlmsghdr *message, struct arena *arena,
                      struct link_program *ret_program) {
    const struct tcmsg *header = nlmsg_data(message);
    struct nlattr *attrs[TCA_MAX + 1];
    if (message->nlmsg_type != RTM_NEWTFILTER)
        return -ENOMSG;
    int r = parse_tc(message, attrs);
    if (r < 0)
        return r;
    const char *side = name_side(header->tcm_parent);
    if (!side || nla_strcmp(attrs[TCA_KIND], "bpf") != 0 || !attrs[TCA_OPTIONS])
        return -ENOMSG;
    struct link_program program = {.attached = side,
                                   .priority = maybe_of(TC_H_MAJ(header->tcm_info) >> 16)};
    r = read_program(attrs[TCA_OPTIONS], arena, &program);
    if (r == 0)
        *ret_program = program;
    return r;
}
