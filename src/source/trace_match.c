// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/trace_match.h"

#include <endian.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

#include <linux/if_ether.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_tuple_common.h>
#include <linux/netfilter/nf_tables.h>

#include "source/nft_batch.h"

#define PROTO_UDPLITE 136
#define TCP_FLAGS_AT  13
#define IPV4_SRC_AT   12
#define IPV4_DST_AT   16
#define IPV4_TTL_AT   8
#define IPV6_SRC_AT   8
#define IPV6_DST_AT   24
#define IPV6_TTL_AT   7

// --- Which rules an alternative takes ------------------------------------------------------------

bool trace_match_asks(const struct packet_alternative *alternative, enum packet_selector selector) {
    for (size_t i = 0; i < alternative->count; i++) {
        if (alternative->tests[i].selector == selector)
            return true;
    }
    return false;
}

bool trace_match_tells_flow(const struct packet_alternative *alternative) {
    return trace_match_asks(alternative, PACKET_SRC) || trace_match_asks(alternative, PACKET_DST) ||
           trace_match_asks(alternative, PACKET_SPORT) ||
           trace_match_asks(alternative, PACKET_DPORT);
}

const uint8_t *trace_match_protocols(const struct packet_alternative *alternative) {
    static const uint8_t any[] = {0}, tcp[] = {IPPROTO_TCP, 0},
                         icmp[] = {IPPROTO_ICMP, IPPROTO_ICMPV6, 0},
                         ports[] = {IPPROTO_TCP,  IPPROTO_UDP,   IPPROTO_SCTP,
                                    IPPROTO_DCCP, PROTO_UDPLITE, 0};
    if (trace_match_asks(alternative, PACKET_TCP_FLAGS))
        return tcp;
    if (trace_match_asks(alternative, PACKET_ICMP_TYPE) ||
        trace_match_asks(alternative, PACKET_ICMP_CODE))
        return icmp;
    if (trace_match_asks(alternative, PACKET_SPORT) || trace_match_asks(alternative, PACKET_DPORT))
        return ports;
    return any;
}

const uint8_t *trace_match_families(const struct packet_alternative *alternative) {
    static const uint8_t any[] = {0}, both[] = {ADDRESS_IPV4, ADDRESS_IPV6, 0};
    return trace_match_asks(alternative, PACKET_TTL) ? both : any;
}

// --- Tests ---------------------------------------------------------------------------------------

static void put_number(struct nl_msg *message, uint8_t op, uint32_t number, uint32_t length) {
    const uint32_t be32 = htobe32(number);
    nft_put_cmp(message, op, (const uint8_t *)&be32 + sizeof(be32) - length, length);
}

// Of a frame it is the type that says so: its table's family is none of IP's.
static void put_family(struct nl_msg *message, uint8_t op, uint32_t family, bool of_frame) {
    bool ipv4 = family == ADDRESS_IPV4;
    nft_put_meta(message, of_frame ? NFT_META_PROTOCOL : NFT_META_NFPROTO);
    if (of_frame)
        put_number(message, op, ipv4 ? ETH_P_IP : ETH_P_IPV6, 2);
    else
        put_number(message, op, ipv4 ? NFPROTO_IPV4 : NFPROTO_IPV6, 1);
}

static void put_protocol(struct nl_msg *message, uint8_t op, uint32_t protocol) {
    nft_put_meta(message, NFT_META_L4PROTO);
    put_number(message, op, protocol, 1);
}

// What was loaded is inside the prefix, or is not.
static void put_prefix(struct nl_msg *message, uint8_t op, const struct prefix *prefix) {
    uint8_t mask[16] = {0}, bytes[16];
    uint32_t size = (uint32_t)address_size(&prefix->address);
    for (unsigned bit = 0; bit < prefix->length; bit++)
        mask[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
    for (size_t i = 0; i < size; i++)
        bytes[i] = prefix->address.bytes[i] & mask[i];
    if (prefix->length < size * 8)
        nft_put_mask(message, mask, size);
    nft_put_cmp(message, op, bytes, size);
}

static void put_address(struct nl_msg *message, const struct packet_test *test, bool of_frame) {
    bool ipv4 = test->prefix.address.family == ADDRESS_IPV4, source = test->selector == PACKET_SRC;
    uint32_t offset =
        ipv4 ? (source ? IPV4_SRC_AT : IPV4_DST_AT) : (source ? IPV6_SRC_AT : IPV6_DST_AT);
    put_family(message, NFT_CMP_EQ, test->prefix.address.family, of_frame);
    nft_put_payload(message, NFT_PAYLOAD_NETWORK_HEADER, offset, ipv4 ? 4 : 16);
    put_prefix(message, test->op, &test->prefix);
}

static void put_transport(struct nl_msg *message, const struct packet_test *test, uint32_t offset,
                          uint32_t length) {
    nft_put_payload(message, NFT_PAYLOAD_TRANSPORT_HEADER, offset, length);
    put_number(message, test->op, test->number, length);
}

static void put_tcp_flags(struct nl_msg *message, const struct packet_test *test) {
    const uint8_t bits = (uint8_t)test->number;
    nft_put_payload(message, NFT_PAYLOAD_TRANSPORT_HEADER, TCP_FLAGS_AT, 1);
    nft_put_mask(message, &bits, sizeof(bits));
    nft_put_cmp(message, test->op, &bits, sizeof(bits));
}

// Of the host's byte order, which has no order of bytes: turned before it is compared.
static void put_meta_number(struct nl_msg *message, const struct packet_test *test, uint32_t key) {
    nft_put_meta(message, key);
    nft_put_host_to_network(message, 4);
    put_number(message, test->op, test->number, 4);
}

static void put_interface(struct nl_msg *message, const struct packet_test *test, uint32_t key) {
    char name[IFNAMSIZ] = {0};
    memcpy(name, test->text, strnlen(test->text, sizeof(name) - 1));
    nft_put_meta(message, key);
    nft_put_cmp(message, test->op, name, sizeof(name));
}

static void put_test(struct nl_msg *message, const struct packet_test *test,
                     const struct trace_match *match) {
    switch ((enum packet_selector)test->selector) {
    case PACKET_FAMILY:
        put_family(message, test->op, test->number, match->of_frames);
        break;
    case PACKET_SRC:
    case PACKET_DST:
        put_address(message, test, match->of_frames);
        break;
    case PACKET_PROTO:
        put_protocol(message, test->op, test->number);
        break;
    case PACKET_SPORT:
        put_transport(message, test, 0, 2);
        break;
    case PACKET_DPORT:
        put_transport(message, test, 2, 2);
        break;
    case PACKET_ICMP_TYPE:
        put_transport(message, test, 0, 1);
        break;
    case PACKET_ICMP_CODE:
        put_transport(message, test, 1, 1);
        break;
    case PACKET_TCP_FLAGS:
        put_tcp_flags(message, test);
        break;
    case PACKET_LENGTH:
        put_meta_number(message, test, NFT_META_LEN);
        break;
    case PACKET_TTL:
        nft_put_payload(message, NFT_PAYLOAD_NETWORK_HEADER,
                        match->family == ADDRESS_IPV4 ? IPV4_TTL_AT : IPV6_TTL_AT, 1);
        put_number(message, test->op, test->number, 1);
        break;
    case PACKET_MARK:
        put_meta_number(message, test, NFT_META_MARK);
        break;
    case PACKET_IIF:
        put_interface(message, test, NFT_META_IIFNAME);
        break;
    case PACKET_OIF:
        put_interface(message, test, NFT_META_OIFNAME);
        break;
    case PACKET_NETNS:
        break;
    }
}

static void put_kind(struct nl_msg *message, const struct trace_match *match) {
    if (match->family)
        put_family(message, NFT_CMP_EQ, match->family, match->of_frames);
    if (match->protocol)
        put_protocol(message, NFT_CMP_EQ, match->protocol);
}

void trace_match_put(struct nl_msg *message, const struct trace_match *match) {
    put_kind(message, match);
    for (size_t i = 0; i < match->alternative->count; i++)
        put_test(message, &match->alternative->tests[i], match);
}

// --- The same of the flow that a packet answers --------------------------------------------------

static bool is_of_flow(const struct packet_test *test) {
    return test->selector == PACKET_SRC || test->selector == PACKET_DST ||
           test->selector == PACKET_SPORT || test->selector == PACKET_DPORT ||
           test->selector == PACKET_PROTO || test->selector == PACKET_FAMILY;
}

static void put_flow_address(struct nl_msg *message, const struct packet_test *test) {
    bool ipv4 = test->prefix.address.family == ADDRESS_IPV4, source = test->selector == PACKET_SRC;
    uint32_t key = ipv4 ? (source ? NFT_CT_SRC_IP : NFT_CT_DST_IP)
                        : (source ? NFT_CT_SRC_IP6 : NFT_CT_DST_IP6);
    put_family(message, NFT_CMP_EQ, test->prefix.address.family, false);
    nft_put_ct(message, key, IP_CT_DIR_ORIGINAL);
    put_prefix(message, test->op, &test->prefix);
}

static void put_flow_port(struct nl_msg *message, const struct packet_test *test) {
    uint32_t key = test->selector == PACKET_SPORT ? NFT_CT_PROTO_SRC : NFT_CT_PROTO_DST;
    nft_put_ct(message, key, IP_CT_DIR_ORIGINAL);
    put_number(message, test->op, test->number, 2);
}

static void put_flow_test(struct nl_msg *message, const struct packet_test *test,
                          const struct trace_match *match) {
    if (test->selector == PACKET_SRC || test->selector == PACKET_DST)
        put_flow_address(message, test);
    else if (test->selector == PACKET_SPORT || test->selector == PACKET_DPORT)
        put_flow_port(message, test);
    else
        put_test(message, test, match);
}

static void put_is_reply(struct nl_msg *message) {
    static const uint8_t reply = IP_CT_DIR_REPLY;
    nft_put_ct(message, NFT_CT_DIRECTION, -1);
    nft_put_cmp(message, NFT_CMP_EQ, &reply, sizeof(reply));
}

void trace_match_put_reply(struct nl_msg *message, const struct trace_match *match) {
    put_is_reply(message);
    put_kind(message, match);
    for (size_t i = 0; i < match->alternative->count; i++) {
        if (is_of_flow(&match->alternative->tests[i]))
            put_flow_test(message, &match->alternative->tests[i], match);
    }
}

static uint8_t opposite(uint8_t selector) {
    switch ((enum packet_selector)selector) {
    case PACKET_SRC:
        return PACKET_DST;
    case PACKET_DST:
        return PACKET_SRC;
    case PACKET_SPORT:
        return PACKET_DPORT;
    case PACKET_DPORT:
        return PACKET_SPORT;
    case PACKET_FAMILY:
    case PACKET_PROTO:
    case PACKET_ICMP_TYPE:
    case PACKET_ICMP_CODE:
    case PACKET_TCP_FLAGS:
    case PACKET_LENGTH:
    case PACKET_TTL:
    case PACKET_MARK:
    case PACKET_IIF:
    case PACKET_OIF:
    case PACKET_NETNS:
        break;
    }
    return selector;
}

void trace_match_put_reverse(struct nl_msg *message, const struct trace_match *match) {
    put_kind(message, match);
    for (size_t i = 0; i < match->alternative->count; i++) {
        struct packet_test test = match->alternative->tests[i];
        test.selector = opposite(test.selector);
        if (is_of_flow(&test))
            put_test(message, &test, match);
    }
}
