// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/trace_rules.h"

#include <endian.h>
#include <limits.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_tuple_common.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter_ipv4.h>

#include "source/nft_batch.h"

#define BEHIND_CONNTRACK (NF_IP_PRI_CONNTRACK + 1)
#define PROTO_UDPLITE    136
#define TCP_FLAGS_AT     13
#define IPV4_SRC_AT      12
#define IPV4_DST_AT      16
#define IPV4_TTL_AT      8
#define IPV6_SRC_AT      8
#define IPV6_DST_AT      24
#define IPV6_TTL_AT      7

struct writing {
    const struct trace_rules *rules;
    struct nft_batch batch;
};

// --- Which rules an alternative takes ------------------------------------------------------------

static bool has(const struct packet_alternative *alternative, enum packet_selector selector) {
    for (size_t i = 0; i < alternative->count; i++) {
        if (alternative->tests[i].selector == selector)
            return true;
    }
    return false;
}

static bool concerns(const struct packet_alternative *alternative, const char *netns) {
    for (size_t i = 0; i < alternative->count; i++) {
        const struct packet_test *test = &alternative->tests[i];
        if (test->selector == PACKET_NETNS &&
            (strcmp(test->text, netns) == 0) != (test->op == PACKET_EQ))
            return false;
    }
    return true;
}

bool trace_rules_concern(const struct packet_filter *filter, const char *netns) {
    for (size_t i = 0; i < filter->count; i++) {
        if (concerns(&filter->alternatives[i], netns))
            return true;
    }
    return false;
}

// The transport protocols that the tests can be about, a rule for each: ports are where a protocol
// has them. A zero: whichever.
static const uint8_t *candidate_protocols(const struct packet_alternative *alternative) {
    static const uint8_t any[] = {0}, tcp[] = {IPPROTO_TCP, 0},
                         icmp[] = {IPPROTO_ICMP, IPPROTO_ICMPV6, 0},
                         ports[] = {IPPROTO_TCP,  IPPROTO_UDP,   IPPROTO_SCTP,
                                    IPPROTO_DCCP, PROTO_UDPLITE, 0};
    if (has(alternative, PACKET_TCP_FLAGS))
        return tcp;
    if (has(alternative, PACKET_ICMP_TYPE) || has(alternative, PACKET_ICMP_CODE))
        return icmp;
    if (has(alternative, PACKET_SPORT) || has(alternative, PACKET_DPORT))
        return ports;
    return any;
}

static const uint8_t *candidate_families(const struct packet_alternative *alternative) {
    static const uint8_t any[] = {0}, both[] = {ADDRESS_IPV4, ADDRESS_IPV6, 0};
    return has(alternative, PACKET_TTL) ? both : any;
}

// --- Tests ---------------------------------------------------------------------------------------

static uint8_t family_number(uint32_t family) {
    return family == ADDRESS_IPV4 ? NFPROTO_IPV4 : NFPROTO_IPV6;
}

static void put_number(struct nl_msg *message, uint8_t op, uint32_t number, uint32_t length) {
    const uint32_t be32 = htobe32(number);
    nft_put_cmp(message, op, (const uint8_t *)&be32 + sizeof(be32) - length, length);
}

static void put_family(struct nl_msg *message, uint8_t op, uint32_t family) {
    const uint8_t number = family_number(family);
    nft_put_meta(message, NFT_META_NFPROTO);
    nft_put_cmp(message, op, &number, sizeof(number));
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

static void put_address(struct nl_msg *message, const struct packet_test *test) {
    bool ipv4 = test->prefix.address.family == ADDRESS_IPV4, source = test->selector == PACKET_SRC;
    uint32_t offset =
        ipv4 ? (source ? IPV4_SRC_AT : IPV4_DST_AT) : (source ? IPV6_SRC_AT : IPV6_DST_AT);
    put_family(message, NFT_CMP_EQ, test->prefix.address.family);
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

static void put_test(struct nl_msg *message, const struct packet_test *test, uint8_t family) {
    switch ((enum packet_selector)test->selector) {
    case PACKET_FAMILY:
        put_family(message, test->op, test->number);
        break;
    case PACKET_SRC:
    case PACKET_DST:
        put_address(message, test);
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
                        family == ADDRESS_IPV4 ? IPV4_TTL_AT : IPV6_TTL_AT, 1);
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

// --- The same of the flow that a packet answers --------------------------------------------------

static bool is_of_flow(const struct packet_test *test) {
    return test->selector == PACKET_SRC || test->selector == PACKET_DST ||
           test->selector == PACKET_SPORT || test->selector == PACKET_DPORT ||
           test->selector == PACKET_PROTO || test->selector == PACKET_FAMILY;
}

// A protocol or a family alone would make nearly every reply one.
static bool tells_flow(const struct packet_alternative *alternative) {
    return has(alternative, PACKET_SRC) || has(alternative, PACKET_DST) ||
           has(alternative, PACKET_SPORT) || has(alternative, PACKET_DPORT);
}

static void put_flow_address(struct nl_msg *message, const struct packet_test *test) {
    bool ipv4 = test->prefix.address.family == ADDRESS_IPV4, source = test->selector == PACKET_SRC;
    uint32_t key = ipv4 ? (source ? NFT_CT_SRC_IP : NFT_CT_DST_IP)
                        : (source ? NFT_CT_SRC_IP6 : NFT_CT_DST_IP6);
    put_family(message, NFT_CMP_EQ, test->prefix.address.family);
    nft_put_ct(message, key, IP_CT_DIR_ORIGINAL);
    put_prefix(message, test->op, &test->prefix);
}

static void put_flow_port(struct nl_msg *message, const struct packet_test *test) {
    uint32_t key = test->selector == PACKET_SPORT ? NFT_CT_PROTO_SRC : NFT_CT_PROTO_DST;
    nft_put_ct(message, key, IP_CT_DIR_ORIGINAL);
    put_number(message, test->op, test->number, 2);
}

static void put_flow_test(struct nl_msg *message, const struct packet_test *test) {
    if (test->selector == PACKET_SRC || test->selector == PACKET_DST)
        put_flow_address(message, test);
    else if (test->selector == PACKET_SPORT || test->selector == PACKET_DPORT)
        put_flow_port(message, test);
    else
        put_test(message, test, 0);
}

static void put_is_reply(struct nl_msg *message) {
    static const uint8_t reply = IP_CT_DIR_REPLY;
    nft_put_ct(message, NFT_CT_DIRECTION, -1);
    nft_put_cmp(message, NFT_CMP_EQ, &reply, sizeof(reply));
}

// --- Rules ---------------------------------------------------------------------------------------

static struct nl_msg *begin_rule(struct writing *w, const char *chain, struct nlattr **ret_exprs) {
    struct nl_msg *message = nft_batch_message(&w->batch, NFT_MSG_NEWRULE);
    if (!message)
        return NULL;
    nla_put_string(message, NFTA_RULE_TABLE, w->rules->table);
    nla_put_string(message, NFTA_RULE_CHAIN, chain);
    *ret_exprs = nft_exprs_begin(message);
    return message;
}

static void end_rule(struct writing *w, struct nl_msg *message, struct nlattr *exprs) {
    nft_exprs_end(message, exprs);
    nft_batch_add(&w->batch, message);
}

static void write_match(struct writing *w, const char *chain,
                        const struct packet_alternative *alternative, uint8_t protocol,
                        uint8_t family) {
    struct nlattr *exprs;
    struct nl_msg *message = begin_rule(w, chain, &exprs);
    if (!message)
        return;
    if (family)
        put_family(message, NFT_CMP_EQ, family);
    if (protocol)
        put_protocol(message, NFT_CMP_EQ, protocol);
    for (size_t i = 0; i < alternative->count; i++)
        put_test(message, &alternative->tests[i], family);
    nft_put_goto(message, TRACE_CHAIN_CHOSEN);
    end_rule(w, message, exprs);
}

static void write_alternative(struct writing *w, const char *chain,
                              const struct packet_alternative *alternative) {
    const uint8_t *protocol = candidate_protocols(alternative);
    do {
        const uint8_t *family = candidate_families(alternative);
        do {
            write_match(w, chain, alternative, *protocol, *family);
        } while (*family && *++family);
    } while (*protocol && *++protocol);
}

static void write_reply(struct writing *w, const char *chain,
                        const struct packet_alternative *alternative, uint8_t protocol) {
    struct nlattr *exprs;
    struct nl_msg *message = begin_rule(w, chain, &exprs);
    if (!message)
        return;
    put_is_reply(message);
    if (protocol)
        put_protocol(message, NFT_CMP_EQ, protocol);
    for (size_t i = 0; i < alternative->count; i++) {
        if (is_of_flow(&alternative->tests[i]))
            put_flow_test(message, &alternative->tests[i]);
    }
    nft_put_goto(message, TRACE_CHAIN_CHOSEN);
    end_rule(w, message, exprs);
}

static void write_replies(struct writing *w, const char *chain,
                          const struct packet_alternative *alternative) {
    const uint8_t *protocol = candidate_protocols(alternative);
    do {
        write_reply(w, chain, alternative, *protocol);
    } while (*protocol && *++protocol);
}

static void write_chosen(struct writing *w) {
    struct nlattr *exprs;
    struct nl_msg *message = begin_rule(w, TRACE_CHAIN_CHOSEN, &exprs);
    if (!message)
        return;
    nft_put_limit(message, w->rules->rate);
    nft_put_nftrace(message);
    end_rule(w, message, exprs);
}

// --- Table and chains ----------------------------------------------------------------------------

static void write_table(struct writing *w) {
    struct nl_msg *message = nft_batch_message(&w->batch, NFT_MSG_NEWTABLE);
    if (!message)
        return;
    nlmsg_hdr(message)->nlmsg_flags |= NLM_F_EXCL;
    nla_put_string(message, NFTA_TABLE_NAME, w->rules->table);
    if (w->rules->owned)
        nla_put_u32(message, NFTA_TABLE_FLAGS, htobe32(NFT_TABLE_F_OWNER));
    nft_batch_add(&w->batch, message);
}

static void put_hook(struct nl_msg *message, uint32_t hook, int32_t priority) {
    nla_put_string(message, NFTA_CHAIN_TYPE, "filter");
    nla_put_u32(message, NFTA_CHAIN_POLICY, htobe32(NF_ACCEPT));
    struct nlattr *nest = nla_nest_start(message, NFTA_CHAIN_HOOK);
    nla_put_u32(message, NFTA_HOOK_HOOKNUM, htobe32(hook));
    nla_put_u32(message, NFTA_HOOK_PRIORITY, htobe32((uint32_t)priority));
    nla_nest_end(message, nest);
}

#define NO_HOOK (-1)

static void write_chain(struct writing *w, const char *name, int hook, int32_t priority) {
    struct nl_msg *message = nft_batch_message(&w->batch, NFT_MSG_NEWCHAIN);
    if (!message)
        return;
    nla_put_string(message, NFTA_CHAIN_TABLE, w->rules->table);
    nla_put_string(message, NFTA_CHAIN_NAME, name);
    if (hook != NO_HOOK)
        put_hook(message, (uint32_t)hook, priority);
    nft_batch_add(&w->batch, message);
}

// Where packets enter: from a device and from a program. The device that they leave by is known
// after the routing decision only.
static const struct {
    const char *name;
    int hook;
    bool knows_oif, only_oif;
} entries[] = {
    {"prerouting", NF_INET_PRE_ROUTING, false, false},
    {"forward", NF_INET_FORWARD, true, true},
    {"output", NF_INET_LOCAL_OUT, true, false},
};

static void write_entry(struct writing *w, size_t index) {
    const struct packet_filter *filter = w->rules->filter;
    write_chain(w, entries[index].name, entries[index].hook, INT32_MIN);
    for (size_t i = 0; i < filter->count; i++) {
        const struct packet_alternative *alternative = &filter->alternatives[i];
        bool oif = has(alternative, PACKET_OIF);
        if (concerns(alternative, w->rules->netns) &&
            (oif ? entries[index].knows_oif : !entries[index].only_oif))
            write_alternative(w, entries[index].name, alternative);
    }
}

static void write_reply_entry(struct writing *w, const char *chain, int hook) {
    const struct packet_filter *filter = w->rules->filter;
    write_chain(w, chain, hook, BEHIND_CONNTRACK);
    for (size_t i = 0; i < filter->count; i++) {
        const struct packet_alternative *alternative = &filter->alternatives[i];
        if (concerns(alternative, w->rules->netns) && tells_flow(alternative))
            write_replies(w, chain, alternative);
    }
}

int trace_rules_write(const struct trace_rules *rules, struct netlink *netlink, struct error *err) {
    struct writing w = {.rules = rules, .batch = nft_batch_begin(netlink, NFPROTO_INET)};
    write_table(&w);
    write_chain(&w, TRACE_CHAIN_CHOSEN, NO_HOOK, 0);
    for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++)
        write_entry(&w, i);
    if (rules->replies) {
        write_reply_entry(&w, "replies_prerouting", NF_INET_PRE_ROUTING);
        write_reply_entry(&w, "replies_output", NF_INET_LOCAL_OUT);
    }
    write_chosen(&w);
    return nft_batch_send(&w.batch, netlink, err);
}
