// SPDX-License-Identifier: GPL-2.0-or-later
// The lookups of a session as rows: what each came to, and every query.
#include "panels/dns_lookup.h"

#include <errno.h>

bool dns_history_find(enum kind_id kind, const void *row, unsigned *ret_number) {
    uint32_t number = kind == KIND_ANSWERS   ? ((const struct dns_answer *)row)->lookup
                      : kind == KIND_QUERIES ? ((const struct dns_query *)row)->lookup
                                             : 0;
    *ret_number = number;
    return number != 0;
}

static int add_answers(const struct dns_panel_lookup *lookup, const struct dns_lookup_part *part,
                       struct table *table) {
    // The texts of answers are in the table of queries.
    if (table_borrow(table, part->answers) < 0 || table_borrow(table, part->queries) < 0)
        return -ENOMEM;
    for (size_t i = 0; i < part->answers->count; i++) {
        struct dns_answer *row = table_add(table);
        if (!row)
            return -ENOMEM;
        *row = *(const struct dns_answer *)table_row(part->answers, i);
        row->lookup = lookup->number;
        if (row->time == 0)
            row->time = lookup->time;
        // A server that was asked alone is known though it says nothing.
        if (!row->server && part->set->count == 1 && part->queries->count > 0)
            row->server = arena_strdup(&table->arena, part->set->servers[0]);
    }
    return 0;
}

static int add_queries(const struct dns_panel_lookup *lookup, struct table *queries,
                       struct table *table) {
    if (table_borrow(table, queries) < 0)
        return -ENOMEM;
    for (size_t i = 0; i < queries->count; i++) {
        struct dns_query *row = table_add(table);
        if (!row)
            return -ENOMEM;
        *row = *(const struct dns_query *)table_row(queries, i);
        row->lookup = lookup->number;
    }
    return 0;
}

// A lookup that has no answer yet, or will have none.
static int add_bare(const struct dns_panel_lookup *lookup, struct table *table) {
    struct dns_answer *row = table_add(table);
    if (!row)
        return -ENOMEM;
    *row = (struct dns_answer){
        .asked = arena_strdup(&table->arena, lookup->subject.asked),
        .type =
            arena_strdup(&table->arena, lookup->request.types ? lookup->request.types : "A,AAAA"),
        .class = "IN",
        .outcome = !lookup->through    ? DNS_UNDER_WAY
                   : lookup->cancelled ? DNS_CANCELLED
                                       : DNS_FAILED,
        .from = "dns",
        .reason = arena_strdup(&table->arena, lookup->error.code != 0 ? lookup->error.text : NULL),
        .time = lookup->time,
        .lookup = lookup->number,
    };
    return row->asked && row->type ? 0 : -ENOMEM;
}

static int add_lookup(const struct dns_panel_lookup *lookup, struct table *answers,
                      struct table *queries) {
    bool any = false;
    int r = 0;
    for (size_t i = 0; i < lookup->part_count && r == 0; i++) {
        const struct dns_lookup_part *part = &lookup->parts[i];
        struct table *sent = part->going ? part->going : part->queries;
        any |= part->answers != NULL;
        if (part->answers)
            r = add_answers(lookup, part, answers);
        if (r == 0 && sent)
            r = add_queries(lookup, sent, queries);
    }
    return r == 0 && !any ? add_bare(lookup, answers) : r;
}

// Without memory the tables stay as they were.
void dns_history_remember(void *const *lookups, size_t count, struct node *node, uint64_t netns) {
    struct table *answers = table_new(&dns_answer_kind), *queries = table_new(&dns_query_kind);
    int r = answers && queries ? 0 : -ENOMEM;
    for (size_t i = 0; i < count && r == 0; i++) {
        struct dns_panel_lookup *lookup = lookups[i];
        pthread_mutex_lock(&lookup->lock);
        r = add_lookup(lookup, answers, queries);
        pthread_mutex_unlock(&lookup->lock);
    }
    if (r < 0) {
        table_unref(answers);
        table_unref(queries);
        return;
    }
    node_set_table(node, netns, answers);
    node_set_table(node, netns, queries);
}
