// SPDX-License-Identifier: GPL-2.0-or-later
// What nft(8) can look at beside the packet's bytes (META, SOCKET, FIB, ROUTING, IPSEC, CONNTRACK
// EXPRESSIONS): its name, type and length, by the kernel's number. A key is a line in nft_key.c.
#ifndef RULESET_NFT_KEY_H
#define RULESET_NFT_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "ruleset/nft_header.h"
#include "ruleset/nft_type.h"

struct nft_key {
    const char *name; // NULL: no such
    enum nft_type_id type;
    uint16_t bits; // 0: by the family of the address
    bool host_order;
    bool bare;          // written without "meta"
    bool names_upper;   // its value says which header comes next
    enum nft_base base; // the layer whose next header that is, or that the key belongs to
};

// The key of that number (enum nft_meta_keys, nft_ct_keys, nft_rt_keys, nft_socket_keys,
// nft_xfrm_keys, nft_fib_result), or NULL.
const struct nft_key *nft_meta_key(uint32_t number);
const struct nft_key *nft_ct_key(uint32_t number);
const struct nft_key *nft_rt_key(uint32_t number);
const struct nft_key *nft_socket_key(uint32_t number);
const struct nft_key *nft_xfrm_key(uint32_t number);
const struct nft_key *nft_fib_key(uint32_t number);

enum { // those of which more is known here than a line in a table says
    NFT_META_KEY_PROTOCOL = 1,
    NFT_META_KEY_IIFTYPE = 8,
    NFT_META_KEY_NFPROTO = 15,
    NFT_META_KEY_L4PROTO = 16,
    NFT_CT_KEY_SRC = 8,
    NFT_CT_KEY_DST = 9,
    NFT_CT_KEY_EVENT = 18,
    NFT_SOCKET_KEY_CGROUPV2 = 3,
};

#endif
