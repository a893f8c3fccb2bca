// SPDX-License-Identifier: GPL-2.0-or-later
// The queries of a lookup: each name that is tried, and below it what was sent for it.
#include <stdio.h>
#include <string.h>

#include "panels/dns_page.h"

#define ANSWERS_MOST 3  // records of a reply that stand behind its query,
#define DATA_MOST    40 // and bytes of each

// Keys and signatures are long: their sections have them whole.
static void put_short(struct buffer *buffer, const struct dns_record *record, bool first) {
    bool fits = strlen(record->data) <= DATA_MOST;
    buffer_printf(buffer, "%s%s %.*s%s", first ? ": " : ", ", record->type, DATA_MOST, record->data,
                  fits ? "" : "...");
}

static void put_reply(struct buffer *buffer, const struct dns_query *query) {
    const struct dns_reply *reply = query->reply;
    size_t count = reply->sections[DNS_SECTION_ANSWER].count;
    char scratch[24];
    buffer_printf(buffer, "  %s  %.2f ms  %llu bytes ",
                  dns_page_word(&dns_rcode_names, reply->rcode, scratch),
                  (double)query->took.value / 1e3, (unsigned long long)reply->size);
    for (const struct flag_name *flag = dns_flag_names; flag->name; flag++) {
        if (reply->flags & flag->bit)
            buffer_printf(buffer, " %s", flag->name);
    }
    buffer_printf(buffer, "  %zu answer%s", count, count == 1 ? "" : "s");
    for (size_t i = 0; i < count && i < ANSWERS_MOST; i++)
        put_short(buffer, &reply->sections[DNS_SECTION_ANSWER].items[i], i == 0);
    if (count > ANSWERS_MOST)
        buffer_puts(buffer, ", ...");
}

// How long it has been waited for by now.
static void put_waiting(struct buffer *buffer, const struct dns_page *page,
                        const struct dns_lookup_part *part, const struct dns_query *query) {
    double waited = (double)(page->sight->now - part->began - (int64_t)query->sent) / 1e6;
    buffer_printf(buffer, "  waiting for %.1f s", waited > 0 ? waited : 0);
}

static uint8_t style_of(const struct dns_query *query) {
    switch ((enum dns_query_outcome)query->outcome) {
    case DNS_QUERY_WAITING:
    case DNS_QUERY_ABANDONED:
        return STYLE_DIM;
    case DNS_QUERY_ANSWERED:
        if (query->reply && query->reply->rcode == DNS_NOERROR)
            return query->reply->sections[DNS_SECTION_ANSWER].count > 0 ? STYLE_GOOD : STYLE_NORMAL;
        return query->reply && query->reply->rcode == DNS_NXDOMAIN ? STYLE_NORMAL : STYLE_WARNING;
    case DNS_QUERY_TRUNCATED:
        return STYLE_WARNING;
    case DNS_QUERY_TIMED_OUT:
    case DNS_QUERY_UNREACHABLE:
    case DNS_QUERY_CLOSED:
    case DNS_QUERY_MALFORMED:
    case DNS_QUERY_UNSENT:
        return STYLE_BAD;
    }
    return STYLE_NORMAL;
}

static const char *outcome_words(uint32_t outcome) {
    static const char *const words[] = {
        [DNS_QUERY_TIMED_OUT] = "timed out",
        [DNS_QUERY_TRUNCATED] = "truncated, so over TCP",
        [DNS_QUERY_UNREACHABLE] = "unreachable",
        [DNS_QUERY_CLOSED] = "the server closed the connection",
        [DNS_QUERY_MALFORMED] = "what came is no DNS message",
        [DNS_QUERY_UNSENT] = "not sent",
        [DNS_QUERY_ABANDONED] = "no longer needed",
    };
    return outcome < sizeof(words) / sizeof(words[0]) ? words[outcome] : NULL;
}

static void add_query(struct dns_page *page, const struct dns_lookup_part *part,
                      const struct dns_query *query, int server_width) {
    struct buffer text = BUFFER_INIT;
    char scratch[24], server[128];
    snprintf(server, sizeof(server), "%s#%u", query->server ? query->server : "-", query->port);
    buffer_printf(&text, "%8.1f ms  %-5s %-*s %s  try %u  id %-5u", (double)query->sent / 1e3,
                  query->type, server_width, server,
                  dns_page_word(&dns_transport_names, query->transport, scratch), query->attempt,
                  query->id);
    const char *words = outcome_words(query->outcome);
    if (words)
        buffer_printf(&text, "  %s", words);
    if (query->reason)
        buffer_printf(&text, ": %s", query->reason);
    if (query->outcome == DNS_QUERY_WAITING)
        put_waiting(&text, page, part, query);
    else if (query->reply)
        put_reply(&text, query);
    if (query->strays > 0)
        buffer_printf(&text, "  %llu that did not belong", (unsigned long long)query->strays);
    dns_page_add_wide(page, buffer_text(&text), style_of(query));
    buffer_done(&text);
}

static int widest_server(const struct dns_lookup_part *part, uint16_t port) {
    int widest = 0;
    for (size_t i = 0; i < part->set->count; i++) {
        int width = snprintf(NULL, 0, "%s#%u", part->set->servers[i], port);
        widest = width > widest ? width : widest;
    }
    return widest;
}

static bool is_candidate(const struct dns_page *page, const char *name) {
    const struct dns_candidates *candidates = &page->lookup->candidates;
    for (size_t i = 0; i < candidates->count; i++) {
        if (strcmp(candidates->names[i], name) == 0)
            return true;
    }
    return false;
}

// What was asked beside the names of the search list: the name as it is out of its turn, or zones
// on the way to a trust anchor.
static void add_other_queries(struct dns_page *page, const struct dns_lookup_part *part,
                              const struct table *queries) {
    int width = widest_server(part, page->lookup->plan.port);
    const char *last = "";
    for (size_t i = 0; queries && i < queries->count; i++) {
        const struct dns_query *query = table_row(queries, i);
        if (is_candidate(page, query->candidate))
            continue;
        if (strcmp(last, query->candidate) != 0)
            dns_page_add_wide(page, query->candidate, STYLE_KEY);
        last = query->candidate;
        add_query(page, part, query, width);
    }
}

static size_t add_queries_of(struct dns_page *page, const struct dns_lookup_part *part,
                             const struct table *queries, const char *candidate) {
    int width = widest_server(part, page->lookup->plan.port);
    size_t count = 0;
    for (size_t i = 0; queries && i < queries->count; i++) {
        const struct dns_query *query = table_row(queries, i);
        if (strcmp(query->candidate, candidate) != 0)
            continue;
        add_query(page, part, query, width);
        count++;
    }
    return count;
}

// A name that the search list gives, and below it what was sent for it.
static void add_candidate(struct dns_page *page, const struct dns_lookup_part *part,
                          const struct table *queries, size_t index) {
    const struct dns_candidates *candidates = &page->lookup->candidates;
    const char *name = candidates->names[index];
    struct buffer text = BUFFER_INIT;
    buffer_printf(&text, "%zu  %s%s", index + 1, name,
                  index == candidates->as_is && candidates->count > 1 ? "  (as it is)" : "");
    struct line *line = dns_page_add_wide(page, buffer_text(&text), STYLE_KEY);
    size_t place = line ? (size_t)(line - page->lines->items) : 0;
    if (add_queries_of(page, part, queries, name) == 0 && line) {
        bool going = part->going || !part->queries;
        buffer_puts(&text, going && !page->lookup->through ? "  not yet" : "  not needed");
        page->lines->count = place;
        dns_page_add_wide(page, buffer_text(&text), STYLE_DIM);
    }
    buffer_done(&text);
}

static void put_question(struct buffer *buffer, const struct dns_page *page,
                         const struct dns_lookup_part *part) {
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < part->question.type_count; i++)
        buffer_printf(buffer, "%s%s", i > 0 ? " and " : "",
                      dns_type_word(&arena, part->question.types[i]));
    if (page->lookup->plan.class != 1)
        buffer_printf(buffer, " of class %s", dns_class_word(&arena, page->lookup->plan.class));
    if (page->lookup->plan.set_count > 1)
        buffer_printf(buffer, " from %s", part->set->servers[0]);
    arena_done(&arena);
}

void dns_query_page_format(struct dns_page *page, const struct dns_lookup_part *part) {
    const struct dns_candidates *candidates = &page->lookup->candidates;
    const struct table *queries = part->going ? part->going : part->queries;
    struct buffer title = BUFFER_INIT;
    buffer_puts(&title, "Queries for ");
    put_question(&title, page, part);
    dns_page_add_heading(page, buffer_text(&title));
    buffer_done(&title);
    if (part->answers && !part->going && part->queries->count == 0) {
        dns_page_add_wide(page, "none: the hosts file answers", STYLE_NORMAL);
        return;
    }
    for (size_t i = 0; i < candidates->count; i++)
        add_candidate(page, part, queries, i);
    add_other_queries(page, part, queries);
}
