// SPDX-License-Identifier: GPL-2.0-or-later
#include "resolve/dns_lookup_state.h"

struct dns_query *lookup_query(const struct dns_lookup *lookup, size_t index) {
    return (struct dns_query *)lookup->queries->rows + index;
}

void lookup_settle_row(struct dns_lookup *lookup, size_t index, enum dns_query_outcome outcome,
                       int64_t now, bool took) {
    struct dns_query *row = lookup_query(lookup, index);
    row->outcome = outcome;
    if (took)
        row->took = maybe_of((uint64_t)(now - lookup->began) - row->sent);
}

// All that is under way ends so.
void lookup_settle_rows(struct dns_lookup *lookup, enum dns_query_outcome outcome, int64_t now) {
    for (size_t i = 0; i < lookup->exchange_count; i++) {
        for (size_t server = 0; server < RESOLVER_SERVERS_USED; server++) {
            size_t *row = &lookup->exchanges[i].rows[server];
            if (*row != SIZE_MAX)
                lookup_settle_row(lookup, *row, outcome, now, false);
            *row = SIZE_MAX;
        }
    }
}

size_t lookup_add_row(struct dns_lookup *lookup, struct exchange *exchange, size_t server,
                      int64_t now) {
    struct dns_query *row = table_add(lookup->queries);
    struct arena *arena = &lookup->queries->arena;
    if (!row)
        return SIZE_MAX;
    *row = (struct dns_query){
        .asked = lookup->question.asked,
        .candidate = lookup->candidates.names[lookup->candidate],
        .type = dns_type_word(arena, exchange->type),
        .class = dns_class_word(arena, lookup->question.class),
        .server =
            server == SERVER_NONE ? NULL : arena_strdup(arena, lookup->settings.servers[server]),
        .port = lookup->settings.port,
        .transport = lookup->transport,
        .sent = (uint64_t)(now - lookup->began),
        .query_size = exchange->query_len,
        .id = (uint32_t)(exchange->query[0] << 8 | exchange->query[1]),
        .attempt = server == SERVER_NONE ? 0 : ++exchange->attempts[server],
    };
    return row->asked && row->type && row->class ? lookup->queries->count - 1 : SIZE_MAX;
}

// A reply of a zone transfer grows as its parts come: each snapshot has it as it is now.
static bool copy_reply(struct arena *arena, struct dns_query *query) {
    if (query->reply)
        query->reply = arena_copy(arena, query->reply, sizeof(*query->reply));
    return query->reply;
}

struct table *dns_lookup_snapshot(const struct dns_lookup *lookup) {
    struct table *snapshot = table_new(&dns_query_kind);
    if (!snapshot || table_borrow(snapshot, lookup->queries) < 0 ||
        table_reserve(snapshot, lookup->queries->count) < 0) {
        table_unref(snapshot);
        return NULL;
    }
    for (size_t i = 0; i < lookup->queries->count; i++) {
        struct dns_query *row = table_add(snapshot);
        *row = *(const struct dns_query *)table_row(lookup->queries, i);
        if (row->reply && !copy_reply(&snapshot->arena, row)) {
            table_unref(snapshot);
            return NULL;
        }
    }
    return snapshot;
}
