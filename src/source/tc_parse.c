// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/tc_parse.h"

#include <errno.h>
#include <string.h>

#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_bpf.h>
#include <linux/tc_act/tc_connmark.h>
#include <linux/tc_act/tc_csum.h>
#include <linux/tc_act/tc_ct.h>
#include <linux/tc_act/tc_ctinfo.h>
#include <linux/tc_act/tc_gact.h>
#include <linux/tc_act/tc_mirred.h>
#include <linux/tc_act/tc_mpls.h>
#include <linux/tc_act/tc_nat.h>
#include <linux/tc_act/tc_pedit.h>
#include <linux/tc_act/tc_sample.h>
#include <linux/tc_act/tc_skbedit.h>
#include <linux/tc_act/tc_skbmod.h>
#include <linux/tc_act/tc_tunnel_key.h>
#include <linux/tc_act/tc_vlan.h>
#include <netlink/msg.h>

#include "source/attr.h"

// With NLA_NUL_STRING libnl would not look for the NUL.
static const struct nla_policy tc_policy[TCA_MAX + 1] = {
    [TCA_KIND] = {.type = NLA_STRING},
    [TCA_OPTIONS] = {.type = NLA_NESTED},
    [TCA_CHAIN] = {.type = NLA_U32},
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

int tc_qdisc_parse(const struct nlmsghdr *message, struct tc_qdisc *ret_qdisc) {
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

// --- Pieces --------------------------------------------------------------------------------------

static const struct nlattr *find(const struct nlattr *nest, int type) {
    return type > 0 ? nla_find(nla_data(nest), nla_len(nest), type) : NULL;
}

static struct maybe find_u32(const struct nlattr *nest, int type) {
    const struct nlattr *attr = find(nest, type);
    return attr && nla_len(attr) >= (int)sizeof(uint32_t) ? maybe_of(nla_get_u32(attr))
                                                          : (struct maybe){0};
}

// Stores a copy of the text, if it is there and not empty. Returns 0 or -ENOMEM.
static int find_text(const struct nlattr *nest, int type, struct arena *arena,
                     const char **ret_text) {
    const struct nlattr *attr = find(nest, type);
    if (!attr || nla_len(attr) == 0 || *(const char *)nla_data(attr) == '\0')
        return 0;
    const char *text = arena_strndup(arena, nla_data(attr), (size_t)nla_len(attr));
    if (text)
        *ret_text = text;
    return text ? 0 : -ENOMEM;
}

// --- Actions -------------------------------------------------------------------------------------

#define VERDICT_OF_GENERIC 8 // offset of `action` in tc_gen, with which nearly all structs begin
#define VERDICT_OF_POLICE  4 // in struct tc_police

// Which attribute of its options has an action's struct.
static const struct {
    const char *kind;
    int parameters;
    size_t verdict; // offset
} action_kinds[] = {
    {"bpf", TCA_ACT_BPF_PARMS, VERDICT_OF_GENERIC},
    {"connmark", TCA_CONNMARK_PARMS, VERDICT_OF_GENERIC},
    {"csum", TCA_CSUM_PARMS, VERDICT_OF_GENERIC},
    {"ct", TCA_CT_PARMS, VERDICT_OF_GENERIC},
    {"ctinfo", TCA_CTINFO_ACT, VERDICT_OF_GENERIC},
    {"gact", TCA_GACT_PARMS, VERDICT_OF_GENERIC},
    {"mirred", TCA_MIRRED_PARMS, VERDICT_OF_GENERIC},
    {"mpls", TCA_MPLS_PARMS, VERDICT_OF_GENERIC},
    {"nat", TCA_NAT_PARMS, VERDICT_OF_GENERIC},
    {"pedit", TCA_PEDIT_PARMS, VERDICT_OF_GENERIC},
    {"pedit", TCA_PEDIT_PARMS_EX, VERDICT_OF_GENERIC},
    {"police", TCA_POLICE_TBF, VERDICT_OF_POLICE},
    {"sample", TCA_SAMPLE_PARMS, VERDICT_OF_GENERIC},
    {"skbedit", TCA_SKBEDIT_PARMS, VERDICT_OF_GENERIC},
    {"skbmod", TCA_SKBMOD_PARMS, VERDICT_OF_GENERIC},
    {"tunnel_key", TCA_TUNNEL_KEY_PARMS, VERDICT_OF_GENERIC},
    {"vlan", TCA_VLAN_PARMS, VERDICT_OF_GENERIC},
};

static void read_verdict(const struct nlattr *options, struct tc_action *action) {
    size_t size = sizeof(action->verdict);
    for (size_t i = 0; i < sizeof(action_kinds) / sizeof(action_kinds[0]); i++) {
        if (strcmp(action->kind, action_kinds[i].kind) != 0)
            continue;
        const struct nlattr *attr = find(options, action_kinds[i].parameters);
        if (!attr || (size_t)nla_len(attr) < action_kinds[i].verdict + size)
            continue;
        memcpy(&action->verdict, (const char *)nla_data(attr) + action_kinds[i].verdict, size);
        action->has_verdict = true;
    }
}

static void read_mirred(const struct nlattr *options, struct tc_action *action) {
    const struct nlattr *attr = find(options, TCA_MIRRED_PARMS);
    struct tc_mirred mirred;
    if (!attr || nla_len(attr) < (int)sizeof(mirred))
        return;
    memcpy(&mirred, nla_data(attr), sizeof(mirred));
    action->to_ifindex = maybe_of(mirred.ifindex);
    action->mirrors = mirred.eaction == TCA_EGRESS_MIRROR || mirred.eaction == TCA_INGRESS_MIRROR;
}

static int read_action_options(const struct nlattr *options, struct arena *arena,
                               struct tc_action *action) {
    read_verdict(options, action);
    if (strcmp(action->kind, "mirred") == 0)
        read_mirred(options, action);
    if (strcmp(action->kind, "bpf") != 0)
        return 0;
    action->program = find_u32(options, TCA_ACT_BPF_ID);
    return find_text(options, TCA_ACT_BPF_NAME, arena, &action->program_name);
}

static int read_action(const struct nlattr *nest, struct arena *arena, struct tc_action *action) {
    const struct nlattr *options = find(nest, TCA_ACT_OPTIONS);
    int r = find_text(nest, TCA_ACT_KIND, arena, &action->kind);
    if (r < 0)
        return r;
    if (!action->kind)
        return -EBADMSG;
    return options ? read_action_options(options, arena, action) : 0;
}

static int read_actions(const struct nlattr *nest, struct arena *arena, struct tc_filter *filter) {
    struct tc_action actions[TCA_ACT_MAX_PRIO];
    size_t count = 0;
    const struct nlattr *inner;
    int left, r = 0;
    ATTR_FOR_EACH_NESTED(inner, nest, left) {
        if (count == TCA_ACT_MAX_PRIO || r < 0)
            break;
        actions[count] = (struct tc_action){0};
        r = read_action(inner, arena, &actions[count++]);
    }
    if (r < 0 || count == 0)
        return r;
    filter->actions = arena_copy(arena, actions, count * sizeof(actions[0]));
    filter->action_count = filter->actions ? count : 0;
    return filter->actions ? 0 : -ENOMEM;
}

// A filter of the old form has the one action's options in its own.
static int read_police(const struct nlattr *options, struct arena *arena,
                       struct tc_filter *filter) {
    struct tc_action action = {.kind = "police"};
    read_verdict(options, &action);
    filter->actions = arena_copy(arena, &action, sizeof(action));
    filter->action_count = filter->actions ? 1 : 0;
    return filter->actions ? 0 : -ENOMEM;
}

// --- Filters -------------------------------------------------------------------------------------

// Where a classifier's options have what all of them can have; 0: nowhere.
static const struct classifier {
    const char *kind;
    int actions, police, flags;
} classifiers[] = {
    {"basic", TCA_BASIC_ACT, TCA_BASIC_POLICE, 0},
    {"bpf", TCA_BPF_ACT, TCA_BPF_POLICE, TCA_BPF_FLAGS_GEN},
    {"cgroup", TCA_CGROUP_ACT, TCA_CGROUP_POLICE, 0},
    {"flow", TCA_FLOW_ACT, TCA_FLOW_POLICE, 0},
    {"flower", TCA_FLOWER_ACT, 0, TCA_FLOWER_FLAGS},
    {"fw", TCA_FW_ACT, TCA_FW_POLICE, 0},
    {"matchall", TCA_MATCHALL_ACT, 0, TCA_MATCHALL_FLAGS},
    {"route", TCA_ROUTE4_ACT, TCA_ROUTE4_POLICE, 0},
    {"tcindex", TCA_TCINDEX_ACT, TCA_TCINDEX_POLICE, 0},
    {"u32", TCA_U32_ACT, TCA_U32_POLICE, TCA_U32_FLAGS},
};

static int read_program(const struct nlattr *options, struct arena *arena,
                        struct tc_filter *filter) {
    struct maybe flags = find_u32(options, TCA_BPF_FLAGS);
    filter->direct_action = flags.known && flags.value & TCA_BPF_FLAG_ACT_DIRECT;
    filter->program = find_u32(options, TCA_BPF_ID);
    return find_text(options, TCA_BPF_NAME, arena, &filter->program_name);
}

static int read_classifier(const struct classifier *classifier, const struct nlattr *options,
                           struct arena *arena, struct tc_filter *filter) {
    const struct nlattr *actions = find(options, classifier->actions);
    const struct nlattr *police = find(options, classifier->police);
    struct maybe flags = find_u32(options, classifier->flags);
    filter->in_hardware = flags.known && flags.value & TCA_CLS_FLAGS_IN_HW;
    int r = actions  ? read_actions(actions, arena, filter)
            : police ? read_police(police, arena, filter)
                     : 0;
    return r == 0 && strcmp(classifier->kind, "bpf") == 0 ? read_program(options, arena, filter)
                                                          : r;
}

static int read_options(const struct nlattr *options, struct arena *arena,
                        struct tc_filter *filter) {
    for (size_t i = 0; i < sizeof(classifiers) / sizeof(classifiers[0]); i++) {
        if (strcmp(filter->kind, classifiers[i].kind) == 0)
            return read_classifier(&classifiers[i], options, arena, filter);
    }
    return 0;
}

// Each priority comes first without options: only what has them is a filter.
int tc_filter_parse(const struct nlmsghdr *message, struct arena *arena,
                    struct tc_filter *ret_filter) {
    const struct tcmsg *header = nlmsg_data(message);
    struct nlattr *attrs[TCA_MAX + 1];
    if (message->nlmsg_type != RTM_NEWTFILTER)
        return -ENOMSG;
    int r = parse_tc(message, attrs);
    if (r < 0)
        return r;
    if (!attrs[TCA_OPTIONS])
        return -ENOMSG;
    struct tc_filter filter = {.priority = TC_H_MAJ(header->tcm_info) >> 16,
                               .handle = header->tcm_handle,
                               .kind = arena_strdup(arena, nla_get_string(attrs[TCA_KIND]))};
    if (!filter.kind)
        return -ENOMEM;
    if (attrs[TCA_CHAIN])
        filter.chain = nla_get_u32(attrs[TCA_CHAIN]);
    r = read_options(attrs[TCA_OPTIONS], arena, &filter);
    if (r == 0)
        *ret_filter = filter;
    return r;
}
