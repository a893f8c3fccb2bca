// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/dns_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "model/dns.h"

static const char *word_of(const struct enum_names *names, uint32_t number, char scratch[24]) {
    if (number < names->count && names->names[number])
        return names->names[number];
    snprintf(scratch, 24, "unknown(%u)", number);
    return scratch;
}

// A line of other people's bytes: tabs stay, since columns are made of them.
static void put_line(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void put_line(struct buffer *buffer, const char *format, ...) {
    struct buffer line = BUFFER_INIT;
    va_list args;
    va_start(args, format);
    buffer_vprintf(&line, format, args);
    va_end(args);
    const char *at = buffer_text(&line);
    for (;;) {
        size_t len = strcspn(at, "\t");
        text_printable(at, len, buffer);
        if (at[len] == '\0')
            break;
        buffer_putc(buffer, '\t');
        at += len + 1;
    }
    buffer_putc(buffer, '\n');
    buffer_done(&line);
}

// ldns has escaped what a zone file escapes; a backslash of its own stays single.
static void put_record(struct buffer *buffer, const struct dns_record *record) {
    put_line(buffer, "%s\t%u\t%s\t%s\t%s", record->name, record->ttl, record->class, record->type,
             record->data);
}

// --- Steps ---------------------------------------------------------------------------------------

static void put_step(struct buffer *buffer, const struct dns_query *query) {
    char scratch[24];
    struct buffer result = BUFFER_INIT;
    const struct dns_reply *reply = query->reply;
    buffer_puts(&result, word_of(&dns_query_outcome_names, query->outcome, scratch));
    if (query->reason)
        buffer_printf(&result, " (%s)", query->reason);
    if (reply)
        buffer_printf(&result, ", %s, %zu records",
                      word_of(&dns_rcode_names, reply->rcode, scratch),
                      reply->sections[DNS_SECTION_ANSWER].count);
    if (query->took.known)
        buffer_printf(&result, " in %.3f ms", (double)query->took.value / 1e3);
    if (query->strays > 0)
        buffer_printf(&result, ", %llu that did not belong", (unsigned long long)query->strays);
    if (query->server)
        put_line(buffer, "; %9.3f ms  %s %s  %s#%u %s, attempt %u: %s", (double)query->sent / 1e3,
                 query->candidate, query->type, query->server, query->port,
                 word_of(&dns_transport_names, query->transport, scratch), query->attempt,
                 buffer_text(&result));
    else
        put_line(buffer, "; %9.3f ms  %s %s: %s", (double)query->sent / 1e3, query->candidate,
                 query->type, buffer_text(&result));
    buffer_done(&result);
}

// --- Replies -------------------------------------------------------------------------------------

static void put_header(struct buffer *buffer, const struct dns_reply *reply) {
    char scratch[24], other[24];
    put_line(buffer, ";; ->>HEADER<<- opcode: %s, status: %s, id: %u",
             word_of(&dns_opcode_names, reply->opcode, other),
             word_of(&dns_rcode_names, reply->rcode, scratch), reply->id);
    buffer_puts(buffer, ";; flags:");
    for (const struct flag_name *flag = dns_flag_names; flag->name; flag++) {
        if (reply->flags & flag->bit)
            buffer_printf(buffer, " %s", flag->name);
    }
    buffer_printf(buffer, "; QUERY: %d, ANSWER: %zu, AUTHORITY: %zu, ADDITIONAL: %zu\n\n",
                  reply->question.name ? 1 : 0, reply->sections[DNS_SECTION_ANSWER].count,
                  reply->sections[DNS_SECTION_AUTHORITY].count,
                  reply->sections[DNS_SECTION_ADDITIONAL].count + reply->edns);
}

static void put_edns(struct buffer *buffer, const struct dns_reply *reply) {
    if (!reply->edns)
        return;
    const char *state =
        reply->cookie_state.known ? dns_cookie_state_names.names[reply->cookie_state.value] : NULL;
    put_line(buffer, ";; OPT PSEUDOSECTION:");
    put_line(buffer, "; EDNS: version: %u, flags:%s; udp: %u", reply->edns_version,
             reply->dnssec_ok ? " do" : "", reply->udp_size);
    if (reply->nsid)
        put_line(buffer, "; NSID: %s", reply->nsid);
    if (reply->cookie)
        put_line(buffer, "; COOKIE: %s%s%s%s", reply->cookie, state ? " (" : "", state ? state : "",
                 state ? ")" : "");
    if (reply->client_subnet)
        put_line(buffer, "; CLIENT-SUBNET: %s", reply->client_subnet);
    for (size_t i = 0; i < reply->extended_error_count; i++)
        put_line(buffer, "; EDE: %s", reply->extended_errors[i]);
    for (size_t i = 0; i < reply->edns_option_count; i++)
        put_line(buffer, "; %s", reply->edns_options[i]);
}

static void put_sections(struct buffer *buffer, const struct dns_reply *reply) {
    static const char *const titles[DNS_SECTIONS] = {"ANSWER", "AUTHORITY", "ADDITIONAL"};
    if (reply->question.name) {
        put_line(buffer, ";; QUESTION SECTION:");
        put_line(buffer, ";%s\t\t%s\t%s", reply->question.name, reply->question.class,
                 reply->question.type);
        buffer_putc(buffer, '\n');
    }
    for (size_t i = 0; i < DNS_SECTIONS; i++) {
        if (reply->sections[i].count == 0)
            continue;
        put_line(buffer, ";; %s SECTION:", titles[i]);
        for (size_t j = 0; j < reply->sections[i].count; j++)
            put_record(buffer, &reply->sections[i].items[j]);
        buffer_putc(buffer, '\n');
    }
}

static void put_tail(struct buffer *buffer, const struct dns_answer *answer) {
    char scratch[24];
    if (answer->server)
        put_line(buffer, ";; SERVER: %s#%u (%s)", answer->server, answer->port,
                 word_of(&dns_transport_names, (uint32_t)answer->transport.value, scratch));
    else if (answer->outcome == DNS_ANSWERED)
        put_line(buffer, ";; FROM: the hosts file");
    if (answer->reply && answer->server)
        put_line(buffer, ";; MSG SIZE  rcvd: %llu", (unsigned long long)answer->reply->size);
    if (answer->validity.known)
        put_line(buffer, ";; DNSSEC: %s%s%s",
                 word_of(&dns_validity_names, (uint32_t)answer->validity.value, scratch),
                 answer->validity_reason ? ": " : "",
                 answer->validity_reason ? answer->validity_reason : "");
}

static void put_answer(struct buffer *buffer, const struct dns_answer *answer) {
    char scratch[24];
    put_line(buffer, ";; %s %s: %s%s%s", answer->asked, answer->type,
             word_of(&dns_outcome_names, answer->outcome, scratch), answer->reason ? ", " : "",
             answer->reason ? answer->reason : "");
    if (answer->reply) {
        put_header(buffer, answer->reply);
        put_edns(buffer, answer->reply);
        put_sections(buffer, answer->reply);
    }
    put_tail(buffer, answer);
    buffer_putc(buffer, '\n');
}

// What getaddrinfo returns, where that is more than a list.
static void put_returned(struct buffer *buffer, const struct dns_answer *answer) {
    if (answer->returned_count < 2)
        return;
    put_line(buffer, ";; getaddrinfo returns, in this order:");
    for (size_t i = 0; i < answer->returned_count; i++) {
        const struct dns_destination *destination = &answer->returned[i];
        bool reachable = destination->source.family != ADDRESS_NONE;
        buffer_puts(buffer, ";  ");
        address_format(&destination->address, buffer);
        buffer_puts(buffer, reachable ? " from " : " cannot be reached");
        address_format(&destination->source, buffer);
        if (destination->why)
            buffer_printf(buffer, ", before the next: %s", destination->why);
        buffer_putc(buffer, '\n');
    }
    buffer_putc(buffer, '\n');
}

void dns_text_format(const struct table *answers, const struct table *queries,
                     struct buffer *buffer) {
    for (size_t i = 0; i < queries->count; i++)
        put_step(buffer, table_row(queries, i));
    if (answers->count > 0 && queries->count > 0) {
        const struct dns_answer *answer = table_row(answers, 0);
        put_line(buffer, "; %llu queries for %llu names in %.3f ms",
                 (unsigned long long)answer->query_count,
                 (unsigned long long)answer->candidate_count, (double)answer->took / 1e3);
        buffer_putc(buffer, '\n');
    }
    for (size_t i = 0; i < answers->count; i++)
        put_answer(buffer, table_row(answers, i));
    if (answers->count > 0)
        put_returned(buffer, table_row(answers, 0));
}
