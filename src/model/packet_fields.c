// SPDX-License-Identifier: GPL-2.0-or-later
// The fields of a traced packet, and a packet in one line. What tells packets apart is as it was
// when the packet was chosen.
#include "model/flow.h"
#include "model/netns.h"
#include "model/packet.h"
#include "ruleset/ruleset.h"

#define NAMES(words) \
    { (words), sizeof(words) / sizeof((words)[0]) }

static const char *const outcomes[] = {
    [PACKET_ACCEPTED] = "accepted", [PACKET_DROPPED] = "dropped", [PACKET_QUEUED] = "queued",
    [PACKET_STOLEN] = "stolen",     [PACKET_UNKNOWN] = "unknown",
};
const struct enum_names packet_outcome_names = NAMES(outcomes);

// RFC 9293, 3.1.
static const struct flag_name tcp_flag_names[] = {
    {0x01, "fin"}, {0x02, "syn"}, {0x04, "rst"}, {0x08, "psh"}, {0x10, "ack"},
    {0x20, "urg"}, {0x40, "ece"}, {0x80, "cwr"}, {0, NULL},
};

// --- In one line ---------------------------------------------------------------------------------

static void put_tcp_flags(const struct packet_header *header, struct buffer *buffer) {
    struct value value = {.kind = VALUE_FLAGS, .flags = {header->tcp_flags, tcp_flag_names}};
    buffer_putc(buffer, ' ');
    value_format(&value, buffer);
}

static void put_ends(const struct packet_header *header, struct buffer *buffer) {
    bool ports = header->known & PACKET_HAS_PORTS;
    address_format_end(&header->src, ports, header->sport, buffer);
    buffer_puts(buffer, " > ");
    address_format_end(&header->dst, ports, header->dport, buffer);
}

void packet_header_format(const struct packet_header *header, struct buffer *buffer) {
    if (header->src.family == ADDRESS_NONE) {
        buffer_printf(buffer, "frame of type 0x%04x", header->ethertype);
        return;
    }
    const char *protocol =
        header->proto < flow_protocol_names.count ? flow_protocol_names.names[header->proto] : NULL;
    put_ends(header, buffer);
    if (protocol)
        buffer_printf(buffer, " %s", protocol);
    else
        buffer_printf(buffer, " protocol %u", header->proto);
    if (header->known & PACKET_HAS_TCP)
        put_tcp_flags(header, buffer);
    if (header->known & PACKET_HAS_ICMP)
        buffer_printf(buffer, " type %u code %u", header->icmp_type, header->icmp_code);
    if (header->known & PACKET_IS_FRAGMENT)
        buffer_puts(buffer, " fragment");
    buffer_printf(buffer, " length %u", header->length);
}

// --- Fields --------------------------------------------------------------------------------------

static const struct packet *packet_of(const struct row_ref *ref) {
    return ref->row;
}

static bool has(const struct row_ref *ref, enum packet_known bit) {
    return packet_of(ref)->first.known & bit;
}

static void get_time(const struct row_ref *ref, const struct field *field, struct value *ret) {
    (void)field;
    value_set_time(ret, packet_of(ref)->time);
}

static void get_port(const struct row_ref *ref, const struct field *field, struct value *ret) {
    if (has(ref, PACKET_HAS_PORTS))
        field_get_u16(ref, field, ret);
}

static void get_icmp(const struct row_ref *ref, const struct field *field, struct value *ret) {
    if (has(ref, PACKET_HAS_ICMP))
        field_get_u8(ref, field, ret);
}

static void get_tcp_number(const struct row_ref *ref, const struct field *field,
                           struct value *ret) {
    if (has(ref, PACKET_HAS_TCP))
        field_get_u32(ref, field, ret);
}

static void get_tcp_flags(const struct row_ref *ref, const struct field *field, struct value *ret) {
    if (!has(ref, PACKET_HAS_TCP))
        return;
    ret->kind = VALUE_FLAGS;
    ret->flags.bits = packet_of(ref)->first.tcp_flags;
    ret->flags.names = field->names;
}

static void get_ip_id(const struct row_ref *ref, const struct field *field, struct value *ret) {
    if (has(ref, PACKET_HAS_IP_ID))
        field_get_u32(ref, field, ret);
}

static bool is_ip(const struct row_ref *ref) {
    return packet_of(ref)->first.src.family != ADDRESS_NONE;
}

static void get_proto(const struct row_ref *ref, const struct field *field, struct value *ret) {
    if (is_ip(ref))
        field_get_enum_u8(ref, field, ret);
}

static void get_length(const struct row_ref *ref, const struct field *field, struct value *ret) {
    if (is_ip(ref))
        field_get_u32(ref, field, ret);
}

static void get_ttl(const struct row_ref *ref, const struct field *field, struct value *ret) {
    if (is_ip(ref))
        field_get_u8(ref, field, ret);
}

static void get_ethertype(const struct row_ref *ref, const struct field *field, struct value *ret) {
    if (packet_of(ref)->first.ethertype)
        field_get_u16(ref, field, ret);
}

static void get_family(const struct row_ref *ref, const struct field *field, struct value *ret) {
    uint8_t family = packet_of(ref)->first.src.family;
    (void)field;
    if (family != ADDRESS_NONE)
        value_set_text(ret, flow_family_names.names[family]);
}

static void get_steps(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct packet *packet = packet_of(ref);
    if (packet->step_count == 0)
        return;
    ret->kind = VALUE_RECORDS;
    ret->records.type = field->names;
    ret->records.items = packet->steps;
    ret->records.count = packet->step_count;
}

static void get_journey(const struct row_ref *ref, const struct field *field, struct value *ret) {
    if (packet_of(ref)->journey)
        field_get_u64(ref, field, ret);
}

static void get_part(const struct row_ref *ref, const struct field *field, struct value *ret) {
    if (packet_of(ref)->journey)
        field_get_u32(ref, field, ret);
}

// What one cannot rely on.
enum packet_doubt { DOUBT_INCOMPLETE = 1, DOUBT_CHANGED = 2, DOUBT_GUESSED = 4 };

static const struct flag_name doubt_names[] = {
    {DOUBT_INCOMPLETE, "incomplete"},
    {DOUBT_CHANGED, "changed"},
    {DOUBT_GUESSED, "guessed"},
    {0, NULL},
};

static void get_doubts(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct packet *packet = packet_of(ref);
    uint64_t bits = packet->incomplete ? DOUBT_INCOMPLETE : 0;
    bits |= packet->guessed ? DOUBT_GUESSED : 0;
    for (size_t i = 0; i < packet->step_count; i++)
        bits |= packet_step_has_changed(&packet->steps[i]) ? DOUBT_CHANGED : 0;
    if (bits == 0)
        return;
    ret->kind = VALUE_FLAGS;
    ret->flags.bits = bits;
    ret->flags.names = field->names;
}

static void get_tuple(const struct row_ref *ref, const struct field *field, struct value *ret) {
    struct buffer text = BUFFER_INIT;
    (void)field;
    put_ends(&packet_of(ref)->first, &text);
    value_printf(ret, "%s", buffer_text(&text));
    buffer_done(&text);
}

// clang-format off
#define FIRST(key, member, title, type, getter, names, help) \
    FIELD_WITH(key, struct packet, first.member, title, type, getter, names, help)

static const struct field fields[] = {
    FIELD_BY("netns", "NAMESPACE", FIELD_NETNS, field_get_netns, "namespace that it was traced in"),
    FIELD(struct packet, number, "NUMBER", FIELD_NUMBER, "which one since the trace began, in its namespace"),
    FIELD_BY("time", "TIME", FIELD_TIME, get_time, "when it was first heard of"),
    {"family", "FAMILY", FIELD_ENUM, get_family, 0, &flow_family_names, "ipv4 or ipv6", 0},
    FIRST("proto", proto, "PROTO", FIELD_ENUM, get_proto, &flow_protocol_names, "transport protocol"),
    FIELD_AS("src", struct packet, first.src, "SOURCE", FIELD_ADDRESS, "source"),
    FIRST("sport", sport, "SPORT", FIELD_NUMBER, get_port, NULL, "source port"),
    FIELD_AS("dst", struct packet, first.dst, "DESTINATION", FIELD_ADDRESS, "destination"),
    FIRST("dport", dport, "DPORT", FIELD_NUMBER, get_port, NULL, "destination port"),
    FIRST("icmp_type", icmp_type, "ICMP TYPE", FIELD_NUMBER, get_icmp, NULL, "type of ICMP or ICMPv6"),
    FIRST("icmp_code", icmp_code, "ICMP CODE", FIELD_NUMBER, get_icmp, NULL, "its code"),
    FIRST("tcp_flags", tcp_flags, "TCP FLAGS", FIELD_FLAGS, get_tcp_flags, tcp_flag_names, "flags of TCP"),
    FIRST("tcp_seq", tcp_sequence, "SEQUENCE", FIELD_NUMBER, get_tcp_number, NULL, "sequence number of TCP"),
    FIRST("tcp_ack", tcp_acknowledged, "ACKNOWLEDGED", FIELD_NUMBER, get_tcp_number, NULL, "acknowledgement number of TCP"),
    FIRST("length", length, "LENGTH", FIELD_BYTES, get_length, NULL, "length from its network header on"),
    FIRST("ttl", ttl, "TTL", FIELD_NUMBER, get_ttl, NULL, "time to live, or hop limit"),
    FIRST("ethertype", ethertype, "ETHERTYPE", FIELD_NUMBER, get_ethertype, NULL, "type of the frame, where the kernel shows no addresses"),
    FIRST("ip_id", ip_id, "IP ID", FIELD_NUMBER, get_ip_id, NULL, "identification in the network header"),
    FIELD(struct packet, mark, "MARK", FIELD_NUMBER, "mark when it was chosen"),
    FIELD(struct packet, iif, "IIF", FIELD_INTERFACE, "interface that it came in by"),
    FIELD(struct packet, oif, "OIF", FIELD_INTERFACE, "interface that it leaves by"),
    FIELD(struct packet, ct_state, "CT STATE", FIELD_TEXT, "state of its flow, where the kernel tells it"),
    FIELD(struct packet, ct_id, "CT ID", FIELD_NUMBER, "id of its flow, where the kernel tells it"),
    FIELD_OF_ENUM("outcome", struct packet, outcome, "OUTCOME", &packet_outcome_names, "what became of it, by all that was heard"),
    FIELD_AS("decided_by", struct packet, reason, "DECIDED BY", FIELD_TEXT, "the rule or policy that decided last"),
    FIELD_BEHIND("decided_table", struct packet, deciding, table, "TABLE", FIELD_TEXT, "table of that rule or policy"),
    FIELD_BEHIND("decided_chain", struct packet, deciding, chain, "CHAIN", FIELD_TEXT, "its chain"),
    FIELD_BEHIND("decided_handle", struct packet, deciding, handle, "HANDLE", FIELD_NUMBER, "handle of that rule"),
    FIELD(struct packet, changed, "CHANGED", FIELD_TEXT, "what rules and NAT changed of it"),
    FIELD(struct packet, incomplete, "INCOMPLETE", FIELD_BOOLEAN, "events were lost while it was under way"),
    FIELD_WITH("journey", struct packet, journey, "JOURNEY", FIELD_NUMBER, get_journey, NULL, "packets of one number are one packet in several namespaces"),
    FIELD_WITH("part", struct packet, part, "PART", FIELD_NUMBER, get_part, NULL, "which packet of the journey it is, from 1"),
    FIELD(struct packet, guessed, "GUESSED", FIELD_BOOLEAN, "that it belongs to the journey is a guess"),
    FIELD_RECORDS_BY("steps", "STEPS", get_steps, &packet_step_record, "its way, step by step"),
    FIELD_BY("tuple", "PACKET", FIELD_TEXT, get_tuple, "source and destination, with their ports"),
    FIELD(struct packet, decision, "DECISION", FIELD_TEXT, "the rule or policy that decided last, with its number and text"),
    {"doubts", "DOUBTS", FIELD_FLAGS, get_doubts, 0, doubt_names, "what is not certain: incomplete (events were lost), changed (a rule is not there any more as it was), guessed (the journey)", 0},
};
// clang-format on

static uint64_t identity(const void *row) {
    const struct packet *packet = row;
    return packet->number;
}

const struct kind packet_kind = {
    .name = "packets",
    .title = "Packets",
    .fields = fields,
    .field_count = sizeof(fields) / sizeof(fields[0]),
    .unusual_count = 3,
    .row_size = sizeof(struct packet),
    .columns = "time,iif,oif,proto,src,sport,dst,dport,length,tcp_flags,outcome,decided_by",
    .sort = "time",
    .identity = identity,
    .asked_with = "trace",
    .help = "packets that were traced through the chains",
};
