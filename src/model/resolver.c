// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/resolver.h"

const struct flag_name resolver_option_names[] = {
    {RESOLVER_ROTATE, "rotate"},
    {RESOLVER_EDNS0, "edns0"},
    {RESOLVER_SINGLE_REQUEST, "single-request"},
    {RESOLVER_SINGLE_REQUEST_REOPEN, "single-request-reopen"},
    {RESOLVER_NO_TLD_QUERY, "no-tld-query"},
    {RESOLVER_NO_RELOAD, "no-reload"},
    {RESOLVER_USE_VC, "use-vc"},
    {RESOLVER_TRUST_AD, "trust-ad"},
    {RESOLVER_NO_AAAA, "no-aaaa"},
    {0, NULL},
};

static const char *const gai_names[] = {
    [RESOLVER_GAI_LABEL] = "label",
    [RESOLVER_GAI_PRECEDENCE] = "precedence",
    [RESOLVER_GAI_SCOPE] = "scopev4",
};
const struct enum_names resolver_gai_names = {gai_names, RESOLVER_GAI_TABLES};

struct resolver resolver_default(void) {
    static const char *const loopback[] = {"127.0.0.1"};
    static const char *const order[] = {"files", "dns"};
    return (struct resolver){
        .servers = loopback,
        .server_count = 1,
        .ndots = 1,
        .timeout = 5,
        .attempts = 2,
        .order = order,
        .order_count = sizeof(order) / sizeof(order[0]),
    };
}

size_t resolver_servers_used(const struct resolver *resolver) {
    return resolver->server_count < RESOLVER_SERVERS_USED ? resolver->server_count
                                                          : RESOLVER_SERVERS_USED;
}

// --- Fields --------------------------------------------------------------------------------------

// A list of the row: where its items and their number are.
#define LIST(key, row, member, count, title, help)               \
    {                                                            \
        key, title, FIELD_LIST, get_list, offsetof(row, member), \
            &(const size_t){offsetof(row, count)}, help, 0       \
    }

static void get_list(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const char *row = ref->row;
    const size_t *count_offset = field->names;
    size_t count = *(const size_t *)(const void *)(row + *count_offset);
    if (count == 0)
        return;
    ret->kind = VALUE_TEXTS;
    ret->texts.items = *(const char *const *const *)(const void *)(row + field->offset);
    ret->texts.count = count;
}

static void get_hosts(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct resolver *resolver = ref->row;
    if (resolver->host_count == 0)
        return;
    ret->kind = VALUE_RECORDS;
    ret->records.type = field->names;
    ret->records.items = resolver->hosts;
    ret->records.count = resolver->host_count;
}

static void get_gai(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct resolver *resolver = ref->row;
    if (resolver->gai_count == 0)
        return;
    ret->kind = VALUE_RECORDS;
    ret->records.type = field->names;
    ret->records.items = resolver->gai;
    ret->records.count = resolver->gai_count;
}

static void format_gai(const void *item, struct buffer *buffer) {
    const struct resolver_gai *line = item;
    buffer_printf(buffer, "%s ", gai_names[line->table]);
    prefix_format(&line->prefix, buffer);
    buffer_printf(buffer, " %u", line->value);
}

static void format_host(const void *item, struct buffer *buffer) {
    const struct resolver_host *host = item;
    address_format(&host->address, buffer);
    for (size_t i = 0; i < host->name_count; i++)
        buffer_printf(buffer, "%c%s", i > 0 ? ',' : '=', host->names[i]);
}

// clang-format off
static const struct field host_fields[] = {
    FIELD(struct resolver_host, address, "ADDRESS", FIELD_ADDRESS, "address that the names have"),
    LIST("names", struct resolver_host, names, name_count, "NAMES", "the names, the first being the canonical one"),
};

static const struct record_type host_type = {
    .name = "host",
    .fields = host_fields,
    .field_count = sizeof(host_fields) / sizeof(host_fields[0]),
    .size = sizeof(struct resolver_host),
    .format = format_host,
};

static const struct field gai_fields[] = {
    FIELD_OF_ENUM("table", struct resolver_gai, table, "TABLE", &resolver_gai_names, "what it sets: label, precedence, scopev4"),
    FIELD(struct resolver_gai, prefix, "PREFIX", FIELD_PREFIX, "addresses that have it"),
    FIELD(struct resolver_gai, value, "VALUE", FIELD_NUMBER, "the value"),
};

static const struct record_type gai_type = {
    .name = "gai",
    .fields = gai_fields,
    .field_count = sizeof(gai_fields) / sizeof(gai_fields[0]),
    .size = sizeof(struct resolver_gai),
    .format = format_gai,
};

static const struct field fields[] = {
    FIELD_BY("netns", "NAMESPACE", FIELD_NETNS, field_get_netns, "namespace whose processes resolve so"),
    LIST("nameservers", struct resolver, servers, server_count, "NAMESERVERS", "servers in the order in which they are asked; only the first three are"),
    LIST("search", struct resolver, search, search_count, "SEARCH", "domains that are tried behind a name"),
    FIELD(struct resolver, ndots, "NDOTS", FIELD_NUMBER, "a name with so many dots is first tried as it is"),
    FIELD(struct resolver, timeout, "TIMEOUT", FIELD_DURATION, "how long the first attempt waits for a server"),
    FIELD(struct resolver, attempts, "ATTEMPTS", FIELD_NUMBER, "how often each server is asked"),
    FIELD_OF_FLAGS("options", struct resolver, options, "OPTIONS", resolver_option_names, "rotate, edns0, single-request, use-vc, trust-ad ..."),
    LIST("hosts_order", struct resolver, order, order_count, "ORDER", "what is asked for hosts, as nsswitch.conf has it: files is the hosts file"),
    FIELD_RECORDS_BY("hosts", "HOSTS", get_hosts, &host_type, "what the hosts file says"),
    FIELD(struct resolver, multi, "MULTI", FIELD_BOOLEAN, "host.conf has 'multi on': all lines of the hosts file that have a name count, not the first alone"),
    FIELD_RECORDS_BY("gai", "GAI", get_gai, &gai_type, "what gai.conf says of the order in which getaddrinfo gives addresses; nothing: glibc's own tables"),
    LIST("sortlist", struct resolver, sortlist, sortlist_count, "SORTLIST", "networks whose addresses come first"),
    FIELD_AS("resolv_conf", struct resolver, path, "FILE", FIELD_TEXT, "the resolv.conf that was read"),
    FIELD(struct resolver, pid, "PID", FIELD_NUMBER, "the process whose files these are"),
    LIST("problems", struct resolver, problems, problem_count, "PROBLEMS", "what is wrong with all that"),
};
// clang-format on

// A namespace has one resolver.
static uint64_t identity(const void *row) {
    (void)row;
    return 1;
}

const struct kind resolver_kind = {
    .name = "resolver",
    .title = "Resolver",
    .fields = fields,
    .field_count = sizeof(fields) / sizeof(fields[0]),
    .row_size = sizeof(struct resolver),
    .columns = "nameservers,search,ndots,timeout,attempts,options,hosts_order,resolv_conf,problems",
    .sort = "nameservers",
    .identity = identity,
    .help = "how the namespace's processes resolve names: resolv.conf, hosts, nsswitch",
};
