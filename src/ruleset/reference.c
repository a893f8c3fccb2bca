// SPDX-License-Identifier: GPL-2.0-or-later
#include "ruleset/reference.h"

#include <errno.h>
#include <stdlib.h>

#include "ruleset/nf_text.h"

#define TABLE_DORMANT 1 // linux/netfilter/nf_tables.h NFT_TABLE_F_DORMANT

// That one chain leads to another, by the other's place in the table.
struct call {
    uint32_t chain;
    uint32_t count;
    uint64_t packets;
    bool counted;
};

struct graph {
    const struct nf_table *table;
    struct call *calls; // chain by chain
    size_t count, capacity;
    size_t *starts;   // where those of each chain begin; one more
    uint32_t *places; // of the chain that is looked at: its call of each chain, from 1; else 0
    uint8_t *reach;   // enum nf_reach
    bool *is_called;
    bool *is_unread; // of each chain: it may lead to more chains than is known
};

// --- Who calls whom ------------------------------------------------------------------------------

static struct call *find_call(struct graph *graph, const struct nf_chain *chain) {
    uint32_t number = (uint32_t)(chain - graph->table->chains);
    if (graph->places[number] > 0)
        return &graph->calls[graph->places[number] - 1];
    if (graph->count == graph->capacity) {
        size_t capacity = graph->capacity ? graph->capacity * 2 : 64;
        void *grown = reallocarray(graph->calls, capacity, sizeof(*graph->calls));
        if (!grown)
            return NULL;
        graph->calls = grown;
        graph->capacity = capacity;
    }
    graph->calls[graph->count] = (struct call){.chain = number, .counted = true};
    graph->is_called[number] = true;
    graph->places[number] = (uint32_t)++graph->count;
    return &graph->calls[graph->count - 1];
}

// `counter` is that of the packets which go this way alone; NULL: none.
static int add_call(struct graph *graph, const struct nf_chain *chain,
                    const struct nf_counter *counter) {
    struct call *call = find_call(graph, chain);
    if (!call)
        return -ENOMEM;
    call->count++;
    call->counted &= counter != NULL;
    call->packets += counter ? counter->packets : 0;
    return 0;
}

static const struct nf_counter *element_counter(const struct nf_element *element) {
    for (size_t i = 0; i < element->expr_count; i++) {
        if (element->exprs[i].kind == NF_EXPR_COUNTER)
            return &element->exprs[i].counter;
    }
    return NULL;
}

// Of a map whose elements were not read nothing is known.
static int add_map_calls(struct graph *graph, size_t caller, const struct nf_set *set) {
    int r = 0;
    if (!set || !set->elements_read)
        graph->is_unread[caller] = true;
    for (size_t i = 0; set && r == 0 && i < set->element_count; i++) {
        const struct nf_element *element = &set->elements[i];
        if (element->has_verdict && element->verdict.chain)
            r = add_call(graph, element->verdict.chain, element_counter(element));
    }
    return r;
}

static int add_rule_calls(struct graph *graph, size_t caller, const struct nf_rule *rule) {
    int r = 0;
    for (uint32_t i = 0; r == 0 && i < rule->expr_count; i++) {
        const struct nf_expr *expr = &rule->exprs[i];
        if (expr->kind == NF_EXPR_VERDICT && expr->verdict.chain)
            r = add_call(graph, expr->verdict.chain, nf_rule_counter(rule));
        else if (expr->kind == NF_EXPR_LOOKUP && expr->lookup.destination == NF_REGISTER_VERDICT)
            r = add_map_calls(graph, caller, expr->lookup.set);
    }
    return r;
}

static int add_chain_calls(struct graph *graph, size_t caller) {
    const struct nf_chain *chain = &graph->table->chains[caller];
    int r = 0;
    graph->starts[caller] = graph->count;
    graph->is_unread[caller] = !chain->rules_read;
    for (size_t i = 0; r == 0 && i < chain->rule_count; i++)
        r = add_rule_calls(graph, caller, &chain->rules[i]);
    for (size_t i = graph->starts[caller]; i < graph->count; i++)
        graph->places[graph->calls[i].chain] = 0;
    graph->starts[caller + 1] = graph->count;
    return r;
}

// --- Which chains are reached --------------------------------------------------------------------

// Marks what the chains of the queue, which are reached, lead to. Returns true if they may lead to
// more than is known.
static bool spread(struct graph *graph, uint32_t *queue, size_t end) {
    bool unread = false;
    for (size_t next = 0; next < end; next++) {
        uint32_t caller = queue[next];
        unread |= graph->is_unread[caller];
        for (size_t i = graph->starts[caller]; i < graph->starts[caller + 1]; i++) {
            uint32_t chain = graph->calls[i].chain;
            if (graph->reach[chain] == NF_REACH_NO) {
                graph->reach[chain] = NF_REACH_YES;
                queue[end++] = chain;
            }
        }
    }
    return unread;
}

static int find_reach(struct graph *graph) {
    const struct nf_table *table = graph->table;
    uint32_t *queue = malloc((table->chain_count + 1) * sizeof(*queue));
    size_t end = 0;
    if (!queue)
        return -ENOMEM;
    for (size_t i = 0; i < table->chain_count; i++) {
        if (!table->chains[i].is_base || table->flags & TABLE_DORMANT)
            continue;
        graph->reach[i] = NF_REACH_YES;
        queue[end++] = (uint32_t)i;
    }
    bool unread = spread(graph, queue, end);
    for (size_t i = 0; unread && i < table->chain_count; i++) {
        if (graph->reach[i] == NF_REACH_NO)
            graph->reach[i] = NF_REACH_UNKNOWN;
    }
    free(queue);
    return 0;
}

// --- The graph -----------------------------------------------------------------------------------

static void graph_done(struct graph *graph) {
    free(graph->calls);
    free(graph->starts);
    free(graph->places);
    free(graph->reach);
    free(graph->is_called);
    free(graph->is_unread);
}

static int graph_init(struct graph *graph, const struct nf_table *table) {
    size_t room = table->chain_count + 1;
    *graph = (struct graph){
        .table = table,
        .starts = calloc(room, sizeof(*graph->starts)),
        .places = calloc(room, sizeof(*graph->places)),
        .reach = calloc(room, sizeof(*graph->reach)),
        .is_called = calloc(room, sizeof(*graph->is_called)),
        .is_unread = calloc(room, sizeof(*graph->is_unread)),
    };
    bool has_all =
        graph->starts && graph->places && graph->reach && graph->is_called && graph->is_unread;
    int r = has_all ? 0 : -ENOMEM;
    for (size_t i = 0; r == 0 && i < table->chain_count; i++)
        r = add_chain_calls(graph, i);
    if (r == 0)
        r = find_reach(graph);
    if (r < 0)
        graph_done(graph);
    return r;
}

int nf_reach_find(const struct nf_table *table, uint8_t **ret_reach) {
    struct graph graph;
    int r = graph_init(&graph, table);
    if (r < 0)
        return r;
    *ret_reach = graph.reach;
    graph.reach = NULL;
    graph_done(&graph);
    return 0;
}

// --- The tree ------------------------------------------------------------------------------------

// The way from a root to where the walk is: a chain, and which of its calls comes next.
struct step {
    uint32_t chain;
    size_t next;
};

struct walk {
    const struct graph *graph;
    nf_reference_sink *sink;
    void *user_data;
    bool *is_shown; // what the chain leads to is, somewhere
    struct step *steps;
    size_t depth;
};

// Hands over a chain, and goes on to what it leads to if that was not shown yet.
static int show(struct walk *walk, const struct nf_chain *caller, const struct call *call) {
    const struct graph *graph = walk->graph;
    uint32_t chain = call->chain;
    size_t start = graph->starts[chain], end = graph->starts[chain + 1];
    const struct nf_reference reference = {
        .caller = caller,
        .chain = &graph->table->chains[chain],
        .depth = (uint32_t)walk->depth,
        .calls = call->count,
        .leads = (uint32_t)(end - start),
        .repeated = walk->is_shown[chain] && end > start,
        .counted = call->counted && call->count > 0,
        .packets = call->packets,
        .reach = graph->reach[chain],
    };
    if (!walk->is_shown[chain])
        walk->steps[walk->depth++] = (struct step){chain, start};
    walk->is_shown[chain] = true;
    return walk->sink(&reference, walk->user_data);
}

static int show_root(struct walk *walk, uint32_t root) {
    const struct graph *graph = walk->graph;
    if (walk->is_shown[root])
        return 0;
    int r = show(walk, NULL, &(struct call){.chain = root});
    while (r == 0 && walk->depth > 0) {
        struct step *step = &walk->steps[walk->depth - 1];
        if (step->next == graph->starts[step->chain + 1])
            walk->depth--;
        else
            r = show(walk, &graph->table->chains[step->chain], &graph->calls[step->next++]);
    }
    return r;
}

// Base chains, then those to which nothing leads, then what is left: chains that only lead to each
// other.
static int show_all(struct walk *walk) {
    const struct graph *graph = walk->graph;
    size_t count = graph->table->chain_count;
    int r = 0;
    for (uint32_t i = 0; r == 0 && i < count; i++) {
        if (graph->table->chains[i].is_base)
            r = show_root(walk, i);
    }
    for (uint32_t i = 0; r == 0 && i < count; i++) {
        if (!graph->is_called[i])
            r = show_root(walk, i);
    }
    for (uint32_t i = 0; r == 0 && i < count; i++)
        r = show_root(walk, i);
    return r;
}

int nf_reference_find(const struct nf_table *table, nf_reference_sink *sink, void *user_data) {
    struct graph graph;
    int r = graph_init(&graph, table);
    if (r < 0)
        return r;
    struct walk walk = {
        .graph = &graph,
        .sink = sink,
        .user_data = user_data,
        .is_shown = calloc(table->chain_count + 1, sizeof(*walk.is_shown)),
        .steps = calloc(table->chain_count + 1, sizeof(*walk.steps)),
    };
    r = walk.is_shown && walk.steps ? show_all(&walk) : -ENOMEM;
    free(walk.is_shown);
    free(walk.steps);
    graph_done(&graph);
    return r;
}
