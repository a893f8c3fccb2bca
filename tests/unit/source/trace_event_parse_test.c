// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/trace_event_parse.h"

#include <endian.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <netlink/msg.h>

#include "source/trace_legacy_parse.h"

struct fixture {
    struct nl_msg *message;
    struct arena arena;
    struct trace_event event;
};

static int set_up(void **state) {
    static struct fixture fixture;
    fixture = (struct fixture){0};
    *state = &fixture;
    return 0;
}

static int tear_down(void **state) {
    struct fixture *f = *state;
    nlmsg_free(f->message);
    arena_done(&f->arena);
    return 0;
}

static void begin(struct fixture *f, int subsystem, int type, uint8_t family) {
    const struct nfgenmsg header = {.nfgen_family = family};
    f->message = nlmsg_alloc_simple(subsystem << 8 | type, 0);
    assert_non_null(f->message);
    assert_int_equal(nlmsg_append(f->message, (void *)(uintptr_t)&header, sizeof(header), 4), 0);
}

static void put_number(struct fixture *f, int type, uint32_t number) {
    nla_put_u32(f->message, type, htobe32(number));
}

static void begin_event(struct fixture *f, uint32_t type) {
    begin(f, NFNL_SUBSYS_NFTABLES, NFT_MSG_TRACE, NFPROTO_INET);
    put_number(f, NFTA_TRACE_ID, 7);
    put_number(f, NFTA_TRACE_TYPE, type);
    nla_put_string(f->message, NFTA_TRACE_TABLE, "t");
    nla_put_string(f->message, NFTA_TRACE_CHAIN, "c");
}

static int parse(struct fixture *f) {
    return trace_event_parse(nlmsg_hdr(f->message), &f->arena, &f->event);
}

static void test_rule_with_packet(void **state) {
    static const uint8_t network[20] = {0x45, 0, 0,  60, 1, 2, 0,  0, 64, 17,
                                        0,    0, 10, 0,  0, 1, 10, 0, 0,  2};
    static const uint8_t transport[8] = {0x10, 0, 0, 53, 0, 40, 0, 0};
    struct fixture *f = *state;
    begin_event(f, NFT_TRACETYPE_RULE);
    nla_put_u64(f->message, NFTA_TRACE_RULE_HANDLE, htobe64(0x100000002));
    nla_put(f->message, NFTA_TRACE_NETWORK_HEADER, sizeof(network), network);
    nla_put(f->message, NFTA_TRACE_TRANSPORT_HEADER, sizeof(transport), transport);
    assert_int_equal(parse(f), 0);
    assert_int_equal(f->event.id, 7);
    assert_true(f->event.handle.value == 0x100000002);
    assert_true(f->event.has_header);
    assert_int_equal(f->event.header.ip_id, 0x102);
    assert_int_equal(f->event.header.sport, 0x1000);
    assert_int_equal(f->event.header.dport, 53);
    assert_int_equal(f->event.header.known, PACKET_HAS_PORTS | PACKET_HAS_IP_ID);
}

static void test_fragments_are_told(void **state) {
    static const uint8_t first[20] = {0x45, 0, 5,  0xdc, 0, 9, 0x20, 0, 64, 17,
                                      0,    0, 10, 0,    0, 1, 10,   0, 0,  2};
    struct fixture *f = *state;
    begin_event(f, NFT_TRACETYPE_RULE);
    nla_put(f->message, NFTA_TRACE_NETWORK_HEADER, sizeof(first), first);
    assert_int_equal(parse(f), 0);
    assert_int_equal(f->event.header.known, PACKET_HAS_IP_ID | PACKET_IN_FRAGMENTS);
}

// Of a later fragment of IPv6 the kernel shows its first 20 bytes, as if they were of the
// transport.
static void test_frame_without_addresses(void **state) {
    static const uint8_t link[14] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x86, 0xdd};
    static const uint8_t bytes[20] = {0x60, 1, 2, 3, 0, 40, 44, 64, 0xfd};
    struct fixture *f = *state;
    begin_event(f, NFT_TRACETYPE_RULE);
    nla_put(f->message, NFTA_TRACE_LL_HEADER, sizeof(link), link);
    nla_put(f->message, NFTA_TRACE_TRANSPORT_HEADER, sizeof(bytes), bytes);
    assert_int_equal(parse(f), 0);
    assert_true(f->event.has_header);
    assert_int_equal(f->event.header.src.family, ADDRESS_NONE);
    assert_int_equal(f->event.header.ethertype, 0x86dd);
    assert_memory_equal(f->event.header.start, bytes, sizeof(bytes));
}

static void test_what_is_no_event(void **state) {
    struct fixture *f = *state;
    begin(f, NFNL_SUBSYS_NFTABLES, NFT_MSG_NEWRULE, NFPROTO_INET);
    assert_int_equal(parse(f), -ENOMSG);
    nlmsg_free(f->message);
    begin(f, NFNL_SUBSYS_NFTABLES, NFT_MSG_TRACE, NFPROTO_INET);
    put_number(f, NFTA_TRACE_TYPE, NFT_TRACETYPE_RULE);
    assert_int_equal(parse(f), -EBADMSG); // of no packet
}

// --- Lines of legacy tables ----------------------------------------------------------------------

static int parse_line(struct fixture *f, const char *prefix) {
    nlmsg_free(f->message);
    begin(f, NFNL_SUBSYS_ULOG, NFULNL_MSG_PACKET, NFPROTO_IPV4);
    nla_put_string(f->message, NFULA_PREFIX, prefix);
    return trace_legacy_parse(nlmsg_hdr(f->message), &f->arena, &f->event);
}

static void test_line_of_a_chain_with_colons(void **state) {
    struct fixture *f = *state;
    assert_int_equal(parse_line(f, "TRACE: filter:a:rule:b:policy:12 "), 0);
    assert_true(f->event.legacy);
    assert_string_equal(f->event.table, "filter");
    assert_string_equal(f->event.chain, "a:rule:b");
    assert_int_equal(f->event.type, TRACE_POLICY);
    assert_int_equal(f->event.number.value, 12);
}

static void test_other_lines_are_passed_over(void **state) {
    struct fixture *f = *state;
    assert_int_equal(parse_line(f, "dropped: "), -ENOMSG);
    assert_int_equal(parse_line(f, "TRACE: filter"), -EBADMSG);
    assert_int_equal(parse_line(f, "TRACE: filter:INPUT:other:1 "), -EBADMSG);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_rule_with_packet, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_fragments_are_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_frame_without_addresses, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_no_event, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_line_of_a_chain_with_colons, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_other_lines_are_passed_over, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
