// SPDX-License-Identifier: GPL-2.0-or-later
// NFTA_RULE_EXPRESSIONS: each expression as its dump function of the kernel (net/netfilter/nft_*.c)
// writes it. One line of `forms` for each; an attribute that is not known there can change what the
// expression means, so the whole of it is then kept raw.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>

#include "ruleset/xt.h"
#include "source/attr.h"
#include "source/nft_attrs.h"
#include "source/nft_parse.h"

#define DEPTH_MAX 4 // dynset and inner have expressions inside

// Newer than the headers: linux/netfilter/nf_tables.h of 6.2 and 6.13.
#define BITWISE_SREG2 (NFTA_BITWISE_DATA + 1)
enum { INNER_NUM = 1, INNER_TYPE, INNER_FLAGS, INNER_HDRSIZE, INNER_EXPR };

// Fills *ret_expr. Returns 0 or -ENOMEM; what is malformed is told by attrs->bad.
typedef int expr_parser(struct nft_attrs *attrs, struct nft_parser *parser,
                        struct nf_expr *ret_expr);

static int put(struct nft_parser *parser, const void *operands, size_t size, const void **ret) {
    *ret = arena_copy(parser->arena, operands, size);
    return *ret ? 0 : -ENOMEM;
}

// Operands that stand behind a pointer.
#define PUT(member, operands) \
    put(parser, &(operands), sizeof(operands), (const void **)&ret_expr->member)

// --- Data ----------------------------------------------------------------------------------------

int nft_data_parse(const struct nlattr *attr, struct nft_parser *parser, struct nf_data *ret_data) {
    struct nft_attrs attrs;
    nft_attrs_nested(&attrs, attr, NFTA_DATA_MAX);
    int r = nft_attr_bytes(attrs.at[NFTA_DATA_VALUE], parser->arena, ret_data);
    return r < 0 || !attrs.bad ? r : -EBADMSG;
}

int nft_verdict_parse(const struct nlattr *attr, struct nft_parser *parser,
                      struct nf_verdict *ret_verdict) {
    struct nft_attrs data, attrs;
    struct nf_verdict verdict = {0};
    nft_attrs_nested(&data, attr, NFTA_DATA_MAX);
    nft_attrs_nested(&attrs, data.at[NFTA_DATA_VERDICT], NFTA_VERDICT_MAX);
    verdict.code = (int32_t)nft_attr_need_u32(&attrs, NFTA_VERDICT_CODE);
    int r = nft_attr_text(&attrs, NFTA_VERDICT_CHAIN, parser->arena, &verdict.chain_name);
    if (r < 0)
        return r;
    if (data.bad || attrs.bad)
        return -EBADMSG;
    if (verdict.chain_name && parser->table)
        verdict.chain = nf_table_chain(parser->table, verdict.chain_name);
    *ret_verdict = verdict;
    return 0;
}

static int need_data(struct nft_attrs *attrs, int type, struct nft_parser *parser,
                     struct nf_data *ret_data) {
    int r = nft_data_parse(attrs->at[type], parser, ret_data);
    attrs->bad |= r == -EBADMSG || !ret_data->bytes;
    return r == -ENOMEM ? r : 0;
}

static int may_have_data(struct nft_attrs *attrs, int type, struct nft_parser *parser,
                         struct nf_data *ret_data) {
    return attrs->at[type] ? need_data(attrs, type, parser, ret_data) : 0;
}

static int need_text(struct nft_attrs *attrs, int type, struct nft_parser *parser,
                     const char **ret_text) {
    attrs->bad |= !attrs->at[type];
    return nft_attr_text(attrs, type, parser->arena, ret_text);
}

static const struct nf_set *find_set(const struct nft_parser *parser, const char *name) {
    return parser->table && name ? nf_table_set(parser->table, name) : NULL;
}

// --- What looks at a packet ----------------------------------------------------------------------

static int parse_bitwise(struct nft_attrs *attrs, struct nft_parser *parser,
                         struct nf_expr *ret_expr) {
    struct nf_bitwise bitwise = {
        .op = nft_attr_u32(attrs, NFTA_BITWISE_OP, NFT_BITWISE_MASK_XOR),
        .length = nft_attr_need_u32(attrs, NFTA_BITWISE_LEN),
        .source = nft_attr_need_register(attrs, NFTA_BITWISE_SREG),
        .source2 = nft_attr_register(attrs, BITWISE_SREG2),
        .destination = nft_attr_need_register(attrs, NFTA_BITWISE_DREG),
    };
    int r = may_have_data(attrs, NFTA_BITWISE_MASK, parser, &bitwise.mask);
    if (r == 0)
        r = may_have_data(attrs, NFTA_BITWISE_XOR, parser, &bitwise.xor);
    if (r == 0)
        r = may_have_data(attrs, NFTA_BITWISE_DATA, parser, &bitwise.data);
    if (bitwise.op == NFT_BITWISE_MASK_XOR)
        attrs->bad |= bitwise.mask.length != bitwise.length || bitwise.xor.length != bitwise.length;
    return r < 0 ? r : PUT(bitwise, bitwise);
}

static int parse_byteorder(struct nft_attrs *attrs, struct nft_parser *parser,
                           struct nf_expr *ret_expr) {
    (void)parser;
    ret_expr->byteorder = (struct nf_byteorder){
        .op = nft_attr_need_u32(attrs, NFTA_BYTEORDER_OP),
        .length = nft_attr_need_u32(attrs, NFTA_BYTEORDER_LEN),
        .size = nft_attr_need_u32(attrs, NFTA_BYTEORDER_SIZE),
        .source = nft_attr_need_register(attrs, NFTA_BYTEORDER_SREG),
        .destination = nft_attr_need_register(attrs, NFTA_BYTEORDER_DREG),
    };
    return 0;
}

static int parse_cmp(struct nft_attrs *attrs, struct nft_parser *parser, struct nf_expr *ret_expr) {
    ret_expr->cmp = (struct nf_cmp){
        .op = nft_attr_need_u32(attrs, NFTA_CMP_OP),
        .source = nft_attr_need_register(attrs, NFTA_CMP_SREG),
    };
    return need_data(attrs, NFTA_CMP_DATA, parser, &ret_expr->cmp.data);
}

static int parse_range(struct nft_attrs *attrs, struct nft_parser *parser,
                       struct nf_expr *ret_expr) {
    struct nf_range range = {
        .op = nft_attr_need_u32(attrs, NFTA_RANGE_OP),
        .source = nft_attr_need_register(attrs, NFTA_RANGE_SREG),
    };
    int r = need_data(attrs, NFTA_RANGE_FROM_DATA, parser, &range.from);
    if (r == 0)
        r = need_data(attrs, NFTA_RANGE_TO_DATA, parser, &range.to);
    return r < 0 ? r : PUT(range, range);
}

static int parse_ct(struct nft_attrs *attrs, struct nft_parser *parser, struct nf_expr *ret_expr) {
    (void)parser;
    bool stores = attrs->at[NFTA_CT_SREG] != NULL;
    ret_expr->kind = stores ? NF_EXPR_CT_SET : NF_EXPR_CT;
    ret_expr->ct = (struct nf_ct){
        .key = nft_attr_need_u32(attrs, NFTA_CT_KEY),
        .reg = nft_attr_need_register(attrs, stores ? NFTA_CT_SREG : NFTA_CT_DREG),
        .direction = nft_attr_u8(attrs, NFTA_CT_DIRECTION, UINT8_MAX),
    };
    return 0;
}

static int parse_exthdr(struct nft_attrs *attrs, struct nft_parser *parser,
                        struct nf_expr *ret_expr) {
    bool loads = attrs->at[NFTA_EXTHDR_DREG] != NULL;
    const struct nf_exthdr exthdr = {
        .op = nft_attr_u32(attrs, NFTA_EXTHDR_OP, NFT_EXTHDR_OP_IPV6),
        .offset = nft_attr_u32(attrs, NFTA_EXTHDR_OFFSET, 0),
        .length = nft_attr_u32(attrs, NFTA_EXTHDR_LEN, 0),
        .flags = nft_attr_u32(attrs, NFTA_EXTHDR_FLAGS, 0),
        .reg = nft_attr_register(attrs, loads ? NFTA_EXTHDR_DREG : NFTA_EXTHDR_SREG),
        .type = nft_attr_u8(attrs, NFTA_EXTHDR_TYPE, 0),
    };
    ret_expr->kind = loads ? NF_EXPR_EXTHDR : NF_EXPR_EXTHDR_SET;
    attrs->bad |= !attrs->at[NFTA_EXTHDR_TYPE];
    return PUT(exthdr, exthdr);
}

static int parse_fib(struct nft_attrs *attrs, struct nft_parser *parser, struct nf_expr *ret_expr) {
    (void)parser;
    ret_expr->fib = (struct nf_fib){
        .result = nft_attr_need_u32(attrs, NFTA_FIB_RESULT),
        .flags = nft_attr_need_u32(attrs, NFTA_FIB_FLAGS),
        .destination = nft_attr_need_register(attrs, NFTA_FIB_DREG),
    };
    return 0;
}

static int parse_hash(struct nft_attrs *attrs, struct nft_parser *parser,
                      struct nf_expr *ret_expr) {
    const struct nf_hash hash = {
        .type = nft_attr_u32(attrs, NFTA_HASH_TYPE, NFT_HASH_JENKINS),
        .length = nft_attr_u32(attrs, NFTA_HASH_LEN, 0),
        .modulus = nft_attr_need_u32(attrs, NFTA_HASH_MODULUS),
        .seed = nft_attr_u32(attrs, NFTA_HASH_SEED, 0),
        .offset = nft_attr_u32(attrs, NFTA_HASH_OFFSET, 0),
        .source = nft_attr_register(attrs, NFTA_HASH_SREG),
        .destination = nft_attr_need_register(attrs, NFTA_HASH_DREG),
        .has_seed = attrs->at[NFTA_HASH_SEED] != NULL,
    };
    return PUT(hash, hash);
}

static int parse_inner(struct nft_attrs *attrs, struct nft_parser *parser,
                       struct nf_expr *ret_expr) {
    struct nf_expr expr = {0};
    struct nf_inner inner = {
        .number = nft_attr_u32(attrs, INNER_NUM, 0),
        .type = nft_attr_need_u32(attrs, INNER_TYPE),
        .flags = nft_attr_need_u32(attrs, INNER_FLAGS),
        .header_size = nft_attr_need_u32(attrs, INNER_HDRSIZE),
    };
    attrs->bad |= !attrs->at[INNER_EXPR];
    if (attrs->bad)
        return 0;
    int r = nft_expr_parse(attrs->at[INNER_EXPR], parser, &expr);
    if (r == 0)
        r = put(parser, &expr, sizeof(expr), (const void **)&inner.expr);
    return r < 0 ? r : PUT(inner, inner);
}

static int parse_meta(struct nft_attrs *attrs, struct nft_parser *parser,
                      struct nf_expr *ret_expr) {
    (void)parser;
    bool stores = attrs->at[NFTA_META_SREG] != NULL;
    ret_expr->kind = stores ? NF_EXPR_META_SET : NF_EXPR_META;
    ret_expr->meta = (struct nf_meta){
        .key = nft_attr_need_u32(attrs, NFTA_META_KEY),
        .reg = nft_attr_need_register(attrs, stores ? NFTA_META_SREG : NFTA_META_DREG),
    };
    return 0;
}

static int parse_numgen(struct nft_attrs *attrs, struct nft_parser *parser,
                        struct nf_expr *ret_expr) {
    (void)parser;
    ret_expr->numgen = (struct nf_numgen){
        .type = nft_attr_need_u32(attrs, NFTA_NG_TYPE),
        .modulus = nft_attr_need_u32(attrs, NFTA_NG_MODULUS),
        .offset = nft_attr_u32(attrs, NFTA_NG_OFFSET, 0),
        .destination = nft_attr_need_register(attrs, NFTA_NG_DREG),
    };
    return 0;
}

static int parse_osf(struct nft_attrs *attrs, struct nft_parser *parser, struct nf_expr *ret_expr) {
    (void)parser;
    ret_expr->osf = (struct nf_osf){
        .destination = nft_attr_need_register(attrs, NFTA_OSF_DREG),
        .ttl = nft_attr_u8(attrs, NFTA_OSF_TTL, 0),
        .flags = nft_attr_u32(attrs, NFTA_OSF_FLAGS, 0),
    };
    return 0;
}

static int parse_payload(struct nft_attrs *attrs, struct nft_parser *parser,
                         struct nf_expr *ret_expr) {
    (void)parser;
    bool stores = attrs->at[NFTA_PAYLOAD_SREG] != NULL;
    ret_expr->kind = stores ? NF_EXPR_PAYLOAD_SET : NF_EXPR_PAYLOAD;
    ret_expr->payload = (struct nf_payload){
        .base = nft_attr_need_u32(attrs, NFTA_PAYLOAD_BASE),
        .offset = nft_attr_need_u32(attrs, NFTA_PAYLOAD_OFFSET),
        .length = nft_attr_need_u32(attrs, NFTA_PAYLOAD_LEN),
        .reg = nft_attr_need_register(attrs, stores ? NFTA_PAYLOAD_SREG : NFTA_PAYLOAD_DREG),
        .checksum_type = (uint8_t)nft_attr_u32(attrs, NFTA_PAYLOAD_CSUM_TYPE, 0),
        .checksum_offset = nft_attr_u32(attrs, NFTA_PAYLOAD_CSUM_OFFSET, 0),
        .checksum_flags = nft_attr_u32(attrs, NFTA_PAYLOAD_CSUM_FLAGS, 0),
    };
    return 0;
}

static int parse_rt(struct nft_attrs *attrs, struct nft_parser *parser, struct nf_expr *ret_expr) {
    (void)parser;
    ret_expr->rt = (struct nf_rt){
        .key = nft_attr_need_u32(attrs, NFTA_RT_KEY),
        .destination = nft_attr_need_register(attrs, NFTA_RT_DREG),
    };
    return 0;
}

static int parse_socket(struct nft_attrs *attrs, struct nft_parser *parser,
                        struct nf_expr *ret_expr) {
    (void)parser;
    ret_expr->socket = (struct nf_socket){
        .key = nft_attr_need_u32(attrs, NFTA_SOCKET_KEY),
        .level = nft_attr_u32(attrs, NFTA_SOCKET_LEVEL, 0),
        .destination = nft_attr_need_register(attrs, NFTA_SOCKET_DREG),
    };
    return 0;
}

static int parse_tunnel(struct nft_attrs *attrs, struct nft_parser *parser,
                        struct nf_expr *ret_expr) {
    (void)parser;
    ret_expr->tunnel = (struct nf_tunnel){
        .key = nft_attr_need_u32(attrs, NFTA_TUNNEL_KEY),
        .mode = nft_attr_u32(attrs, NFTA_TUNNEL_MODE, NFT_TUNNEL_MODE_NONE),
        .destination = nft_attr_need_register(attrs, NFTA_TUNNEL_DREG),
    };
    return 0;
}

static int parse_xfrm(struct nft_attrs *attrs, struct nft_parser *parser,
                      struct nf_expr *ret_expr) {
    (void)parser;
    ret_expr->xfrm = (struct nf_xfrm){
        .key = nft_attr_need_u32(attrs, NFTA_XFRM_KEY),
        .spnum = nft_attr_u32(attrs, NFTA_XFRM_SPNUM, 0),
        .direction = nft_attr_u8(attrs, NFTA_XFRM_DIR, 0),
        .destination = nft_attr_need_register(attrs, NFTA_XFRM_DREG),
    };
    return 0;
}

// --- Sets ----------------------------------------------------------------------------------------

static int parse_lookup(struct nft_attrs *attrs, struct nft_parser *parser,
                        struct nf_expr *ret_expr) {
    ret_expr->lookup = (struct nf_lookup){
        .source = nft_attr_need_register(attrs, NFTA_LOOKUP_SREG),
        .destination = nft_attr_register(attrs, NFTA_LOOKUP_DREG),
        .inverted = nft_attr_u32(attrs, NFTA_LOOKUP_FLAGS, 0) & NFT_LOOKUP_F_INV,
    };
    int r = need_text(attrs, NFTA_LOOKUP_SET, parser, &ret_expr->lookup.set_name);
    ret_expr->lookup.set = find_set(parser, ret_expr->lookup.set_name);
    return r;
}

// NFTA_DYNSET_EXPR has one expression, NFTA_DYNSET_EXPRESSIONS several.
static int parse_dynset_exprs(const struct nft_attrs *attrs, struct nft_parser *parser,
                              struct nf_dynset *dynset) {
    if (attrs->at[NFTA_DYNSET_EXPRESSIONS])
        return nft_exprs_parse(attrs->at[NFTA_DYNSET_EXPRESSIONS], parser, &dynset->exprs,
                               &dynset->expr_count);
    if (!attrs->at[NFTA_DYNSET_EXPR])
        return 0;
    struct nf_expr expr = {0};
    int r = nft_expr_parse(attrs->at[NFTA_DYNSET_EXPR], parser, &expr);
    if (r == 0)
        r = put(parser, &expr, sizeof(expr), (const void **)&dynset->exprs);
    dynset->expr_count = r == 0 ? 1 : 0;
    return r;
}

static int parse_dynset(struct nft_attrs *attrs, struct nft_parser *parser,
                        struct nf_expr *ret_expr) {
    struct nf_dynset dynset = {
        .op = nft_attr_need_u32(attrs, NFTA_DYNSET_OP),
        .key = nft_attr_need_register(attrs, NFTA_DYNSET_SREG_KEY),
        .data = nft_attr_register(attrs, NFTA_DYNSET_SREG_DATA),
        .timeout = nft_attr_u64(attrs, NFTA_DYNSET_TIMEOUT, 0),
        .flags = nft_attr_u32(attrs, NFTA_DYNSET_FLAGS, 0),
    };
    int r = need_text(attrs, NFTA_DYNSET_SET_NAME, parser, &dynset.set_name);
    if (r == 0)
        r = parse_dynset_exprs(attrs, parser, &dynset);
    dynset.set = find_set(parser, dynset.set_name);
    return r < 0 ? r : PUT(dynset, dynset);
}

static int parse_objref(struct nft_attrs *attrs, struct nft_parser *parser,
                        struct nf_expr *ret_expr) {
    bool by_map = attrs->at[NFTA_OBJREF_SET_SREG] != NULL;
    struct nf_objref objref = {
        .type = by_map ? 0 : nft_attr_need_u32(attrs, NFTA_OBJREF_IMM_TYPE),
        .key = nft_attr_register(attrs, NFTA_OBJREF_SET_SREG),
    };
    int r = need_text(attrs, by_map ? NFTA_OBJREF_SET_NAME : NFTA_OBJREF_IMM_NAME, parser,
                      &objref.name);
    objref.set = by_map ? find_set(parser, objref.name) : NULL;
    return r < 0 ? r : PUT(objref, objref);
}

// --- What keeps a state --------------------------------------------------------------------------

static int parse_connlimit(struct nft_attrs *attrs, struct nft_parser *parser,
                           struct nf_expr *ret_expr) {
    (void)parser;
    ret_expr->connlimit = (struct nf_connlimit){
        .count = nft_attr_need_u32(attrs, NFTA_CONNLIMIT_COUNT),
        .flags = nft_attr_u32(attrs, NFTA_CONNLIMIT_FLAGS, 0),
    };
    return 0;
}

static int parse_counter(struct nft_attrs *attrs, struct nft_parser *parser,
                         struct nf_expr *ret_expr) {
    (void)parser;
    ret_expr->counter = (struct nf_counter){
        .packets = nft_attr_u64(attrs, NFTA_COUNTER_PACKETS, 0),
        .bytes = nft_attr_u64(attrs, NFTA_COUNTER_BYTES, 0),
    };
    return 0;
}

static int parse_last(struct nft_attrs *attrs, struct nft_parser *parser,
                      struct nf_expr *ret_expr) {
    (void)parser;
    ret_expr->last = (struct nf_last){
        .milliseconds = nft_attr_u64(attrs, NFTA_LAST_MSECS, 0),
        .set = nft_attr_u32(attrs, NFTA_LAST_SET, 0) != 0,
    };
    return 0;
}

static int parse_limit(struct nft_attrs *attrs, struct nft_parser *parser,
                       struct nf_expr *ret_expr) {
    const struct nf_limit limit = nft_limit_of(attrs);
    return PUT(limit, limit);
}

static int parse_quota(struct nft_attrs *attrs, struct nft_parser *parser,
                       struct nf_expr *ret_expr) {
    (void)parser;
    ret_expr->quota = (struct nf_quota){
        .bytes = nft_attr_u64(attrs, NFTA_QUOTA_BYTES, 0),
        .consumed = nft_attr_u64(attrs, NFTA_QUOTA_CONSUMED, 0),
        .flags = nft_attr_u32(attrs, NFTA_QUOTA_FLAGS, 0),
    };
    return 0;
}

// --- What is done with a packet ------------------------------------------------------------------

static int parse_immediate(struct nft_attrs *attrs, struct nft_parser *parser,
                           struct nf_expr *ret_expr) {
    nf_register destination = nft_attr_need_register(attrs, NFTA_IMMEDIATE_DREG);
    if (destination == NF_REGISTER_VERDICT) {
        ret_expr->kind = NF_EXPR_VERDICT;
        int r = nft_verdict_parse(attrs->at[NFTA_IMMEDIATE_DATA], parser, &ret_expr->verdict);
        attrs->bad |= r == -EBADMSG;
        return r == -ENOMEM ? r : 0;
    }
    ret_expr->immediate = (struct nf_immediate){.destination = destination};
    return need_data(attrs, NFTA_IMMEDIATE_DATA, parser, &ret_expr->immediate.data);
}

static int parse_dup(struct nft_attrs *attrs, struct nft_parser *parser, struct nf_expr *ret_expr) {
    (void)parser;
    ret_expr->dup = (struct nf_dup){
        .address = nft_attr_register(attrs, NFTA_DUP_SREG_ADDR),
        .device = nft_attr_register(attrs, NFTA_DUP_SREG_DEV),
    };
    return 0;
}

static int parse_fwd(struct nft_attrs *attrs, struct nft_parser *parser, struct nf_expr *ret_expr) {
    (void)parser;
    ret_expr->dup = (struct nf_dup){
        .address = nft_attr_register(attrs, NFTA_FWD_SREG_ADDR),
        .device = nft_attr_register(attrs, NFTA_FWD_SREG_DEV),
        .family = (uint8_t)nft_attr_u32(attrs, NFTA_FWD_NFPROTO, 0),
    };
    return 0;
}

static int parse_flow_offload(struct nft_attrs *attrs, struct nft_parser *parser,
                              struct nf_expr *ret_expr) {
    return need_text(attrs, NFTA_FLOW_TABLE_NAME, parser, &ret_expr->flowtable);
}

static int parse_log(struct nft_attrs *attrs, struct nft_parser *parser, struct nf_expr *ret_expr) {
    struct nf_log log = {
        .level = nft_attr_u32(attrs, NFTA_LOG_LEVEL, 0),
        .flags = nft_attr_u32(attrs, NFTA_LOG_FLAGS, 0),
        .snaplen = nft_attr_u32(attrs, NFTA_LOG_SNAPLEN, 0),
        .group = nft_attr_u16(attrs, NFTA_LOG_GROUP, 0),
        .qthreshold = nft_attr_u16(attrs, NFTA_LOG_QTHRESHOLD, 0),
        .has_level = attrs->at[NFTA_LOG_LEVEL] != NULL,
        .has_flags = attrs->at[NFTA_LOG_FLAGS] != NULL,
        .has_group = attrs->at[NFTA_LOG_GROUP] != NULL,
        .has_snaplen = attrs->at[NFTA_LOG_SNAPLEN] != NULL,
        .has_qthreshold = attrs->at[NFTA_LOG_QTHRESHOLD] != NULL,
    };
    int r = nft_attr_text(attrs, NFTA_LOG_PREFIX, parser->arena, &log.prefix);
    return r < 0 ? r : PUT(log, log);
}

static int parse_nat(struct nft_attrs *attrs, struct nft_parser *parser, struct nf_expr *ret_expr) {
    const struct nf_nat nat = {
        .type = nft_attr_need_u32(attrs, NFTA_NAT_TYPE),
        .flags = nft_attr_u32(attrs, NFTA_NAT_FLAGS, 0),
        .family = (uint8_t)nft_attr_need_u32(attrs, NFTA_NAT_FAMILY),
        .address_min = nft_attr_register(attrs, NFTA_NAT_REG_ADDR_MIN),
        .address_max = nft_attr_register(attrs, NFTA_NAT_REG_ADDR_MAX),
        .port_min = nft_attr_register(attrs, NFTA_NAT_REG_PROTO_MIN),
        .port_max = nft_attr_register(attrs, NFTA_NAT_REG_PROTO_MAX),
    };
    return PUT(nat, nat);
}

static int put_port_nat(struct nft_attrs *attrs, struct nft_parser *parser,
                        struct nf_expr *ret_expr, uint32_t type, uint32_t flags, int port_min,
                        int port_max) {
    const struct nf_nat nat = {
        .type = type,
        .flags = flags,
        .family = parser->table ? parser->table->family : NF_FAMILY_UNSPEC,
        .address_min = NF_REGISTER_NONE,
        .address_max = NF_REGISTER_NONE,
        .port_min = nft_attr_register(attrs, port_min),
        .port_max = nft_attr_register(attrs, port_max),
    };
    return PUT(nat, nat);
}

static int parse_masq(struct nft_attrs *attrs, struct nft_parser *parser,
                      struct nf_expr *ret_expr) {
    return put_port_nat(attrs, parser, ret_expr, NFT_NAT_SNAT,
                        nft_attr_u32(attrs, NFTA_MASQ_FLAGS, 0), NFTA_MASQ_REG_PROTO_MIN,
                        NFTA_MASQ_REG_PROTO_MAX);
}

static int parse_redir(struct nft_attrs *attrs, struct nft_parser *parser,
                       struct nf_expr *ret_expr) {
    return put_port_nat(attrs, parser, ret_expr, NFT_NAT_DNAT,
                        nft_attr_u32(attrs, NFTA_REDIR_FLAGS, 0), NFTA_REDIR_REG_PROTO_MIN,
                        NFTA_REDIR_REG_PROTO_MAX);
}

static int parse_notrack(struct nft_attrs *attrs, struct nft_parser *parser,
                         struct nf_expr *ret_expr) {
    (void)attrs, (void)parser, (void)ret_expr;
    return 0;
}

static int parse_queue(struct nft_attrs *attrs, struct nft_parser *parser,
                       struct nf_expr *ret_expr) {
    (void)parser;
    ret_expr->queue = (struct nf_queue){
        .number = nft_attr_u16(attrs, NFTA_QUEUE_NUM, 0),
        .total = nft_attr_u16(attrs, NFTA_QUEUE_TOTAL, 0),
        .flags = nft_attr_u16(attrs, NFTA_QUEUE_FLAGS, 0),
        .source = nft_attr_register(attrs, NFTA_QUEUE_SREG_QNUM),
    };
    return 0;
}

static int parse_reject(struct nft_attrs *attrs, struct nft_parser *parser,
                        struct nf_expr *ret_expr) {
    (void)parser;
    ret_expr->reject = (struct nf_reject){
        .type = nft_attr_need_u32(attrs, NFTA_REJECT_TYPE),
        .code = nft_attr_u8(attrs, NFTA_REJECT_ICMP_CODE, 0),
    };
    return 0;
}

static int parse_synproxy(struct nft_attrs *attrs, struct nft_parser *parser,
                          struct nf_expr *ret_expr) {
    (void)parser;
    ret_expr->synproxy = (struct nf_synproxy){
        .mss = nft_attr_u16(attrs, NFTA_SYNPROXY_MSS, 0),
        .wscale = nft_attr_u8(attrs, NFTA_SYNPROXY_WSCALE, 0),
        .flags = nft_attr_u32(attrs, NFTA_SYNPROXY_FLAGS, 0),
    };
    return 0;
}

static int parse_tproxy(struct nft_attrs *attrs, struct nft_parser *parser,
                        struct nf_expr *ret_expr) {
    (void)parser;
    ret_expr->tproxy = (struct nf_tproxy){
        .family = (uint8_t)nft_attr_need_u32(attrs, NFTA_TPROXY_FAMILY),
        .address = nft_attr_register(attrs, NFTA_TPROXY_REG_ADDR),
        .port = nft_attr_register(attrs, NFTA_TPROXY_REG_PORT),
    };
    return 0;
}

// --- Extensions of xtables -----------------------------------------------------------------------

// The comment of a comment match (linux/netfilter/xt_comment.h: a text and nothing else) is the
// rule's.
static int take_comment(const struct nlattr *info, struct nft_parser *parser) {
    if (parser->comment)
        return 0;
    parser->comment = arena_strndup(parser->arena, nla_data(info), (size_t)nla_len(info));
    return parser->comment ? 0 : -ENOMEM;
}

static int parse_extension(struct nft_attrs *attrs, struct nft_parser *parser,
                           struct nf_expr *ret_expr, bool is_target) {
    const struct nlattr *info = attrs->at[NFTA_MATCH_INFO];
    struct nf_xt xt = {0};
    const char *name = NULL;
    int r = need_text(attrs, NFTA_MATCH_NAME, parser, &name);
    uint32_t revision = nft_attr_need_u32(attrs, NFTA_MATCH_REV);
    attrs->bad |= !info || revision > UINT8_MAX;
    if (r < 0 || attrs->bad)
        return r;
    r = xt_decode(name, (uint8_t)revision, is_target, parser->table ? parser->table->family : 0,
                  nla_data(info), (size_t)nla_len(info), parser->arena, &xt);
    if (r == 0 && !is_target && strcmp(name, "comment") == 0)
        r = take_comment(info, parser);
    parser->unknown_count += xt.foreign ? 1 : 0;
    return r < 0 ? r : PUT(xt, xt);
}

// NFTA_TARGET_* are numbered as NFTA_MATCH_* are.
static int parse_match(struct nft_attrs *attrs, struct nft_parser *parser,
                       struct nf_expr *ret_expr) {
    return parse_extension(attrs, parser, ret_expr, false);
}

static int parse_target(struct nft_attrs *attrs, struct nft_parser *parser,
                        struct nf_expr *ret_expr) {
    return parse_extension(attrs, parser, ret_expr, true);
}

// --- All of them ---------------------------------------------------------------------------------

struct expr_form {
    const char *name; // NFTA_EXPR_NAME
    expr_parser *parse;
    int last; // the last attribute that is known
    enum nf_expr_kind kind;
};

// By name.
static const struct expr_form forms[] = {
    {"bitwise", parse_bitwise, BITWISE_SREG2, NF_EXPR_BITWISE},
    {"byteorder", parse_byteorder, NFTA_BYTEORDER_MAX, NF_EXPR_BYTEORDER},
    {"cmp", parse_cmp, NFTA_CMP_MAX, NF_EXPR_CMP},
    {"connlimit", parse_connlimit, NFTA_CONNLIMIT_MAX, NF_EXPR_CONNLIMIT},
    {"counter", parse_counter, NFTA_COUNTER_MAX, NF_EXPR_COUNTER},
    {"ct", parse_ct, NFTA_CT_MAX, NF_EXPR_CT},
    {"dup", parse_dup, NFTA_DUP_MAX, NF_EXPR_DUP},
    {"dynset", parse_dynset, NFTA_DYNSET_MAX, NF_EXPR_DYNSET},
    {"exthdr", parse_exthdr, NFTA_EXTHDR_MAX, NF_EXPR_EXTHDR},
    {"fib", parse_fib, NFTA_FIB_MAX, NF_EXPR_FIB},
    {"flow_offload", parse_flow_offload, NFTA_FLOW_MAX, NF_EXPR_FLOW_OFFLOAD},
    {"fwd", parse_fwd, NFTA_FWD_MAX, NF_EXPR_FWD},
    {"hash", parse_hash, NFTA_HASH_MAX, NF_EXPR_HASH},
    {"immediate", parse_immediate, NFTA_IMMEDIATE_MAX, NF_EXPR_IMMEDIATE},
    {"inner", parse_inner, INNER_EXPR, NF_EXPR_INNER},
    {"last", parse_last, NFTA_LAST_MAX, NF_EXPR_LAST},
    {"limit", parse_limit, NFTA_LIMIT_MAX, NF_EXPR_LIMIT},
    {"log", parse_log, NFTA_LOG_MAX, NF_EXPR_LOG},
    {"lookup", parse_lookup, NFTA_LOOKUP_MAX, NF_EXPR_LOOKUP},
    {"masq", parse_masq, NFTA_MASQ_MAX, NF_EXPR_MASQ},
    {"match", parse_match, NFTA_MATCH_MAX, NF_EXPR_XT_MATCH},
    {"meta", parse_meta, NFTA_META_MAX, NF_EXPR_META},
    {"nat", parse_nat, NFTA_NAT_MAX, NF_EXPR_NAT},
    {"notrack", parse_notrack, 0, NF_EXPR_NOTRACK},
    {"numgen", parse_numgen, NFTA_NG_MAX, NF_EXPR_NUMGEN},
    {"objref", parse_objref, NFTA_OBJREF_MAX, NF_EXPR_OBJREF},
    {"osf", parse_osf, NFTA_OSF_MAX, NF_EXPR_OSF},
    {"payload", parse_payload, NFTA_PAYLOAD_MAX, NF_EXPR_PAYLOAD},
    {"queue", parse_queue, NFTA_QUEUE_MAX, NF_EXPR_QUEUE},
    {"quota", parse_quota, NFTA_QUOTA_MAX, NF_EXPR_QUOTA},
    {"range", parse_range, NFTA_RANGE_MAX, NF_EXPR_RANGE},
    {"redir", parse_redir, NFTA_REDIR_MAX, NF_EXPR_REDIR},
    {"reject", parse_reject, NFTA_REJECT_MAX, NF_EXPR_REJECT},
    {"rt", parse_rt, NFTA_RT_MAX, NF_EXPR_RT},
    {"socket", parse_socket, NFTA_SOCKET_MAX, NF_EXPR_SOCKET},
    {"synproxy", parse_synproxy, NFTA_SYNPROXY_MAX, NF_EXPR_SYNPROXY},
    {"target", parse_target, NFTA_TARGET_MAX, NF_EXPR_XT_TARGET},
    {"tproxy", parse_tproxy, NFTA_TPROXY_MAX, NF_EXPR_TPROXY},
    {"tunnel", parse_tunnel, NFTA_TUNNEL_MAX, NF_EXPR_TUNNEL},
    {"xfrm", parse_xfrm, NFTA_XFRM_MAX, NF_EXPR_XFRM},
};

// Most names differ in their first letter.
static int compare_form(const void *key, const void *item) {
    const char *name = key;
    const struct expr_form *form = item;
    int difference = (unsigned char)name[0] - (unsigned char)form->name[0];
    return difference != 0 ? difference : strcmp(name, form->name);
}

static const struct expr_form *find_form(const struct nlattr *name) {
    size_t length = name ? (size_t)nla_len(name) : 0;
    if (length == 0 || memchr(nla_data(name), '\0', length) == NULL)
        return NULL;
    return bsearch(nla_data(name), forms, sizeof(forms) / sizeof(forms[0]), sizeof(forms[0]),
                   compare_form);
}

static int keep_raw(const struct nft_attrs *attrs, struct nft_parser *parser,
                    struct nf_expr *ret_expr) {
    struct nf_unknown unknown = {0};
    int r = nft_attr_text(attrs, NFTA_EXPR_NAME, parser->arena, &unknown.name);
    if (r == 0)
        r = nft_attr_bytes(attrs->at[NFTA_EXPR_DATA], parser->arena, &unknown.raw);
    *ret_expr = (struct nf_expr){.kind = NF_EXPR_UNKNOWN};
    parser->unknown_count++;
    return r < 0 ? r : PUT(unknown, unknown);
}

static int parse_form(const struct expr_form *form, const struct nft_attrs *attrs,
                      struct nft_parser *parser, struct nf_expr *ret_expr) {
    struct nft_attrs data;
    uint32_t unknown_before = parser->unknown_count;
    nft_attrs_nested(&data, attrs->at[NFTA_EXPR_DATA], form->last);
    *ret_expr = (struct nf_expr){.kind = form->kind};
    if (!data.strange && !data.bad) {
        int r = form->parse(&data, parser, ret_expr);
        if (r < 0 || !data.bad)
            return r;
    }
    parser->unknown_count = unknown_before;
    return keep_raw(attrs, parser, ret_expr);
}

int nft_expr_parse(const struct nlattr *attr, struct nft_parser *parser, struct nf_expr *ret_expr) {
    struct nft_attrs attrs;
    nft_attrs_nested(&attrs, attr, NFTA_EXPR_MAX);
    const struct expr_form *form = find_form(attrs.at[NFTA_EXPR_NAME]);
    if (!form || attrs.strange || attrs.bad || parser->depth >= DEPTH_MAX)
        return keep_raw(&attrs, parser, ret_expr);
    parser->depth++;
    int r = parse_form(form, &attrs, parser, ret_expr);
    parser->depth--;
    return r;
}

static size_t count_nested(const struct nlattr *list) {
    const struct nlattr *attr;
    int left;
    size_t count = 0;
    ATTR_FOR_EACH_NESTED(attr, list, left)
    count++;
    return count;
}

int nft_exprs_parse(const struct nlattr *list, struct nft_parser *parser,
                    const struct nf_expr **ret_exprs, size_t *ret_count) {
    const struct nlattr *attr;
    int left;
    size_t count = list ? count_nested(list) : 0, i = 0;
    if (count == 0) {
        *ret_exprs = NULL;
        *ret_count = 0;
        return 0;
    }
    struct nf_expr *exprs = arena_alloc(parser->arena, count * sizeof(*exprs));
    if (!exprs)
        return -ENOMEM;
    ATTR_FOR_EACH_NESTED(attr, list, left) {
        int r = nft_expr_parse(attr, parser, &exprs[i++]);
        if (r < 0)
            return r;
    }
    *ret_exprs = exprs;
    *ret_count = count;
    return 0;
}
