// SPDX-License-Identifier: GPL-2.0-or-later
// Statements that do something: set fields, translate addresses, reject, and the rest.
#include "ruleset/nft_set.h"
#include "ruleset/nft_tree.h"

// --- meta, ct, payload, option set ---------------------------------------------------------------

static struct nft_node *key_of(struct nft_tree *tree, const struct nf_expr *expr,
                               const struct nft_key *key) {
    if (!key) {
        tree->failed = true;
        return nft_node_new(tree, NFT_NODE_ANY, NULL, 0);
    }
    struct nft_node *node = nft_node_new(tree, NFT_NODE_KEY, nft_type(key->type), key->bits);
    node->host_order = key->host_order;
    node->key.key = key;
    node->key.expr = expr;
    return node;
}

static void set_key(struct nft_tree *tree, const struct nf_expr *expr, nf_register reg,
                    const struct nft_key *key) {
    struct nft_node *left = key_of(tree, expr, key);
    struct nft_node *right = nft_node_resolve(tree, nft_tree_read(tree, reg, 0));
    if (tree->failed)
        return;
    nft_node_typed_like(tree, right, left);
    struct nft_statement *set = nft_statement_new(tree, NFT_STATEMENT_SET, expr);
    set->left = left;
    bool is_event = expr->kind == NF_EXPR_CT_SET && expr->ct.key == NFT_CT_KEY_EVENT;
    set->right = is_event ? nft_node_flags(tree, right) : nft_node_ors(tree, right);
}

// Which bits of the field the value changes, and to what: (field & keep) | set. False: it is no
// such value.
static bool changed_bits(const struct nft_node *value, const struct nft_node *field,
                         nft_number *ret_changed, nft_number *ret_value) {
    nft_number keep = nft_number_ones(field->bits), put = 0;
    const struct nft_node *node = value;
    if (node->kind == NFT_NODE_BINARY && node->op == NFT_OP_OR &&
        node->child->next->kind == NFT_NODE_VALUE) {
        put = node->child->next->number;
        node = node->child;
    }
    if (node->kind == NFT_NODE_BINARY && node->op == NFT_OP_AND &&
        node->child->next->kind == NFT_NODE_VALUE) {
        keep = node->child->next->number;
        node = node->child;
    }
    if (node == value || node->kind != NFT_NODE_FIELD || node->field.base != field->field.base ||
        node->field.offset != field->field.offset || node->bits != field->bits)
        return false;
    *ret_changed = (~keep & nft_number_ones(field->bits)) | put;
    *ret_value = put;
    return true;
}

static struct nft_node *narrow(struct nft_tree *tree, struct nft_node *field,
                               struct nft_node *value) {
    nft_number changed, put;
    unsigned shift;
    if (!changed_bits(value, field, &changed, &put) ||
        !nft_field_trim(tree, field, changed, &shift))
        return value;
    return nft_node_value(tree, NULL, field->bits, put >> shift);
}

static bool is_known(const struct nft_tree *tree, const struct nft_node *field) {
    const struct nft_field *first = nft_field_first(tree, field);
    return first && first->bits == field->bits;
}

static void set_payload(struct nft_tree *tree, const struct nf_expr *expr) {
    const struct nf_payload *payload = &expr->payload;
    if (payload->base + 1 >= NFT_BASE_COUNT || payload->length == 0 || payload->length > 16 ||
        payload->offset > 65535) {
        tree->failed = true;
        return;
    }
    struct nft_node *field =
        nft_node_new(tree, NFT_NODE_FIELD, nft_type(NFT_TYPE_RAW), payload->length * 8);
    field->field.base = payload->base + 1;
    field->field.offset = payload->offset * 8;
    struct nft_node *value = nft_tree_read(tree, payload->reg, 0);
    if (tree->failed)
        return;
    if (!is_known(tree, field))
        value = narrow(tree, field, value);
    nft_field_resolve(tree, field);
    value = nft_node_resolve(tree, value);
    nft_node_typed_like(tree, value, field);
    struct nft_statement *set = nft_statement_new(tree, NFT_STATEMENT_SET, expr);
    set->left = field;
    set->right = nft_node_ors(tree, value);
}

static void set_option(struct nft_tree *tree, const struct nf_expr *expr) {
    struct nft_node *option;
    if (expr->exthdr->reg == NF_REGISTER_NONE) {
        option = nft_option_node(tree, expr->exthdr);
        option->option.present = true;
        nft_statement_new(tree, NFT_STATEMENT_RESET, expr)->left = option;
        return;
    }
    if (expr->exthdr->length == 0 || expr->exthdr->length > 16) {
        tree->failed = true;
        return;
    }
    option = nft_option_node(tree, expr->exthdr);
    struct nft_node *value = nft_node_resolve(tree, nft_tree_read(tree, expr->exthdr->reg, 0));
    if (tree->failed)
        return;
    nft_node_typed_like(tree, value, option);
    struct nft_statement *set = nft_statement_new(tree, NFT_STATEMENT_SET, expr);
    set->left = option;
    set->right = value;
}

// --- Address translation -------------------------------------------------------------------------

static const struct nft_type *address_type(uint8_t family) {
    return nft_type(family == NF_FAMILY_IP ? NFT_TYPE_IPADDR : NFT_TYPE_IP6ADDR);
}

static struct nft_node *read_typed(struct nft_tree *tree, nf_register reg,
                                   const struct nft_type *type) {
    struct nft_node *node = nft_tree_read(tree, reg, 0);
    if (tree->failed)
        return node;
    node = nft_node_resolve(tree, node);
    return nft_node_typed(tree, node, type, type->bits, type->host_order);
}

static struct nft_node *as_prefix(struct nft_tree *tree, struct nft_node *range) {
    struct nft_node *from = range->child, *to = from->next;
    unsigned low, high;
    nft_number differ =
        from->kind == NFT_NODE_VALUE && to->kind == NFT_NODE_VALUE ? from->number ^ to->number : 0;
    if (!nft_number_run(differ, &low, &high) || low != 0 || from->number & differ)
        return range;
    struct nft_node *prefix = nft_node_new(tree, NFT_NODE_PREFIX, range->type, range->type->bits);
    prefix->child = from;
    from->next = NULL;
    prefix->length = range->type->bits - high;
    return prefix;
}

static struct nft_node *read_range(struct nft_tree *tree, nf_register min, nf_register max,
                                   const struct nft_type *type) {
    struct nft_node *from = min == NF_REGISTER_NONE ? NULL : read_typed(tree, min, type);
    if (max == NF_REGISTER_NONE || max == min)
        return from;
    struct nft_node *to = read_typed(tree, max, type);
    if (tree->failed || !from)
        return to;
    return nft_node_range(tree, from, to);
}

// What a map gives for an address: more than one if it gives a range, or a port as well.
static uint32_t mapped_length(const struct nft_node *address) {
    if (!address || address->kind != NFT_NODE_MAP || !address->child->next->set.set)
        return 0;
    return address->child->next->set.set->data_length;
}

static bool maps_to_range(const struct nft_node *address, uint32_t length, uint32_t size) {
    return (length == size * 2 || length == (size + 4) * 2) &&
           nft_set_has_data_ranges(address->child->next->set.set);
}

static void nat(struct nft_tree *tree, const struct nf_expr *expr) {
    const struct nf_nat *nat = expr->nat;
    struct nft_statement *made = nft_statement_new(tree, NFT_STATEMENT_NAT, expr);
    if (tree->family == NF_FAMILY_INET && expr->kind == NF_EXPR_NAT)
        made->family = nat->family;
    const struct nft_type *type = address_type(nat->family);
    uint32_t size = type->bits / 8;
    if (nat->address_min != NF_REGISTER_NONE) {
        made->left = read_typed(tree, nat->address_min, type);
        uint32_t length = mapped_length(made->left);
        if (length == size + 4 || (length && maps_to_range(made->left, length, size))) {
            made->family = nat->family;
            return; // the other registers are the map's as well
        }
    }
    if (nat->address_max != NF_REGISTER_NONE && nat->address_max != nat->address_min) {
        struct nft_node *to = read_typed(tree, nat->address_max, type);
        if (tree->failed)
            return;
        made->left = made->left ? as_prefix(tree, nft_node_range(tree, made->left, to)) : to;
        if (made->left)
            made->left->type = made->left->type ? made->left->type : type;
    }
    nft_dependency_forget(tree);
    made->right = read_range(tree, nat->port_min, nat->port_max, nft_type(NFT_TYPE_INET_SERVICE));
}

static void tproxy(struct nft_tree *tree, const struct nf_expr *expr) {
    const struct nf_tproxy *tproxy = &expr->tproxy;
    struct nft_statement *made = nft_statement_new(tree, NFT_STATEMENT_TPROXY, expr);
    if (tree->family == NF_FAMILY_INET)
        made->family = tproxy->family;
    if (tproxy->address != NF_REGISTER_NONE)
        made->left = read_typed(tree, tproxy->address, address_type(tproxy->family));
    nft_dependency_forget(tree);
    if (tproxy->port != NF_REGISTER_NONE)
        made->right = read_typed(tree, tproxy->port, nft_type(NFT_TYPE_INET_SERVICE));
}

// --- The rest ------------------------------------------------------------------------------------

static uint8_t network_family(const struct nft_tree *tree) {
    const struct nft_header *header = tree->context.at[NFT_BASE_NETWORK];
    if (nft_header_upper_number(tree->context.at[NFT_BASE_LINK], header) < 0)
        return 0;
    return header == &nft_ip ? NF_FAMILY_IP : header == &nft_ip6 ? NF_FAMILY_IP6 : 0;
}

static void reject(struct nft_tree *tree, const struct nf_expr *expr) {
    struct nft_statement *made = nft_statement_new(tree, NFT_STATEMENT_REJECT, expr);
    switch (tree->family) {
    case NF_FAMILY_IP:
    case NF_FAMILY_IP6:
        made->family = tree->family;
        if (expr->reject.type == 1) // TCP reset: implies TCP
            nft_dependency_drop(tree, NFT_BASE_TRANSPORT);
        return;
    case NF_FAMILY_INET:
    case NF_FAMILY_BRIDGE:
    case NF_FAMILY_NETDEV:
        if (expr->reject.type == 2) // ICMPX: of either family
            return;
        made->verbose = true;
        made->family = network_family(tree);
        if (expr->reject.type == 0 && made->family == 0)
            tree->failed = true;
        nft_dependency_drop(tree, NFT_BASE_NETWORK);
        return;
    }
}

static void queue(struct nft_tree *tree, const struct nf_expr *expr) {
    const struct nf_queue *queue = &expr->queue;
    struct nft_statement *made = nft_statement_new(tree, NFT_STATEMENT_QUEUE, expr);
    const struct nft_type *type = nft_type(NFT_TYPE_INTEGER);
    if (queue->source != NF_REGISTER_NONE) {
        made->left = nft_node_resolve(tree, nft_tree_read(tree, queue->source, 0));
        made->left = nft_node_typed(tree, made->left, type, 16, true);
        return;
    }
    made->left = nft_node_value(tree, type, 16, queue->number);
    if (queue->total > 1)
        made->left = nft_node_range(
            tree, made->left,
            nft_node_value(tree, type, 16, (uint16_t)(queue->number + queue->total - 1)));
}

static void duplicate(struct nft_tree *tree, const struct nf_expr *expr) {
    const struct nf_dup *dup = &expr->dup;
    struct nft_statement *made = nft_statement_new(tree, NFT_STATEMENT_DUP, expr);
    made->family = dup->family;
    uint8_t family = dup->family ? dup->family : tree->family;
    if (dup->address != NF_REGISTER_NONE)
        made->left = read_typed(tree, dup->address, address_type(family));
    if (dup->device != NF_REGISTER_NONE)
        made->right = read_typed(tree, dup->device, nft_type(NFT_TYPE_IFINDEX));
}

static void object(struct nft_tree *tree, const struct nf_expr *expr) {
    const struct nf_objref *objref = expr->objref;
    struct nft_node *name;
    if (objref->key == NF_REGISTER_NONE) {
        name = nft_node_new(tree, NFT_NODE_TEXT, NULL, 0);
        name->text = objref->name;
    } else {
        const struct nf_set *set = objref->set;
        name = nft_node_new(tree, NFT_NODE_MAP, NULL, 0);
        name->child = nft_tree_read(tree, objref->key, set ? set->key_length : 0);
        if (tree->failed)
            return;
        name->child->next = nft_set_node(tree, set, objref->name);
        name = nft_node_resolve(tree, name);
    }
    nft_statement_new(tree, NFT_STATEMENT_OBJECT, expr)->left = name;
}

static void dynset(struct nft_tree *tree, const struct nf_expr *expr) {
    const struct nf_dynset *dynset = expr->dynset;
    const struct nf_set *set = dynset->set;
    struct nft_node *key =
        nft_node_resolve(tree, nft_tree_read(tree, dynset->key, set ? set->key_length : 0));
    if (tree->failed || dynset->flags & 1 || dynset->op > 2) { // NFT_DYNSET_F_INV: never by nft
        tree->failed = true;
        return;
    }
    struct nft_statement *made = nft_statement_new(tree, NFT_STATEMENT_DYNSET, expr);
    made->left = key;
    if (dynset->data == NF_REGISTER_NONE)
        return;
    made->right = nft_tree_read(tree, dynset->data, set ? set->data_length : 0);
    if (tree->failed)
        return;
    made->right = nft_node_resolve(tree, made->right);
    if (made->right->kind == NFT_NODE_DATA) {
        struct nft_set_layout layout = {0};
        if (set)
            nft_set_layout(tree, set, &layout);
        const struct nft_part *part = &layout.data.parts[0];
        if (layout.data.count != 1 || !part->type)
            tree->failed = true;
        else
            nft_node_typed(tree, made->right, part->type, part->bits, part->host_order);
    }
}

static bool act(struct nft_tree *tree, const struct nf_expr *expr) {
    switch (expr->kind) {
    case NF_EXPR_META_SET:
        set_key(tree, expr, expr->meta.reg, nft_meta_key(expr->meta.key));
        return true;
    case NF_EXPR_CT_SET:
        set_key(tree, expr, expr->ct.reg, nft_ct_key(expr->ct.key));
        return true;
    case NF_EXPR_PAYLOAD_SET:
        set_payload(tree, expr);
        return true;
    case NF_EXPR_EXTHDR_SET:
        set_option(tree, expr);
        return true;
    case NF_EXPR_NAT:
    case NF_EXPR_MASQ:
    case NF_EXPR_REDIR:
        nat(tree, expr);
        return true;
    case NF_EXPR_TPROXY:
        tproxy(tree, expr);
        return true;
    case NF_EXPR_REJECT:
        reject(tree, expr);
        return true;
    case NF_EXPR_QUEUE:
        queue(tree, expr);
        return true;
    case NF_EXPR_DUP:
    case NF_EXPR_FWD:
        duplicate(tree, expr);
        return true;
    case NF_EXPR_OBJREF:
        object(tree, expr);
        return true;
    case NF_EXPR_DYNSET:
        dynset(tree, expr);
        return true;
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
        nft_statement_new(tree, NFT_STATEMENT_PLAIN, expr);
        return true;
    default:
        return false;
    }
}

bool nft_tree_action(struct nft_tree *tree, const struct nf_expr *expr) {
    if (!act(tree, expr))
        return false;
    // What is done depends on the matches before it; one that is implied only by what comes behind
    // stays.
    nft_dependency_forget(tree);
    return true;
}
