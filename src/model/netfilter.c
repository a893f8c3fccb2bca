// SPDX-License-Identifier: GPL-2.0-or-later
// What the kinds of netfilter share: words, identities, and the rows of a ruleset.
#include "model/netfilter.h"

#include <errno.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/hash.h"
#include "ruleset/nf_text.h"

#define NAMES(words) \
    { (words), sizeof(words) / sizeof((words)[0]) }

static const char *const families[] = {
    [NF_FAMILY_INET] = "inet",     [NF_FAMILY_IP] = "ip",         [NF_FAMILY_ARP] = "arp",
    [NF_FAMILY_NETDEV] = "netdev", [NF_FAMILY_BRIDGE] = "bridge", [NF_FAMILY_IP6] = "ip6",
};
const struct enum_names nf_family_names = NAMES(families);

static const char *const backends[] = {
    [NF_BACKEND_NFTABLES] = "nftables", [NF_BACKEND_LEGACY] = "legacy"};
const struct enum_names nf_backend_names = NAMES(backends);

static const char *const syntaxes[] = {[NF_SYNTAX_NFT] = "nft", [NF_SYNTAX_IPTABLES] = "iptables"};
const struct enum_names nf_syntax_names = NAMES(syntaxes);

void netfilter_set_uint(struct value *ret, uint64_t number) {
    ret->kind = VALUE_UINT;
    ret->uint = number;
}

void netfilter_set_texts(struct value *ret, const char *const *items, size_t count) {
    if (count == 0)
        return;
    ret->kind = VALUE_TEXTS;
    ret->texts.items = items;
    ret->texts.count = count;
}

// --- Identities ----------------------------------------------------------------------------------

// A table of iptables-nft that is made anew has another handle: its name is what stays.
uint64_t netfilter_identity(const struct nf_table *table, uint64_t handle) {
    const uint8_t kind[] = {table->family, (uint8_t)table->backend};
    uint64_t hash = hash_add(HASH_START, kind, sizeof(kind));
    hash = hash_add(hash, table->name, strlen(table->name));
    return hash_add(hash, &handle, sizeof(handle));
}

uint64_t nf_rule_identity(const struct nf_rule *rule) {
    return netfilter_identity(rule->chain->table, rule->handle);
}

uint64_t nf_chain_number(const struct nf_chain *chain) {
    uint64_t number = 0;
    if (chain->handle != 0)
        return chain->handle;
    for (const char *at = chain->name; *at; at++)
        number = number * 31 + (unsigned char)*at;
    return number;
}

// --- The order in which packets meet base chains -------------------------------------------------

// netdev and inet ingress come first and egress last; bridged frames meet the bridge's hooks before
// those of IP.
static int stage_of(const struct nf_chain *chain) {
    if (chain->table->family == NF_FAMILY_NETDEV)
        return chain->hook == 0 ? 0 : 5;
    if (chain->table->family == NF_FAMILY_INET && chain->hook == NF_HOOK_INGRESS)
        return 1;
    if (chain->table->family == NF_FAMILY_BRIDGE)
        return 2;
    return chain->table->family == NF_FAMILY_ARP ? 4 : 3;
}

static int compare_hooks(const void *a, const void *b) {
    const struct nf_chain_row *left = a, *right = b;
    int order = stage_of(left->chain) - stage_of(right->chain);
    if (order == 0)
        order = (left->chain->hook > right->chain->hook) - (left->chain->hook < right->chain->hook);
    if (order == 0)
        order = (left->chain->priority > right->chain->priority) -
                (left->chain->priority < right->chain->priority);
    return order ? order : (left->order > right->order) - (left->order < right->order);
}

static void sort_hooks(struct table *table) {
    struct nf_chain_row *rows = table->rows;
    for (size_t i = 0; i < table->count; i++)
        rows[i].order = (uint32_t)i;
    if (table->count > 0)
        qsort(rows, table->count, sizeof(*rows), compare_hooks);
    for (size_t i = 0; i < table->count; i++)
        rows[i].order = (uint32_t)i + 1;
}

// --- Rows ----------------------------------------------------------------------------------------

// Copies a row of the table's kind into it.
static int put(struct table *table, const void *row) {
    void *added = table_add(table);
    if (!added)
        return -ENOMEM;
    memcpy(added, row, table->kind->row_size);
    return 0;
}

typedef int row_adder(struct table *table, const struct nf_table *part);

static int add_table(struct table *table, const struct nf_table *part) {
    return put(table, &(struct nf_table_row){part});
}

static int add_hooks(struct table *table, const struct nf_table *part) {
    int r = 0;
    for (size_t i = 0; r == 0 && i < part->chain_count; i++) {
        if (part->chains[i].is_base)
            r = put(table, &(struct nf_chain_row){part, &part->chains[i], 0, 0});
    }
    return r;
}

static int add_chains(struct table *table, const struct nf_table *part) {
    uint8_t *reach;
    int r = nf_reach_find(part, &reach);
    if (r < 0)
        return r;
    for (size_t i = 0; r == 0 && i < part->chain_count; i++)
        r = put(table, &(struct nf_chain_row){part, &part->chains[i], 0, reach[i]});
    free(reach);
    return r;
}

static int take_reference(const struct nf_reference *reference, void *user_data) {
    struct table *table = user_data;
    return put(table, &(struct nf_reference_row){reference->chain->table, *reference,
                                                 (uint32_t)table->count + 1});
}

static int add_references(struct table *table, const struct nf_table *part) {
    return nf_reference_find(part, take_reference, table);
}

static int add_chain_rules(struct table *table, const struct nf_table *part,
                           const struct nf_chain *chain) {
    int r = 0;
    for (size_t i = 0; r == 0 && i < chain->rule_count; i++)
        r = put(table, &(struct nf_rule_row){part, chain, &chain->rules[i]});
    return r;
}

static int add_rules(struct table *table, const struct nf_table *part) {
    int r = 0;
    for (size_t i = 0; r == 0 && i < part->chain_count; i++)
        r = add_chain_rules(table, part, &part->chains[i]);
    return r;
}

// Anonymous sets are part of their rules, and shown there.
static bool is_anonymous(const struct nf_set *set) {
    return set->flags & 1;
}

static int add_sets(struct table *table, const struct nf_table *part) {
    int r = 0;
    for (size_t i = 0; r == 0 && i < part->set_count; i++) {
        if (!is_anonymous(&part->sets[i]))
            r = put(table, &(struct nf_set_row){part, &part->sets[i]});
    }
    return r;
}

// The element is shown as if the set had it alone, with what ends it behind it.
int nf_element_add_row(struct table *table, const struct nf_set *set,
                       const struct nf_element *element, const struct nf_element *end) {
    struct nf_element pair[2] = {*element};
    struct nf_set alone = *set;
    struct buffer text = BUFFER_INIT;
    if (end)
        pair[1] = *end;
    alone.elements = pair;
    alone.element_count = end ? 2 : 1;
    nft_element_format(&alone, pair, &text);
    const char *copy = text.failed ? NULL : arena_strdup(&table->arena, buffer_text(&text));
    buffer_done(&text);
    if (!copy)
        return -ENOMEM;
    return put(table, &(struct nf_element_row){set->table, set, element, copy});
}

// The first key above the element's that a neighbour has, in whichever order the kernel told them.
static const struct nf_element *find_end(const struct nf_set *set, size_t i) {
    const struct nf_element *element = &set->elements[i];
    for (int side = 0; side < 2; side++) {
        size_t k = side == 0 ? i - 1 : i + 1;
        if (k < set->element_count && nf_element_is_above(&set->elements[k], element))
            return &set->elements[k];
    }
    return NULL;
}

bool nf_element_is_above(const struct nf_element *element, const struct nf_element *other) {
    return element->key.length > 0 && element->key.length == other->key.length &&
           memcmp(element->key.bytes, other->key.bytes, other->key.length) > 0;
}

int nf_set_add_rows(struct table *table, const struct nf_set *set) {
    int r = 0;
    for (size_t i = 0; r == 0 && i < set->element_count; i++) {
        if (!(set->elements[i].flags & NF_ELEMENT_END))
            r = nf_element_add_row(table, set, &set->elements[i],
                                   set->flags & NF_SET_INTERVAL ? find_end(set, i) : NULL);
    }
    return r;
}

static int add_elements(struct table *table, const struct nf_table *part) {
    int r = 0;
    for (size_t i = 0; r == 0 && i < part->set_count; i++) {
        if (!is_anonymous(&part->sets[i]))
            r = nf_set_add_rows(table, &part->sets[i]);
    }
    return r;
}

static int add_objects(struct table *table, const struct nf_table *part) {
    int r = 0;
    for (size_t i = 0; r == 0 && i < part->object_count; i++)
        r = put(table, &(struct nf_object_row){part, &part->objects[i]});
    return r;
}

static int add_flowtables(struct table *table, const struct nf_table *part) {
    int r = 0;
    for (size_t i = 0; r == 0 && i < part->flowtable_count; i++)
        r = put(table, &(struct nf_flowtable_row){part, &part->flowtables[i]});
    return r;
}

static int take_service(const struct nf_service *service, void *user_data) {
    return put(user_data, &(struct nf_service_row){service->chain->table, *service});
}

static int add_services(struct table *table, const struct nf_table *part) {
    return nf_service_find(part, &table->arena, take_service, table);
}

static const struct {
    const struct kind *kind;
    row_adder *add;
} adders[] = {
    {&nf_table_kind, add_table},      {&nf_hook_kind, add_hooks},
    {&nf_chain_kind, add_chains},     {&nf_rule_kind, add_rules},
    {&nf_set_kind, add_sets},         {&nf_element_kind, add_elements},
    {&nf_object_kind, add_objects},   {&nf_flowtable_kind, add_flowtables},
    {&nf_service_kind, add_services}, {&nf_reference_kind, add_references},
};

int netfilter_add_rows(struct table *table, struct ruleset *ruleset) {
    int r = 0;
    table->ruleset = ruleset_ref(ruleset);
    for (size_t i = 0; i < sizeof(adders) / sizeof(adders[0]); i++) {
        for (size_t t = 0; adders[i].kind == table->kind && r == 0 && t < ruleset->table_count; t++)
            r = adders[i].add(table, ruleset->tables[t]);
    }
    if (r == 0 && table->kind == &nf_hook_kind)
        sort_hooks(table);
    return r;
}
