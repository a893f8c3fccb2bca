// SPDX-License-Identifier: GPL-2.0-or-later
// "typeof ip saddr . tcp dport": nft writes into a set's notes what its keys are made of, in
// types, lengths and values nested in one another, by its own numbers.
#include <string.h>

#include "ruleset/nft_set.h"

enum { // nft's enum expr_types
    IS_VERDICT = 1,
    IS_PAYLOAD = 7,
    IS_EXTHDR = 8,
    IS_META = 9,
    IS_SOCKET = 10,
    IS_OSF = 11,
    IS_CT = 12,
    IS_CONCAT = 13,
    IS_NUMGEN = 23,
    IS_HASH = 24,
    IS_RT = 25,
    IS_FIB = 26,
    IS_XFRM = 27,
};

#define NUMBERS_MAX 6

// The numbers of a list of notes, by their types.
struct numbers {
    uint32_t values[NUMBERS_MAX];
    unsigned there; // bits
};

static struct numbers read_numbers(struct nf_data notes) {
    struct numbers numbers = {0};
    uint8_t type;
    struct nf_data value;
    while (nft_note_next(&notes, &type, &value)) {
        if (type >= NUMBERS_MAX || value.length != sizeof(uint32_t))
            continue;
        memcpy(&numbers.values[type], value.bytes, sizeof(uint32_t));
        numbers.there |= 1U << type;
    }
    return numbers;
}

static bool has(const struct numbers *numbers, unsigned count) {
    unsigned all = (1U << count) - 1;
    return (numbers->there & all) == all;
}

// header, field, and of raw bytes: layer, offset; of integers: length
static struct nft_node *payload(struct nft_tree *tree, struct numbers n) {
    struct nft_node *node = nft_node_new(tree, NFT_NODE_FIELD, nft_type(NFT_TYPE_RAW), 0);
    const struct nft_header *header = nft_header_by_number(n.values[0]);
    const struct nft_field *field = header ? nft_header_field(header, n.values[1]) : NULL;
    if (!has(&n, 2) || (header && !field))
        return NULL;
    if (header) {
        node->field.header = header;
        node->field.field = field;
        node->field.base = header->base;
        node->type = nft_type(field->type);
        node->bits = field->bits;
    } else {
        node->field.base = n.values[2] < NFT_BASE_COUNT ? n.values[2] : NFT_BASE_NONE;
        node->field.offset = n.values[3];
    }
    if (n.there & 1U << 4)
        node->bits = (uint16_t)n.values[4];
    return node;
}

// option, field, kind of option
static struct nft_node *option(struct nft_tree *tree, struct numbers n) {
    uint8_t op = n.there & 1U << 2 ? (uint8_t)n.values[2] : 0;
    uint32_t number = n.values[0], place = n.values[1];
    if (op == 1 && number > UINT8_MAX) { // nft's numbers for the other blocks of SACK
        place += (number - UINT8_MAX) * 2;
        number = 5;
    }
    const struct nft_option *found = nft_option_by_number(op, number);
    if (!has(&n, 2) || !found || place < found->first || place - found->first >= found->field_count)
        return NULL;
    const struct nft_field *field = &found->fields[place - found->first];
    struct nft_node *node = nft_node_new(tree, NFT_NODE_OPTION, nft_type(field->type), field->bits);
    node->option.option = found;
    node->option.field = field;
    node->option.offset = field->offset;
    node->option.op = op;
    node->option.type = found->type;
    return node;
}

static struct nft_node *key(struct nft_tree *tree, const struct nft_key *key, struct nf_expr expr) {
    if (!key)
        return NULL;
    struct nf_expr *kept = nft_tree_alloc(tree, sizeof(*kept));
    *kept = expr;
    struct nft_node *node = nft_node_new(tree, NFT_NODE_KEY, nft_type(key->type), key->bits);
    node->host_order = key->host_order;
    node->key.key = key;
    node->key.expr = kept;
    return node;
}

static struct nft_node *generated(struct nft_tree *tree, struct nf_expr expr, enum nft_type_id type,
                                  unsigned bits) {
    struct nf_expr *kept = nft_tree_alloc(tree, sizeof(*kept));
    *kept = expr;
    struct nft_node *node = nft_node_new(tree, NFT_NODE_KEY, nft_type(type), bits);
    node->host_order = type == NFT_TYPE_INTEGER;
    node->key.expr = kept;
    return node;
}

static struct nft_node *hash(struct nft_tree *tree, struct numbers n) {
    if (!has(&n, 5) || n.values[0] != 1) // only the symmetric one has no input, which is not noted
        return NULL;
    struct nf_hash *hash = nft_tree_alloc(tree, sizeof(*hash));
    *hash = (struct nf_hash){.type = n.values[0],
                             .offset = n.values[1],
                             .modulus = n.values[2],
                             .seed = n.values[3],
                             .has_seed = n.values[4] != 0};
    return generated(tree, (struct nf_expr){.kind = NF_EXPR_HASH, .hash = hash}, NFT_TYPE_INTEGER,
                     32);
}

static struct nft_node *fib(struct nft_tree *tree, struct numbers n) {
    struct nft_node *node =
        key(tree, nft_fib_key(n.values[0]),
            (struct nf_expr){.kind = NF_EXPR_FIB,
                             .fib = {.result = n.values[0], .flags = n.values[1]}});
    if (node && n.values[1] & 32)
        node->type = nft_type(NFT_TYPE_BOOLEAN);
    return node;
}

static struct nft_node *parse_kind(struct nft_tree *tree, uint32_t kind, struct nf_data notes);

// Parts in notes of types 0, 1 ...; each has its kind (0) and its own notes (1).
static struct nft_node *concat(struct nft_tree *tree, struct nf_data notes) {
    struct nft_node *node = nft_node_new(tree, NFT_NODE_CONCAT, NULL, 0);
    struct nft_node **tail = &node->child;
    uint8_t type;
    struct nf_data value;
    while (nft_note_next(&notes, &type, &value)) {
        *tail = nft_typeof_parse(tree, value);
        if (!*tail || (*tail)->kind == NFT_NODE_CONCAT)
            return NULL;
        tail = &(*tail)->next;
    }
    return node->child ? node : NULL;
}

static struct nft_node *parse_kind(struct nft_tree *tree, uint32_t kind, struct nf_data notes) {
    struct numbers n = read_numbers(notes);
    switch (kind) {
    case IS_VERDICT:
        return nft_node_new(tree, NFT_NODE_VERDICT, nft_type(NFT_TYPE_VERDICT), 128);
    case IS_PAYLOAD:
        return payload(tree, n);
    case IS_EXTHDR:
        return option(tree, n);
    case IS_META:
        return key(tree, nft_meta_key(n.values[0]),
                   (struct nf_expr){.kind = NF_EXPR_META, .meta = {.key = n.values[0]}});
    case IS_SOCKET:
        return key(tree, nft_socket_key(n.values[0]),
                   (struct nf_expr){.kind = NF_EXPR_SOCKET, .socket = {.key = n.values[0]}});
    case IS_OSF:
        return generated(tree, (struct nf_expr){.kind = NF_EXPR_OSF}, NFT_TYPE_STRING, 128);
    case IS_CT:
        return key(tree, nft_ct_key(n.values[0]),
                   (struct nf_expr){.kind = NF_EXPR_CT,
                                    .ct = {.key = n.values[0], .direction = (uint8_t)n.values[1]}});
    case IS_CONCAT:
        return concat(tree, notes);
    case IS_NUMGEN:
        return generated(
            tree,
            (struct nf_expr){
                .kind = NF_EXPR_NUMGEN,
                .numgen = {.type = n.values[0], .modulus = n.values[1], .offset = n.values[2]}},
            NFT_TYPE_INTEGER, 32);
    case IS_HASH:
        return hash(tree, n);
    case IS_RT:
        return key(tree, nft_rt_key(n.values[0]),
                   (struct nf_expr){.kind = NF_EXPR_RT, .rt = {.key = n.values[0]}});
    case IS_FIB:
        return fib(tree, n);
    case IS_XFRM:
        return key(tree, nft_xfrm_key(n.values[0]),
                   (struct nf_expr){.kind = NF_EXPR_XFRM,
                                    .xfrm = {.key = n.values[0],
                                             .spnum = n.values[1],
                                             .direction = (uint8_t)n.values[2]}});
    }
    return NULL;
}

struct nft_node *nft_typeof_parse(struct nft_tree *tree, struct nf_data notes) {
    uint32_t kind = 0;
    struct nf_data inside = {0}, value;
    uint8_t type;
    while (nft_note_next(&notes, &type, &value)) {
        if (type == 0 && value.length == sizeof(kind))
            memcpy(&kind, value.bytes, sizeof(kind));
        else if (type == 1)
            inside = value;
    }
    return parse_kind(tree, kind, inside);
}
