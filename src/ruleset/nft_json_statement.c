// SPDX-License-Identifier: GPL-2.0-or-later
#include "ruleset/nft_json.h"

static void put_member(const struct nft_json *json, struct nft_json_object *object, const char *key,
                       const struct nft_node *node) {
    if (!node)
        return;
    nft_json_key(object, key);
    nft_json_node(json, node);
}

// Where nothing is to be said in an object, null stands for it.
static void close_or_null(struct nft_json_object *object) {
    if (object->is_empty) {
        object->buffer->len--; // the brace
        buffer_puts(object->buffer, "null}");
    } else {
        nft_json_close(object);
    }
}

static void put_null(const struct nft_json *json, const char *name) {
    buffer_puts(json->buffer, "{\"");
    buffer_puts(json->buffer, name);
    buffer_puts(json->buffer, "\":null}");
}

// --- State ---------------------------------------------------------------------------------------

static void put_limit(struct nft_json_object *object, const struct nf_limit *limit) {
    uint64_t rate = limit->rate, burst = limit->burst;
    bool is_bytes = limit->type == 1;
    const char *rate_unit = is_bytes ? nft_byte_unit(&rate) : NULL;
    const char *burst_unit = is_bytes ? nft_byte_unit(&burst) : NULL;
    const char *per = nft_rate_unit(limit->unit);
    nft_json_number(object, "rate", rate);
    nft_json_number(object, "burst", burst);
    nft_json_text(object, "per", per ? per : "error");
    if (limit->over)
        nft_json_true(object, "inv");
    if (rate_unit)
        nft_json_text(object, "rate_unit", rate_unit);
    if (burst_unit)
        nft_json_text(object, "burst_unit", burst_unit);
}

static void put_quota(const struct nft_json *json, struct nft_json_object *object,
                      const struct nf_quota *quota) {
    uint64_t bytes = quota->bytes, used = quota->consumed;
    const char *unit = nft_byte_unit(&bytes);
    nft_json_number(object, "val", bytes);
    nft_json_text(object, "val_unit", unit);
    if (quota->flags & 1)
        nft_json_true(object, "inv");
    if (json->stateless || used == 0)
        return;
    unit = nft_byte_unit(&used);
    nft_json_number(object, "used", used);
    nft_json_text(object, "used_unit", unit);
}

bool nft_json_state(const struct nft_json *json, const struct nf_expr *expr) {
    struct nft_json_object object;
    switch (expr->kind) {
    case NF_EXPR_COUNTER:
        object = nft_json_open(json->buffer, "counter");
        if (!json->stateless) {
            nft_json_number(&object, "packets", expr->counter.packets);
            nft_json_number(&object, "bytes", expr->counter.bytes);
        }
        break;
    case NF_EXPR_LIMIT:
        object = nft_json_open(json->buffer, "limit");
        put_limit(&object, expr->limit);
        break;
    case NF_EXPR_QUOTA:
        object = nft_json_open(json->buffer, "quota");
        put_quota(json, &object, &expr->quota);
        break;
    case NF_EXPR_CONNLIMIT:
        object = nft_json_open(json->buffer, "ct count");
        nft_json_number(&object, "val", expr->connlimit.count);
        if (expr->connlimit.flags & 1)
            nft_json_true(&object, "inv");
        break;
    case NF_EXPR_LAST:
        object = nft_json_open(json->buffer, "last");
        if (!json->stateless && expr->last.set)
            nft_json_number(&object, "used", expr->last.milliseconds);
        break;
    default:
        return false;
    }
    close_or_null(&object);
    return true;
}

// The same without the outer braces.
bool nft_json_state_member(const struct nft_json *json, const struct nf_expr *expr) {
    struct buffer written = BUFFER_INIT;
    struct nft_json inside = *json;
    inside.buffer = &written;
    bool is_state = nft_json_state(&inside, expr);
    if (is_state && written.len > 2)
        buffer_add(json->buffer, written.data + 1, written.len - 2);
    else
        buffer_puts(json->buffer, "\"unknown\":null");
    buffer_done(&written);
    return is_state;
}

static void put_states(const struct nft_json *json, struct nft_json_object *object,
                       const struct nf_dynset *dynset) {
    struct nft_json stateless = *json;
    stateless.stateless = true;
    if (dynset->expr_count == 0)
        return;
    nft_json_key(object, "stmt");
    buffer_putc(json->buffer, '[');
    for (size_t i = 0; i < dynset->expr_count; i++) {
        if (i > 0)
            buffer_putc(json->buffer, ',');
        if (!nft_json_state(&stateless, &dynset->exprs[i]))
            put_null(json, "unknown");
    }
    buffer_putc(json->buffer, ']');
}

// --- Statements ----------------------------------------------------------------------------------

static void put_match(const struct nft_json *json, const struct nft_statement *match) {
    struct nft_json_object object = nft_json_open(json->buffer, "match");
    const char *op = nft_op_text(match->op);
    nft_json_text(&object, "op", op ? op : "in");
    nft_json_key(&object, "left");
    if (match->mask) {
        buffer_puts(json->buffer, "{\"&\":[");
        nft_json_node(json, match->left);
        buffer_putc(json->buffer, ',');
        nft_json_node(json, match->mask);
        buffer_puts(json->buffer, "]}");
    } else {
        nft_json_node(json, match->left);
    }
    put_member(json, &object, "right", match->right);
    nft_json_close(&object);
}

static void put_mangle(const struct nft_json *json, const struct nft_statement *set) {
    struct nft_json_object object = nft_json_open(json->buffer, "mangle");
    put_member(json, &object, "key", set->left);
    put_member(json, &object, "value", set->right);
    nft_json_close(&object);
}

static const char *family_name(uint8_t family) {
    return family == NF_FAMILY_IP ? "ip" : family == NF_FAMILY_IP6 ? "ip6" : NULL;
}

static void put_family(struct nft_json_object *object, uint8_t family) {
    if (family_name(family))
        nft_json_text(object, "family", family_name(family));
}

static void put_nat(const struct nft_json *json, const struct nft_statement *statement) {
    static const struct nft_symbol flags[] = {
        {"random", 4}, {"fully-random", 16}, {"persistent", 8}, {"netmap", 64}, {NULL, 0}};
    static const struct nft_symbol type_flags[] = {{"prefix", 64}, {NULL, 0}};
    const struct nf_nat *nat = statement->expr->nat;
    enum nf_expr_kind kind = statement->expr->kind;
    struct nft_json_object object = nft_json_open(json->buffer, kind == NF_EXPR_MASQ ? "masquerade"
                                                                : kind == NF_EXPR_REDIR ? "redirect"
                                                                : nat->type == 0        ? "snat"
                                                                                        : "dnat");
    put_family(&object, statement->family);
    put_member(json, &object, "addr", statement->left);
    put_member(json, &object, "port", statement->right);
    nft_json_flags(&object, "flags", nat->flags, flags, false);
    nft_json_flags(&object, "type_flags", nat->flags, type_flags, false);
    close_or_null(&object);
}

static void put_tproxy(const struct nft_json *json, const struct nft_statement *statement) {
    struct nft_json_object object = nft_json_open(json->buffer, "tproxy");
    put_family(&object, statement->family);
    put_member(json, &object, "addr", statement->left);
    put_member(json, &object, "port", statement->right);
    nft_json_close(&object);
}

static void put_code(const struct nft_json *json, struct nft_json_object *object,
                     enum nft_type_id type, uint8_t code) {
    struct nft_node value = {.kind = NFT_NODE_VALUE, .type = nft_type(type), .bits = 8};
    value.number = code;
    put_member(json, object, "expr", &value);
}

static void put_reject(const struct nft_json *json, const struct nft_statement *statement) {
    const struct nf_reject *reject = &statement->expr->reject;
    struct nft_json_object object = nft_json_open(json->buffer, "reject");
    if (reject->type == 1) {
        nft_json_text(&object, "type", "tcp reset");
    } else if (reject->type == 2) {
        nft_json_text(&object, "type", "icmpx");
        put_code(json, &object, NFT_TYPE_ICMPX_CODE, reject->code);
    } else if (statement->family == NF_FAMILY_IP) {
        nft_json_text(&object, "type", "icmp");
        put_code(json, &object, NFT_TYPE_ICMP_CODE, reject->code);
    } else if (statement->family == NF_FAMILY_IP6) {
        nft_json_text(&object, "type", "icmpv6");
        put_code(json, &object, NFT_TYPE_ICMPV6_CODE, reject->code);
    }
    close_or_null(&object);
}

static void put_queue(const struct nft_json *json, const struct nft_statement *statement) {
    static const struct nft_symbol flags[] = {{"bypass", 1}, {"fanout", 2}, {NULL, 0}};
    struct nft_json_object object = nft_json_open(json->buffer, "queue");
    put_member(json, &object, "num", statement->left);
    nft_json_flags(&object, "flags", statement->expr->queue.flags, flags, false);
    close_or_null(&object);
}

static void put_dup(const struct nft_json *json, const struct nft_statement *statement) {
    bool is_fwd = statement->expr->kind == NF_EXPR_FWD;
    struct nft_json_object object = nft_json_open(json->buffer, is_fwd ? "fwd" : "dup");
    if (is_fwd) {
        put_member(json, &object, "dev", statement->right);
        if (statement->left)
            put_family(&object, statement->family);
        put_member(json, &object, "addr", statement->left);
    } else if (statement->left) {
        put_member(json, &object, "addr", statement->left);
        put_member(json, &object, "dev", statement->right);
    } else {
        put_member(json, &object, "addr", statement->right);
    }
    close_or_null(&object);
}

static void put_object(const struct nft_json *json, const struct nft_statement *statement) {
    const struct nf_objref *objref = statement->expr->objref;
    bool by_map = objref->key != NF_REGISTER_NONE && objref->set;
    const char *name = nft_object_type_name(by_map ? objref->set->object_type : objref->type);
    buffer_putc(json->buffer, '{');
    json_format_text(name ? name : "unknown", json->buffer);
    buffer_putc(json->buffer, ':');
    nft_json_node(json, statement->left);
    buffer_putc(json->buffer, '}');
}

static void put_set_name(struct nft_json_object *object, const char *key, const char *name) {
    struct buffer text = BUFFER_INIT;
    buffer_putc(&text, '@');
    buffer_puts(&text, name ? name : "");
    nft_json_text(object, key, buffer_text(&text));
    buffer_done(&text);
}

static void put_dynset_key(const struct nft_json *json, struct nft_json_object *object,
                           const char *key, const struct nft_statement *statement) {
    uint64_t timeout = statement->expr->dynset->timeout;
    if (timeout == 0) {
        put_member(json, object, key, statement->left);
        return;
    }
    nft_json_key(object, key);
    struct nft_json_object element = nft_json_open(json->buffer, "elem");
    put_member(json, &element, "val", statement->left);
    nft_json_number(&element, "timeout", timeout / 1000);
    nft_json_close(&element);
}

static void put_meter(const struct nft_json *json, const struct nft_statement *statement) {
    const struct nf_dynset *dynset = statement->expr->dynset;
    struct nft_json stateless = *json;
    stateless.stateless = true;
    struct nft_json_object object = nft_json_open(json->buffer, "meter");
    put_dynset_key(json, &object, "key", statement);
    nft_json_key(&object, "stmt");
    if (!nft_json_state(&stateless, &dynset->exprs[0]))
        put_null(json, "unknown");
    nft_json_number(&object, "size", dynset->set->size);
    nft_json_text(&object, "name", dynset->set_name);
    nft_json_close(&object);
}

static void put_dynset(const struct nft_json *json, const struct nft_statement *statement) {
    static const char *const ops[] = {"add", "update", "delete"};
    const struct nf_dynset *dynset = statement->expr->dynset;
    const struct nf_set *set = dynset->set;
    if (set && set->flags & NFT_SET_FLAG_ANONYMOUS && dynset->expr_count > 0) {
        put_meter(json, statement);
        return;
    }
    bool is_map = statement->right;
    struct nft_json_object object = nft_json_open(json->buffer, is_map ? "map" : "set");
    nft_json_text(&object, "op", ops[dynset->op]);
    put_dynset_key(json, &object, "elem", statement);
    put_member(json, &object, "data", statement->right);
    put_set_name(&object, is_map ? "map" : "set", dynset->set_name);
    put_states(json, &object, dynset);
    nft_json_close(&object);
}

static void put_log(const struct nft_json *json, const struct nf_log *log) {
    static const struct nft_symbol flags[] = {{"tcp sequence", 1}, {"tcp options", 2},
                                              {"ip options", 4},   {"skuid", 8},
                                              {"ether", 0x20},     {NULL, 0}};
    static const struct nft_symbol all[] = {{"all", 1}, {NULL, 0}};
    struct nft_json_object object = nft_json_open(json->buffer, "log");
    if (log->prefix)
        nft_json_text(&object, "prefix", log->prefix);
    if (log->has_group)
        nft_json_number(&object, "group", log->group);
    if (log->has_snaplen)
        nft_json_number(&object, "snaplen", log->snaplen);
    if (log->has_qthreshold)
        nft_json_number(&object, "queue-threshold", log->qthreshold);
    if (log->has_level && log->level != 4)
        nft_json_text(&object, "level",
                      nft_log_level(log->level) ? nft_log_level(log->level) : "unknown");
    bool is_all = log->has_flags && (log->flags & 0x2f) == 0x2f;
    nft_json_flags(&object, "flags",
                   is_all           ? 1
                   : log->has_flags ? log->flags
                                    : 0,
                   is_all ? all : flags, false);
    close_or_null(&object);
}

static void put_synproxy(const struct nft_json *json, const struct nf_synproxy *synproxy) {
    static const struct nft_symbol flags[] = {{"timestamp", 8}, {"sack-perm", 4}, {NULL, 0}};
    struct nft_json_object object = nft_json_open(json->buffer, "synproxy");
    if (synproxy->flags & 1)
        nft_json_number(&object, "mss", synproxy->mss);
    if (synproxy->flags & 2)
        nft_json_number(&object, "wscale", synproxy->wscale);
    nft_json_flags(&object, "flags", synproxy->flags, flags, true);
    close_or_null(&object);
}

void nft_json_verdict(const struct nft_json *json, const struct nf_verdict *verdict) {
    if (verdict->code == NF_VERDICT_JUMP || verdict->code == NF_VERDICT_GOTO) {
        struct nft_json_object object =
            nft_json_open(json->buffer, verdict->code == NF_VERDICT_JUMP ? "jump" : "goto");
        nft_json_text(&object, "target", verdict->chain_name);
        nft_json_close(&object);
        return;
    }
    struct buffer name = BUFFER_INIT;
    const struct nft_text text = {.names = json->names, .buffer = &name};
    nft_verdict_format(&text, verdict);
    put_null(json, buffer_text(&name));
    buffer_done(&name);
}

static void put_flow(const struct nft_json *json, const char *flowtable) {
    struct nft_json_object object = nft_json_open(json->buffer, "flow");
    nft_json_text(&object, "op", "add");
    put_set_name(&object, "flowtable", flowtable);
    nft_json_close(&object);
}

static void put_xt(const struct nft_json *json, const struct nf_expr *expr) {
    struct nft_json_object object = nft_json_open(json->buffer, "xt");
    nft_json_text(&object, "type", nf_expr_name(expr->kind));
    nft_json_text(&object, "name", expr->xt->name);
    nft_json_close(&object);
}

static void put_plain(const struct nft_json *json, const struct nf_expr *expr) {
    if (nft_json_state(json, expr))
        return;
    switch (expr->kind) {
    case NF_EXPR_VERDICT:
        nft_json_verdict(json, &expr->verdict);
        return;
    case NF_EXPR_LOG:
        put_log(json, expr->log);
        return;
    case NF_EXPR_SYNPROXY:
        put_synproxy(json, &expr->synproxy);
        return;
    case NF_EXPR_FLOW_OFFLOAD:
        put_flow(json, expr->flowtable);
        return;
    case NF_EXPR_XT_MATCH:
    case NF_EXPR_XT_TARGET:
        put_xt(json, expr);
        return;
    default:
        put_null(json, nf_expr_name(expr->kind));
        return;
    }
}

void nft_json_statement(const struct nft_json *json, const struct nft_statement *statement) {
    switch (statement->kind) {
    case NFT_STATEMENT_MATCH:
        put_match(json, statement);
        return;
    case NFT_STATEMENT_MAP:
        nft_json_node(json, statement->left);
        return;
    case NFT_STATEMENT_SET:
        put_mangle(json, statement);
        return;
    case NFT_STATEMENT_RESET:
        buffer_puts(json->buffer, "{\"reset\":");
        nft_json_node(json, statement->left);
        buffer_putc(json->buffer, '}');
        return;
    case NFT_STATEMENT_NAT:
        put_nat(json, statement);
        return;
    case NFT_STATEMENT_TPROXY:
        put_tproxy(json, statement);
        return;
    case NFT_STATEMENT_REJECT:
        put_reject(json, statement);
        return;
    case NFT_STATEMENT_QUEUE:
        put_queue(json, statement);
        return;
    case NFT_STATEMENT_DUP:
        put_dup(json, statement);
        return;
    case NFT_STATEMENT_OBJECT:
        put_object(json, statement);
        return;
    case NFT_STATEMENT_DYNSET:
        put_dynset(json, statement);
        return;
    case NFT_STATEMENT_PLAIN:
        put_plain(json, statement->expr);
        return;
    }
}
