// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/dns_tally.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define DOUBLINGS_BEGIN 100 // microseconds

bool dns_tally_passes_over(const struct table *answers) {
    const struct dns_answer *first = answers->count > 0 ? table_row(answers, 0) : NULL;
    return !first || first->outcome == DNS_CANCELLED;
}

bool dns_query_is_lost(const struct dns_query *query) {
    return query->outcome == DNS_QUERY_TIMED_OUT || query->outcome == DNS_QUERY_UNREACHABLE ||
           query->outcome == DNS_QUERY_CLOSED;
}

void dns_tally_done(struct dns_tally *tally) {
    free(tally->times);
    *tally = (struct dns_tally){0};
}

// --- Counting ------------------------------------------------------------------------------------

static int reserve(struct dns_tally *tally) {
    if (tally->count < tally->capacity)
        return 0;
    size_t wanted = tally->capacity ? 2 * tally->capacity : 256;
    uint64_t *grown = reallocarray(tally->times, wanted, sizeof(*grown));
    if (!grown)
        return -ENOMEM;
    tally->times = grown;
    tally->capacity = wanted;
    return 0;
}

// Times are kept in order, so that a percentile is there at once however many there are.
static void insert_time(struct dns_tally *tally, uint64_t took) {
    size_t low = 0, high = tally->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (tally->times[middle] <= took)
            low = middle + 1;
        else
            high = middle;
    }
    memmove(tally->times + low + 1, tally->times + low,
            (tally->count - low) * sizeof(tally->times[0]));
    tally->times[low] = took;
}

static uint32_t count_queries(struct dns_tally *tally, const struct table *queries) {
    uint32_t lost = 0;
    for (size_t i = 0; i < queries->count; i++) {
        const struct dns_query *query = table_row(queries, i);
        tally->queries += query->outcome != DNS_QUERY_UNSENT;
        lost += dns_query_is_lost(query);
    }
    tally->lost += lost;
    return lost;
}

static struct maybe count_answers(struct dns_tally *tally, const struct table *answers) {
    uint32_t worst = 0;
    bool replied = true;
    for (size_t i = 0; i < answers->count; i++) {
        const struct dns_reply *reply = ((const struct dns_answer *)table_row(answers, i))->reply;
        if (!reply) {
            tally->no_reply++;
            replied = false;
            continue;
        }
        tally->rcodes[reply->rcode < DNS_TALLY_RCODES ? reply->rcode : DNS_TALLY_RCODES - 1]++;
        worst = reply->rcode > worst ? reply->rcode : worst;
    }
    return replied ? maybe_of(worst) : (struct maybe){0};
}

int dns_tally_add(struct dns_tally *tally, const struct table *answers,
                  const struct table *queries) {
    if (dns_tally_passes_over(answers))
        return 0;
    if (reserve(tally) < 0)
        return -ENOMEM;
    uint64_t took = ((const struct dns_answer *)table_row(answers, 0))->took;
    insert_time(tally, took);
    tally->recent[tally->count++ % DNS_TALLY_RECENT] =
        (struct dns_tally_round){.took = took,
                                 .lost = count_queries(tally, queries),
                                 .rcode = count_answers(tally, answers)};
    return 0;
}

// --- What it came to -----------------------------------------------------------------------------

double dns_tally_percentile(const struct dns_tally *tally, size_t percent) {
    size_t rank = (tally->count * percent + 99) / 100;
    return tally->count > 0 ? (double)tally->times[rank > 0 ? rank - 1 : 0] / 1e3 : 0;
}

double dns_tally_loss(const struct dns_tally *tally) {
    return tally->queries > 0 ? 100.0 * (double)tally->lost / (double)tally->queries : 0;
}

unsigned dns_tally_doublings(uint64_t took) {
    unsigned doublings = 0;
    for (uint64_t limit = DOUBLINGS_BEGIN; limit < took && doublings < DNS_TALLY_DOUBLINGS;
         limit *= 2)
        doublings++;
    return doublings;
}

size_t dns_tally_recent_count(const struct dns_tally *tally, size_t most) {
    size_t count = tally->count < DNS_TALLY_RECENT ? tally->count : DNS_TALLY_RECENT;
    return count < most ? count : most;
}

const struct dns_tally_round *dns_tally_recent(const struct dns_tally *tally, size_t count,
                                               size_t index) {
    return &tally->recent[(tally->count - count + index) % DNS_TALLY_RECENT];
}

void dns_tally_format_rcodes(const struct dns_tally *tally, struct buffer *buffer) {
    for (size_t i = 0; i < DNS_TALLY_RCODES; i++) {
        if (tally->rcodes[i] == 0)
            continue;
        if (i < dns_rcode_names.count && dns_rcode_names.names[i])
            buffer_printf(buffer, " %s %" PRIu64, dns_rcode_names.names[i], tally->rcodes[i]);
        else
            buffer_printf(buffer, " other errors %" PRIu64, tally->rcodes[i]);
    }
    if (tally->no_reply > 0)
        buffer_printf(buffer, " no reply %" PRIu64, tally->no_reply);
}
