// SPDX-License-Identifier: GPL-2.0-or-later
#include <netinet/in.h>

#include "ruleset/nft_header.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define INT          NFT_TYPE_INTEGER
#define PROTOCOL     NFT_TYPE_INET_PROTOCOL
#define IP6          NFT_TYPE_IP6ADDR

enum { OP_IPV6, OP_TCP, OP_IPV4, OP_SCTP }; // enum nft_exthdr_op

// --- IPv6 extension headers: RFC 8200, 5095 (rt0), 8754 (srh), 6275 (mh) -------------------------

static const struct nft_field next_fields[] = {
    {"nexthdr", PROTOCOL, 0, 8, false, 0},
    {"hdrlength", INT, 8, 8, false, 0},
};

static const struct nft_field rt_fields[] = {
    {"nexthdr", PROTOCOL, 0, 8, false, 0},
    {"hdrlength", INT, 8, 8, false, 0},
    {"type", INT, 16, 8, false, 0},
    {"seg-left", INT, 24, 8, false, 0},
};

static const struct nft_field rt0_fields[] = {
    {"reserved", INT, 32, 32, false, 0},
    {"addr[1]", IP6, 64, 128, false, 0},
    {"addr[2]", IP6, 192, 128, false, 0},
};

static const struct nft_field srh_fields[] = {
    {"last-entry", INT, 32, 8, false, 0}, {"flags", INT, 40, 8, false, 0},
    {"tag", INT, 48, 16, false, 0},       {"sid[1]", IP6, 64, 128, false, 0},
    {"sid[2]", IP6, 192, 128, false, 0},
};

static const struct nft_field frag_fields[] = {
    {"nexthdr", PROTOCOL, 0, 8, false, 0},    {"reserved", INT, 8, 8, false, 0},
    {"frag-off", INT, 16, 13, false, 0},      {"reserved2", INT, 29, 2, false, 0},
    {"more-fragments", INT, 31, 1, false, 0}, {"id", INT, 32, 32, false, 0},
};

static const struct nft_field mh_fields[] = {
    {"nexthdr", PROTOCOL, 0, 8, false, 0},       {"hdrlength", INT, 8, 8, false, 0},
    {"type", NFT_TYPE_MH_TYPE, 16, 8, false, 0}, {"reserved", INT, 24, 8, false, 0},
    {"checksum", INT, 32, 16, false, 0},
};

// --- TCP options: RFC 9293, 7323, 2018, 2385, 8684, 7413
// ------------------------------------------

static const struct nft_field kind_fields[] = {{"kind", INT, 0, 8, false, 0}};

static const struct nft_field length_fields[] = {
    {"kind", INT, 0, 8, false, 0},
    {"length", INT, 8, 8, false, 0},
};

static const struct nft_field maxseg_fields[] = {
    {"kind", INT, 0, 8, false, 0},
    {"length", INT, 8, 8, false, 0},
    {"size", INT, 16, 16, false, 0},
};

static const struct nft_field window_fields[] = {
    {"kind", INT, 0, 8, false, 0},
    {"length", INT, 8, 8, false, 0},
    {"count", INT, 16, 8, false, 0},
};

static const struct nft_field sack_fields[] = {
    {"kind", INT, 0, 8, false, 0},    {"length", INT, 8, 8, false, 0},
    {"left", INT, 16, 32, false, 0},  {"right", INT, 48, 32, false, 0},
    {"left", INT, 80, 32, false, 0},  {"right", INT, 112, 32, false, 0},
    {"left", INT, 144, 32, false, 0}, {"right", INT, 176, 32, false, 0},
    {"left", INT, 208, 32, false, 0}, {"right", INT, 240, 32, false, 0},
};

static const struct nft_field timestamp_fields[] = {
    {"kind", INT, 0, 8, false, 0},
    {"length", INT, 8, 8, false, 0},
    {"tsval", INT, 16, 32, false, 0},
    {"tsecr", INT, 48, 32, false, 0},
};

static const struct nft_field mptcp_fields[] = {
    {"kind", INT, 0, 8, false, 0},
    {"length", INT, 8, 8, false, 0},
    {"subtype", INT, 16, 4, false, 0},
};

// --- IPv4 options: RFC 791, 2113 -----------------------------------------------------------------

static const struct nft_field route_fields[] = {
    {"type", INT, 0, 8, false, 0},
    {"length", INT, 8, 8, false, 0},
    {"ptr", INT, 16, 8, false, 0},
    {"addr", INT, 24, 32, false, 0},
};

static const struct nft_field alert_fields[] = {
    {"type", INT, 0, 8, false, 0},
    {"length", INT, 8, 8, false, 0},
    {"value", INT, 16, 16, false, 0},
};

// --- SCTP chunks: RFC 9260, 3758, 5061 -----------------------------------------------------------

#define CHUNK_FIELDS                                                 \
    {"type", INT, 0, 8, false, 0}, {"flags", INT, 8, 8, false, 0}, { \
        "length", INT, 16, 16, false, 0                              \
    }

static const struct nft_field chunk_fields[] = {CHUNK_FIELDS};

static const struct nft_field data_fields[] = {
    CHUNK_FIELDS,
    {"tsn", INT, 32, 32, false, 0},
    {"stream", INT, 64, 16, false, 0},
    {"ssn", INT, 80, 16, false, 0},
    {"ppid", INT, 96, 32, false, 0},
};

static const struct nft_field init_fields[] = {
    CHUNK_FIELDS,
    {"init-tag", INT, 32, 32, false, 0},
    {"a-rwnd", INT, 64, 32, false, 0},
    {"num-outbound-streams", INT, 96, 16, false, 0},
    {"num-inbound-streams", INT, 112, 16, false, 0},
    {"initial-tsn", INT, 128, 32, false, 0},
};

static const struct nft_field sctp_sack_fields[] = {
    CHUNK_FIELDS,
    {"cum-tsn-ack", INT, 32, 32, false, 0},
    {"a-rwnd", INT, 64, 32, false, 0},
    {"num-gap-ack-blocks", INT, 96, 16, false, 0},
    {"num-dup-tsns", INT, 112, 16, false, 0},
};

static const struct nft_field shutdown_fields[] = {CHUNK_FIELDS,
                                                   {"cum-tsn-ack", INT, 32, 32, false, 0}};
static const struct nft_field ecne_fields[] = {CHUNK_FIELDS, {"lowest-tsn", INT, 32, 32, false, 0}};
static const struct nft_field asconf_fields[] = {CHUNK_FIELDS, {"seqno", INT, 32, 32, false, 0}};
static const struct nft_field forward_fields[] = {CHUNK_FIELDS,
                                                  {"new-cum-tsn", INT, 32, 32, false, 0}};

#define OPTION(text, op, type, number, first, fields) \
    { text, op, type, number, first, COUNT(fields), fields }

static const struct nft_option options[] = {
    OPTION("hbh", OP_IPV6, IPPROTO_HOPOPTS, 1, 1, next_fields),
    OPTION("rt", OP_IPV6, IPPROTO_ROUTING, 2, 1, rt_fields),
    OPTION("srh", OP_IPV6, IPPROTO_ROUTING, 5, 1, srh_fields),
    OPTION("rt0", OP_IPV6, IPPROTO_ROUTING, 3, 1, rt0_fields),
    OPTION("frag", OP_IPV6, IPPROTO_FRAGMENT, 6, 1, frag_fields),
    OPTION("dst", OP_IPV6, IPPROTO_DSTOPTS, 7, 1, next_fields),
    OPTION("mh", OP_IPV6, IPPROTO_MH, 8, 1, mh_fields),
    OPTION("eol", OP_TCP, 0, 0, 0, kind_fields),
    OPTION("nop", OP_TCP, 1, 0, 0, kind_fields),
    OPTION("maxseg", OP_TCP, 2, 0, 0, maxseg_fields),
    OPTION("window", OP_TCP, 3, 0, 0, window_fields),
    OPTION("sack-perm", OP_TCP, 4, 0, 0, length_fields),
    OPTION("sack", OP_TCP, 5, 0, 0, sack_fields),
    OPTION("timestamp", OP_TCP, 8, 0, 0, timestamp_fields),
    OPTION("md5sig", OP_TCP, 19, 0, 0, length_fields),
    OPTION("mptcp", OP_TCP, 30, 0, 0, mptcp_fields),
    OPTION("fastopen", OP_TCP, 34, 0, 0, length_fields),
    OPTION("rr", OP_IPV4, 7, 0, 0, route_fields),
    OPTION("lsrr", OP_IPV4, 131, 0, 0, route_fields),
    OPTION("ssrr", OP_IPV4, 137, 0, 0, route_fields),
    OPTION("ra", OP_IPV4, 148, 0, 0, alert_fields),
    OPTION("data", OP_SCTP, 0, 0, 0, data_fields),
    OPTION("init", OP_SCTP, 1, 0, 0, init_fields),
    OPTION("init-ack", OP_SCTP, 2, 0, 0, init_fields),
    OPTION("sack", OP_SCTP, 3, 0, 0, sctp_sack_fields),
    OPTION("heartbeat", OP_SCTP, 4, 0, 0, chunk_fields),
    OPTION("heartbeat-ack", OP_SCTP, 5, 0, 0, chunk_fields),
    OPTION("abort", OP_SCTP, 6, 0, 0, chunk_fields),
    OPTION("shutdown", OP_SCTP, 7, 0, 0, shutdown_fields),
    OPTION("shutdown-ack", OP_SCTP, 8, 0, 0, chunk_fields),
    OPTION("error", OP_SCTP, 9, 0, 0, chunk_fields),
    OPTION("cookie-echo", OP_SCTP, 10, 0, 0, chunk_fields),
    OPTION("cookie-ack", OP_SCTP, 11, 0, 0, chunk_fields),
    OPTION("ecne", OP_SCTP, 12, 0, 0, ecne_fields),
    OPTION("cwr", OP_SCTP, 13, 0, 0, ecne_fields),
    OPTION("shutdown-complete", OP_SCTP, 14, 0, 0, chunk_fields),
    OPTION("asconf-ack", OP_SCTP, 128, 0, 0, asconf_fields),
    OPTION("forward-tsn", OP_SCTP, 192, 0, 0, forward_fields),
    OPTION("asconf", OP_SCTP, 193, 0, 0, asconf_fields),
};

static const struct nft_field *field_at(const struct nft_option *option, uint32_t offset,
                                        uint32_t bits) {
    for (size_t i = 0; i < option->field_count; i++) {
        if (option->fields[i].offset == offset && option->fields[i].bits == bits)
            return &option->fields[i];
    }
    return NULL;
}

const struct nft_option *nft_option_at(uint8_t op, uint8_t type, uint32_t offset, uint32_t bits,
                                       const struct nft_field **ret_field) {
    const struct nft_option *first = NULL;
    *ret_field = NULL;
    for (size_t i = 0; i < COUNT(options); i++) {
        const struct nft_option *option = &options[i];
        if (option->op != op || option->type != type)
            continue;
        *ret_field = field_at(option, offset, bits);
        if (*ret_field)
            return option;
        first = first ? first : option;
    }
    return first;
}

const struct nft_option *nft_option_by_number(uint8_t op, uint32_t number) {
    for (size_t i = 0; i < COUNT(options); i++) {
        if (options[i].op == op && (op == OP_IPV6 ? options[i].number : options[i].type) == number)
            return &options[i];
    }
    return NULL;
}
