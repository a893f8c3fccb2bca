// SPDX-License-Identifier: GPL-2.0-or-later
// rtnetlink messages about routes, policy rules and nexthop objects, as the kernel would send them
// or not: all parsers, and every field of what they made. The seeds are messages of real kernels,
// and some that those do not send. A message that is no whole one is taken for a file of names as
// well.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netlink.h>

#include "model/netns.h"
#include "source/netlink.h"
#include "source/route_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct reading {
    struct table *routes, *rules, *nexthops;
    struct route_context context;
    struct route_names names;
    struct route_shares shares;
};

// What cannot be read at all is no row; what was read has what every row has.
static void parse_route(const struct nlmsghdr *message, struct reading *reading) {
    struct route *route = table_add(reading->routes);
    if (!route)
        abort();
    int r = route_parse(message, &reading->shares, route);
    if (r == 0 && !route->shared)
        abort();
    if (!route->shared)
        reading->routes->count--;
}

static void parse_rule(const struct nlmsghdr *message, struct reading *reading) {
    struct routing_rule *rule = table_add(reading->rules);
    if (!rule)
        abort();
    routing_rule_parse(message, &reading->context, &reading->rules->arena, rule);
    if (rule->family == ROUTE_FAMILY_NONE)
        reading->rules->count--;
}

static void parse_nexthop(const struct nlmsghdr *message, struct reading *reading) {
    struct nexthop *nexthop = table_add(reading->nexthops);
    if (!nexthop)
        abort();
    if (nexthop_parse(message, &reading->context, &reading->nexthops->arena, nexthop) < 0 &&
        nexthop->id == 0)
        reading->nexthops->count--;
}

static int parse_all(const struct nlmsghdr *message, void *user_data) {
    struct reading *reading = user_data;
    parse_rule(message, reading);
    parse_nexthop(message, reading);
    parse_route(message, reading);
    // Found again, and the same.
    parse_route(message, reading);
    const struct route *routes = reading->routes->rows;
    size_t count = reading->routes->count;
    if (count >= 2 && routes[count - 1].shared != routes[count - 2].shared &&
        routes[count - 1].shared->identity == routes[count - 2].shared->identity)
        abort();
    return 0;
}

static void read_records(const struct value *value, const struct row_ref *ref);

static void read_fields(const struct field *fields, size_t count, const struct row_ref *ref) {
    for (size_t i = 0; i < count; i++) {
        struct buffer text = BUFFER_INIT;
        struct value value;
        field_read(&fields[i], ref, &value);
        value_format(&value, &text);
        if (value.kind == VALUE_ABSENT && text.len > 0)
            abort();
        if (value.kind == VALUE_RECORDS)
            read_records(&value, ref);
        buffer_done(&text);
    }
}

static void read_records(const struct value *value, const struct row_ref *ref) {
    const struct record_type *type = value->records.type;
    for (size_t i = 0; i < value->records.count; i++) {
        const struct row_ref inner = {ref->node, ref->netns,
                                      (const char *)value->records.items + i * type->size};
        read_fields(type->fields, type->field_count, &inner);
    }
}

static void read_rows(const struct table *table) {
    const struct netns netns = {.name = "here", .inode = 1};
    for (size_t i = 0; i < table->count; i++) {
        const struct row_ref ref = {.netns = &netns, .row = table_row(table, i)};
        read_fields(table->kind->fields, table->kind->field_count, &ref);
        table->kind->identity(ref.row);
    }
}

static void use(struct reading *reading) {
    if (route_context_rank(&reading->context, reading->rules) < 0)
        abort();
    read_rows(reading->routes);
    read_rows(reading->rules);
    read_rows(reading->nexthops);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct reading reading = {.routes = table_new(&route_kind),
                              .rules = table_new(&routing_rule_kind),
                              .nexthops = table_new(&nexthop_kind)};
    struct netlink_answer answer;
    struct error err = {0};
    // A block of its own, so that one byte too far is seen; aligned as a socket's buffer is.
    void *bytes = malloc(size ? size : 1);
    if (!bytes || !reading.routes || !reading.rules || !reading.nexthops)
        abort();
    memcpy(bytes, data, size);
    route_names_add_known(&reading.names);
    reading.context.names = &reading.names;
    reading.shares.context = &reading.context;
    route_shares_begin(&reading.shares, &reading.routes->arena);
    if (netlink_parse(bytes, size, 0, parse_all, &reading, &answer, &err) < 0)
        route_names_parse(bytes, size, &reading.names.arena, &reading.names.tables);
    use(&reading);
    route_shares_done(&reading.shares);
    route_context_done(&reading.context);
    route_names_done(&reading.names);
    free(bytes);
    table_unref(reading.routes);
    table_unref(reading.rules);
    table_unref(reading.nexthops);
    return 0;
}
