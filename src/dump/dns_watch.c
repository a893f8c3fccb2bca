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

static int64_t monotonic(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

int dns_watch_parse(const char *text, int64_t *ret_interval, struct error *err) {
    char *end;
    double seconds = strtod(text, &end);
    if (end == text || *end != '\0' || !isfinite(seconds) || seconds < INTERVAL_MIN ||
        seconds > INTERVAL_MAX)
        return error_set(err, -EINVAL, "--watch is a number of seconds from %g to %g, not %s",
                         INTERVAL_MIN, INTERVAL_MAX, text);
    *ret_interval = (int64_t)(seconds * 1e6);
    return 0;
}

int dns_watch_init(const struct dns_request *request, struct dns_watch *ret_watch,
                   struct error *err) {
    *ret_watch = (struct dns_watch){.stop = -1};
    int r = request->watch ? dns_watch_parse(request->watch, &ret_watch->interval, err) : 0;
    if (r < 0 || !request->watch)
        return r;
    ret_watch->most = request->count;
    ret_watch->due = monotonic();
    ret_watch->stop = stop_catch();
    return ret_watch->stop < 0 ? error_set_errno(err, ret_watch->stop, "signals") : 0;
}

void dns_watch_done(struct dns_watch *watch) {
    dns_tally_done(&watch->tally);
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

void dns_watch_begin(struct dns_watch *watch, const struct conntrack_races *races) {
    watch->races = watch->races_began = *races;
}

int dns_watch_add(struct dns_watch *watch, const struct conntrack_races *races,
                  struct table *answers, const struct table *queries) {
    const struct conntrack_races growth = conntrack_races_growth(&watch->races, races);
    struct dns_answer *rows = answers->rows;
    for (size_t i = 0; i < answers->count; i++) {
        rows[i].round = maybe_of(watch->rounds);
        rows[i].races = growth;
    }
    watch->races = *races;
    return dns_tally_add(&watch->tally, answers, queries);
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
    if (answer->validity.known)
        buffer_printf(buffer, " %s", dns_validity_names.names[answer->validity.value]);
}

static void put_lost(struct buffer *buffer, const struct dns_query *query) {
    buffer_puts(buffer, "  lost: ");
    put_text(buffer, query->candidate);
    buffer_printf(buffer, " %s to ", query->type);
    put_text(buffer, query->server);
    buffer_printf(buffer, " %s", dns_query_outcome_names.names[query->outcome]);
}

static void put_growth(struct buffer *buffer, const char *name, const struct maybe *growth) {
    if (growth->known && growth->value > 0)
        buffer_printf(buffer, "  %s +%" PRIu64, name, (uint64_t)growth->value);
}

void dns_watch_format_lookup(const struct dns_watch *watch, const struct table *answers,
                             const struct table *queries, struct buffer *buffer) {
    if (dns_tally_passes_over(answers))
        return;
    const struct dns_answer *first = table_row(answers, 0);
    int bar = (int)dns_tally_doublings(first->took);
    buffer_printf(buffer, "%6" PRIu64 " %10.3f ms %-17.*s", watch->rounds,
                  (double)first->took / 1e3, bar, "#################");
    for (size_t i = 0; i < answers->count; i++)
        put_answer(buffer, table_row(answers, i));
    for (size_t i = 0; i < queries->count; i++) {
        const struct dns_query *query = table_row(queries, i);
        if (dns_query_is_lost(query) && query->server)
            put_lost(buffer, query);
    }
    put_growth(buffer, "insert_failed", &first->races.insert_failed);
    put_growth(buffer, "clash_resolve", &first->races.clash_resolve);
    buffer_putc(buffer, '\n');
}

static void put_rcodes(const struct dns_tally *tally, struct buffer *buffer) {
    buffer_puts(buffer, "; answers:");
    dns_tally_format_rcodes(tally, buffer);
    buffer_putc(buffer, '\n');
}

static void put_counter(struct buffer *buffer, const char *name, const struct maybe *growth) {
    if (growth->known)
        buffer_printf(buffer, "; %s of the namespace's conntrack: %" PRIu64 " more\n", name,
                      (uint64_t)growth->value);
    else
        buffer_printf(buffer, "; %s of the namespace's conntrack: unknown\n", name);
}

void dns_watch_format(const struct dns_watch *watch, struct buffer *buffer) {
    const struct conntrack_races growth =
        conntrack_races_growth(&watch->races_began, &watch->races);
    const struct dns_tally *tally = &watch->tally;
    buffer_printf(buffer, "; %zu lookups, %" PRIu64 " queries, %" PRIu64 " lost (%.1f%%)\n",
                  tally->count, tally->queries, tally->lost, dns_tally_loss(tally));
    if (tally->count > 0) {
        buffer_printf(buffer, "; minimum %.3f ms, median %.3f ms, 99th percentile %.3f ms\n",
                      dns_tally_percentile(tally, 0), dns_tally_percentile(tally, 50),
                      dns_tally_percentile(tally, 99));
        put_rcodes(tally, buffer);
    }
    put_counter(buffer, "insert_failed", &growth.insert_failed);
    put_counter(buffer, "clash_resolve", &growth.clash_resolve);
}
