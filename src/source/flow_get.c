// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/flow_get.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#include "source/conntrack_netlink.h"
#include "source/conntrack_parse.h"
#include "source/flow_parse.h"

// --- The request ---------------------------------------------------------------------------------

static int put_addresses(const struct flow *flow, struct nl_msg *request) {
    const struct address src = flow_address(flow, FLOW_SRC), dst = flow_address(flow, FLOW_DST);
    bool six = flow->family == ADDRESS_IPV6;
    struct nlattr *nest = nla_nest_start(request, CTA_TUPLE_IP | NLA_F_NESTED);
    if (!nest ||
        nla_put(request, six ? CTA_IP_V6_SRC : CTA_IP_V4_SRC, six ? 16 : 4, src.bytes) < 0 ||
        nla_put(request, six ? CTA_IP_V6_DST : CTA_IP_V4_DST, six ? 16 : 4, dst.bytes) < 0)
        return -ENOMEM;
    nla_nest_end(request, nest);
    return 0;
}

static int put_icmp(const struct flow *flow, struct nl_msg *request) {
    const struct flow_tuple *tuple = &flow->orig;
    bool six = flow->family == ADDRESS_IPV6;
    int r =
        nla_put_u16(request, six ? CTA_PROTO_ICMPV6_ID : CTA_PROTO_ICMP_ID, htons(tuple->icmp_id));
    r |= nla_put_u8(request, six ? CTA_PROTO_ICMPV6_TYPE : CTA_PROTO_ICMP_TYPE, tuple->icmp_type);
    r |= nla_put_u8(request, six ? CTA_PROTO_ICMPV6_CODE : CTA_PROTO_ICMP_CODE, tuple->icmp_code);
    return r;
}

static int put_protocol(const struct flow *flow, struct nl_msg *request) {
    struct nlattr *nest = nla_nest_start(request, CTA_TUPLE_PROTO | NLA_F_NESTED);
    int r = nest ? nla_put_u8(request, CTA_PROTO_NUM, flow->protocol) : -ENOMEM;
    if (flow->known & FLOW_HAS_PORTS) {
        r |= nla_put_u16(request, CTA_PROTO_SRC_PORT, htons(flow->orig.sport));
        r |= nla_put_u16(request, CTA_PROTO_DST_PORT, htons(flow->orig.dport));
    } else if (flow->known & FLOW_HAS_ICMP) {
        r |= put_icmp(flow, request);
    }
    if (nest)
        nla_nest_end(request, nest);
    return r < 0 ? -ENOMEM : 0;
}

static int put_zone(const struct flow *flow, int type, uint16_t zone, struct nl_msg *request) {
    bool split = type == CTA_TUPLE_ZONE;
    if (split != !!(flow->known & FLOW_HAS_SPLIT_ZONE) || zone == 0)
        return 0;
    return nla_put_u16(request, type, htons(zone));
}

static int put_tuple(const struct flow *flow, struct nl_msg *request) {
    uint16_t orig_zone = flow->extra ? (uint16_t)flow->extra->orig_zone.value : 0;
    struct nlattr *nest = nla_nest_start(request, CTA_TUPLE_ORIG | NLA_F_NESTED);
    if (!nest || put_addresses(flow, request) < 0 || put_protocol(flow, request) < 0 ||
        put_zone(flow, CTA_TUPLE_ZONE, orig_zone, request) < 0)
        return -ENOMEM;
    nla_nest_end(request, nest);
    return put_zone(flow, CTA_ZONE, flow->zone, request) < 0 ? -ENOMEM : 0;
}

// The kernel marks its one answer as one of several and sends no end: an acknowledgement is it.
static struct nl_msg *want_end(struct nl_msg *request) {
    if (request)
        nlmsg_hdr(request)->nlmsg_flags |= NLM_F_ACK;
    return request;
}

static struct nl_msg *make_request(const struct flow *flow) {
    uint8_t family = flow->family == ADDRESS_IPV6 ? AF_INET6 : AF_INET;
    struct nl_msg *request = conntrack_request(NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET, family);
    if (request && put_tuple(flow, request) < 0) {
        nlmsg_free(request);
        return NULL;
    }
    return request;
}

// --- The answer ----------------------------------------------------------------------------------

struct answer {
    struct arena *arena;
    struct flow flow;
    bool found;
};

static int take_flow(const struct nlmsghdr *message, void *user_data) {
    struct answer *answer = user_data;
    answer->flow = (struct flow){0};
    int r = flow_parse(message, answer->arena, &answer->flow, NULL);
    answer->found |= r == 0;
    return r == -ENOMEM ? r : 0;
}

int flow_get(struct netlink *netlink, const struct flow *flow, struct arena *arena,
             struct flow *ret_flow, struct error *err) {
    struct answer answer = {.arena = arena};
    int r = netlink_get(netlink, want_end(make_request(flow)), take_flow, &answer, err);
    if (r < 0)
        return r;
    if (!answer.found || answer.flow.id != flow->id)
        return -ENOENT;
    *ret_flow = answer.flow;
    return 0;
}

static int take_stats(const struct nlmsghdr *message, void *user_data) {
    conntrack_stats_parse(message, user_data);
    return 0;
}

int flow_get_count(struct netlink *netlink, uint64_t *ret_count, struct error *err) {
    struct conntrack conntrack = {0};
    struct nl_msg *request =
        conntrack_request(NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET_STATS, AF_UNSPEC);
    int r = netlink_get(netlink, want_end(request), take_stats, &conntrack, err);
    if (r == 0 && !conntrack.count.known)
        r = -ENOMSG;
    if (r == 0)
        *ret_count = conntrack.count.value;
    return r;
}
