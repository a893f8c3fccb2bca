// SPDX-License-Identifier: GPL-2.0-or-later
// The fields of a traced packet. What tells packets apart is as it was when the packet was chosen.
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

static const char *const step_types[] = {
    [PACKET_STEP_RULE] = "rule", [PACKET_STEP_RETURN] = "return", [PACKET_STEP_POLICY] = "policy"};
static const struct enum_names step_type_names = NAMES(step_types);

// RFC 9293, 3.1.
static const struct flag_name tcp_flag_names[] = {
    {0x01, "fin"}, {0x02, "syn"}, {0x04, "rst"}, {0x08, "psh"}, {0x10, "ack"},
    {0x20, "urg"}, {0x40, "ece"}, {0x80, "cwr"}, {0, NULL},
};

// --- Steps ---------------------------------------------------------------------------------------

static void get_family_name(const struct row_ref *ref, const struct field *field,
                            struct value *ret) {
    const struct packet_step *step = ref->row;
    const char *name = nf_family_name(step->family);
    (void)field;
    if (name)
        value_set_text(ret, name);
}

static void get_elapsed(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct packet_step *step = ref->row;
    (void)field;
    ret->kind = VALUE_REAL;
    ret->real = (double)step->elapsed / 1e9;
}

static void get_changes(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct packet_step *step = ref->row;
    (void)field;
    if (step->change_count == 0)
        return;
    ret->kind = VALUE_TEXTS;
    ret->texts.items = step->changes;
    ret->texts.count = step->change_count;
}

// clang-format off
#define STEP_FIELDS \
    FIELD_BY("elapsed", "ELAPSED", FIELD_DURATION, get_elapsed, "time since the first step was heard"), \
    FIELD_OF_ENUM("type", struct packet_step, type, "TYPE", &step_type_names, "what happened: a rule matched, a chain returned, a policy held"), \
    FIELD(struct packet_step, hook, "HOOK", FIELD_TEXT, "hook of the base chain"), \
    FIELD_BY("family", "FAMILY", FIELD_TEXT, get_family_name, "family of the table"), \
    FIELD(struct packet_step, legacy, "LEGACY", FIELD_BOOLEAN, "the table is one of iptables-legacy"), \
    FIELD(struct packet_step, table, "TABLE", FIELD_TEXT, "table"), \
    FIELD(struct packet_step, chain, "CHAIN", FIELD_TEXT, "chain"), \
    FIELD(struct packet_step, depth, "DEPTH", FIELD_NUMBER, "how many chains called one another to come here"), \
    FIELD(struct packet_step, handle, "HANDLE", FIELD_NUMBER, "handle of the rule"), \
    FIELD(struct packet_step, number, "NUMBER", FIELD_NUMBER, "place of the rule in its chain; none if the rules have changed since"), \
    FIELD(struct packet_step, rule, "RULE", FIELD_TEXT, "the rule; none if the rules have changed since"), \
    FIELD(struct packet_step, verdict, "VERDICT", FIELD_TEXT, "verdict: accept, drop, jump, goto, return, continue ..."), \
    FIELD(struct packet_step, target, "TARGET", FIELD_TEXT, "chain that is called"), \
    FIELD_BY("changes", "CHANGES", FIELD_LIST, get_changes, "what is other than at the step before"), \
    FIELD(struct packet_step, mark, "MARK", FIELD_NUMBER, "mark of the packet"), \
    FIELD(struct packet_step, iif, "IIF", FIELD_INTERFACE, "interface that it came in by"), \
    FIELD(struct packet_step, oif, "OIF", FIELD_INTERFACE, "interface that it leaves by"), \
    FIELD(struct packet_step, ct_state, "CT STATE", FIELD_TEXT, "state of its flow")

static const struct field step_fields[] = {STEP_FIELDS};

// As rows of their own.
static const struct field step_row_fields[] = {
    FIELD_BY("netns", "NAMESPACE", FIELD_NETNS, field_get_netns, "namespace that it was traced in"),
    FIELD(struct packet_step, packet, "PACKET", FIELD_NUMBER, "number of the packet in its namespace"),
    FIELD_AS("step", struct packet_step, place, "STEP", FIELD_NUMBER, "which of the packet's steps, from 1"),
    STEP_FIELDS,
};
// clang-format on

static void format_step(const void *item, struct buffer *buffer) {
    const struct packet_step *step = item;
    buffer_printf(buffer, "%s/%s", step->table, step->chain);
    if (step->handle.known)
        buffer_printf(buffer, "#%llu", (unsigned long long)step->handle.value);
    buffer_printf(buffer, " %s", step->verdict);
    if (step->target)
        buffer_printf(buffer, " %s", step->target);
}

bool packet_step_has_changed(const struct packet_step *step) {
    return step->type == PACKET_STEP_RULE && !step->rule;
}

static void put_rule(const struct packet_step *step, struct buffer *buffer) {
    bool changed = packet_step_has_changed(step);
    if (changed && step->handle.known)
        buffer_printf(buffer, " handle %llu", (unsigned long long)step->handle.value);
    else
        buffer_printf(buffer, " rule %llu", (unsigned long long)step->number.value);
    buffer_puts(buffer, changed ? " (changed since)" : "");
    if (step->rule)
        buffer_printf(buffer, ": %s", step->rule);
}

void packet_place_format(const struct packet_step *step, struct buffer *buffer) {
    const char *family = nf_family_name(step->family);
    buffer_printf(buffer, "%s%s %s %s", step->legacy ? "legacy " : "", family ? family : "?",
                  step->table, step->chain);
    if (step->type == PACKET_STEP_POLICY)
        buffer_puts(buffer, " policy");
    if (step->type == PACKET_STEP_RULE || step->handle.known)
        put_rule(step, buffer);
}

void packet_step_format(const struct packet_step *step, struct buffer *buffer) {
    packet_place_format(step, buffer);
    buffer_printf(buffer, " -> %s", step->verdict);
    if (step->target)
        buffer_printf(buffer, " %s", step->target);
}

const struct record_type packet_step_record = {
    .name = "step",
    .fields = step_fields,
    .field_count = sizeof(step_fields) / sizeof(step_fields[0]),
    .size = sizeof(struct packet_step),
    .format = format_step,
};

// Steps of one packet are told apart by their place.
static uint64_t step_identity(const void *row) {
    const struct packet_step *step = row;
    return step->packet << 17 | step->place;
}

const struct kind packet_step_kind = {
    .name = "steps",
    .title = "Steps",
    .fields = step_row_fields,
    .field_count = sizeof(step_row_fields) / sizeof(step_row_fields[0]),
    .row_size = sizeof(struct packet_step),
    .columns = "packet,step,hook,family,table,chain,number,rule,verdict,target,changes",
    .sort = "packet",
    .identity = step_identity,
    .asked_with = "trace",
    .help = "steps of packets that were traced, with --steps",
};

// --- The packet ----------------------------------------------------------------------------------

static const struct packet *packet_of(const struct row_ref *ref) {
    return ref->row;
}

static const void *member(const struct row_ref *ref, const struct field *field) {
    return (const char *)ref->row + field->offset;
}

static bool has(const struct row_ref *ref, enum packet_known bit) {
    return packet_of(ref)->first.known & bit;
}

static void set_uint(struct value *ret, uint64_t number) {
    ret->kind = VALUE_UINT;
    ret->uint = number;
}

static void get_time(const struct row_ref *ref, const struct field *field, struct value *ret) {
    (void)field;
    value_set_time(ret, packet_of(ref)->time);
}

static void get_port(const struct row_ref *ref, const struct field *field, struct value *ret) {
    if (has(ref, PACKET_HAS_PORTS))
        set_uint(ret, *(const uint16_t *)member(ref, field));
}

static void get_icmp(const struct row_ref *ref, const struct field *field, struct value *ret) {
    if (has(ref, PACKET_HAS_ICMP))
        set_uint(ret, *(const uint8_t *)member(ref, field));
}

static void get_tcp_number(const struct row_ref *ref, const struct field *field,
                           struct value *ret) {
    if (has(ref, PACKET_HAS_TCP))
        set_uint(ret, *(const uint32_t *)member(ref, field));
}

static void get_tcp_flags(const struct row_ref *ref, const struct field *field, struct value *ret) {
    if (!has(ref, PACKET_HAS_TCP))
        return;
    ret->kind = VALUE_FLAGS;
    ret->flags.bits = packet_of(ref)->first.tcp_flags;
    ret->flags.names = field->names;
}

static void get_ip_id(const struct row_ref *ref, const struct field *field, struct value *ret) {
    (void)field;
    if (has(ref, PACKET_HAS_IP_ID))
        set_uint(ret, packet_of(ref)->first.ip_id);
}

static bool is_ip(const struct row_ref *ref) {
    return packet_of(ref)->first.src.family != ADDRESS_NONE;
}

static void get_proto(const struct row_ref *ref, const struct field *field, struct value *ret) {
    if (is_ip(ref))
        field_get_enum_u8(ref, field, ret);
}

static void get_length(const struct row_ref *ref, const struct field *field, struct value *ret) {
    (void)field;
    if (is_ip(ref))
        set_uint(ret, packet_of(ref)->first.length);
}

static void get_ttl(const struct row_ref *ref, const struct field *field, struct value *ret) {
    (void)field;
    if (is_ip(ref))
        set_uint(ret, packet_of(ref)->first.ttl);
}

static void get_ethertype(const struct row_ref *ref, const struct field *field, struct value *ret) {
    (void)field;
    if (packet_of(ref)->first.ethertype)
        set_uint(ret, packet_of(ref)->first.ethertype);
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
    (void)field;
    if (packet_of(ref)->journey)
        set_uint(ret, packet_of(ref)->journey);
}

static void get_part(const struct row_ref *ref, const struct field *field, struct value *ret) {
    (void)field;
    if (packet_of(ref)->journey)
        set_uint(ret, packet_of(ref)->part);
}

static void get_decided_table(const struct row_ref *ref, const struct field *field,
                              struct value *ret) {
    const struct packet_step *step = packet_of(ref)->deciding;
    (void)field;
    if (step)
        value_set_text(ret, step->table);
}

static void get_decided_chain(const struct row_ref *ref, const struct field *field,
                              struct value *ret) {
    const struct packet_step *step = packet_of(ref)->deciding;
    (void)field;
    if (step)
        value_set_text(ret, step->chain);
}

static void get_decided_handle(const struct row_ref *ref, const struct field *field,
                               struct value *ret) {
    const struct packet_step *step = packet_of(ref)->deciding;
    (void)field;
    if (step && step->handle.known)
        set_uint(ret, step->handle.value);
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

static void put_ends(const struct packet_header *header, struct buffer *buffer);

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
    FIELD_BY("length", "LENGTH", FIELD_BYTES, get_length, "length from its network header on"),
    FIELD_BY("ttl", "TTL", FIELD_NUMBER, get_ttl, "time to live, or hop limit"),
    FIELD_BY("ethertype", "ETHERTYPE", FIELD_NUMBER, get_ethertype, "type of the frame, where the kernel shows no addresses"),
    FIELD_BY("ip_id", "IP ID", FIELD_NUMBER, get_ip_id, "identification in the network header"),
    FIELD(struct packet, mark, "MARK", FIELD_NUMBER, "mark when it was chosen"),
    FIELD(struct packet, iif, "IIF", FIELD_INTERFACE, "interface that it came in by"),
    FIELD(struct packet, oif, "OIF", FIELD_INTERFACE, "interface that it leaves by"),
    FIELD(struct packet, ct_state, "CT STATE", FIELD_TEXT, "state of its flow, where the kernel tells it"),
    FIELD(struct packet, ct_id, "CT ID", FIELD_NUMBER, "id of its flow, where the kernel tells it"),
    FIELD_OF_ENUM("outcome", struct packet, outcome, "OUTCOME", &packet_outcome_names, "what became of it, by all that was heard"),
    FIELD_AS("decided_by", struct packet, reason, "DECIDED BY", FIELD_TEXT, "the rule or policy that decided last"),
    FIELD_BY("decided_table", "TABLE", FIELD_TEXT, get_decided_table, "table of that rule or policy"),
    FIELD_BY("decided_chain", "CHAIN", FIELD_TEXT, get_decided_chain, "its chain"),
    FIELD_BY("decided_handle", "HANDLE", FIELD_NUMBER, get_decided_handle, "handle of that rule"),
    FIELD(struct packet, changed, "CHANGED", FIELD_TEXT, "what rules and NAT changed of it"),
    FIELD(struct packet, incomplete, "INCOMPLETE", FIELD_BOOLEAN, "events were lost while it was under way"),
    FIELD_BY("journey", "JOURNEY", FIELD_NUMBER, get_journey, "packets of one number are one packet in several namespaces"),
    FIELD_BY("part", "PART", FIELD_NUMBER, get_part, "which packet of the journey it is, from 1"),
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

// --- In one line ---------------------------------------------------------------------------------

static void put_end(const struct packet_header *header, const struct address *address,
                    uint16_t port, struct buffer *buffer) {
    bool ports = header->known & PACKET_HAS_PORTS, ipv6 = address->family == ADDRESS_IPV6;
    buffer_puts(buffer, ports && ipv6 ? "[" : "");
    address_format(address, buffer);
    buffer_puts(buffer, ports && ipv6 ? "]" : "");
    if (ports)
        buffer_printf(buffer, ":%u", port);
}

static void put_tcp_flags(const struct packet_header *header, struct buffer *buffer) {
    struct value value = {.kind = VALUE_FLAGS, .flags = {header->tcp_flags, tcp_flag_names}};
    buffer_putc(buffer, ' ');
    value_format(&value, buffer);
}

static void put_ends(const struct packet_header *header, struct buffer *buffer) {
    put_end(header, &header->src, header->sport, buffer);
    buffer_puts(buffer, " > ");
    put_end(header, &header->dst, header->dport, buffer);
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
