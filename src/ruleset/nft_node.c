// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "ruleset/nft_tree.h"

// --- Numbers -------------------------------------------------------------------------------------

nft_number nft_number_read(struct nft_tree *tree, const uint8_t *bytes, size_t length,
                           bool host_order) {
    if (length > sizeof(nft_number)) {
        tree->failed = true;
        return 0;
    }
    return nft_number_from(bytes, length, host_order);
}

nft_number nft_number_from(const uint8_t *bytes, size_t length, bool host_order) {
    nft_number number = 0;
    bool from_end = host_order && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
    for (size_t i = 0; i < length; i++)
        number = number << 8 | bytes[from_end ? length - 1 - i : i];
    return number;
}

nft_number nft_number_ones(unsigned bits) {
    return bits >= 128 ? ~(nft_number)0 : ((nft_number)1 << bits) - 1;
}

unsigned nft_number_lowest(nft_number number) {
    if ((uint64_t)number)
        return (unsigned)__builtin_ctzll((uint64_t)number);
    uint64_t high = (uint64_t)(number >> 64);
    return high ? 64 + (unsigned)__builtin_ctzll(high) : 128;
}

bool nft_number_run(nft_number number, unsigned *ret_low, unsigned *ret_high) {
    unsigned low = nft_number_lowest(number);
    if (low == 128)
        return false;
    nft_number run = number >> low;
    unsigned length = run == ~(nft_number)0 ? 128 : nft_number_lowest(~run);
    if (run != nft_number_ones(length))
        return false;
    *ret_low = low;
    *ret_high = low + length;
    return true;
}

// --- Nodes ---------------------------------------------------------------------------------------

struct nft_node *nft_node_new(struct nft_tree *tree, enum nft_node_kind kind,
                              const struct nft_type *type, unsigned bits) {
    struct nft_node *node = nft_tree_alloc(tree, sizeof(*node));
    if (bits > UINT16_MAX)
        tree->failed = true;
    node->kind = kind;
    node->type = type;
    node->bits = (uint16_t)bits;
    return node;
}

struct nft_node *nft_node_value(struct nft_tree *tree, const struct nft_type *type, unsigned bits,
                                nft_number number) {
    struct nft_node *node = nft_node_new(tree, NFT_NODE_VALUE, type, bits);
    node->number = number;
    return node;
}

struct nft_node *nft_node_binary(struct nft_tree *tree, enum nft_op op, struct nft_node *left,
                                 struct nft_node *right) {
    struct nft_node *node = nft_node_new(tree, NFT_NODE_BINARY, left->type, left->bits);
    node->host_order = left->host_order;
    node->op = op;
    node->child = left;
    left->next = right;
    return node;
}

struct nft_node *nft_node_range(struct nft_tree *tree, struct nft_node *from, struct nft_node *to) {
    struct nft_node *node = nft_node_new(tree, NFT_NODE_RANGE, from->type, from->bits);
    node->child = from;
    from->next = to;
    to->next = NULL;
    return node;
}

static bool has_children(const struct nft_node *node) {
    switch (node->kind) {
    case NFT_NODE_PREFIX:
    case NFT_NODE_RANGE:
    case NFT_NODE_BINARY:
    case NFT_NODE_CONCAT:
    case NFT_NODE_FLAGS:
    case NFT_NODE_MAP:
        return true;
    case NFT_NODE_DATA:
    case NFT_NODE_VALUE:
    case NFT_NODE_FIELD:
    case NFT_NODE_OPTION:
    case NFT_NODE_KEY:
    case NFT_NODE_SET:
    case NFT_NODE_VERDICT:
    case NFT_NODE_TEXT:
    case NFT_NODE_ANY:
        return false;
    }
    return false;
}

struct nft_node *nft_node_copy(struct nft_tree *tree, const struct nft_node *node) {
    struct nft_node *copy = nft_tree_alloc(tree, sizeof(*copy));
    *copy = *node;
    copy->next = NULL;
    if (node->kind == NFT_NODE_KEY && node->key.input)
        copy->key.input = nft_node_copy(tree, node->key.input);
    if (!has_children(node))
        return copy;
    struct nft_node **tail = &copy->child;
    for (const struct nft_node *child = node->child; child; child = child->next) {
        *tail = nft_node_copy(tree, child);
        tail = &(*tail)->next;
    }
    return copy;
}

// Each bit that is set, lowest first.
static struct nft_node *flag_list(struct nft_tree *tree, const struct nft_node *value) {
    struct nft_node *first = NULL, **tail = &first;
    for (nft_number left = value->number; left != 0; left &= left - 1) {
        *tail = nft_node_value(tree, value->type, value->bits, left & -left);
        tail = &(*tail)->next;
    }
    return first;
}

static bool is_several_flags(const struct nft_node *node) {
    return node->kind == NFT_NODE_VALUE && node->type && node->type->is_flags &&
           (node->number & (node->number - 1)) != 0;
}

struct nft_node *nft_node_flags(struct nft_tree *tree, struct nft_node *value) {
    if (!is_several_flags(value))
        return value;
    struct nft_node *flags = nft_node_new(tree, NFT_NODE_FLAGS, value->type, value->bits);
    flags->child = flag_list(tree, value);
    return flags;
}

struct nft_node *nft_node_ors(struct nft_tree *tree, struct nft_node *value) {
    if (!is_several_flags(value))
        return value;
    struct nft_node *flag = flag_list(tree, value), *all = flag;
    for (flag = flag->next; flag;) {
        struct nft_node *next = flag->next;
        flag->next = NULL;
        all = nft_node_binary(tree, NFT_OP_OR, all, flag);
        flag = next;
    }
    return all;
}

struct nft_node *nft_node_typed(struct nft_tree *tree, struct nft_node *node,
                                const struct nft_type *type, unsigned bits, bool host_order) {
    switch (node->kind) {
    case NFT_NODE_DATA: {
        struct nf_data data = node->data;
        if (data.length > sizeof(nft_number) ||
            (bits && data.length * 8 < bits && bits > 8 && type->form != NFT_FORM_STRING)) {
            tree->failed = true;
            return node;
        }
        node->kind = NFT_NODE_VALUE;
        node->number = nft_number_read(tree, data.bytes, data.length, host_order);
        node->type = type;
        return node;
    }
    case NFT_NODE_VALUE:
        node->type = type;
        return node;
    case NFT_NODE_PREFIX:
    case NFT_NODE_RANGE:
        node->type = type;
        for (struct nft_node *child = node->child; child; child = child->next)
            nft_node_typed(tree, child, type, bits, host_order);
        return node;
    case NFT_NODE_FIELD:
    case NFT_NODE_OPTION:
    case NFT_NODE_KEY:
    case NFT_NODE_BINARY:
    case NFT_NODE_CONCAT:
    case NFT_NODE_FLAGS:
    case NFT_NODE_SET:
    case NFT_NODE_MAP:
    case NFT_NODE_VERDICT:
    case NFT_NODE_TEXT:
    case NFT_NODE_ANY:
        return node;
    }
    return node;
}

struct nft_node *nft_node_typed_like(struct nft_tree *tree, struct nft_node *node,
                                     const struct nft_node *like) {
    return like->type ? nft_node_typed(tree, node, like->type, like->bits, like->host_order) : node;
}

struct nft_node *nft_option_node(struct nft_tree *tree, const struct nf_exthdr *exthdr) {
    struct nft_node *node = nft_node_new(tree, NFT_NODE_OPTION, NULL, exthdr->length * 8);
    node->option.op = (uint8_t)exthdr->op;
    node->option.type = exthdr->type;
    node->option.offset = exthdr->offset * 8;
    node->option.present = exthdr->flags & 1; // NFT_EXTHDR_F_PRESENT
    if (exthdr->op > UINT8_MAX || exthdr->offset > UINT16_MAX)
        tree->failed = true;
    node->option.option = nft_option_at(node->option.op, exthdr->type, node->option.offset,
                                        node->bits, &node->option.field);
    if (node->option.present)
        node->type = nft_type(NFT_TYPE_BOOLEAN);
    else
        node->type = nft_type(node->option.field ? node->option.field->type : NFT_TYPE_INTEGER);
    return node;
}

struct nft_node *nft_set_node(struct nft_tree *tree, const struct nf_set *set, const char *name) {
    struct nft_node *node = nft_node_new(tree, NFT_NODE_SET, NULL, set ? set->key_length * 8 : 0);
    node->set.set = set;
    node->set.name = name;
    return node;
}

struct nft_node *nft_map_node(struct nft_tree *tree, const struct nf_lookup *lookup) {
    const struct nf_set *set = lookup->set;
    struct nft_node *map = nft_node_new(tree, NFT_NODE_MAP, NULL, set ? set->data_length * 8 : 0);
    map->child = nft_tree_read(tree, lookup->source, set ? set->key_length : 0);
    map->child->next = nft_set_node(tree, set, lookup->set_name);
    if (set)
        map->type = nft_type(set->data_type);
    map->host_order = map->type && map->type->host_order;
    return map;
}

uint64_t nft_node_number(const struct nft_node *node) {
    return node->kind == NFT_NODE_VALUE ? (uint64_t)node->number : 0;
}
