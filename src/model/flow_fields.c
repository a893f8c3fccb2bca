// SPDX-License-Identifier: GPL-2.0-or-later
// The fields of a flow. Keys are conntrack(8)'s words; those of the packets that answer begin with
// reply_.
#include <string.h>

#include "model/claim.h"
#include "model/flow.h"
#include "model/flow_event.h"
#include "model/flow_parts.h"
#include "model/netns.h"
#include "model/node.h"

// --- Tuples --------------------------------------------------------------------------------------

static void set_uint(struct value *ret, uint64_t number) {
    ret->kind = VALUE_UINT;
    ret->uint = number;
}

static void set_address(const struct row_ref *ref, enum flow_end end, struct value *ret) {
    ret->address = flow_address(ref->row, end);
    if (ret->address.family != ADDRESS_NONE)
        ret->kind = VALUE_ADDRESS;
}

static void get_src(const struct row_ref *ref, const struct field *field, struct value *ret) {
    (void)field;
    set_address(ref, FLOW_SRC, ret);
}

static void get_dst(const struct row_ref *ref, const struct field *field, struct value *ret) {
    (void)field;
    set_address(ref, FLOW_DST, ret);
}

static void get_reply_src(const struct row_ref *ref, const struct field *field, struct value *ret) {
    (void)field;
    set_address(ref, FLOW_REPLY_SRC, ret);
}

static void get_reply_dst(const struct row_ref *ref, const struct field *field, struct value *ret) {
    (void)field;
    set_address(ref, FLOW_REPLY_DST, ret);
}

// --- Whose the addresses are ---------------------------------------------------------------------

static void set_owner(const struct row_ref *ref, enum flow_end end, struct value *ret) {
    const struct claims *claims = ref->node ? claims_of(ref->node) : NULL;
    if (!claims)
        return;
    struct address address = flow_address(ref->row, end);
    const struct claim *claim = claims_sole_address(claims, ref->netns, &address);
    if (claim)
        value_set_text(ret, claim->netns->name);
}

static void get_src_netns(const struct row_ref *ref, const struct field *field, struct value *ret) {
    (void)field;
    set_owner(ref, FLOW_SRC, ret);
}

static void get_dst_netns(const struct row_ref *ref, const struct field *field, struct value *ret) {
    (void)field;
    set_owner(ref, FLOW_DST, ret);
}

static void get_reply_src_netns(const struct row_ref *ref, const struct field *field,
                                struct value *ret) {
    (void)field;
    set_owner(ref, FLOW_REPLY_SRC, ret);
}

static void get_reply_dst_netns(const struct row_ref *ref, const struct field *field,
                                struct value *ret) {
    (void)field;
    set_owner(ref, FLOW_REPLY_DST, ret);
}

// --- Members -------------------------------------------------------------------------------------

// Where events were lost there is no flow: then nothing of one is told.
static bool is_flow(const struct row_ref *ref) {
    const struct flow *flow = ref->row;
    return flow->family != ADDRESS_NONE;
}

static void get_word(const struct row_ref *ref, const struct field *field, struct value *ret) {
    if (is_flow(ref))
        field_get_enum_u8(ref, field, ret);
}

static void get_u8(const struct row_ref *ref, const struct field *field, struct value *ret) {
    if (is_flow(ref))
        field_get_u8(ref, field, ret);
}

static void get_u32(const struct row_ref *ref, const struct field *field, struct value *ret) {
    if (is_flow(ref))
        field_get_u32(ref, field, ret);
}

// Members that a flow has if the bit is set, by the member's size.
static bool has(const struct row_ref *ref, enum flow_known bit) {
    const struct flow *flow = ref->row;
    return flow->known & bit;
}

static const void *member(const struct row_ref *ref, const struct field *field) {
    return (const char *)ref->row + field->offset;
}

static void get_port(const struct row_ref *ref, const struct field *field, struct value *ret) {
    if (has(ref, FLOW_HAS_PORTS))
        set_uint(ret, *(const uint16_t *)member(ref, field));
}

static void get_icmp_id(const struct row_ref *ref, const struct field *field, struct value *ret) {
    if (has(ref, FLOW_HAS_ICMP))
        set_uint(ret, *(const uint16_t *)member(ref, field));
}

static void get_icmp_u8(const struct row_ref *ref, const struct field *field, struct value *ret) {
    if (has(ref, FLOW_HAS_ICMP))
        set_uint(ret, *(const uint8_t *)member(ref, field));
}

static void get_counter(const struct row_ref *ref, const struct field *field, struct value *ret) {
    if (has(ref, FLOW_HAS_COUNTERS))
        set_uint(ret, *(const uint64_t *)member(ref, field));
}

// The four counters lie one behind the other, in the order of what is sampled.
static void get_rate(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct node_netns *entry = ref->node ? node_find(ref->node, ref->netns->inode) : NULL;
    const struct history *history = entry ? entry->histories[KIND_FLOWS] : NULL;
    size_t counter = (field->offset - offsetof(struct flow, packets)) / sizeof(uint64_t);
    double rate;
    if (!history || !history_rate(history, flow_kind.identity(ref->row), counter, &rate))
        return;
    ret->kind = VALUE_REAL;
    ret->real = rate;
}

static void get_tcp_wscale(const struct row_ref *ref, const struct field *field,
                           struct value *ret) {
    if (has(ref, FLOW_HAS_TCP))
        set_uint(ret, *(const uint8_t *)member(ref, field));
}

static void get_tcp_flags(const struct row_ref *ref, const struct field *field, struct value *ret) {
    if (!has(ref, FLOW_HAS_TCP))
        return;
    ret->kind = VALUE_FLAGS;
    ret->flags.bits = *(const uint8_t *)member(ref, field);
    ret->flags.names = field->names;
}

static void get_timeout(const struct row_ref *ref, const struct field *field, struct value *ret) {
    if (has(ref, FLOW_HAS_TIMEOUT))
        set_uint(ret, *(const uint32_t *)member(ref, field));
}

static void get_use(const struct row_ref *ref, const struct field *field, struct value *ret) {
    if (has(ref, FLOW_HAS_USE))
        set_uint(ret, *(const uint32_t *)member(ref, field));
}

static void get_zone(const struct row_ref *ref, const struct field *field, struct value *ret) {
    if (is_flow(ref) && !has(ref, FLOW_HAS_SPLIT_ZONE))
        set_uint(ret, *(const uint16_t *)member(ref, field));
}

static void get_time(const struct row_ref *ref, const struct field *field, struct value *ret) {
    int64_t time = *(const int64_t *)member(ref, field);
    if (time != 0)
        value_set_time(ret, time);
}

// --- State and what became of it -----------------------------------------------------------------

static void get_state(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct flow *flow = ref->row;
    if (flow->state != FLOW_STATELESS)
        field_get_enum_u8(ref, field, ret);
}

static void get_status(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct flow *flow = ref->row;
    if (!is_flow(ref))
        return;
    ret->kind = VALUE_FLAGS;
    ret->flags.bits = flow->status | (flow->status & FLOW_SEEN_REPLY ? 0 : FLOW_UNREPLIED);
    ret->flags.names = field->names;
}

static const char *const nat_words[] = {[1] = "SNAT", [2] = "DNAT", [3] = "SNAT and DNAT"};
static const struct enum_names nat_names = {nat_words, sizeof(nat_words) / sizeof(nat_words[0])};

static void get_nat(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct flow *flow = ref->row;
    int index = (flow->status & FLOW_SRC_NAT ? 1 : 0) | (flow->status & FLOW_DST_NAT ? 2 : 0);
    (void)field;
    if (index > 0)
        value_set_text(ret, nat_words[index]);
}

static void set_words(void (*format)(const struct flow *flow, struct buffer *buffer),
                      const struct row_ref *ref, struct value *ret) {
    struct buffer words = BUFFER_INIT;
    format(ref->row, &words);
    size_t len = words.len < sizeof(ret->scratch) ? words.len : sizeof(ret->scratch) - 1;
    if (len > 0) {
        memcpy(ret->scratch, words.data, len);
        ret->scratch[len] = '\0';
        value_set_text(ret, ret->scratch);
    }
    buffer_done(&words);
}

static void get_translation(const struct row_ref *ref, const struct field *field,
                            struct value *ret) {
    (void)field;
    set_words(flow_format_translation, ref, ret);
}

static void get_return(const struct row_ref *ref, const struct field *field, struct value *ret) {
    (void)field;
    if (is_flow(ref))
        set_words(flow_format_return, ref, ret);
}

// --- What only some have -------------------------------------------------------------------------

static void get_labels(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct flow_extra *extra = ref->row;
    (void)field;
    if (extra->label_count == 0)
        return;
    ret->kind = VALUE_TEXTS;
    ret->texts.items = extra->labels;
    ret->texts.count = extra->label_count;
}

// --- The table -----------------------------------------------------------------------------------

// clang-format off
#define IF_KNOWN(key, member, title, type, getter, help) \
    {key, title, type, getter, offsetof(struct flow, member), NULL, help, 0}
#define EXTRA(key, member, title, type, help) \
    FIELD_BEHIND(key, struct flow, extra, member, title, type, help)
#define EXTRA_BY(key, member, title, type, getter, help) \
    FIELD_BEHIND_WITH(key, struct flow, extra, member, title, type, getter, NULL, help)

static const struct field fields[] = {
    FIELD_BY("netns", "NAMESPACE", FIELD_NETNS, field_get_netns, "name of the namespace"),
    FIELD_WITH("family", struct flow, family, "FAMILY", FIELD_ENUM, get_word, &flow_family_names, "ipv4 or ipv6"),
    FIELD_WITH("protocol", struct flow, protocol, "PROTOCOL", FIELD_ENUM, get_word, &flow_protocol_names, "transport protocol"),
    IF_KNOWN("protonum", protocol, "PROTO", FIELD_NUMBER, get_u8, "number of the transport protocol"),
    {"state", "STATE", FIELD_ENUM, get_state, offsetof(struct flow, state), &flow_state_names,
     "state, of a protocol that has some (TCP, SCTP, DCCP)", 0},
    FIELD_BY("src", "SOURCE", FIELD_ADDRESS, get_src, "source of the packets of the original direction"),
    IF_KNOWN("sport", orig.sport, "SPORT", FIELD_NUMBER, get_port, "source port; of GRE, the key"),
    FIELD_BY("dst", "DESTINATION", FIELD_ADDRESS, get_dst, "destination of the packets of the original direction"),
    IF_KNOWN("dport", orig.dport, "DPORT", FIELD_NUMBER, get_port, "destination port; of GRE, the key"),
    IF_KNOWN("icmp_type", orig.icmp_type, "TYPE", FIELD_NUMBER, get_icmp_u8, "type of ICMP and ICMPv6"),
    IF_KNOWN("icmp_code", orig.icmp_code, "CODE", FIELD_NUMBER, get_icmp_u8, "code of ICMP and ICMPv6"),
    IF_KNOWN("icmp_id", orig.icmp_id, "ICMP ID", FIELD_NUMBER, get_icmp_id, "id of an ICMP and ICMPv6 query"),
    FIELD_BY("reply_src", "REPLY SOURCE", FIELD_ADDRESS, get_reply_src, "source of the packets that answer"),
    IF_KNOWN("reply_sport", reply.sport, "REPLY SPORT", FIELD_NUMBER, get_port, "their source port; of GRE, the key"),
    FIELD_BY("reply_dst", "REPLY DESTINATION", FIELD_ADDRESS, get_reply_dst, "destination of the packets that answer"),
    IF_KNOWN("reply_dport", reply.dport, "REPLY DPORT", FIELD_NUMBER, get_port, "their destination port; of GRE, the key"),
    IF_KNOWN("reply_icmp_type", reply.icmp_type, "REPLY TYPE", FIELD_NUMBER, get_icmp_u8, "type of the ICMP packets that answer"),
    IF_KNOWN("reply_icmp_code", reply.icmp_code, "REPLY CODE", FIELD_NUMBER, get_icmp_u8, "code of the ICMP packets that answer"),
    IF_KNOWN("reply_icmp_id", reply.icmp_id, "REPLY ICMP ID", FIELD_NUMBER, get_icmp_id, "id of the ICMP packets that answer"),
    FIELD_BY("src_netns", "FROM", FIELD_NETNS, get_src_netns, "namespace of this node that has the source address"),
    FIELD_BY("dst_netns", "TO", FIELD_NETNS, get_dst_netns, "namespace of this node that has the destination address"),
    FIELD_BY("reply_src_netns", "REPLY FROM", FIELD_NETNS, get_reply_src_netns, "namespace that has the source address of replies"),
    FIELD_BY("reply_dst_netns", "REPLY TO", FIELD_NETNS, get_reply_dst_netns, "namespace that has the destination address of replies"),
    {"nat", "NAT", FIELD_ENUM, get_nat, 0, &nat_names, "what is translated", 0},
    FIELD_IN_WORDS("translation", "TRANSLATION", get_translation, flow_translation_parts, "what NAT makes of the first packet's addresses and ports"),
    FIELD_IN_WORDS("return_packet", "RETURN PACKET", get_return, flow_return_parts, "how the packet that answers looks, and whether one came"),
    {"status", "STATUS", FIELD_FLAGS, get_status, 0, flow_status_names, "what the kernel holds of it; a column leaves out what it holds of nearly all", 0},
    IF_KNOWN("timeout", timeout, "TIMEOUT", FIELD_DURATION, get_timeout, "time until it is forgotten if no packet comes"),
    IF_KNOWN("packets", packets, "PACKETS", FIELD_COUNT, get_counter, "packets of the original direction, where accounting is on"),
    IF_KNOWN("bytes", bytes, "BYTES", FIELD_BYTES, get_counter, "their bytes"),
    IF_KNOWN("reply_packets", reply_packets, "REPLY PACKETS", FIELD_COUNT, get_counter, "packets that answered"),
    IF_KNOWN("reply_bytes", reply_bytes, "REPLY BYTES", FIELD_BYTES, get_counter, "their bytes"),
    IF_KNOWN("bytes_rate", bytes, "BYTES/S", FIELD_BYTES_RATE, get_rate, "bytes of the original direction a second"),
    IF_KNOWN("reply_bytes_rate", reply_bytes, "REPLY BYTES/S", FIELD_BYTES_RATE, get_rate, "bytes that answer a second"),
    IF_KNOWN("packets_rate", packets, "PKT/S", FIELD_COUNT_RATE, get_rate, "packets of the original direction a second"),
    IF_KNOWN("reply_packets_rate", reply_packets, "REPLY PKT/S", FIELD_COUNT_RATE, get_rate, "packets that answer a second"),
    IF_KNOWN("mark", mark, "MARK", FIELD_NUMBER, get_u32, "connection mark"),
    IF_KNOWN("zone", zone, "ZONE", FIELD_NUMBER, get_zone, "zone of both directions"),
    IF_KNOWN("tcp_wscale", tcp_wscale, "WSCALE", FIELD_NUMBER, get_tcp_wscale, "TCP window scale of the original direction"),
    IF_KNOWN("tcp_reply_wscale", tcp_reply_wscale, "REPLY WSCALE", FIELD_NUMBER, get_tcp_wscale, "TCP window scale of the reply direction"),
    {"tcp_flags", "TCP FLAGS", FIELD_FLAGS, get_tcp_flags, offsetof(struct flow, tcp_flags), flow_tcp_flag_names,
     "what TCP tracking knows of the original direction", 0},
    {"tcp_reply_flags", "TCP REPLY FLAGS", FIELD_FLAGS, get_tcp_flags, offsetof(struct flow, tcp_reply_flags), flow_tcp_flag_names,
     "what TCP tracking knows of the reply direction", 0},
    IF_KNOWN("start", start, "START", FIELD_TIME, get_time, "when it began, where timestamps are on"),
    IF_KNOWN("use", use, "USE", FIELD_COUNT, get_use, "references that the kernel holds"),
    IF_KNOWN("id", id, "ID", FIELD_NUMBER, get_u32, "the kernel's id"),
    EXTRA("orig_zone", orig_zone, "ORIG ZONE", FIELD_NUMBER, "zone of the original direction alone"),
    EXTRA("reply_zone", reply_zone, "REPLY ZONE", FIELD_NUMBER, "zone of the reply direction alone"),
    EXTRA_BY("labels", labels, "LABELS", FIELD_LIST, get_labels, "numbers of the connection labels that are set"),
    EXTRA("secctx", secctx, "SECURITY CONTEXT", FIELD_TEXT, "label of the security module"),
    EXTRA("helper", helper, "HELPER", FIELD_TEXT, "helper that reads its packets"),
    EXTRA("master", master, "MASTER", FIELD_TEXT, "flow that this one was expected by"),
    EXTRA("sctp_vtag", vtag, "VTAG", FIELD_NUMBER, "SCTP verification tag of the original direction"),
    EXTRA("sctp_reply_vtag", reply_vtag, "REPLY VTAG", FIELD_NUMBER, "SCTP verification tag of the reply direction"),
    FIELD_OF_ENUM_BEHIND("dccp_role", struct flow, extra, dccp_role, "DCCP ROLE", &flow_dccp_role_names,
                         "DCCP role of the original direction's sender"),
    EXTRA("dccp_handshake_seq", dccp_handshake, "DCCP SEQ", FIELD_NUMBER, "sequence number of DCCP's handshake"),
    EXTRA_BY("stop", stop, "STOP", FIELD_TIME, get_time, "when it ended, where timestamps are on"),
    // An event is a flow and these.
    FIELD_OF_ENUM("event", struct flow_event_row, event, "EVENT", &flow_event_names,
                  "what happened; where it is lost, events came faster than they were read"),
    FIELD_WITH("time", struct flow_event_row, time, "TIME", FIELD_TIME, get_time, NULL, "when it was heard"),
};
#define EVENT_FIELDS 2
// clang-format on

// The kernel's id is a hash of 32 bits: of a million flows some have the same one.
static uint64_t identity(const void *row) {
    const struct flow *flow = row;
    uint32_t hash = 2166136261; // FNV-1a
    const uint8_t *bytes = (const uint8_t *)&flow->reply;
    for (size_t i = 0; i < sizeof(flow->reply); i++)
        hash = (hash ^ bytes[i]) * 16777619;
    return (uint64_t)hash << 32 | flow->id;
}

const struct kind flow_kind = {
    .name = "flows",
    .title = "Flows",
    .fields = fields,
    .field_count = sizeof(fields) / sizeof(fields[0]) - EVENT_FIELDS,
    .row_size = sizeof(struct flow),
    .columns = "protocol,state,src,sport,dst,dport,reply_src,reply_sport,reply_dst,reply_dport,nat,"
               "status,timeout,packets,bytes,reply_packets,reply_bytes,mark,zone",
    .sort = "src",
    .identity = identity,
    .names_from = KIND_BIT(KIND_INTERFACES),
    .help = "flows that connection tracking knows",
};

static uint64_t event_identity(const void *row) {
    const struct flow_event_row *event = row;
    return event->number;
}

const struct kind flow_event_kind = {
    .name = "flow_events",
    .title = "Events",
    .fields = fields,
    .field_count = sizeof(fields) / sizeof(fields[0]),
    .row_size = sizeof(struct flow_event_row),
    .columns = "time,event,protocol,state,src,sport,dst,dport,reply_src,reply_sport,reply_dst,"
               "reply_dport,nat,status,timeout,mark,zone",
    .sort = "time",
    .identity = event_identity,
    .names_from = KIND_BIT(KIND_INTERFACES),
    .asked_with = "follow",
    .help = "what happens to flows, as it happens",
};
