// SPDX-License-Identifier: GPL-2.0-or-later
// The source of elements: sets can have a million, so they are handed over while they are read.
#include <errno.h>

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "model/netfilter.h"
#include "source/netfilter_source.h"
#include "source/nft_parse.h"
#include "source/ruleset_cache.h"
#include "source/ruleset_read.h"

#define TRIES 10

struct reading {
    const struct source_request *request;
    struct netlink netlink;
    struct table *table;
    struct ruleset *ruleset; // perhaps without elements; a reference of our own, since a table that
                             // was handed over may be gone at any time
    struct nft_parser parser;
    const struct nf_set *set;
    struct nf_element last;    // of a set of intervals, if has_last: its key alone
    struct nf_element waiting; // for its end, which may come next, if waits
    uint8_t last_key[64];      // NFT_DATA_VALUE_MAXLEN
    bool has_last, waits;
    bool streamed; // some set's elements did not come with the ruleset
    bool handed;   // some rows were handed over
    int ended;     // what source_row_done said that ends the reading
};

static int put_row(struct reading *reading, const struct nf_element *element,
                   const struct nf_element *end) {
    const struct nf_element *copy = arena_copy(&reading->table->arena, element, sizeof(*element));
    return copy ? nf_element_add_row(reading->table, reading->set, copy, end) : -ENOMEM;
}

// --- Intervals -----------------------------------------------------------------------------------

// An interval's end is the next key above its beginning. The kernel tells keys in order, but either
// way: it came just before, or comes next.

static void remember(struct reading *reading, const struct nf_element *element) {
    uint32_t length = element->key.length;
    reading->has_last = length <= sizeof(reading->last_key);
    if (!reading->has_last)
        return;
    memcpy(reading->last_key, element->key.bytes, length);
    reading->last = (struct nf_element){.key = {reading->last_key, length}};
}

static int put_waiting(struct reading *reading, const struct nf_element *next) {
    bool ends = next && nf_element_is_above(next, &reading->waiting);
    if (!reading->waits)
        return 0;
    reading->waits = false;
    return put_row(reading, &reading->waiting, ends ? next : NULL);
}

static int put_interval(struct reading *reading, const struct nf_element *element) {
    bool ended = reading->has_last && nf_element_is_above(&reading->last, element);
    int r = put_waiting(reading, element);
    if (r == 0 && !(element->flags & NF_ELEMENT_END)) {
        if (ended)
            r = put_row(reading, element, &reading->last);
        else
            reading->waiting = *element;
        reading->waits = !ended;
    }
    remember(reading, element);
    return r;
}

// What is parsed goes into the arena of the table that is current then. One that waits for its end
// has to come into the same table: until then that one is not handed over.
static int hand_over(struct reading *reading) {
    const struct table *before = reading->table;
    if (reading->waits)
        return 0;
    int r = source_row_done(reading->request, &reading->table);
    if (reading->table != before) {
        reading->handed = true;
        reading->table->ruleset = ruleset_ref(reading->ruleset);
        reading->parser.arena = &reading->table->arena;
    }
    reading->ended = r;
    return r;
}

static int add_element(const struct nf_element *element, void *user_data) {
    struct reading *reading = user_data;
    int r = reading->set->flags & NF_SET_INTERVAL ? put_interval(reading, element)
                                                  : put_row(reading, element, NULL);
    return r == 0 ? hand_over(reading) : r;
}

static int take_elements(const struct nlmsghdr *message, void *user_data) {
    struct reading *reading = user_data;
    int r = nft_elements_parse(message, &reading->parser, add_element, reading);
    if (r != -EBADMSG)
        return r == -ENOMSG ? 0 : r;
    table_trouble(reading->table, STATUS_PARTIAL, "a message of the kernel's is malformed");
    return 0;
}

static int stream_set(struct reading *reading, const struct nf_set *set, struct error *err) {
    const struct netlink_reader reader = {.sink = take_elements, .user_data = reading};
    reading->set = set;
    reading->has_last = false;
    int r = netlink_dump(&reading->netlink, nft_elements_request(set), &reader, err);
    return r == 0 ? put_waiting(reading, NULL) : r;
}

// Elements that came with the ruleset are of its generation.
static int read_set(struct reading *reading, const struct nf_set *set, struct error *err) {
    if (!set->elements_read) {
        reading->streamed = true;
        return stream_set(reading, set, err);
    }
    int r = nf_set_add_rows(reading->table, set);
    return r == 0 ? hand_over(reading) : r;
}

// A set that the conditions rule out need not be read.
static bool is_wanted(const struct source_request *request, const struct nf_set *set) {
    const struct conditions *conditions = request->conditions;
    for (size_t i = 0; conditions && i < conditions->count; i++) {
        const struct condition *condition = &conditions->items[i];
        const char *name = condition->type != CONDITION_WORD             ? NULL
                           : strcmp(condition->field->key, "set") == 0   ? set->name
                           : strcmp(condition->field->key, "table") == 0 ? set->table->name
                                                                         : NULL;
        if (name && strcasecmp(name, condition->word) != 0)
            return false;
    }
    return !(set->flags & NFT_SET_ANONYMOUS);
}

static int read_sets(struct reading *reading, struct error *err) {
    const struct ruleset *ruleset = reading->ruleset;
    for (size_t t = 0; t < ruleset->table_count; t++) {
        for (size_t i = 0; i < ruleset->tables[t]->set_count; i++) {
            const struct nf_set *set = &ruleset->tables[t]->sets[i];
            int r = is_wanted(reading->request, set) ? read_set(reading, set, err) : 0;
            if (r != 0)
                return r;
        }
    }
    return 0;
}

// Returns -EAGAIN if something changed meanwhile.
static int read_at_generation(struct reading *reading, struct error *err) {
    uint32_t after = 0;
    int r = read_sets(reading, err);
    if (r == 0 && reading->streamed)
        r = nft_read_generation(&reading->netlink, &after, err);
    bool changed = r == 0 && reading->streamed && after != reading->ruleset->generation;
    return changed || r == -EINTR || r == -ENOENT ? -EAGAIN : r;
}

static int read_elements(struct reading *reading, struct error *err) {
    if (reading->ruleset->table_count == 0)
        return 0;
    int r = netlink_open(&reading->netlink, reading->request->netns, NETLINK_NETFILTER, err);
    if (r < 0)
        return r;
    r = read_at_generation(reading, err);
    netlink_close(&reading->netlink);
    return r;
}

// Takes over the reference.
static int use_ruleset(struct reading *reading, struct ruleset *ruleset) {
    ruleset_unref(reading->table->ruleset);
    ruleset_unref(reading->ruleset);
    reading->table->ruleset = ruleset_ref(ruleset);
    reading->table->count = 0;
    reading->ruleset = ruleset;
    reading->parser = (struct nft_parser){.arena = &reading->table->arena, .ruleset = ruleset};
    return 0;
}

static int begin(struct reading *reading) {
    const struct ruleset_options options = {.skeleton = true};
    struct ruleset *ruleset = NULL;
    struct status *status = &reading->table->status;
    int r = ruleset_read(reading->request->netns, &options, &ruleset, status);
    status->source = nf_element_kind.name;
    return r < 0 ? r : use_ruleset(reading, ruleset);
}

// Rows that were handed over cannot be taken back, and those of the ruleset that other kinds of
// the same dump were made of belong to these: then what has changed is told. Returns 0 or -ENOMEM.
static int read_again_until_whole(struct reading *reading, struct error *err) {
    struct ruleset *held = ruleset_held(reading->request);
    int r = held ? use_ruleset(reading, held) : begin(reading);
    if (r < 0)
        return r;
    r = read_elements(reading, err);
    for (int try = 1; r == -EAGAIN && !held && !reading->handed && try < TRIES; try++) {
        r = begin(reading);
        if (r == 0)
            r = read_elements(reading, err);
    }
    if (r == -EAGAIN)
        table_trouble(reading->table, STATUS_PARTIAL,
                      "the rules changed while the elements of sets were read");
    else if (r < 0 && r != reading->ended)
        table_trouble(reading->table, netlink_state_of(r), "%s",
                      r == -ENOMEM ? "out of memory" : err->text);
    return 0;
}

static struct table *read_table(const struct source_request *request) {
    struct reading reading = {.request = request, .table = table_new(&nf_element_kind)};
    struct error err = {0};
    int r = reading.table ? read_again_until_whole(&reading, &err) : -ENOMEM;
    ruleset_unref(reading.ruleset);
    if (r == 0)
        return reading.table;
    table_unref(reading.table);
    return NULL;
}

static const unsigned groups[] = {NFNLGRP_NFTABLES};

const struct source nf_element_source = {
    .name = "elements",
    .kind = KIND_ELEMENTS,
    .needs = "CAP_NET_ADMIN, and CAP_SYS_ADMIN to read in other namespaces",
    .protocol = NETLINK_NETFILTER,
    .groups = groups,
    .group_count = sizeof(groups) / sizeof(groups[0]),
    .streams = true,
    .read = read_table,
};
