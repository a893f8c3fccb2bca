// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/expectation_parse.h"

#include <arpa/inet.h>
#include <errno.h>

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netlink/msg.h>

#include "source/attr.h"
#include "source/flow_parse.h"

static int take_tuple(const struct nlattr *attr, const struct attr_target *target,
                      struct flow *flow) {
    return flow_tuple_parse(nla_data(attr), (size_t)nla_len(attr), target->arena, flow);
}

static int take_expected(const struct nlattr *attr, const struct attr_target *target) {
    struct expectation *expectation = target->row;
    return take_tuple(attr, target, &expectation->flow);
}

static int take_mask(const struct nlattr *attr, const struct attr_target *target) {
    struct expectation *expectation = target->row;
    return take_tuple(attr, target, &expectation->mask);
}

static int take_master(const struct nlattr *attr, const struct attr_target *target) {
    struct expectation *expectation = target->row;
    return take_tuple(attr, target, &expectation->master);
}

// Numbers that every expectation has, in network byte order.
static int take_number(const struct nlattr *attr, uint32_t *ret) {
    if (nla_len(attr) < (int)sizeof(*ret))
        return -EBADMSG;
    *ret = ntohl(nla_get_u32(attr));
    return 0;
}

static int take_id(const struct nlattr *attr, const struct attr_target *target) {
    struct expectation *expectation = target->row;
    return take_number(attr, &expectation->id);
}

static int take_flags(const struct nlattr *attr, const struct attr_target *target) {
    struct expectation *expectation = target->row;
    return take_number(attr, &expectation->flags);
}

static int take_class(const struct nlattr *attr, const struct attr_target *target) {
    struct expectation *expectation = target->row;
    return take_number(attr, &expectation->class);
}

static int take_zone(const struct nlattr *attr, const struct attr_target *target) {
    struct expectation *expectation = target->row;
    if (nla_len(attr) < (int)sizeof(uint16_t))
        return -EBADMSG;
    expectation->zone = ntohs(nla_get_u16(attr));
    return 0;
}

static const struct attr_rule rules[] = {
    [CTA_EXPECT_MASTER] = ATTR_BY(take_master),
    [CTA_EXPECT_TUPLE] = ATTR_BY(take_expected),
    [CTA_EXPECT_MASK] = ATTR_BY(take_mask),
    [CTA_EXPECT_TIMEOUT] = ATTR(ATTR_BE32, struct expectation, timeout),
    [CTA_EXPECT_ID] = ATTR_BY(take_id),
    [CTA_EXPECT_HELP_NAME] = ATTR(ATTR_TEXT, struct expectation, helper),
    [CTA_EXPECT_ZONE] = ATTR_BY(take_zone),
    [CTA_EXPECT_FLAGS] = ATTR_BY(take_flags),
    [CTA_EXPECT_CLASS] = ATTR_BY(take_class),
    [CTA_EXPECT_FN] = ATTR(ATTR_TEXT, struct expectation, function),
};
static const struct attr_table table = ATTR_TABLE(rules);

int expectation_parse(const struct nlmsghdr *message, struct arena *arena,
                      struct expectation *ret_expectation) {
    const struct nfgenmsg *header = nlmsg_data(message);
    const struct attr_target target = {ret_expectation, arena};
    if (message->nlmsg_type != (NFNL_SUBSYS_CTNETLINK_EXP << 8 | IPCTNL_MSG_EXP_NEW))
        return -ENOMSG;
    if (nlmsg_datalen(message) < (int)sizeof(*header))
        return -EBADMSG;
    uint8_t family = flow_family_parse(header->nfgen_family);
    ret_expectation->flow.family = family;
    ret_expectation->mask.family = family;
    ret_expectation->master.family = family;
    int r = attr_read(nlmsg_attrdata(message, sizeof(*header)),
                      nlmsg_attrlen(message, sizeof(*header)), &table, &target);
    return r == 0 && family == ADDRESS_NONE ? -EBADMSG : r;
}
