// SPDX-License-Identifier: GPL-2.0-or-later
#include "ruleset/ruleset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct ruleset *ruleset_new(void) {
    struct ruleset *ruleset = calloc(1, sizeof(*ruleset));
    if (ruleset)
        atomic_init(&ruleset->references, 1);
    return ruleset;
}

struct ruleset *ruleset_ref(struct ruleset *ruleset) {
    atomic_fetch_add_explicit(&ruleset->references, 1, memory_order_relaxed);
    return ruleset;
}

struct ruleset *ruleset_ref_alive(struct ruleset *ruleset) {
    unsigned count = atomic_load(&ruleset->references);
    while (count > 0) {
        if (atomic_compare_exchange_weak(&ruleset->references, &count, count + 1))
            return ruleset;
    }
    return NULL;
}

void ruleset_unref(struct ruleset *ruleset) {
    if (!ruleset || atomic_fetch_sub_explicit(&ruleset->references, 1, memory_order_acq_rel) > 1)
        return;
    if (ruleset->forget)
        ruleset->forget(ruleset);
    for (size_t i = 0; i < ruleset->table_count; i++)
        nf_table_unref(ruleset->tables[i]);
    ruleset_names_unref(ruleset->names);
    free(ruleset->tables);
    free(ruleset);
}

static int make_room(struct ruleset *ruleset) {
    if (ruleset->table_count < ruleset->table_capacity)
        return 0;
    size_t capacity = ruleset->table_capacity ? ruleset->table_capacity * 2 : 8;
    void *tables = reallocarray(ruleset->tables, capacity, sizeof(struct nf_table *));
    if (!tables)
        return -ENOMEM;
    ruleset->tables = tables;
    ruleset->table_capacity = capacity;
    return 0;
}

int ruleset_add_table(struct ruleset *ruleset, struct nf_table *table) {
    if (!table || make_room(ruleset) < 0) {
        nf_table_unref(table);
        return -ENOMEM;
    }
    ruleset->tables[ruleset->table_count++] = table;
    return 0;
}

const struct nf_table *ruleset_table(const struct ruleset *ruleset, uint8_t family,
                                     enum nf_backend backend, const char *name) {
    for (size_t i = 0; i < ruleset->table_count; i++) {
        const struct nf_table *table = ruleset->tables[i];
        if (table->family == family && table->backend == backend && strcmp(table->name, name) == 0)
            return table;
    }
    return NULL;
}

// --- Tables --------------------------------------------------------------------------------------

struct nf_table *nf_table_new(void) {
    struct nf_table *table = calloc(1, sizeof(*table));
    if (!table)
        return NULL;
    atomic_init(&table->references, 1);
    atomic_flag_clear(&table->texts_lock);
    return table;
}

struct nf_table *nf_table_ref(struct nf_table *table) {
    atomic_fetch_add_explicit(&table->references, 1, memory_order_relaxed);
    return table;
}

void nf_table_unref(struct nf_table *table) {
    if (!table || atomic_fetch_sub_explicit(&table->references, 1, memory_order_acq_rel) > 1)
        return;
    arena_done(&table->texts);
    arena_done(&table->arena);
    ruleset_names_unref(table->names);
    free(table);
}

// --- Names ---------------------------------------------------------------------------------------

// What has a name, in an array of structs of that size, with the name at that offset.
struct named {
    const char *items;
    size_t size, offset, count;
};

#define NAMED(array, item_count) \
    { (const char *)(array), sizeof(*(array)), offsetof(__typeof__(*(array)), name), (item_count) }

static const char *name_of(const struct named *named, size_t i) {
    return *(const char *const *)(const void *)(named->items + i * named->size + named->offset);
}

// FNV-1a, 32 bits.
static size_t hash_name(const char *name) {
    uint32_t hash = UINT32_C(2166136261);
    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * UINT32_C(16777619);
    return hash;
}

static int make_index(const struct named *named, struct arena *arena, struct nf_name_index *ret) {
    size_t size = 16;
    while (size < named->count * 2)
        size *= 2;
    uint32_t *places = arena_alloc(arena, size * sizeof(*places));
    if (!places)
        return -ENOMEM;
    for (size_t i = 0; i < named->count; i++) {
        size_t place = hash_name(name_of(named, i)) & (size - 1);
        while (places[place] != 0)
            place = (place + 1) & (size - 1);
        places[place] = (uint32_t)i + 1;
    }
    *ret = (struct nf_name_index){places, size};
    return 0;
}

int nf_table_index(struct nf_table *table) {
    const struct named chains = NAMED(table->chains, table->chain_count);
    const struct named sets = NAMED(table->sets, table->set_count);
    int r = make_index(&chains, &table->arena, &table->chain_index);
    return r == 0 ? make_index(&sets, &table->arena, &table->set_index) : r;
}

// Returns the number of the item, from 1; 0: there is none.
static size_t find_indexed(const struct named *named, const struct nf_name_index *index,
                           const char *name) {
    size_t place = hash_name(name) & (index->size - 1);
    for (; index->places[place] != 0; place = (place + 1) & (index->size - 1)) {
        if (strcmp(name_of(named, index->places[place] - 1), name) == 0)
            return index->places[place];
    }
    return 0;
}

static size_t find_named(const struct named *named, const struct nf_name_index *index,
                         const char *name) {
    if (index->size > 0)
        return find_indexed(named, index, name);
    for (size_t i = 0; i < named->count; i++) {
        if (strcmp(name_of(named, i), name) == 0)
            return i + 1;
    }
    return 0;
}

bool nf_table_is_of_trace(const struct nf_table *table) {
    return strncmp(table->name, NF_TRACE_TABLE, strlen(NF_TRACE_TABLE)) == 0;
}

const struct nf_chain *nf_table_chain(const struct nf_table *table, const char *name) {
    const struct named chains = NAMED(table->chains, table->chain_count);
    size_t number = find_named(&chains, &table->chain_index, name);
    return number > 0 ? &table->chains[number - 1] : NULL;
}

const struct nf_set *nf_table_set(const struct nf_table *table, const char *name) {
    const struct named sets = NAMED(table->sets, table->set_count);
    size_t number = find_named(&sets, &table->set_index, name);
    return number > 0 ? &table->sets[number - 1] : NULL;
}

// --- Numbers and their names -----------------------------------------------------------------

const char *nf_family_name(uint8_t family) {
    switch ((enum nf_family)family) {
    case NF_FAMILY_UNSPEC:
        return NULL;
    case NF_FAMILY_INET:
        return "inet";
    case NF_FAMILY_IP:
        return "ip";
    case NF_FAMILY_ARP:
        return "arp";
    case NF_FAMILY_NETDEV:
        return "netdev";
    case NF_FAMILY_BRIDGE:
        return "bridge";
    case NF_FAMILY_IP6:
        return "ip6";
    }
    return NULL;
}

// linux/netfilter.h enum nf_inet_hooks (of a bridge, too), linux/netfilter_arp.h NF_ARP_*,
// linux/netfilter.h enum nf_dev_hooks
static const char *const inet_hooks[] = {"prerouting", "input",       "forward",
                                         "output",     "postrouting", "ingress"};
static const char *const arp_hooks[] = {"input", "output", "forward"};
static const char *const netdev_hooks[] = {"ingress", "egress"};

const char *nf_hook_name(uint8_t family, uint32_t hook) {
    if (family == NF_FAMILY_ARP)
        return hook < 3 ? arp_hooks[hook] : NULL;
    if (family == NF_FAMILY_NETDEV)
        return hook < 2 ? netdev_hooks[hook] : NULL;
    return hook < 6 ? inet_hooks[hook] : NULL;
}
