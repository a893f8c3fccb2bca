// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <string.h>

#include <linux/netfilter/nf_tables.h>

#include "source/nft_attrs.h"

// A hundred thousand rules have some millions of attributes: too many for a call of libnl's to each
// step and each length.
static size_t length_of(const struct nlattr *attr) {
    return (size_t)attr->nla_len - NLA_HDRLEN;
}

static const void *data_of(const struct nlattr *attr) {
    return (const char *)attr + NLA_HDRLEN;
}

void nft_attrs_read(struct nft_attrs *attrs, const struct nlattr *head, int length, int last) {
    const char *at = (const char *)head;
    *attrs = (struct nft_attrs){.bad = false};
    while (length >= NLA_HDRLEN) {
        const struct nlattr *attr = (const void *)at;
        int type = attr->nla_type & NLA_TYPE_MASK;
        if (attr->nla_len < NLA_HDRLEN || attr->nla_len > length)
            break;
        if (type > last || type >= NFT_ATTRS)
            attrs->strange = true;
        else
            attrs->at[type] = attr;
        at += NLA_ALIGN(attr->nla_len);
        length -= NLA_ALIGN(attr->nla_len);
    }
    attrs->bad = length > 0;
}

void nft_attrs_nested(struct nft_attrs *attrs, const struct nlattr *attr, int last) {
    if (attr)
        nft_attrs_read(attrs, data_of(attr), (int)length_of(attr), last);
    else
        *attrs = (struct nft_attrs){.bad = false};
}

static bool has(const struct nft_attrs *attrs, int type, size_t length) {
    return attrs->at[type] && length_of(attrs->at[type]) >= length;
}

// A number in the host's byte order, of attributes that has() found long enough.
#define NUMBER(attrs, type, number_type, convert)                      \
    ({                                                                 \
        number_type number_;                                           \
        memcpy(&number_, data_of((attrs)->at[type]), sizeof(number_)); \
        convert(number_);                                              \
    })

uint8_t nft_attr_u8(const struct nft_attrs *attrs, int type, uint8_t missing) {
    return has(attrs, type, sizeof(missing)) ? NUMBER(attrs, type, uint8_t, ) : missing;
}

uint16_t nft_attr_u16(const struct nft_attrs *attrs, int type, uint16_t missing) {
    return has(attrs, type, sizeof(missing)) ? NUMBER(attrs, type, uint16_t, ntohs) : missing;
}

uint32_t nft_attr_u32(const struct nft_attrs *attrs, int type, uint32_t missing) {
    return has(attrs, type, sizeof(missing)) ? NUMBER(attrs, type, uint32_t, ntohl) : missing;
}

uint64_t nft_attr_u64(const struct nft_attrs *attrs, int type, uint64_t missing) {
    return has(attrs, type, sizeof(missing)) ? NUMBER(attrs, type, uint64_t, be64toh) : missing;
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
    if (attr && !(text = arena_strndup(arena, data_of(attr), length_of(attr))))
        return -ENOMEM;
    *ret_text = text;
    return 0;
}

int nft_attr_bytes(const struct nlattr *attr, struct arena *arena, struct nf_data *ret_data) {
    struct nf_data data = {0};
    if (attr) {
        data.length = (uint32_t)length_of(attr);
        data.bytes = arena_copy(arena, data_of(attr), data.length);
        if (!data.bytes)
            return -ENOMEM;
    }
    *ret_data = data;
    return 0;
}

int nft_userdata_text(const struct nlattr *attr, uint8_t number, struct arena *arena,
                      const char **ret_text) {
    const uint8_t *at = attr ? data_of(attr) : NULL;
    size_t left = attr ? length_of(attr) : 0;
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
