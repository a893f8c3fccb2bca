// SPDX-License-Identifier: GPL-2.0-or-later
// The lines of a lookup: every name that is tried, every query, and what it comes to in the end.
#include "panels/dns_page.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define NARROW 30 // columns of text beside labels, which are worth having labels apart

#define ANSWERS_MOST 3  // records of a reply that stand behind its query,
#define DATA_MOST    40 // and bytes of each

// --- Lines ---------------------------------------------------------------------------------------

static struct line *add(struct dns_page *page, const char *label, const char *text, uint8_t style,
                        bool wide) {
    struct buffer printable = BUFFER_INIT;
    text_printable(text, strlen(text), &printable);
    const char *shown = buffer_text(&printable);
    struct line *line =
        wide ? lines_add_wide(page->lines, shown, style, page->sight->width)
             : lines_add_wrapped(page->lines, label, shown, style, page->sight->width);
    page->failed |= !line || printable.failed;
    buffer_done(&printable);
    return line;
}

// In a narrow window the label is no column of its own.
struct line *dns_page_add(struct dns_page *page, const char *label, const char *text,
                          uint8_t style) {
    struct buffer both = BUFFER_INIT;
    if (page->sight->width >= NARROW)
        return add(page, label, text, style, false);
    buffer_printf(&both, "%s%s%s", label, *label ? ": " : "  ", text);
    struct line *line = add(page, "", buffer_text(&both), style, true);
    buffer_done(&both);
    return line;
}

struct line *dns_page_add_wide(struct dns_page *page, const char *text, uint8_t style) {
    return add(page, "", text, style, true);
}

void dns_page_add_heading(struct dns_page *page, const char *text) {
    struct buffer printable = BUFFER_INIT;
    text_printable(text, strlen(text), &printable);
    page->failed |= !lines_add_heading(page->lines, buffer_text(&printable));
    buffer_done(&printable);
}

const char *dns_page_word(const struct enum_names *names, uint32_t number, char scratch[24]) {
    if (number < names->count && names->names[number])
        return names->names[number];
    snprintf(scratch, 24, "unknown(%u)", number);
    return scratch;
}

// --- Addresses that lead somewhere ---------------------------------------------------------------

static bool address_of(const struct dns_record *record, struct address *ret_address) {
    bool has = record->type_number == DNS_TYPE_A || record->type_number == DNS_TYPE_AAAA;
    return has && address_parse(record->data, ret_address) == 0;
}

void dns_page_describe(struct dns_page *page, const struct dns_record *record,
                       struct buffer *buffer) {
    struct address address;
    struct buffer known = BUFFER_INIT;
    const struct node_netns *entry = node_find(page->sight->node, page->lookup->netns->inode);
    if (entry && address_of(record, &address))
        dns_places_describe(page->sight->node, entry->netns, &address, &known);
    if (known.len > 0)
        buffer_printf(buffer, "  (%s)", buffer_text(&known));
    buffer_done(&known);
}

void dns_page_lead(struct dns_page *page, struct line *line, const struct dns_record *record) {
    struct dns_panel_lookup *lookup = page->lookup;
    struct address address;
    if (!line || !address_of(record, &address) || lookup->lead_count == UINT16_MAX)
        return;
    if (lookup->lead_count == lookup->lead_capacity) {
        size_t wanted = lookup->lead_capacity ? 2 * lookup->lead_capacity : 16;
        struct address *grown = reallocarray(lookup->leads, wanted, sizeof(*grown));
        if (!grown)
            return;
        lookup->leads = grown;
        lookup->lead_capacity = wanted;
    }
    lookup->leads[lookup->lead_count++] = address;
    line->leads = (uint16_t)lookup->lead_count;
}

// --- Who is asked, and how -----------------------------------------------------------------------

static void put_list(struct buffer *buffer, const char *const *items, size_t count) {
    for (size_t i = 0; i < count; i++)
        buffer_printf(buffer, "%s%s", i > 0 ? " " : "", items[i]);
}

static void add_resolver(struct dns_page *page) {
    const struct dns_panel_lookup *lookup = page->lookup;
    const struct resolver *resolver = lookup->resolver;
    struct buffer text = BUFFER_INIT;
    buffer_puts(&text, "nameservers ");
    put_list(&text, resolver->servers, resolver->server_count);
    if (resolver->search_count > 0) {
        buffer_puts(&text, "; search ");
        put_list(&text, resolver->search, resolver->search_count);
    }
    buffer_printf(&text, "; ndots %u, timeout %u s, %u attempts", resolver->ndots,
                  resolver->timeout, resolver->attempts);
    for (const struct flag_name *flag = resolver_option_names; flag->name; flag++) {
        if (resolver->options & flag->bit)
            buffer_printf(&text, ", %s", flag->name);
    }
    dns_page_add(page, "Resolver", buffer_text(&text), STYLE_DIM);
    buffer_done(&text);
    static const char *const rules[] = {
        [DNS_RULES_GLIBC] = "glibc's: each name of the search list, each server, each attempt",
        [DNS_RULES_MUSL] = "musl's: all servers at once, no search for a name with enough dots",
        [DNS_RULES_EXACT] = "the name as it is, with EDNS",
    };
    dns_page_add(page, "Rules", rules[lookup->plan.rules], STYLE_DIM);
}

// --- Queries -------------------------------------------------------------------------------------

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

static void add_part(struct dns_page *page, const struct dns_lookup_part *part) {
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

// --- What it comes to ----------------------------------------------------------------------------

// A name without records at all; one with records of other types alone, an alias that leads
// nowhere, is as good as none for glibc.
static bool is_bare(const struct dns_answer *answer) {
    return answer->outcome == DNS_NO_DATA &&
           (!answer->reply || answer->reply->sections[DNS_SECTION_ANSWER].count == 0);
}

// getaddrinfo(3)'s error for what the two types came to.
static const char *error_of(const struct table *answers) {
    const struct dns_answer *first = table_row(answers, 0);
    bool no_data = false;
    for (size_t i = 0; i < answers->count; i++)
        no_data |= is_bare(table_row(answers, i));
    if (no_data)
        return "EAI_NODATA: no address associated with the name";
    switch ((enum dns_outcome)first->outcome) {
    case DNS_NO_NAME:
    case DNS_NO_DATA:
        return "EAI_NONAME: name or service not known";
    case DNS_FAILED:
    case DNS_NO_REPLY:
        return "EAI_AGAIN: temporary failure in name resolution";
    case DNS_CANCELLED:
        return "nothing: it was ended before";
    case DNS_ANSWERED:
    case DNS_UNDER_WAY:
        break;
    }
    return "nothing";
}

static size_t add_addresses(struct dns_page *page, const char *label, const struct table *answers) {
    size_t count = 0;
    for (size_t i = 0; i < answers->count; i++) {
        const struct dns_answer *answer = table_row(answers, i);
        const struct dns_records none = {0};
        const struct dns_records *records =
            answer->reply ? &answer->reply->sections[DNS_SECTION_ANSWER] : &none;
        for (size_t j = 0; answer->outcome == DNS_ANSWERED && j < records->count; j++) {
            const struct dns_record *record = &records->items[j];
            if (strcmp(record->type, answer->type) != 0)
                continue;
            struct buffer text = BUFFER_INIT;
            buffer_puts(&text, record->data);
            dns_page_describe(page, record, &text);
            dns_page_lead(
                page, dns_page_add(page, count == 0 ? label : "", buffer_text(&text), STYLE_GOOD),
                record);
            buffer_done(&text);
            count++;
        }
    }
    return count;
}

static void add_source(struct dns_page *page, const struct dns_answer *answer) {
    const struct dns_candidates *candidates = &page->lookup->candidates;
    struct buffer text = BUFFER_INIT;
    if (!answer->candidate || answer->outcome != DNS_ANSWERED)
        return;
    buffer_puts(&text, answer->candidate);
    for (size_t i = 0; i < candidates->count && candidates->count > 1; i++) {
        if (strcmp(candidates->names[i], answer->candidate) == 0)
            buffer_printf(&text, ", name %zu of %zu", i + 1, candidates->count);
    }
    dns_page_add(page, "from", buffer_text(&text), STYLE_NORMAL);
    buffer_done(&text);
}

// What the search list costs: a name with a dot at its end is asked for alone.
static void add_cost(struct dns_page *page, const struct dns_lookup_part *part) {
    const struct dns_answer *answer = table_row(part->answers, 0);
    struct buffer text = BUFFER_INIT;
    bool found = answer->outcome == DNS_ANSWERED && answer->candidate;
    size_t needed = 0;
    buffer_printf(&text, "%llu quer%s for %llu name%s, %.3f ms in all",
                  (unsigned long long)answer->query_count, answer->query_count == 1 ? "y" : "ies",
                  (unsigned long long)answer->candidate_count,
                  answer->candidate_count == 1 ? "" : "s", (double)answer->took / 1e3);
    for (size_t i = 0; found && i < part->queries->count; i++) {
        const struct dns_query *query = table_row(part->queries, i);
        needed += strcmp(query->candidate, answer->candidate) == 0;
    }
    if (found && answer->candidate_count > 1) {
        size_t len = strlen(answer->candidate);
        bool dotted = len > 0 && answer->candidate[len - 1] == '.';
        buffer_printf(&text, "; %s%s takes %zu", answer->candidate, dotted ? "" : ".", needed);
    }
    dns_page_add(page, "Cost", buffer_text(&text),
                 found && answer->candidate_count > 1 ? STYLE_WARNING : STYLE_NORMAL);
    buffer_done(&text);
}

static void add_result(struct dns_page *page, const struct dns_lookup_part *part) {
    const struct dns_plan *plan = &page->lookup->plan;
    const char *label = plan->rules == DNS_RULES_MUSL ? "musl returns" : "getaddrinfo returns";
    if (!part->answers || part->answers->count == 0 || plan->set_count > 1)
        return;
    dns_page_add_heading(page, "Result");
    if (plan->as_getaddrinfo && !page->lookup->subject.reverse) {
        size_t count = add_addresses(page, label, part->answers);
        if (count == 0)
            dns_page_add(page, label, error_of(part->answers), STYLE_BAD);
        else if (count > 1 && plan->rules == DNS_RULES_GLIBC)
            dns_page_add(page, "", "as they came; getaddrinfo puts them in order (RFC 6724)",
                         STYLE_DIM);
        const struct dns_answer *first = table_row(part->answers, 0);
        const struct dns_answer *last = table_row(part->answers, part->answers->count - 1);
        add_source(page, first->outcome == DNS_ANSWERED ? first : last);
    }
    if (part->queries->count > 0)
        add_cost(page, part);
}

// --- Servers side by side ------------------------------------------------------------------------

// What a server says, in a form in which two that say the same are the same.
static int compare_texts(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void put_answers(struct buffer *buffer, const struct dns_answer *answer) {
    char scratch[24];
    const struct dns_reply *reply = answer->reply;
    if (!reply) {
        buffer_puts(buffer, dns_page_word(&dns_outcome_names, answer->outcome, scratch));
        return;
    }
    const struct dns_records *records = &reply->sections[DNS_SECTION_ANSWER];
    const char **texts = calloc(records->count + 1, sizeof(*texts));
    buffer_puts(buffer, dns_page_word(&dns_rcode_names, reply->rcode, scratch));
    for (size_t i = 0; texts && i < records->count; i++)
        texts[i] = records->items[i].data;
    if (texts && records->count > 1)
        qsort(texts, records->count, sizeof(*texts), compare_texts);
    for (size_t i = 0; texts && i < records->count; i++)
        buffer_printf(buffer, "%s%s", i > 0 ? ", " : "  ", texts[i]);
    free(texts);
}

static void add_server(struct dns_page *page, const struct dns_lookup_part *part, bool first,
                       struct buffer *usual) {
    for (size_t i = 0; i < part->answers->count; i++) {
        const struct dns_answer *answer = table_row(part->answers, i);
        struct buffer said = BUFFER_INIT, text = BUFFER_INIT;
        buffer_printf(&said, "%s ", answer->type);
        put_answers(&said, answer);
        bool differs = !first && !strstr(buffer_text(usual), buffer_text(&said));
        if (first)
            buffer_printf(usual, "%s\n", buffer_text(&said));
        buffer_printf(&text, "%10.3f ms  %s%s", (double)answer->took / 1e3, buffer_text(&said),
                      differs ? "  (not as the first server)" : "");
        dns_page_add(page, i == 0 ? part->set->servers[0] : "", buffer_text(&text),
                     differs || !answer->reply ? STYLE_BAD : STYLE_GOOD);
        buffer_done(&said);
        buffer_done(&text);
    }
}

static void add_servers(struct dns_page *page) {
    const struct dns_panel_lookup *lookup = page->lookup;
    size_t types = lookup->part_count / lookup->plan.set_count;
    if (lookup->plan.set_count < 2)
        return;
    dns_page_add_heading(page, "Servers side by side");
    for (size_t type = 0; type < types; type++) {
        struct buffer usual = BUFFER_INIT;
        bool first = true;
        for (size_t i = type; i < lookup->part_count; i += types) {
            const struct dns_lookup_part *part = &lookup->parts[i];
            if (part->answers)
                add_server(page, part, first, &usual);
            else
                dns_page_add(page, part->set->servers[0], "no answer yet", STYLE_DIM);
            first = first && !part->answers;
        }
        buffer_done(&usual);
    }
}

// --- The whole -----------------------------------------------------------------------------------

static void add_time(struct dns_page *page) {
    const struct dns_panel_lookup *lookup = page->lookup;
    char text[64];
    if (lookup->through || lookup->interval > 0)
        return;
    snprintf(text, sizeof(text), "under way for %.1f s: Esc ends it",
             (double)(page->sight->now - lookup->began) / 1e6);
    dns_page_add(page, "Time", text, STYLE_WARNING);
}

int dns_page_format(struct dns_panel_lookup *lookup, const struct panel_sight *sight,
                    struct lines *lines) {
    struct dns_page page = {lookup, sight, lines, false};
    add_time(&page);
    if (lookup->error.code != 0)
        dns_page_add(&page, "Failed", lookup->error.text, STYLE_BAD);
    if (lookup->interval > 0)
        dns_watch_page_format(lookup, sight, lines);
    if (lookup->part_count > 0) {
        add_resolver(&page);
        add_servers(&page);
    }
    if (lookup->part_count == 1 || lookup->plan.as_getaddrinfo)
        add_result(&page, &lookup->parts[0]);
    for (size_t i = 0; i < lookup->part_count; i++)
        add_part(&page, &lookup->parts[i]);
    for (size_t i = 0; i < lookup->part_count; i++) {
        const struct dns_lookup_part *part = &lookup->parts[i];
        for (size_t j = 0; part->answers && j < part->answers->count; j++)
            dns_answer_page_format(&page, part, table_row(part->answers, j));
    }
    return page.failed ? -ENOMEM : 0;
}
