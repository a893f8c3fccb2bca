// SPDX-License-Identifier: GPL-2.0-or-later
// The fields of references: which chains lead to which others.
#include "model/netfilter.h"

static const char *const reach_words[] = {
    [NF_REACH_NO] = "no", [NF_REACH_YES] = "yes", [NF_REACH_UNKNOWN] = "unknown"};
const struct enum_names nf_reach_names = {reach_words,
                                          sizeof(reach_words) / sizeof(reach_words[0])};

static const struct nf_reference *reference_of(const struct row_ref *ref) {
    return &((const struct nf_reference_row *)ref->row)->reference;
}

static void get_caller(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_chain *caller = reference_of(ref)->caller;
    (void)field;
    if (caller)
        value_set_text(ret, caller->name);
}

static void get_chain(const struct row_ref *ref, const struct field *field, struct value *ret) {
    (void)field;
    value_set_text(ret, reference_of(ref)->chain->name);
}

static void get_calls(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_reference *reference = reference_of(ref);
    (void)field;
    if (reference->caller)
        netfilter_set_uint(ret, reference->calls);
}

static void get_packets(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_reference *reference = reference_of(ref);
    (void)field;
    if (reference->counted)
        netfilter_set_uint(ret, reference->packets);
}

static void get_rules(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_chain *chain = reference_of(ref)->chain;
    (void)field;
    if (chain->rules_read)
        netfilter_set_uint(ret, chain->rule_count);
}

// The hook of a root that is a base chain.
static void get_hook(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct row_ref chain = {ref->node, ref->netns, reference_of(ref)->chain};
    nf_chain_get_hook(&chain, field, ret);
}

#define ROW struct nf_reference_row

// clang-format off
static const struct field fields[] = {
    NETFILTER_TABLE_FIELDS(ROW),
    FIELD_BY("chain", "CHAIN", FIELD_TEXT, get_chain, "chain that is led to; or one that no other leads to"),
    FIELD_BY("caller", "CALLER", FIELD_TEXT, get_caller, "chain that leads there"),
    FIELD_BY("hook", "HOOK", FIELD_TEXT, get_hook, "where in the kernel it is called, of a base chain"),
    FIELD_BY("calls", "CALLS", FIELD_COUNT, get_calls, "jumps, gotos and elements of verdict maps in the caller that lead there"),
    FIELD_BY("packets", "PACKETS", FIELD_COUNT, get_packets, "packets that came to these, if each of them counts"),
    FIELD_BY("rules", "RULES", FIELD_COUNT, get_rules, "rules in the chain"),
    FIELD_AS("leads", ROW, reference.leads, "LEADS TO", FIELD_COUNT, "chains that the chain itself leads to"),
    FIELD_AS("repeated", ROW, reference.repeated, "REPEATED", FIELD_BOOLEAN, "what it leads to stands in another place of the tree, where the chain comes first"),
    FIELD_OF_ENUM("reached", ROW, reference.reach, "REACHED", &nf_reach_names, "whether a way leads there from a hook"),
    FIELD_AS("depth", ROW, reference.depth, "DEPTH", FIELD_NUMBER, "how many chains stand above it in the tree"),
    FIELD(ROW, order, "ORDER", FIELD_NUMBER, "place in the tree, from 1"),
    NETFILTER_ORIGIN_FIELDS(ROW),
};
// clang-format on

static uint64_t identity(const void *row) {
    const struct nf_reference_row *of = row;
    const struct nf_chain *caller = of->reference.caller;
    uint64_t number = nf_chain_number(of->reference.chain);
    if (caller)
        number = number * UINT64_C(1099511628211) + nf_chain_number(caller);
    return netfilter_identity(of->table, number);
}

const struct kind nf_reference_kind = {
    .name = "references",
    .title = "References",
    .fields = fields,
    .field_count = sizeof(fields) / sizeof(fields[0]),
    .row_size = sizeof(ROW),
    .columns = "family,table,caller,chain,calls,packets,leads,reached",
    .sort = "order",
    .identity = identity,
    .help = "which chains lead to which others, as a tree from the base chains",
};
