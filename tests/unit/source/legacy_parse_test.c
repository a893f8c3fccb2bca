// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's block of a legacy table: chains, rules, jumps; and blocks that are not whole.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <netinet/in.h>

#include <linux/netfilter/x_tables.h>
#include <linux/netfilter_ipv4/ip_tables.h>

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_hook.h>

#include "source/legacy_bridge.h"
#include "source/legacy_parse.h"
#include "source/netlink.h"
#include "source/protocols.h"

#define HEAD (sizeof(struct ipt_entry))

// A block under construction.
struct block {
    _Alignas(8) uint8_t bytes[8192];
    size_t size;
};

// Adds an entry with the target of that name and data; returns its offset.
static uint32_t add(struct block *block, const char *target, const void *data, size_t size) {
    uint32_t offset = (uint32_t)block->size;
    struct ipt_entry *entry = (void *)(block->bytes + offset);
    struct xt_entry_target *head = (void *)(block->bytes + offset + HEAD);
    size_t target_size = XT_ALIGN(sizeof(*head) + size);
    *entry = (struct ipt_entry){.target_offset = HEAD,
                                .next_offset = (uint16_t)(HEAD + target_size),
                                .counters = {offset, 7}};
    strcpy(head->u.user.name, target);
    head->u.target_size = (uint16_t)target_size;
    memcpy(head->data, data, size);
    block->size += entry->next_offset;
    return offset;
}

static uint32_t add_verdict(struct block *block, int verdict) {
    return add(block, XT_STANDARD_TARGET, &verdict, sizeof(verdict));
}

static uint32_t add_name(struct block *block, const char *name) {
    char padded[XT_FUNCTION_MAXNAMELEN] = "";
    strcpy(padded, name);
    return add(block, XT_ERROR_TARGET, padded, sizeof(padded));
}

// INPUT: a rule that jumps to MINE, one that goes there, one that does nothing, policy DROP; MINE:
// accept.
static struct legacy_info make_table(struct block *block) {
    struct legacy_info info = {
        .family = NF_FAMILY_IP, .name = "filter", .valid_hooks = 1U << NF_HOOK_INPUT};
    memset(block, 0, sizeof(*block));
    info.hook_entry[NF_HOOK_INPUT] = add_verdict(block, 0);
    uint32_t goes = add_verdict(block, 0);
    uint32_t nothing = add_verdict(block, 0);
    info.underflow[NF_HOOK_INPUT] = add_verdict(block, -NF_VERDICT_DROP - 1);
    add_name(block, "MINE");
    int first = (int)add_verdict(block, -NF_VERDICT_ACCEPT - 1);
    add_verdict(block, XT_RETURN);
    add_name(block, "ERROR");
    struct ipt_entry *entry = (void *)(block->bytes + goes);
    entry->ip.flags = IPT_F_GOTO;
    int next = (int)(nothing + entry->next_offset);
    memcpy(block->bytes + HEAD + sizeof(struct xt_entry_target), &first, sizeof(first));
    memcpy(block->bytes + goes + HEAD + sizeof(struct xt_entry_target), &first, sizeof(first));
    memcpy(block->bytes + nothing + HEAD + sizeof(struct xt_entry_target), &next, sizeof(next));
    return info;
}

static void test_chains_and_rules(void **state) {
    struct block block;
    struct nf_table *table = nf_table_new();
    (void)state;
    assert_non_null(table);
    struct legacy_info info = make_table(&block);
    assert_int_equal(legacy_table_parse(&info, block.bytes, block.size, table), 0);
    assert_int_equal(table->chain_count, 2);
    assert_int_equal(table->backend, NF_BACKEND_LEGACY);
    const struct nf_chain *input = nf_table_chain(table, "INPUT");
    const struct nf_chain *mine = nf_table_chain(table, "MINE");
    assert_true(input && input->is_base && input->policy == NF_VERDICT_DROP);
    assert_int_equal(input->hook, NF_HOOK_INPUT);
    assert_int_equal(input->counter.bytes, 7);
    assert_int_equal(input->rule_count, 3);
    assert_true(mine && !mine->is_base);
    assert_int_equal(mine->use, 2);
    assert_int_equal(mine->rule_count, 1);
    assert_int_equal(mine->rules[0].exprs[2].verdict.code, NF_VERDICT_ACCEPT);
    assert_int_equal(input->rules[0].exprs[2].verdict.code, NF_VERDICT_JUMP);
    assert_ptr_equal(input->rules[0].exprs[2].verdict.chain, mine);
    assert_int_equal(input->rules[1].exprs[2].verdict.code, NF_VERDICT_GOTO);
    assert_int_equal(input->rules[2].expr_count, 2);
    assert_int_equal(input->rules[2].number, 3);
    assert_int_equal(input->rules[1].exprs[1].counter.packets, input->rules[1].handle);
    nf_table_unref(table);
}

// Each byte tells, but for those that count.
static void test_digest(void **state) {
    struct block block;
    (void)state;
    make_table(&block);
    uint64_t digest = legacy_digest(NF_FAMILY_IP, block.bytes, block.size);
    uint32_t second = ((struct ipt_entry *)(void *)block.bytes)->next_offset;
    for (size_t i = 0; i < block.size; i++) {
        block.bytes[i] ^= 0x40;
        size_t in_entry = i < second ? i : i - second; // as long as the first
        bool counts = in_entry >= offsetof(struct ipt_entry, counters) &&
                      in_entry < offsetof(struct ipt_entry, counters) + sizeof(struct xt_counters);
        bool same = legacy_digest(NF_FAMILY_IP, block.bytes, block.size) == digest;
        if (i < 2 * second)
            assert_int_equal(same, counts);
        block.bytes[i] ^= 0x40;
    }
    assert_int_equal(legacy_digest(NF_FAMILY_IP, block.bytes, block.size), digest);
}

// Cut at every byte: only the end of the whole is one. Bytes of their own, so that a sanitizer sees
// what reads on.
static void test_cut_blocks_are_malformed(void **state) {
    struct block block;
    (void)state;
    struct legacy_info info = make_table(&block);
    for (size_t size = 1; size < block.size; size++) {
        struct nf_table *table = nf_table_new();
        uint8_t *bytes = malloc(size);
        assert_true(bytes && table);
        memcpy(bytes, block.bytes, size);
        int r = legacy_table_parse(&info, bytes, size, table);
        // Cut between two entries what is left can be a table.
        assert_true(r == -EBADMSG || (r == 0 && table->chain_count > 0));
        free(bytes);
        nf_table_unref(table);
    }
}

static void test_offsets_that_lie_are_malformed(void **state) {
    static const size_t places[] = {offsetof(struct ipt_entry, target_offset),
                                    offsetof(struct ipt_entry, next_offset), HEAD};
    (void)state;
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        for (unsigned value = 0; value <= UINT16_MAX; value += 61) {
            struct block block;
            struct nf_table *table = nf_table_new();
            struct legacy_info info = make_table(&block);
            uint16_t number = (uint16_t)value;
            memcpy(block.bytes + places[i], &number, sizeof(number));
            int r = legacy_table_parse(&info, block.bytes, block.size, table);
            assert_true(r == -EBADMSG || r == 0);
            nf_table_unref(table);
        }
    }
}

static void test_policy_must_stand_at_the_end(void **state) {
    struct block block;
    struct nf_table *table = nf_table_new();
    (void)state;
    assert_non_null(table);
    struct legacy_info info = make_table(&block);
    info.underflow[NF_HOOK_INPUT] += 8;
    assert_int_equal(legacy_table_parse(&info, block.bytes, block.size, table), -EBADMSG);
    nf_table_unref(table);
}

static void test_names_of_protocols(void **state) {
    static const char text[] = "# comment\nip\t0\tIP\ntcp 6 TCP # words\n\nhopopt 0 HOPOPT\n"
                               "gre 47\nbad\nworse -1\nfar 256\nodd 5x\nlast 253";
    const char *names[PROTOCOL_COUNT] = {NULL};
    struct arena arena = ARENA_INIT;
    (void)state;
    assert_int_equal(protocols_parse(text, strlen(text), &arena, names), 0);
    assert_string_equal(names[0], "ip");
    assert_string_equal(names[6], "tcp");
    assert_string_equal(names[47], "gre");
    assert_string_equal(names[253], "last");
    assert_null(names[5]);
    assert_null(names[1]);
    arena_done(&arena);
}

static bool is_hook_of_ebtables(const char *function) {
    const struct nfgenmsg header = {.nfgen_family = NF_FAMILY_BRIDGE};
    struct nl_msg *message = netlink_request(0, &header, sizeof(header));
    assert_non_null(message);
    assert_int_equal(nla_put_string(message, NFNLA_HOOK_MODULE_NAME, "ebt_module"), 0);
    if (function)
        assert_int_equal(nla_put_string(message, NFNLA_HOOK_FUNCTION_NAME, function), 0);
    bool is = legacy_bridge_hook_parse(nlmsg_hdr(message));
    nlmsg_free(message);
    return is;
}

static void test_hooks_of_ebtables(void **state) {
    (void)state;
    assert_true(is_hook_of_ebtables("ebt_do_table"));
    assert_true(is_hook_of_ebtables("ebt_broute"));
    assert_false(is_hook_of_ebtables("nft_do_chain_bridge"));
    assert_false(is_hook_of_ebtables("ebt"));
    assert_false(is_hook_of_ebtables(NULL));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chains_and_rules),
        cmocka_unit_test(test_digest),
        cmocka_unit_test(test_cut_blocks_are_malformed),
        cmocka_unit_test(test_offsets_that_lie_are_malformed),
        cmocka_unit_test(test_policy_must_stand_at_the_end),
        cmocka_unit_test(test_names_of_protocols),
        cmocka_unit_test(test_hooks_of_ebtables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
