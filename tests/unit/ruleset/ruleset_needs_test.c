// SPDX-License-Identifier: GPL-2.0-or-later
#include "ruleset/ruleset_needs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/netfilter/xt_CT.h>

#include "ruleset/nf_expr.h"
#include "ruleset/xt_operands.h"

#define TRACKS (RULESET_NEEDS_CONNTRACK | RULESET_NEEDS_DEFRAG)

static unsigned needs_in(uint8_t family, const struct nf_expr *expr) {
    const struct nf_expr exprs[] = {{.kind = NF_EXPR_COUNTER}, *expr};
    const struct nf_rule rules[] = {{.exprs = exprs, .expr_count = 1},
                                    {.exprs = exprs, .expr_count = 2}};
    struct nf_chain chain = {.rules = rules, .rule_count = 2};
    struct nf_table table = {.family = family, .chains = &chain, .chain_count = 1};
    struct nf_table *tables[] = {&table};
    return ruleset_needs(&(struct ruleset){.tables = tables, .table_count = 1});
}

static unsigned needs_of(enum nf_expr_kind kind) {
    return needs_in(NF_FAMILY_IP, &(struct nf_expr){.kind = kind});
}

static unsigned needs_of_xt(enum nf_expr_kind kind, const char *name, const void *info) {
    const struct nf_xt xt = {.name = name, .info = info};
    return needs_in(NF_FAMILY_IP, &(struct nf_expr){.kind = kind, .xt = &xt});
}

static void test_expressions(void **state) {
    (void)state;
    assert_int_equal(needs_of(NF_EXPR_CT), TRACKS);
    assert_int_equal(needs_of(NF_EXPR_MASQ), TRACKS);
    assert_int_equal(needs_of(NF_EXPR_FLOW_OFFLOAD), TRACKS);
    assert_int_equal(needs_of(NF_EXPR_TPROXY), RULESET_NEEDS_DEFRAG);
    assert_int_equal(needs_of(NF_EXPR_NOTRACK), 0);
    assert_int_equal(needs_of(NF_EXPR_META), 0);
}

static void test_extensions(void **state) {
    const struct xt_ct notrack = {.flags = XT_CT_NOTRACK}, zone = {.zone = 3};
    (void)state;
    assert_int_equal(needs_of_xt(NF_EXPR_XT_MATCH, "conntrack", NULL), TRACKS);
    assert_int_equal(needs_of_xt(NF_EXPR_XT_TARGET, "DNAT", NULL), TRACKS);
    assert_int_equal(needs_of_xt(NF_EXPR_XT_TARGET, "CT", &zone), TRACKS);
    assert_int_equal(needs_of_xt(NF_EXPR_XT_TARGET, "CT", &notrack), 0);
    assert_int_equal(needs_of_xt(NF_EXPR_XT_MATCH, "socket", NULL), RULESET_NEEDS_DEFRAG);
    assert_int_equal(needs_of_xt(NF_EXPR_XT_MATCH, "comment", NULL), 0);
}

static void test_bridges(void **state) {
    (void)state;
    assert_int_equal(needs_in(NF_FAMILY_BRIDGE, &(struct nf_expr){.kind = NF_EXPR_CT}),
                     TRACKS | RULESET_NEEDS_BRIDGE_CONNTRACK);
    assert_int_equal(needs_in(NF_FAMILY_BRIDGE, &(struct nf_expr){.kind = NF_EXPR_META}), 0);
}

static void test_objects(void **state) {
    const struct nf_object counter = {.type = NF_OBJECT_COUNTER},
                           helper = {.type = NF_OBJECT_CT_HELPER};
    struct nf_table table = {.family = NF_FAMILY_INET, .objects = &counter, .object_count = 1};
    struct nf_table *tables[] = {&table};
    const struct ruleset ruleset = {.tables = tables, .table_count = 1};
    (void)state;
    assert_int_equal(ruleset_needs(&ruleset), 0);
    table.objects = &helper;
    assert_int_equal(ruleset_needs(&ruleset), TRACKS);
    assert_int_equal(ruleset_needs(&(struct ruleset){.table_count = 0}), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_expressions),
        cmocka_unit_test(test_extensions),
        cmocka_unit_test(test_bridges),
        cmocka_unit_test(test_objects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
