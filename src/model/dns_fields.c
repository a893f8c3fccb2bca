// SPDX-License-Identifier: GPL-2.0-or-later
// The kinds answers and queries.
#include "model/dns.h"

// Microseconds as milliseconds.
static void set_milliseconds(struct value *ret, uint64_t microseconds) {
    ret->kind = VALUE_REAL;
    ret->real = (double)microseconds / 1e3;
}

static void get_microseconds(const struct row_ref *ref, const struct field *field,
                             struct value *ret) {
    set_milliseconds(ret,
                     *(const uint64_t *)(const void *)((const char *)ref->row + field->offset));
}

static void get_maybe_microseconds(const struct row_ref *ref, const struct field *field,
                                   struct value *ret) {
    const struct maybe *took =
        (const struct maybe *)(const void *)((const char *)ref->row + field->offset);
    if (took->known)
        set_milliseconds(ret, took->value);
}

static void get_time(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct dns_answer *answer = ref->row;
    (void)field;
    if (answer->time != 0)
        value_set_time(ret, answer->time);
}

// --- Records -------------------------------------------------------------------------------------

static void format_record(const void *item, struct buffer *buffer) {
    const struct dns_record *record = item;
    buffer_printf(buffer, "%s %s", record->type, record->data);
}

static const struct field record_fields[] = {
    FIELD(struct dns_record, name, "NAME", FIELD_TEXT, "owner of the record"),
    FIELD(struct dns_record, ttl, "TTL", FIELD_DURATION, "how long it may be kept"),
    FIELD(struct dns_record, class, "CLASS", FIELD_TEXT, "its class: IN"),
    FIELD(struct dns_record, type, "TYPE", FIELD_TEXT, "its type, TYPEn where it has no name"),
    FIELD(struct dns_record, data, "DATA", FIELD_TEXT, "its data in the form of a zone file"),
};

static const struct record_type record_type = {
    .name = "record",
    .fields = record_fields,
    .field_count = sizeof(record_fields) / sizeof(record_fields[0]),
    .size = sizeof(struct dns_record),
    .format = format_record,
};

// The group's struct is the reply, the member one of its sections.
static void get_section(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct dns_records *section =
        (const struct dns_records *)(const void *)((const char *)ref->row + field->offset);
    if (section->count == 0)
        return;
    ret->kind = VALUE_RECORDS;
    ret->records.type = field->names;
    ret->records.items = section->items;
    ret->records.count = section->count;
}

static void set_texts(struct value *ret, const char *const *items, size_t count) {
    if (count == 0)
        return;
    ret->kind = VALUE_TEXTS;
    ret->texts.items = items;
    ret->texts.count = count;
}

static void get_extended_errors(const struct row_ref *ref, const struct field *field,
                                struct value *ret) {
    const struct dns_reply *reply = ref->row;
    (void)field;
    set_texts(ret, reply->extended_errors, reply->extended_error_count);
}

static void get_edns_options(const struct row_ref *ref, const struct field *field,
                             struct value *ret) {
    const struct dns_reply *reply = ref->row;
    (void)field;
    set_texts(ret, reply->edns_options, reply->edns_option_count);
}

static void get_udp_size(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct dns_reply *reply = ref->row;
    (void)field;
    if (!reply->edns)
        return;
    ret->kind = VALUE_UINT;
    ret->uint = reply->udp_size;
}

// clang-format off
#define REPLY(row, key, member, title, type, help) FIELD_BEHIND(key, row, reply, member, title, type, help)
#define REPLY_WITH(row, key, member, title, type, getter, names, help) FIELD_BEHIND_WITH(key, row, reply, member, title, type, getter, names, help)

// What every reply has, of a row with a member `reply`.
#define REPLY_FIELDS(row)                                                                          \
    FIELD_OF_ENUM_BEHIND("rcode", row, reply, rcode, "RCODE", &dns_rcode_names, "the server's response code"), \
    FIELD_OF_FLAGS_BEHIND("flags", row, reply, flags, "FLAGS", dns_flag_names, "flags of the reply's header"), \
    REPLY(row, "size", size, "SIZE", FIELD_BYTES, "size of the reply"),                            \
    REPLY_WITH(row, "edns_udp_size", udp_size, "UDP SIZE", FIELD_BYTES, get_udp_size, NULL, "EDNS: what the server takes over UDP"), \
    REPLY(row, "nsid", nsid, "NSID", FIELD_TEXT, "EDNS: the server's name for itself"),            \
    REPLY(row, "cookie", cookie, "COOKIE", FIELD_TEXT, "EDNS: cookie, in hexadecimal"),            \
    FIELD_OF_ENUM_BEHIND("cookie_state", row, reply, cookie_state, "COOKIE STATE", &dns_cookie_state_names, "EDNS: good with the server's part, or only echoed"), \
    REPLY(row, "client_subnet", client_subnet, "CLIENT SUBNET", FIELD_TEXT, "EDNS: network that the answer is for"), \
    REPLY_WITH(row, "extended_errors", extended_errors, "EXTENDED ERRORS", FIELD_LIST, get_extended_errors, NULL, "EDNS: what went wrong, in words"), \
    REPLY_WITH(row, "edns_options", edns_options, "EDNS OPTIONS", FIELD_LIST, get_edns_options, NULL, "EDNS: options of other kinds"), \
    REPLY_WITH(row, "answer", sections[DNS_SECTION_ANSWER], "ANSWER", FIELD_RECORDS, get_section, &record_type, "records that answer the question"), \
    REPLY_WITH(row, "authority", sections[DNS_SECTION_AUTHORITY], "AUTHORITY", FIELD_RECORDS, get_section, &record_type, "records about who has authority"), \
    REPLY_WITH(row, "additional", sections[DNS_SECTION_ADDITIONAL], "ADDITIONAL", FIELD_RECORDS, get_section, &record_type, "records that may be of use")

// --- queries -------------------------------------------------------------------------------------

static const struct field query_fields[] = {
    FIELD_BY("netns", "NAMESPACE", FIELD_NETNS, field_get_netns, "namespace that it was sent from"),
    FIELD_AS("name", struct dns_query, asked, "NAME", FIELD_TEXT, "the name as it was asked for"),
    FIELD(struct dns_query, candidate, "CANDIDATE", FIELD_TEXT, "the name in the query: with a domain of the search list, or as it is"),
    FIELD(struct dns_query, type, "TYPE", FIELD_TEXT, "type that was asked for"),
    FIELD(struct dns_query, class, "CLASS", FIELD_TEXT, "class that was asked for"),
    FIELD(struct dns_query, server, "SERVER", FIELD_TEXT, "who was asked"),
    FIELD(struct dns_query, port, "PORT", FIELD_NUMBER, "the server's port"),
    FIELD(struct dns_query, attempt, "ATTEMPT", FIELD_NUMBER, "how often that server has been asked for that"),
    FIELD_OF_ENUM("transport", struct dns_query, transport, "TRANSPORT", &dns_transport_names, "udp or tcp"),
    FIELD(struct dns_query, id, "ID", FIELD_NUMBER, "id of the message"),
    FIELD_OF_ENUM("outcome", struct dns_query, outcome, "OUTCOME", &dns_query_outcome_names, "what became of it"),
    FIELD(struct dns_query, reason, "REASON", FIELD_TEXT, "why, in words"),
    FIELD_WITH("sent_ms", struct dns_query, sent, "SENT MS", FIELD_NUMBER, get_microseconds, NULL, "milliseconds from the beginning of the lookup until it was sent"),
    FIELD_WITH("took_ms", struct dns_query, took, "TOOK MS", FIELD_NUMBER, get_maybe_microseconds, NULL, "milliseconds until the reply"),
    FIELD(struct dns_query, query_size, "QUERY SIZE", FIELD_BYTES, "size of the query"),
    FIELD(struct dns_query, strays, "STRAYS", FIELD_COUNT, "replies that came meanwhile and did not belong: wrong id, question or source"),
    REPLY_FIELDS(struct dns_query),
};

// --- answers -------------------------------------------------------------------------------------

static void get_returned(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct dns_answer *answer = ref->row;
    if (answer->returned_count == 0)
        return;
    ret->kind = VALUE_RECORDS;
    ret->records.type = field->names;
    ret->records.items = answer->returned;
    ret->records.count = answer->returned_count;
}

static void format_returned(const void *item, struct buffer *buffer) {
    const struct dns_destination *destination = item;
    address_format(&destination->address, buffer);
}

static const struct field returned_fields[] = {
    FIELD(struct dns_destination, address, "ADDRESS", FIELD_ADDRESS, "the address"),
    FIELD(struct dns_destination, source, "SOURCE", FIELD_ADDRESS, "from which address it would be reached; nothing if it cannot be, or if there is but one"),
    FIELD(struct dns_destination, why, "WHY", FIELD_TEXT, "why it stands before the next one"),
};

static const struct record_type returned_type = {
    .name = "returned",
    .fields = returned_fields,
    .field_count = sizeof(returned_fields) / sizeof(returned_fields[0]),
    .size = sizeof(struct dns_destination),
    .format = format_returned,
};

static const struct field answer_fields[] = {
    FIELD_BY("netns", "NAMESPACE", FIELD_NETNS, field_get_netns, "namespace that was asked from"),
    FIELD_WITH("time", struct dns_answer, time, "TIME", FIELD_TIME, get_time, NULL, "when it was asked for"),
    FIELD_AS("name", struct dns_answer, asked, "NAME", FIELD_TEXT, "the name as it was asked for"),
    FIELD(struct dns_answer, type, "TYPE", FIELD_TEXT, "type that was asked for"),
    FIELD(struct dns_answer, class, "CLASS", FIELD_TEXT, "class that was asked for"),
    FIELD_OF_ENUM("outcome", struct dns_answer, outcome, "OUTCOME", &dns_outcome_names, "answer, no_data, no_name, failed, no_reply or cancelled; in the terminal program under_way"),
    FIELD(struct dns_answer, candidate, "CANDIDATE", FIELD_TEXT, "the name that gave it: with a domain of the search list, or as it is"),
    FIELD(struct dns_answer, reason, "REASON", FIELD_TEXT, "why there is no answer, in words"),
    FIELD(struct dns_answer, from, "FROM", FIELD_TEXT, "files (the hosts file) or dns"),
    FIELD(struct dns_answer, server, "SERVER", FIELD_TEXT, "who gave it"),
    FIELD(struct dns_answer, port, "PORT", FIELD_NUMBER, "the server's port"),
    FIELD_OF_ENUM("transport", struct dns_answer, transport, "TRANSPORT", &dns_transport_names, "udp or tcp"),
    FIELD(struct dns_answer, candidate_count, "CANDIDATES", FIELD_COUNT, "names that were tried"),
    FIELD(struct dns_answer, round, "ROUND", FIELD_NUMBER, "with --watch: which lookup it was, from 1 on"),
    FIELD_AS("insert_failed", struct dns_answer, races.insert_failed, "INSERT FAILED", FIELD_COUNT, "with --watch: by how much the namespace's insert_failed grew meanwhile"),
    FIELD_AS("clash_resolve", struct dns_answer, races.clash_resolve, "CLASH", FIELD_COUNT, "with --watch: by how much its clash_resolve grew: packets of one flow that met, and went on"),
    FIELD(struct dns_answer, query_count, "QUERIES", FIELD_COUNT, "queries that were sent for it, those for the other address family among them"),
    FIELD_WITH("took_ms", struct dns_answer, took, "TOOK MS", FIELD_NUMBER, get_microseconds, NULL, "milliseconds that it took in all"),
    FIELD_OF_ENUM("validity", struct dns_answer, validity, "VALIDITY", &dns_validity_names, "DNSSEC: valid, bogus, insecure or indeterminate"),
    FIELD(struct dns_answer, validity_reason, "VALIDITY REASON", FIELD_TEXT, "DNSSEC: why, in words"),
    FIELD_RECORDS_BY("returned", "RETURNED", get_returned, &returned_type, "of the first answer of a lookup as getaddrinfo makes it: what that returns, in its order (RFC 6724)"),
    REPLY_FIELDS(struct dns_answer),
};
// clang-format on

static uint64_t hash_text(uint64_t hash, const char *text) {
    for (; text && *text; text++)
        hash = (hash ^ (uint8_t)*text) * UINT64_C(0x100000001b3);
    return hash;
}

static uint64_t query_identity(const void *row) {
    const struct dns_query *query = row;
    uint64_t hash = hash_text(UINT64_C(0xcbf29ce484222325), query->candidate);
    return hash_text(hash, query->type) ^ query->sent << 16 ^ query->id ^
           (uint64_t)query->lookup << 48;
}

static uint64_t answer_identity(const void *row) {
    const struct dns_answer *answer = row;
    uint64_t hash = hash_text(UINT64_C(0xcbf29ce484222325), answer->asked);
    return hash_text(hash_text(hash, answer->type), answer->server) ^ (uint64_t)answer->lookup
                                                                          << 48;
}

const struct kind dns_query_kind = {
    .name = "queries",
    .title = "Queries",
    .fields = query_fields,
    .field_count = sizeof(query_fields) / sizeof(query_fields[0]),
    .row_size = sizeof(struct dns_query),
    .columns =
        "sent_ms,candidate,type,server,attempt,transport,outcome,rcode,flags,took_ms,size,answer",
    .sort = "sent_ms",
    .identity = query_identity,
    .asked_with = "name",
    .help = "DNS queries that a lookup (--name) sent, in their order",
};

const struct kind dns_answer_kind = {
    .name = "answers",
    .title = "Answers",
    .fields = answer_fields,
    .field_count = sizeof(answer_fields) / sizeof(answer_fields[0]),
    .row_size = sizeof(struct dns_answer),
    .columns = "name,type,outcome,candidate,answer,server,query_count,took_ms",
    .sort = "name",
    .identity = answer_identity,
    .asked_with = "name",
    .help = "what the DNS, as the namespace's processes would ask it, answers (--name)",
};
