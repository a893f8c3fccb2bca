// SPDX-License-Identifier: GPL-2.0-or-later
// Services of tables made here: shares of drawn numbers and of probabilities, keys of sets and maps
// (ports, concatenations, intervals), lists of ports, ranges of addresses. Rules as tools write
// them, in a real kernel, are tested in tests/lab/services_test.py.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/xt_multiport.h>
#include <linux/netfilter/xt_statistic.h>

#include "ruleset/nft_type.h"
#include "ruleset/service.h"
#include "ruleset/xt_operands.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define REG          NF_REGISTER_FIRST
#define ANONYMOUS    1 // NFT_SET_*
#define INTERVAL     4
#define MAP          8
#define END          1 // NFT_SET_ELEM_INTERVAL_END

static struct nf_table table;
static struct nf_chain chains[4];
static struct nf_set sets[1];

static struct nf_data bytes(const char *text, uint32_t length) {
    return (struct nf_data){(const uint8_t *)text, length};
}

static int setup(void **state) {
    static const char *const names[COUNT(chains)] = {"in", "first", "second", "third"};
    (void)state;
    table = (struct nf_table){.family = NF_FAMILY_IP, .name = "t", .manager = "nft"};
    table.chains = chains;
    table.chain_count = COUNT(chains);
    table.sets = sets;
    table.set_count = COUNT(sets);
    for (size_t i = 0; i < COUNT(chains); i++)
        chains[i] = (struct nf_chain){.table = &table, .name = names[i]};
    sets[0] = (struct nf_set){.table = &table, .name = "s"};
    return 0;
}

static int write_service(const struct nf_service *service, void *user_data) {
    struct buffer *text = user_data;
    if (service->address.address.family)
        prefix_format(&service->address, text);
    if (service->protocol)
        buffer_printf(text, " proto %u", service->protocol);
    if (service->port_min || service->port_max)
        buffer_printf(text, " port %u-%u", service->port_min, service->port_max);
    buffer_puts(text, " ->");
    for (size_t i = 0; i < service->backend_count; i++) {
        const struct nf_backend_share *backend = &service->backends[i];
        buffer_putc(text, ' ');
        address_format(&backend->address, text);
        buffer_printf(text, ":%u %.3f", backend->port, backend->share);
    }
    buffer_puts(text, service->restricted ? " restricted\n" : "\n");
    return 0;
}

static void expect(const char *expected) {
    struct buffer text = BUFFER_INIT;
    struct arena arena = ARENA_INIT;
    assert_int_equal(nf_service_find(&table, &arena, write_service, &text), 0);
    assert_string_equal(buffer_text(&text), expected);
    buffer_done(&text);
    arena_done(&arena);
}

static struct nf_rule rule_of(size_t chain, const struct nf_expr *exprs, size_t count) {
    return (struct nf_rule){.chain = &chains[chain], .exprs = exprs, .expr_count = (uint32_t)count};
}

static void set_rules(size_t chain, const struct nf_rule *rules, size_t count) {
    chains[chain].rules = rules;
    chains[chain].rule_count = count;
}

// --- Parts of rules ------------------------------------------------------------------------------

static struct nf_expr load(uint32_t base, uint32_t offset, uint32_t length, nf_register reg) {
    return (struct nf_expr){
        .kind = NF_EXPR_PAYLOAD,
        .payload = {.base = base, .offset = offset, .length = length, .reg = reg}};
}
#define LOAD_ADDRESS(reg) load(1, 16, 4, reg)
#define LOAD_PORT(reg)    load(2, 2, 2, reg)

static struct nf_expr look_up(nf_register destination) {
    return (struct nf_expr){
        .kind = NF_EXPR_LOOKUP,
        .lookup = {.set_name = "s", .set = &sets[0], .source = REG, .destination = destination}};
}

static struct nf_expr immediate(nf_register reg, const char *text, uint32_t length) {
    return (struct nf_expr){.kind = NF_EXPR_IMMEDIATE,
                            .immediate = {.destination = reg, .data = bytes(text, length)}};
}

static const struct nf_nat to_one = {.type = 1,
                                     .family = NF_FAMILY_IP,
                                     .address_min = REG,
                                     .address_max = REG,
                                     .port_min = NF_REGISTER_NONE,
                                     .port_max = NF_REGISTER_NONE};

#define DNAT(operands) \
    { .kind = NF_EXPR_NAT, .nat = (operands) }

// The rule of chain `first` that leads to 10.0.0.1.
static const struct nf_expr to_first[] = {
    {.kind = NF_EXPR_IMMEDIATE,
     .immediate = {.destination = REG, .data = {(const uint8_t *)"\x0a\0\0\x01", 4}}},
    DNAT(&to_one),
};

static void set_elements(uint32_t key_length, uint32_t flags, const struct nf_element *elements,
                         size_t count) {
    sets[0].key_length = key_length;
    sets[0].flags = flags;
    sets[0].elements = elements;
    sets[0].element_count = count;
    sets[0].elements_read = true;
}

// --- Sets ----------------------------------------------------------------------------------------

// tcp dport { 80, 443 } dnat to 10.0.0.1
static void test_set_of_ports(void **state) {
    const struct nf_element elements[] = {{.key = bytes("\0\x50", 2)},
                                          {.key = bytes("\x01\xbb", 2)}};
    const struct nf_expr exprs[] = {LOAD_PORT(REG), look_up(NF_REGISTER_NONE), to_first[0],
                                    to_first[1]};
    const struct nf_rule rule = rule_of(0, exprs, COUNT(exprs));
    (void)state;
    set_elements(2, ANONYMOUS, elements, COUNT(elements));
    set_rules(0, &rule, 1);
    expect(" port 80-80 -> 10.0.0.1:0 1.000\n port 443-443 -> 10.0.0.1:0 1.000\n");
}

// ip daddr { 10.1.0.0/16, 10.2.0.1-10.2.0.6 }, as the kernel has it: its elements from the highest
// to the lowest, or the other way round.
static void test_intervals_of_addresses(void **state) {
    struct nf_element elements[] = {
        {.key = bytes("\x0a\x02\0\x07", 4), .flags = END}, {.key = bytes("\x0a\x02\0\x01", 4)},
        {.key = bytes("\x0a\x02\0\0", 4), .flags = END},   {.key = bytes("\x0a\x01\0\0", 4)},
        {.key = bytes("\0\0\0\0", 4), .flags = END},
    };
    const struct nf_expr exprs[] = {LOAD_ADDRESS(REG), look_up(NF_REGISTER_NONE), to_first[0],
                                    to_first[1]};
    const struct nf_rule rule = rule_of(0, exprs, COUNT(exprs));
    (void)state;
    set_elements(4, ANONYMOUS | INTERVAL, elements, COUNT(elements));
    set_rules(0, &rule, 1);
    expect("10.2.0.1/32 -> 10.0.0.1:0 1.000\n10.2.0.2/31 -> 10.0.0.1:0 1.000\n"
           "10.2.0.4/31 -> 10.0.0.1:0 1.000\n10.2.0.6/32 -> 10.0.0.1:0 1.000\n"
           "10.1.0.0/16 -> 10.0.0.1:0 1.000\n");
    for (size_t i = 0; i < COUNT(elements) / 2; i++) {
        struct nf_element element = elements[i];
        elements[i] = elements[COUNT(elements) - 1 - i];
        elements[COUNT(elements) - 1 - i] = element;
    }
    expect("10.1.0.0/16 -> 10.0.0.1:0 1.000\n"
           "10.2.0.1/32 -> 10.0.0.1:0 1.000\n10.2.0.2/31 -> 10.0.0.1:0 1.000\n"
           "10.2.0.4/31 -> 10.0.0.1:0 1.000\n10.2.0.6/32 -> 10.0.0.1:0 1.000\n");
}

// What has no end goes on to the last of all.
static void test_interval_without_end(void **state) {
    const struct nf_element elements[] = {{.key = bytes("\xff\xfe", 2)}};
    const struct nf_expr exprs[] = {LOAD_PORT(REG), look_up(NF_REGISTER_NONE), to_first[0],
                                    to_first[1]};
    const struct nf_rule rule = rule_of(0, exprs, COUNT(exprs));
    (void)state;
    set_elements(2, ANONYMOUS | INTERVAL, elements, COUNT(elements));
    set_rules(0, &rule, 1);
    expect(" port 65534-65535 -> 10.0.0.1:0 1.000\n");
}

// ip daddr . tcp dport vmap { 192.0.2.0/30 . 8000-8001 : goto first }: both ends of each part.
static void test_concatenated_intervals_to_a_chain(void **state) {
    const struct nf_element elements[] = {
        {.key = bytes("\xc0\0\x02\0\x1f\x40\0\0", 8),
         .key_end = bytes("\xc0\0\x02\x03\x1f\x41\0\0", 8),
         .has_verdict = true,
         .verdict = {.code = NF_VERDICT_GOTO, .chain = &chains[1]}},
    };
    const struct nf_expr protocol = {.kind = NF_EXPR_META, .meta = {.key = 16, .reg = REG}};
    const struct nf_expr is_tcp = {.kind = NF_EXPR_CMP,
                                   .cmp = {.op = 0, .source = REG, .data = bytes("\x06", 1)}};
    const struct nf_expr exprs[] = {protocol, is_tcp, LOAD_ADDRESS(REG), LOAD_PORT(REG + 1),
                                    look_up(NF_REGISTER_VERDICT)};
    const struct nf_rule rules[] = {rule_of(0, exprs, COUNT(exprs)),
                                    rule_of(1, to_first, COUNT(to_first))};
    (void)state;
    set_elements(8, ANONYMOUS | INTERVAL | MAP, elements, COUNT(elements));
    sets[0].data_type = 0xffffff00;
    sets[0].field_count = 2;
    set_rules(0, &rules[0], 1);
    set_rules(1, &rules[1], 1);
    expect("192.0.2.0/30 proto 6 port 8000-8001 -> 10.0.0.1:0 1.000\n");
}

// dnat to tcp dport map { 80 : 10.0.0.1 . 8080, 81 : 10.0.0.2 . 8081 }
static void test_map_of_backends(void **state) {
    const struct nf_element elements[] = {
        {.key = bytes("\0\x50", 2), .data = bytes("\x0a\0\0\x01\x1f\x90\0\0", 8)},
        {.key = bytes("\0\x51", 2), .data = bytes("\x0a\0\0\x02\x1f\x91\0\0", 8)}};
    const struct nf_expr exprs[] = {LOAD_PORT(REG), look_up(REG), to_first[1]};
    const struct nf_rule rule = rule_of(0, exprs, COUNT(exprs));
    (void)state;
    set_elements(2, ANONYMOUS | MAP, elements, COUNT(elements));
    set_rules(0, &rule, 1);
    expect(" port 80-80 -> 10.0.0.1:8080 1.000\n port 81-81 -> 10.0.0.2:8081 1.000\n");
}

// A map that two rules look at is listed once, and one that none does, too: by its types.
static void test_named_map(void **state) {
    const struct nf_element elements[] = {
        {.key = bytes("\x06\0\0\0\0\x35\0\0", 8),
         .comment = "dns",
         .has_verdict = true,
         .verdict = {.code = NF_VERDICT_GOTO, .chain = &chains[1]}},
    };
    const struct nf_expr protocol = {.kind = NF_EXPR_META, .meta = {.key = 16, .reg = REG}};
    const struct nf_expr exprs[] = {protocol, LOAD_PORT(REG + 1), look_up(NF_REGISTER_VERDICT)};
    const struct nf_rule rules[] = {rule_of(0, exprs, COUNT(exprs)),
                                    rule_of(0, exprs, COUNT(exprs)),
                                    rule_of(1, to_first, COUNT(to_first))};
    (void)state;
    set_elements(8, MAP, elements, COUNT(elements));
    sets[0].data_type = 0xffffff00;
    sets[0].key_type = NFT_TYPE_INET_PROTOCOL << 6 | NFT_TYPE_INET_SERVICE;
    set_rules(1, &rules[2], 1);
    expect(" proto 6 port 53-53 -> 10.0.0.1:0 1.000\n");
    set_rules(0, rules, 2);
    expect(" proto 6 port 53-53 -> 10.0.0.1:0 1.000\n");
}

// Of a key that is too short for what it should be nothing is said.
static void test_short_keys(void **state) {
    const struct nf_element elements[] = {{.key = bytes("\x0a", 1)}, {.flags = 2}};
    const struct nf_expr exprs[] = {LOAD_ADDRESS(REG), LOAD_PORT(REG + 1),
                                    look_up(NF_REGISTER_NONE), to_first[0], to_first[1]};
    const struct nf_rule rule = rule_of(0, exprs, COUNT(exprs));
    (void)state;
    set_elements(8, 0, elements, COUNT(elements));
    set_rules(0, &rule, 1);
    expect("");
}

// --- Shares --------------------------------------------------------------------------------------

// numgen random mod 3 vmap { 0 : goto first, 1 : goto second, 2 : goto second }
static void test_drawn_numbers(void **state) {
    const struct nf_element elements[] = {
        {.has_verdict = true, .verdict = {.code = NF_VERDICT_GOTO, .chain = &chains[1]}},
        {.has_verdict = true, .verdict = {.code = NF_VERDICT_GOTO, .chain = &chains[2]}},
        {.has_verdict = true, .verdict = {.code = NF_VERDICT_GOTO, .chain = &chains[2]}}};
    const struct nf_expr draw = {.kind = NF_EXPR_NUMGEN,
                                 .numgen = {.type = 1, .modulus = 3, .destination = REG}};
    const struct nf_expr exprs[] = {draw, look_up(NF_REGISTER_VERDICT)};
    const struct nf_expr to_second[] = {immediate(REG, "\x0a\0\0\x02", 4), DNAT(&to_one)};
    const struct nf_rule rules[] = {rule_of(0, exprs, COUNT(exprs)),
                                    rule_of(1, to_first, COUNT(to_first)),
                                    rule_of(2, to_second, COUNT(to_second))};
    (void)state;
    set_elements(4, ANONYMOUS | MAP, elements, COUNT(elements));
    for (size_t i = 0; i < 3; i++)
        set_rules(i, &rules[i], 1);
    expect(" -> 10.0.0.1:0 0.333 10.0.0.2:0 0.333 10.0.0.2:0 0.333\n");
}

static struct { struct xt_nat nat; } far;

// Each rule takes its part of what those before it left: 1/4, 1/3 of the rest, all of the rest.
static void test_chain_of_probabilities(void **state) {
    static const struct xt_statistic_info quarter = {.mode = XT_STATISTIC_MODE_RANDOM,
                                                     .u.random.probability = 0x20000000};
    static const struct xt_statistic_info third = {.mode = XT_STATISTIC_MODE_NTH,
                                                   .u.nth = {.every = 2}};
    static const struct nf_ipt_entry entry = {
        .destination = {10, 96, 0, 10}, .destination_mask = {255, 255, 255, 255}, .protocol = 6};
    static const struct nf_ipt_entry any = {.protocol = 0};
    const struct nf_xt match4 = {.name = "statistic", .info = &quarter},
                       match3 = {.name = "statistic", .info = &third};
    struct xt_nat nats[3] = {{.flags = NF_NAT_RANGE_MAP_IPS},
                             {.flags = NF_NAT_RANGE_MAP_IPS},
                             {.flags = NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PROTO_SPECIFIED,
                              .port_min = 8080,
                              .port_max = 8080}};
    struct nf_xt targets[3];
    for (size_t i = 0; i < 3; i++) {
        uint8_t address[4] = {10, 0, 0, (uint8_t)(i + 1)};
        memcpy(nats[i].address_min, address, 4);
        memcpy(nats[i].address_max, address, 4);
        targets[i] = (struct nf_xt){.name = "DNAT", .info = &nats[i]};
    }
    const struct nf_expr jump[] = {
        {.kind = NF_EXPR_IPT_ENTRY, .entry = &entry},
        {.kind = NF_EXPR_VERDICT,
         .verdict = {.code = NF_VERDICT_JUMP, .chain = &chains[1], .chain_name = "first"}}};
    const struct nf_expr one[] = {{.kind = NF_EXPR_IPT_ENTRY, .entry = &any},
                                  {.kind = NF_EXPR_XT_MATCH, .xt = &match4},
                                  {.kind = NF_EXPR_XT_TARGET, .xt = &targets[0]}};
    const struct nf_expr two[] = {{.kind = NF_EXPR_IPT_ENTRY, .entry = &any},
                                  {.kind = NF_EXPR_XT_MATCH, .xt = &match3},
                                  {.kind = NF_EXPR_XT_TARGET, .xt = &targets[1]}};
    const struct nf_expr rest[] = {{.kind = NF_EXPR_IPT_ENTRY, .entry = &any},
                                   {.kind = NF_EXPR_XT_TARGET, .xt = &targets[2]}};
    const struct nf_rule entered = rule_of(0, jump, COUNT(jump));
    const struct nf_rule shared[] = {rule_of(1, one, COUNT(one)), rule_of(1, two, COUNT(two)),
                                     rule_of(1, rest, COUNT(rest))};
    (void)state;
    table.syntax = NF_SYNTAX_IPTABLES;
    set_rules(0, &entered, 1);
    set_rules(1, shared, COUNT(shared));
    expect("10.96.0.10/32 proto 6 -> 10.0.0.1:0 0.250 10.0.0.2:0 0.250 10.0.0.3:8080 0.500\n");
}

// -m multiport --dports 80,8000:8002 -j DNAT --to-destination 10.0.0.9-10.0.0.10
static void test_lists_of_ports_and_ranges_of_addresses(void **state) {
    static const struct xt_multiport_v1 ports = {.flags = XT_MULTIPORT_DESTINATION,
                                                 .count = 3,
                                                 .ports = {80, 8000, 8002},
                                                 .pflags = {0, 1, 0}};
    static const struct nf_ipt_entry tcp = {.protocol = 6};
    const struct nf_xt match = {.name = "multiport", .info = &ports};
    (void)state;
    far.nat.flags = NF_NAT_RANGE_MAP_IPS;
    memcpy(far.nat.address_min, "\x0a\0\0\x09", 4);
    memcpy(far.nat.address_max, "\x0a\0\0\x0a", 4);
    const struct nf_xt target = {.name = "DNAT", .info = &far.nat};
    const struct nf_expr exprs[] = {{.kind = NF_EXPR_IPT_ENTRY, .entry = &tcp},
                                    {.kind = NF_EXPR_XT_MATCH, .xt = &match},
                                    {.kind = NF_EXPR_XT_TARGET, .xt = &target}};
    const struct nf_rule rule = rule_of(0, exprs, COUNT(exprs));
    set_rules(0, &rule, 1);
    expect(" proto 6 port 80-80 -> 10.0.0.9:0 0.500 10.0.0.10:0 0.500\n"
           " proto 6 port 8000-8002 -> 10.0.0.9:0 0.500 10.0.0.10:0 0.500\n");
}

// Chains that lead to themselves and to nothing.
static void test_circle(void **state) {
    const struct nf_expr to_second[] = {
        LOAD_PORT(REG),
        {.kind = NF_EXPR_CMP, .cmp = {.op = 0, .source = REG, .data = bytes("\0\x50", 2)}},
        {.kind = NF_EXPR_VERDICT, .verdict = {.code = NF_VERDICT_JUMP, .chain = &chains[2]}}};
    const struct nf_expr on[] = {
        {.kind = NF_EXPR_VERDICT, .verdict = {.code = NF_VERDICT_JUMP, .chain = &chains[2]}}};
    const struct nf_rule rules[] = {rule_of(0, to_second, COUNT(to_second)), rule_of(2, on, 1),
                                    rule_of(2, on, 1)};
    (void)state;
    set_rules(0, rules, 1);
    set_rules(2, rules + 1, 2);
    expect("");
}

int main(void) {
#define TEST(function) cmocka_unit_test_setup(function, setup)
    const struct CMUnitTest tests[] = {
        TEST(test_set_of_ports),
        TEST(test_intervals_of_addresses),
        TEST(test_interval_without_end),
        TEST(test_concatenated_intervals_to_a_chain),
        TEST(test_map_of_backends),
        TEST(test_named_map),
        TEST(test_short_keys),
        TEST(test_drawn_numbers),
        TEST(test_chain_of_probabilities),
        TEST(test_lists_of_ports_and_ranges_of_addresses),
        TEST(test_circle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
