// SPDX-License-Identifier: GPL-2.0-or-later
#include "ruleset/nf_generic.h"

#include <stdarg.h>
#include <stdbool.h>

#include "base/json_text.h"

static void put_bytes(const struct nf_data *data, struct buffer *buffer) {
    buffer_putc(buffer, ' ');
    for (uint32_t i = 0; i < data->length; i++)
        buffer_printf(buffer, "%02x", data->bytes[i]);
    if (data->length == 0)
        buffer_putc(buffer, '-');
}

static void put_number(const char *name, uint64_t number, struct buffer *buffer) {
    buffer_putc(buffer, ' ');
    buffer_puts(buffer, name);
    buffer_putc(buffer, ' ');
    buffer_put_uint(buffer, number);
}

// NFT_REG_1 is the memory of NFT_REG32_00 to 03: the first of each four is called by the whole.
static void put_register(const char *name, nf_register reg, struct buffer *buffer) {
    if (reg == NF_REGISTER_NONE)
        return;
    if (reg % 4 == 0)
        buffer_printf(buffer, " %s %u", name, reg / 4U);
    else
        buffer_printf(buffer, " %s %u", name, reg - NF_REGISTER_FIRST + 8U);
}

static void put_text(const char *name, const char *text, struct buffer *buffer) {
    if (text)
        buffer_printf(buffer, " %s %s", name, text);
}

static void put_exprs(const struct nf_expr *exprs, size_t count, struct buffer *buffer) {
    if (count > 0)
        buffer_putc(buffer, ' ');
    nf_exprs_format(exprs, count, buffer);
}

// --- Verdicts and extensions ---------------------------------------------------------------------

static const char *verdict_word(int32_t code) {
    switch ((enum nf_verdict_code)code) {
    case NF_VERDICT_DROP:
        return "drop";
    case NF_VERDICT_ACCEPT:
        return "accept";
    case NF_VERDICT_STOLEN:
        return "stolen";
    case NF_VERDICT_QUEUE:
        return "queue";
    case NF_VERDICT_REPEAT:
        return "repeat";
    case NF_VERDICT_CONTINUE:
        return "continue";
    case NF_VERDICT_BREAK:
        return "break";
    case NF_VERDICT_JUMP:
        return "jump";
    case NF_VERDICT_GOTO:
        return "goto";
    case NF_VERDICT_RETURN:
        return "return";
    }
    return NULL;
}

static void put_verdict(const struct nf_verdict *verdict, struct buffer *buffer) {
    const char *word = verdict_word(verdict->code);
    if (word)
        buffer_printf(buffer, " %s", word);
    else
        buffer_printf(buffer, " verdict %d", verdict->code);
    if (verdict->chain_name)
        buffer_printf(buffer, " %s", verdict->chain_name);
}

static void put_extension(const struct nf_xt *xt, struct buffer *buffer) {
    buffer_printf(buffer, " %s rev %u", xt->name, xt->revision);
    if (!xt->extension)
        put_bytes(&xt->raw, buffer);
}

static void put_entry(const struct nf_ipt_entry *entry, struct buffer *buffer) {
    const struct nf_data addresses[] = {{entry->source, 16},
                                        {entry->source_mask, 16},
                                        {entry->destination, 16},
                                        {entry->destination_mask, 16}};
    for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
        put_bytes(&addresses[i], buffer);
    put_number("proto", entry->protocol, buffer);
    put_number("flags", entry->flags, buffer);
    put_number("invert", entry->invert, buffer);
    if (entry->iniface_length > 0)
        buffer_printf(buffer, " in %.*s", entry->iniface_length, entry->iniface);
    if (entry->outiface_length > 0)
        buffer_printf(buffer, " out %.*s", entry->outiface_length, entry->outiface);
}

// --- Larger ones ---------------------------------------------------------------------------------

static void put_bitwise(const struct nf_bitwise *bitwise, struct buffer *buffer) {
    put_number("op", bitwise->op, buffer);
    put_register("reg", bitwise->source, buffer);
    put_register("reg", bitwise->source2, buffer);
    if (bitwise->mask.bytes)
        put_bytes(&bitwise->mask, buffer);
    if (bitwise->xor.bytes)
        put_bytes(&bitwise->xor, buffer);
    if (bitwise->data.bytes)
        put_bytes(&bitwise->data, buffer);
    put_register("=> reg", bitwise->destination, buffer);
}

static void put_exthdr(const struct nf_exthdr *exthdr, const char *reg, struct buffer *buffer) {
    put_number("op", exthdr->op, buffer);
    put_number("type", exthdr->type, buffer);
    put_number("offset", exthdr->offset, buffer);
    put_number("len", exthdr->length, buffer);
    put_number("flags", exthdr->flags, buffer);
    put_register(reg, exthdr->reg, buffer);
}

static void put_hash(const struct nf_hash *hash, struct buffer *buffer) {
    put_number("type", hash->type, buffer);
    put_register("reg", hash->source, buffer);
    put_number("len", hash->length, buffer);
    put_number("mod", hash->modulus, buffer);
    if (hash->has_seed)
        put_number("seed", hash->seed, buffer);
    put_number("offset", hash->offset, buffer);
    put_register("=> reg", hash->destination, buffer);
}

static void put_log(const struct nf_log *log, struct buffer *buffer) {
    put_text("prefix", log->prefix, buffer);
    if (log->has_level)
        put_number("level", log->level, buffer);
    if (log->has_flags)
        put_number("flags", log->flags, buffer);
    if (log->has_group)
        put_number("group", log->group, buffer);
    if (log->has_snaplen)
        put_number("snaplen", log->snaplen, buffer);
    if (log->has_qthreshold)
        put_number("qthreshold", log->qthreshold, buffer);
}

static void put_nat(const struct nf_nat *nat, struct buffer *buffer) {
    put_number("type", nat->type, buffer);
    put_number("family", nat->family, buffer);
    put_register("addr_min reg", nat->address_min, buffer);
    put_register("addr_max reg", nat->address_max, buffer);
    put_register("proto_min reg", nat->port_min, buffer);
    put_register("proto_max reg", nat->port_max, buffer);
    put_number("flags", nat->flags, buffer);
}

static void put_payload(const struct nf_payload *payload, const char *reg, bool stores,
                        struct buffer *buffer) {
    put_number("base", payload->base, buffer);
    put_number("offset", payload->offset, buffer);
    put_number("len", payload->length, buffer);
    put_register(reg, payload->reg, buffer);
    if (!stores)
        return;
    put_number("csum_type", payload->checksum_type, buffer);
    put_number("csum_off", payload->checksum_offset, buffer);
    put_number("csum_flags", payload->checksum_flags, buffer);
}

static void put_dynset(const struct nf_dynset *dynset, struct buffer *buffer) {
    put_number("op", dynset->op, buffer);
    put_register("key reg", dynset->key, buffer);
    put_register("data reg", dynset->data, buffer);
    put_text("set", dynset->set_name, buffer);
    put_number("timeout", dynset->timeout, buffer);
    put_number("flags", dynset->flags, buffer);
    put_exprs(dynset->exprs, dynset->expr_count, buffer);
}

static void put_lookup(const struct nf_lookup *lookup, struct buffer *buffer) {
    put_register("reg", lookup->source, buffer);
    put_text(lookup->inverted ? "not in set" : "set", lookup->set_name, buffer);
    put_register("=> reg", lookup->destination, buffer);
}

static void put_objref(const struct nf_objref *objref, struct buffer *buffer) {
    if (objref->key == NF_REGISTER_NONE)
        put_number("type", objref->type, buffer);
    put_register("reg", objref->key, buffer);
    put_text(objref->key == NF_REGISTER_NONE ? "name" : "set", objref->name, buffer);
}

static void put_limit(const struct nf_limit *limit, struct buffer *buffer) {
    put_number(limit->over ? "over" : "rate", limit->rate, buffer);
    put_number("unit", limit->unit, buffer);
    put_number("burst", limit->burst, buffer);
    put_number("type", limit->type, buffer);
}

static void put_inner(const struct nf_inner *inner, struct buffer *buffer) {
    put_number("type", inner->type, buffer);
    put_number("flags", inner->flags, buffer);
    put_number("hdrsize", inner->header_size, buffer);
    put_exprs(inner->expr, inner->expr ? 1 : 0, buffer);
}

// --- Each ----------------------------------------------------------------------------------------

static void put_operands(const struct nf_expr *expr, struct buffer *buffer) {
    switch (expr->kind) {
    case NF_EXPR_UNKNOWN:
        put_text("expression", expr->unknown->name, buffer);
        put_bytes(&expr->unknown->raw, buffer);
        break;
    case NF_EXPR_BITWISE:
        put_bitwise(expr->bitwise, buffer);
        break;
    case NF_EXPR_BYTEORDER:
        put_number("op", expr->byteorder.op, buffer);
        put_register("reg", expr->byteorder.source, buffer);
        put_number("len", expr->byteorder.length, buffer);
        put_number("size", expr->byteorder.size, buffer);
        put_register("=> reg", expr->byteorder.destination, buffer);
        break;
    case NF_EXPR_CMP:
        put_number("op", expr->cmp.op, buffer);
        put_register("reg", expr->cmp.source, buffer);
        put_bytes(&expr->cmp.data, buffer);
        break;
    case NF_EXPR_CONNLIMIT:
        put_number("count", expr->connlimit.count, buffer);
        put_number("flags", expr->connlimit.flags, buffer);
        break;
    case NF_EXPR_COUNTER:
        put_number("packets", expr->counter.packets, buffer);
        put_number("bytes", expr->counter.bytes, buffer);
        break;
    case NF_EXPR_CT:
    case NF_EXPR_CT_SET:
        put_number("key", expr->ct.key, buffer);
        if (expr->ct.direction != UINT8_MAX)
            put_number("dir", expr->ct.direction, buffer);
        put_register(expr->kind == NF_EXPR_CT ? "=> reg" : "<= reg", expr->ct.reg, buffer);
        break;
    case NF_EXPR_DUP:
    case NF_EXPR_FWD:
        put_register("addr reg", expr->dup.address, buffer);
        put_register("dev reg", expr->dup.device, buffer);
        put_number("family", expr->dup.family, buffer);
        break;
    case NF_EXPR_DYNSET:
        put_dynset(expr->dynset, buffer);
        break;
    case NF_EXPR_EXTHDR:
        put_exthdr(expr->exthdr, "=> reg", buffer);
        break;
    case NF_EXPR_EXTHDR_SET:
        put_exthdr(expr->exthdr, "<= reg", buffer);
        break;
    case NF_EXPR_FIB:
        put_number("result", expr->fib.result, buffer);
        put_number("flags", expr->fib.flags, buffer);
        put_register("=> reg", expr->fib.destination, buffer);
        break;
    case NF_EXPR_FLOW_OFFLOAD:
        put_text("table", expr->flowtable, buffer);
        break;
    case NF_EXPR_HASH:
        put_hash(expr->hash, buffer);
        break;
    case NF_EXPR_IMMEDIATE:
        put_bytes(&expr->immediate.data, buffer);
        put_register("=> reg", expr->immediate.destination, buffer);
        break;
    case NF_EXPR_VERDICT:
        put_verdict(&expr->verdict, buffer);
        break;
    case NF_EXPR_INNER:
        put_inner(expr->inner, buffer);
        break;
    case NF_EXPR_LAST:
        if (expr->last.set)
            put_number("ms", expr->last.milliseconds, buffer);
        break;
    case NF_EXPR_LIMIT:
        put_limit(expr->limit, buffer);
        break;
    case NF_EXPR_LOG:
        put_log(expr->log, buffer);
        break;
    case NF_EXPR_LOOKUP:
        put_lookup(&expr->lookup, buffer);
        break;
    case NF_EXPR_META:
    case NF_EXPR_META_SET:
        put_number("key", expr->meta.key, buffer);
        put_register(expr->kind == NF_EXPR_META ? "=> reg" : "<= reg", expr->meta.reg, buffer);
        break;
    case NF_EXPR_MASQ:
    case NF_EXPR_NAT:
    case NF_EXPR_REDIR:
        put_nat(expr->nat, buffer);
        break;
    case NF_EXPR_NOTRACK:
        break;
    case NF_EXPR_NUMGEN:
        put_number("type", expr->numgen.type, buffer);
        put_number("mod", expr->numgen.modulus, buffer);
        put_number("offset", expr->numgen.offset, buffer);
        put_register("=> reg", expr->numgen.destination, buffer);
        break;
    case NF_EXPR_OBJREF:
        put_objref(expr->objref, buffer);
        break;
    case NF_EXPR_OSF:
        put_number("ttl", expr->osf.ttl, buffer);
        put_number("flags", expr->osf.flags, buffer);
        put_register("=> reg", expr->osf.destination, buffer);
        break;
    case NF_EXPR_PAYLOAD:
        put_payload(&expr->payload, "=> reg", false, buffer);
        break;
    case NF_EXPR_PAYLOAD_SET:
        put_payload(&expr->payload, "<= reg", true, buffer);
        break;
    case NF_EXPR_QUEUE:
        put_number("num", expr->queue.number, buffer);
        put_number("total", expr->queue.total, buffer);
        put_number("flags", expr->queue.flags, buffer);
        put_register("reg", expr->queue.source, buffer);
        break;
    case NF_EXPR_QUOTA:
        put_number("bytes", expr->quota.bytes, buffer);
        put_number("consumed", expr->quota.consumed, buffer);
        put_number("flags", expr->quota.flags, buffer);
        break;
    case NF_EXPR_RANGE:
        put_number("op", expr->range->op, buffer);
        put_register("reg", expr->range->source, buffer);
        put_bytes(&expr->range->from, buffer);
        put_bytes(&expr->range->to, buffer);
        break;
    case NF_EXPR_REJECT:
        put_number("type", expr->reject.type, buffer);
        put_number("code", expr->reject.code, buffer);
        break;
    case NF_EXPR_RT:
        put_number("key", expr->rt.key, buffer);
        put_register("=> reg", expr->rt.destination, buffer);
        break;
    case NF_EXPR_SOCKET:
        put_number("key", expr->socket.key, buffer);
        put_number("level", expr->socket.level, buffer);
        put_register("=> reg", expr->socket.destination, buffer);
        break;
    case NF_EXPR_SYNPROXY:
        put_number("mss", expr->synproxy.mss, buffer);
        put_number("wscale", expr->synproxy.wscale, buffer);
        put_number("flags", expr->synproxy.flags, buffer);
        break;
    case NF_EXPR_TPROXY:
        put_number("family", expr->tproxy.family, buffer);
        put_register("addr reg", expr->tproxy.address, buffer);
        put_register("port reg", expr->tproxy.port, buffer);
        break;
    case NF_EXPR_TUNNEL:
        put_number("key", expr->tunnel.key, buffer);
        put_number("mode", expr->tunnel.mode, buffer);
        put_register("=> reg", expr->tunnel.destination, buffer);
        break;
    case NF_EXPR_XFRM:
        put_number("key", expr->xfrm.key, buffer);
        put_number("dir", expr->xfrm.direction, buffer);
        put_number("spnum", expr->xfrm.spnum, buffer);
        put_register("=> reg", expr->xfrm.destination, buffer);
        break;
    case NF_EXPR_XT_MATCH:
    case NF_EXPR_XT_TARGET:
        put_extension(expr->xt, buffer);
        break;
    case NF_EXPR_IPT_ENTRY:
        put_entry(expr->entry, buffer);
        break;
    case NF_EXPR_KIND_COUNT:
        break;
    }
}

void nf_expr_format(const struct nf_expr *expr, struct buffer *buffer) {
    buffer_puts(buffer, "[ ");
    buffer_puts(buffer, nf_expr_name(expr->kind));
    put_operands(expr, buffer);
    buffer_puts(buffer, " ]");
}

void nf_exprs_format(const struct nf_expr *exprs, size_t count, struct buffer *buffer) {
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buffer_putc(buffer, ' ');
        nf_expr_format(&exprs[i], buffer);
    }
}

void nf_exprs_json(const struct nf_expr *exprs, size_t count, struct buffer *buffer) {
    struct buffer text = BUFFER_INIT;
    buffer_putc(buffer, '[');
    for (size_t i = 0; i < count; i++) {
        buffer_clear(&text);
        nf_expr_format(&exprs[i], &text);
        buffer_puts(buffer, i > 0 ? ",{\"raw\":" : "{\"raw\":");
        json_format_text(buffer_text(&text), buffer);
        buffer_putc(buffer, '}');
    }
    buffer_putc(buffer, ']');
    buffer->failed |= text.failed;
    buffer_done(&text);
}
