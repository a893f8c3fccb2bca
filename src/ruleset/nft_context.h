// SPDX-License-Identifier: GPL-2.0-or-later
// Which headers a packet has at some place in a rule, by the table's family and the matches so far:
// after "ip protocol tcp" bytes 2 and 3 of the transport header are a port of TCP.
#ifndef RULESET_NFT_CONTEXT_H
#define RULESET_NFT_CONTEXT_H

#include "ruleset/nft_header.h"

#define NFT_STACKED_MAX 8 // headers of one layer upon each other: VLAN tags

struct nft_context {
    uint8_t family;                                  // enum nf_family
    const struct nft_header *at[NFT_BASE_COUNT];     // NULL: not known
    const struct nft_header *below[NFT_STACKED_MAX]; // under the link layer's, from the outside
    uint8_t below_count;
    uint8_t icmp_type; // that was asked for; 0: none
};

void nft_context_init(struct nft_context *context, uint8_t family);

// Takes in that the field, or the key of meta or conntrack, has this value.
void nft_context_learn_field(struct nft_context *context, const struct nft_header *header,
                             enum nft_base base, uint32_t value);
void nft_context_learn_meta(struct nft_context *context, uint32_t key, uint32_t value);
void nft_context_learn_ct(struct nft_context *context, enum nft_base base, uint32_t value);

// The header that has the bit at this offset of a layer, and where in the layer it begins. NULL if
// it is not known.
const struct nft_header *nft_context_header(const struct nft_context *context, enum nft_base base,
                                            uint32_t offset, uint32_t *ret_start);

// True if the field can be in the packet, as far as its ICMP type is known.
bool nft_context_has(const struct nft_context *context, const struct nft_field *field);

#endif
