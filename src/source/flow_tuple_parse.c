// SPDX-License-Identifier: GPL-2.0-or-later
// The tuples of a flow: what marks the packets of each direction.
#include <linux/netfilter/nfnetlink_conntrack.h>

#include "source/flow_attrs.h"
#include "source/flow_parse.h"

// One direction's: where its parts go.
struct direction {
    struct flow_tuple *tuple;
    bool reply;
};

static int read_ipv4(const struct attr *attr, uint8_t ret[4]) {
    if (attr->length < 4)
        return -EBADMSG;
    memcpy(ret, attr->bytes, 4);
    return 0;
}

static int read_ipv6(struct flow_parsing *p, const struct attr *attr, bool reply, bool src) {
    struct flow_extra *extra = extra_of(p);
    if (!extra)
        return -ENOMEM;
    if (attr->length < 16)
        return -EBADMSG;
    struct address *address =
        src ? (reply ? &extra->reply_src : &extra->src) : (reply ? &extra->reply_dst : &extra->dst);
    *address = address_from_bytes(attr->bytes, 16);
    return 0;
}

static int read_addresses(struct flow_parsing *p, const struct attr *nest,
                          const struct direction *direction) {
    struct attrs attrs = attrs_in(nest);
    struct attr attr;
    while (next_attr(&attrs, &attr)) {
        switch (attr.type) {
        case CTA_IP_V4_SRC:
            note(&attrs, read_ipv4(&attr, direction->tuple->src));
            break;
        case CTA_IP_V4_DST:
            note(&attrs, read_ipv4(&attr, direction->tuple->dst));
            break;
        case CTA_IP_V6_SRC:
        case CTA_IP_V6_DST:
            note(&attrs, read_ipv6(p, &attr, direction->reply, attr.type == CTA_IP_V6_SRC));
            break;
        }
    }
    return attrs.error;
}

static int read_protocol(struct flow_parsing *p, const struct attr *nest,
                         const struct direction *direction) {
    struct flow_tuple *tuple = direction->tuple;
    struct attrs attrs = attrs_in(nest);
    struct attr attr;
    while (next_attr(&attrs, &attr)) {
        switch (attr.type) {
        case CTA_PROTO_NUM:
            note(&attrs, read_u8(&attr, &p->flow->protocol));
            break;
        case CTA_PROTO_SRC_PORT:
            p->flow->known |= FLOW_HAS_PORTS;
            note(&attrs, read_be16(&attr, &tuple->sport));
            break;
        case CTA_PROTO_DST_PORT:
            p->flow->known |= FLOW_HAS_PORTS;
            note(&attrs, read_be16(&attr, &tuple->dport));
            break;
        case CTA_PROTO_ICMP_ID:
        case CTA_PROTO_ICMPV6_ID:
            p->flow->known |= FLOW_HAS_ICMP;
            note(&attrs, read_be16(&attr, &tuple->icmp_id));
            break;
        case CTA_PROTO_ICMP_TYPE:
        case CTA_PROTO_ICMPV6_TYPE:
            p->flow->known |= FLOW_HAS_ICMP;
            note(&attrs, read_u8(&attr, &tuple->icmp_type));
            break;
        case CTA_PROTO_ICMP_CODE:
        case CTA_PROTO_ICMPV6_CODE:
            p->flow->known |= FLOW_HAS_ICMP;
            note(&attrs, read_u8(&attr, &tuple->icmp_code));
            break;
        }
    }
    return attrs.error;
}

static int read_tuple_zone(struct flow_parsing *p, const struct attr *attr, bool reply) {
    struct flow_extra *extra = extra_of(p);
    uint16_t zone;
    if (!extra)
        return -ENOMEM;
    int r = read_be16(attr, &zone);
    if (r < 0)
        return r;
    *(reply ? &extra->reply_zone : &extra->orig_zone) = maybe_of(zone);
    p->flow->known |= FLOW_HAS_SPLIT_ZONE;
    return 0;
}

int flow_read_tuple(struct flow_parsing *p, const struct attr *nest, bool reply) {
    const struct direction direction = {reply ? &p->flow->reply : &p->flow->orig, reply};
    struct attrs attrs = attrs_in(nest);
    struct attr attr;
    while (next_attr(&attrs, &attr)) {
        switch (attr.type) {
        case CTA_TUPLE_IP:
            note(&attrs, read_addresses(p, &attr, &direction));
            break;
        case CTA_TUPLE_PROTO:
            note(&attrs, read_protocol(p, &attr, &direction));
            break;
        case CTA_TUPLE_ZONE:
            note(&attrs, read_tuple_zone(p, &attr, reply));
            break;
        }
    }
    return attrs.error;
}

int flow_tuple_parse(const void *attrs, size_t length, struct arena *arena, struct flow *flow) {
    const struct attr whole = {.bytes = attrs, .length = length};
    struct flow_parsing p = {.flow = flow, .arena = arena};
    return flow_read_tuple(&p, &whole, false);
}
