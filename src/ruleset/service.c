// SPDX-License-Identifier: GPL-2.0-or-later
#include "ruleset/service.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ruleset/service_rule.h"

#define DEPTH_MAX    16      // of jumps, as the kernel has it (NFT_JUMP_STACK_SIZE)
#define STEPS_MAX    1000000 // rules that are looked at for one service
#define BACKENDS_MAX 65536   // of one service
#define MAP          0x8     // linux/netfilter/nf_tables.h NFT_SET_MAP
#define VERDICTS     0xffffff00U

// What is known of a chain so far.
enum { CHAIN_SEEN = 1, CHAIN_WITHOUT_BACKENDS = 2 };

struct finder {
    const struct nf_table *table;
    struct arena *arena;
    nf_service_sink *sink;
    void *user_data;
    uint8_t *chains; // CHAIN_* of each of the table's chains
    struct nf_backend_share *backends;
    size_t count, capacity;
    size_t steps;
    bool affinity, restricted;
    bool failed; // memory is out
};

// --- Backends and their shares -------------------------------------------------------------------

static void add_backend(struct finder *finder, const struct address *address, uint16_t port,
                        double share) {
    if (finder->count == BACKENDS_MAX)
        return;
    if (finder->count == finder->capacity) {
        size_t capacity = finder->capacity ? finder->capacity * 2 : 16;
        void *grown = reallocarray(finder->backends, capacity, sizeof(*finder->backends));
        if (!grown) {
            finder->failed = true;
            return;
        }
        finder->backends = grown;
        finder->capacity = capacity;
    }
    finder->backends[finder->count++] = (struct nf_backend_share){*address, port, share};
}

static void walk_chain(struct finder *finder, const struct nf_chain *chain, double share,
                       unsigned depth);

static void walk_map(struct finder *finder, const struct service_rule *rule, double share,
                     unsigned depth) {
    double part = share / (rule->modulus > 0 ? rule->modulus : 1);
    for (size_t i = 0; i < rule->set->element_count; i++) {
        const struct nf_element *element = &rule->set->elements[i];
        struct address address;
        uint16_t port = 0;
        if (element->has_verdict && element->verdict.chain)
            walk_chain(finder, element->verdict.chain, part, depth + 1);
        if (rule->target != SERVICE_TARGET_DNAT_SHARED || !element->data.bytes)
            continue;
        service_target_parse(&element->data, &address, &port);
        add_backend(finder, &address, port, part);
    }
}

// Adds the backends that a rule leads to; false if to none.
static bool walk_target(struct finder *finder, const struct service_rule *rule, double share,
                        unsigned depth) {
    size_t before = finder->count;
    switch (rule->target) {
    case SERVICE_TARGET_NONE:
    case SERVICE_TARGET_REJECT:
        break;
    case SERVICE_TARGET_CHAIN:
        walk_chain(finder, rule->chain, share, depth + 1);
        break;
    case SERVICE_TARGET_SHARED:
    case SERVICE_TARGET_DNAT_SHARED:
        walk_map(finder, rule, share, depth);
        break;
    case SERVICE_TARGET_DNAT:
        add_backend(finder, &rule->to, rule->to_port, share);
        break;
    }
    return finder->count > before;
}

// Of a chain that sends on the packets of some clients only: the first rule that does.
static void walk_restricted(struct finder *finder, const struct nf_chain *chain, double share,
                            unsigned depth) {
    bool found = false;
    for (size_t i = 0; i < chain->rule_count && !found; i++) {
        struct service_rule rule;
        if (finder->steps++ > STEPS_MAX || finder->failed)
            return;
        service_rule_read(&chain->rules[i], &rule);
        found = rule.conditional && !rule.affinity && !rule.to_destination &&
                walk_target(finder, &rule, share, depth);
    }
    finder->restricted |= found;
}

// A rule for some packets only is another service, or what a client had before; the others share
// out what comes by.
static void walk_chain(struct finder *finder, const struct nf_chain *chain, double share,
                       unsigned depth) {
    uint8_t *known = &finder->chains[chain - finder->table->chains];
    size_t before = finder->count;
    double left = share;
    *known |= CHAIN_SEEN;
    if (depth > DEPTH_MAX || *known & CHAIN_WITHOUT_BACKENDS)
        return;
    for (size_t i = 0; i < chain->rule_count && left > 0; i++) {
        struct service_rule rule;
        if (finder->steps++ > STEPS_MAX || finder->failed)
            return;
        service_rule_read(&chain->rules[i], &rule);
        finder->affinity |= rule.affinity;
        if (!rule.conditional && !rule.to_destination &&
            walk_target(finder, &rule, left * rule.probability, depth))
            left *= 1 - rule.probability;
    }
    if (finder->count == before)
        walk_restricted(finder, chain, share, depth);
    if (finder->count == before)
        *known |= CHAIN_WITHOUT_BACKENDS;
}

static void begin(struct finder *finder) {
    finder->count = 0;
    finder->steps = 0;
    finder->affinity = finder->restricted = false;
}

// --- Names ---------------------------------------------------------------------------------------

static bool begins_with(const char *text, const char *with) {
    return strncmp(text, with, strlen(with)) == 0;
}

static const char *origin_of(const struct nf_chain *chain) {
    static const struct {
        const char *prefix, *origin;
    } origins[] = {
        {"KUBE-", "kube-proxy"},     {"DOCKER", "Docker"},   {"CNI-", "CNI portmap"},
        {"nv_", "Podman"},           {"NETAVARK", "Podman"}, {"service-", "kube-proxy"},
        {"external-", "kube-proxy"},
    };
    for (size_t i = 0; i < sizeof(origins) / sizeof(origins[0]); i++) {
        if (begins_with(chain->name, origins[i].prefix))
            return origins[i].origin;
    }
    return chain->table->manager;
}

// kube-proxy's comments are "namespace/name:port" and words behind it.
static const char *name_by_comment(struct finder *finder, const struct nf_rule *rule) {
    const char *origin = origin_of(rule->chain);
    bool first_word = origin && strcmp(origin, "kube-proxy") == 0;
    return arena_strndup(finder->arena, rule->comment,
                         first_word ? strcspn(rule->comment, " ") : strlen(rule->comment));
}

// "service-HASH-namespace/name/protocol/port", of kube-proxy with nftables.
static const char *name_by_chain(struct finder *finder, const char *chain) {
    if (!begins_with(chain, "service-") && !begins_with(chain, "external-"))
        return NULL;
    const char *hash = strchr(chain, '-') + 1;
    const char *name = strchr(hash, '-');
    const char *protocol = name ? strrchr(name, '/') : NULL;
    if (!protocol || protocol == name)
        return NULL;
    const char *port = protocol + 1;
    while (protocol > name && *--protocol != '/')
        ;
    if (protocol == name)
        return NULL;
    return arena_printf(finder->arena, "%.*s%s%s", (int)(protocol - name - 1), name + 1,
                        *port ? ":" : "", port);
}

// --- Services ------------------------------------------------------------------------------------

static int hand_over(struct finder *finder, struct nf_service *service) {
    service->backends =
        arena_copy(finder->arena, finder->backends, finder->count * sizeof(*finder->backends));
    if (finder->failed || (finder->count > 0 && !service->backends))
        return -ENOMEM;
    service->backend_count = finder->count;
    service->affinity = finder->affinity;
    service->restricted = finder->restricted;
    service->origin = origin_of(service->chain);
    return finder->sink(service, finder->user_data);
}

static int find_by_rule(struct finder *finder, const struct nf_rule *rule, bool any) {
    struct service_rule read;
    service_rule_read(rule, &read);
    if (!read.to_destination && !any)
        return 0;
    begin(finder);
    bool rejected = read.target == SERVICE_TARGET_REJECT && rule->comment &&
                    strstr(rule->comment, " has no endpoints");
    if (!walk_target(finder, &read, 1, 0) && !rejected)
        return finder->failed ? -ENOMEM : 0;
    struct nf_service service = {
        .chain = rule->chain,
        .name = rule->comment ? name_by_comment(finder, rule)
                              : name_by_chain(finder, rule->chain->name),
        .address = read.address,
        .port_min = read.port_min,
        .port_max = read.port_max,
        .protocol = read.protocol,
        .rejected = rejected,
        .handle = rule->handle,
    };
    return hand_over(finder, &service);
}

// The types of a key, by sixes of bits: ipv4_addr is 7, ipv6_addr 8, inet_proto 12, inet_service
// 13. Each part has whole words.
static bool read_key(const struct nf_set *set, const struct nf_element *element,
                     struct nf_service *service) {
    const uint8_t *at = element->key.bytes;
    uint32_t address = set->key_type == (7 << 12 | 12 << 6 | 13)   ? 4
                       : set->key_type == (8 << 12 | 12 << 6 | 13) ? 16
                                                                   : 0;
    if (!at || (address == 0 && set->key_type != (12 << 6 | 13)) ||
        element->key.length != address + 8)
        return false;
    service->address.address = address_from_bytes(at, address);
    service->address.length = (uint8_t)(address * 8);
    service->protocol = at[address];
    service->port_min = service->port_max = (uint16_t)(at[address + 4] << 8 | at[address + 5]);
    return true;
}

static int find_by_element(struct finder *finder, const struct nf_set *set,
                           const struct nf_element *element) {
    const struct nf_chain *chain = element->verdict.chain;
    struct nf_service service = {.chain = chain, .handle = set->handle};
    service.rejected = begins_with(set->name, "no-endpoint-");
    if (!element->has_verdict || !chain || !read_key(set, element, &service))
        return 0;
    begin(finder);
    walk_chain(finder, chain, 1, 0);
    if (finder->count == 0 && !service.rejected)
        return finder->failed ? -ENOMEM : 0;
    service.name = element->comment ? arena_strdup(finder->arena, element->comment)
                                    : name_by_chain(finder, chain->name);
    return hand_over(finder, &service);
}

static int find_by_sets(struct finder *finder) {
    int r = 0;
    for (size_t i = 0; i < finder->table->set_count; i++) {
        const struct nf_set *set = &finder->table->sets[i];
        if (!(set->flags & MAP) || set->data_type != VERDICTS)
            continue;
        for (size_t k = 0; r == 0 && k < set->element_count; k++)
            r = find_by_element(finder, set, &set->elements[k]);
    }
    return r;
}

static int find_by_rules(struct finder *finder) {
    int r = 0;
    for (size_t i = 0; i < finder->table->chain_count; i++) {
        const struct nf_chain *chain = &finder->table->chains[i];
        for (size_t k = 0; r == 0 && k < chain->rule_count; k++)
            r = find_by_rule(finder, &chain->rules[k], false);
    }
    return r;
}

// A chain to which nothing led that is known: its map's elements were not read, or it is a rule
// for every packet that comes by.
static int find_rest(struct finder *finder) {
    int r = 0;
    for (size_t i = 0; i < finder->table->chain_count; i++) {
        const struct nf_chain *chain = &finder->table->chains[i];
        for (size_t k = 0; r == 0 && !(finder->chains[i] & CHAIN_SEEN) && k < chain->rule_count;
             k++) {
            struct service_rule read;
            service_rule_read(&chain->rules[k], &read);
            bool ends = read.target == SERVICE_TARGET_DNAT ||
                        read.target == SERVICE_TARGET_SHARED ||
                        read.target == SERVICE_TARGET_DNAT_SHARED;
            if (ends && !read.to_destination)
                r = find_by_rule(finder, &chain->rules[k], true);
        }
    }
    return r;
}

int nf_service_find(const struct nf_table *table, struct arena *arena, nf_service_sink *sink,
                    void *user_data) {
    struct finder finder = {
        .table = table,
        .arena = arena,
        .sink = sink,
        .user_data = user_data,
        .chains = calloc(table->chain_count + 1, 1),
    };
    if (!finder.chains)
        return -ENOMEM;
    int r = find_by_rules(&finder);
    if (r == 0)
        r = find_by_sets(&finder);
    if (r == 0)
        r = find_rest(&finder);
    free(finder.backends);
    free(finder.chains);
    return r;
}
