// SPDX-License-Identifier: GPL-2.0-or-later
// A million of these messages come in a second or two, with forty attributes each: they are read in
// place, by a switch, and not by the tables of source/attr.h.
#include "source/flow_parse.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netlink/msg.h>

#define LABEL_BYTES 16 // of the kernel's set of labels (net/netfilter/nf_conntrack_labels.h)

// --- Attributes ----------------------------------------------------------------------------------

struct attr {
    unsigned type;
    const char *bytes;
    size_t length;
};

struct attrs {
    const char *at;
    size_t left;
    int error; // 0, -EBADMSG or -ENOMEM: the first
};

static struct attrs attrs_of(const void *bytes, size_t length) {
    return (struct attrs){.at = bytes, .left = length};
}

static struct attrs attrs_in(const struct attr *attr) {
    return attrs_of(attr->bytes, attr->length);
}

static bool next_attr(struct attrs *attrs, struct attr *ret) {
    struct nlattr header;
    if (attrs->left == 0)
        return false;
    if (attrs->left >= sizeof(header))
        memcpy(&header, attrs->at, sizeof(header));
    if (attrs->left < sizeof(header) || header.nla_len < sizeof(header) ||
        header.nla_len > attrs->left) {
        attrs->error = -EBADMSG;
        return false;
    }
    ret->type = header.nla_type & NLA_TYPE_MASK;
    ret->bytes = attrs->at + NLA_HDRLEN;
    ret->length = header.nla_len - (size_t)NLA_HDRLEN;
    size_t step = NLA_ALIGN((size_t)header.nla_len);
    if (step > attrs->left)
        step = attrs->left;
    attrs->at += step;
    attrs->left -= step;
    return true;
}

static void note(struct attrs *attrs, int r) {
    if (r < 0 && attrs->error == 0)
        attrs->error = r;
}

// Numbers in network byte order; of an attribute that is too short: nothing is stored.
static int read_u8(const struct attr *attr, uint8_t *ret) {
    if (attr->length < sizeof(*ret))
        return -EBADMSG;
    memcpy(ret, attr->bytes, sizeof(*ret));
    return 0;
}

static int read_be16(const struct attr *attr, uint16_t *ret) {
    uint16_t number;
    if (attr->length < sizeof(number))
        return -EBADMSG;
    memcpy(&number, attr->bytes, sizeof(number));
    *ret = ntohs(number);
    return 0;
}

static int read_be32(const struct attr *attr, uint32_t *ret) {
    uint32_t number;
    if (attr->length < sizeof(number))
        return -EBADMSG;
    memcpy(&number, attr->bytes, sizeof(number));
    *ret = ntohl(number);
    return 0;
}

static int read_be64(const struct attr *attr, uint64_t *ret) {
    uint64_t number;
    if (attr->length < sizeof(number))
        return -EBADMSG;
    memcpy(&number, attr->bytes, sizeof(number));
    *ret = be64toh(number);
    return 0;
}

static int read_time(const struct attr *attr, int64_t *ret) {
    uint64_t time;
    int r = read_be64(attr, &time);
    if (r == 0)
        *ret = (int64_t)(time & INT64_MAX);
    return r;
}

static int read_maybe_be32(const struct attr *attr, struct maybe *ret) {
    uint32_t number;
    int r = read_be32(attr, &number);
    if (r == 0)
        *ret = maybe_of(number);
    return r;
}

static int read_text(const struct attr *attr, struct arena *arena, const char **ret) {
    *ret = arena_strndup(arena, attr->bytes, attr->length);
    return *ret ? 0 : -ENOMEM;
}

// --- Tuples --------------------------------------------------------------------------------------

struct parsing {
    struct flow *flow;
    struct flow_extra *extra; // as in flow, to be written
    struct arena *arena;
};

// What few flows have, made when the first of it comes; NULL when memory is out.
static struct flow_extra *extra_of(struct parsing *p) {
    if (!p->extra)
        p->extra = arena_alloc(p->arena, sizeof(*p->extra));
    p->flow->extra = p->extra;
    return p->extra;
}

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

static int read_ipv6(struct parsing *p, const struct attr *attr, bool reply, bool src) {
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

static int read_addresses(struct parsing *p, const struct attr *nest,
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

static int read_protocol(struct parsing *p, const struct attr *nest,
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

static int read_tuple_zone(struct parsing *p, const struct attr *attr, bool reply) {
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

static int read_tuple(struct parsing *p, const struct attr *nest, bool reply) {
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

// --- Protocols -----------------------------------------------------------------------------------

// Their numbers of states, as linux/netfilter/nf_conntrack_{tcp,sctp}.h and
// net/netfilter/nf_conntrack_proto_dccp.c have them.
static const uint8_t tcp_states[] = {
    FLOW_NONE,       FLOW_SYN_SENT, FLOW_SYN_RECV,  FLOW_ESTABLISHED, FLOW_FIN_WAIT,
    FLOW_CLOSE_WAIT, FLOW_LAST_ACK, FLOW_TIME_WAIT, FLOW_CLOSE,       FLOW_SYN_SENT2,
};
static const uint8_t sctp_states[] = {
    FLOW_NONE,           FLOW_CLOSED,          FLOW_COOKIE_WAIT,   FLOW_COOKIE_ECHOED,
    FLOW_ESTABLISHED,    FLOW_SHUTDOWN_SENT,   FLOW_SHUTDOWN_RECD, FLOW_SHUTDOWN_ACK_SENT,
    FLOW_HEARTBEAT_SENT, FLOW_HEARTBEAT_ACKED,
};
static const uint8_t dccp_states[] = {
    FLOW_NONE,     FLOW_REQUEST, FLOW_RESPOND,  FLOW_PARTOPEN, FLOW_OPEN,
    FLOW_CLOSEREQ, FLOW_CLOSING, FLOW_TIMEWAIT, FLOW_IGNORE,   FLOW_INVALID,
};

static int read_state(const struct attr *attr, const uint8_t *states, size_t count, uint8_t *ret) {
    uint8_t number;
    int r = read_u8(attr, &number);
    if (r == 0)
        *ret = number < count ? states[number] : FLOW_UNKNOWN;
    return r;
}

static int read_tcp(struct flow *flow, const struct attr *nest) {
    struct attrs attrs = attrs_in(nest);
    struct attr attr;
    while (next_attr(&attrs, &attr)) {
        switch (attr.type) {
        case CTA_PROTOINFO_TCP_STATE:
            note(&attrs, read_state(&attr, tcp_states, sizeof(tcp_states), &flow->state));
            break;
        case CTA_PROTOINFO_TCP_WSCALE_ORIGINAL:
            flow->known |= FLOW_HAS_TCP;
            note(&attrs, read_u8(&attr, &flow->tcp_wscale));
            break;
        case CTA_PROTOINFO_TCP_WSCALE_REPLY:
            note(&attrs, read_u8(&attr, &flow->tcp_reply_wscale));
            break;
        case CTA_PROTOINFO_TCP_FLAGS_ORIGINAL: // struct nf_ct_tcp_flags: flags come first
            note(&attrs, read_u8(&attr, &flow->tcp_flags));
            break;
        case CTA_PROTOINFO_TCP_FLAGS_REPLY:
            note(&attrs, read_u8(&attr, &flow->tcp_reply_flags));
            break;
        }
    }
    return attrs.error;
}

static int read_sctp(struct parsing *p, const struct attr *nest) {
    struct flow_extra *extra = extra_of(p);
    struct attrs attrs = attrs_in(nest);
    struct attr attr;
    if (!extra)
        return -ENOMEM;
    while (next_attr(&attrs, &attr)) {
        switch (attr.type) {
        case CTA_PROTOINFO_SCTP_STATE:
            note(&attrs, read_state(&attr, sctp_states, sizeof(sctp_states), &p->flow->state));
            break;
        case CTA_PROTOINFO_SCTP_VTAG_ORIGINAL:
            note(&attrs, read_maybe_be32(&attr, &extra->vtag));
            break;
        case CTA_PROTOINFO_SCTP_VTAG_REPLY:
            note(&attrs, read_maybe_be32(&attr, &extra->reply_vtag));
            break;
        }
    }
    return attrs.error;
}

static int read_dccp(struct parsing *p, const struct attr *nest) {
    struct flow_extra *extra = extra_of(p);
    struct attrs attrs = attrs_in(nest);
    struct attr attr;
    uint8_t role;
    uint64_t sequence;
    if (!extra)
        return -ENOMEM;
    while (next_attr(&attrs, &attr)) {
        switch (attr.type) {
        case CTA_PROTOINFO_DCCP_STATE:
            note(&attrs, read_state(&attr, dccp_states, sizeof(dccp_states), &p->flow->state));
            break;
        case CTA_PROTOINFO_DCCP_ROLE:
            if (read_u8(&attr, &role) == 0)
                extra->dccp_role = maybe_of(role);
            break;
        case CTA_PROTOINFO_DCCP_HANDSHAKE_SEQ:
            if (read_be64(&attr, &sequence) == 0)
                extra->dccp_handshake = maybe_of(sequence);
            break;
        }
    }
    return attrs.error;
}

static int read_protoinfo(struct parsing *p, const struct attr *nest) {
    struct attrs attrs = attrs_in(nest);
    struct attr attr;
    while (next_attr(&attrs, &attr)) {
        switch (attr.type) {
        case CTA_PROTOINFO_TCP:
            note(&attrs, read_tcp(p->flow, &attr));
            break;
        case CTA_PROTOINFO_SCTP:
            note(&attrs, read_sctp(p, &attr));
            break;
        case CTA_PROTOINFO_DCCP:
            note(&attrs, read_dccp(p, &attr));
            break;
        }
    }
    return attrs.error;
}

// --- The rest ------------------------------------------------------------------------------------

static int read_counters(struct flow *flow, const struct attr *nest, bool reply) {
    struct attrs attrs = attrs_in(nest);
    struct attr attr;
    flow->known |= FLOW_HAS_COUNTERS;
    while (next_attr(&attrs, &attr)) {
        if (attr.type == CTA_COUNTERS_PACKETS)
            note(&attrs, read_be64(&attr, reply ? &flow->reply_packets : &flow->packets));
        else if (attr.type == CTA_COUNTERS_BYTES)
            note(&attrs, read_be64(&attr, reply ? &flow->reply_bytes : &flow->bytes));
    }
    return attrs.error;
}

static int read_timestamps(struct parsing *p, const struct attr *nest) {
    struct attrs attrs = attrs_in(nest);
    struct attr attr;
    while (next_attr(&attrs, &attr)) {
        if (attr.type == CTA_TIMESTAMP_START)
            note(&attrs, read_time(&attr, &p->flow->start));
        else if (attr.type == CTA_TIMESTAMP_STOP)
            note(&attrs, extra_of(p) ? read_time(&attr, &p->extra->stop) : -ENOMEM);
    }
    return attrs.error;
}

// A name inside of an attribute: of the helper, of the security context.
static int read_name(struct parsing *p, const struct attr *nest, unsigned type,
                     size_t extra_offset) {
    struct attrs attrs = attrs_in(nest);
    struct attr attr;
    while (next_attr(&attrs, &attr)) {
        if (attr.type != type)
            continue;
        struct flow_extra *extra = extra_of(p);
        if (!extra)
            return -ENOMEM;
        note(&attrs, read_text(&attr, p->arena, (const char **)((char *)extra + extra_offset)));
    }
    return attrs.error;
}

// The set is an array of the host's longs: on the little-endian hosts that there are, bit n is bit
// n % 8 of byte n / 8.
static int read_labels(struct parsing *p, const struct attr *attr) {
    const char *labels[LABEL_BYTES * 8];
    size_t count = 0;
    for (size_t bit = 0; bit < attr->length * 8 && bit < LABEL_BYTES * 8; bit++) {
        if (!(attr->bytes[bit / 8] & 1 << bit % 8))
            continue;
        labels[count] = arena_printf(p->arena, "%zu", bit);
        if (!labels[count++])
            return -ENOMEM;
    }
    if (count == 0)
        return 0;
    struct flow_extra *extra = extra_of(p);
    if (!extra)
        return -ENOMEM;
    extra->labels = arena_copy(p->arena, labels, count * sizeof(labels[0]));
    extra->label_count = extra->labels ? count : 0;
    return extra->labels ? 0 : -ENOMEM;
}

int flow_tuple_parse(const void *attrs, size_t length, struct arena *arena, struct flow *flow) {
    const struct attr whole = {.bytes = attrs, .length = length};
    struct parsing p = {.flow = flow, .arena = arena};
    return read_tuple(&p, &whole, false);
}

// The master's original tuple: a flow of its own, of which the ends are written.
static int read_master(struct parsing *p, const struct attr *attr) {
    struct flow flow = {.family = p->flow->family};
    struct buffer words = BUFFER_INIT;
    struct flow_extra *extra = extra_of(p);
    if (!extra)
        return -ENOMEM;
    int r = flow_tuple_parse(attr->bytes, attr->length, p->arena, &flow);
    if (flow.protocol < flow_protocol_names.count && flow_protocol_names.names[flow.protocol])
        buffer_printf(&words, "%s ", flow_protocol_names.names[flow.protocol]);
    flow_format_end(&flow, FLOW_SRC, &words);
    buffer_puts(&words, " to ");
    flow_format_end(&flow, FLOW_DST, &words);
    extra->master = arena_strdup(p->arena, buffer_text(&words));
    buffer_done(&words);
    return extra->master ? r : -ENOMEM;
}

static int read_one(struct parsing *p, const struct attr *attr) {
    struct flow *flow = p->flow;
    switch (attr->type) {
    case CTA_TUPLE_ORIG:
        return read_tuple(p, attr, false);
    case CTA_TUPLE_REPLY:
        return read_tuple(p, attr, true);
    case CTA_STATUS:
        return read_be32(attr, &flow->status);
    case CTA_PROTOINFO:
        return read_protoinfo(p, attr);
    case CTA_HELP:
        return read_name(p, attr, CTA_HELP_NAME, offsetof(struct flow_extra, helper));
    case CTA_TIMEOUT:
        flow->known |= FLOW_HAS_TIMEOUT;
        return read_be32(attr, &flow->timeout);
    case CTA_MARK:
        return read_be32(attr, &flow->mark);
    case CTA_COUNTERS_ORIG:
        return read_counters(flow, attr, false);
    case CTA_COUNTERS_REPLY:
        return read_counters(flow, attr, true);
    case CTA_USE:
        flow->known |= FLOW_HAS_USE;
        return read_be32(attr, &flow->use);
    case CTA_ID:
        return read_be32(attr, &flow->id);
    case CTA_TUPLE_MASTER:
        return read_master(p, attr);
    case CTA_ZONE:
        return read_be16(attr, &flow->zone);
    case CTA_SECCTX:
        return read_name(p, attr, CTA_SECCTX_NAME, offsetof(struct flow_extra, secctx));
    case CTA_TIMESTAMP:
        return read_timestamps(p, attr);
    case CTA_LABELS:
        return read_labels(p, attr);
    default:
        return 0;
    }
}

uint8_t flow_family_parse(uint8_t nfgen_family) {
    if (nfgen_family == AF_INET)
        return ADDRESS_IPV4;
    return nfgen_family == AF_INET6 ? ADDRESS_IPV6 : ADDRESS_NONE;
}

static bool read_event(const struct nlmsghdr *message, enum flow_event *ret) {
    if (message->nlmsg_type == (NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW))
        *ret = message->nlmsg_flags & NLM_F_CREATE ? FLOW_NEW : FLOW_UPDATE;
    else if (message->nlmsg_type == (NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE))
        *ret = FLOW_DESTROY;
    else
        return false;
    return true;
}

int flow_parse(const struct nlmsghdr *message, struct arena *arena, struct flow *ret_flow,
               enum flow_event *ret_event) {
    const struct nfgenmsg *header = nlmsg_data(message);
    struct parsing p = {.flow = ret_flow, .arena = arena};
    enum flow_event event;
    if (!read_event(message, &event))
        return -ENOMSG;
    if (message->nlmsg_len < NLMSG_LENGTH(sizeof(*header)))
        return -EBADMSG;
    ret_flow->family = flow_family_parse(header->nfgen_family);
    struct attrs attrs =
        attrs_of((const char *)header + NLMSG_ALIGN(sizeof(*header)),
                 message->nlmsg_len - (size_t)NLMSG_LENGTH(NLMSG_ALIGN(sizeof(*header))));
    struct attr attr;
    while (next_attr(&attrs, &attr)) {
        int r = read_one(&p, &attr);
        if (r == -ENOMEM)
            return r;
        note(&attrs, r);
    }
    if (ret_event)
        *ret_event = event;
    return ret_flow->family == ADDRESS_NONE ? -EBADMSG : attrs.error;
}
