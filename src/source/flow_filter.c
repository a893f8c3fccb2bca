// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/flow_filter.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netlink/attr.h>

// The kernel's bits of CTA_FILTER_ORIG_FLAGS and CTA_FILTER_REPLY_FLAGS, which no header for
// programs has (include/linux/netfilter/nf_conntrack_netlink.h: CTA_FILTER_F_*).
enum filter_flag {
    FILTER_IP_SRC = 1 << 0,
    FILTER_IP_DST = 1 << 1,
    FILTER_PROTO_NUM = 1 << 3,
    FILTER_SRC_PORT = 1 << 4,
    FILTER_DST_PORT = 1 << 5,
    FILTER_ICMP_TYPE = 1 << 6,
    FILTER_ICMP_CODE = 1 << 7,
    FILTER_ICMP_ID = 1 << 8,
};
#define FILTER_PORTS (FILTER_SRC_PORT | FILTER_DST_PORT)
#define FILTER_ICMP  (FILTER_ICMP_TYPE | FILTER_ICMP_CODE | FILTER_ICMP_ID)

// --- From conditions -----------------------------------------------------------------------------

static void set_family(struct flow_filter *filter, uint8_t family) {
    if (filter->family == AF_UNSPEC)
        filter->family = family;
}

static void set_protocol(struct flow_filter *filter, int number) {
    if (number < 0 || number > UINT8_MAX || filter->has_protocol)
        return;
    filter->has_protocol = true;
    filter->protocol = (uint8_t)number;
}

static void take_address(struct flow_filter *filter, const struct prefix *prefix,
                         struct flow_filter_tuple *side, enum filter_flag flag) {
    if (prefix->address.family == ADDRESS_IPV6) {
        set_family(filter, AF_INET6);
        return;
    }
    set_family(filter, AF_INET);
    if (prefix->length != 32 || side->flags & flag)
        return;
    side->flags |= flag;
    memcpy(flag == FILTER_IP_SRC ? side->tuple.src : side->tuple.dst, prefix->address.bytes, 4);
}

static void take_port(struct flow_filter_tuple *side, uint64_t number, enum filter_flag flag,
                      uint16_t *member) {
    if (number > UINT16_MAX || side->flags & flag)
        return;
    side->flags |= flag;
    *member = (uint16_t)number;
}

static void take_icmp(struct flow_filter_tuple *side, uint64_t number, enum filter_flag flag,
                      uint8_t *member) {
    if (number > UINT8_MAX || side->flags & flag)
        return;
    side->flags |= flag;
    *member = (uint8_t)number;
}

static void take_status(struct flow_filter *filter, uint64_t flags) {
    uint32_t set = (uint32_t)(flags & ~FLOW_UNREPLIED);
    filter->status |= set;
    filter->status_mask |= set;
    if (flags & FLOW_UNREPLIED && !(filter->status & FLOW_SEEN_REPLY))
        filter->status_mask |= FLOW_SEEN_REPLY;
}

static void take_word(struct flow_filter *filter, const char *key, const char *word) {
    if (strcmp(key, "protocol") == 0)
        set_protocol(filter, flow_protocol_number(word));
    else if (strcmp(key, "family") == 0 && strcasecmp(word, "ipv4") == 0)
        set_family(filter, AF_INET);
    else if (strcmp(key, "family") == 0 && strcasecmp(word, "ipv6") == 0)
        set_family(filter, AF_INET6);
}

static void take_number(struct flow_filter *filter, const char *key, uint64_t number) {
    struct flow_filter_tuple *orig = &filter->orig, *reply = &filter->reply;
    if (strcmp(key, "mark") == 0 && number <= UINT32_MAX && !filter->has_mark) {
        filter->has_mark = true;
        filter->mark = (uint32_t)number;
    } else if (strcmp(key, "zone") == 0 && number <= UINT16_MAX && !filter->has_zone) {
        filter->has_zone = true;
        filter->zone = (uint16_t)number;
    } else if (strcmp(key, "protonum") == 0 && number <= UINT8_MAX) {
        set_protocol(filter, (int)number);
    } else if (strcmp(key, "sport") == 0) {
        take_port(orig, number, FILTER_SRC_PORT, &orig->tuple.sport);
    } else if (strcmp(key, "dport") == 0) {
        take_port(orig, number, FILTER_DST_PORT, &orig->tuple.dport);
    } else if (strcmp(key, "reply_sport") == 0) {
        take_port(reply, number, FILTER_SRC_PORT, &reply->tuple.sport);
    } else if (strcmp(key, "reply_dport") == 0) {
        take_port(reply, number, FILTER_DST_PORT, &reply->tuple.dport);
    } else if (strcmp(key, "icmp_type") == 0) {
        take_icmp(orig, number, FILTER_ICMP_TYPE, &orig->tuple.icmp_type);
    } else if (strcmp(key, "icmp_code") == 0) {
        take_icmp(orig, number, FILTER_ICMP_CODE, &orig->tuple.icmp_code);
    } else if (strcmp(key, "icmp_id") == 0) {
        take_port(orig, number, FILTER_ICMP_ID, &orig->tuple.icmp_id);
    }
}

static void take_prefix(struct flow_filter *filter, const char *key, const struct prefix *prefix) {
    if (strcmp(key, "src") == 0)
        take_address(filter, prefix, &filter->orig, FILTER_IP_SRC);
    else if (strcmp(key, "dst") == 0)
        take_address(filter, prefix, &filter->orig, FILTER_IP_DST);
    else if (strcmp(key, "reply_src") == 0)
        take_address(filter, prefix, &filter->reply, FILTER_IP_SRC);
    else if (strcmp(key, "reply_dst") == 0)
        take_address(filter, prefix, &filter->reply, FILTER_IP_DST);
}

static void take_condition(struct flow_filter *filter, const struct condition *condition) {
    switch (condition->type) {
    case CONDITION_NUMBER:
        take_number(filter, condition->field->key, condition->number);
        break;
    case CONDITION_ADDRESS:
        take_prefix(filter, condition->field->key, &condition->prefix);
        break;
    case CONDITION_FLAGS:
        if (strcmp(condition->field->key, "status") == 0)
            take_status(filter, condition->flags);
        break;
    case CONDITION_WORD:
        take_word(filter, condition->field->key, condition->word);
        break;
    }
}

// Ports and ICMP's numbers share their place in a tuple, and the kernel compares them only with a
// protocol.
static void drop_what_does_not_fit(struct flow_filter *filter, struct flow_filter_tuple *side) {
    bool icmp = filter->has_protocol && filter->protocol == IPPROTO_ICMP;
    bool ports = filter->has_protocol &&
                 (filter->protocol == IPPROTO_TCP || filter->protocol == IPPROTO_UDP);
    if (!icmp)
        side->flags &= ~(uint32_t)FILTER_ICMP;
    if (!ports)
        side->flags &= ~(uint32_t)FILTER_PORTS;
    if (filter->family == AF_INET6)
        side->flags &= ~(uint32_t)(FILTER_IP_SRC | FILTER_IP_DST | FILTER_ICMP);
    if (side->flags & (FILTER_PORTS | FILTER_ICMP))
        side->flags |= FILTER_PROTO_NUM;
}

void flow_filter_of(const struct conditions *conditions, struct flow_filter *ret_filter) {
    struct flow_filter filter = {.family = AF_UNSPEC};
    for (size_t i = 0; i < conditions->count; i++)
        take_condition(&filter, &conditions->items[i]);
    drop_what_does_not_fit(&filter, &filter.orig);
    drop_what_does_not_fit(&filter, &filter.reply);
    if (filter.has_protocol)
        filter.orig.flags |= FILTER_PROTO_NUM;
    *ret_filter = filter;
}

bool flow_filter_needs_family(const struct flow_filter *filter) {
    return filter->orig.flags != 0 || filter->reply.flags != 0;
}

bool flow_filter_is_empty(const struct flow_filter *filter) {
    return filter->family == AF_UNSPEC && !filter->has_mark && !filter->has_zone &&
           filter->status_mask == 0 && !flow_filter_needs_family(filter);
}

// --- To attributes -------------------------------------------------------------------------------

static int put_be32(struct nl_msg *request, int type, uint32_t number) {
    return nla_put_u32(request, type, htonl(number));
}

static int put_be16(struct nl_msg *request, int type, uint16_t number) {
    return nla_put_u16(request, type, htons(number));
}

static int put_addresses(const struct flow_filter_tuple *side, struct nl_msg *request) {
    struct nlattr *nest = nla_nest_start(request, CTA_TUPLE_IP | NLA_F_NESTED);
    if (!nest || nla_put(request, CTA_IP_V4_SRC, 4, side->tuple.src) < 0 ||
        nla_put(request, CTA_IP_V4_DST, 4, side->tuple.dst) < 0)
        return -ENOMEM;
    nla_nest_end(request, nest);
    return 0;
}

static int put_numbers(const struct flow_filter_tuple *side, struct nl_msg *request) {
    int r = 0;
    if (side->flags & FILTER_PORTS) {
        r |= put_be16(request, CTA_PROTO_SRC_PORT, side->tuple.sport);
        r |= put_be16(request, CTA_PROTO_DST_PORT, side->tuple.dport);
    }
    if (side->flags & FILTER_ICMP) {
        r |= put_be16(request, CTA_PROTO_ICMP_ID, side->tuple.icmp_id);
        r |= nla_put_u8(request, CTA_PROTO_ICMP_TYPE, side->tuple.icmp_type);
        r |= nla_put_u8(request, CTA_PROTO_ICMP_CODE, side->tuple.icmp_code);
    }
    return r < 0 ? -ENOMEM : 0;
}

static int put_protocol(const struct flow_filter *filter, const struct flow_filter_tuple *side,
                        struct nl_msg *request) {
    struct nlattr *nest = nla_nest_start(request, CTA_TUPLE_PROTO | NLA_F_NESTED);
    if (!nest || nla_put_u8(request, CTA_PROTO_NUM, filter->protocol) < 0 ||
        put_numbers(side, request) < 0)
        return -ENOMEM;
    nla_nest_end(request, nest);
    return 0;
}

static int put_tuple(const struct flow_filter *filter, const struct flow_filter_tuple *side,
                     int type, struct nl_msg *request) {
    int r = 0;
    if (side->flags == 0)
        return 0;
    struct nlattr *nest = nla_nest_start(request, type | NLA_F_NESTED);
    if (!nest)
        return -ENOMEM;
    if (side->flags & (FILTER_IP_SRC | FILTER_IP_DST))
        r = put_addresses(side, request);
    if (r == 0 && side->flags & FILTER_PROTO_NUM)
        r = put_protocol(filter, side, request);
    nla_nest_end(request, nest);
    return r;
}

static int put_flags(const struct flow_filter *filter, struct nl_msg *request) {
    struct nlattr *nest = nla_nest_start(request, CTA_FILTER | NLA_F_NESTED);
    if (!nest || nla_put_u32(request, CTA_FILTER_ORIG_FLAGS, filter->orig.flags) < 0 ||
        nla_put_u32(request, CTA_FILTER_REPLY_FLAGS, filter->reply.flags) < 0)
        return -ENOMEM;
    nla_nest_end(request, nest);
    return 0;
}

static int put_tuples(const struct flow_filter *filter, struct nl_msg *request) {
    if (!flow_filter_needs_family(filter))
        return 0;
    int r = put_tuple(filter, &filter->orig, CTA_TUPLE_ORIG, request);
    if (r == 0)
        r = put_tuple(filter, &filter->reply, CTA_TUPLE_REPLY, request);
    return r == 0 ? put_flags(filter, request) : r;
}

void flow_filter_drop_reply(struct flow_filter *filter) {
    filter->reply.flags = 0;
}

int flow_filter_put(const struct flow_filter *filter, struct nl_msg *request) {
    int r = 0;
    if (filter->has_mark) {
        r |= put_be32(request, CTA_MARK, filter->mark);
        r |= put_be32(request, CTA_MARK_MASK, UINT32_MAX);
    }
    if (filter->has_zone)
        r |= put_be16(request, CTA_ZONE, filter->zone);
    if (filter->status_mask != 0) {
        r |= put_be32(request, CTA_STATUS, filter->status);
        r |= put_be32(request, CTA_STATUS_MASK, filter->status_mask);
    }
    return r < 0 ? -ENOMEM : put_tuples(filter, request);
}
