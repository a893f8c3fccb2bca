// SPDX-License-Identifier: GPL-2.0-or-later
// What the panel does with a million flows, all in memory: putting them in the order of each field,
// and filtering them.
//
//     flow_view [FLOWS [FILTER ...]]      these filters, and nothing else
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model/flow_store.h"
#include "model/netns.h"
#include "model/node.h"
#include "model/rows.h"
#include "query/filter.h"
#include "query/sort.h"

#define FLOWS    1000000
#define SERVICES 1000
#define START    INT64_C(1780000000000000000)

static uint64_t chance = 1;

static uint32_t draw(uint32_t below) {
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^= chance << 17;
    return (uint32_t)((chance >> 16) % below);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void set_address(uint8_t ret[4], uint32_t number) {
    for (int byte = 0; byte < 4; byte++)
        ret[byte] = (uint8_t)(number >> (24 - 8 * byte));
}

// One of a node's: from a pod to a service, which is another pod, or out under the node's address.
static struct flow make_flow(void) {
    static const struct flow_extra labelled = {.helper = "ftp",
                                               .secctx = "system_u:object_r:unlabeled_t:s0"};
    uint32_t service = draw(SERVICES), pod = 0x0af40000 + draw(60000);
    struct flow flow = {
        .family = ADDRESS_IPV4,
        .protocol = draw(4) ? 6 : 17,
        .known = FLOW_HAS_PORTS | FLOW_HAS_TIMEOUT | FLOW_HAS_COUNTERS | FLOW_HAS_USE,
        .status = FLOW_SEEN_REPLY | FLOW_ASSURED | (draw(2) ? FLOW_DST_NAT : FLOW_SRC_NAT),
        .timeout = draw(432000),
        .mark = draw(100) ? 0 : 1,
        .id = (uint32_t)(draw(UINT32_MAX)),
        .use = 1,
        .packets = draw(1000000),
        .bytes = (uint64_t)draw(UINT32_MAX) * draw(100),
        .reply_packets = draw(1000000),
        .reply_bytes = (uint64_t)draw(UINT32_MAX) * draw(100),
        .start = START + (int64_t)draw(UINT32_MAX) * 1000000};
    if (draw(5) == 0)
        flow.known &= (uint8_t)~FLOW_HAS_USE; // as those that an event told of
    if (flow.protocol == 6) {
        flow.state = (uint8_t)(FLOW_SYN_SENT + draw(8));
        flow.known |= FLOW_HAS_TCP;
        flow.tcp_wscale = flow.tcp_reply_wscale = (uint8_t)draw(15);
    }
    set_address(flow.orig.src, pod);
    set_address(flow.orig.dst, 0x0a600000 + service);
    flow.orig.sport = (uint16_t)(1024 + draw(60000));
    flow.orig.dport = (uint16_t)(service % 7 ? 443 : 53);
    set_address(flow.reply.src, 0x0af40000 + service * 5 + draw(5));
    set_address(flow.reply.dst, pod);
    flow.reply.sport = 8443;
    flow.reply.dport = flow.orig.sport;
    if (draw(1000) == 0)
        flow.extra = &labelled;
    return flow;
}

static struct table *make_flows(size_t count) {
    struct flow_store *store = flow_store_new();
    for (size_t i = 0; store && i < count; i++) {
        struct flow flow = make_flow();
        if (flow_store_put(store, &flow, FLOW_READ) < 0)
            abort();
    }
    struct table *table = store ? flow_store_snapshot(store) : NULL;
    flow_store_free(store);
    return table;
}

// Of one namespace.
static struct node *make_node(void) {
    struct node *node = node_new();
    struct table *namespaces = table_new(&netns_kind);
    struct netns *netns = namespaces ? table_add(namespaces) : NULL;
    if (!netns)
        return NULL;
    netns->name = "host";
    netns->inode = 1;
    return node && node_set_namespaces(node, namespaces) == 0 ? node : NULL;
}

static uint32_t *make_numbers(const struct rows *rows, size_t *ret_count) {
    uint32_t *numbers = malloc(rows->count * sizeof(*numbers));
    size_t count = 0;
    for (uint32_t number = 0; numbers && number < rows->count; number++) {
        if (rows_has(rows, number))
            numbers[count++] = number;
    }
    *ret_count = count;
    return numbers;
}

static void measure_sort(const struct rows *rows, const struct field *field) {
    struct sort sort;
    size_t count;
    uint32_t *numbers = make_numbers(rows, &count);
    if (!numbers || sort_compile(&flow_kind, field->key, &sort, NULL) < 0)
        abort();
    double start = now();
    if (sort_numbers(&sort, rows, numbers, count, NULL) < 0)
        abort();
    printf("sort by %-20s %4.0f ms\n", field->key, 1e3 * (now() - start));
    free(numbers);
}

static void measure_filter(const struct rows *rows, const char *text) {
    struct filter *filter;
    size_t passed = 0;
    if (filter_compile(&flow_kind, text, &filter, NULL, NULL) < 0)
        abort();
    filter_remember(filter, rows->node);
    double start = now();
    for (uint32_t number = 0; number < rows->count; number++) {
        if (!rows_has(rows, number))
            continue;
        struct row_ref ref = rows_at(rows, number);
        passed += filter_match(filter, &ref);
    }
    printf("filter %-30s %4.0f ms, %zu flows\n", text, 1e3 * (now() - start), passed);
    filter_free(filter);
}

int main(int argc, char **argv) {
    static const char *const filters[] = {"dst = 10.96.0.7",
                                          "mark = 1",
                                          "state = ESTABLISHED and dport = 443",
                                          "src = 10.244.3.0/24",
                                          "status = ASSURED",
                                          "nat = DNAT",
                                          "src ~ ^10.244.7",
                                          "10.96.0.77",
                                          "established",
                                          "8443",
                                          "99999",
                                          "2026-05-3",
                                          "assured",
                                          "nowhere"};
    struct table *table = make_flows(argc > 1 ? strtoul(argv[1], NULL, 10) : FLOWS);
    struct node *node = make_node();
    struct rows rows = {.node = node};
    if (!table || !node || rows_add(&rows, table, node->netnses[0].netns) < 0)
        abort();
    for (int i = 2; i < argc; i++)
        measure_filter(&rows, argv[i]);
    for (size_t i = 0; argc <= 2 && i < flow_kind.field_count; i++)
        measure_sort(&rows, &flow_kind.fields[i]);
    for (size_t i = 0; argc <= 2 && i < sizeof(filters) / sizeof(filters[0]); i++)
        measure_filter(&rows, filters[i]);
    rows_done(&rows);
    table_unref(table);
    node_free(node);
    return 0;
}
