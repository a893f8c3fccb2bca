// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/flow_parts.h"

#include "model/flow.h"

static void set_port(const struct flow *flow, uint16_t port, struct value *ret) {
    if (!(flow->known & FLOW_HAS_PORTS))
        return;
    ret->kind = VALUE_UINT;
    ret->uint = port;
}

static void set_address(const struct flow *flow, enum flow_end end, struct value *ret) {
    ret->address = flow_address(flow, end);
    if (ret->address.family != ADDRESS_NONE)
        ret->kind = VALUE_ADDRESS;
}

// --- A translation: the source's if there is one, else the destination's -------------------------

static bool is_source(const struct flow *flow) {
    return flow->status & FLOW_SRC_NAT;
}

static bool is_translated(const struct flow *flow) {
    return flow->status & (FLOW_SRC_NAT | FLOW_DST_NAT);
}

static void get_translated(const struct row_ref *ref, const struct field *field,
                           struct value *ret) {
    (void)field;
    if (!is_translated(ref->row))
        return;
    ret->kind = VALUE_UINT;
    ret->uint = is_source(ref->row);
}

static void get_before(const struct row_ref *ref, const struct field *field, struct value *ret) {
    (void)field;
    if (is_translated(ref->row))
        set_address(ref->row, is_source(ref->row) ? FLOW_SRC : FLOW_DST, ret);
}

static void get_before_port(const struct row_ref *ref, const struct field *field,
                            struct value *ret) {
    const struct flow *flow = ref->row;
    (void)field;
    if (is_translated(flow))
        set_port(flow, is_source(flow) ? flow->orig.sport : flow->orig.dport, ret);
}

static void get_after(const struct row_ref *ref, const struct field *field, struct value *ret) {
    (void)field;
    if (is_translated(ref->row))
        set_address(ref->row, is_source(ref->row) ? FLOW_REPLY_DST : FLOW_REPLY_SRC, ret);
}

static void get_after_port(const struct row_ref *ref, const struct field *field,
                           struct value *ret) {
    const struct flow *flow = ref->row;
    (void)field;
    if (is_translated(flow))
        set_port(flow, is_source(flow) ? flow->reply.dport : flow->reply.sport, ret);
}

const struct field flow_translation_parts[] = {
    FIELD_BY("translated", "", FIELD_NUMBER, get_translated, ""),
    FIELD_BY("before", "", FIELD_ADDRESS, get_before, ""),
    FIELD_BY("before_port", "", FIELD_NUMBER, get_before_port, ""),
    FIELD_BY("after", "", FIELD_ADDRESS, get_after, ""),
    FIELD_BY("after_port", "", FIELD_NUMBER, get_after_port, ""),
    FIELD_PARTS_END("source becomes destination"),
};

// --- The packet that answers ---------------------------------------------------------------------

static void get_reply_src(const struct row_ref *ref, const struct field *field, struct value *ret) {
    (void)field;
    set_address(ref->row, FLOW_REPLY_SRC, ret);
}

static void get_reply_sport(const struct row_ref *ref, const struct field *field,
                            struct value *ret) {
    const struct flow *flow = ref->row;
    (void)field;
    set_port(flow, flow->reply.sport, ret);
}

static void get_reply_dst(const struct row_ref *ref, const struct field *field, struct value *ret) {
    (void)field;
    set_address(ref->row, FLOW_REPLY_DST, ret);
}

static void get_reply_dport(const struct row_ref *ref, const struct field *field,
                            struct value *ret) {
    const struct flow *flow = ref->row;
    (void)field;
    set_port(flow, flow->reply.dport, ret);
}

const struct field flow_return_parts[] = {
    FIELD_BY("reply_src", "", FIELD_ADDRESS, get_reply_src, ""),
    FIELD_BY("reply_sport", "", FIELD_NUMBER, get_reply_sport, ""),
    FIELD_BY("reply_dst", "", FIELD_ADDRESS, get_reply_dst, ""),
    FIELD_BY("reply_dport", "", FIELD_NUMBER, get_reply_dport, ""),
    FIELD_PARTS_END("from to type code id not seen so far"),
};
