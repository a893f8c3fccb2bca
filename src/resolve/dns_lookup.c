// SPDX-License-Identifier: GPL-2.0-or-later
#include "resolve/dns_lookup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "resolve/dns_message.h"

#define SECOND          INT64_C(1000000)
#define REPLIES_MAX     (64u << 20) // bytes of a zone transfer
#define SERVER_NONE     SIZE_MAX
#define GLIBC_EDNS_SIZE 1200
#define PENDING_MAX     (2 * RESOLVER_SERVERS_USED)

// One of the two questions that are under way for the present candidate.
struct exchange {
    uint16_t type;
    uint8_t query[DNS_QUERY_MAX];
    size_t query_len;
    bool sent; // in the present round
    bool settled;
    bool usable;                        // settled by a reply that a resolver takes
    struct dns_reply *reply;            // the latest one
    size_t reply_query;                 // the row of the query that it answers
    size_t rows[RESOLVER_SERVERS_USED]; // of the queries under way to each server; SIZE_MAX: none
    uint32_t attempts[RESOLVER_SERVERS_USED];
    struct dns_record *records; // of a zone transfer, as far as it has come
    size_t record_capacity;
};

struct pending {
    size_t exchange, server;
    bool fresh;
};

struct dns_lookup {
    struct dns_settings settings;
    struct dns_question question;
    struct table *answers, *queries;
    struct dns_candidates candidates;
    size_t candidate;
    struct exchange exchanges[2];
    size_t exchange_count;

    size_t turn;    // how many servers of this round were tried
    size_t rotated; // which server is the first
    uint32_t round; // attempt at all servers, from 0
    enum dns_transport transport;
    bool single, reopen; // one query at a time; each from a socket of its own
    bool refused;        // every server of the candidate was unreachable so far
    int64_t began, ended, deadline, resend;
    uint32_t musl_retries;

    struct pending pending[PENDING_MAX];
    size_t pending_count;
    uint64_t random;
    uint32_t open_sockets; // servers to which there is a socket of the present transport
    bool done, failed;
    size_t tried; // candidates

    // What the whole comes to so far, and the replies that say so.
    enum dns_outcome verdict;
    struct verdict_reply {
        uint16_t type;
        const struct dns_reply *reply;
        size_t query; // its row
    } replies[2];
    size_t reply_count;
    const char *verdict_candidate;
};

// --- Beginning -----------------------------------------------------------------------------------

// SplitMix64: the seed is random, what follows from it need not be more than well mixed.
static uint64_t next_random(struct dns_lookup *lookup) {
    uint64_t z = lookup->random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static bool has_option(const struct dns_lookup *lookup, uint32_t option) {
    return lookup->settings.rules == DNS_RULES_GLIBC && lookup->settings.resolver->options & option;
}

static void start_candidate(struct dns_lookup *lookup, int64_t now);

static void set_out(struct dns_lookup *lookup, int64_t now) {
    size_t count = lookup->settings.server_count;
    lookup->single = has_option(lookup, RESOLVER_SINGLE_REQUEST | RESOLVER_SINGLE_REQUEST_REOPEN);
    lookup->reopen = has_option(lookup, RESOLVER_SINGLE_REQUEST_REOPEN);
    if (has_option(lookup, RESOLVER_ROTATE))
        lookup->rotated = next_random(lookup) % count;
    start_candidate(lookup, now);
}

struct dns_lookup *dns_lookup_new(const struct dns_settings *settings,
                                  const struct dns_question *question, uint64_t seed, int64_t now) {
    struct dns_lookup *lookup = calloc(1, sizeof(*lookup));
    if (!lookup)
        return NULL;
    lookup->settings = *settings;
    lookup->question = *question;
    lookup->random = seed;
    lookup->began = now;
    lookup->verdict = DNS_NO_REPLY;
    lookup->answers = table_new(&dns_answer_kind);
    lookup->queries = table_new(&dns_query_kind);
    if (lookup->queries) {
        lookup->question.asked = arena_strdup(&lookup->queries->arena, question->asked);
        lookup->question.name = arena_strdup(&lookup->queries->arena, question->name);
    }
    if (!lookup->answers || !lookup->queries || !lookup->question.asked || !lookup->question.name ||
        settings->server_count == 0 || settings->server_count > RESOLVER_SERVERS_USED ||
        dns_candidates_make(&lookup->queries->arena, settings->resolver, settings->rules,
                            lookup->question.name, &lookup->candidates) < 0) {
        dns_lookup_free(lookup);
        return NULL;
    }
    set_out(lookup, now);
    return lookup;
}

void dns_lookup_free(struct dns_lookup *lookup) {
    if (!lookup)
        return;
    table_unref(lookup->answers);
    table_unref(lookup->queries);
    free(lookup);
}

static void fail(struct dns_lookup *lookup) {
    lookup->failed = lookup->done = true;
}

// --- Rows of queries -----------------------------------------------------------------------------

static struct dns_query *query_row(struct dns_lookup *lookup, size_t index) {
    return (struct dns_query *)lookup->queries->rows + index;
}

static void settle_row(struct dns_lookup *lookup, size_t index, enum dns_query_outcome outcome,
                       int64_t now, bool took) {
    struct dns_query *row = query_row(lookup, index);
    row->outcome = outcome;
    if (took)
        row->took = maybe_of((uint64_t)(now - lookup->began) - row->sent);
}

// All that is under way ends so.
static void settle_rows(struct dns_lookup *lookup, enum dns_query_outcome outcome, int64_t now) {
    for (size_t i = 0; i < lookup->exchange_count; i++) {
        for (size_t server = 0; server < RESOLVER_SERVERS_USED; server++) {
            size_t *row = &lookup->exchanges[i].rows[server];
            if (*row != SIZE_MAX)
                settle_row(lookup, *row, outcome, now, false);
            *row = SIZE_MAX;
        }
    }
}

static size_t add_row(struct dns_lookup *lookup, struct exchange *exchange, size_t server,
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

// --- Rounds: a server, an attempt ----------------------------------------------------------------

static size_t present_server(const struct dns_lookup *lookup) {
    return (lookup->rotated + lookup->turn) % lookup->settings.server_count;
}

static void ask(struct dns_lookup *lookup, size_t exchange, size_t server, bool fresh) {
    if (lookup->pending_count < PENDING_MAX)
        lookup->pending[lookup->pending_count++] = (struct pending){exchange, server, fresh};
    lookup->exchanges[exchange].sent = true;
}

// glibc: timeout doubled for each further server, and divided among them; never under a second.
static int64_t patience(const struct dns_lookup *lookup) {
    int64_t seconds = (int64_t)lookup->settings.resolver->timeout << lookup->turn;
    if (lookup->turn > 0)
        seconds /= (int64_t)lookup->settings.server_count;
    return (seconds > 0 ? seconds : 1) * SECOND;
}

// Both questions anew to the present server.
static void start_turn(struct dns_lookup *lookup, int64_t now) {
    size_t server = present_server(lookup);
    lookup->pending_count = 0;
    lookup->deadline = now + patience(lookup);
    for (size_t i = 0; i < lookup->exchange_count; i++) {
        struct exchange *exchange = &lookup->exchanges[i];
        exchange->sent = exchange->settled = exchange->usable = false;
    }
    for (size_t i = 0; i < lookup->exchange_count; i++) {
        // Over TCP both go out at once, whatever the options say.
        if (i == 0 || !lookup->single || lookup->transport == DNS_TCP)
            ask(lookup, i, server, false);
    }
}

// musl: to every server at once.
static void start_musl_round(struct dns_lookup *lookup, int64_t now) {
    const struct resolver *resolver = lookup->settings.resolver;
    int64_t attempts = resolver->attempts > 0 ? resolver->attempts : 1;
    settle_rows(lookup, DNS_QUERY_TIMED_OUT, now);
    lookup->resend = now + (int64_t)resolver->timeout * SECOND / attempts;
    for (size_t i = 0; i < lookup->exchange_count; i++) {
        for (size_t server = 0;
             !lookup->exchanges[i].settled && server < lookup->settings.server_count; server++)
            ask(lookup, i, server, false);
    }
}

static bool is_musl(const struct dns_lookup *lookup) {
    return lookup->settings.rules == DNS_RULES_MUSL && lookup->transport == DNS_UDP;
}

static void start_round(struct dns_lookup *lookup, int64_t now) {
    lookup->pending_count = 0;
    if (!is_musl(lookup)) {
        start_turn(lookup, now);
        return;
    }
    lookup->deadline = now + (int64_t)lookup->settings.resolver->timeout * SECOND;
    lookup->musl_retries = (uint32_t)(2 * lookup->exchange_count);
    start_musl_round(lookup, now);
}

// --- Candidates ----------------------------------------------------------------------------------

static bool wants_type(const struct dns_lookup *lookup, uint16_t type) {
    return !(type == DNS_TYPE_AAAA && lookup->question.type_count > 1 &&
             has_option(lookup, RESOLVER_NO_AAAA));
}

static int prepare_exchange(struct dns_lookup *lookup, uint16_t type) {
    const struct dns_settings *settings = &lookup->settings;
    struct exchange *exchange = &lookup->exchanges[lookup->exchange_count++];
    bool edns = settings->edns || has_option(lookup, RESOLVER_EDNS0);
    struct dns_query_form form = {
        .name = lookup->candidates.names[lookup->candidate],
        .type = type,
        .class = lookup->question.class,
        .id = (uint16_t)next_random(lookup),
        .flags =
            (uint16_t)(DNS_RD | (settings->checking_disabled ? DNS_CD : 0) |
                       (settings->rules == DNS_RULES_EXACT || has_option(lookup, RESOLVER_TRUST_AD)
                            ? DNS_AD
                            : 0)),
        .udp_size = settings->edns ? DNS_EDNS_SIZE
                    : edns         ? GLIBC_EDNS_SIZE
                                   : 0,
        .dnssec_ok = settings->dnssec_ok,
        .nsid = settings->edns,
    };
    *exchange = (struct exchange){.type = type, .reply_query = SIZE_MAX};
    for (size_t i = 0; i < RESOLVER_SERVERS_USED; i++)
        exchange->rows[i] = SIZE_MAX;
    int len = dns_query_encode(&form, exchange->query);
    exchange->query_len = len > 0 ? (size_t)len : 0;
    return len < 0 ? len : 0;
}

static void end_candidate(struct dns_lookup *lookup, enum dns_outcome outcome, int64_t now);

// A name that is too long with its domain, or has an empty label in it.
static void reject_candidate(struct dns_lookup *lookup, int64_t now) {
    size_t row = add_row(lookup, &lookup->exchanges[0], SERVER_NONE, now);
    if (row == SIZE_MAX) {
        fail(lookup);
        return;
    }
    query_row(lookup, row)->outcome = DNS_QUERY_UNSENT;
    query_row(lookup, row)->reason =
        "no name of the DNS: a label or the whole is too long or empty";
    end_candidate(lookup, DNS_FAILED, now);
}

static void start_candidate(struct dns_lookup *lookup, int64_t now) {
    const struct dns_question *question = &lookup->question;
    int r = 0;
    lookup->exchange_count = 0;
    lookup->turn = lookup->round = 0;
    lookup->refused = true;
    lookup->tried++;
    bool tcp = lookup->settings.tcp || has_option(lookup, RESOLVER_USE_VC);
    lookup->transport = tcp || question->types[0] == DNS_TYPE_AXFR ? DNS_TCP : DNS_UDP;
    for (size_t i = 0; i < question->type_count && r == 0; i++) {
        if (wants_type(lookup, question->types[i]))
            r = prepare_exchange(lookup, question->types[i]);
    }
    if (r < 0)
        reject_candidate(lookup, now);
    else
        start_round(lookup, now);
}

// What the candidate came to: an answer if either question has one, else what glibc makes of the
// first, or of the second where the first was no error.
static enum dns_outcome judge_candidate(const struct dns_lookup *lookup) {
    enum dns_outcome outcome = DNS_NO_REPLY;
    for (size_t i = 0; i < lookup->exchange_count; i++) {
        const struct dns_reply *reply = lookup->exchanges[i].reply;
        if (!reply)
            continue;
        if (reply->rcode == DNS_NOERROR && reply->sections[DNS_SECTION_ANSWER].count > 0)
            return DNS_ANSWERED;
        if (outcome == DNS_NO_REPLY || outcome == DNS_NO_DATA)
            outcome = reply->rcode == DNS_NOERROR    ? DNS_NO_DATA
                      : reply->rcode == DNS_NXDOMAIN ? DNS_NO_NAME
                                                     : DNS_FAILED;
    }
    return outcome;
}

static bool some_servfail(const struct dns_lookup *lookup) {
    for (size_t i = 0; i < lookup->exchange_count; i++) {
        if (lookup->exchanges[i].reply && lookup->exchanges[i].reply->rcode == DNS_SERVFAIL)
            return true;
    }
    return false;
}

// Of several candidates without an answer the first decides if it was the name as it is; else that
// there was a name without such records; else that a server failed.
static bool outweighs(const struct dns_lookup *lookup, enum dns_outcome outcome) {
    if (lookup->tried == 1 || outcome == DNS_ANSWERED)
        return true;
    if (lookup->candidates.as_is == 0 || lookup->verdict == DNS_NO_DATA)
        return false;
    return !(lookup->verdict == DNS_FAILED && outcome == DNS_NO_NAME);
}

static void keep_verdict(struct dns_lookup *lookup, enum dns_outcome outcome) {
    lookup->verdict = outcome;
    lookup->verdict_candidate = lookup->candidates.names[lookup->candidate];
    lookup->reply_count = lookup->exchange_count;
    for (size_t i = 0; i < lookup->exchange_count; i++) {
        const struct exchange *exchange = &lookup->exchanges[i];
        lookup->replies[i] =
            (struct verdict_reply){exchange->type, exchange->reply, exchange->reply_query};
    }
}

// Whether the search goes on behind a candidate that gave nothing. glibc leaves out the rest of the
// list when a server failed otherwise than by SERVFAIL, but tries the name as it is; where nobody
// is there to ask, it gives up. musl stops at all but a name that is not there.
static size_t next_candidate(const struct dns_lookup *lookup, enum dns_outcome outcome) {
    size_t as_is = lookup->candidates.as_is;
    size_t next =
        lookup->candidate + 1 < lookup->candidates.count ? lookup->candidate + 1 : SIZE_MAX;
    bool was_as_is = lookup->candidate == as_is;
    if (outcome == DNS_ANSWERED)
        return SIZE_MAX;
    if (lookup->settings.rules == DNS_RULES_MUSL)
        return outcome == DNS_NO_NAME ? next : SIZE_MAX;
    if (outcome == DNS_NO_REPLY && lookup->refused && !was_as_is)
        return SIZE_MAX;
    if (outcome == DNS_NO_NAME || outcome == DNS_NO_DATA || was_as_is || some_servfail(lookup))
        return next;
    return as_is > lookup->candidate && lookup->candidate < lookup->candidates.root ? as_is
                                                                                    : SIZE_MAX;
}

static void end_candidate(struct dns_lookup *lookup, enum dns_outcome outcome, int64_t now) {
    settle_rows(lookup, DNS_QUERY_ABANDONED, now);
    lookup->pending_count = 0;
    if (outweighs(lookup, outcome))
        keep_verdict(lookup, outcome);
    size_t next = next_candidate(lookup, outcome);
    lookup->done = next == SIZE_MAX;
    lookup->ended = now;
    if (lookup->done)
        return;
    lookup->candidate = next;
    lookup->open_sockets = 0;
    start_candidate(lookup, now);
}

// The next server, or the first one again.
static void next_turn(struct dns_lookup *lookup, int64_t now) {
    if (++lookup->turn == lookup->settings.server_count) {
        lookup->turn = 0;
        lookup->round++;
    }
    // Over TCP each server is tried once.
    uint32_t rounds = lookup->transport == DNS_TCP ? 1 : lookup->settings.resolver->attempts;
    if (lookup->turn == 0 && lookup->round >= rounds)
        end_candidate(lookup, judge_candidate(lookup), now);
    else
        start_turn(lookup, now);
}

// --- Time ----------------------------------------------------------------------------------------

static bool some_usable(const struct dns_lookup *lookup) {
    for (size_t i = 0; i < lookup->exchange_count; i++) {
        if (lookup->exchanges[i].usable)
            return true;
    }
    return false;
}

// A server that answers one of two questions may not bear both at once: they are asked one after
// the other, then each from a socket of its own (resolv.conf(5), single-request). From then on all
// are.
static void ask_more_carefully(struct dns_lookup *lookup, int64_t now) {
    if (lookup->single && lookup->reopen) {
        end_candidate(lookup, judge_candidate(lookup), now);
        return;
    }
    lookup->reopen = lookup->single;
    lookup->single = true;
    lookup->open_sockets = 0;
    start_turn(lookup, now);
}

static void time_out(struct dns_lookup *lookup, int64_t now) {
    bool musl = is_musl(lookup);
    settle_rows(lookup, DNS_QUERY_TIMED_OUT, now);
    lookup->refused = false;
    if (musl || (some_usable(lookup) && lookup->transport == DNS_TCP))
        end_candidate(lookup, judge_candidate(lookup), now);
    else if (some_usable(lookup))
        ask_more_carefully(lookup, now);
    else
        next_turn(lookup, now);
}

// --- What to do ----------------------------------------------------------------------------------

static void take_pending(struct dns_lookup *lookup, int64_t now, struct dns_action *ret_action) {
    struct pending pending = lookup->pending[0];
    struct exchange *exchange = &lookup->exchanges[pending.exchange];
    uint32_t bit = UINT32_C(1) << pending.server;
    memmove(lookup->pending, lookup->pending + 1,
            --lookup->pending_count * sizeof(lookup->pending[0]));
    size_t row = add_row(lookup, exchange, pending.server, now);
    if (row == SIZE_MAX) {
        fail(lookup);
        *ret_action = (struct dns_action){.kind = DNS_DONE};
        return;
    }
    exchange->rows[pending.server] = row;
    *ret_action = (struct dns_action){
        .kind = DNS_SEND,
        .server = pending.server,
        .transport = lookup->transport,
        .fresh = pending.fresh || !(lookup->open_sockets & bit),
        .bytes = exchange->query,
        .len = exchange->query_len,
    };
    lookup->open_sockets |= bit;
}

static void await(struct dns_lookup *lookup, struct dns_action *ret_action) {
    bool musl = is_musl(lookup);
    *ret_action = (struct dns_action){
        .kind = DNS_AWAIT,
        .transport = lookup->transport,
        .listen = musl ? lookup->open_sockets : UINT32_C(1) << present_server(lookup),
        .until = musl && lookup->resend < lookup->deadline ? lookup->resend : lookup->deadline,
    };
}

void dns_lookup_next(struct dns_lookup *lookup, int64_t now, struct dns_action *ret_action) {
    if (!lookup->done && lookup->pending_count == 0 && now >= lookup->deadline)
        time_out(lookup, now);
    else if (!lookup->done && lookup->pending_count == 0 && is_musl(lookup) &&
             now >= lookup->resend)
        start_musl_round(lookup, now);
    if (lookup->done)
        *ret_action = (struct dns_action){.kind = DNS_DONE};
    else if (lookup->pending_count > 0)
        take_pending(lookup, now, ret_action);
    else
        await(lookup, ret_action);
}

// --- What came -----------------------------------------------------------------------------------

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
            query_row(lookup, row)->strays++;
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

// Returns 0, or -EBADMSG, -EMSGSIZE, -ENOMEM.
static int take_reply(struct dns_lookup *lookup, struct exchange *exchange, size_t server,
                      const uint8_t *bytes, size_t len) {
    struct arena *arena = &lookup->queries->arena;
    struct dns_reply *reply = arena_alloc(arena, sizeof(*reply));
    if (!reply)
        return -ENOMEM;
    int r = dns_reply_decode(arena, bytes, len, reply);
    if (r == 0 && continues(exchange, bytes, len))
        return append(lookup, exchange, reply);
    exchange->reply = r == 0 ? reply : NULL;
    exchange->reply_query = exchange->rows[server];
    query_row(lookup, exchange->rows[server])->reply = exchange->reply;
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

static void start_tcp(struct dns_lookup *lookup, size_t server, int64_t now) {
    settle_rows(lookup, DNS_QUERY_ABANDONED, now);
    lookup->transport = DNS_TCP;
    lookup->open_sockets = 0;
    lookup->turn =
        (server + lookup->settings.server_count - lookup->rotated) % lookup->settings.server_count;
    start_turn(lookup, now);
}

// One of the two is settled: the other one is waited for, or asked now.
static void go_on(struct dns_lookup *lookup, int64_t now) {
    for (size_t i = 0; i < lookup->exchange_count; i++) {
        if (lookup->exchanges[i].settled)
            continue;
        if (!lookup->exchanges[i].sent)
            ask(lookup, i, present_server(lookup), lookup->reopen);
        return;
    }
    if (some_usable(lookup) || is_musl(lookup)) {
        end_candidate(lookup, judge_candidate(lookup), now);
        return;
    }
    lookup->open_sockets = 0;
    next_turn(lookup, now);
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
        ask(lookup, (size_t)(exchange - lookup->exchanges), server, false);
    }
}

static void act_on_reply(struct dns_lookup *lookup, struct exchange *exchange, size_t server,
                         int64_t now) {
    if (is_musl(lookup)) {
        take_musl_reply(lookup, exchange, server, now);
        return;
    }
    exchange->settled = true;
    exchange->usable = is_usable(lookup, exchange->reply);
    go_on(lookup, now);
}

void dns_lookup_received(struct dns_lookup *lookup, int64_t now, size_t server,
                         enum dns_transport transport, bool from_server, const uint8_t *bytes,
                         size_t len) {
    if (lookup->done || transport != lookup->transport || server >= lookup->settings.server_count)
        return;
    struct exchange *exchange = from_server ? find_exchange(lookup, server, bytes, len) : NULL;
    if (!exchange) {
        count_stray(lookup, server);
        return;
    }
    lookup->refused = false;
    int r = take_reply(lookup, exchange, server, bytes, len);
    if (r == -ENOMEM) {
        fail(lookup);
        return;
    }
    if (r == 0 && is_transfer(exchange) && !transfer_is_whole(exchange->reply)) {
        lookup->deadline = now + patience(lookup);
        return;
    }
    bool truncated = r == 0 && exchange->reply->flags & DNS_TC && transport == DNS_UDP;
    settle_row(lookup, exchange->rows[server],
               truncated ? DNS_QUERY_TRUNCATED
               : r < 0   ? DNS_QUERY_MALFORMED
                         : DNS_QUERY_ANSWERED,
               now, true);
    exchange->rows[server] = SIZE_MAX;
    if (truncated)
        start_tcp(lookup, server, now);
    else
        act_on_reply(lookup, exchange, server, now);
}

void dns_lookup_broke(struct dns_lookup *lookup, int64_t now, size_t server,
                      enum dns_transport transport, int error) {
    const char *words = error ? arena_strdup(&lookup->queries->arena, strerror(error)) : NULL;
    bool listening = is_musl(lookup) || server == present_server(lookup);
    if (lookup->done || transport != lookup->transport || !listening)
        return;
    for (size_t i = 0; i < lookup->exchange_count; i++) {
        size_t *row = &lookup->exchanges[i].rows[server];
        if (*row == SIZE_MAX)
            continue;
        settle_row(lookup, *row, error ? DNS_QUERY_UNREACHABLE : DNS_QUERY_CLOSED, now, true);
        query_row(lookup, *row)->reason = words;
        *row = SIZE_MAX;
    }
    lookup->open_sockets &= ~(UINT32_C(1) << server);
    if (!is_musl(lookup)) {
        lookup->open_sockets = 0;
        next_turn(lookup, now);
    }
}

void dns_lookup_cancel(struct dns_lookup *lookup, int64_t now) {
    if (lookup->done)
        return;
    settle_rows(lookup, DNS_QUERY_ABANDONED, now);
    keep_verdict(lookup, DNS_CANCELLED);
    lookup->ended = now;
    lookup->done = true;
}

// --- The end -------------------------------------------------------------------------------------

static bool has_type(const struct dns_records *records, uint16_t type) {
    for (size_t i = 0; i < records->count; i++) {
        if (records->items[i].type_number == type)
            return true;
    }
    return false;
}

// What came of one type: an alias alone is no record of it.
static enum dns_outcome outcome_of(const struct dns_reply *reply, uint16_t type) {
    const struct dns_records *records = &reply->sections[DNS_SECTION_ANSWER];
    if (reply->rcode == DNS_NXDOMAIN)
        return DNS_NO_NAME;
    if (reply->rcode != DNS_NOERROR)
        return DNS_FAILED;
    bool any = type == DNS_TYPE_ANY || type == DNS_TYPE_AXFR;
    return has_type(records, type) || (any && records->count > 0) ? DNS_ANSWERED : DNS_NO_DATA;
}

static const char *reason_of(struct arena *arena, enum dns_outcome outcome,
                             const struct dns_reply *reply) {
    switch (outcome) {
    case DNS_ANSWERED:
        return NULL;
    case DNS_NO_DATA:
        return "the name has no records of that type";
    case DNS_NO_NAME:
        return "there is no such name";
    case DNS_FAILED:
        if (!reply)
            return "what servers answered cannot be read, or the name cannot be asked for";
        if (reply->rcode < dns_rcode_names.count && dns_rcode_names.names[reply->rcode])
            return arena_printf(arena, "the server says %s", dns_rcode_names.names[reply->rcode]);
        return arena_printf(arena, "the server says error %u", reply->rcode);
    case DNS_NO_REPLY:
        return "no server answered";
    case DNS_CANCELLED:
        return "cancelled";
    }
    return NULL;
}

static int add_answer(struct dns_lookup *lookup, const struct verdict_reply *source) {
    struct arena *arena = &lookup->queries->arena;
    struct dns_answer *row = table_add(lookup->answers);
    if (!row)
        return -ENOMEM;
    *row = (struct dns_answer){
        .asked = lookup->question.asked,
        .type = dns_type_word(arena, source->type),
        .class = dns_class_word(arena, lookup->question.class),
        .candidate = lookup->verdict_candidate,
        .outcome = lookup->verdict,
        .from = "dns",
        .query_count = lookup->queries->count,
        .candidate_count = lookup->tried,
        .took = (uint64_t)(lookup->ended - lookup->began),
        .reply = source->reply,
    };
    if (source->reply && lookup->verdict != DNS_CANCELLED)
        row->outcome = outcome_of(source->reply, source->type);
    else if (lookup->verdict == DNS_ANSWERED)
        row->outcome = DNS_NO_REPLY; // the other type was answered
    if (source->query != SIZE_MAX) {
        const struct dns_query *query = query_row(lookup, source->query);
        row->server = query->server;
        row->port = query->port;
        row->transport = maybe_of(query->transport);
    }
    row->reason = reason_of(arena, (enum dns_outcome)row->outcome, source->reply);
    return row->asked && row->type && row->class ? 0 : -ENOMEM;
}

int dns_lookup_take(struct dns_lookup *lookup, struct table **ret_answers,
                    struct table **ret_queries) {
    int r = lookup->failed ? -ENOMEM : 0;
    for (size_t i = 0; i < lookup->reply_count && r == 0; i++)
        r = add_answer(lookup, &lookup->replies[i]);
    if (r < 0)
        return r;
    *ret_answers = lookup->answers;
    *ret_queries = lookup->queries;
    lookup->answers = lookup->queries = NULL;
    return 0;
}
