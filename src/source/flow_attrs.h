// SPDX-License-Identifier: GPL-2.0-or-later
// Reading a flow's attributes; for the files that parse flows. A million of these messages come in
// a second or two, with forty attributes each: they are read in place, by a switch, and not by the
// tables of source/attr.h.
#ifndef SOURCE_FLOW_ATTRS_H
#define SOURCE_FLOW_ATTRS_H

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include <netlink/msg.h>

#include "base/arena.h"
#include "model/flow.h"

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

static inline struct attrs attrs_of(const void *bytes, size_t length) {
    return (struct attrs){.at = bytes, .left = length};
}

static inline struct attrs attrs_in(const struct attr *attr) {
    return attrs_of(attr->bytes, attr->length);
}

static inline bool next_attr(struct attrs *attrs, struct attr *ret) {
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

static inline void note(struct attrs *attrs, int r) {
    if (r < 0 && attrs->error == 0)
        attrs->error = r;
}

// Numbers in network byte order; of an attribute that is too short: nothing is stored.
static inline int read_u8(const struct attr *attr, uint8_t *ret) {
    if (attr->length < sizeof(*ret))
        return -EBADMSG;
    memcpy(ret, attr->bytes, sizeof(*ret));
    return 0;
}

static inline int read_be16(const struct attr *attr, uint16_t *ret) {
    uint16_t number;
    if (attr->length < sizeof(number))
        return -EBADMSG;
    memcpy(&number, attr->bytes, sizeof(number));
    *ret = ntohs(number);
    return 0;
}

static inline int read_be32(const struct attr *attr, uint32_t *ret) {
    uint32_t number;
    if (attr->length < sizeof(number))
        return -EBADMSG;
    memcpy(&number, attr->bytes, sizeof(number));
    *ret = ntohl(number);
    return 0;
}

static inline int read_be64(const struct attr *attr, uint64_t *ret) {
    uint64_t number;
    if (attr->length < sizeof(number))
        return -EBADMSG;
    memcpy(&number, attr->bytes, sizeof(number));
    *ret = be64toh(number);
    return 0;
}

static inline int read_time(const struct attr *attr, int64_t *ret) {
    uint64_t time;
    int r = read_be64(attr, &time);
    if (r == 0)
        *ret = (int64_t)(time & INT64_MAX);
    return r;
}

static inline int read_maybe_be32(const struct attr *attr, struct maybe *ret) {
    uint32_t number;
    int r = read_be32(attr, &number);
    if (r == 0)
        *ret = maybe_of(number);
    return r;
}

static inline int read_text(const struct attr *attr, struct arena *arena, const char **ret) {
    *ret = arena_strndup(arena, attr->bytes, attr->length);
    return *ret ? 0 : -ENOMEM;
}

// A flow that is being read.
struct flow_parsing {
    struct flow *flow;
    struct flow_extra *extra; // as in flow, to be written
    struct arena *arena;
};

// What few flows have, made when the first of it comes; NULL when memory is out.
static inline struct flow_extra *extra_of(struct flow_parsing *p) {
    if (!p->extra)
        p->extra = arena_alloc(p->arena, sizeof(*p->extra));
    p->flow->extra = p->extra;
    return p->extra;
}

// One direction's tuple, out of CTA_TUPLE_ORIG or CTA_TUPLE_REPLY (flow_tuple_parse.c).
int flow_read_tuple(struct flow_parsing *p, const struct attr *nest, bool reply);

// What a protocol knows of the flow, out of CTA_PROTOINFO (flow_state_parse.c).
int flow_read_protoinfo(struct flow_parsing *p, const struct attr *nest);

#endif
