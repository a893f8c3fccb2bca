// SPDX-License-Identifier: GPL-2.0-or-later
// The fields of netfilter's tables.
#include "model/netfilter.h"

// linux/netfilter/nf_tables.h NFT_TABLE_F_*
static const struct flag_name flag_names[] = {
    {1, "dormant"}, {2, "owner"}, {4, "persist"}, {0, NULL}};

static void get_rules(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_table *table = ref->row;
    size_t count = 0;
    (void)field;
    for (size_t i = 0; i < table->chain_count; i++)
        count += table->chains[i].rule_count;
    netfilter_set_uint(ret, count);
}

static void get_unknown(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_table *table = ref->row;
    size_t count = 0;
    (void)field;
    for (size_t i = 0; i < table->chain_count; i++) {
        for (size_t k = 0; k < table->chains[i].rule_count; k++)
            count += table->chains[i].rules[k].unknown_count;
    }
    netfilter_set_uint(ret, count);
}

static void get_chains(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_table *table = ref->row;
    (void)field;
    netfilter_set_uint(ret, table->chain_count);
}

static void get_sets(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_table *table = ref->row;
    size_t count = 0;
    (void)field;
    for (size_t i = 0; i < table->set_count; i++)
        count += table->sets[i].flags & 1 ? 0 : 1;
    netfilter_set_uint(ret, count);
}

static void get_objects(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_table *table = ref->row;
    (void)field;
    netfilter_set_uint(ret, table->object_count);
}

static void get_flowtables(const struct row_ref *ref, const struct field *field,
                           struct value *ret) {
    const struct nf_table *table = ref->row;
    (void)field;
    netfilter_set_uint(ret, table->flowtable_count);
}

static void get_owner(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_table *table = ref->row;
    (void)field;
    if (table->owner)
        netfilter_set_uint(ret, table->owner);
}

#define ROW struct nf_table_row
#define BY(key, title, type, getter, help) \
    FIELD_BEHIND_WITH(key, ROW, table, name, title, type, getter, NULL, help)

// clang-format off
static const struct field fields[] = {
    FIELD_BY("netns", "NAMESPACE", FIELD_NETNS, field_get_netns, "namespace that it is in"),
    FIELD_OF_ENUM_BEHIND("family", ROW, table, family, "FAMILY", &nf_family_names, "family of the packets that it sees"),
    FIELD_BEHIND("name", ROW, table, name, "NAME", FIELD_TEXT, "name of the table"),
    FIELD_BEHIND("handle", ROW, table, handle, "HANDLE", FIELD_NUMBER, "number that the kernel gave it"),
    FIELD_OF_FLAGS_BEHIND("flags", ROW, table, flags, "FLAGS", flag_names, "dormant: without effect; owner: goes with the process that made it; persist: stays after that process"),
    BY("owner", "OWNER", FIELD_NUMBER, get_owner, "netlink port of the process that owns it"),
    NETFILTER_ORIGIN_FIELDS(ROW),
    BY("chains", "CHAINS", FIELD_COUNT, get_chains, "chains in it"),
    BY("rules", "RULES", FIELD_COUNT, get_rules, "rules in it"),
    BY("sets", "SETS", FIELD_COUNT, get_sets, "named sets and maps in it"),
    BY("objects", "OBJECTS", FIELD_COUNT, get_objects, "objects with a state in it"),
    BY("flowtables", "FLOWTABLES", FIELD_COUNT, get_flowtables, "flowtables in it"),
    BY("unknown", "UNKNOWN", FIELD_COUNT, get_unknown, "expressions and extensions in its rules that netscope does not know"),
    FIELD_BEHIND("comment", ROW, table, comment, "COMMENT", FIELD_TEXT, "comment of the table"),
};
// clang-format on

static uint64_t identity(const void *row) {
    const struct nf_table_row *of = row;
    return netfilter_identity(of->table, 0);
}

const struct kind nf_table_kind = {
    .name = "tables",
    .title = "Tables",
    .fields = fields,
    .field_count = sizeof(fields) / sizeof(fields[0]),
    .row_size = sizeof(struct nf_table_row),
    .columns = "family,name,backend,syntax,manager,flags,chains,rules,sets,objects,flowtables",
    .sort = "backend,family,name",
    .identity = identity,
    .help = "tables of nftables and of legacy iptables",
};
