// SPDX-License-Identifier: GPL-2.0-or-later
// Which route a packet takes, of any question in any world: the first 48 bytes are the question,
// the rest are rtnetlink messages about interfaces, neighbours, routes and policy rules, as the
// kernel would send them or not. The decision ends, names a route of the table, and can be put in
// words.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netlink.h>

#include "sim/route_compare.h"
#include "sim/route_explain.h"
#include "source/link_parse.h"
#include "source/neighbour_parse.h"
#include "source/netlink.h"
#include "source/route_parse.h"

#define QUESTION_SIZE 48
#define ADDRESSES_MAX 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct reading {
    struct table *routes, *rules, *links, *neighbours;
    struct route_context context;
    struct route_names names;
    struct route_shares shares;
    struct link_address addresses[ADDRESSES_MAX]; // of every interface
    size_t address_count;
};

// --- The world -----------------------------------------------------------------------------------

static void parse_route(const struct nlmsghdr *message, struct reading *reading) {
    struct route *route = table_add(reading->routes);
    if (route)
        route_parse(message, &reading->shares, route);
    if (route && !route->shared)
        reading->routes->count--;
}

static void parse_rule(const struct nlmsghdr *message, struct reading *reading) {
    struct routing_rule *rule = table_add(reading->rules);
    if (!rule)
        return;
    routing_rule_parse(message, &reading->context, &reading->rules->arena, rule);
    rule->position = (uint32_t)reading->rules->count;
    if (rule->family == ROUTE_FAMILY_NONE)
        reading->rules->count--;
}

static void parse_link(const struct nlmsghdr *message, struct reading *reading) {
    struct link *link = table_add(reading->links);
    if (link && (link_parse(message, &reading->links->arena, link) < 0 || link->ifindex <= 0))
        reading->links->count--;
}

static void parse_neighbour(const struct nlmsghdr *message, struct reading *reading) {
    struct neighbour *neighbour = table_add(reading->neighbours);
    if (neighbour && neighbour_parse(message, neighbour) < 0)
        reading->neighbours->count--;
}

static void parse_address(const struct nlmsghdr *message, struct reading *reading) {
    struct link_address *address = &reading->addresses[reading->address_count];
    int32_t ifindex;
    if (reading->address_count < ADDRESSES_MAX &&
        link_address_parse(message, &reading->links->arena, &ifindex, address) == 0)
        reading->address_count++;
}

static int parse_all(const struct nlmsghdr *message, void *user_data) {
    parse_rule(message, user_data);
    parse_route(message, user_data);
    parse_link(message, user_data);
    parse_neighbour(message, user_data);
    parse_address(message, user_data);
    return 0;
}

// As the sources hand them over.
static void order(struct reading *reading) {
    struct table *links = reading->links, *neighbours = reading->neighbours;
    for (size_t i = 0; i < links->count; i++) {
        struct link *link = (struct link *)links->rows + i;
        link->addr_info = reading->addresses;
        link->addr_count = reading->address_count;
    }
    if (links->count > 1)
        qsort(links->rows, links->count, sizeof(struct link), link_compare_index);
    if (neighbours->count > 1)
        qsort(neighbours->rows, neighbours->count, sizeof(struct neighbour), neighbour_compare);
}

// --- The question --------------------------------------------------------------------------------

static struct route_question make_question(const uint8_t *bytes) {
    uint8_t family = bytes[0] & 1 ? ADDRESS_IPV4 : ADDRESS_IPV6;
    struct route_question question = {.dst.family = family,
                                      .iif = bytes[0] & 2 ? bytes[1] : 0,
                                      .oif = bytes[0] & 4 ? bytes[2] : 0,
                                      .mark = bytes[3],
                                      .sport = bytes[5],
                                      .dport = bytes[6],
                                      .tos = bytes[7]};
    if (bytes[0] & 8)
        question.uid = maybe_of(bytes[8]);
    if (bytes[0] & 16)
        question.proto = maybe_of(bytes[4]);
    if (bytes[0] & 32)
        question.from.family = family;
    size_t length = address_size(&question.dst);
    memcpy(question.dst.bytes, bytes + 16, length);
    if (question.from.family != ADDRESS_NONE)
        memcpy(question.from.bytes, bytes + 32, length);
    return question;
}

// --- The decision --------------------------------------------------------------------------------

static bool is_row(const struct table *table, const struct route *route) {
    const struct route *rows = table->rows;
    return route >= rows && route < rows + table->count;
}

static void check(const struct reading *reading, const struct route_decision *decision) {
    if (decision->error > 0 || (decision->error < 0 && decision->way_count > 0))
        abort();
    if (decision->route && !is_row(reading->routes, decision->route))
        abort();
    for (size_t i = 0; i < decision->rival_count; i++) {
        if (!is_row(reading->routes, decision->rivals[i]))
            abort();
    }
}

static void take_line(enum route_tone tone, const char *text, void *user_data) {
    (void)tone;
    *(size_t *)user_data += strlen(text);
}

static void decide(const struct reading *reading, const struct route_question *question,
                   uint32_t kernel) {
    const struct route_world world = {.routes = reading->routes,
                                      .rules = reading->rules,
                                      .links = reading->links,
                                      .neighbours = reading->neighbours,
                                      .kernel = kernel};
    struct route_decision decision;
    size_t length = 0;
    if (route_decide(&world, question, &decision, NULL) < 0)
        abort();
    check(reading, &decision);
    route_explain(&world, &decision, take_line, &length);
    // Any route of the table may be what the kernel answers.
    struct route_answer answer = {0};
    if (reading->routes->count > 0)
        answer.match.route = answer.resolved.route = reading->routes->rows;
    else
        answer.match.error = answer.resolved.error = -1;
    route_explain_answer(&world, &decision, &answer, take_line, &length);
    if (length == 0)
        abort();
    route_decision_done(&decision);
}

static void read_and_decide(struct reading *reading, const uint8_t *data, size_t size) {
    const struct route_question question = make_question(data);
    struct netlink_answer answer;
    // A block of its own, so that one byte too far is seen; aligned as a socket's buffer is.
    void *bytes = malloc(size - QUESTION_SIZE + 1);
    if (!bytes)
        abort();
    memcpy(bytes, data + QUESTION_SIZE, size - QUESTION_SIZE);
    struct error err = {0};
    netlink_parse(bytes, size - QUESTION_SIZE, 0, parse_all, reading, &answer, &err);
    free(bytes);
    order(reading);
    decide(reading, &question, 0);
    decide(reading, &question, route_kernel_version("6.1.0-57-amd64"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct reading reading = {.routes = table_new(&route_kind),
                              .rules = table_new(&routing_rule_kind),
                              .links = table_new(&link_kind),
                              .neighbours = table_new(&neighbour_kind)};
    if (size < QUESTION_SIZE)
        size = 0;
    if (!reading.routes || !reading.rules || !reading.links || !reading.neighbours)
        abort();
    route_names_add_known(&reading.names);
    reading.context.names = &reading.names;
    reading.shares.context = &reading.context;
    route_shares_begin(&reading.shares, &reading.routes->arena);
    if (size > 0)
        read_and_decide(&reading, data, size);
    route_shares_done(&reading.shares);
    route_context_done(&reading.context);
    route_names_done(&reading.names);
    table_unref(reading.routes);
    table_unref(reading.rules);
    table_unref(reading.links);
    table_unref(reading.neighbours);
    return 0;
}
