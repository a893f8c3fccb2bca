// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/nft_batch.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#define REGISTER      NFT_REG_1
#define MESSAGE_BYTES (32 * 1024) // a rule with every test that a filter can have takes a quarter

// --- Batch ---------------------------------------------------------------------------------------

static struct nl_msg *make_message(struct nft_batch *batch, int type, uint8_t family,
                                   uint16_t resource) {
    const struct nfgenmsg header = {
        .nfgen_family = family, .version = NFNETLINK_V0, .res_id = htobe16(resource)};
    struct nl_msg *message = nlmsg_alloc_size(MESSAGE_BYTES);
    if (!message) {
        batch->error = -ENOMEM;
        return NULL;
    }
    nlmsg_put(message, NL_AUTO_PORT, NL_AUTO_SEQ, type, 0, NLM_F_REQUEST);
    nlmsg_append(message, (void *)(uintptr_t)&header, sizeof(header), NLMSG_ALIGNTO);
    return message;
}

struct nft_batch nft_batch_begin(const struct netlink *netlink, uint8_t family) {
    struct nft_batch batch = {
        .bytes = BUFFER_INIT, .sequence = netlink->sequence + 1, .family = family};
    nft_batch_add(&batch, make_message(&batch, NFNL_MSG_BATCH_BEGIN, 0, NFNL_SUBSYS_NFTABLES));
    return batch;
}

struct nl_msg *nft_batch_message(struct nft_batch *batch, int type) {
    struct nl_msg *message =
        make_message(batch, NFNL_SUBSYS_NFTABLES << 8 | type, batch->family, 0);
    if (message)
        nlmsg_hdr(message)->nlmsg_flags |= NLM_F_CREATE | NLM_F_APPEND;
    return message;
}

void nft_batch_add(struct nft_batch *batch, struct nl_msg *message) {
    if (!message)
        return;
    struct nlmsghdr *header = nlmsg_hdr(message);
    header->nlmsg_seq = batch->sequence;
    batch->last = batch->bytes.len;
    buffer_add(&batch->bytes, header, header->nlmsg_len);
    buffer_fill(&batch->bytes, '\0', NLMSG_ALIGN(header->nlmsg_len) - header->nlmsg_len);
    nlmsg_free(message);
}

// The kernel tells each error, in order, and that all went well of the last message alone.
static void ask_for_answer(struct nft_batch *batch) {
    struct nlmsghdr header;
    if (batch->bytes.len < batch->last + sizeof(header))
        return;
    memcpy(&header, batch->bytes.data + batch->last, sizeof(header));
    header.nlmsg_flags |= NLM_F_ACK;
    memcpy(batch->bytes.data + batch->last, &header, sizeof(header));
}

void nft_batch_end(struct nft_batch *batch) {
    ask_for_answer(batch);
    nft_batch_add(batch, make_message(batch, NFNL_MSG_BATCH_END, 0, NFNL_SUBSYS_NFTABLES));
    if (batch->error < 0)
        buffer_clear(&batch->bytes);
}

int nft_batch_send(struct nft_batch *batch, struct netlink *netlink, struct error *err) {
    nft_batch_end(batch);
    int r = batch->error < 0
                ? error_set_errno(err, batch->error, "rules")
                : netlink_send_batch(netlink, batch->bytes.data, batch->bytes.len, err);
    buffer_done(&batch->bytes);
    return r;
}

// --- Expressions ---------------------------------------------------------------------------------

// An expression that is being written.
struct writing {
    struct nl_msg *message;
    struct nlattr *element, *data;
};

static struct writing begin(struct nl_msg *message, const char *name) {
    struct writing writing = {.message = message};
    writing.element = nla_nest_start(message, NFTA_LIST_ELEM);
    nla_put_string(message, NFTA_EXPR_NAME, name);
    writing.data = nla_nest_start(message, NFTA_EXPR_DATA);
    return writing;
}

static void end(const struct writing *writing) {
    nla_nest_end(writing->message, writing->data);
    nla_nest_end(writing->message, writing->element);
}

static void put_u32(const struct writing *writing, int type, uint32_t number) {
    nla_put_u32(writing->message, type, htobe32(number));
}

static void put_u64(const struct writing *writing, int type, uint64_t number) {
    nla_put_u64(writing->message, type, htobe64(number));
}

static void put_data(const struct writing *writing, int type, const void *data, uint32_t length) {
    struct nlattr *nest = nla_nest_start(writing->message, type);
    nla_put(writing->message, NFTA_DATA_VALUE, (int)length, data);
    nla_nest_end(writing->message, nest);
}

struct nlattr *nft_exprs_begin(struct nl_msg *message) {
    return nla_nest_start(message, NFTA_RULE_EXPRESSIONS);
}

void nft_exprs_end(struct nl_msg *message, struct nlattr *exprs) {
    nla_nest_end(message, exprs);
}

void nft_put_payload(struct nl_msg *message, uint32_t base, uint32_t offset, uint32_t length) {
    const struct writing writing = begin(message, "payload");
    put_u32(&writing, NFTA_PAYLOAD_DREG, REGISTER);
    put_u32(&writing, NFTA_PAYLOAD_BASE, base);
    put_u32(&writing, NFTA_PAYLOAD_OFFSET, offset);
    put_u32(&writing, NFTA_PAYLOAD_LEN, length);
    end(&writing);
}

void nft_put_meta(struct nl_msg *message, uint32_t key) {
    const struct writing writing = begin(message, "meta");
    put_u32(&writing, NFTA_META_KEY, key);
    put_u32(&writing, NFTA_META_DREG, REGISTER);
    end(&writing);
}

void nft_put_ct(struct nl_msg *message, uint32_t key, int direction) {
    const struct writing writing = begin(message, "ct");
    put_u32(&writing, NFTA_CT_KEY, key);
    put_u32(&writing, NFTA_CT_DREG, REGISTER);
    if (direction >= 0)
        nla_put_u8(message, NFTA_CT_DIRECTION, (uint8_t)direction);
    end(&writing);
}

void nft_put_mask(struct nl_msg *message, const void *mask, uint32_t length) {
    static const uint8_t zeroes[16];
    const struct writing writing = begin(message, "bitwise");
    put_u32(&writing, NFTA_BITWISE_SREG, REGISTER);
    put_u32(&writing, NFTA_BITWISE_DREG, REGISTER);
    put_u32(&writing, NFTA_BITWISE_LEN, length);
    put_data(&writing, NFTA_BITWISE_MASK, mask, length);
    put_data(&writing, NFTA_BITWISE_XOR, zeroes, length);
    end(&writing);
}

void nft_put_host_to_network(struct nl_msg *message, uint32_t length) {
    const struct writing writing = begin(message, "byteorder");
    put_u32(&writing, NFTA_BYTEORDER_SREG, REGISTER);
    put_u32(&writing, NFTA_BYTEORDER_DREG, REGISTER);
    put_u32(&writing, NFTA_BYTEORDER_OP, NFT_BYTEORDER_HTON);
    put_u32(&writing, NFTA_BYTEORDER_LEN, length);
    put_u32(&writing, NFTA_BYTEORDER_SIZE, length);
    end(&writing);
}

void nft_put_cmp(struct nl_msg *message, uint32_t op, const void *data, uint32_t length) {
    const struct writing writing = begin(message, "cmp");
    put_u32(&writing, NFTA_CMP_SREG, REGISTER);
    put_u32(&writing, NFTA_CMP_OP, op);
    put_data(&writing, NFTA_CMP_DATA, data, length);
    end(&writing);
}

void nft_put_limit(struct nl_msg *message, uint64_t packets_a_second) {
    const struct writing writing = begin(message, "limit");
    put_u64(&writing, NFTA_LIMIT_RATE, packets_a_second);
    put_u64(&writing, NFTA_LIMIT_UNIT, 1);
    put_u32(&writing, NFTA_LIMIT_BURST, (uint32_t)packets_a_second);
    put_u32(&writing, NFTA_LIMIT_TYPE, NFT_LIMIT_PKTS);
    end(&writing);
}

void nft_put_nftrace(struct nl_msg *message) {
    static const uint8_t one = 1;
    const struct writing load = begin(message, "immediate");
    put_u32(&load, NFTA_IMMEDIATE_DREG, REGISTER);
    put_data(&load, NFTA_IMMEDIATE_DATA, &one, sizeof(one));
    end(&load);
    const struct writing set = begin(message, "meta");
    put_u32(&set, NFTA_META_KEY, NFT_META_NFTRACE);
    put_u32(&set, NFTA_META_SREG, REGISTER);
    end(&set);
}

void nft_put_goto(struct nl_msg *message, const char *chain) {
    const struct writing writing = begin(message, "immediate");
    put_u32(&writing, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
    struct nlattr *data = nla_nest_start(message, NFTA_IMMEDIATE_DATA);
    struct nlattr *verdict = nla_nest_start(message, NFTA_DATA_VERDICT);
    put_u32(&writing, NFTA_VERDICT_CODE, (uint32_t)NFT_GOTO);
    nla_put_string(message, NFTA_VERDICT_CHAIN, chain);
    nla_nest_end(message, verdict);
    nla_nest_end(message, data);
    end(&writing);
}
