// SPDX-License-Identifier: GPL-2.0-or-later
#include "resolve/dns_lookup_state.h"

size_t lookup_present_server(const struct dns_lookup *lookup) {
    return (lookup->rotated + lookup->turn) % lookup->settings.server_count;
}

void lookup_ask(struct dns_lookup *lookup, size_t exchange, size_t server, bool fresh) {
    if (lookup->pending_count < PENDING_MAX)
        lookup->pending[lookup->pending_count++] = (struct pending){exchange, server, fresh};
    lookup->exchanges[exchange].sent = true;
}

// glibc: timeout doubled for each further server, and divided among them; never under a second.
int64_t lookup_patience(const struct dns_lookup *lookup) {
    int64_t seconds = (int64_t)lookup->settings.resolver->timeout << lookup->turn;
    if (lookup->turn > 0)
        seconds /= (int64_t)lookup->settings.server_count;
    return (seconds > 0 ? seconds : 1) * SECOND;
}

// Both questions anew to the present server.
void lookup_start_turn(struct dns_lookup *lookup, int64_t now) {
    size_t server = lookup_present_server(lookup);
    lookup->pending_count = 0;
    lookup->deadline = now + lookup_patience(lookup);
    for (size_t i = 0; i < lookup->exchange_count; i++) {
        struct exchange *exchange = &lookup->exchanges[i];
        exchange->sent = exchange->settled = exchange->usable = false;
    }
    for (size_t i = 0; i < lookup->exchange_count; i++) {
        // Over TCP both go out at once, whatever the options say.
        if (i == 0 || !lookup->single || lookup->transport == DNS_TCP)
            lookup_ask(lookup, i, server, false);
    }
}

// musl: to every server at once. A server that fails is asked again at once, a few times a round.
void lookup_start_musl_round(struct dns_lookup *lookup, int64_t now) {
    const struct resolver *resolver = lookup->settings.resolver;
    int64_t attempts = resolver->attempts > 0 ? resolver->attempts : 1;
    lookup_settle_rows(lookup, DNS_QUERY_TIMED_OUT, now);
    lookup->musl_retries = (uint32_t)(2 * lookup->exchange_count);
    lookup->resend = now + (int64_t)resolver->timeout * SECOND / attempts;
    for (size_t i = 0; i < lookup->exchange_count; i++) {
        for (size_t server = 0;
             !lookup->exchanges[i].settled && server < lookup->settings.server_count; server++)
            lookup_ask(lookup, i, server, false);
    }
}

void lookup_start_round(struct dns_lookup *lookup, int64_t now) {
    lookup->pending_count = 0;
    if (!lookup_is_musl(lookup)) {
        lookup_start_turn(lookup, now);
        return;
    }
    lookup->deadline = now + (int64_t)lookup->settings.resolver->timeout * SECOND;
    lookup_start_musl_round(lookup, now);
}

// The next server, or the first one again.
void lookup_next_turn(struct dns_lookup *lookup, int64_t now) {
    if (++lookup->turn == lookup->settings.server_count) {
        lookup->turn = 0;
        lookup->round++;
    }
    // Over TCP each server is tried once.
    uint32_t rounds = lookup->transport == DNS_TCP ? 1 : lookup->settings.resolver->attempts;
    if (lookup->turn == 0 && lookup->round >= rounds)
        lookup_end_candidate(lookup, lookup_judge_candidate(lookup), now);
    else
        lookup_start_turn(lookup, now);
}

// --- Time ----------------------------------------------------------------------------------------

bool lookup_some_usable(const struct dns_lookup *lookup) {
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
        lookup_end_candidate(lookup, lookup_judge_candidate(lookup), now);
        return;
    }
    lookup->reopen = lookup->single;
    lookup->single = true;
    lookup->open_sockets = 0;
    lookup_start_turn(lookup, now);
}

void lookup_time_out(struct dns_lookup *lookup, int64_t now) {
    bool musl = lookup_is_musl(lookup);
    lookup_settle_rows(lookup, DNS_QUERY_TIMED_OUT, now);
    lookup->refused = false;
    if (musl || (lookup_some_usable(lookup) && lookup->transport == DNS_TCP))
        lookup_end_candidate(lookup, lookup_judge_candidate(lookup), now);
    else if (lookup_some_usable(lookup))
        ask_more_carefully(lookup, now);
    else
        lookup_next_turn(lookup, now);
}
