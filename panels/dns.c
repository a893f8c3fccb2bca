// SPDX-License-Identifier: GPL-2.0-or-later
// How the processes of a namespace resolve names, and what they get for one.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "model/dns_tally.h"
#include "panels/dns_lookup.h"
#include "panels/dns_typed.h"
#include "panels/panels.h"
#include "tui/grid.h"

// --- Servers, always in sight --------------------------------------------------------------------

struct experience {
    size_t asked, lost;
    const struct dns_query *latest; // that was answered
};

// What this session's queries say of a server.
static struct experience experience_of(const struct table *queries, const char *server) {
    struct experience experience = {0};
    for (size_t i = 0; queries && i < queries->count; i++) {
        const struct dns_query *query = table_row(queries, i);
        if (!query->server || strcmp(query->server, server) != 0)
            continue;
        bool lost = dns_query_is_lost(query);
        experience.lost += lost;
        experience.asked += lost || query->took.known;
        if (!lost && query->took.known)
            experience.latest = query;
    }
    return experience;
}

static uint8_t put_experience(const struct experience *experience, bool used,
                              struct buffer *buffer) {
    uint8_t style = STYLE_DIM;
    if (experience->asked == 0) {
        buffer_puts(buffer, "not asked yet: c asks");
    } else if (!experience->latest) {
        buffer_printf(buffer, "does not answer: %zu quer%s without a reply", experience->lost,
                      experience->lost == 1 ? "y" : "ies");
        style = STYLE_BAD;
    } else {
        buffer_printf(buffer, "answers, last in %.3f ms; %zu of %zu queries lost",
                      (double)experience->latest->took.value / 1e3, experience->lost,
                      experience->asked);
        style = experience->lost > 0 ? STYLE_WARNING : STYLE_GOOD;
    }
    if (!used)
        buffer_puts(buffer, "; behind the third, so nobody asks it");
    return style;
}

static int add_server(struct lines *lines, const struct resolver *resolver, size_t index,
                      const struct table *queries) {
    const struct experience experience = experience_of(queries, resolver->servers[index]);
    struct buffer text = BUFFER_INIT, label = BUFFER_INIT;
    uint8_t style = put_experience(&experience, index < resolver_servers_used(resolver), &text);
    text_printable(resolver->servers[index], strlen(resolver->servers[index]), &label);
    struct line *line = lines_add(lines, buffer_text(&label), buffer_text(&text), style);
    buffer_done(&text);
    buffer_done(&label);
    return line ? 0 : -ENOMEM;
}

static int add_problems(struct lines *lines, const struct resolver *resolver) {
    int r = 0;
    for (size_t i = 0; i < resolver->problem_count && r == 0; i++) {
        struct buffer text = BUFFER_INIT;
        text_printable(resolver->problems[i], strlen(resolver->problems[i]), &text);
        r = lines_add(lines, "What is wrong", buffer_text(&text), STYLE_WARNING) ? 0 : -ENOMEM;
        buffer_done(&text);
    }
    return r;
}

static int summarise(const struct node *node, uint64_t netns, struct lines *lines) {
    const struct table *table = netns ? node_table(node, netns, KIND_RESOLVER) : NULL;
    const struct table *queries = netns ? node_table(node, netns, KIND_QUERIES) : NULL;
    const struct resolver *resolver = table && table->count > 0 ? table_row(table, 0) : NULL;
    int r = 0;
    for (size_t i = 0; resolver && i < resolver->server_count && r == 0; i++)
        r = add_server(lines, resolver, i, queries);
    return resolver && r == 0 ? add_problems(lines, resolver) : r;
}

// --- Views ---------------------------------------------------------------------------------------

static const struct panel_group resolver_groups[] = {
    {"Resolver", "netns,nameservers,search,ndots,timeout,attempts,options,sortlist"},
    {"Files", "resolv_conf,pid,hosts_order,hosts,multi,gai"},
    {"What is wrong", "problems"},
    {NULL, NULL},
};

static const struct panel_group answer_groups[] = {
    {"Question", "netns,time,name,type,class"},
    {"Answer", "outcome,candidate,reason,from,server,port,transport,rcode,flags,size,answer,"
               "authority,additional"},
    {"Cost", "candidate_count,query_count,took_ms"},
    {"DNSSEC", "validity,validity_reason"},
    {"EDNS", "edns_*,nsid,cookie,client_subnet,extended_errors"},
    {NULL, NULL},
};

static const struct panel_group query_groups[] = {
    {"Query",
     "netns,name,candidate,type,class,server,port,attempt,transport,id,query_size,sent_ms"},
    {"Reply", "outcome,reason,rcode,flags,took_ms,size,strays,answer,authority,additional"},
    {"EDNS", "edns_*,nsid,cookie,client_subnet,extended_errors"},
    {NULL, NULL},
};

static const struct panel_view views[] = {
    {
        .name = "resolver",
        .title = "Resolver",
        .kind = KIND_RESOLVER,
        .columns = "nameservers,search,ndots,~timeout,~attempts,options,problems,?hosts_order,"
                   "?resolv_conf",
        .groups = resolver_groups,
    },
    {
        .name = "lookups",
        .title = "Lookups",
        .kind = KIND_ANSWERS,
        .columns =
            "name,type,outcome,answer,query_count,took_ms,~server,?candidate,~validity,~time",
        .sort = "-time",
        .groups = answer_groups,
    },
    {
        .name = "queries",
        .title = "Queries",
        .kind = KIND_QUERIES,
        .columns = "candidate,type,server,attempt,~transport,outcome,rcode,took_ms,~sent_ms,~id,"
                   "?flags,?size,?answer",
        .groups = query_groups,
    },
};

#define SYNTAX "NAME [TYPE,...] [@SERVER[:PORT] | @all] [CLASS] " DNS_TYPED_WORDS

static const struct panel_question questions[] = {
    {.key = 'd',
     .label = "d",
     .prompt = "look up: ",
     .syntax = SYNTAX,
     .title = "Lookup of",
     .help = "look up a name as glibc does, with every query; @SERVER asks that one, @all each "
             "that is configured; " DNS_TYPED_WORDS},
    {.key = 'm',
     .label = "m",
     .prompt = "look up as musl does: ",
     .syntax = SYNTAX,
     .title = "Lookup of",
     .words = "+musl",
     .help = "look up a name as musl does"},
    {.key = 'w',
     .label = "w",
     .prompt = "watch: ",
     .syntax = SYNTAX,
     .title = "Lookup of",
     .words = "+watch",
     .help = "look a name up every second: times, losses, response codes"},
    {.key = 'c',
     .label = "c",
     .title = "Lookup of",
     .typed = ". NS @all",
     .help = "ask each configured server whether it answers"},
    {.label = NULL},
};

static const struct key_binding keys[] = {
    {COMMAND_ENTER, {INPUT_ENTER}, "Enter", "open the lookup again, or see all of the row"},
    {.label = NULL},
};

const struct panel dns_panel = {
    .name = "dns",
    .title = "DNS",
    .views = views,
    .view_count = sizeof(views) / sizeof(views[0]),
    .keys = keys,
    .summary = summarise,
    .questions = questions,
    .activity = &dns_lookup_activity,
};
