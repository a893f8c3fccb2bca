// SPDX-License-Identifier: GPL-2.0-or-later
// From bytes of a layer to fields of a header.
#include "ruleset/nft_tree.h"

static void become_field(struct nft_node *node, const struct nft_header *header,
                         const struct nft_field *field) {
    node->field.header = header;
    node->field.field = field;
    node->type = nft_type(field->type);
}

static void find_field(struct nft_tree *tree, struct nft_node *node) {
    uint32_t start;
    const struct nft_header *header =
        nft_context_header(&tree->context, node->field.base, node->field.offset, &start);
    for (size_t i = 0; header && i < header->field_count; i++) {
        const struct nft_field *field = &header->fields[i];
        if (field->offset == node->field.offset - start && field->bits == node->bits &&
            nft_context_has(&tree->context, field)) {
            become_field(node, header, field);
            return;
        }
    }
    // Ports are where all that have them have them.
    if (!header && node->field.base == NFT_BASE_TRANSPORT && node->bits == 16 &&
        (node->field.offset == 0 || node->field.offset == 16))
        become_field(node, &nft_th, &nft_th.fields[node->field.offset / 16]);
}

void nft_field_resolve(struct nft_tree *tree, struct nft_node *node) {
    if (!node->field.field)
        find_field(tree, node);
    if (node->field.field)
        nft_dependency_of_field(tree, node);
}

const struct nft_field *nft_field_first(const struct nft_tree *tree, const struct nft_node *node) {
    uint32_t start;
    const struct nft_header *header =
        nft_context_header(&tree->context, node->field.base, node->field.offset, &start);
    for (size_t i = 0; header && i < header->field_count; i++) {
        const struct nft_field *field = &header->fields[i];
        if (field->offset == node->field.offset - start && nft_context_has(&tree->context, field))
            return field;
    }
    return NULL;
}

// True if fields of the header follow one another from `from` to just before `to`.
static bool are_fields(const struct nft_tree *tree, enum nft_base base, uint32_t from,
                       uint32_t to) {
    struct nft_node place = {.field = {.base = base, .offset = from}};
    while (place.field.offset < to) {
        const struct nft_field *field = nft_field_first(tree, &place);
        if (!field)
            return false;
        place.field.offset += field->bits;
    }
    return place.field.offset == to;
}

static bool trim_option(struct nft_node *node, unsigned low, unsigned high) {
    uint32_t offset = node->option.offset + node->bits - high;
    const struct nft_field *field;
    const struct nft_option *option =
        nft_option_at(node->option.op, node->option.type, offset, high - low, &field);
    if (!field || node->option.present || node->option.field)
        return false;
    node->option.option = option;
    node->option.field = field;
    node->option.offset = offset;
    node->type = nft_type(field->type);
    node->bits = field->bits;
    return true;
}

bool nft_field_trim(struct nft_tree *tree, struct nft_node *node, nft_number mask,
                    unsigned *ret_shift) {
    unsigned low, high;
    if (!nft_number_run(mask, &low, &high) || high > node->bits)
        return false;
    if (node->kind == NFT_NODE_OPTION && trim_option(node, low, high)) {
        *ret_shift = low;
        return true;
    }
    if (node->kind != NFT_NODE_FIELD || node->field.field)
        return false;
    uint32_t offset = node->field.offset + node->bits - high;
    if (!are_fields(tree, node->field.base, offset, offset + high - low))
        return false;
    node->field.offset = offset;
    node->bits = (uint16_t)(high - low);
    *ret_shift = low;
    return true;
}

// In a concatenation and as the key of a map nothing but the field itself can be meant.
static struct nft_node *unmask(struct nft_tree *tree, struct nft_node *node, unsigned *ret_shift) {
    struct nft_node *field = node->child;
    if (node->kind != NFT_NODE_BINARY || node->op != NFT_OP_AND ||
        field->next->kind != NFT_NODE_VALUE ||
        !nft_field_trim(tree, field, field->next->number, ret_shift))
        return node;
    field->next = NULL;
    return field;
}

static struct nft_node *resolve_binary(struct nft_tree *tree, struct nft_node *node) {
    struct nft_node *right = node->child->next;
    // (field & mask) >> n, where the mask ends n bits above: just the field
    unsigned shift = 0;
    if (node->op == NFT_OP_SHIFT_RIGHT && right->kind == NFT_NODE_VALUE) {
        struct nft_node *field = unmask(tree, node->child, &shift);
        if (field != node->child && right->number >= shift) {
            right->number -= shift;
            if (right->number == 0)
                return nft_node_resolve(tree, field);
            node->child = field;
            field->next = right;
        }
    }
    struct nft_node *left = nft_node_resolve(tree, node->child);
    node->child = left;
    left->next = right;
    node->type = left->type;
    if (node->op != NFT_OP_SHIFT_LEFT && node->op != NFT_OP_SHIFT_RIGHT)
        nft_node_typed_like(tree, right, left);
    return node;
}

static void resolve_map(struct nft_tree *tree, struct nft_node *node) {
    struct nft_node *set = node->child->next;
    unsigned shift = 0;
    struct nft_node *key = nft_node_resolve(tree, unmask(tree, node->child, &shift));
    set->set.shift += shift;
    node->child = key;
    key->next = set;
}

static void resolve_concat(struct nft_tree *tree, struct nft_node *node) {
    unsigned shift;
    struct nft_node **link = &node->child;
    while (*link) {
        struct nft_node *next = (*link)->next;
        (*link)->next = NULL;
        *link = nft_node_resolve(tree, unmask(tree, *link, &shift));
        (*link)->next = next;
        link = &(*link)->next;
    }
}

struct nft_node *nft_node_resolve(struct nft_tree *tree, struct nft_node *node) {
    if (tree->failed)
        return node;
    switch (node->kind) {
    case NFT_NODE_FIELD:
        nft_field_resolve(tree, node);
        return node;
    case NFT_NODE_OPTION:
        nft_dependency_of_option(tree, node);
        return node;
    case NFT_NODE_KEY:
        if (node->key.input)
            node->key.input = nft_node_resolve(tree, node->key.input);
        return node;
    case NFT_NODE_BINARY:
        return resolve_binary(tree, node);
    case NFT_NODE_MAP:
        resolve_map(tree, node);
        return node;
    case NFT_NODE_CONCAT:
        resolve_concat(tree, node);
        return node;
    case NFT_NODE_DATA:
    case NFT_NODE_VALUE:
    case NFT_NODE_PREFIX:
    case NFT_NODE_RANGE:
    case NFT_NODE_FLAGS:
    case NFT_NODE_SET:
    case NFT_NODE_VERDICT:
    case NFT_NODE_TEXT:
    case NFT_NODE_ANY:
        return node;
    }
    return node;
}
