// SPDX-License-Identifier: GPL-2.0-or-later
#include "ruleset/service.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ruleset/service_rule.h"

#define DEPTH_MAX    16       // of jumps, as the kernel has it (NFT_JUMP_STACK_SIZE)
#define STEPS_MAX    1000000  // rules that are looked at for one service
#define STEPS_ALL    20000000 // and for all of a table, or so many for each of its rules:
#define STEPS_A_RULE 1000
#define BACKENDS_MAX 65536 // of one service
#define RANGE_MAX    1024  // addresses that one rule translates to
#define MAP          0x8   // linux/netfilter/nf_tables.h NFT_SET_MAP
#define VERDICTS     0xffffff00U

// What is known of a chain so far.
enum { CHAIN_SEEN = 1, CHAIN_WITHOUT_BACKENDS = 2 };

struct finder {
    const struct nf_table *table;
    struct arena *arena;
    nf_service_sink *sink;
    void *user_data;
    uint8_t *chains; // CHAIN_* of each of the table's chains
    bool *sets;      // of each of the table's: its elements were gone through
    struct nf_backend_share *backends;
    size_t count, capacity;
    size_t steps, all_steps; // that may still be made: for one, and for all
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

static void step_address(struct address *address) {
    for (size_t i = address_size(address); i-- > 0;) {
        if (++address->bytes[i] != 0)
            return;
    }
}

// The kernel chooses one of the addresses by a hash of the client's: each gets as many.
static void add_range(struct finder *finder, const struct service_rule *rule, double share) {
    size_t length = address_size(&rule->to), count = 1;
    struct address address = rule->to;
    for (;
         count < RANGE_MAX && length > 0 && memcmp(address.bytes, rule->to_last.bytes, length) < 0;
         count++)
        step_address(&address);
    address = rule->to;
    for (size_t i = 0; i < count; i++, step_address(&address))
        add_backend(finder, &address, rule->to_port, share / (double)count);
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

// Chains that lead to one another in many ways must not hold us up.
static bool may_step(struct finder *finder) {
    if (finder->steps == 0 || finder->all_steps == 0 || finder->failed)
        return false;
    finder->steps--;
    finder->all_steps--;
    return true;
}

// Adds the backends that a rule leads to; false if to none.
static bool walk_target(struct finder *finder, const struct service_rule *rule, double share,
                        unsigned depth) {
    size_t before = finder->count;
    switch (rule->target) {
    case SERVICE_TARGET_NONE:
    case SERVICE_TARGET_REJECT:
    case SERVICE_TARGET_KEYED: // as many services as there are elements: find_by_key
    case SERVICE_TARGET_DNAT_KEYED:
        break;
    case SERVICE_TARGET_CHAIN:
        walk_chain(finder, rule->chain, share, depth + 1);
        break;
    case SERVICE_TARGET_SHARED:
    case SERVICE_TARGET_DNAT_SHARED:
        walk_map(finder, rule, share, depth);
        break;
    case SERVICE_TARGET_DNAT:
        add_range(finder, rule, share);
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
        if (!may_step(finder))
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
        if (!may_step(finder))
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
    finder->steps = STEPS_MAX;
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

// A service under way: what is the same for all destinations of a rule.
struct found {
    struct finder *finder;
    const struct nf_set *set;        // of its elements; NULL: none
    const struct service_rule *read; // NULL: a map that no rule was seen to look at
    struct nf_service service;
};

static int hand_over_at(struct found *found, const struct service_destination *destination) {
    struct nf_service service = found->service;
    service.address = destination->address;
    service.port_min = destination->port_min;
    service.port_max = destination->port_max;
    service.protocol = destination->protocol;
    return hand_over(found->finder, &service);
}

// The same for each port of a list.
static int hand_over_ports(struct found *found, const struct service_destination *destination) {
    const struct service_rule *read = found->read;
    struct service_destination one = *destination;
    if (!read || read->port_count == 0)
        return hand_over_at(found, destination);
    int r = 0;
    for (size_t i = 0; r == 0 && i < read->port_count; i++) {
        one.port_min = read->ports[i][0];
        one.port_max = read->ports[i][1];
        r = hand_over_at(found, &one);
    }
    return r;
}

// --- By the elements of a set or map -------------------------------------------------------------

// To what the element leads. Returns false if to nothing.
static bool walk_element(const struct found *found, const struct nf_element *element) {
    struct finder *finder = found->finder;
    enum service_target target = found->read ? found->read->target : SERVICE_TARGET_KEYED;
    struct address address;
    uint16_t port = 0;
    begin(finder);
    if (target == SERVICE_TARGET_KEYED) {
        if (element->has_verdict && element->verdict.chain)
            walk_chain(finder, element->verdict.chain, 1, 0);
        return finder->count > 0 || found->service.rejected;
    }
    if (target != SERVICE_TARGET_DNAT_KEYED)
        return walk_target(finder, found->read, 1, 0) || found->service.rejected;
    if (!element->data.bytes)
        return false;
    service_target_parse(&element->data, &address, &port);
    add_backend(finder, &address, port, 1);
    return true;
}

static int take_element(const struct nf_element *element,
                        const struct service_destination *destination, void *user_data) {
    struct found *found = user_data;
    struct finder *finder = found->finder;
    const struct nf_chain *chain = element->has_verdict ? element->verdict.chain : NULL;
    if (!walk_element(found, element))
        return finder->failed ? -ENOMEM : 0;
    struct found one = *found;
    if (chain) {
        one.service.chain = chain;
        one.service.handle = found->set->handle;
    }
    if (element->comment)
        one.service.name = arena_strdup(finder->arena, element->comment);
    else if (chain)
        one.service.name = name_by_chain(finder, chain->name);
    return one.service.chain ? hand_over_ports(&one, destination) : 0;
}

// Maps of services without backends are kube-proxy's, and are called so.
static int find_by_key(struct found *found, const struct service_key *key,
                       const struct service_destination *base) {
    found->set = key->set;
    found->service.rejected |= begins_with(key->set->name, "no-endpoint-");
    found->finder->sets[key->set - found->finder->table->sets] = true;
    return service_key_each(key, base, take_element, found);
}

// Verdict maps of destinations that no rule was seen to look at.
static int find_by_sets(struct finder *finder) {
    int r = 0;
    for (size_t i = 0; r == 0 && i < finder->table->set_count; i++) {
        const struct nf_set *set = &finder->table->sets[i];
        const struct service_destination any = {.protocol = 0};
        struct found found = {.finder = finder};
        struct service_key key;
        if (set->flags & MAP && set->data_type == VERDICTS && !finder->sets[i] &&
            service_key_of_types(set, &key))
            r = find_by_key(&found, &key, &any);
    }
    return r;
}

// --- By rules ------------------------------------------------------------------------------------

static int find_by_rule(struct finder *finder, const struct nf_rule *rule, bool any) {
    struct service_rule read;
    service_rule_read(rule, &read);
    if (!read.to_destination && !any)
        return 0;
    bool rejected = read.target == SERVICE_TARGET_REJECT && rule->comment &&
                    strstr(rule->comment, " has no endpoints");
    struct found found = {.finder = finder,
                          .read = &read,
                          .service = {.chain = rule->chain,
                                      .rejected = rejected,
                                      .handle = rule->handle,
                                      .name = rule->comment
                                                  ? name_by_comment(finder, rule)
                                                  : name_by_chain(finder, rule->chain->name)}};
    if (read.target == SERVICE_TARGET_NONE)
        return 0;
    // A map is one service for each of its elements, however many rules look at it.
    if (read.key.set)
        return read.target == SERVICE_TARGET_KEYED &&
                       finder->sets[read.key.set - finder->table->sets]
                   ? 0
                   : find_by_key(&found, &read.key, &read.destination);
    begin(finder);
    if (!walk_target(finder, &read, 1, 0) && !rejected)
        return finder->failed ? -ENOMEM : 0;
    return hand_over_ports(&found, &read.destination);
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

static size_t most_steps(const struct nf_table *table) {
    size_t rules = 1;
    for (size_t i = 0; i < table->chain_count; i++)
        rules += table->chains[i].rule_count;
    return rules < STEPS_ALL / STEPS_A_RULE ? rules * STEPS_A_RULE : STEPS_ALL;
}

int nf_service_find(const struct nf_table *table, struct arena *arena, nf_service_sink *sink,
                    void *user_data) {
    struct finder finder = {
        .table = table,
        .arena = arena,
        .sink = sink,
        .user_data = user_data,
        .all_steps = most_steps(table),
        .chains = calloc(table->chain_count + 1, 1),
        .sets = calloc(table->set_count + 1, sizeof(bool)),
    };
    int r = finder.chains && finder.sets ? find_by_rules(&finder) : -ENOMEM;
    if (r == 0)
        r = find_by_sets(&finder);
    if (r == 0)
        r = find_rest(&finder);
    free(finder.backends);
    free(finder.chains);
    free(finder.sets);
    return r;
}
