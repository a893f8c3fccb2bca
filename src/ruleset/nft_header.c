// SPDX-License-Identifier: GPL-2.0-or-later
// Fields stand in the order in which nft numbers them (it writes the numbers into its notes of a
// set), which is the order of their offsets but for those of ICMP.
#include "ruleset/nft_header.h"

#include <netinet/in.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define INT          NFT_TYPE_INTEGER

static const struct nft_field ether_fields[] = {
    {"daddr", NFT_TYPE_ETHERADDR, 0, 48, false, 0},
    {"saddr", NFT_TYPE_ETHERADDR, 48, 48, false, 0},
    {"type", NFT_TYPE_ETHERTYPE, 96, 16, true, 0},
};

static const struct nft_field vlan_fields[] = {
    // IEEE 802.1Q
    {"pcp", INT, 0, 3, false, 0},
    {"dei", INT, 3, 1, false, 0},
    {"cfi", INT, 3, 1, false, 0},
    {"id", INT, 4, 12, false, 0},
    {"type", NFT_TYPE_ETHERTYPE, 16, 16, true, 0},
};

static const struct nft_field arp_fields[] = {
    // RFC 826, for Ethernet and IPv4
    {"htype", INT, 0, 16, false, 0},
    {"ptype", NFT_TYPE_ETHERTYPE, 16, 16, false, 0},
    {"hlen", INT, 32, 8, false, 0},
    {"plen", INT, 40, 8, false, 0},
    {"operation", NFT_TYPE_ARPOP, 48, 16, false, 0},
    {"saddr ether", NFT_TYPE_ETHERADDR, 64, 48, false, 0},
    {"saddr ip", NFT_TYPE_IPADDR, 112, 32, false, 0},
    {"daddr ether", NFT_TYPE_ETHERADDR, 144, 48, false, 0},
    {"daddr ip", NFT_TYPE_IPADDR, 192, 32, false, 0},
};

static const struct nft_field ip_fields[] = {
    // RFC 791
    {"version", INT, 0, 4, false, 0},
    {"hdrlength", INT, 4, 4, false, 0},
    {"dscp", NFT_TYPE_DSCP, 8, 6, false, 0},
    {"ecn", NFT_TYPE_ECN, 14, 2, false, 0},
    {"length", INT, 16, 16, false, 0},
    {"id", INT, 32, 16, false, 0},
    {"frag-off", INT, 48, 16, false, 0},
    {"ttl", INT, 64, 8, false, 0},
    {"protocol", NFT_TYPE_INET_PROTOCOL, 72, 8, true, 0},
    {"checksum", INT, 80, 16, false, 0},
    {"saddr", NFT_TYPE_IPADDR, 96, 32, false, 0},
    {"daddr", NFT_TYPE_IPADDR, 128, 32, false, 0},
};

static const struct nft_field ip6_fields[] = {
    // RFC 8200
    {"version", INT, 0, 4, false, 0},
    {"dscp", NFT_TYPE_DSCP, 4, 6, false, 0},
    {"ecn", NFT_TYPE_ECN, 10, 2, false, 0},
    {"flowlabel", INT, 12, 20, false, 0},
    {"length", INT, 32, 16, false, 0},
    {"nexthdr", NFT_TYPE_INET_PROTOCOL, 48, 8, true, 0},
    {"hoplimit", INT, 56, 8, false, 0},
    {"saddr", NFT_TYPE_IP6ADDR, 64, 128, false, 0},
    {"daddr", NFT_TYPE_IP6ADDR, 192, 128, false, 0},
};

static const struct nft_field icmp_fields[] = {
    // RFC 792
    {"type", NFT_TYPE_ICMP_TYPE, 0, 8, true, 0},
    {"code", NFT_TYPE_ICMP_CODE, 8, 8, false, 0},
    {"checksum", INT, 16, 16, false, 0},
    {"id", INT, 32, 16, false, 8},
    {"sequence", INT, 48, 16, false, 8},
    {"gateway", INT, 32, 32, false, 5},
    {"mtu", INT, 48, 16, false, 3},
};

static const struct nft_field icmp6_fields[] = {
    // RFC 4443
    {"type", NFT_TYPE_ICMP6_TYPE, 0, 8, true, 0},
    {"code", NFT_TYPE_ICMPV6_CODE, 8, 8, false, 0},
    {"checksum", INT, 16, 16, false, 0},
    {"parameter-problem", INT, 32, 32, false, 4},
    {"mtu", INT, 32, 32, false, 2},
    {"id", INT, 32, 16, false, 128},
    {"sequence", INT, 48, 16, false, 128},
    {"max-delay", INT, 32, 16, false, 130},
};

static const struct nft_field igmp_fields[] = {
    // RFC 2236
    {"type", NFT_TYPE_IGMP_TYPE, 0, 8, false, 0},
    {"checksum", INT, 16, 16, false, 0},
    {"mrt", INT, 8, 8, false, 0},
    {"group", INT, 32, 32, false, 0},
};

static const struct nft_field udp_fields[] = {
    {"sport", NFT_TYPE_INET_SERVICE, 0, 16, false, 0},
    {"dport", NFT_TYPE_INET_SERVICE, 16, 16, false, 0},
    {"length", INT, 32, 16, false, 0},
    {"checksum", INT, 48, 16, false, 0},
};

static const struct nft_field udplite_fields[] = {
    // RFC 3828
    {"sport", NFT_TYPE_INET_SERVICE, 0, 16, false, 0},
    {"dport", NFT_TYPE_INET_SERVICE, 16, 16, false, 0},
    {"csumcov", INT, 32, 16, false, 0},
    {"checksum", INT, 48, 16, false, 0},
};

static const struct nft_field tcp_fields[] = {
    // RFC 9293
    {"sport", NFT_TYPE_INET_SERVICE, 0, 16, false, 0},
    {"dport", NFT_TYPE_INET_SERVICE, 16, 16, false, 0},
    {"sequence", INT, 32, 32, false, 0},
    {"ackseq", INT, 64, 32, false, 0},
    {"doff", INT, 96, 4, false, 0},
    {"reserved", INT, 100, 4, false, 0},
    {"flags", NFT_TYPE_TCP_FLAG, 104, 8, false, 0},
    {"window", INT, 112, 16, false, 0},
    {"checksum", INT, 128, 16, false, 0},
    {"urgptr", INT, 144, 16, false, 0},
};

static const struct nft_field dccp_fields[] = {
    // RFC 4340
    {"sport", NFT_TYPE_INET_SERVICE, 0, 16, false, 0},
    {"dport", NFT_TYPE_INET_SERVICE, 16, 16, false, 0},
    {"type", NFT_TYPE_DCCP_PKTTYPE, 67, 4, false, 0},
};

static const struct nft_field sctp_fields[] = {
    // RFC 9260
    {"sport", NFT_TYPE_INET_SERVICE, 0, 16, false, 0},
    {"dport", NFT_TYPE_INET_SERVICE, 16, 16, false, 0},
    {"vtag", INT, 32, 32, false, 0},
    {"checksum", INT, 64, 32, false, 0},
};

static const struct nft_field th_fields[] = {
    // what TCP, UDP, SCTP, DCCP have in common
    {"sport", NFT_TYPE_INET_SERVICE, 0, 16, false, 0},
    {"dport", NFT_TYPE_INET_SERVICE, 16, 16, false, 0},
};

static const struct nft_field ah_fields[] = {
    // RFC 4302
    {"nexthdr", NFT_TYPE_INET_PROTOCOL, 0, 8, true, 0},
    {"hdrlength", INT, 8, 8, false, 0},
    {"reserved", INT, 16, 16, false, 0},
    {"spi", INT, 32, 32, false, 0},
    {"sequence", INT, 64, 32, false, 0},
};

static const struct nft_field esp_fields[] = {
    // RFC 4303
    {"spi", INT, 0, 32, false, 0},
    {"sequence", INT, 32, 32, false, 0},
};

static const struct nft_field comp_fields[] = {
    // RFC 3173
    {"nexthdr", NFT_TYPE_INET_PROTOCOL, 0, 8, true, 0},
    {"flags", NFT_TYPE_BITMASK, 8, 8, false, 0},
    {"cpi", INT, 16, 16, false, 0},
};

#define HEADER(variable, text, id, where, bits, field_list, upper_list, uppers_there) \
    const struct nft_header variable = {.name = text,                                 \
                                        .number = id,                                 \
                                        .base = where,                                \
                                        .length = bits,                               \
                                        .fields = field_list,                         \
                                        .field_count = COUNT(field_list),             \
                                        .uppers = upper_list,                         \
                                        .upper_count = uppers_there}

#define TRANSPORT(variable, text, id, field_list) \
    HEADER(variable, text, id, NFT_BASE_TRANSPORT, 0, field_list, NULL, 0)

static TRANSPORT(igmp, "igmp", 5, igmp_fields);
static TRANSPORT(udp, "udp", 6, udp_fields);
static TRANSPORT(udplite, "udplite", 7, udplite_fields);
static TRANSPORT(tcp, "tcp", 8, tcp_fields);
static TRANSPORT(dccp, "dccp", 9, dccp_fields);
static TRANSPORT(sctp, "sctp", 10, sctp_fields);
static TRANSPORT(esp, "esp", 2, esp_fields);
static TRANSPORT(ah, "ah", 1, ah_fields);
static TRANSPORT(comp, "comp", 3, comp_fields);
TRANSPORT(nft_icmp, "icmp", 4, icmp_fields);
TRANSPORT(nft_icmp6, "icmpv6", 14, icmp6_fields);
TRANSPORT(nft_th, "th", 11, th_fields);

static const struct nft_upper transports[] = {
    {IPPROTO_TCP, &tcp},          {IPPROTO_UDP, &udp},   {IPPROTO_ICMP, &nft_icmp},
    {IPPROTO_ICMPV6, &nft_icmp6}, {IPPROTO_SCTP, &sctp}, {IPPROTO_UDPLITE, &udplite},
    {IPPROTO_DCCP, &dccp},        {IPPROTO_ESP, &esp},   {IPPROTO_AH, &ah},
    {IPPROTO_COMP, &comp},        {IPPROTO_IGMP, &igmp},
};

HEADER(nft_ip, "ip", 12, NFT_BASE_NETWORK, 0, ip_fields, transports, COUNT(transports));
HEADER(nft_ip6, "ip6", 13, NFT_BASE_NETWORK, 0, ip6_fields, transports, COUNT(transports));
HEADER(nft_arp, "arp", 15, NFT_BASE_NETWORK, 0, arp_fields, NULL, 0);

static const struct nft_upper ether_uppers[] = {
    // linux/if_ether.h ETH_P_*
    {0x0800, &nft_ip},   {0x0806, &nft_arp},  {0x86dd, &nft_ip6},
    {0x8100, &nft_vlan}, {0x88a8, &nft_vlan},
};

HEADER(nft_ether, "ether", 17, NFT_BASE_LINK, 112, ether_fields, ether_uppers, COUNT(ether_uppers));
HEADER(nft_vlan, "vlan", 16, NFT_BASE_LINK, 32, vlan_fields, ether_uppers, COUNT(ether_uppers));

static const struct nft_upper families[] = {{2, &nft_ip}, {10, &nft_ip6}}; // NFPROTO_*

const struct nft_header nft_link_inet = {
    .name = "inet", .base = NFT_BASE_LINK, .uppers = families, .upper_count = COUNT(families)};
const struct nft_header nft_link_netdev = {.name = "netdev",
                                           .base = NFT_BASE_LINK,
                                           .uppers = ether_uppers,
                                           .upper_count = COUNT(ether_uppers)};
const struct nft_header nft_any_transport = {
    .name = "", .base = NFT_BASE_TRANSPORT, .uppers = transports, .upper_count = COUNT(transports)};

static const struct nft_header *const headers[] = {
    &ah,   &esp,    &comp,   &nft_icmp, &igmp,      &udp,     &udplite,  &tcp,       &dccp,
    &sctp, &nft_th, &nft_ip, &nft_ip6,  &nft_icmp6, &nft_arp, &nft_vlan, &nft_ether,
};

const char *nft_base_name(enum nft_base base) {
    static const char *const names[NFT_BASE_COUNT] = {"invalid", "ll", "nh", "th", "ih"};
    return base < NFT_BASE_COUNT ? names[base] : NULL;
}

const struct nft_header *nft_header_upper(const struct nft_header *header, uint32_t number) {
    for (size_t i = 0; header && i < header->upper_count; i++) {
        if (header->uppers[i].number == number)
            return header->uppers[i].header;
    }
    return NULL;
}

int nft_header_upper_number(const struct nft_header *header, const struct nft_header *upper) {
    for (size_t i = 0; header && i < header->upper_count; i++) {
        if (header->uppers[i].header == upper)
            return header->uppers[i].number;
    }
    return -1;
}

const struct nft_header *nft_header_by_number(uint32_t number) {
    for (size_t i = 0; i < COUNT(headers); i++) {
        if (headers[i]->number == number)
            return headers[i];
    }
    return NULL;
}

const struct nft_field *nft_header_field(const struct nft_header *header, uint32_t number) {
    return number > 0 && number <= header->field_count ? &header->fields[number - 1] : NULL;
}
