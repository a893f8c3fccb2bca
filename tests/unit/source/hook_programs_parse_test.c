// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel tells of a hook: BPF programs among its functions.
#include "source/hook_programs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>

#include <cmocka.h>

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_hook.h>

#include "source/netlink.h"

static void put_number(struct nl_msg *message, int type, uint32_t number) {
    assert_int_equal(nla_put_u32(message, type, htonl(number)), 0);
}

// As nfnl_hook_dump_one() writes it; type 0: an ordinary function, without information.
static struct nl_msg *hook_message(uint32_t type, const uint32_t *id) {
    const struct nfgenmsg header = {.nfgen_family = NF_FAMILY_IP6, .version = NFNETLINK_V0};
    struct nl_msg *message = netlink_request(0, &header, sizeof(header));
    assert_non_null(message);
    assert_int_equal(nla_put_string(message, NFNLA_HOOK_FUNCTION_NAME, "nf_hook_run_bpf"), 0);
    if (type != 0) {
        struct nlattr *info = nla_nest_start(message, NFNLA_HOOK_CHAIN_INFO);
        put_number(message, NFNLA_HOOK_INFO_TYPE, type);
        struct nlattr *description = nla_nest_start(message, NFNLA_HOOK_INFO_DESC);
        if (id)
            put_number(message, 1, *id);
        nla_nest_end(message, description);
        nla_nest_end(message, info);
    }
    put_number(message, NFNLA_HOOK_HOOKNUM, NF_HOOK_FORWARD);
    put_number(message, NFNLA_HOOK_PRIORITY, (uint32_t)-7);
    return message;
}

static bool parse(uint32_t type, const uint32_t *id, struct hook_program *ret_program) {
    struct nl_msg *message = hook_message(type, id);
    bool is = hook_program_parse(nlmsg_hdr(message), ret_program);
    nlmsg_free(message);
    return is;
}

static void test_a_program(void **state) {
    const uint32_t id = 4711;
    struct hook_program program = {.link = 5};
    (void)state;
    assert_true(parse(2, &id, &program));
    assert_int_equal(program.family, NF_FAMILY_IP6);
    assert_int_equal(program.hook, NF_HOOK_FORWARD);
    assert_int_equal(program.priority, -7);
    assert_int_equal(program.id, 4711);
    assert_int_equal(program.link, 0);
    assert_false(program.elsewhere);
}

static void test_others(void **state) {
    const uint32_t id = 4711;
    struct hook_program program = {.id = 1};
    (void)state;
    assert_false(parse(0, NULL, &program));
    assert_false(parse(1, &id, &program)); // a chain of nftables
    assert_false(parse(2, NULL, &program));
    assert_int_equal(program.id, 1);
}

// Every beginning of a message, in bytes of its own.
static void test_cut_messages(void **state) {
    const uint32_t id = 4711;
    struct nl_msg *message = hook_message(2, &id);
    struct hook_program program;
    size_t whole = nlmsg_hdr(message)->nlmsg_len;
    (void)state;
    for (size_t length = sizeof(struct nlmsghdr); length < whole; length++) {
        struct nlmsghdr *cut = malloc(length);
        assert_non_null(cut);
        memcpy(cut, nlmsg_hdr(message), length);
        cut->nlmsg_len = (uint32_t)length;
        assert_false(hook_program_parse(cut, &program));
        free(cut);
    }
    nlmsg_free(message);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_program),
        cmocka_unit_test(test_others),
        cmocka_unit_test(test_cut_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
