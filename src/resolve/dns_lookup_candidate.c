// SPDX-License-Identifier: GPL-2.0-or-later
#include "resolve/dns_lookup_state.h"

static bool wants_type(const struct dns_lookup *lookup, uint16_t type) {
    return !(type == DNS_TYPE_AAAA && lookup->question.type_count > 1 &&
             lookup_has_option(lookup, RESOLVER_NO_AAAA));
}

static int prepare_exchange(struct dns_lookup *lookup, uint16_t type) {
    struct exchange *exchange = &lookup->exchanges[lookup->exchange_count++];
    *exchange = (struct exchange){
        .type = type, .id = (uint16_t)lookup_next_random(lookup), .reply_query = SIZE_MAX};
    for (size_t i = 0; i < RESOLVER_SERVERS_USED; i++)
        exchange->rows[i] = SIZE_MAX;
    return lookup_make_query(lookup, exchange, 0);
}

// A name that is too long with its domain, or has an empty label in it.
static void reject_candidate(struct dns_lookup *lookup, int64_t now) {
    size_t row = lookup_add_row(lookup, &lookup->exchanges[0], SERVER_NONE, now);
    if (row == SIZE_MAX) {
        lookup_fail(lookup);
        return;
    }
    lookup_query(lookup, row)->outcome = DNS_QUERY_UNSENT;
    lookup_query(lookup, row)->reason =
        "no name of the DNS: a label or the whole is too long or empty";
    lookup_end_candidate(lookup, DNS_FAILED, now);
}

void lookup_start_candidate(struct dns_lookup *lookup, int64_t now) {
    const struct dns_question *question = &lookup->question;
    int r = 0;
    lookup->exchange_count = 0;
    lookup->turn = lookup->round = 0;
    lookup->refused = true;
    lookup->tried++;
    bool tcp = lookup->settings.tcp || lookup_has_option(lookup, RESOLVER_USE_VC);
    lookup->transport = tcp || question->types[0] == DNS_TYPE_AXFR ? DNS_TCP : DNS_UDP;
    for (size_t i = 0; i < question->type_count && r == 0; i++) {
        if (wants_type(lookup, question->types[i]))
            r = prepare_exchange(lookup, question->types[i]);
    }
    if (r < 0)
        reject_candidate(lookup, now);
    else
        lookup_start_round(lookup, now);
}

// What the candidate came to: an answer if either question has one, else what glibc makes of the
// first, or of the second where the first was no error.
enum dns_outcome lookup_judge_candidate(const struct dns_lookup *lookup) {
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

void lookup_keep_verdict(struct dns_lookup *lookup, enum dns_outcome outcome) {
    lookup->verdict = outcome;
    lookup->verdict_candidate = lookup->candidates.names[lookup->candidate];
    lookup->verdict_tried = lookup->tried;
    lookup->reply_count = lookup->exchange_count;
    for (size_t i = 0; i < lookup->exchange_count; i++) {
        const struct exchange *exchange = &lookup->exchanges[i];
        lookup->replies[i] = (struct verdict_reply){exchange->type, exchange->reply,
                                                    exchange->reply_query, exchange->message};
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

void lookup_end_candidate(struct dns_lookup *lookup, enum dns_outcome outcome, int64_t now) {
    lookup_settle_rows(lookup, DNS_QUERY_ABANDONED, now);
    lookup->pending_count = 0;
    if (outweighs(lookup, outcome))
        lookup_keep_verdict(lookup, outcome);
    size_t next = next_candidate(lookup, outcome);
    if (next == SIZE_MAX) {
        lookup_finish(lookup, now);
        return;
    }
    lookup->candidate = next;
    lookup->open_sockets = 0;
    lookup_start_candidate(lookup, now);
}
