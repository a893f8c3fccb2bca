// SPDX-License-Identifier: GPL-2.0-or-later
#include "ruleset/reference.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"

#define CHAINS 8
#define MANY   20000

// Chains "a" to "h" in one table, each with one rule of as many verdicts as it has jumps.
struct fixture {
    struct nf_table table;
    struct nf_chain chains[CHAINS];
    struct nf_rule rules[CHAINS];
    struct nf_expr exprs[CHAINS][CHAINS];
    struct nf_element elements[CHAINS];
    struct nf_set map;
};

static const char *const names[CHAINS] = {"a", "b", "c", "d", "e", "f", "g", "h"};

static int set_up(void **state) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    fixture->table = (struct nf_table){.name = "t", .chains = fixture->chains};
    for (size_t i = 0; i < CHAINS; i++) {
        fixture->rules[i] =
            (struct nf_rule){.chain = &fixture->chains[i], .exprs = fixture->exprs[i]};
        fixture->chains[i] = (struct nf_chain){.table = &fixture->table,
                                               .name = names[i],
                                               .rules = &fixture->rules[i],
                                               .rule_count = 1,
                                               .rules_read = true};
    }
    *state = fixture;
    return 0;
}

static int tear_down(void **state) {
    free(*state);
    return 0;
}

static struct nf_expr *add_expr(struct fixture *fixture, size_t from) {
    struct nf_rule *rule = &fixture->rules[from];
    return &fixture->exprs[from][rule->expr_count++];
}

static void jump(struct fixture *fixture, size_t from, size_t to) {
    *add_expr(fixture, from) =
        (struct nf_expr){.kind = NF_EXPR_VERDICT, .verdict = {.chain = &fixture->chains[to]}};
}

static void count(struct fixture *fixture, size_t from, uint64_t packets) {
    *add_expr(fixture, from) = (struct nf_expr){.kind = NF_EXPR_COUNTER, .counter = {packets, 0}};
}

static void look_up(struct fixture *fixture, size_t from, size_t to) {
    fixture->elements[0] =
        (struct nf_element){.verdict = {.chain = &fixture->chains[to]}, .has_verdict = true};
    fixture->map = (struct nf_set){
        .table = &fixture->table, .elements = fixture->elements, .element_count = 1};
    *add_expr(fixture, from) =
        (struct nf_expr){.kind = NF_EXPR_LOOKUP,
                         .lookup = {.set = &fixture->map, .destination = NF_REGISTER_VERDICT}};
}

// "a 2 calls" indented by depth; '+' behind what stands elsewhere, '-' behind what is not reached,
// '?' where that is not known, and the packets.
static int write_reference(const struct nf_reference *reference, void *user_data) {
    struct buffer *text = user_data;
    buffer_printf(text, "%*s%s", (int)reference->depth, "", reference->chain->name);
    if (reference->caller)
        buffer_printf(text, " %u", reference->calls);
    if (reference->counted)
        buffer_printf(text, " (%llu)", (unsigned long long)reference->packets);
    buffer_puts(text, reference->repeated ? "+" : "");
    buffer_puts(text, reference->reach == NF_REACH_NO        ? "-"
                      : reference->reach == NF_REACH_UNKNOWN ? "?"
                                                             : "");
    buffer_putc(text, '\n');
    return 0;
}

static void expect(struct fixture *fixture, size_t chains, const char *expected) {
    struct buffer text = BUFFER_INIT;
    fixture->table.chain_count = chains;
    assert_int_equal(nf_reference_find(&fixture->table, write_reference, &text), 0);
    assert_string_equal(buffer_text(&text), expected);
    buffer_done(&text);
}

static void test_a_tree_from_base_chains(void **state) {
    struct fixture *fixture = *state;
    fixture->chains[2].is_base = true;
    jump(fixture, 2, 0);
    jump(fixture, 2, 1);
    jump(fixture, 2, 0);
    jump(fixture, 1, 3);
    expect(fixture, 4, "c\n a 2\n b 1\n  d 1\n");
}

static void test_what_stands_elsewhere_is_not_repeated(void **state) {
    struct fixture *fixture = *state;
    fixture->chains[0].is_base = fixture->chains[1].is_base = true;
    jump(fixture, 0, 2);
    jump(fixture, 1, 2);
    jump(fixture, 2, 3);
    expect(fixture, 4, "a\n c 1\n  d 1\nb\n c 1+\n");
}

static void test_chains_that_are_never_reached(void **state) {
    struct fixture *fixture = *state;
    fixture->chains[0].is_base = true;
    jump(fixture, 0, 1);
    jump(fixture, 2, 3);
    expect(fixture, 4, "a\n b 1\nc-\n d 1-\n");
    fixture->table.flags = 1; // dormant
    expect(fixture, 4, "a-\n b 1-\nc-\n d 1-\n");
}

static void test_circles_end(void **state) {
    struct fixture *fixture = *state;
    jump(fixture, 0, 1);
    jump(fixture, 1, 2);
    jump(fixture, 2, 0);
    jump(fixture, 2, 2);
    expect(fixture, 3, "a-\n b 1-\n  c 1-\n   a 1+-\n   c 1+-\n");
}

static void test_maps_lead_to_chains(void **state) {
    struct fixture *fixture = *state;
    fixture->chains[0].is_base = true;
    look_up(fixture, 0, 1);
    fixture->map.elements_read = true;
    expect(fixture, 3, "a\n b 1\nc-\n");
}

static void test_what_was_not_read_leaves_it_open(void **state) {
    struct fixture *fixture = *state;
    fixture->chains[0].is_base = true;
    look_up(fixture, 0, 1);
    expect(fixture, 3, "a\n b 1\nc?\n");
    // A map that only unreached rules look into says nothing.
    fixture->chains[0].is_base = false;
    fixture->chains[2].is_base = true;
    expect(fixture, 3, "c\na-\n b 1-\n");
    fixture->chains[2].rules_read = false;
    expect(fixture, 3, "c\na?\n b 1?\n");
}

static void test_counters_of_calls(void **state) {
    struct fixture *fixture = *state;
    fixture->chains[0].is_base = true;
    count(fixture, 0, 7);
    jump(fixture, 0, 1);
    jump(fixture, 1, 2);
    expect(fixture, 3, "a\n b 1 (7)\n  c 1\n");
}

static int count_rows(const struct nf_reference *reference, void *user_data) {
    size_t *rows = user_data;
    (void)reference;
    ++*rows;
    return *rows == MANY / 2 ? -ECANCELED : 0;
}

// A way through 20,000 chains, which no kernel makes, needs no stack; and who takes can stop.
static void test_a_long_way(void **state) {
    struct nf_chain *chains = calloc(MANY, sizeof(*chains));
    struct nf_rule *rules = calloc(MANY, sizeof(*rules));
    struct nf_expr *exprs = calloc(MANY, sizeof(*exprs));
    const struct nf_table table = {.chains = chains, .chain_count = MANY};
    uint8_t *reach;
    size_t rows = 0;
    (void)state;
    for (size_t i = 0; i < MANY; i++) {
        exprs[i] = (struct nf_expr){.kind = NF_EXPR_VERDICT,
                                    .verdict = {.chain = &chains[i + 1 < MANY ? i + 1 : 0]}};
        rules[i] = (struct nf_rule){.chain = &chains[i], .exprs = &exprs[i], .expr_count = 1};
        chains[i] = (struct nf_chain){.name = "x",
                                      .rules = &rules[i],
                                      .rule_count = 1,
                                      .rules_read = true,
                                      .is_base = i == 0};
    }
    assert_int_equal(nf_reference_find(&table, count_rows, &rows), -ECANCELED);
    assert_int_equal(rows, MANY / 2);
    assert_int_equal(nf_reach_find(&table, &reach), 0);
    assert_int_equal(reach[MANY - 1], NF_REACH_YES);
    free(reach);
    free(chains);
    free(rules);
    free(exprs);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_a_tree_from_base_chains),
        TEST(test_what_stands_elsewhere_is_not_repeated),
        TEST(test_chains_that_are_never_reached),
        TEST(test_circles_end),
        TEST(test_maps_lead_to_chains),
        TEST(test_what_was_not_read_leaves_it_open),
        TEST(test_counters_of_calls),
        cmocka_unit_test(test_a_long_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
