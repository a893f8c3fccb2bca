// SPDX-License-Identifier: GPL-2.0-or-later
#include "resolve/dns_lookup_state.h"

#include <errno.h>
#include <string.h>

#define REPLIES_MAX (64u << 20) // bytes of a zone transfer

static bool is_transfer(const struct exchange *exchange) {
    return exchange->type == DNS_TYPE_AXFR;
}

// A later message of a zone transfer need not have the question.
static bool continues(const struct exchange *exchange, const uint8_t *bytes, size_t len) {
    return is_transfer(exchange) && exchange->reply && len >= DNS_HEADER_SIZE &&
           memcmp(bytes, exchange->query, 2) == 0 && dns_reply_flags(bytes) & DNS_QR;
}

static struct exchange *find_exchange(struct dns_lookup *lookup, size_t server,
                                      const uint8_t *bytes, size_t len) {
    for (size_t i = 0; i < lookup->exchange_count; i++) {
        struct exchange *exchange = &lookup->exchanges[i];
        if (exchange->rows[server] != SIZE_MAX && !exchange->settled &&
            (continues(exchange, bytes, len) ||
             dns_reply_belongs(exchange->query, exchange->query_len, bytes, len)))
            return exchange;
    }
    return NULL;
}

static void count_stray(struct dns_lookup *lookup, size_t server) {
    for (size_t i = 0; i < lookup->exchange_count; i++) {
        size_t row = lookup->exchanges[i].rows[server];
        if (row != SIZE_MAX) {
            lookup_query(lookup, row)->strays++;
            return;
        }
    }
}

// The part of a zone in a message is put behind what came before.
static int append(struct dns_lookup *lookup, struct exchange *exchange,
                  const struct dns_reply *part) {
    struct dns_reply *whole = exchange->reply;
    struct dns_records *records = &whole->sections[DNS_SECTION_ANSWER];
    const struct dns_records *more = &part->sections[DNS_SECTION_ANSWER];
    size_t count = records->count + more->count;
    if (whole->size + part->size > REPLIES_MAX)
        return -EMSGSIZE;
    if (count > exchange->record_capacity) {
        struct dns_record *items = arena_alloc(&lookup->queries->arena, 2 * count * sizeof(*items));
        if (!items)
            return -ENOMEM;
        if (records->count > 0)
            memcpy(items, records->items, records->count * sizeof(*items));
        exchange->records = items;
        exchange->record_capacity = 2 * count;
    }
    if (more->count > 0)
        memcpy(exchange->records + records->count, more->items, more->count * sizeof(*more->items));
    *records = (struct dns_records){exchange->records, count};
    whole->size += part->size;
    whole->rcode = part->rcode;
    return 0;
}

// A zone ends with the SOA record that it began with.
static bool transfer_is_whole(const struct dns_reply *reply) {
    const struct dns_records *records = &reply->sections[DNS_SECTION_ANSWER];
    return reply->rcode != DNS_NOERROR || records->count == 0 ||
           records->items[0].type_number != DNS_TYPE_SOA ||
           (records->count > 1 && records->items[records->count - 1].type_number == DNS_TYPE_SOA);
}

// Returns 0; -EINVAL, when it belongs to nobody's query after all; or -EBADMSG, -EMSGSIZE, -ENOMEM.
static int take_reply(struct dns_lookup *lookup, struct exchange *exchange, size_t server,
                      const uint8_t *bytes, size_t len) {
    struct arena *arena = &lookup->queries->arena;
    struct dns_reply *reply = arena_alloc(arena, sizeof(*reply));
    if (!reply)
        return -ENOMEM;
    int r = dns_reply_decode(arena, bytes, len, reply);
    if (r == 0 && !lookup_takes_options(lookup, server, reply))
        return -EINVAL;
    if (r == 0 && continues(exchange, bytes, len))
        return append(lookup, exchange, reply);
    exchange->reply = r == 0 ? reply : NULL;
    exchange->records = NULL; // what an earlier transfer left
    exchange->record_capacity = 0;
    exchange->message = r == 0 && lookup->keeps_messages ? arena_copy(arena, bytes, len) : NULL;
    exchange->reply_query = exchange->rows[server];
    lookup_query(lookup, exchange->rows[server])->reply = exchange->reply;
    return r;
}

// A server's error makes glibc ask the next one; so does a referral without anything in it.
static bool is_usable(const struct dns_lookup *lookup, const struct dns_reply *reply) {
    if (!reply)
        return false;
    if (lookup->settings.rules == DNS_RULES_EXACT || lookup->transport == DNS_TCP)
        return true;
    if (reply->rcode == DNS_SERVFAIL || reply->rcode == DNS_NOTIMP || reply->rcode == DNS_REFUSED)
        return false;
    bool lame = reply->rcode == DNS_NOERROR && !(reply->flags & (DNS_AA | DNS_RA)) &&
                reply->sections[DNS_SECTION_ANSWER].count == 0 &&
                reply->sections[DNS_SECTION_ADDITIONAL].count == 0 && !reply->edns;
    return !lame;
}

static bool is_truncated(const struct dns_lookup *lookup, const struct dns_reply *reply) {
    return reply && reply->flags & DNS_TC && lookup->transport == DNS_UDP;
}

static void start_tcp(struct dns_lookup *lookup, size_t server, int64_t now) {
    lookup_settle_rows(lookup, DNS_QUERY_ABANDONED, now);
    lookup->transport = DNS_TCP;
    lookup->open_sockets = 0;
    lookup->turn =
        (server + lookup->settings.server_count - lookup->rotated) % lookup->settings.server_count;
    lookup_start_turn(lookup, now);
}

// One of the two is settled: the other one is waited for, or asked now.
static void go_on(struct dns_lookup *lookup, int64_t now) {
    for (size_t i = 0; i < lookup->exchange_count; i++) {
        if (lookup->exchanges[i].settled)
            continue;
        if (!lookup->exchanges[i].sent)
            lookup_ask(lookup, i, lookup_present_server(lookup), lookup->reopen);
        return;
    }
    if (lookup_some_usable(lookup) || lookup_is_musl(lookup)) {
        lookup_end_candidate(lookup, lookup_judge_candidate(lookup), now);
        return;
    }
    lookup->open_sockets = 0;
    lookup_next_turn(lookup, now);
}

// musl takes what is there and what is not; it asks again where a server failed, a few times.
static void take_musl_reply(struct dns_lookup *lookup, struct exchange *exchange, size_t server,
                            int64_t now) {
    const struct dns_reply *reply = exchange->reply;
    uint32_t rcode = reply ? reply->rcode : DNS_FORMERR;
    exchange->settled = exchange->usable = rcode == DNS_NOERROR || rcode == DNS_NXDOMAIN;
    if (exchange->settled)
        go_on(lookup, now);
    else if (rcode == DNS_SERVFAIL && lookup->musl_retries > 0) {
        lookup->musl_retries--;
        lookup_ask(lookup, (size_t)(exchange - lookup->exchanges), server, false);
    }
}

// A server that wants its cookie back has sent it. If it does not take it either, there is TCP,
// where none is needed (RFC 7873 5.3).
static void send_cookie(struct dns_lookup *lookup, struct exchange *exchange, size_t server,
                        int64_t now) {
    if (exchange->cookie_refused)
        start_tcp(lookup, server, now);
    else
        lookup_ask(lookup, (size_t)(exchange - lookup->exchanges), server, false);
    exchange->cookie_refused = true;
}

static bool wants_cookie(const struct dns_lookup *lookup, const struct dns_reply *reply) {
    return lookup->settings.cookies && lookup->transport == DNS_UDP && reply &&
           reply->rcode == DNS_BADCOOKIE && reply->cookie_state.known;
}

static void act_on_reply(struct dns_lookup *lookup, struct exchange *exchange, size_t server,
                         int64_t now) {
    if (lookup_is_musl(lookup)) {
        take_musl_reply(lookup, exchange, server, now);
        return;
    }
    if (wants_cookie(lookup, exchange->reply)) {
        send_cookie(lookup, exchange, server, now);
        return;
    }
    exchange->settled = true;
    exchange->usable = is_usable(lookup, exchange->reply);
    go_on(lookup, now);
}

// Makes of a message what it is: a reply that ends its query, with the outcome of that; a part of a
// zone; or one that does not belong. Returns the exchange whose query it ends, or NULL.
static struct exchange *take_message(struct dns_lookup *lookup, int64_t now, size_t server,
                                     bool from_server, const uint8_t *bytes, size_t len) {
    struct exchange *exchange = from_server ? find_exchange(lookup, server, bytes, len) : NULL;
    int r = exchange ? take_reply(lookup, exchange, server, bytes, len) : -EINVAL;
    if (r == -ENOMEM) {
        lookup_fail(lookup);
        return NULL;
    }
    if (r == -EINVAL) {
        count_stray(lookup, server);
        return NULL;
    }
    lookup->refused = false;
    if (r == 0 && is_transfer(exchange) && !transfer_is_whole(exchange->reply)) {
        lookup->deadline = now + lookup_patience(lookup);
        return NULL;
    }
    lookup_settle_row(lookup, exchange->rows[server],
                      r < 0                                   ? DNS_QUERY_MALFORMED
                      : is_truncated(lookup, exchange->reply) ? DNS_QUERY_TRUNCATED
                                                              : DNS_QUERY_ANSWERED,
                      now, true);
    exchange->rows[server] = SIZE_MAX;
    return exchange;
}

void dns_lookup_received(struct dns_lookup *lookup, int64_t now, size_t server,
                         enum dns_transport transport, bool from_server, const uint8_t *bytes,
                         size_t len) {
    if (lookup->chain) {
        dns_lookup_received(lookup->chain, now, server, transport, from_server, bytes, len);
        return;
    }
    if (lookup->done || transport != lookup->transport || server >= lookup->settings.server_count)
        return;
    struct exchange *exchange = take_message(lookup, now, server, from_server, bytes, len);
    if (exchange && is_truncated(lookup, exchange->reply))
        start_tcp(lookup, server, now);
    else if (exchange)
        act_on_reply(lookup, exchange, server, now);
}

void dns_lookup_broke(struct dns_lookup *lookup, int64_t now, size_t server,
                      enum dns_transport transport, int error) {
    if (lookup->chain) {
        dns_lookup_broke(lookup->chain, now, server, transport, error);
        return;
    }
    const char *words = error ? arena_strdup(&lookup->queries->arena, strerror(error)) : NULL;
    bool listening = lookup_is_musl(lookup) || server == lookup_present_server(lookup);
    if (lookup->done || transport != lookup->transport || !listening)
        return;
    for (size_t i = 0; i < lookup->exchange_count; i++) {
        size_t *row = &lookup->exchanges[i].rows[server];
        if (*row == SIZE_MAX)
            continue;
        lookup_settle_row(lookup, *row, error ? DNS_QUERY_UNREACHABLE : DNS_QUERY_CLOSED, now,
                          true);
        lookup_query(lookup, *row)->reason = words;
        *row = SIZE_MAX;
    }
    lookup->open_sockets &= ~(UINT32_C(1) << server);
    if (!lookup_is_musl(lookup)) {
        lookup->open_sockets = 0;
        lookup_next_turn(lookup, now);
    }
}
