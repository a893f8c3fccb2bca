// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "ruleset/nft_json.h"

static void put_list(const struct nft_json *json, const struct nft_node *child) {
    buffer_putc(json->buffer, '[');
    for (; child; child = child->next) {
        nft_json_node(json, child);
        if (child->next)
            buffer_putc(json->buffer, ',');
    }
    buffer_putc(json->buffer, ']');
}

// {"name": [child, child->next ...]}
static void put_named_list(const struct nft_json *json, const char *name,
                           const struct nft_node *child) {
    buffer_puts(json->buffer, "{\"");
    buffer_puts(json->buffer, name);
    buffer_puts(json->buffer, "\":");
    put_list(json, child);
    buffer_putc(json->buffer, '}');
}

static void put_field(const struct nft_json *json, const struct nft_node *node) {
    struct nft_json_object object = nft_json_open(json->buffer, "payload");
    if (node->field.field) {
        nft_json_text(&object, "protocol", node->field.header->name);
        nft_json_text(&object, "field", node->field.field->name);
    } else {
        nft_json_text(&object, "base", nft_base_name(node->field.base));
        nft_json_number(&object, "offset", node->field.offset);
        nft_json_number(&object, "len", node->bits);
    }
    nft_json_close(&object);
}

static void put_option(const struct nft_json *json, const struct nft_node *node) {
    static const char *const names[] = {"exthdr", "tcp option", "ip option", "sctp chunk"};
    struct nft_json_object object = nft_json_open(json->buffer, names[node->option.op & 3]);
    if (!node->option.option || (!node->option.present && !node->option.field)) {
        nft_json_number(&object, "base", node->option.type);
        nft_json_number(&object, "offset", node->option.offset);
        nft_json_number(&object, "len", node->bits);
        nft_json_close(&object);
        return;
    }
    nft_json_key(&object, "name");
    buffer_putc(json->buffer, '"');
    buffer_puts(json->buffer, node->option.option->name);
    if (node->option.op == 1 && node->option.offset >= 64)
        buffer_put_uint(json->buffer, node->option.offset / 64);
    buffer_putc(json->buffer, '"');
    if (!node->option.present)
        nft_json_text(&object, "field", node->option.field->name);
    nft_json_close(&object);
}

static void put_fib(const struct nft_json *json, const struct nft_node *node) {
    static const struct nft_symbol flags[] = {{"saddr", 1}, {"daddr", 2}, {"mark", 4},
                                              {"iif", 8},   {"oif", 16},  {NULL, 0}};
    struct nft_json_object object = nft_json_open(json->buffer, "fib");
    nft_json_text(&object, "result", node->key.key->name);
    nft_json_flags(&object, "flags", node->key.expr->fib.flags, flags, true);
    nft_json_close(&object);
}

static void put_hash(const struct nft_json *json, const struct nft_node *node) {
    const struct nf_hash *hash = node->key.expr->hash;
    struct nft_json_object object =
        nft_json_open(json->buffer, hash->type == 0 ? "jhash" : "symhash");
    nft_json_number(&object, "mod", hash->modulus);
    if (hash->has_seed)
        nft_json_number(&object, "seed", hash->seed);
    if (hash->offset)
        nft_json_number(&object, "offset", hash->offset);
    if (hash->type == 0 && node->key.input) {
        nft_json_key(&object, "expr");
        nft_json_node(json, node->key.input);
    }
    nft_json_close(&object);
}

static const char *family_of(enum nft_type_id type) {
    return type == NFT_TYPE_IPADDR ? "ip" : type == NFT_TYPE_IP6ADDR ? "ip6" : NULL;
}

static void put_xfrm(const struct nft_json *json, const struct nft_node *node) {
    const struct nf_xfrm *xfrm = &node->key.expr->xfrm;
    struct nft_json_object object = nft_json_open(json->buffer, "ipsec");
    nft_json_text(&object, "key", node->key.key->name);
    if (family_of(node->key.key->type))
        nft_json_text(&object, "family", family_of(node->key.key->type));
    nft_json_text(&object, "dir", xfrm->direction == 0 ? "in" : "out");
    nft_json_number(&object, "spnum", xfrm->spnum);
    nft_json_close(&object);
}

static void put_osf(const struct nft_json *json, const struct nf_osf *osf) {
    struct nft_json_object object = nft_json_open(json->buffer, "osf");
    nft_json_text(&object, "key", osf->flags & 1 ? "version" : "name");
    if (osf->ttl == 1 || osf->ttl == 2)
        nft_json_text(&object, "ttl", osf->ttl == 1 ? "loose" : "skip");
    nft_json_close(&object);
}

static void put_numgen(const struct nft_json *json, const struct nf_numgen *numgen) {
    struct nft_json_object object = nft_json_open(json->buffer, "numgen");
    nft_json_text(&object, "mode", numgen->type == 0 ? "inc" : "random");
    nft_json_number(&object, "mod", numgen->modulus);
    nft_json_number(&object, "offset", numgen->offset);
    nft_json_close(&object);
}

static void put_named_key(const struct nft_json *json, const char *name,
                          const struct nft_node *node) {
    struct nft_json_object object = nft_json_open(json->buffer, name);
    nft_json_text(&object, "key", node->key.key->name);
    const struct nf_expr *expr = node->key.expr;
    if (expr->kind == NF_EXPR_RT && family_of(node->key.key->type))
        nft_json_text(&object, "family", family_of(node->key.key->type));
    if ((expr->kind == NF_EXPR_CT || expr->kind == NF_EXPR_CT_SET) && expr->ct.direction <= 1)
        nft_json_text(&object, "dir", expr->ct.direction == 0 ? "original" : "reply");
    nft_json_close(&object);
}

static void put_key(const struct nft_json *json, const struct nft_node *node) {
    const struct nf_expr *expr = node->key.expr;
    switch (expr->kind) {
    case NF_EXPR_META:
    case NF_EXPR_META_SET:
        put_named_key(json, "meta", node);
        return;
    case NF_EXPR_CT:
    case NF_EXPR_CT_SET:
        put_named_key(json, "ct", node);
        return;
    case NF_EXPR_RT:
        put_named_key(json, "rt", node);
        return;
    case NF_EXPR_SOCKET:
        put_named_key(json, "socket", node);
        return;
    case NF_EXPR_FIB:
        put_fib(json, node);
        return;
    case NF_EXPR_OSF:
        put_osf(json, &expr->osf);
        return;
    case NF_EXPR_NUMGEN:
        put_numgen(json, &expr->numgen);
        return;
    case NF_EXPR_HASH:
        put_hash(json, node);
        return;
    case NF_EXPR_XFRM:
        put_xfrm(json, node);
        return;
    default:
        json_format_text(nf_expr_name(expr->kind), json->buffer);
        return;
    }
}

// --- Sets ----------------------------------------------------------------------------------------

static void put_element(const struct nft_json *json, struct nft_tree *tree,
                        const struct nf_set *set, const struct nft_set_layout *layout,
                        const struct nft_listed *listed, unsigned shift) {
    size_t used = tree->space_used;
    const struct nf_element *element = listed->element;
    struct nft_node *key = nft_listed_key(tree, set, layout, listed, shift);
    struct nft_node *data = nft_listed_data(tree, set, layout, listed);
    if (data)
        buffer_putc(json->buffer, '[');
    if (element->timeout || element->expiration || element->comment || element->expr_count > 0) {
        struct nft_json_object object = nft_json_open(json->buffer, "elem");
        nft_json_key(&object, "val");
        nft_json_node(json, key);
        if (element->timeout)
            nft_json_number(&object, "timeout", element->timeout / 1000);
        if (element->expiration)
            nft_json_number(&object, "expires", element->expiration / 1000);
        if (element->comment)
            nft_json_text(&object, "comment", element->comment);
        for (size_t i = 0; i < element->expr_count; i++) {
            buffer_putc(json->buffer, ',');
            nft_json_state_member(json, &element->exprs[i]);
        }
        nft_json_close(&object);
    } else {
        nft_json_node(json, key);
    }
    if (data) {
        buffer_putc(json->buffer, ',');
        nft_json_node(json, data);
        buffer_putc(json->buffer, ']');
    }
    tree->space_used = used;
    tree->failed = false;
}

static void put_elements(const struct nft_json *json, const struct nf_set *set, unsigned shift) {
    struct nft_tree tree;
    struct nft_set_layout layout;
    struct nft_listing listing;
    struct nft_json inside = *json;
    inside.in_elements = true;
    nft_tree_init(&tree, json->names, set->table ? set->table->family : 0);
    nft_set_layout(&tree, set, &layout);
    tree.failed = false;
    buffer_puts(json->buffer, "{\"set\":[");
    if (nft_set_list(set, &layout, &listing)) {
        for (size_t i = 0; i < listing.count; i++) {
            if (i > 0)
                buffer_putc(json->buffer, ',');
            put_element(&inside, &tree, set, &layout, &listing.items[i], shift);
        }
        free(listing.items);
    } else {
        json->buffer->failed = true;
    }
    buffer_puts(json->buffer, "]}");
    nft_tree_done(&tree);
}

static void put_set(const struct nft_json *json, const struct nft_node *node) {
    const struct nf_set *set = node->set.set;
    if (set && set->flags & NFT_SET_FLAG_ANONYMOUS) {
        put_elements(json, set, node->set.shift);
        return;
    }
    struct buffer name = BUFFER_INIT;
    buffer_putc(&name, '@');
    buffer_puts(&name, node->set.name ? node->set.name : "");
    json_format_text(buffer_text(&name), json->buffer);
    buffer_done(&name);
}

static void put_map(const struct nft_json *json, const struct nft_node *node) {
    const struct nf_set *set = node->child->next->set.set;
    bool is_vmap = set && set->flags & NFT_SET_FLAG_MAP && set->data_type == 0xffffff00;
    struct nft_json_object object = nft_json_open(json->buffer, is_vmap ? "vmap" : "map");
    nft_json_key(&object, "key");
    nft_json_node(json, node->child);
    nft_json_key(&object, "data");
    nft_json_node(json, node->child->next);
    nft_json_close(&object);
}

void nft_json_node(const struct nft_json *json, const struct nft_node *node) {
    struct nft_json plain = *json;
    struct nft_json_object object;
    switch (node->kind) {
    case NFT_NODE_DATA:
        buffer_puts(json->buffer, "null");
        return;
    case NFT_NODE_VALUE:
        nft_json_value(json, node);
        return;
    case NFT_NODE_PREFIX:
        object = nft_json_open(json->buffer, "prefix");
        nft_json_key(&object, "addr");
        nft_json_node(json, node->child);
        nft_json_number(&object, "len", node->length);
        nft_json_close(&object);
        return;
    case NFT_NODE_RANGE:
        plain.numeric = true;
        put_named_list(&plain, "range", node->child);
        return;
    case NFT_NODE_FIELD:
        put_field(json, node);
        return;
    case NFT_NODE_OPTION:
        put_option(json, node);
        return;
    case NFT_NODE_KEY:
        put_key(json, node);
        return;
    case NFT_NODE_BINARY:
        put_named_list(json, nft_op_text(node->op), node->child);
        return;
    case NFT_NODE_CONCAT:
        put_named_list(json, "concat", node->child);
        return;
    case NFT_NODE_FLAGS:
        put_list(json, node->child);
        return;
    case NFT_NODE_SET:
        put_set(json, node);
        return;
    case NFT_NODE_MAP:
        put_map(json, node);
        return;
    case NFT_NODE_VERDICT:
        nft_json_verdict(json, &node->verdict);
        return;
    case NFT_NODE_TEXT:
        json_format_text(node->text ? node->text : "", json->buffer);
        return;
    case NFT_NODE_ANY:
        buffer_puts(json->buffer, "\"*\"");
        return;
    }
}
