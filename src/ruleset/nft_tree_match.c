// SPDX-License-Identifier: GPL-2.0-or-later
// Comparisons and look-ups: what a rule asks for.
#include "ruleset/nft_tree.h"

static struct nft_statement *new_match(struct nft_tree *tree, const struct nf_expr *expr,
                                       enum nft_op op, struct nft_node *left,
                                       struct nft_node *right) {
    struct nft_statement *match = nft_statement_new(tree, NFT_STATEMENT_MATCH, expr);
    match->op = op;
    match->left = left;
    match->right = right;
    return match;
}

// --- Fields of headers ---------------------------------------------------------------------------

static void learn_field(struct nft_tree *tree, struct nft_statement *match) {
    const struct nft_node *left = match->left;
    if (match->op != NFT_OP_EQ || !left->field.field || !left->field.field->names_upper)
        return;
    uint32_t value = (uint32_t)nft_node_number(match->right);
    nft_context_learn_field(&tree->context, left->field.header, left->field.base, value);
}

// A field's value; a prefix if the load was shorter than the field.
static struct nft_node *field_value(struct nft_tree *tree, const struct nft_node *left,
                                    nft_number number, unsigned bits) {
    unsigned missing = left->field.field ? left->field.field->bits - bits : 0;
    struct nft_node *value = nft_node_value(tree, left->type, bits + missing, number << missing);
    if (missing == 0)
        return value;
    struct nft_node *prefix = nft_node_new(tree, NFT_NODE_PREFIX, left->type, value->bits);
    prefix->child = value;
    prefix->length = bits;
    return prefix;
}

static void add_field_match(struct nft_tree *tree, const struct nf_expr *expr, enum nft_op op,
                            struct nft_node *left, nft_number number) {
    struct nft_statement *match =
        new_match(tree, expr, op, left, field_value(tree, left, number, left->bits));
    learn_field(tree, match);
    enum nft_base base = left->field.base;
    // A tag upon a tag: the next header is of the same layer.
    if (op == NFT_OP_EQ && left->field.field && left->field.field->names_upper &&
        base == NFT_BASE_LINK) {
        const struct nft_header *upper =
            nft_header_upper(tree->context.at[base], (uint32_t)nft_node_number(match->right));
        if (upper && upper->base == base)
            base = NFT_BASE_NONE;
    }
    if (!left->field.field)
        return;
    nft_dependency_of_field(tree, left);
    if (op == NFT_OP_EQ && left->field.field->names_upper)
        nft_dependency_keep(tree, match, base);
}

// How many bits of the load belong to the field at its beginning; all if none is known there.
static unsigned piece_bits(struct nft_tree *tree, struct nft_node *node, unsigned left,
                           enum nft_op op) {
    const struct nft_field *field = nft_field_first(tree, node);
    if (!field)
        return left;
    if (field->bits <= left)
        return op == NFT_OP_EQ || field->bits == left ? field->bits : left;
    return left; // a prefix, if the type has some
}

static struct nft_node *make_piece(struct nft_tree *tree, const struct nft_node *from,
                                   unsigned bits) {
    struct nft_node *piece = nft_node_copy(tree, from);
    piece->bits = (uint16_t)bits;
    piece->field.field = NULL;
    const struct nft_field *field = nft_field_first(tree, piece);
    if (!field || field->bits < bits || (field->bits > bits && !nft_type(field->type)->is_prefix)) {
        piece->type = nft_type(NFT_TYPE_RAW);
        if (!tree->context.at[piece->field.base])
            nft_field_resolve(tree, piece); // ports
        return piece;
    }
    uint32_t start;
    piece->field.header =
        nft_context_header(&tree->context, piece->field.base, piece->field.offset, &start);
    piece->field.field = field;
    piece->type = nft_type(field->type);
    return piece;
}

// Matches of fields that lie side by side are one load and one comparison; they become several.
static void match_field_value(struct nft_tree *tree, const struct nf_expr *expr, enum nft_op op,
                              struct nft_node *left, struct nft_node *right) {
    unsigned rest = left->bits;
    nft_number number = right->number;
    if (left->field.field && left->field.field->bits == rest) { // ports, found before
        left->field.field = NULL;
        left->field.header = NULL;
    }
    while (rest > 0 && !tree->failed) {
        unsigned bits = piece_bits(tree, left, rest, op);
        struct nft_node *piece = make_piece(tree, left, bits);
        rest -= bits;
        add_field_match(tree, expr, op, piece, number >> rest & nft_number_ones(bits));
        left->field.offset += bits;
    }
}

// "icmp type { echo-reply, echo-request }" tells of the message's fields as one type does.
static void learn_icmp_set(struct nft_tree *tree, const struct nft_node *left,
                           const struct nf_set *set) {
    const struct nft_header *header = tree->context.at[NFT_BASE_TRANSPORT];
    if (left->field.base != NFT_BASE_TRANSPORT || left->bits != 8 || left->field.offset != 0 ||
        tree->context.icmp_type != 0 || (header != &nft_icmp && header != &nft_icmp6) || !set ||
        !(set->flags & 1) || set->element_count == 0)
        return;
    uint8_t lowest = UINT8_MAX;
    for (size_t i = 0; i < set->element_count; i++) {
        const struct nf_data *key = &set->elements[i].key;
        if (key->length == 1 && key->bytes[0] < lowest)
            lowest = key->bytes[0];
    }
    tree->context.icmp_type = lowest;
}

static void match_field(struct nft_tree *tree, const struct nf_expr *expr, enum nft_op op,
                        struct nft_node *left, struct nft_node *right) {
    if ((op == NFT_OP_EQ || op == NFT_OP_NEQ) && right->kind == NFT_NODE_VALUE) {
        match_field_value(tree, expr, op, left, right);
        return;
    }
    if (right->kind == NFT_NODE_SET)
        learn_icmp_set(tree, left, right->set.set);
    nft_field_resolve(tree, left);
    new_match(tree, expr, op, left, nft_node_typed_like(tree, right, left));
}

// --- Masks ---------------------------------------------------------------------------------------

static void shift_value(struct nft_node *node, unsigned shift, unsigned bits) {
    if (node->kind == NFT_NODE_SET) {
        if (node->set.set && node->set.set->flags & 1) // NFT_SET_ANONYMOUS
            node->set.shift += shift;
        return;
    }
    node->bits = (uint16_t)bits;
    if (node->kind == NFT_NODE_VALUE) {
        node->number >>= shift;
        return;
    }
    for (struct nft_node *child = node->child; child; child = child->next)
        shift_value(child, shift, bits);
}

// True if nothing stands in the bits that the shift would lose.
static bool can_shift(const struct nft_node *node, unsigned shift) {
    if (node->kind == NFT_NODE_SET)
        return true;
    if (node->kind == NFT_NODE_VALUE)
        return (node->number & nft_number_ones(shift)) == 0;
    if (node->kind != NFT_NODE_RANGE)
        return false;
    return can_shift(node->child, shift);
}

static bool match_masked_field(struct nft_tree *tree, const struct nf_expr *expr, enum nft_op op,
                               struct nft_node *binary, struct nft_node *right) {
    struct nft_node *field = binary->child;
    struct nft_node before = *field;
    unsigned shift;
    if (!nft_field_trim(tree, field, field->next->number, &shift))
        return false;
    if (!can_shift(right, shift)) {
        *field = before;
        return false;
    }
    field->next = NULL;
    shift_value(right, shift, field->bits);
    if (field->kind == NFT_NODE_FIELD) {
        match_field(tree, expr, op, field, right);
        return true;
    }
    nft_dependency_of_option(tree, field);
    new_match(tree, expr, op, field, nft_node_typed_like(tree, right, field));
    return true;
}

// "tcp flags syn", "tcp flags & syn == syn", "tcp flags syn / syn,ack"
static void match_flags(struct nft_tree *tree, const struct nf_expr *expr, enum nft_op op,
                        struct nft_node *binary, struct nft_node *right) {
    struct nft_node *left = binary->child, *mask = left->next;
    if (right->number == mask->number && (mask->number & (mask->number - 1)) == 0 &&
        right->number != 0) {
        new_match(tree, expr, op, binary, right);
        return;
    }
    left->next = NULL;
    mask = nft_node_flags(tree, mask);
    if (right->number == 0) {
        new_match(tree, expr, op == NFT_OP_EQ ? NFT_OP_NONE_OF : NFT_OP_IMPLICIT, left, mask);
        return;
    }
    new_match(tree, expr, op, left, nft_node_flags(tree, right))->mask = mask;
}

// How long a prefix the mask is of a type that has prefixes; -1: it is none, or the value has bits
// that the mask takes away.
static int prefix_length(const struct nft_node *left, nft_number mask, nft_number value) {
    unsigned low = left->bits, high = left->bits;
    if (!left->type || !left->type->is_prefix || (value & ~mask) != 0 ||
        (mask != 0 && !nft_number_run(mask, &low, &high)) || high != left->bits)
        return -1;
    return (int)(high - low);
}

static bool match_masked(struct nft_tree *tree, const struct nf_expr *expr, enum nft_op op,
                         struct nft_node *binary, struct nft_node *right) {
    struct nft_node *left = binary->child, *mask = left->next;
    bool is_equal = op == NFT_OP_EQ || op == NFT_OP_NEQ;
    if (binary->op != NFT_OP_AND || mask->kind != NFT_NODE_VALUE)
        return false;
    if (is_equal && binary->type && binary->type->is_flags && right->kind == NFT_NODE_VALUE) {
        match_flags(tree, expr, op, binary, right);
        return true;
    }
    int length = right->kind == NFT_NODE_VALUE && is_equal
                     ? prefix_length(left, mask->number, right->number)
                     : -1;
    if (length >= 0) {
        struct nft_node *prefix = nft_node_new(tree, NFT_NODE_PREFIX, left->type, left->bits);
        prefix->child = right;
        prefix->length = (unsigned)length;
        left->next = NULL;
        new_match(tree, expr, op, left, prefix);
        return true;
    }
    return match_masked_field(tree, expr, op, binary, right);
}

static void finish_binary(struct nft_tree *tree, struct nft_node *binary) {
    struct nft_node *left = binary->child;
    if (left->kind == NFT_NODE_BINARY)
        finish_binary(tree, left);
    left->next = nft_node_ors(tree, left->next);
}

// --- All -----------------------------------------------------------------------------------------

static void learn_key(struct nft_tree *tree, struct nft_statement *match) {
    const struct nft_node *left = match->left;
    const struct nf_expr *expr = left->key.expr;
    if (match->op != NFT_OP_EQ || match->right->kind == NFT_NODE_RANGE ||
        match->right->kind == NFT_NODE_SET ||
        (expr->kind != NF_EXPR_META && expr->kind != NF_EXPR_CT))
        return;
    uint32_t value = (uint32_t)nft_node_number(match->right);
    if (left->key.key->names_upper && match->right->kind == NFT_NODE_VALUE) {
        if (expr->kind == NF_EXPR_META)
            nft_context_learn_meta(&tree->context, expr->meta.key, value);
        else
            nft_context_learn_ct(&tree->context, left->key.key->base, value);
    }
    nft_dependency_of_key(tree, match);
}

static void match(struct nft_tree *tree, const struct nf_expr *expr, enum nft_op op,
                  struct nft_node *left, struct nft_node *right) {
    if (left->kind == NFT_NODE_FIELD) {
        match_field(tree, expr, op, left, right);
        return;
    }
    left = nft_node_resolve(tree, left);
    if (tree->failed)
        return;
    if (left->kind == NFT_NODE_FIELD) { // a mask and a shift cut it out
        new_match(tree, expr, op, left, nft_node_typed_like(tree, right, left));
        return;
    }
    nft_node_typed_like(tree, right, left);
    if (left->kind == NFT_NODE_BINARY) {
        if (match_masked(tree, expr, op, left, right))
            return;
        finish_binary(tree, left);
    }
    if (left->kind != NFT_NODE_CONCAT)
        right = nft_node_ors(tree, right);
    struct nft_statement *made = new_match(tree, expr, op, left, right);
    if (left->kind == NFT_NODE_KEY)
        learn_key(tree, made);
}

// --- A range said by two comparisons -------------------------------------------------------------

static bool is_same(const struct nft_node *a, const struct nft_node *b) {
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case NFT_NODE_FIELD:
        return a->field.base == b->field.base && a->field.offset == b->field.offset &&
               a->bits == b->bits;
    case NFT_NODE_OPTION:
        return a->option.op == b->option.op && a->option.type == b->option.type &&
               a->option.offset == b->option.offset && a->bits == b->bits;
    case NFT_NODE_KEY:
        return a->key.key && a->key.key == b->key.key && !a->key.input &&
               (a->key.expr->kind != NF_EXPR_CT ||
                a->key.expr->ct.direction == b->key.expr->ct.direction) &&
               (a->key.expr->kind != NF_EXPR_SOCKET ||
                a->key.expr->socket.level == b->key.expr->socket.level) &&
               (a->key.expr->kind != NF_EXPR_FIB ||
                a->key.expr->fib.flags == b->key.expr->fib.flags) &&
               (a->key.expr->kind != NF_EXPR_XFRM ||
                (a->key.expr->xfrm.direction == b->key.expr->xfrm.direction &&
                 a->key.expr->xfrm.spnum == b->key.expr->xfrm.spnum));
    default:
        return false;
    }
}

// "port >= 10, port <= 20" is "port 10-20"; "port < 10, port > 20" never comes so from nft.
static void merge_range(struct nft_tree *tree) {
    struct nft_statement *high = tree->last, *low = high ? high->before : NULL;
    if (!low || low->kind != NFT_STATEMENT_MATCH || high->kind != NFT_STATEMENT_MATCH ||
        low->removed || low->op != NFT_OP_GTE || high->op != NFT_OP_LTE ||
        low->right->kind != NFT_NODE_VALUE || high->right->kind != NFT_NODE_VALUE ||
        !is_same(low->left, high->left))
        return;
    low->removed = true;
    high->op = NFT_OP_EQ;
    high->right = nft_node_range(tree, low->right, high->right);
}

// --- The expressions -----------------------------------------------------------------------------

// A concatenation is compared field by field.
static struct nft_node *concat_value(struct nft_tree *tree, struct nft_node *left,
                                     struct nf_data data) {
    struct nft_node *concat = nft_node_new(tree, NFT_NODE_CONCAT, NULL, left->bits);
    struct nft_node **tail = &concat->child;
    for (struct nft_node *part = left->child; part; part = part->next) {
        uint32_t space = (uint32_t)(part->bits + 31) / 32 * 4, length = (part->bits + 7U) / 8;
        if (data.length < length) {
            tree->failed = true;
            return concat;
        }
        *tail = nft_node_value(tree, part->type, part->bits,
                               nft_number_read(tree, data.bytes, length, part->host_order));
        tail = &(*tail)->next;
        data.bytes += space < data.length ? space : data.length;
        data.length -= space < data.length ? space : data.length;
    }
    return concat;
}

static struct nft_node *compared(struct nft_tree *tree, struct nft_node *left,
                                 struct nf_data data) {
    if (left->kind == NFT_NODE_CONCAT)
        return concat_value(tree, left, data);
    nft_number number = nft_number_read(tree, data.bytes, data.length, left->host_order);
    unsigned bits = data.length * 8;
    bool is_text = left->type && left->type->form == NFT_FORM_STRING;
    struct nft_node *value = nft_node_value(tree, left->type, bits, number);
    if (bits >= left->bits || is_text)
        return value;
    if (left->bits > 128 || bits == 0) {
        tree->failed = true;
        return value;
    }
    value->number <<= left->bits - bits;
    value->bits = left->bits;
    struct nft_node *prefix = nft_node_new(tree, NFT_NODE_PREFIX, left->type, left->bits);
    prefix->child = value;
    prefix->length = bits;
    return prefix;
}

static void match_cmp(struct nft_tree *tree, const struct nf_expr *expr) {
    static const enum nft_op ops[] = {NFT_OP_EQ,  NFT_OP_NEQ, NFT_OP_LT,
                                      NFT_OP_LTE, NFT_OP_GT,  NFT_OP_GTE};
    if (expr->cmp.op >= sizeof(ops) / sizeof(*ops)) {
        tree->failed = true;
        return;
    }
    struct nft_node *left = nft_tree_read(tree, expr->cmp.source, expr->cmp.data.length);
    if (tree->failed)
        return;
    if (left->kind == NFT_NODE_CONCAT)
        left = nft_node_resolve(tree, left);
    struct nft_node *right = compared(tree, left, expr->cmp.data);
    if (left->kind == NFT_NODE_CONCAT)
        new_match(tree, expr, ops[expr->cmp.op], left, right);
    else
        match(tree, expr, ops[expr->cmp.op], left, right);
    if (!tree->failed)
        merge_range(tree);
}

static void match_range(struct nft_tree *tree, const struct nf_expr *expr) {
    const struct nf_range *range = expr->range;
    struct nft_node *left = nft_tree_read(tree, range->source, range->from.length);
    if (tree->failed || left->kind == NFT_NODE_CONCAT) {
        tree->failed = true;
        return;
    }
    struct nft_node *from = nft_node_value(
        tree, left->type, range->from.length * 8,
        nft_number_read(tree, range->from.bytes, range->from.length, left->host_order));
    struct nft_node *to =
        nft_node_value(tree, left->type, range->to.length * 8,
                       nft_number_read(tree, range->to.bytes, range->to.length, left->host_order));
    match(tree, expr, range->op == 0 ? NFT_OP_EQ : NFT_OP_NEQ, left,
          nft_node_range(tree, from, to));
}

static void match_lookup(struct nft_tree *tree, const struct nf_expr *expr) {
    const struct nf_lookup *lookup = &expr->lookup;
    if (lookup->destination == NF_REGISTER_VERDICT) {
        struct nft_statement *map = nft_statement_new(tree, NFT_STATEMENT_MAP, expr);
        map->left = nft_node_resolve(tree, nft_map_node(tree, lookup));
        return;
    }
    struct nft_node *left =
        nft_tree_read(tree, lookup->source, lookup->set ? lookup->set->key_length : 0);
    match(tree, expr, lookup->inverted ? NFT_OP_NEQ : NFT_OP_EQ, left,
          nft_set_node(tree, lookup->set, lookup->set_name));
}

bool nft_tree_match(struct nft_tree *tree, const struct nf_expr *expr) {
    switch (expr->kind) {
    case NF_EXPR_CMP:
        match_cmp(tree, expr);
        return true;
    case NF_EXPR_RANGE:
        match_range(tree, expr);
        return true;
    case NF_EXPR_LOOKUP:
        match_lookup(tree, expr);
        return true;
    default:
        return false;
    }
}
