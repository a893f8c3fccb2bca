// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/trace_event_parse.h"

#include <errno.h>
#include <string.h>

#include <linux/if_ether.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/msg.h>

#include "source/attr.h"
#include "source/packet_parse.h"

// Of Linux 6.17; older headers do not name them (linux/netfilter/nf_tables.h).
enum { TRACE_CT_ID = NFTA_TRACE_PAD + 1, TRACE_CT_DIRECTION, TRACE_CT_STATUS, TRACE_CT_STATE };

// The attributes of a message, before they are put together.
struct parts {
    struct maybe id, type, iif, oif, mark, policy;
    struct maybe handle;
    struct maybe code;
    const char *table, *chain, *target;
    const struct nlattr *link, *network, *transport;
    struct maybe ct_id, ct_direction, ct_status, ct_state;
};

static const struct attr_rule verdict_rules[] = {
    [NFTA_VERDICT_CODE] = ATTR(ATTR_BE32, struct parts, code),
    [NFTA_VERDICT_CHAIN] = ATTR(ATTR_TEXT, struct parts, target),
};
static const struct attr_table verdict_table = ATTR_TABLE(verdict_rules);

static int take_verdict(const struct nlattr *attr, const struct attr_target *target) {
    return attr_read_nested(attr, &verdict_table, target);
}

static int take_handle(const struct nlattr *attr, const struct attr_target *target) {
    struct parts *parts = target->row;
    const uint8_t *bytes = nla_data(attr);
    uint64_t handle = 0;
    if (nla_len(attr) < (int)sizeof(handle))
        return -EBADMSG;
    for (size_t i = 0; i < sizeof(handle); i++)
        handle = handle << 8 | bytes[i];
    parts->handle = maybe_of(handle);
    return 0;
}

static int take_link(const struct nlattr *attr, const struct attr_target *target) {
    struct parts *parts = target->row;
    parts->link = attr;
    return 0;
}

static int take_network(const struct nlattr *attr, const struct attr_target *target) {
    struct parts *parts = target->row;
    parts->network = attr;
    return 0;
}

static int take_transport(const struct nlattr *attr, const struct attr_target *target) {
    struct parts *parts = target->row;
    parts->transport = attr;
    return 0;
}

static const struct attr_rule rules[] = {
    [NFTA_TRACE_TABLE] = ATTR(ATTR_TEXT, struct parts, table),
    [NFTA_TRACE_CHAIN] = ATTR(ATTR_TEXT, struct parts, chain),
    [NFTA_TRACE_RULE_HANDLE] = ATTR_BY(take_handle),
    [NFTA_TRACE_TYPE] = ATTR(ATTR_BE32, struct parts, type),
    [NFTA_TRACE_VERDICT] = ATTR_BY(take_verdict),
    [NFTA_TRACE_ID] = ATTR(ATTR_BE32, struct parts, id),
    [NFTA_TRACE_LL_HEADER] = ATTR_BY(take_link),
    [NFTA_TRACE_NETWORK_HEADER] = ATTR_BY(take_network),
    [NFTA_TRACE_TRANSPORT_HEADER] = ATTR_BY(take_transport),
    [NFTA_TRACE_IIF] = ATTR(ATTR_BE32, struct parts, iif),
    [NFTA_TRACE_OIF] = ATTR(ATTR_BE32, struct parts, oif),
    [NFTA_TRACE_MARK] = ATTR(ATTR_BE32, struct parts, mark),
    [NFTA_TRACE_POLICY] = ATTR(ATTR_BE32, struct parts, policy),
    [TRACE_CT_ID] = ATTR(ATTR_BE32, struct parts, ct_id),
    [TRACE_CT_DIRECTION] = ATTR(ATTR_U8, struct parts, ct_direction),
    [TRACE_CT_STATUS] = ATTR(ATTR_BE32, struct parts, ct_status),
    [TRACE_CT_STATE] = ATTR(ATTR_BE32, struct parts, ct_state),
};
static const struct attr_table table = ATTR_TABLE(rules);

// What shows no addresses: no IP, or a later fragment of IPv6, whose network header the kernel
// takes for the transport header (nf_tables_trace.c, where its offset is 0).
static void put_start(const struct parts *parts, struct packet_header *header) {
    const struct nlattr *bytes =
        parts->network && nla_len(parts->network) > 0 ? parts->network : parts->transport;
    const uint8_t *link = parts->link ? nla_data(parts->link) : NULL;
    if (link && nla_len(parts->link) >= ETH_HLEN)
        header->ethertype = (uint16_t)(link[ETH_HLEN - 2] << 8 | link[ETH_HLEN - 1]);
    if (!bytes)
        return;
    size_t length = (size_t)nla_len(bytes);
    memcpy(header->start, nla_data(bytes), length < PACKET_START ? length : PACKET_START);
}

static void put_packet(const struct parts *parts, struct packet_header *ret_header) {
    if (parts->network)
        packet_parse(nla_data(parts->network), (size_t)nla_len(parts->network),
                     parts->transport ? nla_data(parts->transport) : NULL,
                     parts->transport ? (size_t)nla_len(parts->transport) : 0, ret_header);
    if (ret_header->src.family == ADDRESS_NONE)
        put_start(parts, ret_header);
}

static void put_together(const struct parts *parts, uint8_t family, struct trace_event *event) {
    *event = (struct trace_event){
        .id = (uint32_t)parts->id.value,
        .family = family,
        .type = (uint32_t)parts->type.value,
        .table = parts->table ? parts->table : "",
        .chain = parts->chain ? parts->chain : "",
        .handle = parts->handle,
        .verdict = (int32_t)(uint32_t)parts->code.value,
        .has_verdict = parts->code.known,
        .target = parts->target,
        .policy = parts->policy,
        .has_header = parts->network || parts->transport,
        .iif = (uint32_t)parts->iif.value,
        .oif = (uint32_t)parts->oif.value,
        .mark = parts->mark,
        .ct_id = parts->ct_id,
        .ct_direction = parts->ct_direction,
        .ct_status = parts->ct_status,
        .ct_state = parts->ct_state,
    };
    if (event->has_header)
        put_packet(parts, &event->header);
}

int trace_event_parse(const struct nlmsghdr *message, struct arena *arena,
                      struct trace_event *ret_event) {
    struct parts parts = {0};
    if (message->nlmsg_type != (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_TRACE))
        return -ENOMSG;
    if (nlmsg_datalen(message) < (int)sizeof(struct nfgenmsg))
        return -EBADMSG;
    const struct nfgenmsg *header = nlmsg_data(message);
    const struct attr_target target = {&parts, arena};
    int r = attr_read(nlmsg_attrdata(message, sizeof(*header)),
                      nlmsg_attrlen(message, sizeof(*header)), &table, &target);
    if (r < 0)
        return r;
    if (!parts.id.known || !parts.type.known)
        return -EBADMSG;
    put_together(&parts, header->nfgen_family, ret_event);
    return 0;
}
