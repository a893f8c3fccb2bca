// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/flow_parse.h"

#include <netinet/in.h>

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#include "source/flow_attrs.h"

#define LABEL_BYTES 16 // of the kernel's set of labels (net/netfilter/nf_conntrack_labels.h)

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

static int read_timestamps(struct flow_parsing *p, const struct attr *nest) {
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
static int read_name(struct flow_parsing *p, const struct attr *nest, unsigned type,
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
static int read_labels(struct flow_parsing *p, const struct attr *attr) {
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

// The master's original tuple: a flow of its own, of which the ends are written.
static int read_master(struct flow_parsing *p, const struct attr *attr) {
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

static int read_one(struct flow_parsing *p, const struct attr *attr) {
    struct flow *flow = p->flow;
    switch (attr->type) {
    case CTA_TUPLE_ORIG:
        return flow_read_tuple(p, attr, false);
    case CTA_TUPLE_REPLY:
        return flow_read_tuple(p, attr, true);
    case CTA_STATUS:
        return read_be32(attr, &flow->status);
    case CTA_PROTOINFO:
        return flow_read_protoinfo(p, attr);
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
    struct flow_parsing p = {.flow = ret_flow, .arena = arena};
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
