// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/packet_parse.h"

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <string.h>

#define IPV4_HEADER     20
#define IPV6_HEADER     40
#define TCP_HEADER      14 // up to the flags
#define ICMP_HEADER     2
#define PORTS           4
#define PROTO_UDPLITE   136
#define FRAGMENT_OFFSET 0x1fff
#define FRAGMENT_MORE   0x2000
#define OPTION_FRAGMENT 44

static uint16_t read_be16(const uint8_t *bytes) {
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static uint32_t read_be32(const uint8_t *bytes) {
    return (uint32_t)read_be16(bytes) << 16 | read_be16(bytes + 2);
}

static void parse_ipv4(const uint8_t *bytes, struct packet_header *header) {
    header->dscp = bytes[1];
    header->length = read_be16(bytes + 2);
    header->ip_id = read_be16(bytes + 4);
    header->known |= PACKET_HAS_IP_ID;
    if (read_be16(bytes + 6) & FRAGMENT_OFFSET)
        header->known |= PACKET_IS_FRAGMENT;
    if (read_be16(bytes + 6) & FRAGMENT_MORE)
        header->known |= PACKET_IN_FRAGMENTS;
    header->ttl = bytes[8];
    header->proto = bytes[9];
    header->src = address_from_bytes(bytes + 12, 4);
    header->dst = address_from_bytes(bytes + 16, 4);
}

static bool is_extension(uint8_t type) {
    return type == IPPROTO_HOPOPTS || type == IPPROTO_ROUTING || type == IPPROTO_DSTOPTS ||
           type == OPTION_FRAGMENT;
}

// The extension headers that the bytes hold: the transport protocol stands in the last.
static void walk_extensions(const uint8_t *bytes, size_t length, struct packet_header *header) {
    size_t at = IPV6_HEADER;
    uint8_t type = bytes[6];
    while (is_extension(type) && at + 8 <= length) {
        const uint8_t *extension = bytes + at;
        if (type == OPTION_FRAGMENT) {
            header->known |= read_be16(extension + 2) & 1 ? PACKET_IN_FRAGMENTS : 0;
            header->ip_id = read_be32(extension + 4);
            header->known |= PACKET_HAS_IP_ID;
            if (read_be16(extension + 2) >> 3)
                header->known |= PACKET_IS_FRAGMENT;
        }
        at += type == OPTION_FRAGMENT ? 8 : ((size_t)extension[1] + 1) * 8;
        type = extension[0];
    }
    // Its bytes end in front of it, and only what is in fragments has one.
    if (type == OPTION_FRAGMENT)
        header->known |= PACKET_IN_FRAGMENTS;
    header->proto = type;
}

static void parse_ipv6(const uint8_t *bytes, size_t length, struct packet_header *header) {
    header->dscp = (uint8_t)(read_be16(bytes) >> 4);
    header->length = (uint32_t)read_be16(bytes + 4) + IPV6_HEADER;
    header->ttl = bytes[7];
    header->src = address_from_bytes(bytes + 8, 16);
    header->dst = address_from_bytes(bytes + 24, 16);
    walk_extensions(bytes, length, header);
}

static void parse_tcp(const uint8_t *bytes, size_t length, struct packet_header *header) {
    if (length < TCP_HEADER)
        return;
    header->known |= PACKET_HAS_TCP;
    header->tcp_sequence = read_be32(bytes + 4);
    header->tcp_acknowledged = read_be32(bytes + 8);
    header->tcp_flags = bytes[13];
}

static bool is_echo(const struct packet_header *header) {
    if (header->proto == IPPROTO_ICMP)
        return header->icmp_type == ICMP_ECHO || header->icmp_type == ICMP_ECHOREPLY;
    return header->icmp_type == ICMP6_ECHO_REQUEST || header->icmp_type == ICMP6_ECHO_REPLY;
}

static void parse_icmp(const uint8_t *bytes, size_t length, struct packet_header *header) {
    if (length < ICMP_HEADER)
        return;
    header->known |= PACKET_HAS_ICMP;
    header->icmp_type = bytes[0];
    header->icmp_code = bytes[1];
    if (is_echo(header) && length >= ICMP_MINLEN) {
        header->echo_id = read_be16(bytes + 4);
        header->echo_sequence = read_be16(bytes + 6);
    }
}

static void parse_transport(const uint8_t *bytes, size_t length, struct packet_header *header) {
    switch (header->proto) {
    case IPPROTO_ICMP:
    case IPPROTO_ICMPV6:
        parse_icmp(bytes, length, header);
        return;
    case IPPROTO_TCP:
        parse_tcp(bytes, length, header);
        break;
    case IPPROTO_UDP:
    case IPPROTO_SCTP:
    case IPPROTO_DCCP:
    case PROTO_UDPLITE:
        break;
    default:
        return;
    }
    if (length < PORTS)
        return;
    header->known |= PACKET_HAS_PORTS;
    header->sport = read_be16(bytes);
    header->dport = read_be16(bytes + 2);
}

void packet_parse(const uint8_t *network, size_t network_length, const uint8_t *transport,
                  size_t transport_length, struct packet_header *ret_header) {
    struct packet_header header = {0};
    unsigned version = network_length > 0 ? network[0] >> 4 : 0;
    if (version == 4 && network_length >= IPV4_HEADER)
        parse_ipv4(network, &header);
    else if (version == 6 && network_length >= IPV6_HEADER)
        parse_ipv6(network, network_length, &header);
    if (header.src.family != ADDRESS_NONE && !(header.known & PACKET_IS_FRAGMENT))
        parse_transport(transport, transport_length, &header);
    *ret_header = header;
}
