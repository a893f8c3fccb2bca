// SPDX-License-Identifier: GPL-2.0-or-later
// Rows of netfilter's kinds: each points at a part of a ruleset, to which the rows' table holds a
// reference.
#ifndef MODEL_NETFILTER_H
#define MODEL_NETFILTER_H

#include <stdbool.h>

#include "model/kind.h"
#include "model/table.h"
#include "ruleset/reference.h"
#include "ruleset/ruleset.h"
#include "ruleset/service.h"

// Every row begins with its table.
struct nf_table_row {
    const struct nf_table *table;
};

struct nf_chain_row { // of hooks and of chains
    const struct nf_table *table;
    const struct nf_chain *chain;
    uint32_t order; // of hooks: which one a packet meets first, from 1
    uint32_t reach; // of chains: enum nf_reach
};

struct nf_rule_row {
    const struct nf_table *table;
    const struct nf_chain *chain;
    const struct nf_rule *rule;
};

struct nf_set_row {
    const struct nf_table *table;
    const struct nf_set *set;
};

struct nf_element_row {
    const struct nf_table *table;
    const struct nf_set *set;
    const struct nf_element *element;
    const char *text; // as nft prints it, with the end of an interval
};

struct nf_object_row {
    const struct nf_table *table;
    const struct nf_object *object;
};

struct nf_flowtable_row {
    const struct nf_table *table;
    const struct nf_flowtable *flowtable;
};

struct nf_reference_row {
    const struct nf_table *table;
    struct nf_reference reference;
    uint32_t order; // in the tree, from 1
};

struct nf_service_row { // what it points to is in the ruleset and the table's arena
    const struct nf_table *table;
    struct nf_service service;
};

extern const struct kind nf_table_kind, nf_hook_kind, nf_chain_kind, nf_rule_kind, nf_set_kind,
    nf_element_kind, nf_object_kind, nf_flowtable_kind, nf_reference_kind, nf_service_kind;

#define NF_SET_INTERVAL 0x4 // linux/netfilter/nf_tables.h NFT_SET_INTERVAL
#define NF_ELEMENT_END  0x1 // NFT_SET_ELEM_INTERVAL_END: it only ends what another begins

// Whether an element's key is above another's.
bool nf_element_is_above(const struct nf_element *element, const struct nf_element *other);

// A new row for an element, with its text in the table's arena; `end` is the first key that is no
// longer in the interval that begins with it, NULL if no element says so. Returns 0 or -ENOMEM.
int nf_element_add_row(struct table *table, const struct nf_set *set,
                       const struct nf_element *element, const struct nf_element *end);

// Rows for all elements that a set of the ruleset has. Returns 0 or -ENOMEM.
int nf_set_add_rows(struct table *table, const struct nf_set *set);

// Adds the rows of the table's kind (one of the above) that the ruleset has, and gives the table a
// reference to it. Returns 0 or -ENOMEM.
int netfilter_add_rows(struct table *table, struct ruleset *ruleset);

// What identifies a part by its table and the number that the table gave it.
uint64_t netfilter_identity(const struct nf_table *table, uint64_t handle);

// Places in a sample of a rule's or a chain's counters.
enum { NF_COUNTER_PACKETS, NF_COUNTER_BYTES };

// The identity of a rule's row, which is the name that its counters are sampled by.
uint64_t nf_rule_identity(const struct nf_rule *rule);

// The number that identifies a chain in its table: its handle, or one made of its name, since
// chains of legacy tables have none.
uint64_t nf_chain_number(const struct nf_chain *chain);

// The identity of a chain's row, among hooks or chains.
uint64_t nf_chain_identity(const struct nf_chain *chain);

// What a base chain's policy has counted, as it was last sampled for a kind (KIND_HOOKS,
// KIND_CHAINS), or else read; the ref's row is the chain. False: it does not count.
bool nf_chain_count(const struct row_ref *ref, enum kind_id kind, size_t counter,
                    uint64_t *ret_count);

// --- For the tables of fields --------------------------------------------------------------------

extern const struct enum_names nf_family_names, nf_backend_names, nf_syntax_names, nf_reach_names;

// The fields of the table that a row's part is in, at the beginning and the end of each kind's.
#define NETFILTER_TABLE_FIELDS(row)                                                          \
    FIELD_BY("netns", "NAMESPACE", FIELD_NETNS, field_get_netns, "namespace that it is in"), \
        FIELD_OF_ENUM_BEHIND("family", row, table, family, "FAMILY", &nf_family_names,       \
                             "family of the table"),                                         \
        FIELD_BEHIND("table", row, table, name, "TABLE", FIELD_TEXT, "table that it is in")
#define NETFILTER_ORIGIN_FIELDS(row)                                                   \
    FIELD_OF_ENUM_BEHIND("backend", row, table, backend, "BACKEND", &nf_backend_names, \
                         "which part of the kernel has the table"),                    \
        FIELD_OF_ENUM_BEHIND("syntax", row, table, syntax, "SYNTAX", &nf_syntax_names, \
                             "in whose language the table is written"),                \
        FIELD_BEHIND("manager", row, table, manager, "MANAGER", FIELD_TEXT,            \
                     "what manages the table, by its names and comments")

// Getters for members of a chain or flowtable, of a struct nf_chain or nf_flowtable as row.
field_getter nf_chain_get_hook, nf_chain_get_prio, nf_chain_get_policy, nf_chain_get_devices,
    nf_chain_get_type, nf_chain_get_rules;

void netfilter_set_uint(struct value *ret, uint64_t number);

// A list of texts, or nothing if it is empty.
void netfilter_set_texts(struct value *ret, const char *const *items, size_t count);

#endif
