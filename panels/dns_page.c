// SPDX-License-Identifier: GPL-2.0-or-later
// The lines of a lookup, from who is asked to what the replies say.
#include "panels/dns_page.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

// --- Lines ---------------------------------------------------------------------------------------

// Without a label it begins where labels do.
static struct line *add(struct dns_page *page, const char *label, const char *text, uint8_t style,
                        bool leads) {
    size_t width = page->sight->width;
    struct buffer printable = BUFFER_INIT;
    text_printable(text, strlen(text), &printable);
    const char *shown = buffer_text(&printable);
    struct line *line = label
                            ? lines_add_indented(page->lines, label, 0, shown, style, width, leads)
                            : lines_add_wide(page->lines, shown, style,
                                             leads ? lines_width_behind_sign(width) : width);
    page->failed |= !line || printable.failed;
    buffer_done(&printable);
    return line;
}

struct line *dns_page_add(struct dns_page *page, const char *label, const char *text,
                          uint8_t style) {
    return add(page, label, text, style, false);
}

struct line *dns_page_add_wide(struct dns_page *page, const char *text, uint8_t style) {
    return add(page, NULL, text, style, false);
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

struct address dns_page_address(const struct dns_record *record) {
    bool has = record->type_number == DNS_TYPE_A || record->type_number == DNS_TYPE_AAAA;
    struct address address;
    return has && address_parse(record->data, &address) == 0 ? address : (struct address){0};
}

void dns_page_describe(struct dns_page *page, const struct address *address,
                       struct buffer *buffer) {
    struct buffer known = BUFFER_INIT;
    const struct node_netns *entry = node_find(page->sight->node, page->lookup->netns->inode);
    if (entry && address->family != ADDRESS_NONE)
        dns_places_describe(page->sight->node, entry->netns, address, &known);
    if (known.len > 0)
        buffer_printf(buffer, "  (%s)", buffer_text(&known));
    buffer_done(&known);
}

static void lead(struct dns_page *page, struct line *line, const struct address *address) {
    struct dns_panel_lookup *lookup = page->lookup;
    if (!line || address->family == ADDRESS_NONE || lookup->lead_count == UINT16_MAX)
        return;
    if (lookup->lead_count == lookup->lead_capacity) {
        size_t wanted = lookup->lead_capacity ? 2 * lookup->lead_capacity : 16;
        struct address *grown = reallocarray(lookup->leads, wanted, sizeof(*grown));
        if (!grown)
            return;
        lookup->leads = grown;
        lookup->lead_capacity = wanted;
    }
    lookup->leads[lookup->lead_count++] = *address;
    line->leads = (uint16_t)lookup->lead_count;
}

void dns_page_add_leading(struct dns_page *page, const char *label, const char *text, uint8_t style,
                          const struct address *address) {
    lead(page, add(page, label, text, style, true), address);
}

void dns_page_add_record(struct dns_page *page, const struct dns_record *record, const char *text,
                         uint8_t style) {
    struct buffer indented = BUFFER_INIT;
    const struct address address = dns_page_address(record);
    if (address.family != ADDRESS_NONE) {
        lead(page, add(page, NULL, text, style, true), &address);
        return;
    }
    buffer_printf(&indented, "%*s%s", LINES_SIGN, "", text);
    dns_page_add_wide(page, buffer_text(&indented), style);
    buffer_done(&indented);
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
        dns_result_page_format_servers(&page);
    }
    if (lookup->part_count == 1 || lookup->plan.as_getaddrinfo)
        dns_result_page_format(&page, &lookup->parts[0]);
    for (size_t i = 0; i < lookup->part_count; i++)
        dns_query_page_format(&page, &lookup->parts[i]);
    for (size_t i = 0; i < lookup->part_count; i++) {
        const struct dns_lookup_part *part = &lookup->parts[i];
        for (size_t j = 0; part->answers && j < part->answers->count; j++)
            dns_answer_page_format(&page, part, table_row(part->answers, j));
    }
    return page.failed ? -ENOMEM : 0;
}
