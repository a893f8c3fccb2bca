// SPDX-License-Identifier: GPL-2.0-or-later
// The parsers of nf_tables against messages of a real kernel, the seeds of the fuzz target: what
// they come to, cut at every byte, and with attributes that nobody knows.
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ruleset/nf_text.h"
#include "tests/nft_load.h"

struct captured {
    _Alignas(struct nlmsghdr) char bytes[16384];
    size_t length;
};

static void find_corpus(char *path, size_t size, const char *name) {
    const char *source = getenv("srcdir");
    snprintf(path, size, "%s/tests/fuzz/corpus/nft_message/%s", source ? source : ".", name);
}

static void capture(struct captured *captured, const char *name) {
    char path[768];
    find_corpus(path, sizeof(path), name);
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("%s is missing", path);
    captured->length = fread(captured->bytes, 1, sizeof(captured->bytes), file);
    fclose(file);
}

static struct ruleset *load(const char *name) {
    struct captured captured;
    struct ruleset *ruleset;
    capture(&captured, name);
    assert_int_equal(nft_load_messages(captured.bytes, captured.length, &ruleset), 0);
    return ruleset;
}

// The rule of a seed that has one.
static const struct nf_rule *find_rule(const struct ruleset *ruleset) {
    for (size_t i = 0; i < ruleset->table_count; i++) {
        for (size_t k = 0; k < ruleset->tables[i]->chain_count; k++) {
            if (ruleset->tables[i]->chains[k].rule_count > 0)
                return ruleset->tables[i]->chains[k].rules;
        }
    }
    return NULL;
}

static void test_rules(void **state) {
    static const struct {
        const char *name, *text;
    } expected[] = {
        {"rule-ip-meta-cmp-payload-counter-immediate",
         "tcp dport 80 counter packets 12 bytes 1200 accept"},
        {"rule-ip-payload-lookup-verdicts", "ip saddr vmap @verdicts"},
        {"rule-ip-log", "log prefix \"hello \" flags all"},
        {"rule-ip-connlimit-immediate", "ct count over 10 drop"},
        {"rule-ip-payload-dynset-filled-limit-immediate",
         "update @filled { ip saddr timeout 10s limit rate 5/second } accept"},
        {"rule-netdev-immediate-fwd", "fwd to 1"},
        {"rule-ip-notrack", "notrack"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        struct ruleset *ruleset = load(expected[i].name);
        const struct nf_rule *rule = find_rule(ruleset);
        assert_non_null(rule);
        if (!strstr(nf_rule_text(rule), expected[i].text))
            fail_msg("%s: %s", expected[i].name, nf_rule_text(rule));
        ruleset_unref(ruleset);
    }
}

static void test_names_are_found(void **state) {
    struct ruleset *ruleset = load("rule-ip-payload-lookup-verdicts");
    const struct nf_rule *rule = find_rule(ruleset);
    const struct nf_expr *last = &rule->exprs[rule->expr_count - 1];
    (void)state;
    assert_int_equal(last->kind, NF_EXPR_LOOKUP);
    assert_ptr_equal(last->lookup.set, nf_table_set(ruleset->tables[0], "verdicts"));
    assert_int_equal(last->lookup.destination, NF_REGISTER_VERDICT);
    assert_int_equal(last->lookup.set->element_count, 2);
    // In whichever order the kernel's hashes had them.
    const struct nf_element *elements = last->lookup.set->elements;
    size_t jump = elements[0].verdict.code == NF_VERDICT_JUMP ? 0 : 1;
    assert_int_equal(elements[1 - jump].verdict.code, NF_VERDICT_ACCEPT);
    assert_ptr_equal(elements[jump].verdict.chain, nf_table_chain(ruleset->tables[0], "plain"));
    ruleset_unref(ruleset);
}

static void test_parts(void **state) {
    struct ruleset *chain = load("chain-ip-in"), *set = load("set-ip-timed");
    struct ruleset *quota = load("object-volume"), *expectation = load("object-expected");
    (void)state;
    assert_string_equal(chain->tables[0]->comment, "a table");
    assert_string_equal(chain->tables[0]->chains[0].comment, "a chain");
    assert_int_equal(chain->tables[0]->chains[0].priority, -5);
    assert_int_equal(chain->tables[0]->chains[0].policy, NF_VERDICT_DROP);
    assert_int_equal(set->tables[0]->sets[0].timeout, 3600000);
    assert_int_equal(set->tables[0]->sets[0].gc_interval, 10000);
    assert_int_equal(set->tables[0]->sets[0].elements[0].timeout, 5 * 3600000);
    assert_int_equal(quota->tables[0]->objects[0].quota.bytes, 25 * 1024 * 1024);
    assert_int_equal(quota->tables[0]->objects[0].quota.consumed, 3);
    assert_int_equal(expectation->tables[0]->objects[0].ct_expectation.port, 5432);
    assert_int_equal(expectation->tables[0]->objects[0].ct_expectation.timeout, 3600000);
    ruleset_unref(chain);
    ruleset_unref(set);
    ruleset_unref(quota);
    ruleset_unref(expectation);
}

static void test_origin(void **state) {
    struct ruleset *ruleset =
        load("rule-ip-filter-meta-cmp-match-conntrack-comment-payload-counter-target");
    (void)state;
    assert_int_equal(ruleset->tables[0]->syntax, NF_SYNTAX_IPTABLES);
    assert_string_equal(ruleset->tables[0]->manager, "iptables-nft");
    assert_string_equal(find_rule(ruleset)->comment, "a comment");
    ruleset_unref(ruleset);
}

// Each seed is known in full, and its bytes cut anywhere do no harm (a sanitizer looks on).
static void test_all_seeds(void **state) {
    char path[768];
    struct dirent *entry;
    size_t seeds = 0;
    (void)state;
    find_corpus(path, sizeof(path), "");
    DIR *directory = opendir(path);
    assert_non_null(directory);
    while ((entry = readdir(directory))) {
        struct captured captured;
        if (entry->d_name[0] == '.' || strncmp(entry->d_name, "made-", 5) == 0)
            continue;
        struct ruleset *whole = load(entry->d_name);
        const struct nf_rule *rule = find_rule(whole);
        if (rule && rule->unknown_count != 0)
            fail_msg("%s: %u are not known", entry->d_name, rule->unknown_count);
        ruleset_unref(whole);
        capture(&captured, entry->d_name);
        for (size_t length = 0; length < captured.length; length += 3) {
            struct ruleset *ruleset;
            char *cut = malloc(length + 1);
            assert_non_null(cut);
            memcpy(cut, captured.bytes, length);
            nft_load_messages(cut, length, &ruleset);
            ruleset_unref(ruleset);
            free(cut);
        }
        seeds++;
    }
    closedir(directory);
    assert_true(seeds > 90);
}

// A newer kernel's attribute can change what an expression means: it is then kept raw, and counted.
static void test_attribute_that_nobody_knows(void **state) {
    struct captured captured;
    struct ruleset *ruleset;
    (void)state;
    capture(&captured, "rule-ip-notrack");
    // The name of the expression becomes one that has no parser.
    char *name = memmem(captured.bytes, captured.length, "notrack", 8);
    assert_non_null(name);
    memcpy(name, "nosuch!", 8);
    assert_int_equal(nft_load_messages(captured.bytes, captured.length, &ruleset), 0);
    const struct nf_rule *rule = find_rule(ruleset);
    assert_int_equal(rule->unknown_count, 1);
    assert_int_equal(rule->exprs[0].kind, NF_EXPR_UNKNOWN);
    assert_string_equal(rule->exprs[0].unknown->name, "nosuch!");
    ruleset_unref(ruleset);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules),     cmocka_unit_test(test_names_are_found),
        cmocka_unit_test(test_parts),     cmocka_unit_test(test_origin),
        cmocka_unit_test(test_all_seeds), cmocka_unit_test(test_attribute_that_nobody_knows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
