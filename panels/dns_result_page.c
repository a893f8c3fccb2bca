// SPDX-License-Identifier: GPL-2.0-or-later
// What a lookup comes to: what getaddrinfo would return, what that cost, and what each server says.
#include <stdlib.h>
#include <string.h>

#include "panels/dns_page.h"

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

// What leads to the address, and why it stands where it does.
static void put_reason(const struct dns_destination *destination, size_t count,
                       struct buffer *text) {
    if (count < 2)
        return;
    if (destination->source.family == ADDRESS_NONE) {
        buffer_puts(text, "  cannot be reached");
    } else {
        buffer_puts(text, "  from ");
        address_format(&destination->source, text);
    }
    if (destination->why)
        buffer_printf(text, ", before the next: %s", destination->why);
}

static void add_addresses(struct dns_page *page, const char *label,
                          const struct dns_answer *first) {
    for (size_t i = 0; i < first->returned_count; i++) {
        const struct dns_destination *destination = &first->returned[i];
        struct buffer text = BUFFER_INIT;
        address_format(&destination->address, &text);
        dns_page_describe(page, &destination->address, &text);
        put_reason(destination, first->returned_count, &text);
        dns_page_add_leading(page, i == 0 ? label : "", buffer_text(&text), STYLE_GOOD,
                             &destination->address);
        buffer_done(&text);
    }
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

void dns_result_page_format(struct dns_page *page, const struct dns_lookup_part *part) {
    const struct dns_plan *plan = &page->lookup->plan;
    const char *label = plan->rules == DNS_RULES_MUSL ? "musl returns" : "getaddrinfo returns";
    if (!part->answers || part->answers->count == 0 || plan->set_count > 1)
        return;
    dns_page_add_heading(page, "Result");
    if (plan->as_getaddrinfo && !page->lookup->subject.reverse) {
        const struct dns_answer *first = table_row(part->answers, 0);
        add_addresses(page, label, first);
        if (first->returned_count == 0)
            dns_page_add(page, label, error_of(part->answers), STYLE_BAD);
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

void dns_result_page_format_servers(struct dns_page *page) {
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
