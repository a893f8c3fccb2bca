// SPDX-License-Identifier: GPL-2.0-or-later
// Whether nft has words for all that is in a tree. What it has none for must not be left out of a
// text that looks whole: such a rule is shown as the kernel has it.
#include "ruleset/nft_text.h"
#include "ruleset/nft_tree.h"

static bool is_key_sayable(const struct nft_node *node);

static bool is_option_sayable(const struct nft_node *node) {
    if (node->option.op == 1) // any number will do
        return true;
    return node->option.op < 4 && node->option.option &&
           (node->option.present || node->option.field);
}

static bool is_node_sayable(const struct nft_node *node) {
    switch (node->kind) {
    case NFT_NODE_DATA: // nobody said what it is
        return false;
    case NFT_NODE_OPTION:
        return is_option_sayable(node);
    case NFT_NODE_KEY:
        return is_key_sayable(node);
    case NFT_NODE_SET:
        return node->set.name != NULL;
    case NFT_NODE_TEXT:
        return node->text != NULL;
    case NFT_NODE_PREFIX:
    case NFT_NODE_RANGE:
    case NFT_NODE_BINARY:
    case NFT_NODE_CONCAT:
    case NFT_NODE_FLAGS:
    case NFT_NODE_MAP:
        for (const struct nft_node *child = node->child; child; child = child->next) {
            if (!is_node_sayable(child))
                return false;
        }
        return node->child != NULL;
    case NFT_NODE_VALUE:
    case NFT_NODE_FIELD:
    case NFT_NODE_VERDICT:
    case NFT_NODE_ANY:
        return true;
    }
    return false;
}

static bool is_key_sayable(const struct nft_node *node) {
    const struct nf_expr *expr = node->key.expr;
    switch (expr->kind) {
    case NF_EXPR_FIB:
        return (expr->fib.flags & 31) != 0 && expr->fib.flags < 64;
    case NF_EXPR_NUMGEN:
        return expr->numgen.type <= 1;
    case NF_EXPR_HASH:
        return expr->hash->type == 1 ||
               (expr->hash->type == 0 && node->key.input && is_node_sayable(node->key.input));
    case NF_EXPR_OSF:
        return expr->osf.ttl <= 2 && expr->osf.flags <= 1;
    case NF_EXPR_XFRM:
        return expr->xfrm.direction <= 1;
    default:
        return node->key.key != NULL;
    }
}

// --- Expressions that are said whole -------------------------------------------------------------

static bool is_verdict_sayable(const struct nf_verdict *verdict) {
    switch (verdict->code) {
    case NF_VERDICT_JUMP:
    case NF_VERDICT_GOTO:
        return verdict->chain_name != NULL;
    case NF_VERDICT_CONTINUE:
    case NF_VERDICT_RETURN:
    case NF_VERDICT_ACCEPT:
    case NF_VERDICT_DROP:
        return true;
    }
    return false;
}

static bool is_log_sayable(const struct nf_log *log) {
    return (!log->has_level || nft_log_level(log->level)) &&
           (!log->has_flags || (log->flags & ~0x2fU) == 0);
}

static bool is_state_sayable(const struct nf_expr *expr) {
    switch (expr->kind) {
    case NF_EXPR_LIMIT:
        return expr->limit->type <= 1 && nft_rate_unit(expr->limit->unit);
    case NF_EXPR_COUNTER:
    case NF_EXPR_QUOTA:
    case NF_EXPR_CONNLIMIT:
    case NF_EXPR_LAST:
        return true;
    default:
        return false;
    }
}

static bool is_plain_sayable(const struct nf_expr *expr) {
    switch (expr->kind) {
    case NF_EXPR_VERDICT:
        return is_verdict_sayable(&expr->verdict);
    case NF_EXPR_LOG:
        return is_log_sayable(expr->log);
    case NF_EXPR_FLOW_OFFLOAD:
        return expr->flowtable != NULL;
    case NF_EXPR_NOTRACK:
    case NF_EXPR_SYNPROXY:
    case NF_EXPR_XT_MATCH:
    case NF_EXPR_XT_TARGET:
        return true;
    default:
        return is_state_sayable(expr);
    }
}

static bool is_nat_sayable(const struct nft_statement *statement) {
    const struct nf_nat *nat = statement->expr->nat;
    bool has_family = nat->family == NF_FAMILY_IP || nat->family == NF_FAMILY_IP6;
    return nat->type <= 1 && (nat->flags & ~0x7fU) == 0 && (!statement->left || has_family) &&
           (statement->expr->kind != NF_EXPR_NAT || statement->left || statement->right);
}

static bool is_dynset_sayable(const struct nf_dynset *dynset) {
    for (size_t i = 0; i < dynset->expr_count; i++) {
        if (!is_state_sayable(&dynset->exprs[i]))
            return false;
    }
    return dynset->set_name != NULL;
}

static bool is_object_sayable(const struct nf_objref *objref) {
    bool by_map = objref->key != NF_REGISTER_NONE && objref->set;
    return nft_object_type_name(by_map ? objref->set->object_type : objref->type);
}

static bool is_statement_sayable(const struct nft_statement *statement) {
    if ((statement->left && !is_node_sayable(statement->left)) ||
        (statement->right && !is_node_sayable(statement->right)))
        return false;
    const struct nf_expr *expr = statement->expr;
    switch (statement->kind) {
    case NFT_STATEMENT_PLAIN:
        return is_plain_sayable(expr);
    case NFT_STATEMENT_NAT:
        return is_nat_sayable(statement);
    case NFT_STATEMENT_TPROXY:
        return statement->left || statement->right;
    case NFT_STATEMENT_REJECT:
        return expr->reject.type <= 2;
    case NFT_STATEMENT_QUEUE:
        return expr->queue.flags <= 3;
    case NFT_STATEMENT_DYNSET:
        return is_dynset_sayable(expr->dynset);
    case NFT_STATEMENT_OBJECT:
        return is_object_sayable(expr->objref);
    case NFT_STATEMENT_RESET:
        return statement->left->option.op == 1;
    case NFT_STATEMENT_MATCH:
    case NFT_STATEMENT_MAP:
    case NFT_STATEMENT_SET:
    case NFT_STATEMENT_DUP:
        return true;
    }
    return false;
}

bool nft_tree_is_sayable(const struct nft_tree *tree) {
    for (const struct nft_statement *statement = tree->first; statement;
         statement = statement->next) {
        if (!is_statement_sayable(statement))
            return false;
    }
    return true;
}
