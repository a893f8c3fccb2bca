// SPDX-License-Identifier: GPL-2.0-or-later
// What nftables has in a namespace, read part by part: tables, then what rules refer to, then
// rules. One GETRULE dump of everything is the quickest way to few rules. Of many it is not: for
// each 32 KB the kernel walks from the first rule again, so there every chain is asked for alone.
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "source/nft_parse.h"
#include "source/ruleset_read.h"

#define CHAINS_FEW   32     // asking for each costs what a second pass over them does
#define CHAINS_MANY  1000   // worth a second thread
#define ELEMENTS_FEW 1000   // of one set
#define VERDICTS_FEW 100000 // of one verdict map
#define CHAINS_TAKEN 32     // by a thread at once

// What came of one dump, until its number is known.
struct pile {
    char *items;
    size_t item_size, count, capacity;
};

struct reading {
    const struct netns *netns;
    struct netlink *netlink;
    const struct ruleset_options *options;
    struct ruleset *ruleset;
    struct nft_parser parser;
    const struct nf_chain *chain; // whose rules are asked for; NULL: everyone's
    struct pile pile;
    size_t malformed;
};

static void *pile_add(struct pile *pile) {
    if (pile->count == pile->capacity) {
        size_t capacity = pile->capacity ? pile->capacity * 2 : 64;
        char *items = reallocarray(pile->items, capacity, pile->item_size);
        if (!items)
            return NULL;
        pile->items = items;
        pile->capacity = capacity;
    }
    return memset(pile->items + pile->count++ * pile->item_size, 0, pile->item_size);
}

// Empties the pile for items of that size; its memory is used again.
static void pile_begin(struct pile *pile, size_t item_size) {
    pile->capacity = pile->capacity * (pile->item_size ? pile->item_size : 1) / item_size;
    pile->item_size = item_size;
    pile->count = 0;
}

// --- Dumps ---------------------------------------------------------------------------------------

struct nl_msg *nft_request(int type, uint8_t family) {
    const struct nfgenmsg header = {.nfgen_family = family, .version = NFNETLINK_V0};
    return netlink_request(NFNL_SUBSYS_NFTABLES << 8 | type, &header, sizeof(header));
}

// Keeps the item that was added for a message, or takes it away again.
static int keep(struct reading *reading, int r) {
    if (r == 0)
        return 0;
    reading->pile.count--;
    reading->malformed += r == -EBADMSG;
    return r == -ENOMEM ? r : 0;
}

// A sink for each type: parses a message into an item of the pile.
#define TAKE(function, item_type, ...)                                     \
    static int function(const struct nlmsghdr *message, void *user_data) { \
        struct reading *reading = user_data;                               \
        item_type *item = pile_add(&reading->pile);                        \
        return item ? keep(reading, __VA_ARGS__) : -ENOMEM;                \
    }
TAKE(take_table, struct nf_table, nft_table_parse(message, &reading->parser, item))
TAKE(take_chain, struct nf_chain, nft_chain_parse(message, &reading->parser, item))
TAKE(take_set, struct nf_set, nft_set_parse(message, &reading->parser, item))
TAKE(take_object, struct nf_object, nft_object_parse(message, &reading->parser, item))
TAKE(take_flowtable, struct nf_flowtable, nft_flowtable_parse(message, &reading->parser, item))
TAKE(take_rule, struct nf_rule, nft_rule_parse(message, &reading->parser, reading->chain, item))

// Returns -EAGAIN for what has changed, or went, meanwhile.
static int dump(struct reading *reading, struct nl_msg *request, netlink_sink *sink,
                size_t item_size, struct error *err) {
    const struct netlink_reader reader = {.sink = sink, .user_data = reading};
    pile_begin(&reading->pile, item_size);
    int r = netlink_dump(reading->netlink, request, &reader, err);
    return r == -EINTR || r == -ENOENT ? -EAGAIN : r;
}

static int dump_all(struct reading *reading, int type, netlink_sink *sink, size_t item_size,
                    struct error *err) {
    return dump(reading, nft_request(type, NF_FAMILY_UNSPEC), sink, item_size, err);
}

// --- From the pile to the tables -----------------------------------------------------------------

// Each item of these begins with the pointer to its table.
static struct nf_table *table_of(const struct pile *pile, size_t index) {
    return *(struct nf_table *const *)(const void *)(pile->items + index * pile->item_size);
}

// Where a table has its items of one type: filled by `settle`.
typedef void list_setter(struct nf_table *table, void *items, size_t count);

static void set_chains(struct nf_table *table, void *items, size_t count) {
    table->chains = items;
    table->chain_count = count;
}

static void set_sets(struct nf_table *table, void *items, size_t count) {
    table->sets = items;
    table->set_count = count;
}

static void set_objects(struct nf_table *table, void *items, size_t count) {
    table->objects = items;
    table->object_count = count;
}

static void set_flowtables(struct nf_table *table, void *items, size_t count) {
    table->flowtables = items;
    table->flowtable_count = count;
}

// The kernel tells items table by table.
static int settle(struct reading *reading, list_setter *set) {
    const struct pile *pile = &reading->pile;
    for (size_t begin = 0, end; begin < pile->count; begin = end) {
        struct nf_table *table = table_of(pile, begin);
        for (end = begin + 1; end < pile->count && table_of(pile, end) == table;)
            end++;
        void *items = arena_copy(&reading->ruleset->arena, pile->items + begin * pile->item_size,
                                 (end - begin) * pile->item_size);
        if (!items)
            return -ENOMEM;
        set(table, items, end - begin);
    }
    return 0;
}

// While a transaction is under way the kernel can tell the same part twice in one dump, at one
// generation: that reading is void.
static bool has_table_twice(const struct pile *pile) {
    const struct nf_table *tables = (const void *)pile->items;
    for (size_t i = 0; i < pile->count; i++) {
        for (size_t j = i + 1; j < pile->count; j++) {
            if (tables[i].family == tables[j].family && strcmp(tables[i].name, tables[j].name) == 0)
                return true;
        }
    }
    return false;
}

static int read_tables(struct reading *reading, struct error *err) {
    struct ruleset *ruleset = reading->ruleset;
    int r = dump_all(reading, NFT_MSG_GETTABLE, take_table, sizeof(struct nf_table), err);
    if (r < 0)
        return r;
    if (has_table_twice(&reading->pile))
        return -EAGAIN;
    // Those of iptables come behind them.
    size_t room = reading->pile.count + RULESET_LEGACY_TABLES;
    ruleset->tables = arena_alloc(&ruleset->arena, room * sizeof(struct nf_table));
    if (!ruleset->tables)
        return -ENOMEM;
    if (reading->pile.count > 0)
        memcpy(ruleset->tables, reading->pile.items, reading->pile.count * sizeof(struct nf_table));
    ruleset->table_count = reading->pile.count;
    return 0;
}

struct part {
    int type; // NFT_MSG_GETCHAIN ...
    netlink_sink *take;
    size_t item_size;
    list_setter *set;
};

static const struct part parts[] = {
    {NFT_MSG_GETCHAIN, take_chain, sizeof(struct nf_chain), set_chains},
    {NFT_MSG_GETSET, take_set, sizeof(struct nf_set), set_sets},
    {NFT_MSG_GETOBJ, take_object, sizeof(struct nf_object), set_objects},
    {NFT_MSG_GETFLOWTABLE, take_flowtable, sizeof(struct nf_flowtable), set_flowtables},
};

static int read_parts(struct reading *reading, struct error *err) {
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        const struct part *part = &parts[i];
        int r = dump_all(reading, part->type, part->take, part->item_size, err);
        // Objects came with 4.10, flowtables with 4.16; -EINVAL: the kernel has no such request.
        if (r == -EINVAL || netlink_is_unsupported(r))
            continue;
        if (r == 0)
            r = settle(reading, part->set);
        if (r < 0)
            return r;
    }
    for (size_t i = 0; i < reading->ruleset->table_count; i++) {
        if (nf_table_index(&reading->ruleset->tables[i], &reading->ruleset->arena) < 0)
            return -ENOMEM;
    }
    return 0;
}

// --- Elements ------------------------------------------------------------------------------------

static int add_element(const struct nf_element *element, void *user_data) {
    struct nf_element *item = pile_add(user_data);
    if (!item)
        return -ENOMEM;
    *item = *element;
    return 0;
}

static int take_elements(const struct nlmsghdr *message, void *user_data) {
    struct reading *reading = user_data;
    int r = nft_elements_parse(message, &reading->parser, add_element, &reading->pile);
    reading->malformed += r == -EBADMSG;
    return r == -EBADMSG || r == -ENOMSG ? 0 : r;
}

static struct nl_msg *put_two(struct nl_msg *request, int first_type, const char *first,
                              int second_type, const char *second) {
    if (request && (nla_put_string(request, first_type, first) < 0 ||
                    nla_put_string(request, second_type, second) < 0)) {
        nlmsg_free(request);
        return NULL;
    }
    return request;
}

struct nl_msg *nft_elements_request(const struct nf_set *set) {
    return put_two(nft_request(NFT_MSG_GETSETELEM, set->table->family), NFTA_SET_ELEM_LIST_TABLE,
                   set->table->name, NFTA_SET_ELEM_LIST_SET, set->name);
}

static int read_elements(struct reading *reading, struct nf_set *set, struct error *err) {
    int r = dump(reading, nft_elements_request(set), take_elements, sizeof(struct nf_element), err);
    if (r < 0)
        return r;
    set->elements = arena_copy(&reading->ruleset->arena, reading->pile.items,
                               reading->pile.count * sizeof(struct nf_element));
    set->element_count = reading->pile.count;
    set->elements_read = true;
    return set->elements ? 0 : -ENOMEM;
}

// Few elements are read at once, so that they are of the rules' own generation; and those that lead
// to chains: which chains are reached depends on them, as do services.
static bool has_wanted_elements(const struct reading *reading, const struct nf_set *set) {
    if (set->flags & NFT_SET_ANONYMOUS || reading->options->elements)
        return true;
    if (set->flags & NFT_SET_MAP && set->data_type == NFT_DATA_VERDICT)
        return !set->has_count || set->count <= VERDICTS_FEW;
    return set->has_count && set->count <= ELEMENTS_FEW;
}

static int read_table_elements(struct reading *reading, const struct nf_table *table,
                               struct error *err) {
    for (size_t i = 0; i < table->set_count; i++) {
        struct nf_set *set = &table->sets[i];
        if (!has_wanted_elements(reading, set))
            continue;
        int r = read_elements(reading, set, err);
        if (r < 0)
            return r;
    }
    return 0;
}

// --- Rules ---------------------------------------------------------------------------------------

static int settle_chain_rules(struct reading *reading, struct nf_chain *chain, size_t begin,
                              size_t end) {
    struct nf_rule *rules = (struct nf_rule *)(void *)reading->pile.items + begin;
    for (size_t i = 0; i < end - begin; i++) {
        if (chain->rule_count > 0 || (i > 0 && rules[i].handle == rules[0].handle))
            return -EAGAIN; // told twice (has_table_twice)
        rules[i].number = (uint32_t)i + 1;
    }
    chain->rules = arena_copy(reading->parser.arena, rules, (end - begin) * sizeof(struct nf_rule));
    chain->rule_count = end - begin;
    return chain->rules ? 0 : -ENOMEM;
}

// The chain of a rule, to be changed: while it is built the ruleset is ours alone.
static struct nf_chain *chain_of(const struct pile *pile, size_t index) {
    const struct nf_rule *rule = (const struct nf_rule *)(const void *)pile->items + index;
    return (struct nf_chain *)(uintptr_t)rule->chain;
}

// The kernel tells rules chain by chain.
static int settle_rules(struct reading *reading) {
    const struct pile *pile = &reading->pile;
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

static int read_all_rules(struct reading *reading, struct error *err) {
    reading->chain = NULL;
    int r = dump_all(reading, NFT_MSG_GETRULE, take_rule, sizeof(struct nf_rule), err);
    return r == 0 ? settle_rules(reading) : r;
}

struct nl_msg *nft_rules_request(const struct nf_chain *chain) {
    return put_two(nft_request(NFT_MSG_GETRULE, chain->table->family), NFTA_RULE_TABLE,
                   chain->table->name, NFTA_RULE_CHAIN, chain->name);
}

static int read_chain(struct reading *reading, struct nf_chain *chain, struct error *err) {
    reading->chain = chain;
    int r = dump(reading, nft_rules_request(chain), take_rule, sizeof(struct nf_rule), err);
    return r == 0 ? settle_rules(reading) : r;
}

// --- Many chains, on two threads -----------------------------------------------------------------

// The chains of all tables, of which each thread takes the next few until none is left.
struct chain_queue {
    struct nf_chain **chains;
    size_t count;
    atomic_size_t next;
};

// One that reads, with a socket and an arena of its own.
struct chain_reader {
    struct chain_queue *queue;
    struct reading reading;
    struct netlink netlink;
    struct arena arena;
    struct error err;
    int result;
    pthread_t thread;
};

static int read_queue(struct chain_queue *queue, struct reading *reading, struct error *err) {
    size_t first;
    int r = 0;
    while (r == 0 && (first = atomic_fetch_add(&queue->next, CHAINS_TAKEN)) < queue->count) {
        for (size_t i = first; r == 0 && i < first + CHAINS_TAKEN && i < queue->count; i++)
            r = read_chain(reading, queue->chains[i], err);
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
static bool start_reader(struct chain_reader *reader, const struct reading *first) {
    if (netlink_open(&reader->netlink, first->netns, NETLINK_NETFILTER, NULL) < 0)
        return false;
    reader->reading = *first;
    reader->reading.netlink = &reader->netlink;
    reader->reading.parser.arena = &reader->arena;
    reader->reading.pile = (struct pile){0};
    reader->reading.malformed = 0;
    if (pthread_create(&reader->thread, NULL, run_reader, reader) == 0)
        return true;
    netlink_close(&reader->netlink);
    return false;
}

static int end_reader(struct chain_reader *reader, struct reading *first) {
    pthread_join(reader->thread, NULL);
    netlink_close(&reader->netlink);
    arena_take(first->parser.arena, &reader->arena);
    free(reader->reading.pile.items);
    first->malformed += reader->reading.malformed;
    return reader->result;
}

static int read_on_threads(struct chain_queue *queue, struct reading *reading, struct error *err) {
    struct chain_reader second = {.queue = queue};
    bool started = queue->count > CHAINS_MANY && start_reader(&second, reading);
    int r = read_queue(queue, reading, err);
    int other = started ? end_reader(&second, reading) : 0;
    if (r < 0 || other == 0)
        return r;
    *err = second.err;
    return other;
}

static size_t list_chains(const struct ruleset *ruleset, struct nf_chain **chains) {
    size_t count = 0;
    for (size_t i = 0; i < ruleset->table_count; i++) {
        for (size_t k = 0; k < ruleset->tables[i].chain_count; k++)
            chains[count++] = &ruleset->tables[i].chains[k];
    }
    return count;
}

static size_t count_chains(const struct ruleset *ruleset) {
    size_t count = 0;
    for (size_t i = 0; i < ruleset->table_count; i++)
        count += ruleset->tables[i].chain_count;
    return count;
}

static int read_rules(struct reading *reading, struct error *err) {
    size_t count = count_chains(reading->ruleset);
    if (count <= CHAINS_FEW)
        return read_all_rules(reading, err);
    struct chain_queue queue = {.chains = calloc(count, sizeof(struct nf_chain *))};
    if (!queue.chains)
        return -ENOMEM;
    queue.count = list_chains(reading->ruleset, queue.chains);
    int r = read_on_threads(&queue, reading, err);
    free(queue.chains);
    return r;
}

static void say_rules_read(const struct ruleset *ruleset) {
    for (size_t i = 0; i < ruleset->table_count; i++) {
        for (size_t k = 0; k < ruleset->tables[i].chain_count; k++)
            ruleset->tables[i].chains[k].rules_read = true;
    }
}

static int read_contents(struct reading *reading, struct error *err) {
    const struct ruleset *ruleset = reading->ruleset;
    int r = 0;
    for (size_t i = 0; r == 0 && i < ruleset->table_count; i++)
        r = read_table_elements(reading, &ruleset->tables[i], err);
    if (r == 0)
        r = read_rules(reading, err);
    if (r == 0)
        say_rules_read(ruleset);
    return r;
}

// --- All of it -----------------------------------------------------------------------------------

static int take_generation(const struct nlmsghdr *message, void *user_data) {
    int r = nft_generation_parse(message, user_data);
    return r == -ENOMSG ? 0 : r;
}

int nft_read_generation(struct netlink *netlink, uint32_t *ret_generation, struct error *err) {
    return netlink_get(netlink, nft_request(NFT_MSG_GETGEN, NF_FAMILY_UNSPEC), take_generation,
                       ret_generation, err);
}

static int read_at_generation(struct reading *reading, struct error *err) {
    uint32_t after = 0;
    int r = nft_read_generation(reading->netlink, &reading->ruleset->generation, err);
    if (r == 0)
        r = read_tables(reading, err);
    if (r == 0)
        r = read_parts(reading, err);
    if (r == 0 && !reading->options->skeleton)
        r = read_contents(reading, err);
    if (r == 0)
        r = nft_read_generation(reading->netlink, &after, err);
    return r == 0 && after != reading->ruleset->generation ? -EAGAIN : r;
}

int nft_read(struct netlink *netlink, const struct netns *netns,
             const struct ruleset_options *options, struct ruleset *ruleset, size_t *ret_malformed,
             struct error *err) {
    struct reading reading = {
        .netlink = netlink,
        .netns = netns,
        .options = options,
        .ruleset = ruleset,
        .parser = {.arena = &ruleset->arena, .ruleset = ruleset},
    };
    int r = read_at_generation(&reading, err);
    free(reading.pile.items);
    *ret_malformed = reading.malformed;
    return r;
}
