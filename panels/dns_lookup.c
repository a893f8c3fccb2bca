// SPDX-License-Identifier: GPL-2.0-or-later
// Looking a name up on a thread of its own, once or again and again.
#include "panels/dns_lookup.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "dump/dns_watch.h"
#include "panels/dns_typed.h"
#include "resolve/dns_hosts.h"
#include "source/conntrack_source.h"
#include "source/dns.h"
#include "source/dns_anchors.h"
#include "source/dns_returned.h"
#include "source/resolver_source.h"

#define COUNTER_INTERVAL INT64_C(1000000) // microseconds between two readings of counters

static int64_t clock_of(clockid_t clock, int64_t parts_a_second) {
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * parts_a_second + now.tv_nsec / (INT64_C(1000000000) / parts_a_second);
}

static int64_t monotonic(void) {
    return clock_of(CLOCK_MONOTONIC, 1000000);
}

static int64_t realtime(void) {
    return clock_of(CLOCK_REALTIME, 1000000000);
}

// --- Opening -------------------------------------------------------------------------------------

// Whatever is wrong with what was typed is found before it begins, with the usual resolver.
static int judge(struct dns_panel_lookup *lookup, struct error *err) {
    struct resolver usual = resolver_default();
    struct arena arena = ARENA_INIT;
    struct dns_plan plan;
    int r = dns_plan_make(&lookup->request, &usual, &arena, &plan, err);
    arena_done(&arena);
    if (r == 0 && lookup->request.watch)
        r = dns_watch_parse(lookup->request.watch, &lookup->interval, err);
    return r;
}

static int take_typed(struct dns_panel_lookup *lookup, const char *typed, struct error *err) {
    struct dns_subject *subject = &lookup->subject;
    int r = dns_typed_parse(typed, &lookup->arena, &lookup->request, err);
    if (r < 0)
        return r;
    subject->asked = lookup->request.name;
    r = dns_name_prepare(&lookup->arena, subject->asked, &subject->name, &subject->reverse, err);
    if (r == 0 && subject->reverse)
        lookup->request.rules = "exact";
    return r == 0 ? judge(lookup, err) : r;
}

static void free_part(struct dns_lookup_part *part) {
    table_unref(part->answers);
    table_unref(part->queries);
    table_unref(part->going);
}

static void free_lookup(void *state) {
    struct dns_panel_lookup *lookup = state;
    for (size_t i = 0; i < lookup->part_count; i++)
        free_part(&lookup->parts[i]);
    free(lookup->parts);
    free(lookup->leads);
    dns_tally_done(&lookup->tally);
    dnssec_anchors_free(lookup->anchors);
    table_unref(lookup->resolvers);
    table_unref(lookup->namespaces);
    pthread_mutex_destroy(&lookup->lock);
    arena_done(&lookup->arena);
    free(lookup);
}

static int open_lookup(const struct panel_start *start, void **ret_state, struct error *err) {
    struct dns_panel_lookup *lookup = calloc(1, sizeof(*lookup));
    if (!lookup)
        return error_set(err, -ENOMEM, "out of memory");
    *lookup = (struct dns_panel_lookup){.number = start->number,
                                        .namespaces = table_ref(start->namespaces),
                                        .netns = start->netns,
                                        .began = monotonic(),
                                        .time = realtime()};
    pthread_mutex_init(&lookup->lock, NULL);
    int r = take_typed(lookup, start->typed, err);
    if (r < 0)
        free_lookup(lookup);
    else
        *ret_state = lookup;
    return r;
}

// --- What the thread knows -----------------------------------------------------------------------

struct doing {
    struct dns_panel_lookup *lookup;
    const struct panel_run *run;
    size_t step; // of the present round
    struct dns_returned returned;
    int64_t counters_at; // when they were read
};

static void tell(const struct doing *doing) {
    doing->run->news(doing->run->user_data);
}

static struct table *read_resolver(const struct dns_panel_lookup *lookup) {
    const struct source_request request = {
        .netns = lookup->netns, .namespaces = lookup->namespaces, .now = realtime()};
    return resolver_source.read(&request);
}

static int make_parts(struct dns_panel_lookup *lookup) {
    struct dns_settings settings;
    struct dns_question question;
    size_t count = 0;
    while (dns_plan_lookup(&lookup->plan, lookup->resolver, &lookup->subject, count, &settings,
                           &question))
        count++;
    struct dns_lookup_part *parts = calloc(count + 1, sizeof(*parts));
    if (!parts)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        dns_plan_lookup(&lookup->plan, lookup->resolver, &lookup->subject, i, &settings,
                        &parts[i].question);
        parts[i].set = &lookup->plan.sets[i / (count / lookup->plan.set_count)];
    }
    lookup->parts = parts;
    lookup->part_count = count;
    return 0;
}

static int make_plan(struct dns_panel_lookup *lookup, struct table *resolvers, struct error *err) {
    static const struct resolver none;
    struct resolver *unread = arena_copy(&lookup->arena, &none, sizeof(none));
    if (!unread)
        return -ENOMEM;
    *unread = resolver_default();
    lookup->resolvers = resolvers;
    lookup->resolver = resolvers->count > 0 ? table_row(resolvers, 0) : unread;
    // With a server that was named, the resolver's files matter little.
    if (resolvers->count == 0 && !lookup->request.server)
        return error_set(err, -EACCES, "the resolver of %s: %s", lookup->netns->name,
                         resolvers->status.reason);
    int r = dns_plan_make(&lookup->request, lookup->resolver, &lookup->arena, &lookup->plan, err);
    lookup->plan.anchors = lookup->anchors;
    if (r == 0)
        r = dns_candidates_make(&lookup->arena, lookup->resolver, lookup->plan.rules,
                                lookup->subject.name, &lookup->candidates);
    return r == 0 ? make_parts(lookup) : r;
}

static int prepare(struct doing *doing, struct error *err) {
    struct dns_panel_lookup *lookup = doing->lookup;
    int r = lookup->request.validate
                ? dns_anchors_read(lookup->request.anchors, &lookup->anchors, err)
                : 0;
    struct table *resolvers = r == 0 ? read_resolver(lookup) : NULL;
    if (!resolvers)
        return r < 0 ? r : -ENOMEM;
    pthread_mutex_lock(&lookup->lock);
    r = make_plan(lookup, resolvers, err);
    if (!lookup->resolvers)
        table_unref(resolvers);
    pthread_mutex_unlock(&lookup->lock);
    tell(doing);
    return r;
}

// --- One round -----------------------------------------------------------------------------------

static int next_lookup(struct dns_wanted *ret_wanted, void *user_data) {
    struct doing *doing = user_data;
    struct dns_panel_lookup *lookup = doing->lookup;
    if (!dns_plan_lookup(&lookup->plan, lookup->resolver, &lookup->subject, doing->step,
                         &ret_wanted->settings, &ret_wanted->question))
        return 0;
    struct dns_lookup_part *part = &lookup->parts[doing->step++];
    pthread_mutex_lock(&lookup->lock);
    part->began = monotonic();
    pthread_mutex_unlock(&lookup->lock);
    ret_wanted->mark = part;
    return 1;
}

static void take_progress(const struct dns_wanted *wanted, struct table *queries, void *user_data) {
    struct doing *doing = user_data;
    struct dns_lookup_part *part = wanted->mark;
    if (!queries)
        return;
    pthread_mutex_lock(&doing->lookup->lock);
    struct table *before = part->going;
    part->going = queries;
    pthread_mutex_unlock(&doing->lookup->lock);
    table_unref(before);
    tell(doing);
}

static void note_losses(struct dns_panel_lookup *lookup, const struct table *queries) {
    for (size_t i = 0; i < queries->count; i++) {
        const struct dns_query *query = table_row(queries, i);
        if (!dns_query_is_lost(query))
            continue;
        struct dns_loss *loss = &lookup->losses[lookup->loss_count++ % DNS_LOOKUP_LOSSES];
        loss->time = realtime();
        snprintf(loss->text, sizeof(loss->text), "%s %s to %s: %s", query->candidate, query->type,
                 query->server ? query->server : "nobody",
                 dns_query_outcome_names.names[query->outcome]);
    }
}

static int put_part(struct dns_panel_lookup *lookup, struct dns_lookup_part *part,
                    struct table *answers, struct table *queries) {
    // What was cancelled says less than the round before it.
    bool passed_over = part->answers && dns_tally_passes_over(answers);
    int r = 0;
    table_unref(part->going);
    part->going = NULL;
    if (!passed_over) {
        free_part(part);
        part->answers = answers;
        part->queries = queries;
        part->received = monotonic();
    }
    if (lookup->interval > 0 && !passed_over) {
        r = dns_tally_add(&lookup->tally, answers, queries);
        note_losses(lookup, queries);
    }
    if (passed_over) {
        table_unref(answers);
        table_unref(queries);
    }
    return r;
}

static int take_lookup(const struct dns_wanted *wanted, struct table *answers,
                       struct table *queries, void *user_data) {
    struct doing *doing = user_data;
    struct dns_panel_lookup *lookup = doing->lookup;
    bool returns = lookup->plan.as_getaddrinfo && !lookup->subject.reverse;
    int r = returns ? dns_returned_add(&doing->returned, answers) : 0;
    if (r < 0) {
        table_unref(answers);
        table_unref(queries);
        return r;
    }
    pthread_mutex_lock(&lookup->lock);
    r = put_part(lookup, wanted->mark, answers, queries);
    pthread_mutex_unlock(&lookup->lock);
    tell(doing);
    return r;
}

// Returns 1 if the hosts file answers, 0 if the DNS is to be asked, or -ENOMEM.
static int ask_hosts(struct doing *doing) {
    const struct dns_panel_lookup *lookup = doing->lookup;
    struct table *answers, *queries;
    if (!lookup->plan.as_getaddrinfo || lookup->subject.reverse)
        return 0;
    int r = dns_hosts_answer(lookup->resolver, lookup->plan.rules, lookup->subject.asked, &answers,
                             &queries);
    const struct dns_wanted wanted = {.mark = &lookup->parts[0]};
    if (r > 0 && take_lookup(&wanted, answers, queries, doing) < 0)
        return -ENOMEM;
    return r;
}

static int ask_once(struct doing *doing, struct error *err) {
    const struct dns_run run = {.netns = doing->lookup->netns,
                                .in_flight = DNS_IN_FLIGHT,
                                .cancel = doing->run->stop,
                                .next = next_lookup,
                                .take = take_lookup,
                                .progress = take_progress,
                                .user_data = doing};
    doing->step = 0;
    doing->returned = (struct dns_returned){.netns = doing->lookup->netns,
                                            .namespaces = doing->lookup->namespaces,
                                            .resolver = doing->lookup->resolver,
                                            .rules = doing->lookup->plan.rules};
    int r = ask_hosts(doing);
    if (r == 0)
        r = dns_run(&run, err);
    dns_returned_done(&doing->returned);
    return r < 0 ? r : 0;
}

// --- Again and again -----------------------------------------------------------------------------

static const struct netns *find_own(const struct table *namespaces) {
    for (size_t i = 0; i < namespaces->count; i++) {
        const struct netns *netns = table_row(namespaces, i);
        if (netns->own)
            return netns;
    }
    return NULL;
}

static void put_counters(struct dns_counters *counters, const struct conntrack_races *now,
                         bool first) {
    counters->now = *now;
    if (first)
        counters->before = *now;
}

static void read_counters(struct doing *doing, bool first) {
    struct dns_panel_lookup *lookup = doing->lookup;
    const struct netns *own = lookup->netns->own ? NULL : find_own(lookup->namespaces);
    int64_t now = monotonic();
    if (!first && now < doing->counters_at + COUNTER_INTERVAL)
        return;
    doing->counters_at = now;
    const struct conntrack_races there = conntrack_races_read(lookup->netns);
    const struct conntrack_races here =
        own ? conntrack_races_read(own) : (struct conntrack_races){0};
    pthread_mutex_lock(&lookup->lock);
    put_counters(&lookup->races, &there, first);
    put_counters(&lookup->races_own, &here, first);
    pthread_mutex_unlock(&lookup->lock);
}

// Returns 0 when it is time, or -ECANCELED.
static int wait_until(const struct doing *doing, int64_t due) {
    struct pollfd stop = {.fd = doing->run->stop, .events = POLLIN};
    for (;;) {
        int64_t left = due - monotonic();
        if (poll(&stop, 1, left > 0 ? (int)(left / 1000 + 1) : 0) > 0)
            return -ECANCELED;
        if (left <= 0)
            return 0;
    }
}

static int watch(struct doing *doing, struct error *err) {
    int64_t due = monotonic();
    int r = 0;
    read_counters(doing, true);
    while (r == 0) {
        r = ask_once(doing, err);
        if (r < 0)
            break;
        read_counters(doing, false);
        // After a lookup that took longer than the interval the next one begins at once.
        int64_t now = monotonic();
        due = due + doing->lookup->interval > now ? due + doing->lookup->interval : now;
        r = wait_until(doing, due);
    }
    return r;
}

static void run_lookup(void *state, const struct panel_run *run) {
    struct dns_panel_lookup *lookup = state;
    struct doing doing = {.lookup = lookup, .run = run};
    struct error err = {0};
    int r = prepare(&doing, &err);
    if (r == 0)
        r = lookup->interval > 0 ? watch(&doing, &err) : ask_once(&doing, &err);
    pthread_mutex_lock(&lookup->lock);
    lookup->through = true;
    lookup->ended = monotonic();
    lookup->cancelled = r == -ECANCELED;
    if (r < 0 && r != -ECANCELED) {
        if (err.code == 0)
            error_set_errno(&err, r, "the lookup");
        lookup->error = err;
    }
    pthread_mutex_unlock(&lookup->lock);
}

// --- Showing it ----------------------------------------------------------------------------------

static int format_lookup(void *state, const struct panel_sight *sight, struct lines *lines) {
    struct dns_panel_lookup *lookup = state;
    pthread_mutex_lock(&lookup->lock);
    lookup->lead_count = 0;
    int r = dns_page_format(lookup, sight, lines);
    pthread_mutex_unlock(&lookup->lock);
    return r;
}

static bool find_place(void *state, const struct node *node, size_t lead, size_t skipped,
                       struct panel_place *ret_place) {
    const struct dns_panel_lookup *lookup = state;
    const struct node_netns *entry = node_find(node, lookup->netns->inode);
    return entry && lead < lookup->lead_count &&
           dns_places_find(node, entry->netns, &lookup->leads[lead], skipped, ret_place);
}

static const struct panel_word words[] = {
    {.key = 'r', .label = "r", .hint = "Again", .help = "ask the same again"},
    {.key = 'm',
     .label = "m",
     .word = "+musl",
     .sort = "+musl",
     .hint = "musl",
     .help = "ask as musl does, or again as glibc does"},
    {.key = 't',
     .label = "t",
     .word = "+tcp",
     .sort = "+tcp",
     .hint = "TCP",
     .help = "ask over TCP, or not"},
    {.key = 'x',
     .label = "x",
     .word = "+validate",
     .sort = "+validate",
     .hint = "DNSSEC",
     .help = "validate the answers by DNSSEC from trust anchors down, or not"},
    {.key = 's',
     .label = "s",
     .word = "@all",
     .sort = "@",
     .hint = "Servers",
     .help = "ask each configured server by itself, side by side, or not"},
    {.key = 'w',
     .label = "w",
     .word = "+watch",
     .sort = "+watch",
     .hint = "Watch",
     .help = "ask again every second, or no more"},
    {.label = NULL},
};

// What the node knows of the addresses that are answered.
static const enum kind_id needs[] = {KIND_RESOLVER, KIND_INTERFACES,    KIND_NEIGHBOURS,
                                     KIND_ROUTES,   KIND_ROUTING_RULES, KIND_SERVICES};

const struct panel_activity dns_lookup_activity = {
    .words = words,
    .kind = KIND_ANSWERS,
    .needs = needs,
    .need_count = sizeof(needs) / sizeof(needs[0]),
    .needs_others = KIND_BIT(KIND_INTERFACES) | KIND_BIT(KIND_SERVICES),
    .open = open_lookup,
    .free = free_lookup,
    .run = run_lookup,
    .format = format_lookup,
    .find = find_place,
    .remember = dns_history_remember,
    .find_row = dns_history_find,
};
