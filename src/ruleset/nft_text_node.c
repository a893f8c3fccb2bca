// SPDX-License-Identifier: GPL-2.0-or-later
#include "ruleset/nft_text.h"

const char *nft_op_text(enum nft_op op) {
    static const char *const texts[] = {
        [NFT_OP_IMPLICIT] = NULL,    [NFT_OP_NONE_OF] = "!", [NFT_OP_EQ] = "==",
        [NFT_OP_NEQ] = "!=",         [NFT_OP_LT] = "<",      [NFT_OP_LTE] = "<=",
        [NFT_OP_GT] = ">",           [NFT_OP_GTE] = ">=",    [NFT_OP_SHIFT_LEFT] = "<<",
        [NFT_OP_SHIFT_RIGHT] = ">>", [NFT_OP_AND] = "&",     [NFT_OP_XOR] = "^",
        [NFT_OP_OR] = "|",
    };
    return texts[op];
}

static void put_number(struct buffer *buffer, const char *before, uint64_t number) {
    buffer_puts(buffer, before);
    buffer_put_uint(buffer, number);
}

static void format_field(struct buffer *buffer, const struct nft_node *node) {
    if (node->field.field) {
        buffer_puts(buffer, node->field.header->name);
        buffer_putc(buffer, ' ');
        buffer_puts(buffer, node->field.field->name);
        return;
    }
    buffer_putc(buffer, '@');
    buffer_puts(buffer, nft_base_name(node->field.base));
    put_number(buffer, ",", node->field.offset);
    put_number(buffer, ",", node->bits);
}

static void format_tcp_option(struct buffer *buffer, const struct nft_node *node) {
    buffer_puts(buffer, "tcp option ");
    const struct nft_option *option = node->option.option;
    if (node->option.present) {
        if (option)
            buffer_puts(buffer, option->name);
        else
            buffer_put_uint(buffer, node->option.type);
        return;
    }
    if (!node->option.field) {
        put_number(buffer, "@", node->option.type);
        put_number(buffer, ",", node->option.offset);
        put_number(buffer, ",", node->bits);
        return;
    }
    buffer_puts(buffer, option->name);
    if (node->option.offset >= 64) // the other blocks of SACK
        buffer_put_uint(buffer, node->option.offset / 64);
    buffer_putc(buffer, ' ');
    buffer_puts(buffer, node->option.field->name);
}

static void format_option(struct buffer *buffer, const struct nft_node *node) {
    if (node->option.op == 1) {
        format_tcp_option(buffer, node);
        return;
    }
    static const char *const prefixes[] = {"", "", "ip option ", "sctp chunk "};
    bool is_header = node->option.op == 0 && node->option.present;
    buffer_puts(buffer, is_header ? "exthdr " : prefixes[node->option.op & 3]);
    buffer_puts(buffer, node->option.option->name);
    if (node->option.present)
        return;
    buffer_putc(buffer, ' ');
    buffer_puts(buffer, node->option.field->name);
}

static void format_ct(struct buffer *buffer, const struct nft_node *node) {
    uint8_t direction = node->key.expr->ct.direction;
    buffer_puts(buffer, "ct ");
    if (direction <= 1)
        buffer_puts(buffer, direction == 0 ? "original " : "reply ");
    if (node->key.of && direction <= 1) {
        buffer_puts(buffer, node->key.of->name);
        buffer_putc(buffer, ' ');
    }
    buffer_puts(buffer, node->key.key->name);
}

static void format_fib(struct buffer *buffer, const struct nft_node *node) {
    static const char *const flags[] = {"saddr", "daddr", "mark", "iif", "oif"};
    buffer_puts(buffer, "fib ");
    const char *between = "";
    for (unsigned i = 0; i < 5; i++) {
        if (!(node->key.expr->fib.flags & 1U << i))
            continue;
        buffer_puts(buffer, between);
        buffer_puts(buffer, flags[i]);
        between = " . ";
    }
    buffer_putc(buffer, ' ');
    buffer_puts(buffer, node->key.key->name);
}

static void format_hash(const struct nft_text *text, const struct nft_node *node) {
    const struct nf_hash *hash = node->key.expr->hash;
    if (hash->type == 0 && node->key.input) {
        buffer_puts(text->buffer, "jhash ");
        nft_node_format(text, node->key.input);
    } else {
        buffer_puts(text->buffer, "symhash");
    }
    put_number(text->buffer, " mod ", hash->modulus);
    if (hash->has_seed) {
        buffer_puts(text->buffer, " seed ");
        nft_hex_format(text->buffer, hash->seed, 1);
    }
    if (hash->offset)
        put_number(text->buffer, " offset ", hash->offset);
}

static void format_xfrm(struct buffer *buffer, const struct nft_node *node) {
    const struct nf_xfrm *xfrm = &node->key.expr->xfrm;
    buffer_puts(buffer, xfrm->direction == 0 ? "ipsec in" : "ipsec out");
    if (xfrm->spnum)
        put_number(buffer, " spnum ", xfrm->spnum);
    if (node->key.key->type == NFT_TYPE_IPADDR)
        buffer_puts(buffer, " ip");
    else if (node->key.key->type == NFT_TYPE_IP6ADDR)
        buffer_puts(buffer, " ip6");
    buffer_putc(buffer, ' ');
    buffer_puts(buffer, node->key.key->name);
}

static void format_key(const struct nft_text *text, const struct nft_node *node) {
    struct buffer *buffer = text->buffer;
    const struct nf_expr *expr = node->key.expr;
    const struct nft_key *key = node->key.key;
    switch (expr->kind) {
    case NF_EXPR_META:
    case NF_EXPR_META_SET:
        buffer_puts(buffer, key->bare ? "" : "meta ");
        buffer_puts(buffer, key->name);
        return;
    case NF_EXPR_CT:
    case NF_EXPR_CT_SET:
        format_ct(buffer, node);
        return;
    case NF_EXPR_RT:
        buffer_puts(buffer, expr->rt.key == 1 ? "rt ip " : expr->rt.key == 2 ? "rt ip6 " : "rt ");
        buffer_puts(buffer, key->name);
        return;
    case NF_EXPR_SOCKET:
        buffer_puts(buffer, "socket ");
        buffer_puts(buffer, key->name);
        if (expr->socket.key == NFT_SOCKET_KEY_CGROUPV2)
            put_number(buffer, " level ", expr->socket.level);
        return;
    case NF_EXPR_FIB:
        format_fib(buffer, node);
        return;
    case NF_EXPR_OSF:
        buffer_puts(buffer, "osf ");
        buffer_puts(buffer, expr->osf.ttl == 1   ? "ttl loose "
                            : expr->osf.ttl == 2 ? "ttl skip "
                                                 : "");
        buffer_puts(buffer, expr->osf.flags & 1 ? "version" : "name");
        return;
    case NF_EXPR_NUMGEN:
        buffer_puts(buffer, expr->numgen.type == 0 ? "numgen inc" : "numgen random");
        put_number(buffer, " mod ", expr->numgen.modulus);
        if (expr->numgen.offset)
            put_number(buffer, " offset ", expr->numgen.offset);
        return;
    case NF_EXPR_HASH:
        format_hash(text, node);
        return;
    case NF_EXPR_XFRM:
        format_xfrm(buffer, node);
        return;
    default:
        buffer_puts(buffer, nf_expr_name(expr->kind));
        return;
    }
}

// What binds tighter stands without parentheses.
static unsigned precedence(enum nft_op op) {
    switch (op) {
    case NFT_OP_SHIFT_LEFT:
    case NFT_OP_SHIFT_RIGHT:
        return 1;
    case NFT_OP_AND:
        return 2;
    case NFT_OP_XOR:
        return 3;
    case NFT_OP_OR:
        return 4;
    default:
        return 0;
    }
}

static void format_operand(const struct nft_text *text, enum nft_op op,
                           const struct nft_node *node) {
    bool looser = node->kind == NFT_NODE_BINARY && precedence(op) < precedence(node->op);
    if (looser)
        buffer_putc(text->buffer, '(');
    nft_node_format(text, node);
    if (looser)
        buffer_putc(text->buffer, ')');
}

static void format_list(const struct nft_text *text, const struct nft_node *node,
                        const char *between) {
    for (const struct nft_node *child = node->child; child; child = child->next) {
        nft_node_format(text, child);
        if (child->next)
            buffer_puts(text->buffer, between);
    }
}

static void format_set(const struct nft_text *text, const struct nft_node *node) {
    const struct nf_set *set = node->set.set;
    if (set && set->flags & NFT_SET_FLAG_ANONYMOUS && !(set->flags & NFT_SET_FLAG_EVAL)) {
        nft_set_elements_format(text, set, node->set.shift);
        return;
    }
    if (!set || !(set->flags & NFT_SET_FLAG_EVAL) || !(set->flags & NFT_SET_FLAG_ANONYMOUS))
        buffer_putc(text->buffer, '@');
    buffer_puts(text->buffer, node->set.name);
}

static bool maps_to_verdict(const struct nft_node *map) {
    const struct nf_set *set = map->child->next->set.set;
    return set && set->flags & NFT_SET_FLAG_MAP && set->data_type == 0xffffff00;
}

void nft_node_format(const struct nft_text *text, const struct nft_node *node) {
    struct nft_text plain = *text;
    switch (node->kind) {
    case NFT_NODE_DATA:
    case NFT_NODE_VALUE:
        nft_value_format(text, node);
        return;
    case NFT_NODE_PREFIX:
        nft_node_format(text, node->child);
        put_number(text->buffer, "/", node->length);
        return;
    case NFT_NODE_RANGE:
        plain.numeric = true;
        format_list(&plain, node, "-");
        return;
    case NFT_NODE_FIELD:
        format_field(text->buffer, node);
        return;
    case NFT_NODE_OPTION:
        format_option(text->buffer, node);
        return;
    case NFT_NODE_KEY:
        format_key(text, node);
        return;
    case NFT_NODE_BINARY:
        format_operand(text, node->op, node->child);
        buffer_putc(text->buffer, ' ');
        buffer_puts(text->buffer, nft_op_text(node->op));
        buffer_putc(text->buffer, ' ');
        format_operand(text, node->op, node->child->next);
        return;
    case NFT_NODE_CONCAT:
        format_list(text, node, " . ");
        return;
    case NFT_NODE_FLAGS:
        format_list(text, node, ",");
        return;
    case NFT_NODE_SET:
        format_set(text, node);
        return;
    case NFT_NODE_MAP:
        nft_node_format(text, node->child);
        buffer_puts(text->buffer, maps_to_verdict(node) ? " vmap " : " map ");
        nft_node_format(text, node->child->next);
        return;
    case NFT_NODE_VERDICT:
        if (node->type) // of "typeof"
            buffer_puts(text->buffer, node->type->name);
        else
            nft_verdict_format(text, &node->verdict);
        return;
    case NFT_NODE_TEXT:
        buffer_putc(text->buffer, '"');
        buffer_puts(text->buffer, node->text);
        buffer_putc(text->buffer, '"');
        return;
    case NFT_NODE_ANY:
        buffer_putc(text->buffer, '*');
        return;
    }
}
