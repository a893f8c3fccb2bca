// SPDX-License-Identifier: GPL-2.0-or-later
#include "ruleset/nft_tree.h"

#include <string.h>

void nft_tree_init(struct nft_tree *tree, const struct ruleset_names *names, uint8_t family) {
    memset(tree, 0, offsetof(struct nft_tree, space));
    tree->names = names;
    tree->family = family;
    nft_context_init(&tree->context, family);
}

void nft_tree_done(struct nft_tree *tree) {
    arena_done(&tree->arena);
}

void *nft_tree_alloc(struct nft_tree *tree, size_t size) {
    size = (size + 15) & ~(size_t)15;
    if (size <= sizeof(tree->space) - tree->space_used) {
        void *piece = tree->space + tree->space_used;
        tree->space_used += size;
        return memset(piece, 0, size);
    }
    void *piece = arena_alloc(&tree->arena, size);
    if (piece)
        return piece;
    tree->failed = true; // nothing of it will be printed
    return memset(tree->space, 0, size);
}

struct nft_statement *nft_statement_new(struct nft_tree *tree, enum nft_statement_kind kind,
                                        const struct nf_expr *expr) {
    struct nft_statement *statement = nft_tree_alloc(tree, sizeof(*statement));
    statement->kind = kind;
    statement->op = NFT_OP_EQ;
    statement->expr = expr;
    statement->before = tree->last;
    if (tree->last)
        tree->last->next = statement;
    else
        tree->first = statement;
    tree->last = statement;
    return statement;
}

// --- Registers -----------------------------------------------------------------------------------

static unsigned words(unsigned bits) {
    return (bits + 31) / 32;
}

static void load(struct nft_tree *tree, nf_register reg, struct nft_node *node) {
    if (reg < NF_REGISTER_FIRST || reg >= NF_REGISTER_COUNT || tree->unread & 1U << reg) {
        tree->failed = true; // out of range, or what it held would be lost
        return;
    }
    tree->registers[reg] = node;
    tree->unread |= 1U << reg;
}

static struct nft_node *read_one(struct nft_tree *tree, nf_register reg) {
    static struct nft_node none;
    if (reg >= NF_REGISTER_COUNT || !tree->registers[reg]) {
        tree->failed = true;
        return &none;
    }
    tree->unread &= ~(1U << reg);
    return nft_node_copy(tree, tree->registers[reg]);
}

struct nft_node *nft_tree_read(struct nft_tree *tree, nf_register reg, uint32_t length) {
    struct nft_node *node = read_one(tree, reg);
    if (tree->failed || length <= words(node->bits) * 4)
        return node;
    struct nft_node *concat = nft_node_new(tree, NFT_NODE_CONCAT, NULL, length * 8);
    struct nft_node **tail = &concat->child;
    for (uint32_t left = length; !tree->failed && left > 0; tail = &(*tail)->next) {
        *tail = left == length ? node : read_one(tree, reg);
        unsigned space = words((*tail)->bits);
        if (space == 0 || space * 4 > left) {
            tree->failed = true;
            return node;
        }
        left -= space * 4;
        reg += space;
    }
    return concat;
}

// --- Expressions that load -----------------------------------------------------------------------

static struct nft_node *key_node(struct nft_tree *tree, const struct nf_expr *expr,
                                 const struct nft_key *key) {
    if (!key) {
        tree->failed = true;
        return NULL;
    }
    struct nft_node *node =
        nft_node_new(tree, NFT_NODE_KEY, nft_type(key->type), key->bits ? key->bits : 128);
    node->host_order = key->host_order;
    node->key.key = key;
    node->key.expr = expr;
    return node;
}

static void load_key(struct nft_tree *tree, const struct nf_expr *expr, nf_register reg,
                     const struct nft_key *key) {
    struct nft_node *node = key_node(tree, expr, key);
    if (node)
        load(tree, reg, node);
}

static void load_ct(struct nft_tree *tree, const struct nf_expr *expr) {
    struct nft_node *node = key_node(tree, expr, nft_ct_key(expr->ct.key));
    if (!node)
        return;
    if (node->key.key->bits == 0) { // an address, of the family of the network header
        node->key.of = tree->context.at[NFT_BASE_NETWORK];
        node->type = nft_type(node->key.of == &nft_ip6 ? NFT_TYPE_IP6ADDR : NFT_TYPE_IPADDR);
        node->bits = node->type->bits;
    }
    load(tree, expr->ct.reg, node);
}

static void load_fib(struct nft_tree *tree, const struct nf_expr *expr) {
    struct nft_node *node = key_node(tree, expr, nft_fib_key(expr->fib.result));
    if (!node)
        return;
    if (expr->fib.flags & 32) // NFTA_FIB_F_PRESENT
        node->type = nft_type(NFT_TYPE_BOOLEAN);
    load(tree, expr->fib.destination, node);
}

static void load_plain(struct nft_tree *tree, const struct nf_expr *expr, nf_register reg,
                       enum nft_type_id type, unsigned bits) {
    struct nft_node *node = nft_node_new(tree, NFT_NODE_KEY, nft_type(type), bits);
    node->host_order = type == NFT_TYPE_INTEGER;
    node->key.expr = expr;
    load(tree, reg, node);
}

static void load_hash(struct nft_tree *tree, const struct nf_expr *expr) {
    const struct nf_hash *hash = expr->hash;
    struct nft_node *node = nft_node_new(tree, NFT_NODE_KEY, nft_type(NFT_TYPE_INTEGER), 32);
    node->host_order = true;
    node->key.expr = expr;
    if (hash->type == 0)
        node->key.input = nft_tree_read(tree, hash->source, hash->length);
    load(tree, hash->destination, node);
}

static void load_payload(struct nft_tree *tree, const struct nf_expr *expr) {
    const struct nf_payload *payload = &expr->payload;
    if (payload->base + 1 >= NFT_BASE_COUNT || payload->length == 0 || payload->length > 16 ||
        payload->offset > 65535) {
        tree->failed = true;
        return;
    }
    struct nft_node *node =
        nft_node_new(tree, NFT_NODE_FIELD, nft_type(NFT_TYPE_RAW), payload->length * 8);
    node->field.base = payload->base + 1;
    node->field.offset = payload->offset * 8;
    load(tree, payload->reg, node);
}

static void load_option(struct nft_tree *tree, const struct nf_expr *expr) {
    const struct nf_exthdr *exthdr = expr->exthdr;
    if (exthdr->length == 0 || exthdr->length > 16) {
        tree->failed = true;
        return;
    }
    load(tree, exthdr->reg, nft_option_node(tree, exthdr));
}

static void load_map(struct nft_tree *tree, const struct nf_expr *expr) {
    load(tree, expr->lookup.destination, nft_map_node(tree, &expr->lookup));
}

static void load_immediate(struct nft_tree *tree, const struct nf_expr *expr) {
    struct nft_node *node =
        nft_node_new(tree, NFT_NODE_DATA, NULL, expr->immediate.data.length * 8);
    node->data = expr->immediate.data;
    load(tree, expr->immediate.destination, node);
}

// (register & mask) ^ xor, as people write it: & mask, ^ what is turned over, | what is set.
static struct nft_node *masked(struct nft_tree *tree, struct nft_node *node,
                               const struct nf_bitwise *bitwise) {
    nft_number mask =
        nft_number_read(tree, bitwise->mask.bytes, bitwise->mask.length, node->host_order);
    nft_number flip =
        nft_number_read(tree, bitwise->xor.bytes, bitwise->xor.length, node->host_order);
    nft_number all = nft_number_ones(bitwise->mask.length * 8);
    nft_number set = flip & ~mask & all;
    flip &= mask;
    mask |= set;
    struct nft_node *operand = node;
    if ((mask & nft_number_ones(node->bits)) != nft_number_ones(node->bits))
        node = nft_node_binary(tree, NFT_OP_AND, node,
                               nft_node_value(tree, NULL, operand->bits, mask));
    if (flip)
        node = nft_node_binary(tree, NFT_OP_XOR, node,
                               nft_node_value(tree, NULL, operand->bits, flip));
    if (set)
        node =
            nft_node_binary(tree, NFT_OP_OR, node, nft_node_value(tree, NULL, operand->bits, set));
    return node;
}

static void load_bitwise(struct nft_tree *tree, const struct nf_expr *expr) {
    const struct nf_bitwise *bitwise = expr->bitwise;
    struct nft_node *node = nft_tree_read(tree, bitwise->source, bitwise->length);
    if (tree->failed)
        return;
    if (bitwise->op > 2 || node->kind == NFT_NODE_CONCAT || node->kind == NFT_NODE_DATA) {
        tree->failed = true;
        return;
    }
    if (bitwise->op == 0) {
        load(tree, bitwise->destination, masked(tree, node, bitwise));
        return;
    }
    enum nft_op op = bitwise->op == 1 ? NFT_OP_SHIFT_LEFT : NFT_OP_SHIFT_RIGHT;
    nft_number by = nft_number_read(tree, bitwise->data.bytes, bitwise->data.length, true);
    load(tree, bitwise->destination,
         nft_node_binary(tree, op, node, nft_node_value(tree, nft_type(NFT_TYPE_INTEGER), 32, by)));
}

static void load_byteorder(struct nft_tree *tree, const struct nf_expr *expr) {
    struct nft_node *node = nft_tree_read(tree, expr->byteorder.source, expr->byteorder.length);
    if (tree->failed || node->kind == NFT_NODE_DATA) {
        tree->failed = true;
        return;
    }
    node->host_order = expr->byteorder.op == 0; // network to host
    load(tree, expr->byteorder.destination, node);
}

// False: the expression does not load.
static bool load_any(struct nft_tree *tree, const struct nf_expr *expr) {
    switch (expr->kind) {
    case NF_EXPR_IMMEDIATE:
        load_immediate(tree, expr);
        return true;
    case NF_EXPR_PAYLOAD:
        load_payload(tree, expr);
        return true;
    case NF_EXPR_EXTHDR:
        load_option(tree, expr);
        return true;
    case NF_EXPR_META:
        load_key(tree, expr, expr->meta.reg, nft_meta_key(expr->meta.key));
        return true;
    case NF_EXPR_CT:
        load_ct(tree, expr);
        return true;
    case NF_EXPR_RT:
        load_key(tree, expr, expr->rt.destination, nft_rt_key(expr->rt.key));
        return true;
    case NF_EXPR_SOCKET:
        load_key(tree, expr, expr->socket.destination, nft_socket_key(expr->socket.key));
        return true;
    case NF_EXPR_XFRM:
        load_key(tree, expr, expr->xfrm.destination, nft_xfrm_key(expr->xfrm.key));
        return true;
    case NF_EXPR_FIB:
        load_fib(tree, expr);
        return true;
    case NF_EXPR_OSF:
        load_plain(tree, expr, expr->osf.destination, NFT_TYPE_STRING, 128);
        return true;
    case NF_EXPR_NUMGEN:
        load_plain(tree, expr, expr->numgen.destination, NFT_TYPE_INTEGER, 32);
        return true;
    case NF_EXPR_HASH:
        load_hash(tree, expr);
        return true;
    case NF_EXPR_BITWISE:
        load_bitwise(tree, expr);
        return true;
    case NF_EXPR_BYTEORDER:
        load_byteorder(tree, expr);
        return true;
    case NF_EXPR_LOOKUP:
        if (expr->lookup.destination == NF_REGISTER_NONE ||
            expr->lookup.destination == NF_REGISTER_VERDICT)
            return false;
        load_map(tree, expr);
        return true;
    default:
        return false;
    }
}

bool nft_tree_build(struct nft_tree *tree, const struct ruleset_names *names, uint8_t family,
                    const struct nf_expr *exprs, size_t count) {
    nft_tree_init(tree, names, family);
    for (size_t i = 0; i < count && !tree->failed; i++) {
        if (load_any(tree, &exprs[i]))
            continue;
        if (!nft_tree_match(tree, &exprs[i]) && !nft_tree_action(tree, &exprs[i]))
            tree->failed = true;
    }
    return !tree->failed && tree->unread == 0 && nft_tree_is_sayable(tree);
}
