// SPDX-License-Identifier: GPL-2.0-or-later
#include "resolve/dns_lookup_state.h"

#include <errno.h>

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
    case DNS_UNDER_WAY:
        return NULL;
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
    if (lookup->settings.anchors && lookup->verdict != DNS_CANCELLED) {
        const struct dnssec_verdict *verdict = &lookup->verdicts[source - lookup->replies];
        row->validity = maybe_of(verdict->validity);
        row->validity_reason = verdict->reason;
    }
    if (source->query != SIZE_MAX) {
        const struct dns_query *query = lookup_query(lookup, source->query);
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
