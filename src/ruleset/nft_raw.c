// SPDX-License-Identifier: GPL-2.0-or-later
// Expressions as the kernel has them, in brackets, much as `nft --debug=netlink` shows them. nft
// reads no brackets: what is not understood is never taken for a rule that it is not.
#include "ruleset/nft_text.h"

static void put_number(struct buffer *buffer, const char *before, uint64_t number) {
    buffer_puts(buffer, before);
    buffer_put_uint(buffer, number);
}

static void put_register(struct buffer *buffer, const char *before, nf_register reg) {
    if (reg == NF_REGISTER_NONE)
        return;
    put_number(buffer, before, reg);
}

static void put_bytes(struct buffer *buffer, const char *before, struct nf_data data) {
    buffer_puts(buffer, before);
    buffer_puts(buffer, "0x");
    for (uint32_t i = 0; i < data.length; i++) {
        buffer_putc(buffer, "0123456789abcdef"[data.bytes[i] >> 4]);
        buffer_putc(buffer, "0123456789abcdef"[data.bytes[i] & 15]);
    }
}

static const char *word(const char *const *words, size_t count, uint32_t index) {
    return index < count ? words[index] : "?";
}

#define WORD(words, index) word(words, sizeof(words) / sizeof(*(words)), index)

static const char *const compare_words[] = {"eq", "neq", "lt", "lte", "gt", "gte"};
static const char *const bitwise_words[] = {"mask", "lshift", "rshift", "and", "or", "xor"};

static void put_key(struct buffer *buffer, const struct nft_key *key, uint32_t number) {
    buffer_putc(buffer, ' ');
    if (key)
        buffer_puts(buffer, key->name);
    else
        put_number(buffer, "key ", number);
}

static void put_bitwise(struct buffer *buffer, const struct nf_bitwise *bitwise) {
    buffer_putc(buffer, ' ');
    buffer_puts(buffer, WORD(bitwise_words, bitwise->op));
    put_register(buffer, " reg ", bitwise->source);
    put_register(buffer, " reg ", bitwise->source2);
    if (bitwise->mask.bytes)
        put_bytes(buffer, " ", bitwise->mask);
    if (bitwise->xor.bytes)
        put_bytes(buffer, " xor ", bitwise->xor);
    if (bitwise->data.bytes)
        put_bytes(buffer, " by ", bitwise->data);
    put_register(buffer, " => reg ", bitwise->destination);
}

static void put_payload(struct buffer *buffer, const struct nf_payload *payload, bool is_set) {
    const char *base = nft_base_name(payload->base + 1);
    put_number(buffer, is_set ? " write " : " load ", payload->length);
    buffer_puts(buffer, "b @ ");
    buffer_puts(buffer, base ? base : "tunnel");
    put_number(buffer, " + ", payload->offset);
    put_register(buffer, is_set ? " <= reg " : " => reg ", payload->reg);
}

static void put_nat(struct buffer *buffer, const struct nf_nat *nat) {
    put_number(buffer, " type ", nat->type);
    put_number(buffer, " family ", nat->family);
    put_register(buffer, " addr_min reg ", nat->address_min);
    put_register(buffer, " addr_max reg ", nat->address_max);
    put_register(buffer, " proto_min reg ", nat->port_min);
    put_register(buffer, " proto_max reg ", nat->port_max);
    if (nat->flags)
        put_number(buffer, " flags ", nat->flags);
}

static void put_lookup(struct buffer *buffer, const struct nf_lookup *lookup) {
    put_register(buffer, " reg ", lookup->source);
    buffer_puts(buffer, lookup->inverted ? " not in set " : " set ");
    buffer_puts(buffer, lookup->set_name ? lookup->set_name : "?");
    put_register(buffer, " => reg ", lookup->destination);
}

static void put_dynset(struct buffer *buffer, const struct nf_dynset *dynset) {
    put_number(buffer, " op ", dynset->op);
    buffer_puts(buffer, " set ");
    buffer_puts(buffer, dynset->set_name ? dynset->set_name : "?");
    put_register(buffer, " key reg ", dynset->key);
    put_register(buffer, " data reg ", dynset->data);
    if (dynset->timeout)
        put_number(buffer, " timeout ms ", dynset->timeout);
    if (dynset->flags)
        put_number(buffer, " flags ", dynset->flags);
    buffer_putc(buffer, ' ');
    nft_raw_format(buffer, dynset->exprs, dynset->expr_count);
}

static void put_exthdr(struct buffer *buffer, const struct nf_exthdr *exthdr) {
    static const char *const ops[] = {"ipv6", "tcpopt", "ipv4", "sctp", "dccp"};
    buffer_putc(buffer, ' ');
    buffer_puts(buffer, WORD(ops, exthdr->op));
    put_number(buffer, " type ", exthdr->type);
    put_number(buffer, " ", exthdr->length);
    put_number(buffer, "b @ ", exthdr->offset);
    if (exthdr->flags)
        put_number(buffer, " flags ", exthdr->flags);
    put_register(buffer, " reg ", exthdr->reg);
}

static void put_hash(struct buffer *buffer, const struct nf_hash *hash) {
    put_number(buffer, " type ", hash->type);
    put_register(buffer, " reg ", hash->source);
    put_number(buffer, " length ", hash->length);
    put_number(buffer, " mod ", hash->modulus);
    put_number(buffer, " seed ", hash->seed);
    put_number(buffer, " offset ", hash->offset);
    put_register(buffer, " => reg ", hash->destination);
}

static void put_inner(struct buffer *buffer, const struct nf_inner *inner) {
    put_number(buffer, " type ", inner->type);
    put_number(buffer, " flags ", inner->flags);
    put_number(buffer, " header ", inner->header_size);
    buffer_putc(buffer, ' ');
    if (inner->expr)
        nft_raw_format(buffer, inner->expr, 1);
}

static void put_operands(struct buffer *buffer, const struct nf_expr *expr);

static void put_expr(struct buffer *buffer, const struct nf_expr *expr) {
    const char *name = expr->kind == NF_EXPR_UNKNOWN ? expr->unknown->name : NULL;
    buffer_puts(buffer, "[ ");
    buffer_puts(buffer, name ? name : nf_expr_name(expr->kind));
    put_operands(buffer, expr);
    buffer_puts(buffer, " ]");
}

void nft_raw_format(struct buffer *buffer, const struct nf_expr *exprs, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buffer_putc(buffer, ' ');
        put_expr(buffer, &exprs[i]);
    }
}

void nft_raw_element_format(struct buffer *buffer, const struct nf_element *element) {
    put_bytes(buffer, "[ ", element->key);
    if (element->key_end.bytes)
        put_bytes(buffer, " - ", element->key_end);
    if (element->data.bytes)
        put_bytes(buffer, " : ", element->data);
    buffer_puts(buffer, " ]");
}

// What other statements would have said as text.
static void put_as_text(struct buffer *buffer, const struct nf_expr *expr) {
    struct nft_text text = {.buffer = buffer};
    struct nft_statement statement = {.kind = NFT_STATEMENT_PLAIN, .expr = expr};
    buffer_puts(buffer, ": ");
    nft_statement_format(&text, &statement);
}

static void put_registers(struct buffer *buffer, nf_register address, nf_register other) {
    put_register(buffer, " reg ", address);
    put_register(buffer, " reg ", other);
}

static void put_operands(struct buffer *buffer, const struct nf_expr *expr) {
    switch (expr->kind) {
    case NF_EXPR_UNKNOWN:
        put_bytes(buffer, " ", expr->unknown->raw);
        return;
    case NF_EXPR_BITWISE:
        put_bitwise(buffer, expr->bitwise);
        return;
    case NF_EXPR_BYTEORDER:
        buffer_puts(buffer, expr->byteorder.op == 0 ? " ntoh" : " hton");
        put_register(buffer, " reg ", expr->byteorder.source);
        put_number(buffer, " size ", expr->byteorder.size);
        put_number(buffer, " length ", expr->byteorder.length);
        put_register(buffer, " => reg ", expr->byteorder.destination);
        return;
    case NF_EXPR_CMP:
        buffer_putc(buffer, ' ');
        buffer_puts(buffer, WORD(compare_words, expr->cmp.op));
        put_register(buffer, " reg ", expr->cmp.source);
        put_bytes(buffer, " ", expr->cmp.data);
        return;
    case NF_EXPR_RANGE:
        buffer_puts(buffer, expr->range->op == 0 ? " eq" : " neq");
        put_register(buffer, " reg ", expr->range->source);
        put_bytes(buffer, " ", expr->range->from);
        put_bytes(buffer, " ", expr->range->to);
        return;
    case NF_EXPR_CT:
    case NF_EXPR_CT_SET:
        put_key(buffer, nft_ct_key(expr->ct.key), expr->ct.key);
        if (expr->ct.direction <= 1)
            put_number(buffer, " dir ", expr->ct.direction);
        put_register(buffer, expr->kind == NF_EXPR_CT ? " => reg " : " <= reg ", expr->ct.reg);
        return;
    case NF_EXPR_META:
    case NF_EXPR_META_SET:
        put_key(buffer, nft_meta_key(expr->meta.key), expr->meta.key);
        put_register(buffer, expr->kind == NF_EXPR_META ? " => reg " : " <= reg ", expr->meta.reg);
        return;
    case NF_EXPR_DUP:
    case NF_EXPR_FWD:
        put_registers(buffer, expr->dup.address, expr->dup.device);
        return;
    case NF_EXPR_DYNSET:
        put_dynset(buffer, expr->dynset);
        return;
    case NF_EXPR_EXTHDR:
    case NF_EXPR_EXTHDR_SET:
        put_exthdr(buffer, expr->exthdr);
        return;
    case NF_EXPR_FIB:
        put_key(buffer, nft_fib_key(expr->fib.result), expr->fib.result);
        put_number(buffer, " flags ", expr->fib.flags);
        put_register(buffer, " => reg ", expr->fib.destination);
        return;
    case NF_EXPR_HASH:
        put_hash(buffer, expr->hash);
        return;
    case NF_EXPR_IMMEDIATE:
        put_register(buffer, " reg ", expr->immediate.destination);
        put_bytes(buffer, " ", expr->immediate.data);
        return;
    case NF_EXPR_INNER:
        put_inner(buffer, expr->inner);
        return;
    case NF_EXPR_LOOKUP:
        put_lookup(buffer, &expr->lookup);
        return;
    case NF_EXPR_NAT:
    case NF_EXPR_MASQ:
    case NF_EXPR_REDIR:
        put_nat(buffer, expr->nat);
        return;
    case NF_EXPR_NUMGEN:
        put_number(buffer, " type ", expr->numgen.type);
        put_number(buffer, " mod ", expr->numgen.modulus);
        put_number(buffer, " offset ", expr->numgen.offset);
        put_register(buffer, " => reg ", expr->numgen.destination);
        return;
    case NF_EXPR_OBJREF:
        put_number(buffer, " type ", expr->objref->type);
        buffer_puts(buffer, " name ");
        buffer_puts(buffer, expr->objref->name ? expr->objref->name : "?");
        put_register(buffer, " reg ", expr->objref->key);
        return;
    case NF_EXPR_OSF:
        put_number(buffer, " ttl ", expr->osf.ttl);
        put_number(buffer, " flags ", expr->osf.flags);
        put_register(buffer, " => reg ", expr->osf.destination);
        return;
    case NF_EXPR_PAYLOAD:
    case NF_EXPR_PAYLOAD_SET:
        put_payload(buffer, &expr->payload, expr->kind == NF_EXPR_PAYLOAD_SET);
        return;
    case NF_EXPR_QUEUE:
        put_number(buffer, " number ", expr->queue.number);
        put_number(buffer, " total ", expr->queue.total);
        put_number(buffer, " flags ", expr->queue.flags);
        put_register(buffer, " reg ", expr->queue.source);
        return;
    case NF_EXPR_REJECT:
        put_number(buffer, " type ", expr->reject.type);
        put_number(buffer, " code ", expr->reject.code);
        return;
    case NF_EXPR_RT:
        put_key(buffer, nft_rt_key(expr->rt.key), expr->rt.key);
        put_register(buffer, " => reg ", expr->rt.destination);
        return;
    case NF_EXPR_SOCKET:
        put_key(buffer, nft_socket_key(expr->socket.key), expr->socket.key);
        put_number(buffer, " level ", expr->socket.level);
        put_register(buffer, " => reg ", expr->socket.destination);
        return;
    case NF_EXPR_TPROXY:
        put_number(buffer, " family ", expr->tproxy.family);
        put_registers(buffer, expr->tproxy.address, expr->tproxy.port);
        return;
    case NF_EXPR_TUNNEL:
        put_number(buffer, " key ", expr->tunnel.key);
        put_number(buffer, " mode ", expr->tunnel.mode);
        put_register(buffer, " => reg ", expr->tunnel.destination);
        return;
    case NF_EXPR_XFRM:
        put_key(buffer, nft_xfrm_key(expr->xfrm.key), expr->xfrm.key);
        put_number(buffer, " direction ", expr->xfrm.direction);
        put_number(buffer, " spnum ", expr->xfrm.spnum);
        put_register(buffer, " => reg ", expr->xfrm.destination);
        return;
    case NF_EXPR_CONNLIMIT:
    case NF_EXPR_COUNTER:
    case NF_EXPR_FLOW_OFFLOAD:
    case NF_EXPR_LAST:
    case NF_EXPR_LIMIT:
    case NF_EXPR_LOG:
    case NF_EXPR_NOTRACK:
    case NF_EXPR_QUOTA:
    case NF_EXPR_SYNPROXY:
    case NF_EXPR_VERDICT:
    case NF_EXPR_XT_MATCH:
    case NF_EXPR_XT_TARGET:
        put_as_text(buffer, expr);
        return;
    case NF_EXPR_IPT_ENTRY:
    case NF_EXPR_KIND_COUNT:
        return;
    }
}
