// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/ruleset_sample.h"

#include <errno.h>
#include <stdlib.h>

#include <linux/netfilter/nf_tables.h>

#include "model/netfilter.h"
#include "ruleset/nf_text.h"
#include "source/legacy.h"
#include "source/nft_parse.h"
#include "source/ruleset_cache.h"
#include "source/ruleset_read.h"

struct sampling {
    const struct netns *netns;
    const uint64_t *identities; // in order
    size_t count;
    source_sample_sink *sink;
    void *user_data;
    struct netlink netlink;
    struct nft_parser parser;
    struct arena arena; // of what was just read
    const struct nf_chain *chain;
};

static int compare_identities(const void *a, const void *b) {
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

// Every one is, if none were named.
static bool is_wanted(const struct sampling *sampling, uint64_t identity) {
    return sampling->count == 0 || bsearch(&identity, sampling->identities, sampling->count,
                                           sizeof(identity), compare_identities);
}

static int give(const struct sampling *sampling, uint64_t identity,
                const struct nf_counter *counter) {
    if (!counter || !is_wanted(sampling, identity))
        return 0;
    const uint64_t counters[HISTORY_COUNTERS] = {
        [NF_COUNTER_PACKETS] = counter->packets, [NF_COUNTER_BYTES] = counter->bytes};
    return sampling->sink(identity, counters, sampling->user_data);
}

// A sample given twice after an interruption is the newer one: nothing has to be undone.
static void restart(void *user_data) {
    (void)user_data;
}

// What has gone has no counters.
static int forgive_gone(int r) {
    return r == -ENOENT || r == -EINTR ? 0 : r;
}

// --- Rules ---------------------------------------------------------------------------------------

static int give_rule(const struct sampling *sampling, const struct nf_rule *rule) {
    return give(sampling, nf_rule_identity(rule), nf_rule_counter(rule));
}

static bool has_wanted_rule(const struct sampling *sampling, const struct nf_chain *chain) {
    for (size_t i = 0; i < chain->rule_count; i++) {
        if (is_wanted(sampling, nf_rule_identity(&chain->rules[i])))
            return true;
    }
    return false;
}

static int take_rule(const struct nlmsghdr *message, void *user_data) {
    struct sampling *sampling = user_data;
    struct nf_rule rule = {0};
    int r = nft_rule_parse(message, &sampling->parser, sampling->chain, &rule);
    return r < 0 ? (r == -ENOMEM ? r : 0) : give_rule(sampling, &rule);
}

static int ask_for_rules(struct sampling *sampling, const struct nf_chain *chain,
                         struct error *err) {
    const struct netlink_reader reader = {take_rule, restart, sampling};
    return netlink_dump(&sampling->netlink, nft_rules_request(chain), &reader, err);
}

static int give_rules(const struct sampling *sampling, const struct nf_chain *chain) {
    int r = 0;
    for (size_t i = 0; r == 0 && i < chain->rule_count; i++)
        r = give_rule(sampling, &chain->rules[i]);
    return r;
}

// --- Policies of base chains ---------------------------------------------------------------------

static bool has_wanted_policy(const struct sampling *sampling, const struct nf_chain *chain) {
    return chain->has_counter && is_wanted(sampling, nf_chain_identity(chain));
}

static int give_policy(const struct sampling *sampling, const struct nf_chain *chain) {
    return give(sampling, nf_chain_identity(chain), chain->has_counter ? &chain->counter : NULL);
}

static int take_chain(const struct nlmsghdr *message, void *user_data) {
    struct sampling *sampling = user_data;
    struct nf_chain chain = {0};
    int r = nft_chain_parse(message, &sampling->parser, &chain);
    return r < 0 ? (r == -ENOMEM ? r : 0) : give_policy(sampling, &chain);
}

static int ask_for_policy(struct sampling *sampling, const struct nf_chain *chain,
                          struct error *err) {
    return netlink_get(&sampling->netlink, nft_chain_request(chain), take_chain, sampling, err);
}

// --- What is sampled -----------------------------------------------------------------------------

// Of a chain: whether something of it is wanted; the question for it to nftables; and what is given
// of a chain that was read just now.
struct subject {
    bool (*has_wanted)(const struct sampling *sampling, const struct nf_chain *chain);
    int (*ask)(struct sampling *sampling, const struct nf_chain *chain, struct error *err);
    int (*give)(const struct sampling *sampling, const struct nf_chain *chain);
};
static const struct subject rules = {has_wanted_rule, ask_for_rules, give_rules};
static const struct subject policies = {has_wanted_policy, ask_for_policy, give_policy};

static int sample_chain(struct sampling *sampling, const struct subject *subject,
                        const struct nf_chain *chain, struct error *err) {
    sampling->chain = chain;
    int r = subject->ask(sampling, chain, err);
    arena_done(&sampling->arena);
    return forgive_gone(r);
}

// Of a legacy table the kernel gives all or nothing.
static int sample_legacy(const struct sampling *sampling, const struct subject *subject,
                         const struct nf_table *table, struct error *err) {
    struct nf_table *now = NULL;
    int r = legacy_read_table(sampling->netns, table->family, table->name, &now, err);
    for (size_t i = 0; r == 0 && i < now->chain_count; i++)
        r = subject->give(sampling, &now->chains[i]);
    nf_table_unref(now);
    return forgive_gone(r);
}

static int sample_table(struct sampling *sampling, const struct subject *subject,
                        const struct nf_table *table, struct error *err) {
    int r = 0;
    for (size_t i = 0; r == 0 && i < table->chain_count; i++) {
        const struct nf_chain *chain = &table->chains[i];
        if (!subject->has_wanted(sampling, chain))
            continue;
        if (table->backend == NF_BACKEND_LEGACY)
            return sample_legacy(sampling, subject, table, err);
        r = sample_chain(sampling, subject, chain, err);
    }
    return r;
}

static int sample_tables(struct sampling *sampling, const struct subject *subject,
                         struct ruleset *ruleset, struct error *err) {
    int r = netlink_open(&sampling->netlink, sampling->netns, NETLINK_NETFILTER, err);
    if (r < 0)
        return r;
    sampling->parser = (struct nft_parser){.arena = &sampling->arena, .ruleset = ruleset};
    for (size_t i = 0; r == 0 && i < ruleset->table_count; i++)
        r = sample_table(sampling, subject, ruleset->tables[i], err);
    netlink_close(&sampling->netlink);
    return r;
}

static int sample(const struct source_request *request, const struct subject *subject,
                  const uint64_t *identities, size_t count, source_sample_sink *sink,
                  void *user_data, struct error *err) {
    struct ruleset *ruleset = ruleset_newest(request->netns);
    uint64_t *sorted = calloc(count + 1, sizeof(*sorted));
    struct sampling sampling = {.netns = request->netns,
                                .identities = sorted,
                                .count = count,
                                .sink = sink,
                                .user_data = user_data};
    int r = sorted ? 0 : error_set(err, -ENOMEM, "out of memory");
    if (r == 0 && ruleset) { // else nobody shows any
        if (count > 0)
            memcpy(sorted, identities, count * sizeof(*sorted));
        qsort(sorted, count, sizeof(*sorted), compare_identities);
        r = sample_tables(&sampling, subject, ruleset, err);
    }
    free(sorted);
    ruleset_unref(ruleset);
    return r;
}

int ruleset_sample_rules(const struct source_request *request, const uint64_t *identities,
                         size_t count, source_sample_sink *sink, void *user_data,
                         struct error *err) {
    return sample(request, &rules, identities, count, sink, user_data, err);
}

int ruleset_sample_policies(const struct source_request *request, const uint64_t *identities,
                            size_t count, source_sample_sink *sink, void *user_data,
                            struct error *err) {
    return sample(request, &policies, identities, count, sink, user_data, err);
}
