// SPDX-License-Identifier: GPL-2.0-or-later
// Native rules from their expressions to text and JSON: what implies what, what is merged, and that
// nothing is left out of a text that looks whole. What nft itself prints is compared in
// tests/lab/compare_nft.py; here is what nft never makes, or gets wrong.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ruleset/nf_text.h"
#include "ruleset/nft_header.h"
#include "ruleset/nft_key.h"
#include "ruleset/nft_type.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define REG          NF_REGISTER_FIRST // NFT_REG_1

static struct nf_data bytes(const char *text, uint32_t length) {
    return (struct nf_data){(const uint8_t *)text, length};
}

static struct nf_expr meta(uint32_t key) {
    return (struct nf_expr){.kind = NF_EXPR_META, .meta = {.key = key, .reg = REG}};
}

static struct nf_expr payload(uint32_t base, uint32_t offset, uint32_t length) {
    return (struct nf_expr){
        .kind = NF_EXPR_PAYLOAD,
        .payload = {.base = base, .offset = offset, .length = length, .reg = REG}};
}

enum { EQ, NEQ, LT, LTE, GT, GTE };

static struct nf_expr cmp(uint32_t op, const char *text, uint32_t length) {
    return (struct nf_expr){.kind = NF_EXPR_CMP,
                            .cmp = {.op = op, .source = REG, .data = bytes(text, length)}};
}

static const struct nf_expr accept_it = {.kind = NF_EXPR_VERDICT,
                                         .verdict = {.code = NF_VERDICT_ACCEPT}};

static void check_rule(uint8_t family, const struct nf_expr *exprs, size_t count, const char *text,
                       const char *json) {
    const struct nf_text_options options = {0};
    struct nf_table table = {.family = family, .name = "t"};
    const struct nf_chain chain = {.table = &table, .name = "c"};
    const struct nf_rule rule = {.chain = &chain, .exprs = exprs, .expr_count = (uint32_t)count};
    struct buffer buffer = BUFFER_INIT;
    nft_rule_format(&rule, &options, &buffer);
    assert_string_equal(buffer_text(&buffer), text);
    if (json) {
        buffer_clear(&buffer);
        nft_rule_json(&rule, &buffer);
        assert_string_equal(buffer_text(&buffer), json);
    }
    assert_int_equal(nft_rule_is_understood(&rule), text[0] != '[');
    buffer_done(&buffer);
}

#define CHECK(family, text, json, ...)                       \
    do {                                                     \
        const struct nf_expr exprs[] = {__VA_ARGS__};        \
        check_rule(family, exprs, COUNT(exprs), text, json); \
    } while (0)

static void test_implied_match_is_removed(void **state) {
    (void)state;
    CHECK(NF_FAMILY_INET, "tcp dport 22 accept",
          "[{\"match\":{\"op\":\"==\",\"left\":{\"payload\":{\"protocol\":\"tcp\",\"field\":"
          "\"dport\"}},\"right\":22}},{\"accept\":null}]",
          meta(NFT_META_KEY_L4PROTO), cmp(EQ, "\x06", 1), payload(2, 2, 2), cmp(EQ, "\0\x16", 2),
          accept_it);
}

static void test_what_stands_before_a_counter_stays(void **state) {
    (void)state;
    const struct nf_expr counter = {.kind = NF_EXPR_COUNTER};
    CHECK(NF_FAMILY_IP, "meta l4proto tcp counter packets 0 bytes 0 tcp dport 22", NULL,
          meta(NFT_META_KEY_L4PROTO), cmp(EQ, "\x06", 1), counter, payload(2, 2, 2),
          cmp(EQ, "\0\x16", 2));
}

static void test_one_load_of_several_fields(void **state) {
    (void)state;
    CHECK(NF_FAMILY_IP, "tcp sport 1 tcp dport 22", NULL, meta(NFT_META_KEY_L4PROTO),
          cmp(EQ, "\x06", 1), payload(2, 0, 4), cmp(EQ, "\0\x01\0\x16", 4));
    // Not equal to both is not the same as not equal to each.
    CHECK(NF_FAMILY_IP, "meta l4proto tcp @th,0,32 != 0x10016", NULL, meta(NFT_META_KEY_L4PROTO),
          cmp(EQ, "\x06", 1), payload(2, 0, 4), cmp(NEQ, "\0\x01\0\x16", 4));
}

static void test_short_load_is_a_prefix(void **state) {
    (void)state;
    CHECK(NF_FAMILY_IP, "ip saddr 10.0.0.0/8", NULL, payload(1, 12, 1), cmp(EQ, "\x0a", 1));
    // Half a port is no prefix.
    CHECK(NF_FAMILY_IP, "meta l4proto tcp @th,16,8 0x1", NULL, meta(NFT_META_KEY_L4PROTO),
          cmp(EQ, "\x06", 1), payload(2, 2, 1), cmp(EQ, "\x01", 1));
}

static void test_two_comparisons_of_one_field_are_a_range(void **state) {
    (void)state;
    CHECK(NF_FAMILY_IP, "ip ttl 5-9", NULL, payload(1, 8, 1), cmp(GTE, "\x05", 1),
          cmp(LTE, "\x09", 1));
    CHECK(NF_FAMILY_IP, "ip ttl >= 5 ip protocol <= igp", NULL, payload(1, 8, 1),
          cmp(GTE, "\x05", 1), payload(1, 9, 1), cmp(LTE, "\x09", 1));
}

static void test_names_that_only_begin(void **state) {
    (void)state;
    CHECK(NF_FAMILY_IP, "iifname \"eth*\"", NULL, meta(6), cmp(EQ, "eth", 3));
    CHECK(NF_FAMILY_IP, "iifname \"eth\\*\"", NULL, meta(6),
          cmp(EQ, "eth*\0\0\0\0\0\0\0\0\0\0\0\0", 16));
}

static void test_nothing_is_lost(void **state) {
    (void)state;
    // what is loaded and never looked at
    CHECK(NF_FAMILY_IP, "[ payload load 1b @ nh + 8 => reg 4 ] [ immediate: accept ]",
          "[{\"raw\":\"[ payload load 1b @ nh + 8 => reg 4 ]\"},"
          "{\"raw\":\"[ immediate: accept ]\"}]",
          payload(1, 8, 1), accept_it);
    // what was never loaded
    CHECK(NF_FAMILY_IP, "[ cmp eq reg 4 0x05 ]", NULL, cmp(EQ, "\x05", 1));
    // a key of a newer kernel
    CHECK(NF_FAMILY_IP, "[ meta key 99 => reg 4 ] [ cmp eq reg 4 0x05 ]", NULL, meta(99),
          cmp(EQ, "\x05", 1));
    // an expression of a newer kernel
    const struct nf_unknown unknown = {.name = "warp", .raw = bytes("\x01\xff", 2)};
    CHECK(NF_FAMILY_IP, "[ warp 0x01ff ]", NULL,
          (struct nf_expr){.kind = NF_EXPR_UNKNOWN, .unknown = &unknown});
    // a verdict that rules do not give
    CHECK(NF_FAMILY_IP, "[ immediate: unknown verdict value 77 ]", NULL,
          (struct nf_expr){.kind = NF_EXPR_VERDICT, .verdict = {.code = 77}});
    // a limit that nft has no word for
    const struct nf_limit limit = {.rate = 5, .unit = 7};
    CHECK(NF_FAMILY_IP, "[ limit: limit rate 5/7s ]", NULL,
          (struct nf_expr){.kind = NF_EXPR_LIMIT, .limit = &limit});
}

static void test_mask_that_takes_bits_of_the_value(void **state) {
    (void)state;
    const struct nf_bitwise mask = {.length = 4,
                                    .source = REG,
                                    .source2 = NF_REGISTER_NONE,
                                    .destination = REG,
                                    .mask = bytes("\xff\xff\0\0", 4),
                                    .xor = bytes("\0\0\0\0", 4)};
    const struct nf_expr masked = {.kind = NF_EXPR_BITWISE, .bitwise = &mask};
    CHECK(NF_FAMILY_IP, "ip saddr 10.1.0.0/16", NULL, payload(1, 12, 4), masked,
          cmp(EQ, "\x0a\x01\0\0", 4));
    // It can never match; the prefix could.
    CHECK(NF_FAMILY_IP, "ip saddr & 255.255.0.0 == 10.1.0.5", NULL, payload(1, 12, 4), masked,
          cmp(EQ, "\x0a\x01\0\x05", 4));
}

static void test_registers_of_32_bits(void **state) {
    (void)state;
    const struct nf_set set = {.name = "pairs", .key_length = 8};
    struct nf_expr port = payload(2, 2, 2);
    port.payload.reg = REG + 1;
    CHECK(NF_FAMILY_IP, "ip saddr . th dport != @pairs", NULL, payload(1, 12, 4), port,
          (struct nf_expr){.kind = NF_EXPR_LOOKUP,
                           .lookup = {.set_name = "pairs",
                                      .set = &set,
                                      .source = REG,
                                      .destination = NF_REGISTER_NONE,
                                      .inverted = true}});
}

// --- Sets ----------------------------------------------------------------------------------------

static void check_element(const struct nf_set *set, size_t i, const char *text) {
    struct buffer buffer = BUFFER_INIT;
    nft_element_format(set, &set->elements[i], &buffer);
    assert_string_equal(buffer_text(&buffer), text);
    buffer_done(&buffer);
}

static void test_interval_ends_where_its_neighbour_says(void **state) {
    (void)state;
    // as the kernel gives them: from the last to the first
    const struct nf_element elements[] = {
        {.key = bytes("\xc0\xa8\0\0", 4)},
        {.key = bytes("\x0b\0\0\0", 4), .flags = 1},
        {.key = bytes("\x0a\0\0\0", 4), .comment = "ten"},
    };
    const struct nf_set set = {.flags = 4,
                               .key_type = NFT_TYPE_IPADDR,
                               .key_length = 4,
                               .elements = elements,
                               .element_count = COUNT(elements)};
    check_element(&set, 2, "10.0.0.0/8 comment \"ten\"");
    check_element(&set, 0, "192.168.0.0-255.255.255.255");
}

static void test_types_of_a_concatenation(void **state) {
    (void)state;
    const struct nf_set set = {.flags = 8,
                               .key_type = NFT_TYPE_IPADDR << 6 | NFT_TYPE_INET_SERVICE,
                               .key_length = 8,
                               .data_type = 0xffffff00,
                               .data_length = 16};
    struct buffer buffer = BUFFER_INIT;
    nft_type_format(&set, false, &buffer);
    buffer_puts(&buffer, " : ");
    nft_type_format(&set, true, &buffer);
    assert_string_equal(buffer_text(&buffer), "ipv4_addr . inet_service : verdict");
    buffer_done(&buffer);
}

static void test_key_of_an_unknown_type(void **state) {
    (void)state;
    const struct nf_element element = {.key = bytes("\x01\x02", 2)};
    const struct nf_set set = {
        .key_type = 63, .key_length = 2, .elements = &element, .element_count = 1};
    check_element(&set, 0, "0x102");
}

static void test_priorities_by_name(void **state) {
    static const struct {
        uint8_t family;
        uint32_t hook;
        int32_t value;
        const char *text;
    } cases[] = {
        {NF_FAMILY_IP, NF_HOOK_PREROUTING, -100, "dstnat"},
        {NF_FAMILY_IP, NF_HOOK_OUTPUT, -100, "-100"},
        {NF_FAMILY_INET, NF_HOOK_INPUT, 10, "filter + 10"},
        {NF_FAMILY_INET, NF_HOOK_INPUT, 11, "11"},
        {NF_FAMILY_IP6, NF_HOOK_POSTROUTING, 95, "srcnat - 5"},
        {NF_FAMILY_BRIDGE, NF_HOOK_INPUT, -200, "filter"},
        {NF_FAMILY_NETDEV, 0, -150, "-150"},
        {NF_FAMILY_IP, NF_HOOK_INPUT, INT32_MIN, "-2147483648"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buffer buffer = BUFFER_INIT;
        nft_priority_format(cases[i].family, cases[i].hook, cases[i].value, &buffer);
        assert_string_equal(buffer_text(&buffer), cases[i].text);
        buffer_done(&buffer);
    }
}

// --- The tables ----------------------------------------------------------------------------------

static void test_fields_have_types(void **state) {
    (void)state;
    for (uint32_t number = 1; number < 18; number++) {
        const struct nft_header *header = nft_header_by_number(number);
        assert_non_null(header);
        for (size_t i = 0; i < header->field_count; i++) {
            const struct nft_type *type = nft_type(header->fields[i].type);
            assert_non_null(type);
            if (type->bits)
                assert_int_equal(type->bits, header->fields[i].bits);
        }
    }
}

static void test_keys_have_types(void **state) {
    const struct nft_key *(*const lists[])(uint32_t) = {nft_meta_key,   nft_ct_key,   nft_rt_key,
                                                        nft_socket_key, nft_xfrm_key, nft_fib_key};
    (void)state;
    for (size_t i = 0; i < COUNT(lists); i++) {
        for (uint32_t number = 0; number < 64; number++) {
            const struct nft_key *key = lists[i](number);
            if (key && key->bits)
                assert_non_null(nft_type(key->type));
        }
        assert_null(lists[i](UINT32_MAX));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_implied_match_is_removed),
        cmocka_unit_test(test_what_stands_before_a_counter_stays),
        cmocka_unit_test(test_one_load_of_several_fields),
        cmocka_unit_test(test_short_load_is_a_prefix),
        cmocka_unit_test(test_two_comparisons_of_one_field_are_a_range),
        cmocka_unit_test(test_names_that_only_begin),
        cmocka_unit_test(test_nothing_is_lost),
        cmocka_unit_test(test_mask_that_takes_bits_of_the_value),
        cmocka_unit_test(test_registers_of_32_bits),
        cmocka_unit_test(test_interval_ends_where_its_neighbour_says),
        cmocka_unit_test(test_types_of_a_concatenation),
        cmocka_unit_test(test_key_of_an_unknown_type),
        cmocka_unit_test(test_priorities_by_name),
        cmocka_unit_test(test_fields_have_types),
        cmocka_unit_test(test_keys_have_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
