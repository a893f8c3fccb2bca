// SPDX-License-Identifier: GPL-2.0-or-later
#include "ruleset/nft_context.h"

#include <string.h>

#include "ruleset/nft_key.h"
#include "ruleset/ruleset.h"

// What a packet of a table's family begins with.
static const struct nft_header *family_header(uint8_t family) {
    switch ((enum nf_family)family) {
    case NF_FAMILY_UNSPEC:
        return NULL;
    case NF_FAMILY_INET:
        return &nft_link_inet;
    case NF_FAMILY_IP:
        return &nft_ip;
    case NF_FAMILY_ARP:
        return &nft_arp;
    case NF_FAMILY_NETDEV:
        return &nft_link_netdev;
    case NF_FAMILY_BRIDGE:
        return &nft_ether;
    case NF_FAMILY_IP6:
        return &nft_ip6;
    }
    return NULL;
}

void nft_context_init(struct nft_context *context, uint8_t family) {
    *context = (struct nft_context){.family = family};
    const struct nft_header *header = family_header(family);
    if (header)
        context->at[header->base] = header;
}

// An ICMP reply to an echo has the fields of the request.
static uint8_t icmp_message(const struct nft_header *header, uint32_t type) {
    if (header == &nft_icmp)
        return type == 0 ? 8 : (uint8_t)type;
    return type == 129 ? 128 : (uint8_t)type;
}

void nft_context_learn_field(struct nft_context *context, const struct nft_header *header,
                             enum nft_base base, uint32_t value) {
    if (header == &nft_icmp || header == &nft_icmp6) {
        context->icmp_type = icmp_message(header, value);
        return;
    }
    const struct nft_header *upper = nft_header_upper(context->at[base], value);
    if (!upper)
        return;
    if (upper->base == NFT_BASE_LINK && context->below_count < NFT_STACKED_MAX)
        context->below[context->below_count++] = context->at[base];
    context->at[upper->base] = upper;
}

static void learn_network(struct nft_context *context, uint32_t protocol) {
    const struct nft_header *first = family_header(context->family);
    const struct nft_header *upper = nft_header_upper(first, protocol);
    if (!upper && first && first->base == NFT_BASE_NETWORK && protocol == context->family)
        upper = first;
    context->at[NFT_BASE_NETWORK] = upper;
}

void nft_context_learn_meta(struct nft_context *context, uint32_t key, uint32_t value) {
    switch (key) {
    case NFT_META_KEY_IIFTYPE: // 1: ARPHRD_ETHER
        if (context->family != NF_FAMILY_BRIDGE)
            context->at[NFT_BASE_LINK] = value == 1 ? &nft_ether : NULL;
        break;
    case NFT_META_KEY_NFPROTO:
        learn_network(context, value);
        break;
    case NFT_META_KEY_L4PROTO:
        context->at[NFT_BASE_TRANSPORT] = nft_header_upper(&nft_any_transport, value);
        break;
    case NFT_META_KEY_PROTOCOL:
        if (context->family == NF_FAMILY_NETDEV || context->family == NF_FAMILY_BRIDGE)
            learn_network(context, value);
        break;
    }
}

void nft_context_learn_ct(struct nft_context *context, enum nft_base base, uint32_t value) {
    const struct nft_header *upper = nft_header_upper(context->at[base], value);
    if (upper)
        context->at[base + 1] = upper;
}

const struct nft_header *nft_context_header(const struct nft_context *context, enum nft_base base,
                                            uint32_t offset, uint32_t *ret_start) {
    *ret_start = 0;
    const struct nft_header *header = context->at[base];
    if (base != NFT_BASE_LINK || !header || offset < header->length)
        return header;
    for (size_t i = 0; i < context->below_count; i++) {
        if (offset - *ret_start < context->below[i]->length)
            return context->below[i];
        *ret_start += context->below[i]->length;
    }
    return header;
}

bool nft_context_has(const struct nft_context *context, const struct nft_field *field) {
    return field->icmp_type == 0 || context->icmp_type == 0 ||
           field->icmp_type == context->icmp_type;
}
