// SPDX-License-Identifier: GPL-2.0-or-later
// Bypasses that are found in interfaces, filters, what bridges are set to, and rules.
#include "model/bypass.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"

// Rows as text: "xdp xdp dropper on eth0: effect\n"; what the whole says is left out.
static void write_rows(const struct table *table, struct buffer *text) {
    const struct netns netns = {.name = "here", .inode = 1};
    for (size_t i = 0; i < table->count; i++) {
        const struct row_ref ref = {.netns = &netns, .row = table_row(table, i)};
        static const char *const keys[] = {"station", "type", "name",  "mode",
                                           "dev",     "base", "effect"};
        for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
            struct value value;
            field_read(kind_find_field(&bypass_kind, keys[k], NULL), &ref, &value);
            if (value.kind == VALUE_ABSENT)
                continue;
            buffer_puts(text, k == 0 ? "" : " | ");
            value_format(&value, text);
        }
        buffer_puts(text, "\n");
    }
}

static void expect(const struct bypass_facts *facts, const char *expected) {
    struct table *table = table_new(&bypass_kind);
    struct buffer text = BUFFER_INIT;
    assert_int_equal(bypass_add_rows(table, facts), 0);
    write_rows(table, &text);
    assert_string_equal(buffer_text(&text), expected);
    buffer_done(&text);
    table_unref(table);
}

static struct link *add_link(struct table *links, int32_t ifindex, const char *name) {
    struct link *link = table_add(links);
    link->ifindex = ifindex;
    link->ifname = name;
    link->info_kind = "veth";
    return link;
}

// --- Programs ------------------------------------------------------------------------------------

static void test_programs(void **state) {
    const struct link_program programs[] = {
        {.attached = "xdp-offload", .id = maybe_of(1), .name = "fast"},
        {.attached = "netkit-primary", .id = maybe_of(2), .name = "out"},
        {.attached = "tcx-ingress", .id = maybe_of(3)},
        {.attached = "tc-ingress", .id = maybe_of(4), .name = "comes with the filters"},
    };
    struct table *links = table_new(&link_kind);
    (void)state;
    struct link *link = add_link(links, 7, "eth0");
    link->programs = programs;
    link->program_count = 4;
    expect(&(struct bypass_facts){.links = links},
           "xdp | xdp | fast | offload | eth0 | "
           "may drop, change or redirect packets before netfilter sees them\n"
           "tc-ingress | tcx | eth0 | "
           "may drop, change or redirect packets before netfilter sees them\n"
           "tc-egress | netkit | out | primary | eth0 | "
           "may drop, change or redirect packets after netfilter has seen them\n");
    table_unref(links);
}

static void test_filters(void **state) {
    const struct tc_action drop = {.kind = "gact", .has_verdict = true, .verdict = TC_VERDICT_SHOT};
    const struct tc_action pass = {.kind = "gact", .has_verdict = true, .verdict = TC_VERDICT_OK};
    const struct tc_action away = {.kind = "mirred", .to_ifindex = maybe_of(99)};
    const struct tc_action copy = {.kind = "mirred", .to_ifindex = maybe_of(7), .mirrors = true};
    const struct tc_action odd = {.kind = "teleport"};
    const struct tc_filter filters[] = {
        {.ifindex = 7, .kind = "flower", .actions = &drop, .action_count = 1},
        {.ifindex = 7, .kind = "u32", .actions = &pass, .action_count = 1},
        {.ifindex = 7, .kind = "u32"},
        {.ifindex = 7, .kind = "matchall", .actions = &copy, .action_count = 1},
        {.ifindex = 8,
         .kind = "matchall",
         .actions = &away,
         .action_count = 1,
         .in_hardware = true},
        {.ifindex = 7, .kind = "matchall", .actions = &odd, .action_count = 1},
        {.ifindex = 7, .kind = "bpf", .program = maybe_of(5), .direct_action = true},
        {.ifindex = 7, .side = TC_SIDE_EGRESS, .kind = "bpf", .program_name = "sorter"},
    };
    struct table *links = table_new(&link_kind);
    (void)state;
    add_link(links, 7, "eth0");
    expect(&(struct bypass_facts){.links = links, .filters = filters, .filter_count = 8},
           "tc-ingress | tc-filter | flower: gact drop | eth0 | "
           "drops what it matches, before netfilter sees it\n"
           "tc-ingress | tc-filter | matchall: mirred redirect | hardware | "
           "sends what it matches to interface 99, before netfilter sees it\n"
           "tc-ingress | tc-filter | matchall: teleport | eth0 | "
           "may do anything with what it matches (action teleport), before netfilter sees it\n"
           "tc-ingress | tc | direct-action | eth0 | "
           "may drop, change or redirect packets before netfilter sees them\n"
           "tc-egress | tc | sorter | classifier | eth0 | "
           "only sorts packets into classes: all of them go on\n");
    table_unref(links);
}

// --- Bridges -------------------------------------------------------------------------------------

static void expect_bridge(const struct bridge_netfilter *settings, uint64_t own,
                          const char *expected, size_t calling) {
    struct link_as_bridge bridge = {.nf_call_iptables = maybe_of(own)};
    struct table *links = table_new(&link_kind), *table = table_new(&bypass_kind);
    add_link(links, 7, "br0")->bridge = &bridge;
    const struct bypass_facts facts = {.links = links, .bridge_netfilter = settings};
    expect(&facts, expected);
    assert_int_equal(bypass_add_rows(table, &facts), 0);
    const struct bypass_whole *whole = table->whole;
    assert_int_equal(whole->bridges, settings->known ? 1 : 0);
    assert_int_equal(whole->bridges_calling_ip, calling);
    table_unref(table);
    table_unref(links);
}

#define CALLS(v4, v6, arp)                                      \
    (&(struct bridge_netfilter){.known = true,                  \
                                .loaded = true,                 \
                                .call_iptables = maybe_of(v4),  \
                                .call_ip6tables = maybe_of(v6), \
                                .call_arptables = maybe_of(arp)})
#define ONLY_BRIDGE " from port to port meets the rules of family bridge only\n"

static void test_bridges(void **state) {
    (void)state;
    expect_bridge(CALLS(1, 1, 1), 0, "", 1);
    expect_bridge(CALLS(0, 1, 1), 0, "bridge | bridge | br0 | br0 | IPv4" ONLY_BRIDGE, 1);
    expect_bridge(CALLS(0, 1, 1), 1, "", 1);
    expect_bridge(CALLS(0, 0, 1), 0, "bridge | bridge | br0 | br0 | IPv4, IPv6" ONLY_BRIDGE, 0);
    expect_bridge(CALLS(0, 0, 0), 1, "bridge | bridge | br0 | br0 | IPv6, ARP" ONLY_BRIDGE, 1);
    expect_bridge(&(struct bridge_netfilter){.known = true}, 1,
                  "bridge | bridge | br0 | br0 | IPv4, IPv6, ARP" ONLY_BRIDGE, 0);
    expect_bridge(&(struct bridge_netfilter){.known = false}, 0, "", 0);
}

// Only bridges that hand packets over do so but for those with tags.
static void test_tagged(void **state) {
    struct bridge_netfilter settings = *CALLS(0, 1, 0);
    struct link_as_bridge bridge = {.stp_state = maybe_of(0)};
    struct table *links = table_new(&link_kind);
    const struct bypass_facts facts = {.links = links, .bridge_netfilter = &settings};
    (void)state;
#define LOOKS_NOT(name, devices, frames) \
    "bridge | tagged | " name " | " devices " | what " frames ONLY_BRIDGE_TOO
#define ONLY_BRIDGE_TOO " passes by the hooks of IP: only rules of family bridge see it\n"
#define SOME            "bridge | bridge | br0 | br0 | IPv4, ARP" ONLY_BRIDGE
    settings.filter_vlan_tagged = settings.filter_pppoe_tagged = maybe_of(0);
    expect(&facts, "");
    add_link(links, 7, "br0")->bridge = &bridge;
    expect(&facts, SOME LOOKS_NOT("VLAN", "br0", "has a VLAN's tag")
                       LOOKS_NOT("PPPoE", "br0", "is in PPPoE"));
    settings.filter_vlan_tagged = maybe_of(1);
    expect(&facts, SOME LOOKS_NOT("PPPoE", "br0", "is in PPPoE"));
    settings.call_ip6tables = maybe_of(0);
    expect(&facts, "bridge | bridge | br0 | br0 | IPv4, IPv6, ARP" ONLY_BRIDGE);
    table_unref(links);
}

// --- BPF programs on no interface ----------------------------------------------------------------

static void test_hook_programs(void **state) {
    const struct hook_program programs[] = {
        {.family = NF_FAMILY_IP6, .hook = NF_HOOK_FORWARD, .priority = 7, .id = 2},
        {.family = NF_FAMILY_IP,
         .hook = NF_HOOK_FORWARD,
         .priority = -3,
         .id = 3,
         .name = "guard",
         .elsewhere = true},
    };
    (void)state;
    expect(&(struct bypass_facts){.hook_programs = programs, .hook_program_count = 2},
           "forward | netfilter | guard | ip | may drop packets here; no tool of nftables or "
           "iptables shows it, if it is in this namespace: which it is in the kernel does not "
           "tell\n"
           "forward | netfilter | ip6 | may drop packets here; no tool of nftables or iptables "
           "shows it\n");
}

static void test_cgroup_programs(void **state) {
    const struct cgroup_program programs[] = {
        {.hook = CGROUP_CONNECT4, .id = 2, .name = "cil_sock4_conn", .cgroup = "/"},
        {.hook = CGROUP_EGRESS, .id = 3, .name = "sd_fw_egress", .cgroup = "/system.slice"},
        {.hook = CGROUP_INGRESS, .id = 4, .cgroup = "/system.slice"},
    };
    (void)state;
    expect(&(struct bypass_facts){.cgroup_programs = programs, .cgroup_program_count = 3},
           "cgroup-ingress | cgroup | ingress | may drop what its processes receive, after "
           "netfilter has let it pass\n"
           "socket | cgroup | cil_sock4_conn | connect4 | may refuse connections over IPv4, or "
           "have them made to another address before netfilter sees a packet: without DNAT\n"
           "cgroup-egress | cgroup | sd_fw_egress | egress | may drop what its processes send, "
           "after netfilter has seen it\n");
}

// --- Rules ---------------------------------------------------------------------------------------

static const struct nf_expr notrack = {.kind = NF_EXPR_NOTRACK};
static const struct nf_expr accept = {.kind = NF_EXPR_VERDICT,
                                      .verdict = {.code = NF_VERDICT_ACCEPT}};

static struct nf_chain base(struct nf_table *table, const char *name, uint32_t hook,
                            int32_t priority, const struct nf_rule *rule) {
    return (struct nf_chain){.table = table,
                             .name = name,
                             .hook = hook,
                             .priority = priority,
                             .is_base = true,
                             .policy = NF_VERDICT_ACCEPT,
                             .rules = rule,
                             .rule_count = rule ? 1 : 0};
}

// The tables stay the caller's: one reference more than the ruleset gives back.
static struct ruleset *ruleset_of(struct nf_table *tables, size_t count) {
    struct ruleset *ruleset = ruleset_new();
    for (size_t i = 0; i < count; i++) {
        tables[i].references = 1;
        assert_int_equal(ruleset_add_table(ruleset, nf_table_ref(&tables[i])), 0);
    }
    return ruleset;
}

// raw -> (by a map) called; late has no effect; lost is called by nobody; two chains that call each
// other are no endless way.
static void test_notrack(void **state) {
    struct nf_table table = {.family = NF_FAMILY_INET, .name = "fw"};
    struct nf_chain chains[6];
    const struct nf_element element = {.has_verdict = true,
                                       .verdict = {.code = NF_VERDICT_GOTO, .chain = &chains[2]}};
    const struct nf_set map = {
        .table = &table, .name = "m", .elements = &element, .element_count = 1};
    const struct nf_expr lookup = {.kind = NF_EXPR_LOOKUP,
                                   .lookup = {.set = &map, .destination = NF_REGISTER_VERDICT}};
    const struct nf_expr jump = {.kind = NF_EXPR_VERDICT,
                                 .verdict = {.code = NF_VERDICT_JUMP, .chain = &chains[0]}};
    const struct nf_expr both[] = {notrack, jump};
    const struct nf_rule raw = {.chain = &chains[0], .exprs = &lookup, .expr_count = 1};
    const struct nf_rule late = {
        .chain = &chains[1], .handle = 2, .exprs = &notrack, .expr_count = 1};
    const struct nf_rule called = {
        .chain = &chains[2], .handle = 3, .exprs = both, .expr_count = 2};
    const struct nf_rule lost = {
        .chain = &chains[3], .handle = 4, .exprs = &notrack, .expr_count = 1};
    (void)state;
    chains[0] = base(&table, "raw", NF_HOOK_PREROUTING, -300, &raw);
    chains[1] = base(&table, "late", NF_HOOK_OUTPUT, -200, &late);
    chains[2] = base(&table, "called", 0, 0, &called);
    chains[3] = base(&table, "lost", 0, 0, &lost);
    chains[2].is_base = chains[3].is_base = false;
    table.chains = chains;
    table.chain_count = 4;
    struct ruleset *ruleset = ruleset_of(&table, 1);
    expect(
        &(struct bypass_facts){.ruleset = ruleset},
        "prerouting | notrack | fw called | raw | conntrack does not look at what it matches: no "
        "flow, no "
        "NAT, ct state untracked\n"
        "output | notrack | fw late | late | nothing: conntrack has looked at the packet before\n"
        "nowhere | notrack | fw lost | nothing now: no base chain leads to it\n");
    table.flags = 1;
    expect(&(struct bypass_facts){.ruleset = ruleset},
           "prerouting | notrack | fw called | raw | nothing now: its table is dormant\n"
           "output | notrack | fw late | late | nothing now: its table is dormant\n"
           "nowhere | notrack | fw lost | nothing now: its table is dormant\n");
    ruleset_unref(ruleset);
}

static void test_flowtables(void **state) {
    static const char *const devices[] = {"eth0", "eth1"};
    struct nf_table table = {.family = NF_FAMILY_INET, .name = "fw"};
    struct nf_flowtable flowtables[] = {
        {.table = &table, .name = "soft", .devices = devices, .device_count = 2, .use = 1},
        {.table = &table,
         .name = "hard",
         .priority = -1,
         .flags = 1,
         .devices = devices,
         .device_count = 1,
         .use = 1},
        {.table = &table, .name = "idle", .devices = devices, .device_count = 1},
        {.table = &table, .name = "bare", .use = 1},
    };
    const struct nf_expr add = {.kind = NF_EXPR_FLOW_OFFLOAD, .flowtable = "soft"};
    struct nf_chain chain;
    const struct nf_rule rule = {.chain = &chain, .exprs = &add, .expr_count = 1};
    (void)state;
    chain = base(&table, "through", NF_HOOK_FORWARD, 0, &rule);
    table.flowtables = flowtables;
    table.flowtable_count = 4;
    table.chains = &chain;
    table.chain_count = 1;
    struct ruleset *ruleset = ruleset_of(&table, 1);
    expect(
        &(struct bypass_facts){.ruleset = ruleset},
        "ingress | flowtable | hard | hardware | eth0 | the devices forward packets of its flows "
        "themselves, as far as they can: no hook sees these\n"
        "ingress | flowtable | soft | software | eth0,eth1 | packets of its flows leave from "
        "here: prerouting, forward and postrouting do not see them\n"
        "ingress | flowtable | idle | software | eth0 | nothing now: no rule puts flows into it\n"
        "ingress | flowtable | bare | software | nothing now: it has no devices\n"
        "forward | flow-add | fw through | through | puts flows that it matches into the flowtable "
        "soft: what they send from then on passes by prerouting, forward and postrouting\n");
    ruleset_unref(ruleset);
}

// Chains without rules decide nothing, unless they drop.
static void test_backends(void **state) {
    const struct nf_rule rule = {.exprs = &accept, .expr_count = 1};
    struct nf_table tables[] = {
        {.family = NF_FAMILY_INET, .name = "fw"},
        {.family = NF_FAMILY_IP, .name = "filter"},
        {.family = NF_FAMILY_IP, .name = "filter", .backend = NF_BACKEND_LEGACY},
        {.family = NF_FAMILY_IP6, .name = "raw", .backend = NF_BACKEND_LEGACY},
    };
    struct nf_chain native[] = {base(&tables[0], "in", NF_HOOK_INPUT, 0, &rule),
                                base(&tables[0], "out", NF_HOOK_OUTPUT, 0, NULL)};
    struct nf_chain empty = base(&tables[1], "INPUT", NF_HOOK_INPUT, 0, NULL);
    struct nf_chain legacy[] = {base(&tables[2], "INPUT", NF_HOOK_INPUT, 0, NULL),
                                base(&tables[2], "OUTPUT", NF_HOOK_OUTPUT, 0, &rule)};
    struct nf_chain legacy6 = base(&tables[3], "OUTPUT", NF_HOOK_OUTPUT, -300, &rule);
    (void)state;
    legacy[0].policy = NF_VERDICT_DROP;
    native[1].policy = NF_VERDICT_ACCEPT;
    tables[0].chains = native;
    tables[0].chain_count = 2;
    tables[1].chains = &empty;
    tables[1].chain_count = 1;
    tables[2].chains = legacy;
    tables[2].chain_count = 2;
    tables[3].chains = &legacy6;
    tables[3].chain_count = 1;
    struct ruleset *ruleset = ruleset_of(tables, 4);
    expect(&(struct bypass_facts){.ruleset = ruleset},
           "input | backends | legacy: ip filter; nftables: inet fw | both are run, by priority: "
           "what one accepts the other may drop, and each tool shows its own only\n");
    ruleset_unref(ruleset);
}

// A program in another's place, under the same id, is a change; rules are not looked at.
static void test_changes(void **state) {
    const struct bridge_netfilter calls = *CALLS(1, 1, 1);
    struct bridge_netfilter others = calls;
    struct tc_filter filter = {.ifindex = 7, .kind = "bpf", .program_name = "sorter"};
    struct link_as_bridge bridge = {.stp_state = maybe_of(0)};
    struct table *links = table_new(&link_kind), *table = table_new(&bypass_kind);
    struct bypass_facts facts = {
        .links = links, .filters = &filter, .filter_count = 1, .bridge_netfilter = &calls};
    (void)state;
    add_link(links, 7, "br0")->bridge = &bridge;
    assert_int_equal(bypass_add_rows(table, &facts), 0);
    assert_true(bypass_is_unchanged(table, &facts));
    filter.program_name = "dropper";
    assert_false(bypass_is_unchanged(table, &facts));
    filter.program_name = "sorter";
    assert_true(bypass_is_unchanged(table, &facts));
    others.call_iptables = maybe_of(0);
    facts.bridge_netfilter = &others;
    assert_false(bypass_is_unchanged(table, &facts));
    facts.bridge_netfilter = NULL;
    assert_false(bypass_is_unchanged(table, &facts));
    table_unref(table);
    table_unref(links);
}

static void test_nothing_read_is_nothing_found(void **state) {
    (void)state;
    expect(&(struct bypass_facts){0}, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_programs),
        cmocka_unit_test(test_filters),
        cmocka_unit_test(test_bridges),
        cmocka_unit_test(test_tagged),
        cmocka_unit_test(test_hook_programs),
        cmocka_unit_test(test_cgroup_programs),
        cmocka_unit_test(test_notrack),
        cmocka_unit_test(test_flowtables),
        cmocka_unit_test(test_backends),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_nothing_read_is_nothing_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
