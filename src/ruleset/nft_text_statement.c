// SPDX-License-Identifier: GPL-2.0-or-later
#include "ruleset/nft_text.h"

static void put_number(struct buffer *buffer, const char *before, uint64_t number) {
    buffer_puts(buffer, before);
    buffer_put_uint(buffer, number);
}

// Words of the flags that are set, with the first text before the first and commas between.
static void put_flags(struct buffer *buffer, const char *before, uint32_t flags,
                      const struct nft_symbol *words) {
    for (; words->name; words++) {
        if (!(flags & words->value))
            continue;
        buffer_puts(buffer, before);
        buffer_puts(buffer, words->name);
        before = ",";
    }
}

// --- Matches -------------------------------------------------------------------------------------

// "tcp flags == syn": without the operator it would mean any of the flags.
static bool must_say_equal(const struct nft_statement *match) {
    return match->left->kind == NFT_NODE_BINARY ||
           (match->right->kind == NFT_NODE_VALUE && match->right->type &&
            match->right->type->is_flags);
}

static void format_match(const struct nft_text *text, const struct nft_statement *match) {
    nft_node_format(text, match->left);
    const char *op = nft_op_text(match->op);
    bool is_said = match->op != NFT_OP_EQ || (!match->mask && must_say_equal(match));
    buffer_putc(text->buffer, ' ');
    if (op && is_said) {
        buffer_puts(text->buffer, op);
        buffer_putc(text->buffer, ' ');
    }
    nft_node_format(text, match->right);
    if (match->mask) {
        buffer_puts(text->buffer, " / ");
        nft_node_format(text, match->mask);
    }
}

// --- Address translation -------------------------------------------------------------------------

static const struct nft_symbol nat_flags[] = { // linux/netfilter/nf_nat.h NF_NAT_RANGE_*
    {"random", 4},
    {"fully-random", 16},
    {"persistent", 8},
    {NULL, 0}};

static bool is_ip6(const struct nft_node *node) {
    return node->type && node->type->id == NFT_TYPE_IP6ADDR;
}

// IPv6 addresses stand in brackets before a port, and always in tproxy.
static void format_address(const struct nft_text *text, const struct nft_node *address,
                           bool has_port) {
    bool brackets = has_port && is_ip6(address);
    if (brackets && address->kind == NFT_NODE_RANGE) {
        buffer_putc(text->buffer, '[');
        nft_node_format(text, address->child);
        buffer_puts(text->buffer, "]-[");
        nft_node_format(text, address->child->next);
        buffer_putc(text->buffer, ']');
        return;
    }
    brackets = brackets && address->kind == NFT_NODE_VALUE;
    if (brackets)
        buffer_putc(text->buffer, '[');
    nft_node_format(text, address);
    if (brackets)
        buffer_putc(text->buffer, ']');
}

static void format_target(const struct nft_text *text, const struct nft_statement *statement) {
    if (statement->left || statement->right)
        buffer_putc(text->buffer, ' ');
    if (statement->left)
        format_address(text, statement->left,
                       statement->right || statement->kind == NFT_STATEMENT_TPROXY);
    if (statement->right) {
        buffer_putc(text->buffer, ':');
        nft_node_format(text, statement->right);
    }
}

static const char *family_word(uint8_t family) {
    return family == NF_FAMILY_IP ? " ip" : family == NF_FAMILY_IP6 ? " ip6" : "";
}

static void format_nat(const struct nft_text *text, const struct nft_statement *statement) {
    const struct nf_nat *nat = statement->expr->nat;
    enum nf_expr_kind kind = statement->expr->kind;
    buffer_puts(text->buffer, kind == NF_EXPR_MASQ    ? "masquerade"
                              : kind == NF_EXPR_REDIR ? "redirect"
                              : nat->type == 0        ? "snat"
                                                      : "dnat");
    if (statement->left || statement->right) {
        buffer_puts(text->buffer, family_word(statement->family));
        if (nat->flags & 64) // NF_NAT_RANGE_NETMAP
            buffer_puts(text->buffer, " prefix");
        buffer_puts(text->buffer, " to");
    }
    format_target(text, statement);
    put_flags(text->buffer, " ", nat->flags, nat_flags);
}

static void format_tproxy(const struct nft_text *text, const struct nft_statement *statement) {
    buffer_puts(text->buffer, "tproxy");
    buffer_puts(text->buffer, family_word(statement->family));
    buffer_puts(text->buffer, " to");
    format_target(text, statement);
}

// --- Reject, queue, dup, fwd ---------------------------------------------------------------------

static void put_code(const struct nft_text *text, enum nft_type_id id, uint8_t code) {
    struct nft_node value = {.kind = NFT_NODE_VALUE, .type = nft_type(id), .bits = 8};
    value.number = code;
    nft_value_format(text, &value);
}

static void format_reject(const struct nft_text *text, const struct nft_statement *statement) {
    const struct nf_reject *reject = &statement->expr->reject;
    bool is_ip6 = statement->family == NF_FAMILY_IP6;
    buffer_puts(text->buffer, "reject");
    if (reject->type == 1) {
        buffer_puts(text->buffer, " with tcp reset");
    } else if (reject->type == 2) {
        if (reject->code == 1) // NFT_REJECT_ICMPX_PORT_UNREACH
            return;
        buffer_puts(text->buffer, " with icmpx ");
        put_code(text, NFT_TYPE_ICMPX_CODE, reject->code);
    } else if (statement->family) {
        // port unreachable is what is meant when nothing is said
        if (!statement->verbose && reject->code == (is_ip6 ? 4 : 3))
            return;
        buffer_puts(text->buffer, is_ip6 ? " with icmpv6 " : " with icmp ");
        put_code(text, is_ip6 ? NFT_TYPE_ICMPV6_CODE : NFT_TYPE_ICMP_CODE, reject->code);
    }
}

static const struct nft_symbol queue_flags[] = {{"bypass", 1}, {"fanout", 2}, {NULL, 0}};

static void format_queue(const struct nft_text *text, const struct nft_statement *statement) {
    buffer_puts(text->buffer, "queue");
    put_flags(text->buffer, " flags ", statement->expr->queue.flags, queue_flags);
    buffer_puts(text->buffer, " to ");
    nft_node_format(text, statement->left);
}

static void format_dup(const struct nft_text *text, const struct nft_statement *statement) {
    bool is_fwd = statement->expr->kind == NF_EXPR_FWD;
    buffer_puts(text->buffer, is_fwd ? "fwd" : "dup");
    if (is_fwd && statement->left)
        buffer_puts(text->buffer, family_word(statement->family));
    const struct nft_node *to = statement->left ? statement->left : statement->right;
    if (!to)
        return;
    buffer_puts(text->buffer, " to ");
    nft_node_format(text, to);
    if (statement->left && statement->right) {
        buffer_puts(text->buffer, " device ");
        nft_node_format(text, statement->right);
    }
}

// --- Objects, sets -------------------------------------------------------------------------------

const char *nft_object_type_name(uint32_t type) {
    static const char *const names[] = {
        [1] = "counter",    [2] = "quota",   [3] = "ct helper",      [4] = "limit",
        [7] = "ct timeout", [8] = "secmark", [9] = "ct expectation", [10] = "synproxy"};
    return type < sizeof(names) / sizeof(*names) ? names[type] : NULL;
}

static void format_object(const struct nft_text *text, const struct nft_statement *statement) {
    const struct nf_objref *objref = statement->expr->objref;
    uint32_t type =
        objref->key != NF_REGISTER_NONE && objref->set ? objref->set->object_type : objref->type;
    const char *name = nft_object_type_name(type);
    bool is_set = type == 3 || type == 7 || type == 8 || type == 9;
    buffer_puts(text->buffer, type == 8 ? "meta secmark" : name ? name : "object");
    buffer_puts(text->buffer, is_set ? " set " : " name ");
    nft_node_format(text, statement->left);
}

static void format_dynset(const struct nft_text *text, const struct nft_statement *statement) {
    static const char *const ops[] = {"add ", "update ", "delete "};
    const struct nf_dynset *dynset = statement->expr->dynset;
    struct buffer *buffer = text->buffer;
    const struct nf_set *set = dynset->set;
    struct nft_text stateless = *text;
    stateless.stateless = true;
    bool is_meter = set && set->flags & NFT_SET_FLAG_ANONYMOUS && dynset->expr_count > 0;
    buffer_puts(buffer, is_meter ? "meter " : ops[dynset->op]);
    buffer_puts(buffer, is_meter ? "" : "@");
    buffer_puts(buffer, dynset->set_name);
    if (is_meter)
        put_number(buffer, " size ", set->size);
    buffer_puts(buffer, " { ");
    nft_node_format(text, statement->left);
    if (dynset->timeout) {
        buffer_puts(buffer, " timeout ");
        nft_time_format(buffer, dynset->timeout);
    }
    for (size_t i = 0; i < dynset->expr_count; i++) {
        buffer_putc(buffer, ' ');
        if (!nft_state_format(&stateless, &dynset->exprs[i]))
            nft_raw_format(buffer, &dynset->exprs[i], 1);
    }
    if (statement->right) {
        buffer_puts(buffer, " : ");
        nft_node_format(text, statement->right);
    }
    buffer_puts(buffer, " }");
}

// --- What is said by the expression alone --------------------------------------------------------

const char *nft_log_level(uint32_t level) {
    static const char *const levels[] = {"emerg",  "alert", "crit",  "err",  "warn",
                                         "notice", "info",  "debug", "audit"};
    return level < sizeof(levels) / sizeof(*levels) ? levels[level] : NULL;
}

// linux/netfilter/nf_log.h NF_LOG_*
static void format_log_flags(struct buffer *buffer, uint32_t flags) {
    if ((flags & 0x2f) == 0x2f) {
        buffer_puts(buffer, " flags all");
        return;
    }
    if (flags & 3)
        buffer_puts(buffer, " flags tcp");
    if (flags & 1)
        buffer_puts(buffer, " sequence");
    if (flags & 2)
        buffer_puts(buffer, flags & 1 ? ",options" : " options");
    if (flags & 4)
        buffer_puts(buffer, " flags ip options");
    if (flags & 8)
        buffer_puts(buffer, " flags skuid");
    if (flags & 0x20)
        buffer_puts(buffer, " flags ether");
}

static void format_log(const struct nft_text *text, const struct nf_log *log) {
    struct buffer *buffer = text->buffer;
    buffer_puts(buffer, "log");
    if (log->prefix) {
        buffer_puts(buffer, " prefix \"");
        buffer_puts(buffer, log->prefix);
        buffer_putc(buffer, '"');
    }
    if (log->has_group)
        put_number(buffer, " group ", log->group);
    if (log->has_snaplen)
        put_number(buffer, " snaplen ", log->snaplen);
    if (log->has_qthreshold)
        put_number(buffer, " queue-threshold ", log->qthreshold);
    if (log->has_level && log->level != 4) { // LOG_WARNING
        const char *level = nft_log_level(log->level);
        buffer_puts(buffer, " level ");
        buffer_puts(buffer, level ? level : "unknown");
    }
    if (log->has_flags)
        format_log_flags(buffer, log->flags);
}

static void format_synproxy(struct buffer *buffer, const struct nf_synproxy *synproxy) {
    buffer_puts(buffer, "synproxy");
    if (synproxy->flags & 3) { // NF_SYNPROXY_OPT_MSS, _WSCALE
        put_number(buffer, " mss ", synproxy->mss);
        put_number(buffer, " wscale ", synproxy->wscale);
    }
    if (synproxy->flags & 8)
        buffer_puts(buffer, " timestamp");
    if (synproxy->flags & 4)
        buffer_puts(buffer, " sack-perm");
}

// A chain without a name, written where it is jumped to.
static void format_block(const struct nft_text *text, const struct nf_chain *chain) {
    buffer_puts(text->buffer, " {\n");
    for (size_t i = 0; i < chain->rule_count; i++) {
        const struct nf_rule *rule = &chain->rules[i];
        buffer_puts(text->buffer, "\t\t\t");
        nft_exprs_format(text, chain->table->family, rule->exprs, rule->expr_count);
        buffer_putc(text->buffer, '\n');
    }
    buffer_puts(text->buffer, "\t\t}");
}

void nft_verdict_format(const struct nft_text *text, const struct nf_verdict *verdict) {
    struct buffer *buffer = text->buffer;
    switch (verdict->code) {
    case NF_VERDICT_CONTINUE:
        buffer_puts(buffer, "continue");
        return;
    case NF_VERDICT_BREAK:
        buffer_puts(buffer, "break");
        return;
    case NF_VERDICT_RETURN:
        buffer_puts(buffer, "return");
        return;
    case NF_VERDICT_JUMP:
    case NF_VERDICT_GOTO:
        buffer_puts(buffer, verdict->code == NF_VERDICT_JUMP ? "jump" : "goto");
        if (verdict->chain && verdict->chain->flags & 4) { // NFT_CHAIN_BINDING
            format_block(text, verdict->chain);
            return;
        }
        buffer_putc(buffer, ' ');
        buffer_puts(buffer, verdict->chain_name ? verdict->chain_name : "");
        return;
    }
    static const char *const names[] = {"drop", "accept", "stolen", "queue"};
    unsigned code = (unsigned)verdict->code & 0xff; // NF_VERDICT_MASK
    if (code < sizeof(names) / sizeof(*names)) {
        buffer_puts(buffer, names[code]);
        return;
    }
    put_number(buffer, "unknown verdict value ", (uint32_t)verdict->code);
}

static void format_extension(struct buffer *buffer, const struct nf_expr *expr) {
    if (expr->xt->foreign && expr->xt->foreign->text) {
        buffer_puts(buffer, expr->xt->foreign->text);
        return;
    }
    buffer_puts(buffer, expr->kind == NF_EXPR_XT_MATCH ? "xt match " : "xt target ");
    buffer_puts(buffer, expr->xt->name);
}

static void format_plain(const struct nft_text *text, const struct nf_expr *expr) {
    if (nft_state_format(text, expr))
        return;
    switch (expr->kind) {
    case NF_EXPR_VERDICT:
        nft_verdict_format(text, &expr->verdict);
        return;
    case NF_EXPR_LOG:
        format_log(text, expr->log);
        return;
    case NF_EXPR_SYNPROXY:
        format_synproxy(text->buffer, &expr->synproxy);
        return;
    case NF_EXPR_NOTRACK:
        buffer_puts(text->buffer, "notrack");
        return;
    case NF_EXPR_FLOW_OFFLOAD:
        buffer_puts(text->buffer, "flow add @");
        buffer_puts(text->buffer, expr->flowtable);
        return;
    case NF_EXPR_XT_MATCH:
    case NF_EXPR_XT_TARGET:
        format_extension(text->buffer, expr);
        return;
    default:
        nft_raw_format(text->buffer, expr, 1);
        return;
    }
}

void nft_statement_format(const struct nft_text *text, const struct nft_statement *statement) {
    switch (statement->kind) {
    case NFT_STATEMENT_MATCH:
        format_match(text, statement);
        return;
    case NFT_STATEMENT_MAP:
        nft_node_format(text, statement->left);
        return;
    case NFT_STATEMENT_SET:
        nft_node_format(text, statement->left);
        buffer_puts(text->buffer, " set ");
        nft_node_format(text, statement->right);
        return;
    case NFT_STATEMENT_RESET:
        buffer_puts(text->buffer, "reset ");
        nft_node_format(text, statement->left);
        return;
    case NFT_STATEMENT_NAT:
        format_nat(text, statement);
        return;
    case NFT_STATEMENT_TPROXY:
        format_tproxy(text, statement);
        return;
    case NFT_STATEMENT_REJECT:
        format_reject(text, statement);
        return;
    case NFT_STATEMENT_QUEUE:
        format_queue(text, statement);
        return;
    case NFT_STATEMENT_DUP:
        format_dup(text, statement);
        return;
    case NFT_STATEMENT_OBJECT:
        format_object(text, statement);
        return;
    case NFT_STATEMENT_DYNSET:
        format_dynset(text, statement);
        return;
    case NFT_STATEMENT_PLAIN:
        format_plain(text, statement->expr);
        return;
    }
}
