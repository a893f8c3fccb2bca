// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/expectation.h"

#include "model/netns.h"

// --- Tuples of the flows in it -------------------------------------------------------------------

static const struct flow *flow_at(const struct row_ref *ref, const struct field *field) {
    return (const struct flow *)((const char *)ref->row + field->offset);
}

static void set_address(const struct flow *flow, enum flow_end end, struct value *ret) {
    ret->address = flow_address(flow, end);
    if (ret->address.family != ADDRESS_NONE)
        ret->kind = VALUE_ADDRESS;
}

static void get_src(const struct row_ref *ref, const struct field *field, struct value *ret) {
    set_address(flow_at(ref, field), FLOW_SRC, ret);
}

static void get_dst(const struct row_ref *ref, const struct field *field, struct value *ret) {
    set_address(flow_at(ref, field), FLOW_DST, ret);
}

static void set_port(const struct flow *flow, uint16_t port, struct value *ret) {
    if (!(flow->known & FLOW_HAS_PORTS))
        return;
    ret->kind = VALUE_UINT;
    ret->uint = port;
}

static void get_sport(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct flow *flow = flow_at(ref, field);
    set_port(flow, flow->orig.sport, ret);
}

static void get_dport(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct flow *flow = flow_at(ref, field);
    set_port(flow, flow->orig.dport, ret);
}

// linux/netfilter/nf_conntrack_common.h, NF_CT_EXPECT_*.
static const struct flag_name flag_names[] = {
    {1, "PERMANENT"}, {2, "INACTIVE"}, {4, "USERSPACE"}, {0, NULL}};

// clang-format off
#define OF_FLOW(key, member, title, type, getter, help) \
    {key, title, type, getter, offsetof(struct expectation, member), NULL, help, 0}

static const struct field fields[] = {
    FIELD_BY("netns", "NAMESPACE", FIELD_NETNS, field_get_netns, "name of the namespace"),
    FIELD_OF_ENUM("family", struct expectation, flow.family, "FAMILY", &flow_family_names, "ipv4 or ipv6"),
    FIELD_OF_ENUM("protocol", struct expectation, flow.protocol, "PROTOCOL", &flow_protocol_names, "transport protocol that is expected"),
    FIELD_AS("protonum", struct expectation, flow.protocol, "PROTO", FIELD_NUMBER, "number of the transport protocol"),
    OF_FLOW("src", flow, "SOURCE", FIELD_ADDRESS, get_src, "source that is expected"),
    OF_FLOW("sport", flow, "SPORT", FIELD_NUMBER, get_sport, "source port that is expected"),
    OF_FLOW("dst", flow, "DESTINATION", FIELD_ADDRESS, get_dst, "destination that is expected"),
    OF_FLOW("dport", flow, "DPORT", FIELD_NUMBER, get_dport, "destination port that is expected"),
    OF_FLOW("mask_src", mask, "SOURCE MASK", FIELD_ADDRESS, get_src, "bits of the source that have to be equal"),
    OF_FLOW("mask_sport", mask, "SPORT MASK", FIELD_NUMBER, get_sport, "bits of the source port that have to be equal"),
    OF_FLOW("mask_dst", mask, "DESTINATION MASK", FIELD_ADDRESS, get_dst, "bits of the destination that have to be equal"),
    OF_FLOW("mask_dport", mask, "DPORT MASK", FIELD_NUMBER, get_dport, "bits of the destination port that have to be equal"),
    FIELD_OF_ENUM("master_protocol", struct expectation, master.protocol, "MASTER PROTOCOL", &flow_protocol_names,
                  "transport protocol of the flow that announced it"),
    OF_FLOW("master_src", master, "MASTER SOURCE", FIELD_ADDRESS, get_src, "source of the flow that announced it"),
    OF_FLOW("master_sport", master, "MASTER SPORT", FIELD_NUMBER, get_sport, "its source port"),
    OF_FLOW("master_dst", master, "MASTER DESTINATION", FIELD_ADDRESS, get_dst, "its destination"),
    OF_FLOW("master_dport", master, "MASTER DPORT", FIELD_NUMBER, get_dport, "its destination port"),
    FIELD(struct expectation, helper, "HELPER", FIELD_TEXT, "helper that read of it"),
    FIELD(struct expectation, function, "FUNCTION", FIELD_TEXT, "what of the kernel's sees the expected flow first"),
    FIELD_OF_FLAGS("flags", struct expectation, flags, "FLAGS", flag_names, "how it is treated"),
    FIELD(struct expectation, class, "CLASS", FIELD_NUMBER, "which of the helper's kinds it is of"),
    FIELD(struct expectation, timeout, "TIMEOUT", FIELD_DURATION, "time until it is given up"),
    FIELD(struct expectation, zone, "ZONE", FIELD_NUMBER, "zone of both directions"),
    FIELD(struct expectation, id, "ID", FIELD_NUMBER, "the kernel's id"),
};
// clang-format on

static uint64_t identity(const void *row) {
    const struct expectation *expectation = row;
    return expectation->id;
}

const struct kind expectation_kind = {
    .name = "expectations",
    .title = "Expectations",
    .fields = fields,
    .field_count = sizeof(fields) / sizeof(fields[0]),
    .row_size = sizeof(struct expectation),
    .columns = "protocol,src,dst,dport,helper,timeout,flags,master_src,master_sport,master_dst,"
               "master_dport",
    .sort = "src",
    .identity = identity,
    .help = "flows that helpers of connection tracking expect",
};
