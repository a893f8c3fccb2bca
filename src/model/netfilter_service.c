// SPDX-License-Identifier: GPL-2.0-or-later
// The fields of services: addresses that netfilter's rules send to other ones.
#include "model/netfilter.h"

#define PERCENT 100

static const char *protocol_word(uint8_t protocol) {
    switch (protocol) {
    case 6:
        return "tcp";
    case 17:
        return "udp";
    case 132:
        return "sctp";
    }
    return NULL;
}

static void get_address(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_service_row *row = ref->row;
    (void)field;
    if (row->service.address.address.family == ADDRESS_NONE)
        return;
    ret->kind = VALUE_PREFIX;
    ret->prefix = row->service.address;
}

static void get_port(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_service *service = &((const struct nf_service_row *)ref->row)->service;
    (void)field;
    if (service->port_min == 0 && service->port_max == 0)
        return;
    if (service->port_min == service->port_max)
        value_printf(ret, "%u", service->port_min);
    else
        value_printf(ret, "%u-%u", service->port_min, service->port_max);
}

static void get_proto(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_service *service = &((const struct nf_service_row *)ref->row)->service;
    const char *word = protocol_word(service->protocol);
    (void)field;
    if (word)
        value_set_text(ret, word);
    else if (service->protocol > 0)
        value_printf(ret, "%u", service->protocol);
}

static void get_count(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_service_row *row = ref->row;
    (void)field;
    netfilter_set_uint(ret, row->service.backend_count);
}

// --- Backends ------------------------------------------------------------------------------------

static void get_backend_port(const struct row_ref *ref, const struct field *field,
                             struct value *ret) {
    const struct nf_backend_share *backend = ref->row;
    (void)field;
    if (backend->port > 0)
        netfilter_set_uint(ret, backend->port);
}

static void get_share(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_backend_share *backend = ref->row;
    (void)field;
    ret->kind = VALUE_REAL;
    ret->real = backend->share * PERCENT;
}

static const struct field backend_fields[] = {
    FIELD(struct nf_backend_share, address, "ADDRESS", FIELD_ADDRESS,
          "address that packets are sent to"),
    FIELD_BY("port", "PORT", FIELD_NUMBER, get_backend_port,
             "port that they are sent to, if it is changed"),
    FIELD_BY("share", "SHARE", FIELD_NUMBER, get_share, "percent of new connections that it gets"),
};

// "10.244.1.5:8080 (33.3%)"
static void format_backend(const void *item, struct buffer *buffer) {
    const struct nf_backend_share *backend = item;
    bool brackets = backend->address.family == ADDRESS_IPV6 && backend->port > 0;
    if (brackets)
        buffer_putc(buffer, '[');
    address_format(&backend->address, buffer);
    if (brackets)
        buffer_putc(buffer, ']');
    if (backend->port > 0)
        buffer_printf(buffer, ":%u", backend->port);
    if (backend->share < 1)
        buffer_printf(buffer, " (%.3g%%)", backend->share * PERCENT);
}

static const struct record_type backend_type = {
    .name = "backend",
    .fields = backend_fields,
    .field_count = sizeof(backend_fields) / sizeof(backend_fields[0]),
    .size = sizeof(struct nf_backend_share),
    .format = format_backend,
};

static void get_backends(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_service_row *row = ref->row;
    (void)field;
    if (row->service.backend_count == 0)
        return;
    ret->kind = VALUE_RECORDS;
    ret->records.type = &backend_type;
    ret->records.items = row->service.backends;
    ret->records.count = row->service.backend_count;
}

// --- The kind ------------------------------------------------------------------------------------

#define ROW struct nf_service_row

// clang-format off
static const struct field service_fields[] = {
    NETFILTER_TABLE_FIELDS(ROW),
    FIELD_AS("name", ROW, service.name, "NAME", FIELD_TEXT, "name, as comments or chains of the rules have it: namespace/name:port of Kubernetes"),
    FIELD_BY("addr", "ADDRESS", FIELD_PREFIX, get_address, "destination that it is for; none: any that comes by"),
    FIELD_BY("port", "PORT", FIELD_TEXT, get_port, "port or ports that it is for"),
    FIELD_BY("proto", "PROTOCOL", FIELD_TEXT, get_proto, "protocol that it is for: tcp, udp, sctp or a number"),
    FIELD_RECORDS_BY("backends", "BACKENDS", get_backends, &backend_type, "where connections are sent, and the share of each"),
    FIELD_BY("count", "COUNT", FIELD_COUNT, get_count, "how many backends it has"),
    FIELD_AS("affinity", ROW, service.affinity, "AFFINITY", FIELD_BOOLEAN, "a client keeps its backend"),
    FIELD_AS("restricted", ROW, service.restricted, "RESTRICTED", FIELD_BOOLEAN, "only some clients are sent to its backends"),
    FIELD_AS("rejected", ROW, service.rejected, "REJECTED", FIELD_BOOLEAN, "it has no backends, and who connects is told so"),
    FIELD_BEHIND("chain", ROW, service.chain, name, "CHAIN", FIELD_TEXT, "chain that the rule is in, or that a map leads to"),
    FIELD_AS("origin", ROW, service.origin, "FROM", FIELD_TEXT, "who makes such rules"),
    NETFILTER_ORIGIN_FIELDS(ROW),
};
// clang-format on

static uint64_t service_identity(const void *row) {
    const struct nf_service_row *of = row;
    const struct nf_service *service = &of->service;
    uint64_t number = service->handle;
    for (size_t i = 0; i < sizeof(service->address.address.bytes); i++)
        number = (number ^ service->address.address.bytes[i]) * UINT64_C(1099511628211);
    number ^=
        (uint64_t)service->protocol << 32 | (uint64_t)service->port_min << 16 | service->port_max;
    return netfilter_identity(of->table, number);
}

const struct kind nf_service_kind = {
    .name = "services",
    .title = "Services",
    .fields = service_fields,
    .field_count = sizeof(service_fields) / sizeof(service_fields[0]),
    .row_size = sizeof(struct nf_service_row),
    .columns = "name,proto,addr,port,backends,affinity,rejected,origin",
    .sort = "name,addr,port",
    .identity = service_identity,
    .help = "services: addresses that rules send to others (kube-proxy, Docker, CNI, DNAT)",
};
