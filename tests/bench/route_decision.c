// SPDX-License-Identifier: GPL-2.0-or-later
// What a decision costs over a million routes, all in memory: making the index, and then answers.
//
//     route_decision [ROUTES]
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim/route_explain.h"
#include "sim/route_trie.h"

#define ROUTES    1000000
#define QUESTIONS 20000

static uint64_t chance = 1;

static uint32_t draw(uint32_t below) {
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^= chance << 17;
    return (uint32_t)((chance >> 16) % below);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

// Lengths as on the Internet: /24 more than half of them, and what contains those.
static struct table *make_routes(size_t count) {
    static const uint8_t lengths[] = {24, 24, 24, 24, 24, 24, 23, 22, 22, 21, 20, 19, 16, 14, 12};
    static const struct route_nexthop way = {.ifindex = 2, .weight = 1};
    static const struct route_shared shared = {.table = ROUTE_TABLE_MAIN,
                                               .family = ROUTE_IPV4,
                                               .type = ROUTE_UNICAST,
                                               .table_name = "main",
                                               .nexthops = &way,
                                               .nexthop_count = 1};
    struct table *table = table_new(&route_kind);
    for (size_t i = 0; table && i < count; i++) {
        struct route *route = table_add(table);
        if (!route)
            abort();
        route->shared = &shared;
        route->dst_len = lengths[draw(sizeof(lengths))];
        uint32_t bits = (draw(1U << 24) << 8) & ~(UINT32_MAX >> route->dst_len);
        for (int byte = 0; byte < 4; byte++)
            route->dst[byte] = (uint8_t)(bits >> (24 - 8 * byte));
    }
    return table;
}

static struct table *make_rules(void) {
    static const uint32_t tables[] = {ROUTE_TABLE_LOCAL, ROUTE_TABLE_MAIN, ROUTE_TABLE_DEFAULT};
    static const uint32_t priorities[] = {0, 32766, 32767};
    struct table *table = table_new(&routing_rule_kind);
    for (uint32_t i = 0; table && i < 3; i++) {
        struct routing_rule *rule = table_add(table);
        if (!rule)
            abort();
        *rule = (struct routing_rule){.priority = priorities[i],
                                      .position = i,
                                      .table = tables[i],
                                      .family = ROUTE_IPV4,
                                      .action = ROUTING_TABLE};
    }
    return table;
}

static void pass_over(enum route_tone tone, const char *text, void *user_data) {
    (void)tone;
    *(size_t *)user_data += strlen(text);
}

// An answer with all its lines, as w shows it.
static void answer(const struct route_world *world, size_t *bytes) {
    struct route_question question = {.dst = {.family = ADDRESS_IPV4}};
    struct route_decision decision;
    for (int byte = 0; byte < 4; byte++)
        question.dst.bytes[byte] = (uint8_t)draw(256);
    if (route_decide(world, &question, &decision, NULL) < 0)
        abort();
    route_explain(world, &decision, pass_over, bytes);
    route_decision_done(&decision);
}

int main(int argc, char **argv) {
    size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : ROUTES, bytes = 0;
    struct table *routes = make_routes(count), *rules = make_rules();
    if (!routes || !rules)
        abort();
    double start = now();
    const struct route_trie *trie = route_trie_of(routes);
    if (!trie)
        abort();
    printf("index of %zu routes: %.3f s, %.1f bytes a route\n", count, now() - start,
           (double)route_trie_size(trie) / (double)(count ? count : 1));
    const struct route_world world = {.routes = routes, .rules = rules};
    start = now();
    for (int i = 0; i < QUESTIONS; i++)
        answer(&world, &bytes);
    printf("an answer with its steps in words: %.1f us, %zu bytes\n",
           (now() - start) / QUESTIONS * 1e6, bytes / QUESTIONS);
    table_unref(rules);
    table_unref(routes);
    return 0;
}
