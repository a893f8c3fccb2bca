// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/dns.h"

#include <errno.h>
#include <stdlib.h>

#include "dump/dns_names.h"
#include "dump/dns_rows.h"
#include "dump/dns_text.h"
#include "dump/dns_watch.h"
#include "model/dns.h"
#include "resolve/dns_hosts.h"
#include "source/conntrack_source.h"
#include "source/dns.h"
#include "source/dns_anchors.h"
#include "source/dns_returned.h"
#include "source/node_read.h"

// A name that is under way: it goes when the last of its lookups has ended.
struct name {
    struct arena arena;
    struct dns_subject subject;
    size_t lookups; // not yet ended, and one more while some are still to begin
    enum dns_dump_result result;
    bool bogus; // one of its answers
};

struct dns_dump {
    const struct dns_request *request;
    const char *netns_name; // NULL: netscope's own
    struct error *err;
    struct node *node;
    const struct netns *netns;
    const struct table *resolvers;
    const struct resolver *resolver;
    struct resolver unread; // where the files may not be read
    struct dns_plan asking;
    struct dnssec_anchors *anchors;
    struct dnssec_memory *memory; // what was proven for other names
    struct dns_returned returned; // where it is asked as getaddrinfo does
    struct dns_watch watch;
    struct conntrack_meter meter; // for the watch
    struct arena arena;
    struct dns_rows rows;
    enum dns_dump_result result;
    struct dns_names names;
    struct name *name; // the present one, NULL: the next is to be read
    size_t step;       // which of its lookups comes next
};

static bool is_watched(const struct dns_dump *dump) {
    return dump->watch.interval > 0;
}

// --- Names ---------------------------------------------------------------------------------------

static enum dns_dump_result result_of(const struct dns_answer *answer) {
    switch ((enum dns_outcome)answer->outcome) {
    case DNS_ANSWERED:
    case DNS_CANCELLED: // says nothing against the others
        return DNS_DUMP_ANSWER;
    case DNS_NO_DATA:
    case DNS_NO_NAME:
        return DNS_DUMP_NEGATIVE;
    case DNS_FAILED:
    case DNS_NO_REPLY:
    case DNS_UNDER_WAY:
        return DNS_DUMP_NO_REPLY;
    }
    return DNS_DUMP_NO_REPLY;
}

static void note_answers(struct name *name, const struct table *answers) {
    for (size_t i = 0; i < answers->count; i++) {
        const struct dns_answer *answer = table_row(answers, i);
        enum dns_dump_result result = result_of(answer);
        name->result = result < name->result ? result : name->result;
        name->bogus =
            name->bogus || (answer->validity.known && answer->validity.value == DNS_BOGUS);
    }
}

static void drop_name(struct dns_dump *dump, struct name *name) {
    if (--name->lookups > 0)
        return;
    enum dns_dump_result result = name->bogus ? DNS_DUMP_NO_REPLY : name->result;
    dump->result = result > dump->result ? result : dump->result;
    arena_done(&name->arena);
    free(name);
}

static int prepare_name(struct dns_dump *dump, struct name *name, const char *text) {
    struct dns_subject *subject = &name->subject;
    subject->asked = arena_strdup(&name->arena, text);
    int r = subject->asked ? dns_name_prepare(&name->arena, subject->asked, &subject->name,
                                              &subject->reverse, dump->err)
                           : -ENOMEM;
    return r == -EINVAL ? dns_names_blame(&dump->names, dump->err) : r;
}

// Returns 1, 0 when there is none left, or -errno.
static int next_name(struct dns_dump *dump) {
    const char *text = dump->request->name;
    int r = is_watched(dump) ? dns_watch_wait(&dump->watch)
                             : dns_names_next(&dump->names, &text, dump->err);
    if (r <= 0)
        return r;
    struct name *name = calloc(1, sizeof(*name));
    if (!name)
        return -ENOMEM;
    name->lookups = 1;
    name->result = DNS_DUMP_NO_REPLY;
    r = prepare_name(dump, name, text);
    if (r < 0) {
        arena_done(&name->arena);
        free(name);
        return r;
    }
    dump->name = name;
    dump->step = 0;
    return 1;
}

static void end_name(struct dns_dump *dump) {
    drop_name(dump, dump->name);
    dump->name = NULL;
}

// --- Lookups -------------------------------------------------------------------------------------

static int write_lookup(struct dns_dump *dump, struct table *answers, struct table *queries) {
    struct output *output = &dump->rows.output;
    int r = 0;
    if (!dump->request->sections)
        r = dns_rows_put(&dump->rows, answers, queries);
    else if (is_watched(dump))
        dns_watch_format_lookup(&dump->watch, answers, queries, &output->buffer);
    else
        dns_text_format(answers, queries, &output->buffer);
    // Who watches sees each lookup when it ends.
    if (is_watched(dump))
        output_flush(output);
    else
        output_check(output);
    return r < 0 ? r : output->error;
}

// Takes over what came of a lookup of the name.
static int take_tables(struct dns_dump *dump, struct name *name, struct table *answers,
                       struct table *queries) {
    int r = 0;
    note_answers(name, answers);
    if (dump->asking.as_getaddrinfo && !name->subject.reverse)
        r = dns_returned_add(&dump->returned, answers);
    if (r == 0 && is_watched(dump)) {
        const struct conntrack_races races = conntrack_meter_read(&dump->meter);
        r = dns_watch_add(&dump->watch, &races, answers, queries);
    }
    if (r == 0)
        r = write_lookup(dump, answers, queries);
    table_unref(answers);
    table_unref(queries);
    return r;
}

static int take_lookup(const struct dns_wanted *wanted, struct table *answers,
                       struct table *queries, void *user_data) {
    struct dns_dump *dump = user_data;
    int r = take_tables(dump, wanted->mark, answers, queries);
    drop_name(dump, wanted->mark);
    return r;
}

// A name that the hosts file answers needs no lookup. Returns 1, 0 if it is not that way, or
// -errno.
static int answer_from_hosts(struct dns_dump *dump) {
    const struct dns_subject *subject = &dump->name->subject;
    struct table *answers, *queries;
    if (dump->step > 0 || !dump->asking.as_getaddrinfo || subject->reverse)
        return 0;
    int r =
        dns_hosts_answer(dump->resolver, dump->asking.rules, subject->asked, &answers, &queries);
    if (r <= 0)
        return r;
    r = take_tables(dump, dump->name, answers, queries);
    return r < 0 ? r : 1;
}

static int next_lookup(struct dns_wanted *ret_wanted, void *user_data) {
    struct dns_dump *dump = user_data;
    for (;;) {
        int r = dump->name ? 1 : next_name(dump);
        if (r <= 0)
            return r;
        r = answer_from_hosts(dump);
        if (r < 0)
            return r;
        if (r == 0 && dns_plan_lookup(&dump->asking, dump->resolver, &dump->name->subject,
                                      dump->step, &ret_wanted->settings, &ret_wanted->question)) {
            dump->step++;
            dump->name->lookups++;
            ret_wanted->mark = dump->name;
            return 1;
        }
        end_name(dump);
    }
}

static int run_lookups(struct dns_dump *dump) {
    const struct dns_run run = {.netns = dump->netns,
                                .in_flight = is_watched(dump) ? 1 : DNS_IN_FLIGHT,
                                .cancel = dump->watch.stop,
                                .next = next_lookup,
                                .take = take_lookup,
                                .user_data = dump};
    if (is_watched(dump)) {
        conntrack_meter_open(&dump->meter, dump->netns);
        const struct conntrack_races races = conntrack_meter_read(&dump->meter);
        dns_watch_begin(&dump->watch, &races);
    }
    int r = dns_run(&run, dump->err);
    if (is_watched(dump) && r == -ECANCELED)
        r = 0;
    if (is_watched(dump) && r == 0 && dump->request->sections)
        dns_watch_format(&dump->watch, &dump->rows.output.buffer);
    return r;
}

// --- The whole -----------------------------------------------------------------------------------

static int find_resolver(struct dns_dump *dump) {
    int r = node_read_table(dump->node, dump->netns, KIND_RESOLVER, &dump->resolvers);
    if (r < 0)
        return r;
    dump->unread = resolver_default();
    dump->resolver = dump->resolvers->count > 0 ? table_row(dump->resolvers, 0) : &dump->unread;
    // With a server that was named, the resolver's files matter little.
    if (dump->resolvers->count == 0 && !dump->request->server)
        return error_set(dump->err, -EACCES, "resolver of %s: %s", dump->netns->name,
                         dump->resolvers->status.reason);
    return 0;
}

static int find_netns(struct dns_dump *dump) {
    const char *name = dump->netns_name;
    if (name)
        return node_read_named(dump->node, name, &dump->netns, dump->err);
    for (size_t i = 0; i < node_count(dump->node); i++) {
        if (dump->node->netnses[i].netns->own)
            dump->netns = dump->node->netnses[i].netns;
    }
    return dump->netns ? 0
                       : error_set(dump->err, -ENOENT, "netscope's own namespace was not found");
}

// Of one name each lookup walks all of the chain: who watches it wants to see where it breaks.
static int prepare_validation(struct dns_dump *dump) {
    int r = dns_anchors_read(dump->request->anchors, &dump->anchors, dump->err);
    if (r < 0)
        return r;
    dump->asking.anchors = dump->anchors;
    if (dump->request->names_from) {
        dump->asking.memory = dump->memory = dnssec_memory_new();
        r = dump->memory ? 0 : -ENOMEM;
    }
    return r;
}

static int prepare(struct dns_dump *dump) {
    dump->node = node_new();
    int r = dump->node ? node_read_namespaces(dump->node, dump->err) : -ENOMEM;
    if (r == 0)
        r = find_netns(dump);
    if (r == 0)
        r = find_resolver(dump);
    if (r == 0)
        r = dns_plan_make(dump->request, dump->resolver, &dump->arena, &dump->asking, dump->err);
    if (r == 0 && dump->request->validate)
        r = prepare_validation(dump);
    dump->returned = (struct dns_returned){.netns = dump->netns,
                                           .namespaces = dump->node->namespaces,
                                           .resolver = dump->resolver,
                                           .rules = dump->asking.rules};
    if (r == 0)
        r = dns_watch_init(dump->request, &dump->watch, dump->err);
    return r == 0 ? dns_names_open(dump->request, &dump->names, dump->err) : r;
}

static int write_all(struct dns_dump *dump) {
    struct table *resolvers = (struct table *)(uintptr_t)dump->resolvers;
    int r = dns_rows_begin(&dump->rows, dump->node, dump->netns, resolvers);
    if (r == 0)
        r = run_lookups(dump);
    return r == 0 ? dns_rows_end(&dump->rows, &dump->resolvers->status) : r;
}

static void clean_up(struct dns_dump *dump) {
    if (dump->name)
        drop_name(dump, dump->name);
    dns_names_done(&dump->names);
    dns_returned_done(&dump->returned);
    dns_watch_done(&dump->watch);
    conntrack_meter_close(&dump->meter);
    dnssec_anchors_free(dump->anchors);
    dnssec_memory_free(dump->memory);
    arena_done(&dump->arena);
    node_free(dump->node);
}

int dns_dump_run(const struct dump_plan *plan, const struct dns_request *request, int fd,
                 enum dns_dump_result *ret_result, struct error *err) {
    struct dns_dump dump = {
        .request = request, .netns_name = plan->request->netns, .err = err, .watch.stop = -1};
    dns_rows_init(&dump.rows, plan, request->sections, fd);
    int r = prepare(&dump);
    if (r == 0)
        r = write_all(&dump);
    int written = dns_rows_done(&dump.rows);
    if (r >= 0 && written < 0)
        r = error_set_errno(err, written, "standard output");
    if (r == -ENOMEM)
        error_set(err, r, "out of memory");
    clean_up(&dump);
    *ret_result = dump.result;
    return r;
}
