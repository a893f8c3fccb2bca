// SPDX-License-Identifier: GPL-2.0-or-later
// The fields of netfilter's chains, and of hooks: base chains in the order in which packets meet
// them.
#include "model/netfilter.h"

#include "model/node.h"

// linux/netfilter/nf_tables.h NFT_CHAIN_*
static const struct flag_name flag_names[] = {
    {1, "base"}, {2, "offload"}, {4, "binding"}, {0, NULL}};

void nf_chain_get_hook(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_chain *chain = ref->row;
    const char *name = nf_hook_name(chain->table->family, chain->hook);
    (void)field;
    if (!chain->is_base)
        return;
    if (name)
        value_set_text(ret, name);
    else
        value_printf(ret, "unknown(%u)", chain->hook);
}

void nf_chain_get_prio(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_chain *chain = ref->row;
    (void)field;
    if (!chain->is_base)
        return;
    ret->kind = VALUE_INT;
    ret->sint = chain->priority;
}

void nf_chain_get_policy(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_chain *chain = ref->row;
    (void)field;
    if (chain->is_base)
        value_set_text(ret, chain->policy == NF_VERDICT_DROP ? "drop" : "accept");
}

// --- Counters of the policy ----------------------------------------------------------------------

static const struct history *history_of(const struct row_ref *ref, enum kind_id kind) {
    const struct node_netns *entry = node_find(ref->node, ref->netns->inode);
    return entry ? entry->histories[kind] : NULL;
}

uint64_t nf_chain_identity(const struct nf_chain *chain) {
    return netfilter_identity(chain->table, nf_chain_number(chain));
}

bool nf_chain_count(const struct row_ref *ref, enum kind_id kind, size_t counter,
                    uint64_t *ret_count) {
    const struct nf_chain *chain = ref->row;
    const struct history *history = history_of(ref, kind);
    if (!chain->has_counter)
        return false;
    *ret_count = counter == NF_COUNTER_BYTES ? chain->counter.bytes : chain->counter.packets;
    if (history)
        history_latest(history, nf_chain_identity(chain), counter, ret_count);
    return true;
}

static void get_count(const struct row_ref *ref, enum kind_id kind, size_t counter,
                      struct value *ret) {
    uint64_t count;
    if (nf_chain_count(ref, kind, counter, &count))
        netfilter_set_uint(ret, count);
}

static void get_rate(const struct row_ref *ref, enum kind_id kind, size_t counter,
                     struct value *ret) {
    const struct history *history = history_of(ref, kind);
    double rate;
    if (!history || !history_rate(history, nf_chain_identity(ref->row), counter, &rate))
        return;
    ret->kind = VALUE_REAL;
    ret->real = rate;
}

// Hooks and chains are sampled apart.
#define COUNTER(name, get, kind, counter)                                                       \
    static void name(const struct row_ref *ref, const struct field *field, struct value *ret) { \
        (void)field;                                                                            \
        get(ref, kind, counter, ret);                                                           \
    }
COUNTER(get_hook_packets, get_count, KIND_HOOKS, NF_COUNTER_PACKETS)
COUNTER(get_hook_bytes, get_count, KIND_HOOKS, NF_COUNTER_BYTES)
COUNTER(get_hook_packets_rate, get_rate, KIND_HOOKS, NF_COUNTER_PACKETS)
COUNTER(get_hook_bytes_rate, get_rate, KIND_HOOKS, NF_COUNTER_BYTES)
COUNTER(get_chain_packets, get_count, KIND_CHAINS, NF_COUNTER_PACKETS)
COUNTER(get_chain_bytes, get_count, KIND_CHAINS, NF_COUNTER_BYTES)
COUNTER(get_chain_packets_rate, get_rate, KIND_CHAINS, NF_COUNTER_PACKETS)
COUNTER(get_chain_bytes_rate, get_rate, KIND_CHAINS, NF_COUNTER_BYTES)

// --- The rest ------------------------------------------------------------------------------------

void nf_chain_get_devices(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_chain *chain = ref->row;
    (void)field;
    netfilter_set_texts(ret, chain->devices, chain->device_count);
}

void nf_chain_get_type(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_chain *chain = ref->row;
    (void)field;
    if (chain->is_base && chain->type)
        value_set_text(ret, chain->type);
}

void nf_chain_get_rules(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_chain *chain = ref->row;
    (void)field;
    if (chain->rules_read)
        netfilter_set_uint(ret, chain->rule_count);
}

#define ROW struct nf_chain_row
#define BY(key, title, type, getter, help) \
    FIELD_BEHIND_WITH(key, ROW, chain, name, title, type, getter, NULL, help)

// clang-format off
#define HOOK_FIELDS(of) \
    BY("type", "TYPE", FIELD_TEXT, nf_chain_get_type, "filter, nat or route: what a base chain is for"),                                                \
    BY("hook", "HOOK", FIELD_TEXT, nf_chain_get_hook, "where in the kernel a base chain is called"),                                                    \
    BY("prio", "PRIORITY", FIELD_NUMBER, nf_chain_get_prio, "order among the chains of one hook, the least first"),                                     \
    BY("policy", "POLICY", FIELD_TEXT, nf_chain_get_policy, "what becomes of packets that come to the end of a base chain"),                            \
    BY("dev", "DEVICES", FIELD_LIST, nf_chain_get_devices, "interfaces that the base chain is for, of ingress and egress"),                             \
    BY("packets", "PACKETS", FIELD_COUNT, get_##of##_packets, "packets that the policy decided on, where they are counted"),                          \
    BY("bytes", "BYTES", FIELD_BYTES, get_##of##_bytes, "bytes of these packets"), \
    BY("packets_rate", "PKT/S", FIELD_COUNT_RATE, get_##of##_packets_rate, "packets a second that the policy decides on"), \
    BY("bytes_rate", "BYTES/S", FIELD_BYTES_RATE, get_##of##_bytes_rate, "bytes of these a second"),                                                                    \
    BY("rules", "RULES", FIELD_COUNT, nf_chain_get_rules, "rules in it")

static const struct field hook_fields[] = {
    NETFILTER_TABLE_FIELDS(ROW),
    FIELD(ROW, order, "ORDER", FIELD_NUMBER, "order in which packets meet them, from 1"),
    FIELD_BEHIND("chain", ROW, chain, name, "CHAIN", FIELD_TEXT, "base chain that is called there"),
    FIELD_BEHIND("handle", ROW, chain, handle, "HANDLE", FIELD_NUMBER, "number that the kernel gave the chain"),
    HOOK_FIELDS(hook),
    NETFILTER_ORIGIN_FIELDS(ROW),
};

static const struct field chain_fields[] = {
    NETFILTER_TABLE_FIELDS(ROW),
    FIELD_BEHIND("name", ROW, chain, name, "NAME", FIELD_TEXT, "name of the chain"),
    FIELD_BEHIND("handle", ROW, chain, handle, "HANDLE", FIELD_NUMBER, "number that the kernel gave it"),
    HOOK_FIELDS(chain),
    FIELD_BEHIND("use", ROW, chain, use, "USE", FIELD_COUNT, "rules in it, and jumps and maps that lead to it"),
    FIELD_OF_ENUM("reached", ROW, reach, "REACHED", &nf_reach_names, "whether a way leads there from a hook: no, a packet never comes to it; unknown, not all that leads to chains was read"),
    FIELD_OF_FLAGS_BEHIND("flags", ROW, chain, flags, "FLAGS", flag_names, "base: called at a hook; offload: by the device; binding: without a name, part of one rule"),
    FIELD_BEHIND("comment", ROW, chain, comment, "COMMENT", FIELD_TEXT, "comment of the chain"),
    NETFILTER_ORIGIN_FIELDS(ROW),
};
// clang-format on

static uint64_t identity(const void *row) {
    const struct nf_chain_row *of = row;
    return nf_chain_identity(of->chain);
}

const struct kind nf_hook_kind = {
    .name = "hooks",
    .title = "Hooks",
    .fields = hook_fields,
    .field_count = sizeof(hook_fields) / sizeof(hook_fields[0]),
    .row_size = sizeof(struct nf_chain_row),
    .columns = "family,hook,prio,type,table,chain,policy,packets,bytes,rules,dev,backend,manager",
    .sort = "order",
    .identity = identity,
    .help = "base chains in the order in which packets meet them",
};

const struct kind nf_chain_kind = {
    .name = "chains",
    .title = "Chains",
    .fields = chain_fields,
    .field_count = sizeof(chain_fields) / sizeof(chain_fields[0]),
    .row_size = sizeof(struct nf_chain_row),
    .columns = "family,table,name,type,hook,prio,policy,packets,bytes,rules,use,dev",
    .sort = "backend,family,table,name",
    .identity = identity,
    .help = "chains of rules",
};
