// SPDX-License-Identifier: GPL-2.0-or-later
// The types of nft's values: how a value of each is written, and which of its numbers have names.
// Sets carry a type's number in the kernel (NFTA_SET_KEY_TYPE), by six bits each where types are
// concatenated; the kernel itself does not look at it. Names and numbers are those of nft(8), DATA
// TYPES.
#ifndef RULESET_NFT_TYPE_H
#define RULESET_NFT_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What a register can hold of one field: 16 bytes, as a number.
__extension__ typedef unsigned __int128 nft_number;

enum nft_type_id { // nft's numbers
    NFT_TYPE_INVALID = 0,
    NFT_TYPE_VERDICT = 1,
    NFT_TYPE_NFPROTO = 2,
    NFT_TYPE_BITMASK = 3,
    NFT_TYPE_INTEGER = 4,
    NFT_TYPE_STRING = 5,
    NFT_TYPE_LLADDR = 6,
    NFT_TYPE_IPADDR = 7,
    NFT_TYPE_IP6ADDR = 8,
    NFT_TYPE_ETHERADDR = 9,
    NFT_TYPE_ETHERTYPE = 10,
    NFT_TYPE_ARPOP = 11,
    NFT_TYPE_INET_PROTOCOL = 12,
    NFT_TYPE_INET_SERVICE = 13,
    NFT_TYPE_ICMP_TYPE = 14,
    NFT_TYPE_TCP_FLAG = 15,
    NFT_TYPE_DCCP_PKTTYPE = 16,
    NFT_TYPE_MH_TYPE = 17,
    NFT_TYPE_TIME = 18,
    NFT_TYPE_MARK = 19,
    NFT_TYPE_IFINDEX = 20,
    NFT_TYPE_ARPHRD = 21,
    NFT_TYPE_REALM = 22,
    NFT_TYPE_CLASSID = 23,
    NFT_TYPE_UID = 24,
    NFT_TYPE_GID = 25,
    NFT_TYPE_CT_STATE = 26,
    NFT_TYPE_CT_DIR = 27,
    NFT_TYPE_CT_STATUS = 28,
    NFT_TYPE_ICMP6_TYPE = 29,
    NFT_TYPE_CT_LABEL = 30,
    NFT_TYPE_PKTTYPE = 31,
    NFT_TYPE_ICMP_CODE = 32,
    NFT_TYPE_ICMPV6_CODE = 33,
    NFT_TYPE_ICMPX_CODE = 34,
    NFT_TYPE_DEVGROUP = 35,
    NFT_TYPE_DSCP = 36,
    NFT_TYPE_ECN = 37,
    NFT_TYPE_FIB_ADDR = 38,
    NFT_TYPE_BOOLEAN = 39,
    NFT_TYPE_CT_EVENT = 40,
    NFT_TYPE_IFNAME = 41,
    NFT_TYPE_IGMP_TYPE = 42,
    NFT_TYPE_DATE = 43,
    NFT_TYPE_HOUR = 44,
    NFT_TYPE_DAY = 45,
    NFT_TYPE_CGROUPV2 = 46,
    NFT_TYPE_RAW = 47, // not nft's: an integer whose meaning is not known, in hexadecimal
    NFT_TYPE_COUNT,
};

// How a value without a name of its own is written.
enum nft_form {
    NFT_FORM_DECIMAL,
    NFT_FORM_HEX, // with at least `digits`
    NFT_FORM_IPADDR,
    NFT_FORM_IP6ADDR,
    NFT_FORM_LLADDR,
    NFT_FORM_STRING,
    NFT_FORM_PROTOCOL,  // of IANA's names
    NFT_FORM_INTERFACE, // an index
    NFT_FORM_TIME,      // milliseconds
    NFT_FORM_DATE,      // nanoseconds since 1970
    NFT_FORM_HOUR,      // seconds since midnight, UTC
    NFT_FORM_CLASSID,   // of tc: major:minor
    NFT_FORM_BIT,       // which bit is set
    NFT_FORM_REALM,     // decimal, in JSON a string
};

struct nft_symbol {
    const char *name; // NULL ends a list
    uint64_t value;
};

struct nft_type {
    enum nft_type_id id;
    const char *name;
    uint16_t bits; // 0: as long as the value
    bool host_order;
    bool is_flags;  // bits that have names
    bool is_prefix; // a value may have a prefix length
    bool quoted;    // names are written in quotes
    enum nft_form form;
    uint8_t digits;   // of NFT_FORM_HEX
    uint8_t per_line; // elements of a named set in a line; 0: one
    const struct nft_symbol *symbols;
};

// The type of that number; NULL if nft has none.
const struct nft_type *nft_type(uint32_t id);

// The name of the value, or NULL.
const char *nft_type_symbol(const struct nft_type *type, nft_number value);

// The name of an Internet protocol as /etc/protocols has it ("tcp", "ipv6-icmp"), or NULL.
const char *nft_protocol_name(uint8_t protocol);

// How many types are concatenated in a number of the kernel's, and the one at that place.
size_t nft_type_part_count(uint32_t type);
const struct nft_type *nft_type_part(uint32_t type, size_t place);

#endif
