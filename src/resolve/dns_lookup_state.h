// SPDX-License-Identifier: GPL-2.0-or-later
// What a lookup knows while it is under way, and what its files do for one another. Only
// dns_lookup*.c include it: dns_lookup.c is the way in, _query what is sent, _candidate the names
// that are tried, _turn whose turn it is and how long it is waited for, _reply what is made of what
// comes, _validate whether it is to be believed, _rows the rows of queries, _result what it all
// comes to.
#ifndef RESOLVE_DNS_LOOKUP_STATE_H
#define RESOLVE_DNS_LOOKUP_STATE_H

#include "resolve/dns_lookup.h"
#include "resolve/dns_message.h"
#include "resolve/dnssec_validator.h"

#define SECOND      INT64_C(1000000)
#define SERVER_NONE SIZE_MAX
#define PENDING_MAX (2 * RESOLVER_SERVERS_USED)

#define DNS_COOKIE_CLIENT 8 // RFC 7873 4
#define DNS_COOKIE_MAX    (DNS_COOKIE_CLIENT + 32)

// One of the two questions that are under way for the present candidate.
struct exchange {
    uint16_t type;
    uint16_t id;
    uint8_t query[DNS_QUERY_MAX]; // as it was last sent
    size_t query_len;
    bool cookie_refused; // once, then it was sent again with what the server gave
    bool sent;           // in the present round
    bool settled;
    bool usable;                        // settled by a reply that a resolver takes
    struct dns_reply *reply;            // the latest one
    size_t reply_query;                 // the row of the query that it answers
    const uint8_t *message;             // that it was read from, if messages are kept
    size_t rows[RESOLVER_SERVERS_USED]; // of the queries under way to each server; SIZE_MAX: none
    uint32_t attempts[RESOLVER_SERVERS_USED];
    struct dns_record *records; // of a zone transfer, as far as it has come
    size_t record_capacity;
};

// What is sent to a server to be known by it: the client's part, and the server's once it came.
struct cookie {
    uint8_t bytes[DNS_COOKIE_MAX];
    size_t size; // 0: none is sent
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
    struct cookie cookies[RESOLVER_SERVERS_USED];
    uint32_t open_sockets; // servers to which there is a socket of the present transport
    bool done, failed;
    size_t tried; // candidates

    // What the whole comes to so far, and the replies that say so.
    enum dns_outcome verdict;
    struct verdict_reply {
        uint16_t type;
        const struct dns_reply *reply;
        size_t query; // its row
        const uint8_t *message;
    } replies[2];
    size_t reply_count;
    const char *verdict_candidate;
    size_t verdict_tried; // how many names were tried until that one

    bool keeps_messages; // they are to be validated
    struct dnssec_validator *validator;
    struct dns_lookup *chain;    // the query that it waits for; NULL: none
    struct dnssec_wanted wanted; // which one that is
    size_t judged, offered;      // replies: with a verdict, and known to the validator
    struct dnssec_verdict verdicts[2];
};

// dns_lookup.c

// As dns_lookup_new(); times of queries count from `began`, and their rows go into that table, a
// reference to which is taken over (NULL: memory was out).
struct dns_lookup *lookup_new(const struct dns_settings *settings,
                              const struct dns_question *question, uint64_t seed, int64_t began,
                              int64_t now, struct table *queries);
uint64_t lookup_next_random(struct dns_lookup *lookup);
// True if glibc's rules hold and one of the options (RESOLVER_*) is set.
bool lookup_has_option(const struct dns_lookup *lookup, uint32_t option);
// True while musl's rules say what happens: over UDP.
bool lookup_is_musl(const struct dns_lookup *lookup);
// Memory is out: there will be no result.
void lookup_fail(struct dns_lookup *lookup);

// dns_lookup_rows.c

struct dns_query *lookup_query(const struct dns_lookup *lookup, size_t index);
// Returns the row's index, or SIZE_MAX when memory is out.
size_t lookup_add_row(struct dns_lookup *lookup, struct exchange *exchange, size_t server,
                      int64_t now);
void lookup_settle_row(struct dns_lookup *lookup, size_t index, enum dns_query_outcome outcome,
                       int64_t now, bool took);
// All that is under way ends so.
void lookup_settle_rows(struct dns_lookup *lookup, enum dns_query_outcome outcome, int64_t now);

// dns_lookup_query.c

// Makes the bytes of an exchange's query for a server. Returns 0 or -EINVAL: the candidate cannot
// stand in one.
int lookup_make_query(const struct dns_lookup *lookup, struct exchange *exchange, size_t server);
void lookup_make_cookies(struct dns_lookup *lookup);
// Looks at what a reply echoes of the query, the cookie and the client's subnet, and keeps the
// cookie that the server gave. False: it is no reply to that query.
bool lookup_takes_options(struct dns_lookup *lookup, size_t server, struct dns_reply *reply);

// dns_lookup_candidate.c

void lookup_start_candidate(struct dns_lookup *lookup, int64_t now);
// The candidate came to that: the search goes on, or is done.
void lookup_end_candidate(struct dns_lookup *lookup, enum dns_outcome outcome, int64_t now);
enum dns_outcome lookup_judge_candidate(const struct dns_lookup *lookup);
void lookup_keep_verdict(struct dns_lookup *lookup, enum dns_outcome outcome);

// dns_lookup_turn.c

size_t lookup_present_server(const struct dns_lookup *lookup);
// Puts a query of the exchange among what is to be sent.
void lookup_ask(struct dns_lookup *lookup, size_t exchange, size_t server, bool fresh);
int64_t lookup_patience(const struct dns_lookup *lookup); // microseconds for the present server
void lookup_start_turn(struct dns_lookup *lookup, int64_t now);
void lookup_start_musl_round(struct dns_lookup *lookup, int64_t now);
void lookup_start_round(struct dns_lookup *lookup, int64_t now);
void lookup_next_turn(struct dns_lookup *lookup, int64_t now);
bool lookup_some_usable(const struct dns_lookup *lookup); // of the present exchanges
// The deadline has passed.
void lookup_time_out(struct dns_lookup *lookup, int64_t now);

// dns_lookup_validate.c

// The search is over: the lookup is done, or is validated first.
void lookup_finish(struct dns_lookup *lookup, int64_t now);
// What the query that validating waits for wants next; DNS_DONE once there is no more to ask.
void lookup_next_of_chain(struct dns_lookup *lookup, int64_t now, struct dns_action *ret_action);
void lookup_cancel_chain(struct dns_lookup *lookup, int64_t now);

#endif
