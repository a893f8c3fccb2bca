// SPDX-License-Identifier: GPL-2.0-or-later
// Messages that nftables carries out all or none, and the expressions of rules in them. netscope
// writes one table of its own, while it traces; this is all that writing takes.
#ifndef SOURCE_NFT_BATCH_H
#define SOURCE_NFT_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "source/netlink.h"

struct nft_batch {
    struct buffer bytes;
    size_t last; // where its last message begins
    uint32_t sequence;
    uint8_t family;
    int error; // 0, or -ENOMEM: what is added after that is dropped
};

// A batch for tables of a family that is to be sent by this socket next. nft_batch_send frees it.
struct nft_batch nft_batch_begin(const struct netlink *netlink, uint8_t family);

// A new message (NFT_MSG_NEW...) to add attributes to, and then to the batch, which takes it over;
// NULL when memory is out, which the batch notes.
struct nl_msg *nft_batch_message(struct nft_batch *batch, int type);
void nft_batch_add(struct nft_batch *batch, struct nl_msg *message);

// Makes the bytes whole, as one datagram; they are none when memory is out.
void nft_batch_end(struct nft_batch *batch);

// Ends the batch, sends it and frees it. Returns 0 or -errno; nothing of it was done then.
int nft_batch_send(struct nft_batch *batch, struct netlink *netlink, struct error *err);

// --- Expressions ---------------------------------------------------------------------------------
// Each is an element of a rule's NFTA_RULE_EXPRESSIONS. All that load do so into NFT_REG_1, and all
// that look at something look there.

struct nlattr *nft_exprs_begin(struct nl_msg *message);
void nft_exprs_end(struct nl_msg *message, struct nlattr *exprs);

void nft_put_payload(struct nl_msg *message, uint32_t base, uint32_t offset, uint32_t length);
void nft_put_meta(struct nl_msg *message, uint32_t key);
void nft_put_ct(struct nl_msg *message, uint32_t key, int direction); // < 0: of no direction
void nft_put_mask(struct nl_msg *message, const void *mask, uint32_t length);
void nft_put_host_to_network(struct nl_msg *message, uint32_t length);
void nft_put_cmp(struct nl_msg *message, uint32_t op, const void *data, uint32_t length);
void nft_put_limit(struct nl_msg *message, uint64_t packets_a_second);
void nft_put_nftrace(struct nl_msg *message); // meta nftrace set 1
void nft_put_goto(struct nl_msg *message, const char *chain);

#endif
