// SPDX-License-Identifier: GPL-2.0-or-later
// Protocol headers and their fields as nft(8) names them (PAYLOAD EXPRESSIONS), IPv6 extension
// headers, and options of TCP, IPv4 and chunks of SCTP (EXTENSION HEADER EXPRESSIONS). A field is a
// line in nft_header.c or nft_option.c; offsets and lengths are in bits.
#ifndef RULESET_NFT_HEADER_H
#define RULESET_NFT_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ruleset/nft_type.h"

// Where a header lies: enum nft_payload_bases, from 1.
enum nft_base {
    NFT_BASE_NONE = 0,
    NFT_BASE_LINK = 1,
    NFT_BASE_NETWORK = 2,
    NFT_BASE_TRANSPORT = 3,
    NFT_BASE_INNER = 4,
    NFT_BASE_COUNT,
};

// "ll", "nh", "th", "ih", as raw loads are written.
const char *nft_base_name(enum nft_base base);

struct nft_field {
    const char *name;
    enum nft_type_id type;
    uint16_t offset, bits;
    bool names_upper;  // its value says which header comes next
    uint8_t icmp_type; // there only in an ICMP message of this type; 0: in all
};

struct nft_header;

struct nft_upper {
    uint16_t number;
    const struct nft_header *header;
};

struct nft_header {
    const char *name;
    uint8_t number; // in nft's notes of a set (typeof); 0: none
    enum nft_base base;
    uint16_t length; // of a header on which another of the same layer can follow
    const struct nft_field *fields;
    size_t field_count;
    const struct nft_upper *uppers;
    size_t upper_count;
};

extern const struct nft_header nft_ether, nft_vlan, nft_ip, nft_ip6, nft_arp, nft_icmp, nft_icmp6,
    nft_th;
// Not headers, but what says in such a table or rule which header comes next.
extern const struct nft_header nft_link_inet, nft_link_netdev, nft_any_transport;

// The header that the number leads to, or NULL; the number that leads to a header, or -1.
const struct nft_header *nft_header_upper(const struct nft_header *header, uint32_t number);
int nft_header_upper_number(const struct nft_header *header, const struct nft_header *upper);

// The header and its field by nft's numbers, or NULL.
const struct nft_header *nft_header_by_number(uint32_t number);
const struct nft_field *nft_header_field(const struct nft_header *header, uint32_t number);

// Options, extension headers, chunks.
struct nft_option {
    const char *name;
    uint8_t op;     // enum nft_exthdr_op: 0 IPv6, 1 TCP option, 2 IPv4 option, 3 SCTP chunk
    uint8_t type;   // its number in the packet
    uint8_t number; // nft's, of IPv6 (typeof)
    uint8_t first;  // nft's number of the first field
    uint8_t field_count;
    const struct nft_field *fields;
};

// The option that has a field just there; if none has, the first of that type with *ret_field NULL;
// NULL if the type is not known.
const struct nft_option *nft_option_at(uint8_t op, uint8_t type, uint32_t offset, uint32_t bits,
                                       const struct nft_field **ret_field);

// The option that nft's notes of a set mean, or NULL.
const struct nft_option *nft_option_by_number(uint8_t op, uint32_t number);

#endif
