// SPDX-License-Identifier: GPL-2.0-or-later
// Matches that others imply. Who writes "tcp dport 22" gets "meta l4proto tcp" before it; shown is
// what was written. A match on what names the next header is remembered for the layer of that
// header, and goes when a field of that layer is looked at, unless it says more than the field
// does: in families with both IPv4 and IPv6, "ip protocol tcp" says that it is IPv4, "tcp dport"
// does not.
#include "ruleset/nft_tree.h"

void nft_dependency_forget(struct nft_tree *tree) {
    tree->dependencies = (struct nft_dependencies){0};
}

// A match on an ICMP type is remembered for what is inside of the message, which is also of the
// transport layer.
static struct nft_statement **find(struct nft_tree *tree, enum nft_base base) {
    struct nft_statement **of = tree->dependencies.of;
    if (!of[base] && base == NFT_BASE_TRANSPORT)
        base = NFT_BASE_INNER;
    return of[base] ? &of[base] : NULL;
}

void nft_dependency_drop(struct nft_tree *tree, enum nft_base base) {
    struct nft_statement **match = find(tree, base);
    if (!match)
        return;
    (*match)->removed = true;
    *match = NULL;
}

// An echo's type is written even where id or sequence imply it: both request and reply have these.
static bool is_icmp_echo(struct nft_tree *tree, const struct nft_statement *match) {
    if (match->left->kind != NFT_NODE_FIELD || match->right->kind != NFT_NODE_VALUE ||
        match->right->bits != 8)
        return false;
    const struct nft_header *header = match->left->field.header;
    uint8_t type = (uint8_t)match->right->number;
    if (header == &nft_icmp) {
        tree->dependencies.icmp_type = type == 0 ? 8 : type;
        return type == 0 || type == 8;
    }
    if (header == &nft_icmp6) {
        tree->dependencies.icmp_type = type;
        return type == 128 || type == 129;
    }
    return false;
}

void nft_dependency_keep(struct nft_tree *tree, struct nft_statement *match, enum nft_base base) {
    if (!is_icmp_echo(tree, match))
        tree->dependencies.of[base + 1] = match;
}

// "vlan id 2" implies "ether type 8021q" and no other type.
static bool link_implies(const struct nft_statement *match) {
    const struct nft_header *header = match->left->field.header;
    if (header == &nft_vlan)
        return false;
    return header != &nft_ether || match->right->kind != NFT_NODE_VALUE ||
           match->right->bits != 16 || match->right->number == 0x8100;
}

static bool is_mixed(uint8_t family) {
    return family == NF_FAMILY_BRIDGE || family == NF_FAMILY_NETDEV || family == NF_FAMILY_INET;
}

static bool field_implies(const struct nft_tree *tree, const struct nft_node *field,
                          const struct nft_statement *match) {
    if (match->left->kind != NFT_NODE_FIELD)
        return true;
    const struct nft_node *asked = match->left;
    enum nft_base base = field->field.base;
    if (is_mixed(tree->family)) {
        if (asked->field.base == NFT_BASE_NETWORK && base == NFT_BASE_TRANSPORT)
            return false;
        if (asked->field.base == base && field->field.field->names_upper)
            return false;
        if (asked->field.base == base && base == NFT_BASE_LINK)
            return link_implies(match);
    }
    if (base != NFT_BASE_TRANSPORT || asked->field.base != NFT_BASE_TRANSPORT)
        return true;
    if (asked->field.header != &nft_icmp && asked->field.header != &nft_icmp6)
        return true;
    return asked->field.header == field->field.header && field->field.field->icmp_type != 0 &&
           field->field.field->icmp_type == tree->dependencies.icmp_type;
}

void nft_dependency_of_field(struct nft_tree *tree, const struct nft_node *field) {
    struct nft_statement **match = find(tree, field->field.base);
    if (match && field_implies(tree, field, *match))
        nft_dependency_drop(tree, field->field.base);
}

void nft_dependency_of_option(struct nft_tree *tree, const struct nft_node *option) {
    static const uint8_t bases[] = {NFT_BASE_NETWORK, NFT_BASE_TRANSPORT, NFT_BASE_NETWORK};
    if (option->option.op < sizeof(bases))
        nft_dependency_drop(tree, bases[option->option.op]);
}

// The family that a match on the network protocol asks for; 0: none, or the match is another one.
static uint8_t asked_family(const struct nft_statement *match, bool *ret_is_protocol) {
    const struct nft_node *left = match->left;
    uint64_t value = nft_node_number(match->right);
    *ret_is_protocol = true;
    bool is_meta = left->kind == NFT_NODE_KEY && left->key.expr->kind == NF_EXPR_META;
    if (is_meta && left->key.expr->meta.key == NFT_META_KEY_NFPROTO)
        return (uint8_t)value;
    if ((is_meta && left->key.expr->meta.key == NFT_META_KEY_PROTOCOL) ||
        (left->kind == NFT_NODE_FIELD && left->field.base == NFT_BASE_LINK && left->type &&
         left->type->id == NFT_TYPE_ETHERTYPE))
        return value == 0x0800 ? NF_FAMILY_IP : value == 0x86dd ? NF_FAMILY_IP6 : 0;
    *ret_is_protocol = false;
    return 0;
}

// "meta nfproto ipv4" stays before "meta l4proto tcp", which IPv6 can have too, and goes before
// "meta l4proto icmp".
static bool key_implies(const struct nft_tree *tree, const struct nft_statement *asked,
                        const struct nft_statement *match) {
    bool is_protocol;
    uint8_t family = asked_family(asked, &is_protocol);
    if (!is_protocol)
        return true;
    if (!is_mixed(tree->family))
        return tree->family != NF_FAMILY_ARP ? tree->family == family : true;
    const struct nf_expr *expr = match->left->key.expr;
    if (expr->kind != NF_EXPR_META || expr->meta.key != NFT_META_KEY_L4PROTO)
        return true;
    uint64_t protocol = nft_node_number(match->right);
    if (protocol != 1 && protocol != 58) // ICMP, ICMPv6
        return false;
    return !(family == NF_FAMILY_IP && protocol == 58) &&
           !(family == NF_FAMILY_IP6 && protocol == 1);
}

void nft_dependency_of_key(struct nft_tree *tree, struct nft_statement *match) {
    const struct nft_key *key = match->left->key.key;
    if (!key || key->base >= NFT_BASE_TRANSPORT)
        return;
    struct nft_statement **asked = find(tree, key->base);
    if (asked) {
        struct nft_statement **network = find(tree, NFT_BASE_NETWORK);
        if (!network || key_implies(tree, *network, match))
            nft_dependency_drop(tree, key->base);
    }
    if (key->names_upper)
        tree->dependencies.of[key->base + 1] = match;
}
