// SPDX-License-Identifier: GPL-2.0-or-later
// RTM_NEWRULE (linux/fib_rules.h).
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>

#include "source/route_parse.h"

// Newer than Debian 12's headers.
enum new_attribute {
    RULE_DSCP = 25,
    RULE_FLOWLABEL,
    RULE_FLOWLABEL_MASK,
    RULE_SPORT_MASK,
    RULE_DPORT_MASK,
    RULE_DSCP_MASK,
};

struct decoding {
    struct routing_rule rule;
    const struct nlattr *src, *dst;
    struct maybe l3mdev;
};

static int take_src(const struct nlattr *attr, const struct attr_target *target) {
    struct decoding *decoding = target->row;
    decoding->src = attr;
    return 0;
}

static int take_dst(const struct nlattr *attr, const struct attr_target *target) {
    struct decoding *decoding = target->row;
    decoding->dst = attr;
    return 0;
}

static int take_uids(const struct nlattr *attr, const struct attr_target *target) {
    struct decoding *decoding = target->row;
    struct fib_rule_uid_range range;
    if (nla_len(attr) < (int)sizeof(range))
        return -EBADMSG;
    memcpy(&range, nla_data(attr), sizeof(range));
    decoding->rule.uid = (struct routing_range){true, range.start, range.end};
    return 0;
}

static int take_ports(const struct nlattr *attr, struct routing_range *ret) {
    struct fib_rule_port_range range;
    if (nla_len(attr) < (int)sizeof(range))
        return -EBADMSG;
    memcpy(&range, nla_data(attr), sizeof(range));
    *ret = (struct routing_range){true, range.start, range.end};
    return 0;
}

static int take_sport(const struct nlattr *attr, const struct attr_target *target) {
    struct decoding *decoding = target->row;
    return take_ports(attr, &decoding->rule.sport);
}

static int take_dport(const struct nlattr *attr, const struct attr_target *target) {
    struct decoding *decoding = target->row;
    return take_ports(attr, &decoding->rule.dport);
}

static int take_tunnel_id(const struct nlattr *attr, const struct attr_target *target) {
    struct decoding *decoding = target->row;
    const unsigned char *bytes = nla_data(attr);
    uint64_t id = 0;
    if (nla_len(attr) < (int)sizeof(id))
        return -EBADMSG;
    for (size_t i = 0; i < sizeof(id); i++)
        id = id << 8 | bytes[i];
    decoding->rule.tun_id = maybe_of(id);
    return 0;
}

// -1 stands for none.
static int take_limit(const struct nlattr *attr, struct maybe *ret) {
    if (nla_len(attr) < (int)sizeof(uint32_t))
        return -EBADMSG;
    if (nla_get_u32(attr) != UINT32_MAX)
        *ret = maybe_of(nla_get_u32(attr));
    return 0;
}

static int take_prefixlength(const struct nlattr *attr, const struct attr_target *target) {
    struct decoding *decoding = target->row;
    return take_limit(attr, &decoding->rule.suppress_prefixlength);
}

static int take_ifgroup(const struct nlattr *attr, const struct attr_target *target) {
    struct decoding *decoding = target->row;
    return take_limit(attr, &decoding->rule.suppress_ifgroup);
}

static const struct attr_rule rules[] = {
    [FRA_DST] = ATTR_BY(take_dst),
    [FRA_SRC] = ATTR_BY(take_src),
    [FRA_IIFNAME] = ATTR(ATTR_TEXT, struct decoding, rule.iif),
    [FRA_GOTO] = ATTR(ATTR_U32, struct decoding, rule.target),
    [FRA_PRIORITY] = ATTR(ATTR_PLAIN_U32, struct decoding, rule.priority),
    [FRA_FWMARK] = ATTR(ATTR_U32, struct decoding, rule.fwmark),
    [FRA_FLOW] = ATTR(ATTR_PLAIN_U32, struct decoding, rule.realms),
    [FRA_TUN_ID] = ATTR_BY(take_tunnel_id),
    [FRA_SUPPRESS_IFGROUP] = ATTR_BY(take_ifgroup),
    [FRA_SUPPRESS_PREFIXLEN] = ATTR_BY(take_prefixlength),
    [FRA_TABLE] = ATTR(ATTR_PLAIN_U32, struct decoding, rule.table),
    [FRA_FWMASK] = ATTR(ATTR_U32, struct decoding, rule.fwmask),
    [FRA_OIFNAME] = ATTR(ATTR_TEXT, struct decoding, rule.oif),
    [FRA_L3MDEV] = ATTR(ATTR_U8, struct decoding, l3mdev),
    [FRA_UID_RANGE] = ATTR_BY(take_uids),
    [FRA_PROTOCOL] = ATTR(ATTR_PLAIN_U8, struct decoding, rule.protocol),
    [FRA_IP_PROTO] = ATTR(ATTR_U8, struct decoding, rule.ip_proto),
    [FRA_SPORT_RANGE] = ATTR_BY(take_sport),
    [FRA_DPORT_RANGE] = ATTR_BY(take_dport),
    [RULE_DSCP] = ATTR(ATTR_U8, struct decoding, rule.dscp),
    [RULE_FLOWLABEL] = ATTR(ATTR_BE32, struct decoding, rule.flowlabel),
    [RULE_FLOWLABEL_MASK] = ATTR(ATTR_BE32, struct decoding, rule.flowlabel_mask),
    [RULE_SPORT_MASK] = ATTR(ATTR_U16, struct decoding, rule.sport_mask),
    [RULE_DPORT_MASK] = ATTR(ATTR_U16, struct decoding, rule.dport_mask),
    [RULE_DSCP_MASK] = ATTR(ATTR_U8, struct decoding, rule.dscp_mask),
};
static const struct attr_table table = ATTR_TABLE(rules);

static int fill_prefix(const struct nlattr *attr, uint8_t family, uint8_t length,
                       struct prefix *ret) {
    size_t size = family == ROUTE_IPV4 ? 4 : 16;
    if (length == 0 && !attr)
        return 0;
    if (length > size * 8 || (attr && (size_t)nla_len(attr) < size))
        return -EBADMSG;
    ret->length = length;
    ret->address.family = family;
    if (attr)
        memcpy(ret->address.bytes, nla_data(attr), size);
    return 0;
}

// The kernel says that the mask is all ones by the mark itself, and tells neither where a mark does
// not matter.
static void fill_mark(struct routing_rule *rule) {
    if (rule->fwmask.known && rule->fwmask.value == 0)
        rule->fwmark = rule->fwmask = (struct maybe){0};
    if (rule->fwmask.known && !rule->fwmark.known)
        rule->fwmark = maybe_of(0);
    if (rule->fwmark.known && !rule->fwmask.known)
        rule->fwmask = maybe_of(UINT32_MAX);
}

// A mask of all ones says what its absence says.
static void drop_full(struct maybe *mask, uint64_t full) {
    if (mask->value == full)
        *mask = (struct maybe){0};
}

static void drop_full_masks(struct routing_rule *rule) {
    drop_full(&rule->sport_mask, 0xffff);
    drop_full(&rule->dport_mask, 0xffff);
    drop_full(&rule->dscp_mask, 0x3f);
    drop_full(&rule->flowlabel_mask, 0xfffff);
}

static int fill_words(struct routing_rule *rule, const struct route_context *context,
                      struct arena *arena) {
    const struct route_names *names = context->names;
    rule->protocol_name = route_name_text(&names->protocols, rule->protocol, arena);
    if (rule->action == ROUTING_TABLE && !rule->l3mdev) {
        rule->table_name = route_name_text(&names->tables, rule->table, arena);
        if (!rule->table_name)
            return -ENOMEM;
    }
    if (rule->realms != 0 && !(rule->realms_text = route_realms_text(names, rule->realms, arena)))
        return -ENOMEM;
    return rule->protocol_name ? 0 : -ENOMEM;
}

int routing_rule_parse(const struct nlmsghdr *message, const struct route_context *context,
                       struct arena *arena, struct routing_rule *ret_rule) {
    const struct fib_rule_hdr *header = nlmsg_data(message);
    struct decoding decoding = {0};
    struct routing_rule *rule = &decoding.rule;
    const struct attr_target target = {&decoding, arena};
    if (message->nlmsg_type != RTM_NEWRULE)
        return -ENOMSG;
    if (nlmsg_datalen(message) < (int)sizeof(*header))
        return -EBADMSG;
    if (header->family != AF_INET && header->family != AF_INET6)
        return -ENOMSG;
    rule->family = header->family == AF_INET ? ROUTE_IPV4 : ROUTE_IPV6;
    rule->table = header->table;
    rule->action = header->action;
    rule->tos = header->tos;
    rule->flags = header->flags;
    int r = attr_read(nlmsg_attrdata(message, sizeof(*header)),
                      nlmsg_attrlen(message, sizeof(*header)), &table, &target);
    if (r == -ENOMEM)
        return r;
    rule->l3mdev = decoding.l3mdev.value != 0;
    fill_mark(rule);
    drop_full_masks(rule);
    int src_r = fill_prefix(decoding.src, rule->family, header->src_len, &rule->src);
    int dst_r = fill_prefix(decoding.dst, rule->family, header->dst_len, &rule->dst);
    if (fill_words(rule, context, arena) < 0)
        return -ENOMEM;
    *ret_rule = *rule;
    return r < 0 ? r : src_r < 0 ? src_r : dst_r;
}
