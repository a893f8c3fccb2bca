// SPDX-License-Identifier: GPL-2.0-or-later
// A ruleset made of messages of nf_tables that stand one behind the other: tables, chains and sets
// before what names them. For the fuzz target and the unit test.
#ifndef TESTS_NFT_LOAD_H
#define TESTS_NFT_LOAD_H

#include <stdlib.h>
#include <string.h>

#include <linux/netlink.h>
#include <netlink/msg.h>

#include "ruleset/ruleset.h"
#include "ruleset/ruleset_origin.h"
#include "source/nft_parse.h"

#define LOAD_MAX 16 // of each sort, in a table

struct nft_load {
    struct ruleset *ruleset;
    struct nft_parser parser;
    struct nf_element elements[LOAD_MAX * LOAD_MAX];
    size_t element_count;
    int worst; // what a parser returned that was not 0 or -ENOMSG
};

static void *nft_load_alloc(struct nft_load *load, size_t size) {
    void *memory = arena_alloc(load->parser.arena, size);
    if (!memory)
        abort();
    return memory;
}

static bool nft_load_took(struct nft_load *load, int r) {
    if (r == 0)
        return true;
    if (r != -ENOMSG)
        load->worst = r;
    return false;
}

static int nft_load_element(const struct nf_element *element, void *user_data) {
    struct nft_load *load = user_data;
    if (load->element_count < sizeof(load->elements) / sizeof(load->elements[0]))
        load->elements[load->element_count++] = *element;
    return 0;
}

static void nft_load_table(struct nft_load *load, const struct nlmsghdr *message) {
    struct nf_table *table = nf_table_new();
    if (!table)
        abort();
    if (load->ruleset->table_count == LOAD_MAX ||
        !nft_load_took(load, nft_table_parse(message, table))) {
        nf_table_unref(table);
        return;
    }
    load->parser.arena = &table->arena;
    table->chains = nft_load_alloc(load, LOAD_MAX * sizeof(struct nf_chain));
    table->sets = nft_load_alloc(load, LOAD_MAX * sizeof(struct nf_set));
    table->objects = nft_load_alloc(load, LOAD_MAX * sizeof(struct nf_object));
    table->flowtables = nft_load_alloc(load, LOAD_MAX * sizeof(struct nf_flowtable));
    if (ruleset_add_table(load->ruleset, table) < 0)
        abort();
}

// Adds a part to the list of its table.
#define NFT_LOAD_PART(function, type, parse, list, count)                         \
    static void function(struct nft_load *load, const struct nlmsghdr *message) { \
        type part = {0};                                                          \
        if (nft_load_took(load, parse(message, &load->parser, &part)) &&          \
            part.table->count < LOAD_MAX)                                         \
            ((type *)(uintptr_t)part.table->list)[part.table->count++] = part;    \
    }
NFT_LOAD_PART(nft_load_chain, struct nf_chain, nft_chain_parse, chains, chain_count)
NFT_LOAD_PART(nft_load_set, struct nf_set, nft_set_parse, sets, set_count)
NFT_LOAD_PART(nft_load_object, struct nf_object, nft_object_parse, objects, object_count)
NFT_LOAD_PART(nft_load_flowtable, struct nf_flowtable, nft_flowtable_parse, flowtables,
              flowtable_count)

static void nft_load_rule(struct nft_load *load, const struct nlmsghdr *message) {
    struct nf_rule rule = {0};
    if (!nft_load_took(load, nft_rule_parse(message, &load->parser, NULL, &rule)))
        return;
    struct nf_chain *chain = (struct nf_chain *)(uintptr_t)rule.chain;
    if (chain->rule_count == LOAD_MAX)
        return;
    if (!chain->rules)
        chain->rules = nft_load_alloc(load, LOAD_MAX * sizeof(struct nf_rule));
    rule.number = (uint32_t)chain->rule_count + 1;
    chain->traits |= rule.traits;
    memcpy((struct nf_rule *)(uintptr_t)&chain->rules[chain->rule_count++], &rule, sizeof(rule));
    chain->rules_read = true;
}

// Elements go to the newest set.
static void nft_load_elements(struct nft_load *load, const struct nlmsghdr *message) {
    size_t last = load->ruleset->table_count;
    struct nf_table *table = last > 0 ? load->ruleset->tables[last - 1] : NULL;
    load->element_count = 0;
    // In the program elements are asked for by the table that they are in: it is always there.
    if (!load->parser.arena || !table || table->set_count == 0 ||
        !nft_load_took(load, nft_elements_parse(message, &load->parser, nft_load_element, load)) ||
        load->element_count == 0)
        return;
    struct nf_set *set = &table->sets[table->set_count - 1];
    struct nf_element *elements =
        nft_load_alloc(load, load->element_count * sizeof(struct nf_element));
    memcpy(elements, load->elements, load->element_count * sizeof(struct nf_element));
    set->elements = elements;
    set->element_count = load->element_count;
    set->elements_read = true;
}

// Makes the ruleset, the caller's. Returns 0, or the last trouble that a parser told.
static int nft_load_messages(void *bytes, size_t size, struct ruleset **ret_ruleset) {
    struct nft_load load = {.ruleset = ruleset_new()};
    struct nlmsghdr *message = bytes;
    int left = (int)size;
    if (!load.ruleset)
        abort();
    load.parser = (struct nft_parser){.ruleset = load.ruleset};
    for (; nlmsg_ok(message, left); message = nlmsg_next(message, &left)) {
        struct nf_table *table = nft_message_table(message, &load.parser);
        uint32_t generation;
        nft_load_took(&load, nft_generation_parse(message, &generation));
        nft_load_table(&load, message);
        if (!table)
            continue;
        load.parser.arena = &table->arena; // and not that of a table that this one made
        nft_load_chain(&load, message);
        nft_load_set(&load, message);
        nft_load_object(&load, message);
        nft_load_flowtable(&load, message);
        nft_load_elements(&load, message);
        nft_load_rule(&load, message);
    }
    for (size_t i = 0; i < load.ruleset->table_count; i++) {
        if (nf_table_find_origin(load.ruleset->tables[i]) < 0)
            abort();
    }
    *ret_ruleset = load.ruleset;
    return load.worst;
}

#endif
