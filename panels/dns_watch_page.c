// SPDX-License-Identifier: GPL-2.0-or-later
// The lines of a lookup that is watched: times, a graph of them, losses, response codes.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "panels/dns_lookup.h"
#include "tui/grid.h"

#define GRAPH_ROWS 4
#define STEPS      (GLYPHS_LEVELS - 1) // of a row of the graph

static void add(struct lines *lines, const char *label, struct buffer *text, uint8_t style) {
    lines_add(lines, label, buffer_text(text), style);
    buffer_done(text);
}

static void add_times(const struct dns_tally *tally, struct lines *lines) {
    struct buffer text = BUFFER_INIT;
    buffer_printf(&text, "minimum %.3f ms, median %.3f ms, 99th percentile %.3f ms, latest %.3f ms",
                  dns_tally_percentile(tally, 0), dns_tally_percentile(tally, 50),
                  dns_tally_percentile(tally, 99),
                  (double)dns_tally_recent(tally, 1, 0)->took / 1e3);
    add(lines, "Times", &text, STYLE_NORMAL);
}

static void add_losses(const struct dns_tally *tally, struct lines *lines) {
    struct buffer text = BUFFER_INIT;
    buffer_printf(&text, "%" PRIu64 " of %" PRIu64 " queries (%.1f%%)", tally->lost, tally->queries,
                  dns_tally_loss(tally));
    add(lines, "Lost", &text, tally->lost > 0 ? STYLE_BAD : STYLE_GOOD);
}

// --- The graph -----------------------------------------------------------------------------------

// In steps, of which a lookup has at least one: time doubles every second step.
static size_t height_of(const struct dns_tally_round *round) {
    return 1 + dns_tally_doublings(round->took) * (GRAPH_ROWS * STEPS - 1) / DNS_TALLY_DOUBLINGS;
}

// What a time has at least that reaches into that row, counted from below.
static double bottom_of(size_t row) {
    double milliseconds = 0.1;
    size_t doublings = row * STEPS * DNS_TALLY_DOUBLINGS / (GRAPH_ROWS * STEPS - 1);
    while (doublings-- > 0)
        milliseconds *= 2;
    return milliseconds;
}

static void add_graph_row(const struct dns_tally *tally, const struct glyphs *glyphs, size_t row,
                          size_t count, struct lines *lines) {
    struct buffer text = BUFFER_INIT;
    char label[32];
    for (size_t i = 0; i < count; i++) {
        size_t height = height_of(dns_tally_recent(tally, count, i)), below = row * STEPS;
        size_t level = height <= below ? 0 : height - below;
        buffer_puts(&text, glyphs->levels[level < STEPS ? level : STEPS]);
    }
    double bottom = bottom_of(row);
    if (bottom < 1000)
        snprintf(label, sizeof(label), "from %.3g ms", bottom);
    else
        snprintf(label, sizeof(label), "from %.3g s", bottom / 1000);
    add(lines, label, &text, row == GRAPH_ROWS - 1 ? STYLE_BAD : STYLE_NORMAL);
}

// "N" for NXDOMAIN: a letter that the line of response codes says again.
static char letter_of(const struct dns_tally_round *round) {
    if (!round->rcode.known)
        return 'x';
    if (round->rcode.value == DNS_NOERROR)
        return round->lost > 0 ? '!' : '.';
    bool known =
        round->rcode.value < dns_rcode_names.count && dns_rcode_names.names[round->rcode.value];
    return known ? dns_rcode_names.names[round->rcode.value][0] : '?';
}

static void add_codes(const struct dns_tally *tally, size_t count, struct lines *lines) {
    struct buffer text = BUFFER_INIT, all = BUFFER_INIT;
    for (size_t i = 0; i < count; i++)
        buffer_putc(&text, letter_of(dns_tally_recent(tally, count, i)));
    add(lines, "codes, first letters", &text, STYLE_NORMAL);
    lines_add(lines, "", ". NOERROR, ! after a loss, x no reply", STYLE_DIM);
    dns_tally_format_rcodes(tally, &all);
    lines_add(lines, "Response codes", buffer_text(&all) + (all.len > 0), STYLE_NORMAL);
    buffer_done(&all);
}

// --- The rest ------------------------------------------------------------------------------------

static void add_counter(const char *name, const struct maybe *growth, const struct maybe *now,
                        const char *where, uint8_t grown, struct lines *lines) {
    struct buffer text = BUFFER_INIT;
    buffer_printf(&text, "%" PRIu64 " more since the watch began, %" PRIu64 " in all, %s",
                  (uint64_t)growth->value, (uint64_t)now->value, where);
    add(lines, name, &text, growth->value > 0 ? grown : STYLE_GOOD);
}

// A packet that loses the race for its flow's place is dropped, or let go on.
static void add_races(const struct dns_counters *counters, const char *where, struct lines *lines) {
    const struct conntrack_races *now = &counters->now;
    const struct conntrack_races growth = conntrack_races_growth(&counters->before, now);
    struct buffer text = BUFFER_INIT;
    if (growth.insert_failed.known) {
        add_counter("insert_failed", &growth.insert_failed, &now->insert_failed, where, STYLE_BAD,
                    lines);
    } else {
        buffer_printf(&text, "unknown %s: its connection tracking was not read", where);
        add(lines, "insert_failed", &text, STYLE_DIM);
    }
    if (growth.clash_resolve.known && growth.clash_resolve.value > 0)
        add_counter("clash_resolve", &growth.clash_resolve, &now->clash_resolve, where,
                    STYLE_WARNING, lines);
}

static void add_latest_losses(const struct dns_panel_lookup *lookup, struct lines *lines) {
    size_t count = lookup->loss_count < DNS_LOOKUP_LOSSES ? lookup->loss_count : DNS_LOOKUP_LOSSES;
    for (size_t i = 0; i < count; i++) {
        const struct dns_loss *loss =
            &lookup->losses[(lookup->loss_count - 1 - i) % DNS_LOOKUP_LOSSES];
        time_t seconds = (time_t)(loss->time / 1000000000);
        char clock[16] = "";
        struct tm broken;
        struct buffer text = BUFFER_INIT;
        if (localtime_r(&seconds, &broken))
            strftime(clock, sizeof(clock), "%H:%M:%S", &broken);
        buffer_printf(&text, "%s  ", clock);
        text_printable(loss->text, strlen(loss->text), &text);
        add(lines, i == 0 ? "Lost last" : "", &text, STYLE_WARNING);
    }
}

void dns_watch_page_format(const struct dns_panel_lookup *lookup, const struct panel_sight *sight,
                           struct lines *lines) {
    const struct dns_tally *tally = &lookup->tally;
    char title[96];
    snprintf(title, sizeof(title), "Watch: %zu lookups, one every %g s", tally->count,
             (double)lookup->interval / 1e6);
    lines_add_heading(lines, title);
    if (tally->count > 0) {
        size_t count = dns_tally_recent_count(tally, sight->width);
        add_times(tally, lines);
        add_losses(tally, lines);
        for (size_t row = GRAPH_ROWS; row-- > 0;)
            add_graph_row(tally, sight->glyphs, row, count, lines);
        add_codes(tally, count, lines);
    }
    add_races(&lookup->races, "in this namespace", lines);
    if (!lookup->netns->own)
        add_races(&lookup->races_own, "on the host", lines);
    add_latest_losses(lookup, lines);
}
