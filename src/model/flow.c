// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/flow.h"

#include <string.h>

struct address flow_address(const struct flow *flow, enum flow_end end) {
    static const struct flow_extra nothing;
    const struct flow_extra *extra = flow->extra ? flow->extra : &nothing;
    bool four = flow->family == ADDRESS_IPV4;
    switch (end) {
    case FLOW_SRC:
        return four ? address_from_bytes(flow->orig.src, 4) : extra->src;
    case FLOW_DST:
        return four ? address_from_bytes(flow->orig.dst, 4) : extra->dst;
    case FLOW_REPLY_SRC:
        return four ? address_from_bytes(flow->reply.src, 4) : extra->reply_src;
    case FLOW_REPLY_DST:
        return four ? address_from_bytes(flow->reply.dst, 4) : extra->reply_dst;
    }
    return (struct address){0};
}

static uint16_t port_of(const struct flow *flow, enum flow_end end) {
    switch (end) {
    case FLOW_SRC:
        return flow->orig.sport;
    case FLOW_DST:
        return flow->orig.dport;
    case FLOW_REPLY_SRC:
        return flow->reply.sport;
    case FLOW_REPLY_DST:
        return flow->reply.dport;
    }
    return 0;
}

void flow_format_end(const struct flow *flow, enum flow_end end, struct buffer *buffer) {
    struct address address = flow_address(flow, end);
    bool ports = flow->known & FLOW_HAS_PORTS, brackets = ports && address.family == ADDRESS_IPV6;
    if (brackets)
        buffer_putc(buffer, '[');
    address_format(&address, buffer);
    if (brackets)
        buffer_putc(buffer, ']');
    if (ports) {
        buffer_putc(buffer, ':');
        buffer_put_uint(buffer, port_of(flow, end));
    }
}

static void format_change(const struct flow *flow, const char *what, enum flow_end from,
                          enum flow_end to, struct buffer *buffer) {
    buffer_puts(buffer, what);
    flow_format_end(flow, from, buffer);
    buffer_puts(buffer, " becomes ");
    flow_format_end(flow, to, buffer);
}

void flow_format_translation(const struct flow *flow, struct buffer *buffer) {
    bool source = flow->status & FLOW_SRC_NAT, destination = flow->status & FLOW_DST_NAT;
    if (source)
        format_change(flow, "source ", FLOW_SRC, FLOW_REPLY_DST, buffer);
    if (source && destination)
        buffer_puts(buffer, ", ");
    if (destination)
        format_change(flow, "destination ", FLOW_DST, FLOW_REPLY_SRC, buffer);
}

void flow_format_return(const struct flow *flow, struct buffer *buffer) {
    buffer_puts(buffer, "from ");
    flow_format_end(flow, FLOW_REPLY_SRC, buffer);
    buffer_puts(buffer, " to ");
    flow_format_end(flow, FLOW_REPLY_DST, buffer);
    if (flow->known & FLOW_HAS_ICMP)
        buffer_printf(buffer, ", type %u code %u id %u", flow->reply.icmp_type,
                      flow->reply.icmp_code, flow->reply.icmp_id);
    buffer_puts(buffer, flow->status & FLOW_SEEN_REPLY ? ", seen" : ", not seen so far");
}
