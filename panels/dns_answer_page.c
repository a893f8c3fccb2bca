// SPDX-License-Identifier: GPL-2.0-or-later
// The lines of an answer: what it is, aliases, sections with times to live, EDNS, DNSSEC.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "panels/dns_page.h"

#define RECORDS_MOST 1000 // lines of a section: a zone has more
#define ALIASES_MOST 16   // that are followed
#define NAME_MOST    48   // columns that names of records are aligned in
#define TYPE_CNAME   5
#define TYPE_RRSIG   46

// --- Aliases -------------------------------------------------------------------------------------

static const struct dns_record *find_record(const struct dns_records *records, const char *name,
                                            uint16_t type) {
    for (size_t i = 0; i < records->count; i++) {
        if (records->items[i].type_number == type && strcasecmp(records->items[i].name, name) == 0)
            return &records->items[i];
    }
    return NULL;
}

static void add_link(struct dns_page *page, size_t depth, const char *name, const char *behind) {
    const struct glyphs *glyphs = page->sight->glyphs;
    struct buffer text = BUFFER_INIT;
    for (size_t i = 1; i < depth; i++)
        buffer_puts(&text, glyphs->space);
    buffer_printf(&text, "%s%s%s", depth > 0 ? glyphs->last : "", name, behind);
    dns_page_add(page, depth == 0 ? "Aliases" : "", buffer_text(&text), STYLE_NORMAL);
    buffer_done(&text);
}

// From the name that was asked for, alias by alias, to the records of the last one. A chain can be
// a loop, and can lead out of the reply.
static void add_aliases(struct dns_page *page, const struct dns_reply *reply) {
    const struct dns_records *records = &reply->sections[DNS_SECTION_ANSWER];
    const char *name = reply->question.name;
    size_t depth = 0;
    const struct dns_record *alias = name ? find_record(records, name, TYPE_CNAME) : NULL;
    if (!alias)
        return;
    add_link(page, depth, name, "");
    for (; alias && depth < ALIASES_MOST; alias = find_record(records, name, TYPE_CNAME)) {
        name = alias->data;
        add_link(page, ++depth, name, "");
    }
    if (alias) {
        add_link(page, ++depth, "...", "  (the aliases do not end)");
        return;
    }
    size_t found = 0;
    for (size_t i = 0; i < records->count; i++) {
        const struct dns_record *record = &records->items[i];
        if (strcasecmp(record->name, name) != 0 || record->type_number == TYPE_RRSIG)
            continue;
        add_link(page, depth + 1, record->data, "");
        found++;
    }
    if (found == 0)
        add_link(page, depth + 1, "nothing", "  (the reply has no record of that name)");
}

// --- Sections ------------------------------------------------------------------------------------

// When the reply came: the answer is known once the last of the queries is through.
static int64_t time_received(const struct dns_lookup_part *part, const struct dns_answer *answer) {
    for (size_t i = 0; i < part->queries->count; i++) {
        const struct dns_query *query = table_row(part->queries, i);
        if (query->reply == answer->reply && query->took.known)
            return part->received - (int64_t)answer->took + (int64_t)query->sent +
                   (int64_t)query->took.value;
    }
    return part->received;
}

// What is left of a time to live: nobody keeps a record longer.
static void put_ttl(struct buffer *buffer, const struct dns_page *page, uint32_t ttl,
                    int64_t received) {
    int64_t left = (int64_t)ttl - (page->sight->now - received) / 1000000;
    char text[32];
    if (left > 0 || ttl == 0)
        snprintf(text, sizeof(text), "%" PRId64 " s", left > 0 ? left : 0);
    else
        snprintf(text, sizeof(text), "expired");
    buffer_printf(buffer, "%9s", text);
}

static int widest_name(const struct dns_records *records) {
    size_t widest = 0;
    for (size_t i = 0; i < records->count && i < RECORDS_MOST; i++) {
        size_t len = strlen(records->items[i].name);
        widest = len > widest && len <= NAME_MOST ? len : widest;
    }
    return (int)widest;
}

static bool is_date(const char *word, size_t len) {
    return len == 14 && strspn(word, "0123456789") >= 14;
}

static const char *next_word(const char *at) {
    at += strcspn(at, " ");
    return at + strspn(at, " ");
}

// A signature (RFC 4034 3.2): TYPE ALGORITHM LABELS TTL EXPIRATION INCEPTION TAG SIGNER SIGNATURE.
static void add_signature(struct dns_page *page, const struct dns_record *record) {
    const char *words[8] = {record->data};
    char text[400];
    for (size_t i = 1; i < sizeof(words) / sizeof(words[0]); i++)
        words[i] = next_word(words[i - 1]);
    const char *end = words[4];
    if (!is_date(end, strcspn(end, " ")))
        return;
    snprintf(text, sizeof(text),
             "       signs %.*s as %.*s, key %.*s, until %.4s-%.2s-%.2s %.2s:%.2s UTC",
             (int)strcspn(words[0], " "), words[0], (int)strcspn(words[7], " "), words[7],
             (int)strcspn(words[6], " "), words[6], end, end + 4, end + 6, end + 8, end + 10);
    dns_page_add_wide(page, text, STYLE_DIM);
}

static void add_record(struct dns_page *page, const struct dns_record *record, int name_width,
                       int64_t received) {
    const struct address address = dns_page_address(record);
    struct buffer text = BUFFER_INIT;
    buffer_printf(&text, "%-*s", name_width, record->name);
    put_ttl(&text, page, record->ttl, received);
    buffer_printf(&text, "  %s %-5s %s", record->class, record->type, record->data);
    dns_page_describe(page, &address, &text);
    bool signature = record->type_number == TYPE_RRSIG;
    dns_page_add_record(page, record, buffer_text(&text), signature ? STYLE_DIM : STYLE_NORMAL);
    if (signature)
        add_signature(page, record);
    buffer_done(&text);
}

static void add_section(struct dns_page *page, const char *title, const struct dns_records *records,
                        int64_t received) {
    int width = widest_name(records);
    char text[96];
    if (records->count == 0)
        return;
    snprintf(text, sizeof(text), "%zu", records->count);
    dns_page_add(page, title, text, STYLE_DIM);
    for (size_t i = 0; i < records->count && i < RECORDS_MOST; i++)
        add_record(page, &records->items[i], width, received);
    if (records->count > RECORDS_MOST) {
        snprintf(text, sizeof(text), "and %zu more, which --dump=dns has",
                 records->count - RECORDS_MOST);
        dns_page_add_wide(page, text, STYLE_WARNING);
    }
}

// --- EDNS and DNSSEC -----------------------------------------------------------------------------

// RFC 7873: a server that knows cookies sends one of its own behind ours.
static void add_cookie(struct dns_page *page, const struct dns_reply *reply) {
    struct buffer text = BUFFER_INIT;
    buffer_puts(&text, reply->cookie);
    if (reply->cookie_state.known)
        buffer_puts(&text, reply->cookie_state.value == DNS_COOKIE_GOOD
                               ? "  (with the server's part)"
                               : "  (ours, sent back)");
    dns_page_add(page, "cookie", buffer_text(&text), STYLE_NORMAL);
    buffer_done(&text);
}

static void add_edns(struct dns_page *page, const struct dns_reply *reply) {
    char text[160];
    if (!reply->edns)
        return;
    snprintf(text, sizeof(text), "version %u; the server takes up to %u bytes over UDP%s",
             reply->edns_version, reply->udp_size,
             reply->dnssec_ok ? "; signatures were asked for" : "");
    dns_page_add(page, "EDNS", text, STYLE_NORMAL);
    if (reply->nsid)
        dns_page_add(page, "the server's name", reply->nsid, STYLE_NORMAL);
    if (reply->cookie)
        add_cookie(page, reply);
    if (reply->client_subnet)
        dns_page_add(page, "for clients in", reply->client_subnet, STYLE_NORMAL);
    for (size_t i = 0; i < reply->extended_error_count; i++)
        dns_page_add(page, "extended error", reply->extended_errors[i], STYLE_BAD);
    for (size_t i = 0; i < reply->edns_option_count; i++)
        dns_page_add(page, "option", reply->edns_options[i], STYLE_NORMAL);
}

static uint8_t style_of_validity(enum dns_validity validity) {
    switch (validity) {
    case DNS_SECURE:
        return STYLE_GOOD;
    case DNS_BOGUS:
        return STYLE_BAD;
    case DNS_INSECURE:
    case DNS_INDETERMINATE:
        return STYLE_WARNING;
    case DNS_NOT_VALIDATED:
        break;
    }
    return STYLE_DIM;
}

static void add_validity(struct dns_page *page, const struct dns_answer *answer) {
    struct buffer text = BUFFER_INIT;
    char scratch[24];
    if (!answer->validity.known)
        return;
    uint32_t validity = (uint32_t)answer->validity.value;
    buffer_puts(&text, dns_page_word(&dns_validity_names, validity, scratch));
    if (answer->validity_reason)
        buffer_printf(&text, ": %s", answer->validity_reason);
    dns_page_add(page, "DNSSEC", buffer_text(&text), style_of_validity(validity));
    buffer_done(&text);
}

// --- The whole -----------------------------------------------------------------------------------

static uint8_t style_of_outcome(enum dns_outcome outcome) {
    switch (outcome) {
    case DNS_ANSWERED:
        return STYLE_GOOD;
    case DNS_NO_DATA:
    case DNS_NO_NAME:
        return STYLE_WARNING;
    case DNS_FAILED:
    case DNS_NO_REPLY:
        return STYLE_BAD;
    case DNS_CANCELLED:
    case DNS_UNDER_WAY:
        break;
    }
    return STYLE_DIM;
}

static void put_flags(struct buffer *buffer, const struct dns_reply *reply) {
    static const struct {
        uint32_t bit;
        const char *words;
    } meanings[] = {
        {DNS_AA, "aa (from the zone's own server)"}, {DNS_TC, "tc (truncated)"},
        {DNS_RD, "rd (recursion wanted)"},           {DNS_RA, "ra (recursion offered)"},
        {DNS_AD, "ad (the server validated it)"},    {DNS_CD, "cd (not to be validated)"}};
    size_t count = 0;
    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
        if (reply->flags & meanings[i].bit)
            buffer_printf(buffer, "%s%s", count++ > 0 ? ", " : "", meanings[i].words);
    }
}

static void add_header(struct dns_page *page, const struct dns_answer *answer) {
    const struct dns_reply *reply = answer->reply;
    struct buffer text = BUFFER_INIT;
    char scratch[24], rcode[24];
    buffer_printf(&text, "%s", dns_page_word(&dns_outcome_names, answer->outcome, scratch));
    if (reply && answer->server)
        buffer_printf(
            &text, ", %s from %s#%u over %s, %llu bytes, id %u",
            dns_page_word(&dns_rcode_names, reply->rcode, rcode), answer->server, answer->port,
            dns_page_word(&dns_transport_names, (uint32_t)answer->transport.value, scratch),
            (unsigned long long)reply->size, reply->id);
    else if (reply)
        buffer_puts(&text, " from the hosts file");
    if (answer->reason)
        buffer_printf(&text, ": %s", answer->reason);
    dns_page_add(page, "Outcome", buffer_text(&text), style_of_outcome(answer->outcome));
    buffer_clear(&text);
    if (reply && answer->server) {
        put_flags(&text, reply);
        dns_page_add(page, "Flags", buffer_text(&text), STYLE_NORMAL);
    }
    buffer_done(&text);
}

void dns_answer_page_format(struct dns_page *page, const struct dns_lookup_part *part,
                            const struct dns_answer *answer) {
    static const char *const titles[DNS_SECTIONS] = {"Answer", "Authority", "Additional"};
    const struct dns_reply *reply = answer->reply;
    struct buffer title = BUFFER_INIT;
    buffer_printf(&title, "%s %s", answer->candidate ? answer->candidate : answer->asked,
                  answer->type);
    if (page->lookup->plan.set_count > 1)
        buffer_printf(&title, " from %s", part->set->servers[0]);
    dns_page_add_heading(page, buffer_text(&title));
    buffer_done(&title);
    add_header(page, answer);
    add_validity(page, answer);
    if (!reply)
        return;
    int64_t received = time_received(part, answer);
    add_aliases(page, reply);
    for (size_t i = 0; i < DNS_SECTIONS; i++)
        add_section(page, titles[i], &reply->sections[i], received);
    add_edns(page, reply);
}
