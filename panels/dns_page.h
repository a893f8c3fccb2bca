// SPDX-License-Identifier: GPL-2.0-or-later
// The lines of a lookup while they are made. Only dns_page.c and dns_*_page.c include it.
#ifndef PANELS_DNS_PAGE_H
#define PANELS_DNS_PAGE_H

#include "base/buffer.h"
#include "panels/dns_lookup.h"
#include "tui/grid.h"

struct dns_page {
    struct dns_panel_lookup *lookup;
    const struct panel_sight *sight;
    struct lines *lines;
    bool failed; // memory is out
};

// Adds other people's text, beside a label or over the whole width. Returns the first of its lines,
// or NULL when memory is out.
struct line *dns_page_add(struct dns_page *page, const char *label, const char *text,
                          uint8_t style);
struct line *dns_page_add_wide(struct dns_page *page, const char *text, uint8_t style);
void dns_page_add_heading(struct dns_page *page, const char *text);

// The word of a number, "unknown(7)" where it has none.
const char *dns_page_word(const struct enum_names *names, uint32_t number, char scratch[24]);

// The address that a record has; NONE of records of other types.
struct address dns_page_address(const struct dns_record *record);

// Adds to a text what the node knows of an address, "  (pod default/web)"; nothing for NONE.
void dns_page_describe(struct dns_page *page, const struct address *address, struct buffer *buffer);

// Adds a line, as dns_page_add does, that leads to the address.
void dns_page_add_leading(struct dns_page *page, const char *label, const char *text, uint8_t style,
                          const struct address *address);

// Adds a record's line over the whole width: it leads somewhere if the record has an address, and
// is in one column with those that do otherwise.
void dns_page_add_record(struct dns_page *page, const struct dns_record *record, const char *text,
                         uint8_t style);

// Adds the names that are tried, and the queries of each.
void dns_query_page_format(struct dns_page *page, const struct dns_lookup_part *part);

// Adds what getaddrinfo would return and what it cost; what the servers say, one beside the other.
void dns_result_page_format(struct dns_page *page, const struct dns_lookup_part *part);
void dns_result_page_format_servers(struct dns_page *page);

// Adds the lines of an answer: what it is, its aliases, its sections, and what EDNS and DNSSEC say.
void dns_answer_page_format(struct dns_page *page, const struct dns_lookup_part *part,
                            const struct dns_answer *answer);

#endif
