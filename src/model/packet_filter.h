// SPDX-License-Identifier: GPL-2.0-or-later
// Which packets: what a filter says, as the kernel can check it. A packet passes if it meets every
// test of one of the alternatives.
#ifndef MODEL_PACKET_FILTER_H
#define MODEL_PACKET_FILTER_H

#include <stddef.h>
#include <stdint.h>

#include "base/address.h"

enum packet_selector {
    PACKET_FAMILY, // number: enum address_family
    PACKET_SRC,    // prefix
    PACKET_DST,
    PACKET_PROTO,
    PACKET_SPORT,
    PACKET_DPORT,
    PACKET_ICMP_TYPE,
    PACKET_ICMP_CODE,
    PACKET_TCP_FLAGS, // number: all of these bits
    PACKET_LENGTH,
    PACKET_TTL,
    PACKET_MARK,
    PACKET_IIF, // text
    PACKET_OIF,
    PACKET_NETNS, // text: which namespaces are looked at, not a test of packets
};

// In the order of enum nft_cmp_ops.
enum packet_test_op { PACKET_EQ, PACKET_NE, PACKET_LT, PACKET_LE, PACKET_GT, PACKET_GE };

struct packet_test {
    uint8_t selector; // enum packet_selector
    uint8_t op;       // enum packet_test_op
    union {
        uint32_t number;
        struct prefix prefix;
        const char *text; // the filter's
    };
};

#define PACKET_TESTS_MAX 16

struct packet_alternative {
    struct packet_test tests[PACKET_TESTS_MAX];
    size_t count;
};

#define PACKET_ALTERNATIVES_MAX 64

struct packet_filter {
    struct packet_alternative *alternatives;
    size_t count;
};

#endif
