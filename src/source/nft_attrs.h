// SPDX-License-Identifier: GPL-2.0-or-later
// Attributes of nf_tables (linux/netfilter/nf_tables.h): each list is small, its numbers are in
// network byte order, and what it lacks counts as much as what it has. So a list becomes an array
// by the attribute's number first, and is read from there.
#ifndef SOURCE_NFT_ATTRS_H
#define SOURCE_NFT_ATTRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <netlink/attr.h>

#include "base/arena.h"
#include "ruleset/nf_expr.h"

#define NFT_ATTRS 24 // more than the longest list has

struct nft_attrs {
    const struct nlattr *at[NFT_ATTRS];
    bool strange; // it has an attribute past the last that is known
    bool bad;     // one that must be there was not, or was too short
};

// Reads length bytes of attributes, of which those up to the number `last` are known.
void nft_attrs_read(struct nft_attrs *attrs, const struct nlattr *head, int length, int last);

// The same for those inside of one; NULL is an empty list.
void nft_attrs_nested(struct nft_attrs *attrs, const struct nlattr *attr, int last);

// The number in an attribute. A missing one, or one too short, is the given number.
uint8_t nft_attr_u8(const struct nft_attrs *attrs, int type, uint8_t missing);
uint16_t nft_attr_u16(const struct nft_attrs *attrs, int type, uint16_t missing);
uint32_t nft_attr_u32(const struct nft_attrs *attrs, int type, uint32_t missing);
uint64_t nft_attr_u64(const struct nft_attrs *attrs, int type, uint64_t missing);

// The same of one that must be there: else attrs->bad is set.
uint32_t nft_attr_need_u32(struct nft_attrs *attrs, int type);

// A register as struct nf_expr counts them; NF_REGISTER_NONE if it is missing. One that no kernel
// has, and the second's missing, set attrs->bad.
nf_register nft_attr_register(struct nft_attrs *attrs, int type);
nf_register nft_attr_need_register(struct nft_attrs *attrs, int type);

// NFTA_LIMIT_*, of an expression and of an object.
struct nf_limit nft_limit_of(const struct nft_attrs *attrs);

// A text, copied into the arena: NULL if it is missing. Returns 0 or -ENOMEM.
int nft_attr_text(const struct nft_attrs *attrs, int type, struct arena *arena,
                  const char **ret_text);

// An attribute's bytes, copied into the arena; none if attr is NULL. Returns 0 or -ENOMEM.
int nft_attr_bytes(const struct nlattr *attr, struct arena *arena, struct nf_data *ret_data);

// The text of that number among the notes that nft keeps in NFTA_*_USERDATA: a row of (number,
// length, bytes), each of the first two in one byte (libnftnl/udata.h). NULL if there is none.
// Returns 0 or -ENOMEM.
int nft_userdata_text(const struct nlattr *attr, uint8_t number, struct arena *arena,
                      const char **ret_text);

#endif
