// SPDX-License-Identifier: GPL-2.0-or-later
#include "resolve/dns_lookup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "resolve/dns_lookup_state.h"

// --- Beginning -----------------------------------------------------------------------------------

// SplitMix64: the seed is random, what follows from it need not be more than well mixed.
uint64_t lookup_next_random(struct dns_lookup *lookup) {
    uint64_t z = lookup->random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

bool lookup_has_option(const struct dns_lookup *lookup, uint32_t option) {
    return lookup->settings.rules == DNS_RULES_GLIBC && lookup->settings.resolver->options & option;
}

bool lookup_is_musl(const struct dns_lookup *lookup) {
    return lookup->settings.rules == DNS_RULES_MUSL && lookup->transport == DNS_UDP;
}

void lookup_fail(struct dns_lookup *lookup) {
    lookup->failed = lookup->done = true;
}

static void set_out(struct dns_lookup *lookup, int64_t now) {
    size_t count = lookup->settings.server_count;
    lookup->single =
        lookup_has_option(lookup, RESOLVER_SINGLE_REQUEST | RESOLVER_SINGLE_REQUEST_REOPEN);
    lookup->reopen = lookup_has_option(lookup, RESOLVER_SINGLE_REQUEST_REOPEN);
    lookup->rotated = lookup->settings.first % count;
    if (lookup_has_option(lookup, RESOLVER_ROTATE))
        lookup->rotated = lookup_next_random(lookup) % count;
    lookup->keeps_messages = lookup->settings.anchors;
    lookup_make_cookies(lookup);
    lookup_start_candidate(lookup, now);
}

struct dns_lookup *lookup_new(const struct dns_settings *settings,
                              const struct dns_question *question, uint64_t seed, int64_t began,
                              int64_t now, struct table *queries) {
    struct dns_lookup *lookup = calloc(1, sizeof(*lookup));
    if (!lookup) {
        table_unref(queries);
        return NULL;
    }
    lookup->settings = *settings;
    lookup->question = *question;
    lookup->random = seed;
    lookup->began = began;
    lookup->verdict = DNS_NO_REPLY;
    lookup->answers = table_new(&dns_answer_kind);
    lookup->queries = queries;
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

struct dns_lookup *dns_lookup_new(const struct dns_settings *settings,
                                  const struct dns_question *question, uint64_t seed, int64_t now) {
    return lookup_new(settings, question, seed, now, now, table_new(&dns_query_kind));
}

void dns_lookup_free(struct dns_lookup *lookup) {
    if (!lookup)
        return;
    dns_lookup_free(lookup->chain);
    dnssec_validator_free(lookup->validator);
    table_unref(lookup->answers);
    table_unref(lookup->queries);
    free(lookup);
}

// --- What to do ----------------------------------------------------------------------------------

static void take_pending(struct dns_lookup *lookup, int64_t now, struct dns_action *ret_action) {
    struct pending pending = lookup->pending[0];
    struct exchange *exchange = &lookup->exchanges[pending.exchange];
    uint32_t bit = UINT32_C(1) << pending.server;
    memmove(lookup->pending, lookup->pending + 1,
            --lookup->pending_count * sizeof(lookup->pending[0]));
    // The name has stood in one before, so it fits.
    lookup_make_query(lookup, exchange, pending.server);
    size_t row = lookup_add_row(lookup, exchange, pending.server, now);
    if (row == SIZE_MAX) {
        lookup_fail(lookup);
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
    bool musl = lookup_is_musl(lookup);
    *ret_action = (struct dns_action){
        .kind = DNS_AWAIT,
        .transport = lookup->transport,
        .listen = musl ? lookup->open_sockets : UINT32_C(1) << lookup_present_server(lookup),
        .until = musl && lookup->resend < lookup->deadline ? lookup->resend : lookup->deadline,
    };
}

static void look_at_time(struct dns_lookup *lookup, int64_t now) {
    if (lookup->done || lookup->chain || lookup->pending_count > 0)
        return;
    if (now >= lookup->deadline)
        lookup_time_out(lookup, now);
    else if (lookup_is_musl(lookup) && now >= lookup->resend)
        lookup_start_musl_round(lookup, now);
}

void dns_lookup_next(struct dns_lookup *lookup, int64_t now, struct dns_action *ret_action) {
    look_at_time(lookup, now);
    if (lookup->chain)
        lookup_next_of_chain(lookup, now, ret_action);
    else if (lookup->done)
        *ret_action = (struct dns_action){.kind = DNS_DONE};
    else if (lookup->pending_count > 0)
        take_pending(lookup, now, ret_action);
    else
        await(lookup, ret_action);
}

void dns_lookup_cancel(struct dns_lookup *lookup, int64_t now) {
    if (lookup->done)
        return;
    if (lookup->chain)
        lookup_cancel_chain(lookup, now);
    lookup_settle_rows(lookup, DNS_QUERY_ABANDONED, now);
    lookup_keep_verdict(lookup, DNS_CANCELLED);
    lookup->ended = now;
    lookup->done = true;
}
