// SPDX-License-Identifier: GPL-2.0-or-later
// The queries of a lookup: each name that is tried, and below it what was sent for it.
#include <stdio.h>
#include <string.h>

#include "panels/dns_page.h"

#define ANSWERS_MOST 3  // records of a reply that stand behind its query,
#define DATA_MOST    40 // and bytes of each
#define KEY_MOST     8  // of a key: what kind it is
#define TYPE_LEAST   5  // columns that types are aligned in
#define MORE         ", ..."
#define TYPE_RRSIG   46
#define TYPE_DNSKEY  48

// --- What came -----------------------------------------------------------------------------------

// What is long has its section, where it stands whole. False: there is no room for it in the line.
static bool put_short(struct buffer *buffer, const struct dns_record *record, bool first,
                      size_t room) {
    int most = record->type_number == TYPE_DNSKEY ? KEY_MOST : DATA_MOST;
    const char *before = first ? ": " : ", ";
    const char *after = strlen(record->data) <= (size_t)most ? "" : "...";
    size_t len =
        (size_t)snprintf(NULL, 0, "%s%s %.*s%s", before, record->type, most, record->data, after);
    if (buffer->len + len > room)
        return false;
    buffer_printf(buffer, "%s%s %.*s%s", before, record->type, most, record->data, after);
    return true;
}

static size_t count_signatures(const struct dns_records *records) {
    size_t count = 0;
    for (size_t i = 0; i < records->count; i++)
        count += records->items[i].type_number == TYPE_RRSIG;
    return count;
}

// The first records, without their signatures unless there are only those, as far as the line goes;
// in a narrow window that is the last one of several.
static void put_answers(struct buffer *buffer, const struct dns_records *records, size_t columns) {
    size_t signatures = count_signatures(records), put = 0;
    bool aside = signatures < records->count;
    size_t count = records->count - (aside ? signatures : 0);
    buffer_printf(buffer, "  %zu answer%s%s", count, count == 1 ? "" : "s",
                  aside && signatures > 0 ? ", signed" : "");
    size_t room = (buffer->len / columns + 1) * columns;
    for (size_t i = 0; i < records->count && put < ANSWERS_MOST; i++) {
        if (aside && records->items[i].type_number == TYPE_RRSIG)
            continue;
        bool last = put + 1 == count;
        if (!put_short(buffer, &records->items[i], put == 0, last ? room : room - strlen(MORE)))
            break;
        put++;
    }
    if (put > 0 && put < count)
        buffer_puts(buffer, MORE);
}

static void put_reply(struct buffer *buffer, const struct dns_query *query, size_t columns) {
    const struct dns_reply *reply = query->reply;
    char scratch[24];
    buffer_printf(buffer, "  %s  %.2f ms  %llu bytes ",
                  dns_page_word(&dns_rcode_names, reply->rcode, scratch),
                  (double)query->took.value / 1e3, (unsigned long long)reply->size);
    for (const struct flag_name *flag = dns_flag_names; flag->name; flag++) {
        if (reply->flags & flag->bit)
            buffer_printf(buffer, " %s", flag->name);
    }
    const struct dns_records *records = &reply->sections[DNS_SECTION_ANSWER];
    if (records->count > 0 || !(reply->flags & DNS_TC))
        put_answers(buffer, records, columns);
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

// --- A query -------------------------------------------------------------------------------------

// How wide the columns are.
struct widths {
    int type, server;
};

// Of a line over the whole width.
static size_t columns_of(const struct dns_page *page) {
    return page->sight->width + LINES_LABEL - LINES_START;
}

static void add_query(struct dns_page *page, const struct dns_lookup_part *part,
                      const struct dns_query *query, const struct widths *widths) {
    struct buffer text = BUFFER_INIT;
    char scratch[24], server[128];
    snprintf(server, sizeof(server), "%s#%u", query->server ? query->server : "-", query->port);
    buffer_printf(&text, "%6.1f ms  %-*s %-*s %s  try %u  id %-5u", (double)query->sent / 1e3,
                  widths->type, query->type, widths->server, server,
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
        put_reply(&text, query, columns_of(page));
    if (query->strays > 0)
        buffer_printf(&text, "  %llu that did not belong", (unsigned long long)query->strays);
    dns_page_add_wide(page, buffer_text(&text), style_of(query));
    buffer_done(&text);
}

static struct widths widths_of(const struct dns_page *page, const struct dns_lookup_part *part,
                               const struct table *queries) {
    struct widths widths = {.type = TYPE_LEAST};
    for (size_t i = 0; i < part->set->count; i++) {
        int width = snprintf(NULL, 0, "%s#%u", part->set->servers[i], page->lookup->plan.port);
        widths.server = width > widths.server ? width : widths.server;
    }
    for (size_t i = 0; queries && i < queries->count; i++) {
        int width = (int)strlen(((const struct dns_query *)table_row(queries, i))->type);
        widths.type = width > widths.type ? width : widths.type;
    }
    return widths;
}

// --- Names ---------------------------------------------------------------------------------------

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
    const struct widths widths = widths_of(page, part, queries);
    const char *last = "";
    for (size_t i = 0; queries && i < queries->count; i++) {
        const struct dns_query *query = table_row(queries, i);
        if (is_candidate(page, query->candidate))
            continue;
        if (strcmp(last, query->candidate) != 0)
            dns_page_add_wide(page, query->candidate, STYLE_KEY);
        last = query->candidate;
        add_query(page, part, query, &widths);
    }
}

static size_t add_queries_of(struct dns_page *page, const struct dns_lookup_part *part,
                             const struct table *queries, const char *candidate) {
    const struct widths widths = widths_of(page, part, queries);
    size_t count = 0;
    for (size_t i = 0; queries && i < queries->count; i++) {
        const struct dns_query *query = table_row(queries, i);
        if (strcmp(query->candidate, candidate) != 0)
            continue;
        add_query(page, part, query, &widths);
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
