// SPDX-License-Identifier: GPL-2.0-or-later
// The source of resolvers that also asks each of their servers for the root's name servers: any
// answer will do. One that gives none is a problem of the resolver.
#include <errno.h>

#include "model/dns.h"
#include "model/resolver.h"
#include "source/dns.h"
#include "source/resolver_source.h"

#define SERVERS_MAX  64
#define WAIT_SECONDS 1
#define WAIT_TIMES   2
#define CLASS_IN     1
#define TYPE_NS      2

struct probing {
    struct resolver asking; // with its own patience
    const char *const *servers;
    size_t count, begun;
    const char *troubles[SERVERS_MAX]; // in words; NULL: it answers
    struct arena *arena;
};

static int next_probe(struct dns_wanted *ret_wanted, void *user_data) {
    struct probing *probing = user_data;
    if (probing->begun == probing->count)
        return 0;
    *ret_wanted = (struct dns_wanted){.settings = {.rules = DNS_RULES_EXACT,
                                                   .resolver = &probing->asking,
                                                   .servers = &probing->servers[probing->begun],
                                                   .server_count = 1,
                                                   .port = DNS_PORT},
                                      .question = {.asked = ".",
                                                   .name = ".",
                                                   .types = {TYPE_NS},
                                                   .type_count = 1,
                                                   .class = CLASS_IN},
                                      .mark = &probing->troubles[probing->begun]};
    probing->begun++;
    return 1;
}

// "timed out", "Connection refused": what became of the last query.
static const char *words_of(const struct table *queries) {
    if (queries->count == 0)
        return "it cannot be asked";
    const struct dns_query *last = table_row(queries, queries->count - 1);
    return last->reason                           ? last->reason
           : last->outcome == DNS_QUERY_TIMED_OUT ? "timed out"
                                                  : dns_query_outcome_names.names[last->outcome];
}

static int take_probe(const struct dns_wanted *wanted, struct table *answers, struct table *queries,
                      void *user_data) {
    struct probing *probing = user_data;
    const char **trouble = wanted->mark;
    const struct dns_answer *answer = answers->count > 0 ? table_row(answers, 0) : NULL;
    bool silent = !answer || !answer->reply;
    if (silent)
        *trouble = arena_printf(probing->arena, "%s does not answer: %s",
                                wanted->settings.servers[0], words_of(queries));
    table_unref(answers);
    table_unref(queries);
    return silent && !*trouble ? -ENOMEM : 0;
}

static int add_problems(struct resolver *resolver, const struct probing *probing) {
    size_t count = 0;
    const char **problems =
        arena_alloc(probing->arena, (resolver->problem_count + probing->count) * sizeof(*problems));
    if (!problems)
        return -ENOMEM;
    for (size_t i = 0; i < resolver->problem_count; i++)
        problems[count++] = resolver->problems[i];
    for (size_t i = 0; i < probing->count; i++) {
        if (probing->troubles[i])
            problems[count++] = probing->troubles[i];
    }
    resolver->problems = problems;
    resolver->problem_count = count;
    return 0;
}

static int probe(struct table *table, const struct netns *netns, struct error *err) {
    struct resolver *resolver = table->rows;
    struct probing probing = {
        .asking = *resolver, .servers = resolver->servers, .arena = &table->arena};
    probing.count = resolver->server_count < SERVERS_MAX ? resolver->server_count : SERVERS_MAX;
    probing.asking.timeout = WAIT_SECONDS;
    probing.asking.attempts = WAIT_TIMES;
    const struct dns_run run = {.netns = netns,
                                .in_flight = SERVERS_MAX,
                                .cancel = -1,
                                .next = next_probe,
                                .take = take_probe,
                                .user_data = &probing};
    int r = dns_run(&run, err);
    return r == 0 ? add_problems(resolver, &probing) : r;
}

static struct table *read_and_probe(const struct source_request *request) {
    struct table *table = resolver_source.read(request);
    struct error err = {0};
    if (!table || table->count == 0)
        return table;
    int r = probe(table, request->netns, &err);
    if (r < 0)
        table_trouble(table, STATUS_PARTIAL, "its servers could not be asked: %s",
                      r == -ENOMEM ? "out of memory" : err.text);
    return table;
}

const struct source resolver_probing_source = {
    .name = "resolver",
    .kind = KIND_RESOLVER,
    .needs = "CAP_SYS_PTRACE to look at the files of other users' processes",
    .read = read_and_probe,
};
