// SPDX-License-Identifier: GPL-2.0-or-later
// How the processes of a namespace resolve names, and what they get for one.
#include <errno.h>
#include <string.h>

#include "dump/dns_text.h"
#include "model/dns.h"
#include "model/resolver.h"
#include "panels/panels.h"
#include "resolve/dns_hosts.h"
#include "resolve/dns_plan.h"
#include "source/dns.h"
#include "source/source.h"
#include "tui/grid.h"

// --- What is typed -------------------------------------------------------------------------------

// "NAME", and behind it in any order "TYPE,..." and "@SERVER".
static int parse_typed(const char *typed, const char *rules, struct arena *arena,
                       struct dns_request *ret_request, struct error *err) {
    char *text = arena_strdup(arena, typed), *rest = NULL;
    *ret_request = (struct dns_request){.rules = rules};
    if (!text)
        return error_set(err, -ENOMEM, "out of memory");
    for (char *word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        if (!ret_request->name)
            ret_request->name = word;
        else if (word[0] == '@')
            ret_request->server = word + 1;
        else
            ret_request->types = word;
    }
    // A server that is named is asked for the name as it is.
    if (ret_request->server)
        ret_request->rules = NULL;
    return ret_request->name ? 0 : error_set(err, -EINVAL, "the name is missing");
}

struct asking {
    struct arena arena;
    struct dns_request request;
    struct dns_plan plan;
    const struct resolver *resolver;
    struct dns_subject subject;
    size_t step;
    struct buffer text;
};

static int prepare(struct asking *asking, const char *typed, const char *rules, struct error *err) {
    int r = parse_typed(typed, rules, &asking->arena, &asking->request, err);
    asking->subject.asked = asking->request.name;
    if (r == 0)
        r = dns_name_prepare(&asking->arena, asking->request.name, &asking->subject.name,
                             &asking->subject.reverse, err);
    if (r == 0 && asking->subject.reverse)
        asking->request.rules = "exact";
    return r == 0 ? dns_plan_make(&asking->request, asking->resolver, &asking->arena, &asking->plan,
                                  err)
                  : r;
}

// --- The answer at once: what will be tried ------------------------------------------------------

static int add_candidates(const struct asking *asking, struct arena *arena, struct lines *lines) {
    struct dns_candidates candidates;
    int r = dns_candidates_make(arena, asking->resolver, asking->plan.rules, asking->subject.name,
                                &candidates);
    for (size_t i = 0; r == 0 && i < candidates.count; i++) {
        if (!lines_add(lines, i == 0 ? "Names to try" : "", candidates.names[i], STYLE_NORMAL))
            r = -ENOMEM;
    }
    for (size_t i = 0; r == 0 && i < asking->plan.sets[0].count; i++) {
        if (!lines_add(lines, i == 0 ? "Servers" : "", asking->plan.sets[0].servers[i],
                       STYLE_NORMAL))
            r = -ENOMEM;
    }
    return r;
}

static int answer(struct node *node, uint64_t netns, const char *typed, const char *rules,
                  struct lines *ret_lines, struct error *err) {
    const struct table *table = node_table(node, netns, KIND_RESOLVER);
    struct resolver none = resolver_default();
    struct asking asking = {.resolver = table && table->count > 0 ? table_row(table, 0) : &none};
    int r = prepare(&asking, typed, rules, err);
    if (r == 0)
        r = add_candidates(&asking, &asking.arena, ret_lines);
    arena_done(&asking.arena);
    return r;
}

static int answer_glibc(struct node *node, uint64_t netns, const char *typed,
                        struct lines *ret_lines, struct error *err) {
    return answer(node, netns, typed, "glibc", ret_lines, err);
}

static int answer_musl(struct node *node, uint64_t netns, const char *typed,
                       struct lines *ret_lines, struct error *err) {
    return answer(node, netns, typed, "musl", ret_lines, err);
}

// --- The answer of the servers -------------------------------------------------------------------

static int next_lookup(struct dns_wanted *ret_wanted, void *user_data) {
    struct asking *asking = user_data;
    return dns_plan_lookup(&asking->plan, asking->resolver, &asking->subject, asking->step++,
                           &ret_wanted->settings, &ret_wanted->question);
}

static int take_lookup(const struct dns_wanted *wanted, struct table *answers,
                       struct table *queries, void *user_data) {
    struct asking *asking = user_data;
    (void)wanted;
    dns_text_format(answers, queries, &asking->text);
    table_unref(answers);
    table_unref(queries);
    return 0;
}

static int run_lookups(struct asking *asking, const struct netns *netns, struct error *err) {
    const struct dns_run run = {.netns = netns,
                                .in_flight = DNS_IN_FLIGHT,
                                .cancel = -1,
                                .next = next_lookup,
                                .take = take_lookup,
                                .user_data = asking};
    struct table *answers, *queries;
    int r = asking->plan.as_getaddrinfo
                ? dns_hosts_answer(asking->resolver, asking->request.name, &answers, &queries)
                : 0;
    return r > 0 ? take_lookup(NULL, answers, queries, asking) : r == 0 ? dns_run(&run, err) : r;
}

static int add_text(struct lines *lines, const char *text) {
    while (*text) {
        char line[1000];
        size_t len = strcspn(text, "\n"), kept = 0;
        for (size_t i = 0; i < len && kept + 8 < sizeof(line); i++) {
            if (text[i] == '\t')
                line[kept++] = ' ';
            line[kept++] = text[i] == '\t' ? ' ' : text[i];
        }
        line[kept] = '\0';
        if (!lines_add(lines, "", line, STYLE_NORMAL))
            return -ENOMEM;
        text += len + (text[len] == '\n');
    }
    return 0;
}

static int ask(const struct netns *netns, const char *typed, const char *rules,
               struct lines *ret_lines) {
    struct error err = {0};
    struct resolver none = resolver_default();
    const struct source_request request = {.netns = netns};
    struct table *table = source_of(KIND_RESOLVER)->read(&request);
    struct asking asking = {.resolver = table && table->count > 0 ? table_row(table, 0) : &none,
                            .text = BUFFER_INIT};
    int r = table ? prepare(&asking, typed, rules, &err) : -ENOMEM;
    if (r == 0)
        r = run_lookups(&asking, netns, &err);
    if (r == 0)
        r = add_text(ret_lines, buffer_text(&asking.text));
    else if (r != -ENOMEM)
        r = lines_add(ret_lines, "Failed", err.text, STYLE_BAD) ? 0 : -ENOMEM;
    buffer_done(&asking.text);
    arena_done(&asking.arena);
    table_unref(table);
    return r;
}

static int ask_glibc(struct node *node, uint64_t netns, const char *typed, struct lines *ret_lines,
                     bool *ret_differs) {
    (void)ret_differs;
    return ask(node_find(node, netns)->netns, typed, "glibc", ret_lines);
}

static int ask_musl(struct node *node, uint64_t netns, const char *typed, struct lines *ret_lines,
                    bool *ret_differs) {
    (void)ret_differs;
    return ask(node_find(node, netns)->netns, typed, "musl", ret_lines);
}

// --- The panel -----------------------------------------------------------------------------------

static const struct panel_group groups[] = {
    {"Resolver", "netns,nameservers,search,ndots,timeout,attempts,options,sortlist"},
    {"Files", "resolv_conf,pid,hosts_order,hosts"},
    {"What is wrong", "problems"},
    {NULL, NULL},
};

static const struct panel_view views[] = {
    {
        .name = "resolver",
        .title = "Resolver",
        .kind = KIND_RESOLVER,
        .columns = "nameservers,search,ndots,~timeout,~attempts,options,problems,?hosts_order,"
                   "?resolv_conf",
        .groups = groups,
    },
};

static const struct panel_question questions[] = {
    {.key = 'd',
     .label = "d",
     .prompt = "look up NAME [TYPE,...] [@SERVER]: ",
     .title = "Lookup of",
     .help = "look up a name as glibc does, with every query; or ask a server for it",
     .answer = answer_glibc,
     .ask_kernel = ask_glibc},
    {.key = 'm',
     .label = "m",
     .prompt = "look up by musl's rules NAME [TYPE,...]: ",
     .title = "Lookup by musl's rules of",
     .help = "look up a name as musl does",
     .answer = answer_musl,
     .ask_kernel = ask_musl},
    {.label = NULL},
};

const struct panel dns_panel = {
    .name = "dns",
    .title = "DNS",
    .views = views,
    .view_count = sizeof(views) / sizeof(views[0]),
    .questions = questions,
};
