// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/xtables.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "ruleset/nf_expr.h"

#define RULES_MAX 4

// A table of one chain, whose rules have a match each.
struct fixture {
    struct nf_table table;
    struct nf_chain chain;
    struct nf_rule rules[RULES_MAX];
    struct nf_expr exprs[RULES_MAX];
    struct nf_xt xts[RULES_MAX];
    struct nf_foreign_xt foreign[RULES_MAX];
};

static int set_up(void **state) {
    static struct fixture f;
    memset(&f, 0, sizeof(f));
    f.table.family = NF_FAMILY_IP;
    f.table.chains = &f.chain;
    f.table.chain_count = 1;
    f.chain.rules = f.rules;
    *state = &f;
    xtables_set_program(getenv("NETSCOPE"));
    return 0;
}

static int tear_down(void **state) {
    struct fixture *f = *state;
    arena_done(&f->table.arena);
    xtables_set_program(NULL);
    return 0;
}

static void add_rule(struct fixture *f, const char *name, uint8_t revision, const char *info) {
    size_t i = f->chain.rule_count++;
    assert_true(i < RULES_MAX);
    f->foreign[i].raw = (struct nf_data){(const uint8_t *)info, (uint32_t)strlen(info)};
    f->xts[i] = (struct nf_xt){.name = name, .revision = revision, .foreign = &f->foreign[i]};
    f->exprs[i] = (struct nf_expr){.kind = NF_EXPR_XT_MATCH, .xt = &f->xts[i]};
    f->rules[i].exprs = &f->exprs[i];
    f->rules[i].expr_count = 1;
    f->rules[i].unknown_count = 1;
}

// None is left, not even as a zombie.
static void add_texts(struct fixture *f) {
    assert_int_equal(xtables_add_texts(&f->table), 0);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static void test_a_library_prints(void **state) {
    struct fixture *f = *state;
    add_rule(f, "nsfake", 2, "p!");
    add_rule(f, "nsfake", 2, "p~");
    add_rule(f, "nsfake", 2, "no options");
    add_texts(f);
    assert_string_equal(f->foreign[0].text, "nsfake --number 33");
    assert_string_equal(f->foreign[1].text, "nsfake --number 126");
    assert_string_equal(f->foreign[2].text, "nsfake");
}

static void test_what_no_library_knows(void **state) {
    struct fixture *f = *state;
    add_rule(f, "nosuch", 2, "p!");
    add_rule(f, "nsfake", 1, "p!"); // another revision
    add_rule(f, "../nsfake", 2, "p!");
    add_rule(f, "nsfake", 2, ""); // too short
    add_texts(f);
    for (size_t i = 0; i < 4; i++)
        assert_null(f->foreign[i].text);
}

static void test_a_library_fails(void **state) {
    static const char *const infos[] = {"m!", "e!", "x!", "k!", "h!"};
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof(infos) / sizeof(infos[0]); i++) {
        set_up(state);
        add_rule(f, "nsfake", 2, "p!");
        add_rule(f, "nsfake", 2, infos[i]);
        add_rule(f, "nsfake", 2, "p!");
        add_texts(f);
        assert_string_equal(f->foreign[0].text, "nsfake --number 33");
        assert_null(f->foreign[1].text);
        assert_null(f->foreign[2].text); // it has ended
        tear_down(state);
    }
}

static void test_a_text_is_too_long(void **state) {
    struct fixture *f = *state;
    add_rule(f, "nsfake", 2, "l!");
    add_rule(f, "nsfake", 2, "p!");
    add_texts(f);
    assert_null(f->foreign[0].text);
    assert_string_equal(f->foreign[1].text, "nsfake --number 33");
}

static void test_control_characters_are_written_out(void **state) {
    struct fixture *f = *state;
    add_rule(f, "nsfake", 2, "c!");
    add_rule(f, "nsfake", 2, "s!");
    add_texts(f);
    assert_string_equal(f->foreign[0].text, "nsfake --name \"a\\x1b[2Jb\\x0ac\"");
    assert_string_equal(f->foreign[1].text, "nsfake");
}

// If it were run, it would fail.
static void test_nothing_is_run_without_need(void **state) {
    struct fixture *f = *state;
    add_rule(f, "nsfake", 2, "p!");
    xtables_set_program("/nonexistent");
    add_texts(f);
    assert_null(f->foreign[0].text);
    xtables_set_program(NULL);
    add_texts(f);
    assert_null(f->foreign[0].text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_library_prints, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_no_library_knows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_library_fails, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_text_is_too_long, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_control_characters_are_written_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nothing_is_run_without_need, set_up, tear_down),
    };
    setenv("XTABLES_LIBDIR", "tests/unit/source", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
