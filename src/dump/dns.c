// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/dns.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dump/dns_text.h"
#include "dump/dns_watch.h"
#include "dump/statuses.h"
#include "dump/writer.h"
#include "model/conntrack.h"
#include "model/dns.h"
#include "resolve/dns_hosts.h"
#include "source/dns.h"
#include "source/dns_anchors.h"
#include "source/node_read.h"
#include "source/source.h"

// A name that is under way: it goes when the last of its lookups has ended.
struct name {
    struct arena arena;
    struct dns_subject subject;
    size_t lookups; // not yet ended, and one more while some are still to begin
    enum dns_dump_result result;
};

struct dns_dump {
    const struct dump_plan *plan;
    const struct dns_request *request;
    struct error *err;
    struct node *node;
    const struct netns *netns;
    const struct table *resolvers;
    const struct resolver *resolver;
    struct resolver unread; // where the files may not be read
    struct dns_plan asking;
    struct dnssec_anchors *anchors;
    struct dns_watch watch;
    struct arena arena;
    struct output output;
    struct writer writer;
    enum dns_dump_result result;

    FILE *file; // names come from it
    char *line;
    size_t line_capacity, line_number;
    struct name *name; // the present one, NULL: the next is to be read
    bool name_given;
    size_t step; // which of the present name's lookups comes next

    struct table **held; // answers, queries, answers ...: what is written at the end
    size_t held_count, held_capacity;
};

// --- Writing -------------------------------------------------------------------------------------

static bool is_held(const struct dns_dump *dump) {
    return !dump->request->sections &&
           (dump->plan->request->format != DUMP_NDJSON || dump->plan->request->sort);
}

static void put_rows(struct dns_dump *dump, struct row_ref *rows, size_t count) {
    struct chunk chunk = {.bytes = BUFFER_INIT, .scratch = BUFFER_INIT};
    for (size_t i = 0; i < count; i++) {
        writer_format(&dump->writer, &rows[i], &chunk);
        writer_take(&dump->writer, &chunk);
        chunk_clear(&chunk);
    }
    chunk_done(&chunk);
}

// The rows of a kind in these tables, filtered and sorted.
static int write_kind(struct dns_dump *dump, size_t index, struct table *const *tables,
                      size_t table_count) {
    const struct dump_kind *kind = &dump->plan->kinds[index];
    size_t count = 0, all = 0;
    for (size_t i = 0; i < table_count; i++)
        all += tables[i]->kind == kind->kind ? tables[i]->count : 0;
    struct row_ref *rows = calloc(all + 1, sizeof(*rows));
    if (!rows)
        return -ENOMEM;
    for (size_t i = 0; i < table_count; i++) {
        for (size_t j = 0; tables[i]->kind == kind->kind && j < tables[i]->count; j++) {
            rows[count] = (struct row_ref){dump->node, dump->netns, table_row(tables[i], j)};
            count += !kind->filter || filter_match(kind->filter, &rows[count]);
        }
    }
    if (kind->sort.count > 0)
        sort_rows(&kind->sort, rows, count);
    writer_begin_kind(&dump->writer, index);
    put_rows(dump, rows, count);
    writer_end_kind(&dump->writer);
    free(rows);
    return dump->output.error;
}

static int write_tables(struct dns_dump *dump, struct table *const *tables, size_t count,
                        bool asked) {
    int r = 0;
    for (size_t i = 0; i < dump->plan->kind_count && r == 0; i++) {
        if ((dump->plan->kinds[i].kind->asked_with != NULL) == asked)
            r = write_kind(dump, i, tables, count);
    }
    return r;
}

static int hold(struct dns_dump *dump, struct table *table) {
    if (dump->held_count == dump->held_capacity) {
        size_t wanted = dump->held_capacity ? 2 * dump->held_capacity : 64;
        struct table **grown = reallocarray(dump->held, wanted, sizeof(*grown));
        if (!grown)
            return -ENOMEM;
        dump->held = grown;
        dump->held_capacity = wanted;
    }
    dump->held[dump->held_count++] = table_ref(table);
    return 0;
}

static int write_sections(struct dns_dump *dump, struct table *answers, struct table *queries) {
    if (dump->watch.interval > 0)
        dns_watch_format_lookup(&dump->watch, answers, queries, &dump->output.buffer);
    else
        dns_text_format(answers, queries, &dump->output.buffer);
    output_check(&dump->output);
    return dump->output.error;
}

static int write_lookup(struct dns_dump *dump, struct table *answers, struct table *queries) {
    struct table *const tables[] = {answers, queries};
    int r;
    if (!is_held(dump) || dump->request->sections) {
        r = dump->request->sections ? write_sections(dump, answers, queries)
                                    : write_tables(dump, tables, 2, true);
        // Who watches sees each lookup when it ends.
        if (dump->watch.interval > 0)
            output_flush(&dump->output);
        return r;
    }
    r = hold(dump, answers);
    return r == 0 ? hold(dump, queries) : r;
}

// --- Names ---------------------------------------------------------------------------------------

static bool is_bogus(const struct dns_answer *answer) {
    return answer->validity.known && answer->validity.value == DNS_BOGUS;
}

static enum dns_dump_result result_of(const struct table *answers) {
    enum dns_dump_result best = DNS_DUMP_NO_REPLY;
    for (size_t i = 0; i < answers->count; i++) {
        const struct dns_answer *answer = table_row(answers, i);
        bool negative = answer->outcome == DNS_NO_DATA || answer->outcome == DNS_NO_NAME;
        // What was cancelled says nothing against the others.
        bool good = answer->outcome == DNS_ANSWERED || answer->outcome == DNS_CANCELLED;
        enum dns_dump_result result = is_bogus(answer) ? DNS_DUMP_NO_REPLY
                                      : good           ? DNS_DUMP_ANSWER
                                      : negative       ? DNS_DUMP_NEGATIVE
                                                       : DNS_DUMP_NO_REPLY;
        best = result < best ? result : best;
    }
    return best;
}

static void drop_name(struct dns_dump *dump, struct name *name) {
    if (--name->lookups > 0)
        return;
    if (name->result > dump->result)
        dump->result = name->result;
    arena_done(&name->arena);
    free(name);
}

// The next name as it was typed. Returns 1, 0 when there is none left, or -errno.
static int read_name(struct dns_dump *dump, const char **ret_text) {
    if (dump->watch.interval > 0) {
        *ret_text = dump->request->name;
        return dns_watch_wait(&dump->watch);
    }
    if (!dump->file) {
        *ret_text = dump->request->name;
        bool more = !dump->name_given;
        dump->name_given = true;
        return more;
    }
    for (;;) {
        ssize_t len = getline(&dump->line, &dump->line_capacity, dump->file);
        if (len < 0)
            return ferror(dump->file) ? error_set_errno(dump->err, -EIO, "--names-from") : 0;
        dump->line_number++;
        while (len > 0 && strchr(" \t\r\n", dump->line[len - 1]))
            dump->line[--len] = '\0';
        *ret_text = dump->line + strspn(dump->line, " \t");
        if (**ret_text != '\0' && **ret_text != '#')
            return 1;
    }
}

static int prepare_name(struct dns_dump *dump, struct name *name, const char *text) {
    struct dns_subject *subject = &name->subject;
    subject->asked = arena_strdup(&name->arena, text);
    int r = subject->asked ? dns_name_prepare(&name->arena, subject->asked, &subject->name,
                                              &subject->reverse, dump->err)
                           : -ENOMEM;
    if (r == -EINVAL && dump->file)
        error_prefix(dump->err, "--names-from: line %zu", dump->line_number);
    return r;
}

static int next_name(struct dns_dump *dump) {
    const char *text = NULL;
    int r = read_name(dump, &text);
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

static int end_name(struct dns_dump *dump) {
    drop_name(dump, dump->name);
    dump->name = NULL;
    return 0;
}

// --- Lookups -------------------------------------------------------------------------------------

static int take_lookup(const struct dns_wanted *wanted, struct table *answers,
                       struct table *queries, void *user_data) {
    struct dns_dump *dump = user_data;
    struct name *name = wanted->mark;
    enum dns_dump_result result = result_of(answers);
    if (result < name->result)
        name->result = result;
    int r = dump->watch.interval > 0 ? dns_watch_add(&dump->watch, answers, queries) : 0;
    if (r == 0)
        r = write_lookup(dump, answers, queries);
    table_unref(answers);
    table_unref(queries);
    drop_name(dump, name);
    return r;
}

static int look_into_hosts(struct dns_dump *dump) {
    struct table *answers, *queries;
    int r = dns_hosts_answer(dump->resolver, dump->name->subject.asked, &answers, &queries);
    if (r <= 0)
        return r;
    dump->name->result = result_of(answers);
    int written = write_lookup(dump, answers, queries);
    table_unref(answers);
    table_unref(queries);
    return written < 0 ? written : 1;
}

// A name that the hosts file answers needs no lookup. Returns 1, 0 if it is not that way, or
// -errno.
static int answer_from_hosts(struct dns_dump *dump) {
    bool first = dump->step == 0 && dump->asking.as_getaddrinfo && !dump->name->subject.reverse;
    return first ? look_into_hosts(dump) : 0;
}

static int next_lookup(struct dns_wanted *ret_wanted, void *user_data) {
    struct dns_dump *dump = user_data;
    for (;;) {
        int r = dump->name ? 1 : next_name(dump);
        if (r > 0)
            r = answer_from_hosts(dump);
        else
            return r;
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

// What the kernel counts of flows that lost the race for their place: A and AAAA from one socket
// are two packets of one flow.
static struct maybe read_insert_failed(const struct dns_dump *dump) {
    const struct source_request request = node_request(dump->node, dump->netns);
    struct table *table = source_of(KIND_CONNTRACK)->read(&request);
    struct maybe failed = {0};
    if (table && table->count > 0)
        failed = ((const struct conntrack *)table_row(table, 0))->total[CONNTRACK_INSERT_FAILED];
    table_unref(table);
    return failed;
}

static int end_watch(struct dns_dump *dump, int r) {
    if (r != 0 && r != -ECANCELED)
        return r;
    if (dump->request->sections)
        dns_watch_format(&dump->watch, read_insert_failed(dump), &dump->output.buffer);
    return 0;
}

static int run_lookups(struct dns_dump *dump) {
    bool watched = dump->watch.interval > 0;
    const struct dns_run run = {.netns = dump->netns,
                                .in_flight = watched ? 1 : DNS_IN_FLIGHT,
                                .cancel = dump->watch.stop,
                                .next = next_lookup,
                                .take = take_lookup,
                                .user_data = dump};
    if (watched)
        dump->watch.insert_failed = read_insert_failed(dump);
    int r = dns_run(&run, dump->err);
    if (watched)
        r = end_watch(dump, r);
    if (r == 0 && is_held(dump))
        r = write_tables(dump, dump->held, dump->held_count, true);
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
    const char *name = dump->plan->request->netns;
    if (name)
        return node_read_named(dump->node, name, &dump->netns, dump->err);
    for (size_t i = 0; i < node_count(dump->node); i++) {
        if (dump->node->netnses[i].netns->own)
            dump->netns = dump->node->netnses[i].netns;
    }
    return dump->netns ? 0
                       : error_set(dump->err, -ENOENT, "netscope's own namespace was not found");
}

static int open_names(struct dns_dump *dump) {
    const char *path = dump->request->names_from;
    if (!path)
        return 0;
    dump->file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    return dump->file ? 0 : error_set_errno(dump->err, -errno, "%s", path);
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
        r = dns_anchors_read(dump->request->anchors, &dump->anchors, dump->err);
    dump->asking.anchors = dump->anchors;
    if (r == 0)
        r = dns_watch_init(dump->request, &dump->watch, dump->err);
    return r == 0 ? open_names(dump) : r;
}

static int write_all(struct dns_dump *dump) {
    struct dump_statuses statuses = {0};
    struct table *resolvers[] = {(struct table *)(uintptr_t)dump->resolvers};
    int r = 0;
    if (!dump->request->sections) {
        writer_begin(&dump->writer, dump->node);
        r = write_tables(dump, resolvers, 1, false);
    }
    if (r == 0)
        r = run_lookups(dump);
    if (r == 0 && !dump->request->sections) {
        r = statuses_add(&statuses, dump->netns->name, &dump->resolvers->status);
        writer_end(&dump->writer, &statuses);
    }
    statuses_done(&statuses);
    return r;
}

static void clean_up(struct dns_dump *dump) {
    for (size_t i = 0; i < dump->held_count; i++)
        table_unref(dump->held[i]);
    free(dump->held);
    free(dump->line);
    dns_watch_done(&dump->watch);
    if (dump->name)
        drop_name(dump, dump->name);
    if (dump->file && dump->file != stdin)
        fclose(dump->file);
    dnssec_anchors_free(dump->anchors);
    arena_done(&dump->arena);
    node_free(dump->node);
}

int dns_dump_run(const struct dump_plan *plan, const struct dns_request *request, int fd,
                 enum dns_dump_result *ret_result, struct error *err) {
    struct dns_dump dump = {
        .plan = plan, .request = request, .err = err, .output = OUTPUT_INIT(fd), .watch.stop = -1};
    dump.writer = writer_of(plan, &dump.output);
    int r = prepare(&dump);
    if (r == 0)
        r = write_all(&dump);
    int written = output_done(&dump.output);
    if (r >= 0 && written < 0)
        r = error_set_errno(err, written, "standard output");
    if (r == -ENOMEM)
        error_set(err, r, "out of memory");
    *ret_result = dump.result;
    clean_up(&dump);
    return r;
}
