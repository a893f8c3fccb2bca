// SPDX-License-Identifier: GPL-2.0-or-later
// What connection tracking knows of a flow of TCP, SCTP or DCCP: its state, and more.
#include <linux/netfilter/nfnetlink_conntrack.h>

#include "source/flow_attrs.h"

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

static int read_sctp(struct flow_parsing *p, const struct attr *nest) {
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

static int read_dccp(struct flow_parsing *p, const struct attr *nest) {
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

int flow_read_protoinfo(struct flow_parsing *p, const struct attr *nest) {
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
