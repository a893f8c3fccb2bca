// SPDX-License-Identifier: GPL-2.0-or-later
// What nftables has in a namespace, read part by part: tables, then what rules refer to, then
// rules (nft_rules.c). A table that an older ruleset has and nothing has changed since is taken
// from there.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "source/nft_changes.h"
#include "source/nft_reading.h"
#include "source/xtables.h"

#define ELEMENTS_FEW 1000   // of one set
#define VERDICTS_FEW 100000 // of one verdict map

void *nft_pile_add(struct nft_pile *pile) {
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

int nft_pile_keep(struct nft_reading *reading, int r) {
    if (r == 0)
        return 0;
    reading->pile.count--;
    reading->malformed += r == -EBADMSG;
    return r == -ENOMEM ? r : 0;
}

// Empties the pile for items of that size; its memory is used again.
static void pile_begin(struct nft_pile *pile, size_t item_size) {
    pile->capacity = pile->capacity * (pile->item_size ? pile->item_size : 1) / item_size;
    pile->item_size = item_size;
    pile->count = 0;
}

// --- Dumps ---------------------------------------------------------------------------------------

struct nl_msg *nft_request(int type, uint8_t family) {
    const struct nfgenmsg header = {.nfgen_family = family, .version = NFNETLINK_V0};
    return netlink_request(NFNL_SUBSYS_NFTABLES << 8 | type, &header, sizeof(header));
}

struct nl_msg *nft_put_texts(struct nl_msg *request, int first_type, const char *first,
                             int second_type, const char *second) {
    if (request && (nla_put_string(request, first_type, first) < 0 ||
                    nla_put_string(request, second_type, second) < 0)) {
        nlmsg_free(request);
        return NULL;
    }
    return request;
}

int nft_dump(struct nft_reading *reading, struct nl_msg *request, netlink_sink *sink,
             size_t item_size, struct error *err) {
    const struct netlink_reader reader = {.sink = sink, .user_data = reading};
    pile_begin(&reading->pile, item_size);
    int r = netlink_dump(reading->netlink, request, &reader, err);
    return r == -EINTR || r == -ENOENT ? -EAGAIN : r;
}

static int take_generation(const struct nlmsghdr *message, void *user_data) {
    int r = nft_generation_parse(message, user_data);
    return r == -ENOMSG ? 0 : r;
}

int nft_read_generation(struct netlink *netlink, uint32_t *ret_generation, struct error *err) {
    return netlink_get(netlink, nft_request(NFT_MSG_GETGEN, NF_FAMILY_UNSPEC), take_generation,
                       ret_generation, err);
}

// --- Tables --------------------------------------------------------------------------------------

static int take_table(const struct nlmsghdr *message, void *user_data) {
    struct nft_reading *reading = user_data;
    struct nf_table *table = nf_table_new();
    int r = table ? nft_table_parse(message, table) : -ENOMEM;
    if (r == 0)
        return ruleset_add_table(reading->fresh, table);
    nf_table_unref(table);
    reading->malformed += r == -EBADMSG;
    return r == -ENOMEM ? r : 0;
}

// While a transaction is under way the kernel can tell the same part twice in one dump, at one
// generation: that reading is void.
static bool has_table_twice(const struct ruleset *ruleset) {
    for (size_t i = 0; i < ruleset->table_count; i++) {
        const struct nf_table *table = ruleset->tables[i];
        if (ruleset_table(ruleset, table->family, table->backend, table->name) != table)
            return true;
    }
    return false;
}

// The older ruleset's table, if it is the same one: not even what the kernel never tells of, as
// that a device went with its chain, has changed it.
static struct nf_table *find_older(const struct nft_reading *reading,
                                   const struct nf_table *table) {
    const struct ruleset *before = reading->options->before;
    for (size_t i = 0; i < before->table_count; i++) {
        struct nf_table *older = before->tables[i];
        if (older->backend == NF_BACKEND_NFTABLES && older->handle == table->handle &&
            older->family == table->family && strcmp(older->name, table->name) == 0)
            return older->flags == table->flags && older->use == table->use &&
                           older->owner == table->owner && !(older->traits & NF_TRAIT_NAMES)
                       ? older
                       : NULL;
    }
    return NULL;
}

// Puts each table that was told into the ruleset, or the older one instead of it. Those that are
// to be read stay in `fresh`.
static int choose_tables(struct nft_reading *reading, const bool *changed) {
    struct ruleset *told = reading->fresh;
    size_t kept = 0;
    int r = 0;
    for (size_t i = 0; i < told->table_count; i++) {
        struct nf_table *table = told->tables[i];
        struct nf_table *older = changed && !changed[i] ? find_older(reading, table) : NULL;
        if (r == 0)
            r = ruleset_add_table(reading->ruleset, nf_table_ref(older ? older : table));
        if (older)
            nf_table_unref(table);
        else
            told->tables[kept++] = table;
    }
    told->table_count = kept;
    return r;
}

static int read_tables(struct nft_reading *reading, struct error *err) {
    const struct ruleset *before = reading->options->before;
    if (before && !before->is_whole)
        before = NULL;
    int r = nft_dump(reading, nft_request(NFT_MSG_GETTABLE, NF_FAMILY_UNSPEC), take_table, 1, err);
    if (r < 0)
        return r;
    if (has_table_twice(reading->fresh))
        return -EAGAIN;
    if (!before)
        return choose_tables(reading, NULL);
    bool *changed = calloc(reading->fresh->table_count + 1, sizeof(*changed));
    if (!changed)
        return -ENOMEM;
    bool known = nft_changes_find(reading->netns ? reading->netns->inode : 0, before->generation,
                                  reading->ruleset->generation, reading->fresh, changed);
    r = choose_tables(reading, known ? changed : NULL);
    free(changed);
    return r;
}

// --- What is in tables besides rules -------------------------------------------------------------

// A sink for each type: parses a message into an item of the pile, kept in the table's arena. What
// is of a table that is not read now is passed over.
#define TAKE(function, item_type, parse)                                                         \
    static int function(const struct nlmsghdr *message, void *user_data) {                       \
        struct nft_reading *reading = user_data;                                                 \
        struct nf_table *table = nft_message_table(message, &reading->parser);                   \
        item_type *item = nft_pile_add(&reading->pile);                                          \
        if (!item)                                                                               \
            return -ENOMEM;                                                                      \
        reading->parser.arena = table ? &table->arena : NULL;                                    \
        return nft_pile_keep(reading, table ? parse(message, &reading->parser, item) : -ENOMSG); \
    }
TAKE(take_chain, struct nf_chain, nft_chain_parse)
TAKE(take_set, struct nf_set, nft_set_parse)
TAKE(take_object, struct nf_object, nft_object_parse)
TAKE(take_flowtable, struct nf_flowtable, nft_flowtable_parse)

// Each item of these begins with the pointer to its table.
static struct nf_table *table_of(const struct nft_pile *pile, size_t index) {
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
static int settle(const struct nft_pile *pile, list_setter *set) {
    for (size_t begin = 0, end; begin < pile->count; begin = end) {
        struct nf_table *table = table_of(pile, begin);
        for (end = begin + 1; end < pile->count && table_of(pile, end) == table;)
            end++;
        void *items = arena_copy(&table->arena, pile->items + begin * pile->item_size,
                                 (end - begin) * pile->item_size);
        if (!items)
            return -ENOMEM;
        set(table, items, end - begin);
    }
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

// The family of all of the tables, or NF_FAMILY_UNSPEC if they are of several.
static uint8_t common_family(const struct ruleset *ruleset) {
    for (size_t i = 1; i < ruleset->table_count; i++) {
        if (ruleset->tables[i]->family != ruleset->tables[0]->family)
            return NF_FAMILY_UNSPEC;
    }
    return ruleset->tables[0]->family;
}

static int read_part(struct nft_reading *reading, const struct part *part, struct error *err) {
    struct nl_msg *request = nft_request(part->type, common_family(reading->fresh));
    int r = nft_dump(reading, request, part->take, part->item_size, err);
    // Objects came with 4.10, flowtables with 4.16; -EINVAL: the kernel has no such request.
    if (r == -EINVAL || netlink_is_unsupported(r))
        return 0;
    return r < 0 ? r : settle(&reading->pile, part->set);
}

static int read_parts(struct nft_reading *reading, struct error *err) {
    const struct ruleset *fresh = reading->fresh;
    int r = 0;
    for (size_t i = 0; r == 0 && i < sizeof(parts) / sizeof(parts[0]); i++)
        r = read_part(reading, &parts[i], err);
    for (size_t i = 0; r == 0 && i < fresh->table_count; i++)
        r = nf_table_index(fresh->tables[i]);
    return r;
}

// --- Elements ------------------------------------------------------------------------------------

static int add_element(const struct nf_element *element, void *user_data) {
    struct nf_element *item = nft_pile_add(user_data);
    if (!item)
        return -ENOMEM;
    *item = *element;
    return 0;
}

static int take_elements(const struct nlmsghdr *message, void *user_data) {
    struct nft_reading *reading = user_data;
    int r = nft_elements_parse(message, &reading->parser, add_element, &reading->pile);
    reading->malformed += r == -EBADMSG;
    return r == -EBADMSG || r == -ENOMSG ? 0 : r;
}

struct nl_msg *nft_chain_request(const struct nf_chain *chain) {
    return nft_put_texts(nft_request(NFT_MSG_GETCHAIN, chain->table->family), NFTA_CHAIN_TABLE,
                         chain->table->name, NFTA_CHAIN_NAME, chain->name);
}

struct nl_msg *nft_elements_request(const struct nf_set *set) {
    return nft_put_texts(nft_request(NFT_MSG_GETSETELEM, set->table->family),
                         NFTA_SET_ELEM_LIST_TABLE, set->table->name, NFTA_SET_ELEM_LIST_SET,
                         set->name);
}

static int read_set_elements(struct nft_reading *reading, struct nf_set *set, struct error *err) {
    reading->parser.arena = &set->table->arena;
    int r =
        nft_dump(reading, nft_elements_request(set), take_elements, sizeof(struct nf_element), err);
    if (r < 0)
        return r;
    set->elements = arena_copy(&set->table->arena, reading->pile.items,
                               reading->pile.count * sizeof(struct nf_element));
    set->element_count = reading->pile.count;
    set->elements_read = true;
    return set->elements ? 0 : -ENOMEM;
}

// Few elements are read at once, so that they are of the rules' own generation; and those that lead
// to chains: which chains are reached depends on them, as do services.
static bool has_wanted_elements(const struct nft_reading *reading, const struct nf_set *set) {
    if (set->flags & NFT_SET_ANONYMOUS || reading->options->elements)
        return true;
    if (set->flags & NFT_SET_MAP && set->data_type == NFT_DATA_VERDICT)
        return !set->has_count || set->count <= VERDICTS_FEW;
    return set->has_count && set->count <= ELEMENTS_FEW;
}

static int read_elements(struct nft_reading *reading, const struct nf_table *table,
                         struct error *err) {
    int r = 0;
    for (size_t i = 0; r == 0 && i < table->set_count; i++) {
        if (has_wanted_elements(reading, &table->sets[i]))
            r = read_set_elements(reading, &table->sets[i], err);
    }
    return r;
}

// --- All of it -----------------------------------------------------------------------------------

static int read_contents(struct nft_reading *reading, struct error *err) {
    const struct ruleset *fresh = reading->fresh;
    int r = read_parts(reading, err);
    for (size_t i = 0; r == 0 && !reading->options->skeleton && i < fresh->table_count; i++)
        r = read_elements(reading, fresh->tables[i], err);
    for (size_t i = 0; r == 0 && !reading->options->skeleton && i < fresh->table_count; i++)
        r = nft_read_rules(reading, fresh->tables[i], err);
    return r;
}

static int read_at_generation(struct nft_reading *reading, struct error *err) {
    uint32_t after = 0;
    int r = nft_read_generation(reading->netlink, &reading->ruleset->generation, err);
    if (r == 0)
        r = read_tables(reading, err);
    if (r == 0 && reading->fresh->table_count > 0)
        r = read_contents(reading, err);
    if (r == 0)
        r = nft_read_generation(reading->netlink, &after, err);
    reading->ruleset->is_whole = r == 0 && after == reading->ruleset->generation;
    return r == 0 && !reading->ruleset->is_whole ? -EAGAIN : r;
}

int nft_read(struct netlink *netlink, const struct netns *netns,
             const struct ruleset_options *options, struct ruleset *ruleset, size_t *ret_malformed,
             struct error *err) {
    struct nft_reading reading = {
        .netlink = netlink,
        .netns = netns,
        .options = options,
        .ruleset = ruleset,
        .fresh = ruleset_new(),
    };
    reading.parser.ruleset = reading.fresh;
    int r = reading.fresh ? read_at_generation(&reading, err) : -ENOMEM;
    for (size_t i = 0; r == 0 && i < reading.fresh->table_count; i++)
        r = xtables_add_texts(reading.fresh->tables[i]);
    ruleset_unref(reading.fresh);
    free(reading.pile.items);
    *ret_malformed = reading.malformed;
    return r;
}
