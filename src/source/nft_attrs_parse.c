// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <string.h>

#include <linux/netfilter/nf_tables.h>

#include "source/nft_attrs.h"

void nft_attrs_read(struct nft_attrs *attrs, const struct nlattr *head, int length, int last) {
    const struct nlattr *attr = head;
    memset(attrs, 0, sizeof(*attrs));
    for (; nla_ok(attr, length); attr = nla_next(attr, &length)) {
        int type = nla_type(attr);
        if (type > last || type >= NFT_ATTRS)
            attrs->strange = true;
        else
            attrs->at[type] = attr;
    }
    attrs->bad = length > 0;
}

void nft_attrs_nested(struct nft_attrs *attrs, const struct nlattr *attr, int last) {
    if (attr)
        nft_attrs_read(attrs, nla_data(attr), nla_len(attr), last);
    else
        memset(attrs, 0, sizeof(*attrs));
}

static bool has(const struct nft_attrs *attrs, int type, size_t length) {
    return attrs->at[type] && (size_t)nla_len(attrs->at[type]) >= length;
}

uint8_t nft_attr_u8(const struct nft_attrs *attrs, int type, uint8_t missing) {
    return has(attrs, type, sizeof(missing)) ? nla_get_u8(attrs->at[type]) : missing;
}

uint16_t nft_attr_u16(const struct nft_attrs *attrs, int type, uint16_t missing) {
    return has(attrs, type, sizeof(missing)) ? ntohs(nla_get_u16(attrs->at[type])) : missing;
}

uint32_t nft_attr_u32(const struct nft_attrs *attrs, int type, uint32_t missing) {
    return has(attrs, type, sizeof(missing)) ? ntohl(nla_get_u32(attrs->at[type])) : missing;
}

uint64_t nft_attr_u64(const struct nft_attrs *attrs, int type, uint64_t missing) {
    return has(attrs, type, sizeof(missing)) ? be64toh(nla_get_u64(attrs->at[type])) : missing;
}

uint32_t nft_attr_need_u32(struct nft_attrs *attrs, int type) {
    attrs->bad |= !has(attrs, type, sizeof(uint32_t));
    return nft_attr_u32(attrs, type, 0);
}

// --- Registers -----------------------------------------------------------------------------------

#define WORDS_A_REGISTER (NFT_REG_SIZE / NFT_REG32_SIZE)

// NFT_REG_VERDICT and NFT_REG_1 to 4 are of 16 bytes, NFT_REG32_00 to 15 of four; both count the
// same memory (net/netfilter/nf_tables_api.c nft_parse_register).
nf_register nft_attr_register(struct nft_attrs *attrs, int type) {
    if (!attrs->at[type])
        return NF_REGISTER_NONE;
    uint32_t number = nft_attr_need_u32(attrs, type);
    if (number <= NFT_REG_4)
        return (nf_register)(number * WORDS_A_REGISTER);
    if (number >= NFT_REG32_00 && number <= NFT_REG32_15)
        return (nf_register)(number - NFT_REG32_00 + NF_REGISTER_FIRST);
    attrs->bad = true;
    return NF_REGISTER_NONE;
}

nf_register nft_attr_need_register(struct nft_attrs *attrs, int type) {
    attrs->bad |= !attrs->at[type];
    return nft_attr_register(attrs, type);
}

struct nf_limit nft_limit_of(const struct nft_attrs *attrs) {
    return (struct nf_limit){
        .rate = nft_attr_u64(attrs, NFTA_LIMIT_RATE, 0),
        .unit = nft_attr_u64(attrs, NFTA_LIMIT_UNIT, 0),
        .burst = nft_attr_u32(attrs, NFTA_LIMIT_BURST, 0),
        .type = nft_attr_u32(attrs, NFTA_LIMIT_TYPE, NFT_LIMIT_PKTS),
        .over = nft_attr_u32(attrs, NFTA_LIMIT_FLAGS, 0) & NFT_LIMIT_F_INV,
    };
}

// --- Texts and bytes -----------------------------------------------------------------------------

int nft_attr_text(const struct nft_attrs *attrs, int type, struct arena *arena,
                  const char **ret_text) {
    const struct nlattr *attr = attrs->at[type];
    const char *text = NULL;
    if (attr && !(text = arena_strndup(arena, nla_data(attr), (size_t)nla_len(attr))))
        return -ENOMEM;
    *ret_text = text;
    return 0;
}

int nft_attr_bytes(const struct nlattr *attr, struct arena *arena, struct nf_data *ret_data) {
    struct nf_data data = {0};
    if (attr) {
        data.length = (uint32_t)nla_len(attr);
        data.bytes = arena_copy(arena, nla_data(attr), data.length);
        if (!data.bytes)
            return -ENOMEM;
    }
    *ret_data = data;
    return 0;
}

int nft_userdata_text(const struct nlattr *attr, uint8_t number, struct arena *arena,
                      const char **ret_text) {
    const uint8_t *at = attr ? nla_data(attr) : NULL;
    size_t left = attr ? (size_t)nla_len(attr) : 0;
    while (left >= 2 && left - 2 >= at[1]) {
        if (at[0] == number) {
            *ret_text = arena_strndup(arena, (const char *)at + 2, at[1]);
            return *ret_text ? 0 : -ENOMEM;
        }
        left -= 2 + (size_t)at[1];
        at += 2 + (size_t)at[1];
    }
    *ret_text = NULL;
    return 0;
}
