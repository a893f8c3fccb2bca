// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/ruleset_sample.h"

#include <errno.h>
#include <stdlib.h>

#include "model/netfilter.h"
#include "ruleset/nf_text.h"
#include "source/nft_parse.h"
#include "source/ruleset_cache.h"
#include "source/ruleset_read.h"

struct sampling {
    const uint64_t *identities; // in order
    size_t count;
    source_sample_sink *sink;
    void *user_data;
    struct netlink netlink;
    struct nft_parser parser;
    struct arena arena; // of the rules that were just read
    const struct nf_chain *chain;
};

static int compare_identities(const void *a, const void *b) {
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

// Of all rules, if none were named.
static bool is_wanted(const struct sampling *sampling, const struct nf_rule *rule) {
    uint64_t identity = nf_rule_identity(rule);
    return sampling->count == 0 || bsearch(&identity, sampling->identities, sampling->count,
                                           sizeof(identity), compare_identities);
}

static int give(const struct sampling *sampling, const struct nf_rule *rule) {
    const struct nf_counter *counter = nf_rule_counter(rule);
    if (!counter || !is_wanted(sampling, rule))
        return 0;
    const uint64_t counters[HISTORY_COUNTERS] = {
        [NF_COUNTER_PACKETS] = counter->packets, [NF_COUNTER_BYTES] = counter->bytes};
    return sampling->sink(nf_rule_identity(rule), counters, sampling->user_data);
}

static int take_rule(const struct nlmsghdr *message, void *user_data) {
    struct sampling *sampling = user_data;
    struct nf_rule rule = {0};
    int r = nft_rule_parse(message, &sampling->parser, sampling->chain, &rule);
    return r < 0 ? (r == -ENOMEM ? r : 0) : give(sampling, &rule);
}

// A sample given twice after an interruption is the newer one: nothing has to be undone.
static void restart(void *user_data) {
    (void)user_data;
}

static int sample_chain(struct sampling *sampling, const struct nf_chain *chain,
                        struct error *err) {
    const struct netlink_reader reader = {take_rule, restart, sampling};
    sampling->chain = chain;
    int r = netlink_dump(&sampling->netlink, nft_rules_request(chain), &reader, err);
    arena_done(&sampling->arena);
    // A chain that has gone has no counters.
    return r == -ENOENT || r == -EINTR ? 0 : r;
}

static bool has_wanted(const struct sampling *sampling, const struct nf_chain *chain) {
    for (size_t i = 0; i < chain->rule_count; i++) {
        if (is_wanted(sampling, &chain->rules[i]))
            return true;
    }
    return false;
}

static int sample_ruleset(struct sampling *sampling, const struct ruleset *ruleset,
                          struct error *err) {
    int r = 0;
    for (size_t t = 0; t < ruleset->table_count; t++) {
        const struct nf_table *table = ruleset->tables[t];
        if (table->backend != NF_BACKEND_NFTABLES)
            continue;
        for (size_t i = 0; r == 0 && i < table->chain_count; i++) {
            if (has_wanted(sampling, &table->chains[i]))
                r = sample_chain(sampling, &table->chains[i], err);
        }
    }
    return r;
}

static int sample_sorted(const struct source_request *request, struct sampling *sampling,
                         struct ruleset *ruleset, struct error *err) {
    int r = netlink_open(&sampling->netlink, request->netns, NETLINK_NETFILTER, err);
    if (r < 0)
        return r;
    sampling->parser = (struct nft_parser){.arena = &sampling->arena, .ruleset = ruleset};
    r = sample_ruleset(sampling, ruleset, err);
    netlink_close(&sampling->netlink);
    return r;
}

int ruleset_sample_rules(const struct source_request *request, const uint64_t *identities,
                         size_t count, source_sample_sink *sink, void *user_data,
                         struct error *err) {
    struct ruleset *ruleset = ruleset_newest(request->netns);
    uint64_t *sorted = calloc(count + 1, sizeof(*sorted));
    struct sampling sampling = {
        .identities = sorted, .count = count, .sink = sink, .user_data = user_data};
    int r = sorted ? 0 : error_set(err, -ENOMEM, "out of memory");
    if (r == 0 && ruleset) { // else nobody shows rules
        if (count > 0)
            memcpy(sorted, identities, count * sizeof(*sorted));
        qsort(sorted, count, sizeof(*sorted), compare_identities);
        r = sample_sorted(request, &sampling, ruleset, err);
    }
    free(sorted);
    ruleset_unref(ruleset);
    return r;
}
