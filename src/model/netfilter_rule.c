// SPDX-License-Identifier: GPL-2.0-or-later
// The fields of netfilter's rules.
#include "model/netfilter.h"
#include "model/node.h"
#include "ruleset/nf_text.h"

static const struct history *history_of(const struct row_ref *ref) {
    const struct node_netns *entry = node_find(ref->node, ref->netns->inode);
    return entry ? entry->histories[KIND_RULES] : NULL;
}

// As it was read, or as it was sampled since.
static void get_count(const struct row_ref *ref, uint64_t read, size_t counter, struct value *ret) {
    const struct history *history = history_of(ref);
    netfilter_set_uint(ret, read);
    if (history)
        history_latest(history, nf_rule_identity(ref->row), counter, &ret->uint);
}

static void get_packets(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_counter *counter = nf_rule_counter(ref->row);
    (void)field;
    if (counter)
        get_count(ref, counter->packets, NF_COUNTER_PACKETS, ret);
}

static void get_bytes(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_counter *counter = nf_rule_counter(ref->row);
    (void)field;
    if (counter)
        get_count(ref, counter->bytes, NF_COUNTER_BYTES, ret);
}

// Where nothing counts nobody knows.
static void get_hit(const struct row_ref *ref, const struct field *field, struct value *ret) {
    get_packets(ref, field, ret);
    value_set_text(ret, ret->kind == VALUE_ABSENT ? "unknown" : ret->uint > 0 ? "yes" : "no");
}

static void get_rate(const struct row_ref *ref, size_t counter, struct value *ret) {
    const struct history *history = history_of(ref);
    double rate;
    if (!history || !history_rate(history, nf_rule_identity(ref->row), counter, &rate))
        return;
    ret->kind = VALUE_REAL;
    ret->real = rate;
}

static void get_packets_rate(const struct row_ref *ref, const struct field *field,
                             struct value *ret) {
    (void)field;
    get_rate(ref, NF_COUNTER_PACKETS, ret);
}

static void get_bytes_rate(const struct row_ref *ref, const struct field *field,
                           struct value *ret) {
    (void)field;
    get_rate(ref, NF_COUNTER_BYTES, ret);
}

static void get_index(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_rule *rule = ref->row;
    (void)field;
    netfilter_set_uint(ret, rule->number - 1);
}

static void get_text(const struct row_ref *ref, const struct field *field, struct value *ret) {
    (void)field;
    value_set_text(ret, nf_rule_text(ref->row));
}

// What does not fit is cut, and ends in "...".
static void get_brief(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_rule *rule = ref->row;
    const struct nf_text_options options = {.brief = true, .stateless = true};
    struct buffer text = BUFFER_INIT;
    (void)field;
    nf_rule_format(rule, &options, &text);
    const size_t room = sizeof(ret->scratch) - sizeof("...");
    bool cut = text.len > room;
    value_printf(ret, "%.*s%s", (int)(cut ? room : text.len), buffer_text(&text), cut ? "..." : "");
    buffer_done(&text);
}

static void format_expr(const void *rule, struct buffer *buffer) {
    nf_rule_json(rule, buffer);
}

static void get_expr(const struct row_ref *ref, const struct field *field, struct value *ret) {
    (void)field;
    ret->kind = VALUE_JSON;
    ret->json.format = format_expr;
    ret->json.item = ref->row;
}

// linux/netfilter/nf_tables.h: NFT_SET_ANONYMOUS, NFT_CHAIN_BINDING. The kernel makes up the names
// of what is part of one rule.
#define SET_ANONYMOUS 1
#define CHAIN_BINDING 4

// The name that an expression has from somewhere else in its table: a chain, a set, an object.
static const char *name_used(const struct nf_expr *expr) {
    switch (expr->kind) {
    case NF_EXPR_VERDICT:
        if (expr->verdict.chain && expr->verdict.chain->flags & CHAIN_BINDING)
            return NULL;
        return expr->verdict.chain_name;
    case NF_EXPR_LOOKUP:
        if (expr->lookup.set && expr->lookup.set->flags & SET_ANONYMOUS)
            return NULL;
        return expr->lookup.set_name;
    case NF_EXPR_DYNSET:
        return expr->dynset->set_name;
    case NF_EXPR_OBJREF:
        return expr->objref->name;
    case NF_EXPR_FLOW_OFFLOAD:
        return expr->flowtable;
    default:
        return NULL;
    }
}

// As many as there is room for: a rule uses one or two.
static void get_uses(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_rule *rule = ref->row;
    const char **names = (const char **)(void *)ret->scratch;
    size_t count = 0;
    (void)field;
    for (size_t i = 0; i < rule->expr_count && count < sizeof(ret->scratch) / sizeof(*names); i++) {
        const char *name = name_used(&rule->exprs[i]);
        if (name)
            names[count++] = name;
    }
    netfilter_set_texts(ret, names, count);
}

static void get_unknown(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_rule *rule = ref->row;
    (void)field;
    uint32_t count = rule->unknown_count;
    const struct nf_table *table = rule->chain->table;
    if (count == 0 && table->syntax == NF_SYNTAX_NFT && !nft_rule_is_understood(rule))
        count = 1;
    if (count > 0)
        netfilter_set_uint(ret, count);
}

#define ROW struct nf_rule_row
#define BY(key, title, type, getter, help) \
    FIELD_BEHIND_WITH(key, ROW, rule, handle, title, type, getter, NULL, help)

// clang-format off
static const struct field fields[] = {
    NETFILTER_TABLE_FIELDS(ROW),
    FIELD_BEHIND("chain", ROW, chain, name, "CHAIN", FIELD_TEXT, "chain that it is in"),
    FIELD_BEHIND("handle", ROW, rule, handle, "HANDLE", FIELD_NUMBER, "number that the kernel gave it"),
    BY("index", "INDEX", FIELD_NUMBER, get_index, "place in the chain, from 0 as nft counts"),
    FIELD_BEHIND("number", ROW, rule, number, "NUMBER", FIELD_NUMBER, "place in the chain, from 1 as iptables counts"),
    BY("packets", "PACKETS", FIELD_COUNT, get_packets, "packets that came to its counter"),
    BY("bytes", "BYTES", FIELD_BYTES, get_bytes, "bytes that came to its counter"),
    BY("hit", "HIT", FIELD_TEXT, get_hit, "whether a packet came to its counter since it was loaded: yes, no, or unknown, where it has none"),
    BY("text", "RULE", FIELD_TEXT, get_text, "the rule in its table's language"),
    FIELD_BEHIND("comment", ROW, rule, comment, "COMMENT", FIELD_TEXT, "comment of the rule"),
    BY("uses", "USES", FIELD_LIST, get_uses, "chains, sets, objects and flowtables that it names"),
    BY("expr", "EXPRESSIONS", FIELD_JSON, get_expr, "the rule's expressions, decoded"),
    BY("unknown", "UNKNOWN", FIELD_COUNT, get_unknown, "expressions and extensions in it that netscope does not know, or not what they mean together"),
    BY("packets_rate", "PKT/S", FIELD_COUNT_RATE, get_packets_rate, "packets a second that come to its counter"),
    BY("bytes_rate", "BYTES/S", FIELD_BYTES_RATE, get_bytes_rate, "bytes a second that come to its counter"),
    NETFILTER_ORIGIN_FIELDS(ROW),

    // Said again in other words: only where it is asked for (UNUSUAL_FIELDS).
    BY("brief", "RULE", FIELD_TEXT, get_brief, "the rule without its comment and counts, and cut where it is long"),
};
// clang-format on

#define UNUSUAL_FIELDS 1 // at the end

static uint64_t identity(const void *row) {
    const struct nf_rule_row *of = row;
    return nf_rule_identity(of->rule);
}

const struct kind nf_rule_kind = {
    .name = "rules",
    .title = "Rules",
    .fields = fields,
    .field_count = sizeof(fields) / sizeof(fields[0]),
    .unusual_count = UNUSUAL_FIELDS,
    .row_size = sizeof(struct nf_rule_row),
    .columns = "family,table,chain,number,packets,bytes,text",
    .sort = "backend,family,table,chain,index",
    .identity = identity,
    .help = "rules of nftables and of iptables",
};
