// SPDX-License-Identifier: GPL-2.0-or-later
#include "ruleset/road.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "ruleset/nf_expr.h"

static struct nf_table ip = {.family = NF_FAMILY_IP, .name = "ip"};
static struct nf_table device = {.family = NF_FAMILY_NETDEV, .name = "device"};
static struct nf_table bridge = {.family = NF_FAMILY_BRIDGE, .name = "bridge"};

static struct nf_chain base(struct nf_table *table, const char *name, const char *type,
                            uint32_t hook, int32_t priority) {
    return (struct nf_chain){.table = table,
                             .name = name,
                             .type = type,
                             .hook = hook,
                             .priority = priority,
                             .is_base = true};
}

// The stops as text: "prerouting: early (-200) nat+d ...", what the kernel does in parentheses by
// priority alone.
static void write_stops(const struct road_stop *stops, size_t count, struct buffer *text) {
    for (size_t i = 0; i < count; i++) {
        if (stops[i].type == ROAD_HOOK)
            buffer_printf(text, "%s%s:", i > 0 ? "\n" : "", stops[i].text);
        else if (stops[i].type == ROAD_CHAIN)
            buffer_printf(text, " %s%s%s%s", stops[i].chain->name, stops[i].dnat ? "+d" : "",
                          stops[i].snat ? "+s" : "", stops[i].passed ? "-" : "");
        else if (stops[i].type == ROAD_PROGRAM)
            buffer_printf(text, " <%s>", (const char *)stops[i].program);
        else if (stops[i].type == ROAD_FLOWTABLE)
            buffer_printf(text, " @%s", stops[i].flowtable->name);
        else if (stops[i].priority == INT32_MIN || stops[i].priority == INT32_MAX)
            buffer_puts(text, stops[i].priority < 0 ? " (first)" : " (last)");
        else
            buffer_printf(text, " (%d)", stops[i].priority);
    }
}

static void expect_stops(const struct ruleset *ruleset, const struct road_options *options,
                         const char *expected) {
    struct buffer text = BUFFER_INIT;
    struct road_stop *stops;
    size_t count;
    assert_int_equal(road_make(ruleset, options, &stops, &count), 0);
    write_stops(stops, count, &text);
    assert_string_equal(buffer_text(&text), expected);
    buffer_done(&text);
    free(stops);
}

// Where some rule asks for conntrack.
static void expect_road(const struct ruleset *ruleset, const struct road_options *options,
                        const char *expected) {
    const struct nf_expr flow = {.kind = NF_EXPR_CT};
    const struct nf_rule rule = {.exprs = &flow, .expr_count = 1};
    struct nf_chain chain = {.name = "tracks", .rules = &rule, .rule_count = 1};
    struct nf_table table = {
        .family = NF_FAMILY_IP, .name = "tracks", .chains = &chain, .chain_count = 1};
    struct nf_table *tables[8] = {&table};
    const struct ruleset tracked = {.tables = tables, .table_count = ruleset->table_count + 1};
    chain.table = &table;
    for (size_t i = 0; i < ruleset->table_count; i++)
        tables[i + 1] = ruleset->tables[i];
    expect_stops(&tracked, options, expected);
}

static void expect(enum road_class class, bool bridge_calls_ip, const char *expected) {
    struct nf_chain ip_chains[] = {
        base(&ip, "filter", "filter", NF_HOOK_INPUT, 0),
        base(&ip, "dnat", "nat", NF_HOOK_PREROUTING, -100),
        base(&ip, "snat", "nat", NF_HOOK_POSTROUTING, 100),
        base(&ip, "early", "filter", NF_HOOK_PREROUTING, -450),
        base(&ip, "out", "nat", NF_HOOK_OUTPUT, -100),
        base(&ip, "through", "filter", NF_HOOK_FORWARD, 5),
        {.table = &ip, .name = "called"},
    };
    struct nf_chain device_chains[] = {base(&device, "in", "filter", 0, -500),
                                       base(&device, "eg", "filter", 1, 0)};
    struct nf_chain bridge_chains[] = {base(&bridge, "ports", "filter", NF_HOOK_FORWARD, 0)};
    ip.chains = ip_chains;
    ip.chain_count = sizeof(ip_chains) / sizeof(ip_chains[0]);
    device.chains = device_chains;
    device.chain_count = 2;
    bridge.chains = bridge_chains;
    bridge.chain_count = 1;
    struct nf_table *tables[] = {&ip, &device, &bridge};
    const struct ruleset ruleset = {.tables = tables, .table_count = 3};
    expect_road(&ruleset,
                &(struct road_options){.class = class, .bridge_calls_ip = bridge_calls_ip},
                expected);
}

static void test_from_outside(void **state) {
    (void)state;
    expect(ROAD_TO_HERE, false,
           "ingress: (first) (first) in\n"
           "prerouting: early (-400) (-200) dnat+d (-100) (last)\n"
           "input: filter (100) (300) (last) (last) (last)");
    expect(ROAD_FORWARDED, false,
           "ingress: (first) (first) in\n"
           "prerouting: early (-400) (-200) dnat+d (-100) (last)\n"
           "forward: through\n"
           "postrouting: snat+s (100) (300) (last)\n"
           "egress: eg (last) (last)");
}

static void test_from_here(void **state) {
    (void)state;
    expect(ROAD_FROM_HERE, false,
           "output: (first) (first) (-400) (-200) out+d (-100) (last)\n"
           "postrouting: snat+s (100) (300) (last) (last)\n"
           "egress: eg (last) (last)");
    expect(ROAD_LOCAL, false,
           "output: (first) (first) (-400) (-200) out+d (-100) (last)\n"
           "postrouting: snat+s (100) (300) (last) (last)\n"
           "egress of lo: (last) (last)\n"
           "ingress of lo: (first) (first)\n"
           "prerouting: early (-200) dnat- (last)\n"
           "input: filter (last) (last)");
}

static void test_bridged(void **state) {
    (void)state;
    expect(ROAD_BRIDGED, false,
           "ingress: (first) (first) in\n"
           "bridge prerouting: (0)\n"
           "bridge forward: (first) ports\n"
           "bridge postrouting:\n"
           "egress: eg (last) (last)");
    expect(ROAD_BRIDGED, true,
           "ingress: (first) (first) in\n"
           "bridge prerouting: (0)\n"
           "prerouting, by br_netfilter: early (-400) (-200) dnat+d (-100) (last)\n"
           "bridge forward: (first) ports\n"
           "forward, by br_netfilter: through\n"
           "bridge postrouting:\n"
           "postrouting, by br_netfilter: snat+s (100) (300) (last) (last)\n"
           "egress: eg (last) (last)");
}

// A flowtable of any family stands at ingress, by its priority among the chains.
static void test_flowtables(void **state) {
    struct nf_chain chains[] = {base(&device, "early", "filter", 0, -10),
                                base(&device, "late", "filter", 0, 10)};
    const struct nf_flowtable fast = {.name = "fast", .priority = 0};
    struct nf_table first = {.family = NF_FAMILY_NETDEV, .name = "first"};
    struct nf_table second = {.family = NF_FAMILY_IP, .name = "second"};
    struct nf_table *tables[] = {&first, &second};
    const struct ruleset ruleset = {.tables = tables, .table_count = 2};
    const struct road_options options = {.class = ROAD_FROM_HERE};
    (void)state;
    for (size_t i = 0; i < 2; i++)
        chains[i].table = &first;
    first.chains = chains;
    first.chain_count = 2;
    second.flowtables = &fast;
    second.flowtable_count = 1;
    expect_road(&ruleset, &(struct road_options){.class = ROAD_TO_HERE, .bridge_calls_ip = false},
                "ingress: (first) (first) early @fast late\n"
                "prerouting: (-400) (-200) (-100) (last)\n"
                "input: (100) (300) (last) (last) (last)");
    expect_road(&ruleset, &options,
                "output: (first) (first) (-400) (-200) (-100) (last)\n"
                "postrouting: (100) (300) (last) (last)\n"
                "egress: (last) (last)");
}

// What this machine sends to itself meets the chains of lo, and of no other device.
static void test_chains_of_lo(void **state) {
    static const char *const lo[] = {"eth0", "lo"}, *const eth0[] = {"eth0", "lo0", "e*"},
                             *const star[] = {"l*"};
    struct nf_table table = {.family = NF_FAMILY_NETDEV, .name = "device"};
    struct nf_chain chains[] = {base(&table, "both", "filter", 0, 0),
                                base(&table, "outside", "filter", 0, 0),
                                base(&table, "star", "filter", 1, 0)};
    const struct nf_flowtable flowtables[] = {
        {.name = "inside", .devices = lo, .device_count = 2, .priority = 1},
        {.name = "outside", .devices = eth0, .device_count = 3}};
    struct nf_table *tables[] = {&table};
    const struct ruleset ruleset = {.tables = tables, .table_count = 1};
    (void)state;
    chains[0].devices = lo;
    chains[0].device_count = 2;
    chains[1].devices = eth0;
    chains[1].device_count = 3;
    chains[2].devices = star;
    chains[2].device_count = 1;
    table.chains = chains;
    table.chain_count = 3;
    table.flowtables = flowtables;
    table.flowtable_count = 2;
    expect_road(&ruleset, &(struct road_options){.class = ROAD_LOCAL, .bridge_calls_ip = false},
                "output: (first) (first) (-400) (-200) (-100) (last)\n"
                "postrouting: (100) (300) (last) (last)\n"
                "egress of lo: star (last) (last)\n"
                "ingress of lo: (first) (first) both @inside\n"
                "prerouting: (-200) (last)\n"
                "input: (last) (last)");
}

static void test_points(void **state) {
    (void)state;
    assert_int_equal(road_point_of(NF_FAMILY_IP6, NF_HOOK_FORWARD), ROAD_AT_FORWARD);
    assert_int_equal(road_point_of(NF_FAMILY_INET, NF_HOOK_INGRESS), ROAD_AT_INGRESS);
    assert_int_equal(road_point_of(NF_FAMILY_NETDEV, 1), ROAD_AT_EGRESS);
    assert_int_equal(road_point_of(NF_FAMILY_BRIDGE, NF_HOOK_INPUT), ROAD_AT_BRIDGE);
    assert_int_equal(road_point_of(NF_FAMILY_ARP, 0), ROAD_NOWHERE);
    assert_int_equal(road_point_of(NF_FAMILY_IP, 77), ROAD_NOWHERE);
}

// Chains of a bridge, which its ports' packets meet before those of IP, or behind them.
static void test_chains_of_a_bridge(void **state) {
    struct nf_chain chains[] = {
        base(&bridge, "first", "filter", NF_HOOK_PREROUTING, -300),
        base(&bridge, "behind", "filter", NF_HOOK_PREROUTING, 300),
        base(&bridge, "to-here", "filter", NF_HOOK_INPUT, -200),
        base(&bridge, "through", "filter", NF_HOOK_FORWARD, 1),
        base(&bridge, "from-here", "filter", NF_HOOK_OUTPUT, 100),
    };
    struct nf_table *tables[] = {&bridge};
    const struct ruleset ruleset = {.tables = tables, .table_count = 1};
    (void)state;
    bridge.chains = chains;
    bridge.chain_count = sizeof(chains) / sizeof(chains[0]);
    expect_road(&ruleset, &(struct road_options){.class = ROAD_TO_HERE, .bridge_calls_ip = true},
                "ingress: (first) (first)\n"
                "bridge prerouting, by a port: first behind\n"
                "bridge input, by a port: to-here\n"
                "prerouting: (-400) (-200) (-100) (last)\n"
                "input: (100) (300) (last) (last) (last)");
    expect_road(&ruleset, &(struct road_options){.class = ROAD_FROM_HERE, .bridge_calls_ip = true},
                "output: (first) (first) (-400) (-200) (-100) (last)\n"
                "postrouting: (100) (300) (last) (last)\n"
                "bridge output, by a port: (first) from-here\n"
                "egress: (last) (last)");
    expect_road(&ruleset, &(struct road_options){.class = ROAD_BRIDGED, .bridge_calls_ip = true},
                "ingress: (first) (first)\n"
                "bridge prerouting: first (0)\n"
                "prerouting, by br_netfilter: (-400) (-200) (-100) (last)\n"
                "bridge prerouting, on: behind\n"
                "bridge forward: (first)\n"
                "forward, by br_netfilter:\n"
                "bridge forward, on: through\n"
                "bridge postrouting:\n"
                "postrouting, by br_netfilter: (100) (300) (last) (last)\n"
                "egress: (last) (last)");
    expect_road(&ruleset, &(struct road_options){.class = ROAD_BRIDGED, .bridge_calls_ip = false},
                "ingress: (first) (first)\n"
                "bridge prerouting: first (0) behind\n"
                "bridge forward: (first) through\n"
                "bridge postrouting:\n"
                "egress: (last) (last)");
}

// Among the chains by priority, of IP's hooks alone.
static void test_programs(void **state) {
    struct nf_chain chains[] = {base(&ip, "early", "filter", NF_HOOK_FORWARD, -10),
                                base(&ip, "late", "filter", NF_HOOK_FORWARD, 10)};
    struct nf_table *tables[] = {&ip};
    const struct ruleset ruleset = {.tables = tables, .table_count = 1};
    const struct road_program programs[] = {{ROAD_AT_FORWARD, 0, "between"},
                                            {ROAD_AT_INPUT, 0, "elsewhere"},
                                            {ROAD_AT_FORWARD, INT32_MAX, "last"}};
    (void)state;
    ip.chains = chains;
    ip.chain_count = 2;
    expect_road(
        &ruleset,
        &(struct road_options){.class = ROAD_FORWARDED, .programs = programs, .program_count = 3},
        "ingress: (first) (first)\n"
        "prerouting: (-400) (-200) (-100) (last)\n"
        "forward: early <between> late <last>\n"
        "postrouting: (100) (300) (last)\n"
        "egress: (last) (last)");
}

// Conntrack looks at what bridges carry once a rule of theirs asks for flows.
static void test_conntrack_of_bridges(void **state) {
    const struct nf_expr verdict = {.kind = NF_EXPR_VERDICT}, flow = {.kind = NF_EXPR_CT};
    struct nf_rule rules[] = {{.exprs = &verdict, .expr_count = 1},
                              {.exprs = &flow, .expr_count = 1}};
    struct nf_chain chains[] = {base(&bridge, "c", "filter", NF_HOOK_FORWARD, 0)};
    struct nf_table *tables[] = {&bridge};
    const struct ruleset ruleset = {.tables = tables, .table_count = 1};
    (void)state;
    chains[0].rules = rules;
    chains[0].rule_count = 1;
    bridge.chains = chains;
    bridge.chain_count = 1;
    expect_road(&ruleset, &(struct road_options){.class = ROAD_BRIDGED},
                "ingress: (first) (first)\n"
                "bridge prerouting: (0)\n"
                "bridge forward: (first) c\n"
                "bridge postrouting:\n"
                "egress: (last) (last)");
    chains[0].rule_count = 2;
    expect_road(&ruleset, &(struct road_options){.class = ROAD_BRIDGED},
                "ingress: (first) (first)\n"
                "bridge prerouting: (-200) (0)\n"
                "bridge forward: (first) c\n"
                "bridge postrouting: (last)\n"
                "egress: (last) (last)");
}

// Nobody tracks, or puts fragments together, if no rule asks for it.
static void test_without_conntrack(void **state) {
    const struct nf_expr verdict = {.kind = NF_EXPR_VERDICT}, socket = {.kind = NF_EXPR_SOCKET};
    struct nf_rule rule = {.exprs = &verdict, .expr_count = 1};
    struct nf_chain chains[] = {base(&ip, "c", "filter", NF_HOOK_INPUT, 0)};
    struct nf_table *tables[] = {&ip};
    const struct ruleset ruleset = {.tables = tables, .table_count = 1};
    (void)state;
    chains[0].rules = &rule;
    chains[0].rule_count = 1;
    ip.chains = chains;
    ip.chain_count = 1;
    expect_stops(&ruleset, &(struct road_options){.class = ROAD_TO_HERE},
                 "ingress: (first) (first)\n"
                 "prerouting: (-200) (last)\n"
                 "input: c (last) (last)");
    // What was not read may.
    expect_stops(&ruleset, &(struct road_options){.class = ROAD_TO_HERE, .is_partial = true},
                 "ingress: (first) (first)\n"
                 "prerouting: (-400) (-200) (-100) (last)\n"
                 "input: c (100) (300) (last) (last) (last)");
    rule.exprs = &socket;
    expect_stops(&ruleset, &(struct road_options){.class = ROAD_TO_HERE},
                 "ingress: (first) (first)\n"
                 "prerouting: (-400) (-200) (last)\n"
                 "input: c (last) (last)");
}

static void test_every_class_has_a_title(void **state) {
    (void)state;
    for (int class = 0; class < ROAD_CLASS_COUNT; class ++)
        assert_non_null(road_class_title((enum road_class) class));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_from_outside),
        cmocka_unit_test(test_from_here),
        cmocka_unit_test(test_bridged),
        cmocka_unit_test(test_flowtables),
        cmocka_unit_test(test_chains_of_lo),
        cmocka_unit_test(test_points),
        cmocka_unit_test(test_programs),
        cmocka_unit_test(test_without_conntrack),
        cmocka_unit_test(test_conntrack_of_bridges),
        cmocka_unit_test(test_chains_of_a_bridge),
        cmocka_unit_test(test_every_class_has_a_title),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
