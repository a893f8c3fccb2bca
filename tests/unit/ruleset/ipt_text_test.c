// SPDX-License-Identifier: GPL-2.0-or-later
// Rules of iptables as text and JSON: what iptables-nft writes in nftables' own expressions, what
// is not known, and what iptables has no words for. tests/lab/compare_iptables.py compares with
// iptables itself.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ruleset/nf_text.h"

static struct nf_table table = {
    .family = NF_FAMILY_IP, .syntax = NF_SYNTAX_IPTABLES, .name = "filter"};
static struct nf_chain chain = {.table = &table,
                                .name = "INPUT",
                                .is_base = true,
                                .hook = NF_HOOK_INPUT,
                                .policy = NF_VERDICT_DROP,
                                .counter = {3, 4},
                                .rules_read = true};

#define BYTES(...) \
    { (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}) }
#define META(number)                                               \
    {                                                              \
        .kind = NF_EXPR_META, .meta = {.key = (number), .reg = 4 } \
    }
#define CMP(op_, ...)                                                                       \
    {                                                                                       \
        .kind = NF_EXPR_CMP, .cmp = {.op = (op_), .source = 4, .data = BYTES(__VA_ARGS__) } \
    }
#define LOAD(base_, offset_, length_)         \
    {                                         \
        .kind = NF_EXPR_PAYLOAD, .payload = { \
            .base = (base_),                  \
            .offset = (offset_),              \
            .length = (length_),              \
            .reg = 4                          \
        }                                     \
    }
#define VERDICT(code_)                                         \
    {                                                          \
        .kind = NF_EXPR_VERDICT, .verdict = {.code = (code_) } \
    }

static void assert_text(const struct nf_expr *exprs, size_t count, const char *comment,
                        const char *text) {
    const struct nf_text_options options = {0};
    const struct nf_rule rule = {
        .chain = &chain, .exprs = exprs, .expr_count = (uint32_t)count, .comment = comment};
    struct buffer buffer = BUFFER_INIT;
    ipt_rule_format(&rule, &options, &buffer);
    assert_string_equal(buffer_text(&buffer), text);
    buffer_done(&buffer);
}

#define ASSERT_TEXT(text, ...)                                            \
    do {                                                                  \
        const struct nf_expr exprs[] = {__VA_ARGS__};                     \
        assert_text(exprs, sizeof(exprs) / sizeof(exprs[0]), NULL, text); \
    } while (0)

static void test_nothing(void **state) {
    (void)state;
    assert_text(NULL, 0, NULL, "");
    assert_text(NULL, 0, "in words", "-m comment --comment \"in words\"");
}

static void test_header_in_nft_expressions(void **state) {
    const struct nf_bitwise mask = {.length = 4,
                                    .source = 4,
                                    .destination = 4,
                                    .mask = BYTES(255, 0, 255, 0),
                                    .xor = BYTES(0, 0, 0, 0)};
    (void)state;
    ASSERT_TEXT("-s 10.1.2.3/32", LOAD(1, 12, 4), CMP(0, 10, 1, 2, 3));
    ASSERT_TEXT("! -d 10.1.0.0/16", LOAD(1, 16, 2), CMP(1, 10, 1));
    ASSERT_TEXT("-s 10.0.1.0/255.0.255.0", LOAD(1, 12, 4),
                {.kind = NF_EXPR_BITWISE, .bitwise = &mask}, CMP(0, 10, 0, 1, 0));
    ASSERT_TEXT("-i eth+", META(6), CMP(0, 'e', 't', 'h'));
    ASSERT_TEXT("! -o lo", META(7), CMP(1, 'l', 'o', 0));
    ASSERT_TEXT("! -i +", META(6), CMP(0, 'I', 'N', 'V', 'A', 'L', '/', 'D', 0));
    ASSERT_TEXT("! -p tcp -j DROP", META(16), CMP(1, 6), VERDICT(NF_VERDICT_DROP));
}

static void test_ports_make_one_match(void **state) {
    const struct nf_range range = {.op = 1, .source = 4, .from = BYTES(0, 1), .to = BYTES(3, 255)};
    const struct nf_bitwise mask = {
        .length = 1, .source = 4, .destination = 4, .mask = BYTES(0x12), .xor = BYTES(0)};
    (void)state;
    ASSERT_TEXT("-p tcp -m tcp ! --sport 1:1023 --dport 80 --tcp-flags SYN,ACK SYN", META(16),
                CMP(0, 6), LOAD(2, 13, 1), {.kind = NF_EXPR_BITWISE, .bitwise = &mask}, CMP(0, 2),
                LOAD(2, 0, 2), {.kind = NF_EXPR_RANGE, .range = &range}, LOAD(2, 2, 2),
                CMP(0, 0, 80));
    ASSERT_TEXT("-p udp -m udp --sport 1 --dport 2", META(16), CMP(0, 17), LOAD(2, 0, 4),
                CMP(0, 0, 1, 0, 2));
    ASSERT_TEXT("-p udp -m udp --dport 1024:65535", META(16), CMP(0, 17), LOAD(2, 2, 2),
                CMP(5, 4, 0));
}

static void test_nflog(void **state) {
    const struct nf_log log = {.prefix = "a b",
                               .group = 2,
                               .snaplen = 64,
                               .qthreshold = 3,
                               .has_group = true,
                               .has_snaplen = true};
    (void)state;
    ASSERT_TEXT(
        "-j NFLOG --nflog-prefix \"a b\" --nflog-group 2 --nflog-size 64 --nflog-threshold 3",
        {.kind = NF_EXPR_LOG, .log = &log});
}

static void test_what_iptables_has_no_words_for_is_marked(void **state) {
    const struct nf_text_options options = {.counters = true};
    const struct nf_expr exprs[] = {META(15), CMP(0, 2), VERDICT(NF_VERDICT_ACCEPT)};
    const struct nf_rule rules[] = {{.chain = &chain, .exprs = exprs, .expr_count = 3}};
    struct buffer buffer = BUFFER_INIT;
    (void)state;
    assert_text(exprs, 3, NULL, "-j ACCEPT [nft: meta nfproto ipv4 accept]");
    // A line that iptables-restore would not take is a comment.
    chain.rules = rules;
    chain.rule_count = 1;
    table.chains = &chain;
    table.chain_count = 1;
    ipt_table_format(&table, &options, &buffer);
    assert_string_equal(buffer_text(&buffer),
                        "*filter\n"
                        ":INPUT DROP [3:4]\n"
                        ":FORWARD ACCEPT [0:0]\n"
                        ":OUTPUT ACCEPT [0:0]\n"
                        "# [0:0] -A INPUT -j ACCEPT [nft: meta nfproto ipv4 accept]\n"
                        "COMMIT\n");
    buffer_done(&buffer);
    chain.rule_count = 0;
}

static void test_unknown_extensions_show_their_bytes(void **state) {
    struct nf_foreign_xt some = {.raw = BYTES(0x01, 0xab)}, none = {.text = NULL};
    const struct nf_xt match = {.name = "nosuch", .revision = 3, .foreign = &some};
    const struct nf_xt target = {.name = "NONE", .foreign = &none};
    (void)state;
    ASSERT_TEXT("-m nosuch [unsupported revision 3: 0x01ab] -j NONE [unsupported revision 0]",
                {.kind = NF_EXPR_XT_MATCH, .xt = &match},
                {.kind = NF_EXPR_XT_TARGET, .xt = &target});
}

static void test_libraries_have_texts(void **state) {
    struct nf_foreign_xt known = {.raw = BYTES(0x01, 0xab), .text = "geoip --source-country DE"};
    const struct nf_xt match = {.name = "geoip", .revision = 1, .foreign = &known};
    const struct nf_expr expr = {.kind = NF_EXPR_XT_MATCH, .xt = &match};
    const struct nf_rule rule = {.chain = &chain, .exprs = &expr, .expr_count = 1};
    struct buffer buffer = BUFFER_INIT;
    (void)state;
    ASSERT_TEXT("-m geoip --source-country DE", {.kind = NF_EXPR_XT_MATCH, .xt = &match});
    ipt_rule_json(&rule, &buffer);
    assert_non_null(strstr(buffer_text(&buffer),
                           "{\"match\":{\"name\":\"geoip\",\"revision\":1,\"raw\":\"01ab\","
                           "\"libxtables\":\"geoip --source-country DE\"}}"));
    buffer_done(&buffer);
}

static void test_json(void **state) {
    struct nf_foreign_xt foreign = {.raw = BYTES(0x01, 0xab)};
    const struct nf_xt match = {.name = "nosuch", .revision = 3, .foreign = &foreign};
    const struct nf_expr exprs[] = {
        META(16),
        CMP(1, 6),
        {.kind = NF_EXPR_XT_MATCH, .xt = &match},
        {.kind = NF_EXPR_COUNTER, .counter = {5, 6}},
        {.kind = NF_EXPR_VERDICT, .verdict = {.code = NF_VERDICT_GOTO, .chain_name = "\"X\""}}};
    const struct nf_rule rule = {
        .chain = &chain, .exprs = exprs, .expr_count = sizeof(exprs) / sizeof(exprs[0])};
    struct buffer buffer = BUFFER_INIT;
    (void)state;
    ipt_rule_json(&rule, &buffer);
    assert_string_equal(
        buffer_text(&buffer),
        "[{\"header\":[{\"option\":\"protocol\",\"inverted\":true,\"value\":\"tcp\"}]},"
        "{\"match\":{\"name\":\"nosuch\",\"revision\":3,\"raw\":\"01ab\"}},"
        "{\"counter\":{\"packets\":5,\"bytes\":6}},"
        "{\"goto\":{\"target\":\"\\\"X\\\"\"}}]");
    buffer_done(&buffer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_header_in_nft_expressions),
        cmocka_unit_test(test_ports_make_one_match),
        cmocka_unit_test(test_nflog),
        cmocka_unit_test(test_what_iptables_has_no_words_for_is_marked),
        cmocka_unit_test(test_unknown_extensions_show_their_bytes),
        cmocka_unit_test(test_libraries_have_texts),
        cmocka_unit_test(test_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
