// SPDX-License-Identifier: GPL-2.0-or-later
// Behind the search: what it came to is judged, and for that more is asked (DS, DNSKEY), one query
// after the other. Each is a lookup of its own to the same servers, and its rows stand with the
// others.
#include <errno.h>
#include <string.h>

#include "resolve/dns_lookup_state.h"

#define CLASS_IN 1

// --- A query of the chain ------------------------------------------------------------------------

// The server that gave the answer is the first to be asked.
static size_t first_server(const struct dns_lookup *lookup) {
    size_t row = lookup->replies[lookup->judged].query;
    const char *server = row == SIZE_MAX ? NULL : lookup_query(lookup, row)->server;
    for (size_t i = 0; server && i < lookup->settings.server_count; i++) {
        if (strcmp(server, lookup->settings.servers[i]) == 0)
            return i;
    }
    return 0;
}

static int start_query(struct dns_lookup *lookup, const struct dnssec_wanted *wanted, int64_t now) {
    struct dns_settings settings = lookup->settings;
    struct dns_question question = lookup->question;
    settings.rules = DNS_RULES_EXACT;
    settings.anchors = NULL;
    settings.first = first_server(lookup);
    question.name = wanted->name;
    question.types[0] = wanted->type;
    question.type_count = 1;
    lookup->wanted = *wanted;
    lookup->chain = lookup_new(&settings, &question, lookup_next_random(lookup), lookup->began, now,
                               table_ref(lookup->queries));
    if (!lookup->chain)
        return -ENOMEM;
    lookup->chain->keeps_messages = true;
    return 0;
}

static int end_query(struct dns_lookup *lookup) {
    struct dns_lookup *chain = lookup->chain;
    const struct verdict_reply *last = &chain->replies[0];
    const char *trouble = chain->verdict == DNS_NO_REPLY
                              ? "no server answered"
                              : "what the server answered cannot be read";
    int r = chain->failed
                ? -ENOMEM
                : dnssec_validator_answer(lookup->validator, &lookup->wanted, last->message,
                                          last->reply ? last->reply->size : 0, trouble);
    dns_lookup_free(chain);
    lookup->chain = NULL;
    return r;
}

// --- Judging -------------------------------------------------------------------------------------

// An answer that there is nothing to judge of.
static int judge_nothing(struct dns_lookup *lookup, const char *why) {
    lookup->verdicts[lookup->judged] = (struct dnssec_verdict){DNS_INDETERMINATE, why};
    return 0;
}

static int judge_reply(struct dns_lookup *lookup, const struct verdict_reply *last,
                       struct dnssec_wanted *ret_wanted) {
    if (!last->reply)
        return judge_nothing(lookup, "there is no reply");
    if (lookup->question.class != CLASS_IN)
        return judge_nothing(lookup, "there are trust anchors of class IN only");
    const char *name = lookup->verdict_candidate;
    int r = dnssec_validator_judge(lookup->validator, name, last->type, ret_wanted,
                                   &lookup->verdicts[lookup->judged]);
    if (r <= 0 || lookup->offered > lookup->judged)
        return r;
    // The first that it wants to know is the reply itself.
    lookup->offered = lookup->judged + 1;
    r = dnssec_validator_answer(lookup->validator, ret_wanted, last->message, last->reply->size,
                                "there is no reply");
    return r < 0 ? r : judge_reply(lookup, last, ret_wanted);
}

// The verdicts' words belong to the validator; the rows outlive it. A verdict is about one name:
// that a search list's names before it are not there was not judged, as an answer for one of those
// would have been. Most of them are of zones that nobody has signed.
static int keep_reason(struct dns_lookup *lookup, struct dnssec_verdict *verdict) {
    struct arena *arena = &lookup->queries->arena;
    size_t before = lookup->verdict_tried - 1;
    if (!verdict->reason)
        return 0;
    verdict->reason = before == 0 ? arena_strdup(arena, verdict->reason)
                                  : arena_printf(arena, "%s; the %s tried before it %s not judged",
                                                 verdict->reason, before == 1 ? "name" : "names",
                                                 before == 1 ? "was" : "were");
    return verdict->reason ? 0 : -ENOMEM;
}

static void advance(struct dns_lookup *lookup, int64_t now) {
    int r = 0;
    lookup->ended = now;
    while (r == 0 && lookup->judged < lookup->reply_count) {
        struct dnssec_wanted wanted;
        r = judge_reply(lookup, &lookup->replies[lookup->judged], &wanted);
        if (r > 0)
            r = start_query(lookup, &wanted, now);
        else if (r == 0)
            r = keep_reason(lookup, &lookup->verdicts[lookup->judged++]);
        if (lookup->chain)
            return;
    }
    if (r < 0)
        lookup_fail(lookup);
    lookup->done = true;
}

void lookup_finish(struct dns_lookup *lookup, int64_t now) {
    const struct dns_settings *settings = &lookup->settings;
    lookup->ended = now;
    if (!settings->anchors) {
        lookup->done = true;
        return;
    }
    lookup->validator = dnssec_validator_new(settings->anchors, settings->memory, settings->time);
    if (lookup->validator)
        advance(lookup, now);
    else
        lookup_fail(lookup);
}

void lookup_next_of_chain(struct dns_lookup *lookup, int64_t now, struct dns_action *ret_action) {
    *ret_action = (struct dns_action){.kind = DNS_DONE};
    while (lookup->chain) {
        dns_lookup_next(lookup->chain, now, ret_action);
        if (ret_action->kind != DNS_DONE)
            return;
        if (end_query(lookup) < 0)
            lookup_fail(lookup);
        else
            advance(lookup, now);
    }
}

void lookup_cancel_chain(struct dns_lookup *lookup, int64_t now) {
    dns_lookup_cancel(lookup->chain, now);
    dns_lookup_free(lookup->chain);
    lookup->chain = NULL;
}
