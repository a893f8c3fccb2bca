// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/dns_watch.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "dump/stop.h"

#define INTERVAL_MIN 0.001
#define INTERVAL_MAX 3600.0
#define BAR_BEGINS   100 // microseconds

static int64_t monotonic(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

int dns_watch_init(const struct dns_request *request, struct dns_watch *ret_watch,
                   struct error *err) {
    *ret_watch = (struct dns_watch){.stop = -1};
    if (!request->watch)
        return 0;
    char *end;
    double seconds = strtod(request->watch, &end);
    if (end == request->watch || *end != '\0' || !isfinite(seconds) || seconds < INTERVAL_MIN ||
        seconds > INTERVAL_MAX)
        return error_set(err, -EINVAL, "--watch is a number of seconds from %g to %g, not %s",
                         INTERVAL_MIN, INTERVAL_MAX, request->watch);
    ret_watch->interval = (int64_t)(seconds * 1e6);
    ret_watch->most = request->count;
    ret_watch->due = monotonic();
    ret_watch->stop = stop_catch();
    return ret_watch->stop < 0 ? error_set_errno(err, ret_watch->stop, "signals") : 0;
}

void dns_watch_done(struct dns_watch *watch) {
    free(watch->times);
    if (watch->stop >= 0)
        close(watch->stop);
}

int dns_watch_wait(struct dns_watch *watch) {
    struct pollfd stop = {.fd = watch->stop, .events = POLLIN};
    if (watch->most > 0 && watch->rounds == watch->most)
        return 0;
    for (;;) {
        int64_t left = watch->due - monotonic();
        if (poll(&stop, 1, left > 0 ? (int)(left / 1000 + 1) : 0) > 0)
            return -ECANCELED;
        if (left <= 0)
            break;
    }
    // After a lookup that took longer than the interval the next one begins at once.
    int64_t now = monotonic();
    watch->due = watch->due + watch->interval > now ? watch->due + watch->interval : now;
    watch->rounds++;
    return 1;
}

// --- Counting ------------------------------------------------------------------------------------

static bool is_cancelled(const struct table *answers) {
    const struct dns_answer *first = answers->count > 0 ? table_row(answers, 0) : NULL;
    return !first || first->outcome == DNS_CANCELLED;
}

static bool is_lost(const struct dns_query *query) {
    return query->outcome == DNS_QUERY_TIMED_OUT || query->outcome == DNS_QUERY_UNREACHABLE ||
           query->outcome == DNS_QUERY_CLOSED;
}

static int add_time(struct dns_watch *watch, uint64_t took) {
    if (watch->count == watch->capacity) {
        size_t wanted = watch->capacity ? 2 * watch->capacity : 256;
        uint64_t *grown = reallocarray(watch->times, wanted, sizeof(*grown));
        if (!grown)
            return -ENOMEM;
        watch->times = grown;
        watch->capacity = wanted;
    }
    watch->times[watch->count++] = took;
    return 0;
}

int dns_watch_add(struct dns_watch *watch, const struct table *answers,
                  const struct table *queries) {
    if (is_cancelled(answers))
        return 0;
    for (size_t i = 0; i < queries->count; i++) {
        const struct dns_query *query = table_row(queries, i);
        watch->queries += query->outcome != DNS_QUERY_UNSENT;
        watch->lost += is_lost(query);
    }
    for (size_t i = 0; i < answers->count; i++) {
        const struct dns_reply *reply = ((const struct dns_answer *)table_row(answers, i))->reply;
        if (!reply)
            watch->no_reply++;
        else
            watch->rcodes[reply->rcode < DNS_WATCH_RCODES ? reply->rcode : DNS_WATCH_RCODES - 1]++;
    }
    return add_time(watch, ((const struct dns_answer *)table_row(answers, 0))->took);
}

// --- Text ----------------------------------------------------------------------------------------

static void put_text(struct buffer *buffer, const char *text) {
    text_printable(text, strlen(text), buffer);
}

static void put_answer(struct buffer *buffer, const struct dns_answer *answer) {
    buffer_printf(buffer, "  ");
    put_text(buffer, answer->type);
    buffer_printf(buffer, " %s",
                  !answer->reply ? "no reply"
                  : dns_rcode_names.count > answer->reply->rcode &&
                          dns_rcode_names.names[answer->reply->rcode]
                      ? dns_rcode_names.names[answer->reply->rcode]
                      : "error");
    if (answer->reply)
        buffer_printf(buffer, " (%zu)", answer->reply->sections[DNS_SECTION_ANSWER].count);
}

static void put_lost(struct buffer *buffer, const struct dns_query *query) {
    buffer_puts(buffer, "  lost: ");
    put_text(buffer, query->candidate);
    buffer_printf(buffer, " %s to ", query->type);
    put_text(buffer, query->server);
    buffer_printf(buffer, " %s", dns_query_outcome_names.names[query->outcome]);
}

void dns_watch_format_lookup(const struct dns_watch *watch, const struct table *answers,
                             const struct table *queries, struct buffer *buffer) {
    if (is_cancelled(answers))
        return;
    const struct dns_answer *first = table_row(answers, 0);
    int bar = 0;
    for (uint64_t limit = BAR_BEGINS; limit < first->took; limit *= 2)
        bar++;
    buffer_printf(buffer, "%6" PRIu64 " %10.3f ms %-17.*s", watch->rounds,
                  (double)first->took / 1e3, bar, "#################");
    for (size_t i = 0; i < answers->count; i++)
        put_answer(buffer, table_row(answers, i));
    for (size_t i = 0; i < queries->count; i++) {
        const struct dns_query *query = table_row(queries, i);
        if (is_lost(query) && query->server)
            put_lost(buffer, query);
    }
    buffer_putc(buffer, '\n');
}

static int compare_times(const void *a, const void *b) {
    const uint64_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

// The smallest time that so many of a hundred lookups do not pass (nearest rank).
static double percentile(const struct dns_watch *watch, size_t percent) {
    size_t rank = (watch->count * percent + 99) / 100;
    return (double)watch->times[rank > 0 ? rank - 1 : 0] / 1e3;
}

static void put_rcodes(const struct dns_watch *watch, struct buffer *buffer) {
    buffer_puts(buffer, "; answers:");
    for (size_t i = 0; i < DNS_WATCH_RCODES; i++) {
        if (watch->rcodes[i] == 0)
            continue;
        if (i < dns_rcode_names.count && dns_rcode_names.names[i])
            buffer_printf(buffer, " %s %" PRIu64, dns_rcode_names.names[i], watch->rcodes[i]);
        else
            buffer_printf(buffer, " other errors %" PRIu64, watch->rcodes[i]);
    }
    if (watch->no_reply > 0)
        buffer_printf(buffer, " no reply %" PRIu64, watch->no_reply);
    buffer_putc(buffer, '\n');
}

void dns_watch_format(struct dns_watch *watch, struct maybe insert_failed, struct buffer *buffer) {
    buffer_printf(buffer, "; %zu lookups, %" PRIu64 " queries, %" PRIu64 " lost (%.1f%%)\n",
                  watch->count, watch->queries, watch->lost,
                  watch->queries ? 100.0 * (double)watch->lost / (double)watch->queries : 0);
    if (watch->count > 0) {
        qsort(watch->times, watch->count, sizeof(watch->times[0]), compare_times);
        buffer_printf(buffer, "; minimum %.3f ms, median %.3f ms, 99th percentile %.3f ms\n",
                      percentile(watch, 0), percentile(watch, 50), percentile(watch, 99));
        put_rcodes(watch, buffer);
    }
    if (insert_failed.known && watch->insert_failed.known)
        buffer_printf(buffer, "; insert_failed of the namespace's conntrack: %" PRIu64 " more\n",
                      (uint64_t)(insert_failed.value - watch->insert_failed.value));
    else
        buffer_puts(buffer, "; insert_failed of the namespace's conntrack: unknown\n");
}
