// SPDX-License-Identifier: GPL-2.0-or-later
// The rules of a table. One GETRULE dump is the quickest way to few rules. Of many it is not: for
// each 32 KB the kernel walks from the first rule again, so there every chain is asked for alone,
// by two threads where there are very many.
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <linux/netfilter/nf_tables.h>

#include "source/nft_reading.h"

#define CHAINS_FEW   32   // asking for each costs what a second pass over them does
#define CHAINS_MANY  1000 // worth a second thread
#define CHAINS_TAKEN 32   // by a thread at once

static int take_rule(const struct nlmsghdr *message, void *user_data) {
    struct nft_reading *reading = user_data;
    struct nf_rule *rule = nft_pile_add(&reading->pile);
    if (!rule)
        return -ENOMEM;
    return nft_pile_keep(reading, nft_rule_parse(message, &reading->parser, reading->chain, rule));
}

static int settle_chain_rules(struct nft_reading *reading, struct nf_chain *chain, size_t begin,
                              size_t end) {
    struct nf_rule *rules = (struct nf_rule *)(void *)reading->pile.items + begin;
    for (size_t i = 0; i < end - begin; i++) {
        // While a transaction is under way the kernel can tell the same part twice in one dump, at
        // one generation: that reading is void.
        if (chain->rule_count > 0 || (i > 0 && rules[i].handle == rules[0].handle))
            return -EAGAIN;
        rules[i].number = (uint32_t)i + 1;
        chain->traits |= rules[i].traits;
    }
    chain->rules = arena_copy(reading->parser.arena, rules, (end - begin) * sizeof(struct nf_rule));
    chain->rule_count = end - begin;
    return chain->rules ? 0 : -ENOMEM;
}

// The chain of a rule, to be changed: while it is read the table is ours alone.
static struct nf_chain *chain_of(const struct nft_pile *pile, size_t index) {
    const struct nf_rule *rule = (const struct nf_rule *)(const void *)pile->items + index;
    return (struct nf_chain *)(uintptr_t)rule->chain;
}

// The kernel tells rules chain by chain.
static int settle_rules(struct nft_reading *reading) {
    const struct nft_pile *pile = &reading->pile;
    for (size_t begin = 0, end; begin < pile->count; begin = end) {
        struct nf_chain *chain = chain_of(pile, begin);
        for (end = begin + 1; end < pile->count && chain_of(pile, end) == chain;)
            end++;
        int r = settle_chain_rules(reading, chain, begin, end);
        if (r < 0)
            return r;
    }
    return 0;
}

static int read_all(struct nft_reading *reading, const struct nf_table *table, struct error *err) {
    struct nl_msg *request = nft_request(NFT_MSG_GETRULE, table->family);
    if (request && nla_put_string(request, NFTA_RULE_TABLE, table->name) < 0) {
        nlmsg_free(request);
        request = NULL;
    }
    reading->chain = NULL;
    int r = nft_dump(reading, request, take_rule, sizeof(struct nf_rule), err);
    return r == 0 ? settle_rules(reading) : r;
}

struct nl_msg *nft_rules_request(const struct nf_chain *chain) {
    return nft_put_texts(nft_request(NFT_MSG_GETRULE, chain->table->family), NFTA_RULE_TABLE,
                         chain->table->name, NFTA_RULE_CHAIN, chain->name);
}

static int read_chain(struct nft_reading *reading, const struct nf_chain *chain,
                      struct error *err) {
    reading->chain = chain;
    int r = nft_dump(reading, nft_rules_request(chain), take_rule, sizeof(struct nf_rule), err);
    return r == 0 ? settle_rules(reading) : r;
}

// --- Many chains, on two threads -----------------------------------------------------------------

// The chains of a table, of which each thread takes the next few until none is left.
struct chain_queue {
    const struct nf_chain *chains;
    size_t count;
    atomic_size_t next;
};

// One that reads, with a socket and an arena of its own.
struct chain_reader {
    struct chain_queue *queue;
    struct nft_reading reading;
    struct netlink netlink;
    struct arena arena;
    struct error err;
    int result;
    pthread_t thread;
};

static int read_queue(struct chain_queue *queue, struct nft_reading *reading, struct error *err) {
    size_t first;
    int r = 0;
    while (r == 0 && (first = atomic_fetch_add(&queue->next, CHAINS_TAKEN)) < queue->count) {
        for (size_t i = first; r == 0 && i < first + CHAINS_TAKEN && i < queue->count; i++)
            r = read_chain(reading, &queue->chains[i], err);
    }
    if (r < 0)
        atomic_store(&queue->next, queue->count); // the other need not go on
    return r;
}

static void *run_reader(void *data) {
    struct chain_reader *reader = data;
    reader->result = read_queue(reader->queue, &reader->reading, &reader->err);
    return NULL;
}

// False where there is no second thread or socket to be had: then the first does it all.
static bool start_reader(struct chain_reader *reader, const struct nft_reading *first) {
    if (netlink_open(&reader->netlink, first->netns, NETLINK_NETFILTER, NULL) < 0)
        return false;
    reader->reading = *first;
    reader->reading.netlink = &reader->netlink;
    reader->reading.parser.arena = &reader->arena;
    reader->reading.pile = (struct nft_pile){0};
    reader->reading.malformed = 0;
    if (pthread_create(&reader->thread, NULL, run_reader, reader) == 0)
        return true;
    netlink_close(&reader->netlink);
    return false;
}

static int end_reader(struct chain_reader *reader, struct nft_reading *first) {
    pthread_join(reader->thread, NULL);
    netlink_close(&reader->netlink);
    arena_take(first->parser.arena, &reader->arena);
    free(reader->reading.pile.items);
    first->malformed += reader->reading.malformed;
    return reader->result;
}

static int read_each(struct nft_reading *reading, const struct nf_table *table, struct error *err) {
    struct chain_queue queue = {.chains = table->chains, .count = table->chain_count};
    struct chain_reader second = {.queue = &queue};
    bool started = queue.count > CHAINS_MANY && start_reader(&second, reading);
    int r = read_queue(&queue, reading, err);
    int other = started ? end_reader(&second, reading) : 0;
    if (r < 0 || other == 0)
        return r;
    *err = second.err;
    return other;
}

int nft_read_rules(struct nft_reading *reading, struct nf_table *table, struct error *err) {
    int r = 0;
    reading->parser.arena = &table->arena;
    if (table->chain_count > CHAINS_FEW)
        r = read_each(reading, table, err);
    else if (table->chain_count > 0)
        r = read_all(reading, table, err);
    for (size_t i = 0; r == 0 && i < table->chain_count; i++)
        table->chains[i].rules_read = true;
    return r;
}
