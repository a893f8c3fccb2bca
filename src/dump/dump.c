// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/dump.h"

#include <errno.h>
#include <stdlib.h>

#include "dump/follow.h"
#include "dump/pipeline.h"
#include "dump/ruleset_text.h"
#include "dump/statuses.h"
#include "dump/writer.h"
#include "model/link.h"
#include "query/filter_conditions.h"
#include "source/node_read.h"
#include "source/resolver_source.h"

#define HELD_BATCH 64 // rows of a table that is there: few, so that every thread gets some

// So many namespaces are read at a time, as far as they have fewer rows than this.
#define SMALL_NAMESPACES 64
#define SMALL_ROWS       512

struct dump {
    const struct dump_plan *plan;
    struct node *node;
    const struct netns **chosen; // the namespaces to dump
    size_t chosen_count;
    struct writer writer;
    struct pipeline *pipeline;
    struct dump_statuses statuses;

    struct row_ref *rows; // of the current kind, held for sorting
    size_t row_count, row_capacity;
};

// --- Choosing namespaces -------------------------------------------------------------------------

static int choose_one(struct dump *dump, struct error *err) {
    const char *name = dump->plan->request->netns;
    for (size_t i = 0; !name && i < node_count(dump->node); i++) {
        if (dump->node->netnses[i].netns->own) {
            dump->chosen[dump->chosen_count++] = dump->node->netnses[i].netns;
            return 0;
        }
    }
    if (!name)
        return error_set(err, -ENOENT, "netscope's own namespace was not found");
    int r = node_read_named(dump->node, name, &dump->chosen[0], err);
    if (r == 0)
        dump->chosen_count = 1;
    return r;
}

static int choose_namespaces(struct dump *dump, struct error *err) {
    size_t count = node_count(dump->node);
    dump->chosen = calloc(count + 1, sizeof(*dump->chosen));
    if (!dump->chosen)
        return error_set(err, -ENOMEM, "out of memory");
    if (!dump->plan->request->all_netns)
        return choose_one(dump, err);
    for (size_t i = 0; i < count; i++)
        dump->chosen[dump->chosen_count++] = dump->node->netnses[i].netns;
    return 0;
}

// --- Rows ----------------------------------------------------------------------------------------

static const struct dump_kind *current(const struct dump *dump) {
    return dump->writer.kind;
}

static int reserve_row(struct dump *dump) {
    if (dump->row_count < dump->row_capacity)
        return 0;
    size_t capacity = dump->row_capacity ? dump->row_capacity * 2 : HELD_BATCH;
    struct row_ref *rows = reallocarray(dump->rows, capacity, sizeof(*rows));
    if (!rows)
        return -ENOMEM;
    dump->rows = rows;
    dump->row_capacity = capacity;
    return 0;
}

// Holds a row that the filter lets through.
static int hold_row(struct dump *dump, const struct row_ref *ref) {
    const struct filter *filter = current(dump)->filter;
    if (filter && !filter_match(filter, ref))
        return 0;
    int r = reserve_row(dump);
    if (r == 0)
        dump->rows[dump->row_count++] = *ref;
    return r;
}

static int write_held_rows(struct dump *dump) {
    int r = 0;
    if (current(dump)->sort.count > 0)
        r = sort_rows(&current(dump)->sort, dump->rows, dump->row_count);
    for (size_t first = 0; first < dump->row_count && r == 0; first += HELD_BATCH) {
        size_t left = dump->row_count - first;
        r = pipeline_put(dump->pipeline,
                         &(struct batch){.rows = dump->rows + first,
                                         .count = left < HELD_BATCH ? left : HELD_BATCH});
    }
    return r;
}

static bool is_chosen(const struct dump *dump, const struct netns *netns) {
    for (size_t i = 0; i < dump->chosen_count; i++) {
        if (dump->chosen[i] == netns)
            return true;
    }
    return false;
}

// Namespaces are the node's: all are shown unless one was named.
static int dump_namespaces(struct dump *dump) {
    const struct table *table = dump->node->namespaces;
    int r = statuses_add_table(&dump->statuses, NULL, table);
    for (size_t i = 0; i < table->count && r == 0; i++) {
        const struct netns *netns = table_row(table, i);
        struct row_ref ref = {.node = dump->node, .netns = netns, .row = netns};
        if (!dump->plan->request->netns || is_chosen(dump, netns))
            r = hold_row(dump, &ref);
    }
    return r;
}

// --- Rows of other namespaces --------------------------------------------------------------------

// The namespace that the other end of the link is in, or NULL.
static struct node_netns *other_netns(const struct dump *dump, const struct link *link) {
    return link->link_netns ? node_find(dump->node, link->link_netns) : NULL;
}

// A pair's other end is named by its own namespace, which has to be read for that.
static int read_other_ends(struct dump *dump, const struct table *links) {
    size_t all = node_count(dump->node), count = 0;
    bool *wanted = calloc(all, sizeof(*wanted));
    const struct netns **netnses = calloc(all, sizeof(*netnses));
    for (size_t i = 0; wanted && i < links->count; i++) {
        const struct node_netns *there = other_netns(dump, table_row(links, i));
        if (there && !there->tables[KIND_INTERFACES])
            wanted[there - dump->node->netnses] = true;
    }
    for (size_t i = 0; wanted && netnses && i < all; i++) {
        if (wanted[i])
            netnses[count++] = dump->node->netnses[i].netns;
    }
    int r =
        wanted && netnses ? node_read_tables(dump->node, netnses, count, KIND_INTERFACES) : -ENOMEM;
    free(wanted);
    free(netnses);
    return r;
}

// What is missing in the other end's namespace matters only if the other end is missing.
static int check_other_ends(struct dump *dump, const struct table *links) {
    int r = 0;
    for (size_t i = 0; i < links->count && r == 0; i++) {
        const struct link *link = table_row(links, i);
        const struct node_netns *there = other_netns(dump, link);
        const struct table *table = there ? there->tables[KIND_INTERFACES] : NULL;
        if (table && table->status.state != STATUS_OK &&
            !link_find(table, (int32_t)link->link.value))
            r = statuses_add_table(&dump->statuses, there->netns->name, table);
    }
    return r;
}

// A namespace that could not be looked into may be where a row's other end is.
static int report_others(struct dump *dump, enum kind_id id) {
    int r = 0;
    for (size_t i = 0; i < node_count(dump->node) && r == 0; i++) {
        const struct node_netns *there = &dump->node->netnses[i];
        const struct table *table = there->tables[id];
        bool lacks_rows =
            table && (table->status.state == STATUS_DENIED || table->status.state == STATUS_FAILED);
        if (lacks_rows)
            r = statuses_add_table(&dump->statuses, there->netns->name, table);
    }
    return r;
}

// What the kind's fields look at, in every namespace.
static int read_others(struct dump *dump, const struct kind *kind) {
    uint32_t others = kind->looks_at | (dump->plan->request->names ? kind->names_from : 0);
    size_t count = node_count(dump->node);
    const struct netns **netnses = calloc(count + 1, sizeof(*netnses));
    int r = netnses ? 0 : -ENOMEM;
    for (size_t i = 0; netnses && i < count; i++)
        netnses[i] = dump->node->netnses[i].netns;
    for (enum kind_id id = 0; id < KIND_COUNT && r == 0; id++) {
        if (!(others & KIND_BIT(id)))
            continue;
        r = node_read_tables(dump->node, netnses, count, id);
        if (r == 0)
            r = report_others(dump, id);
    }
    free(netnses);
    return r;
}

// --- Kinds that are held while they are written --------------------------------------------------

static int put_table(struct dump *dump, const struct netns *netns, struct table *table) {
    int r = 0;
    for (size_t first = 0; first < table->count && r == 0; first += HELD_BATCH) {
        size_t left = table->count - first;
        r = pipeline_put(dump->pipeline,
                         &(struct batch){.netns = netns,
                                         .table = table_ref(table),
                                         .first = first,
                                         .count = left < HELD_BATCH ? left : HELD_BATCH});
    }
    return r;
}

static int hold_table(struct dump *dump, const struct netns *netns, const struct table *table) {
    int r = 0;
    for (size_t i = 0; r == 0 && i < table->count; i++) {
        struct row_ref ref = {.node = dump->node, .netns = netns, .row = table_row(table, i)};
        r = hold_row(dump, &ref);
    }
    return r;
}

// Everything is read before the first row is written: threads that write look at all of it.
static int read_held(struct dump *dump, enum kind_id id) {
    bool probed = id == KIND_RESOLVER && dump->plan->request->probe;
    int r = node_read_tables_by(dump->node, dump->chosen, dump->chosen_count,
                                probed ? &resolver_probing_source : source_of(id));
    for (size_t i = 0; i < dump->chosen_count && r == 0; i++) {
        const struct netns *netns = dump->chosen[i];
        const struct table *table;
        r = node_read_table(dump->node, netns, id, &table);
        if (r == 0 && id == KIND_INTERFACES)
            r = read_other_ends(dump, table);
        if (r == 0 && id == KIND_INTERFACES)
            r = check_other_ends(dump, table);
        if (r == 0)
            r = statuses_add_table(&dump->statuses, netns->name, table);
    }
    return r;
}

static int dump_held(struct dump *dump, enum kind_id id) {
    int r = read_held(dump, id);
    for (size_t i = 0; i < dump->chosen_count && r == 0; i++) {
        const struct netns *netns = dump->chosen[i];
        struct table *table = node_find(dump->node, netns->inode)->tables[id];
        if (current(dump)->sort.count > 0)
            r = hold_table(dump, netns, table);
        else
            r = put_table(dump, netns, table);
    }
    return r;
}

// --- Kinds that are written while they are read --------------------------------------------------

struct stream {
    struct dump *dump;
    const struct source *source;
    struct source_request request; // its namespace is the current one
    int error;                     // that writing ended with
};

static int put_part(struct table *part, void *user_data) {
    struct stream *stream = user_data;
    stream->error = pipeline_put(
        stream->dump->pipeline,
        &(struct batch){.netns = stream->request.netns, .table = part, .count = part->count});
    return stream->error;
}

// Notes the status of the table and puts its rows; the reference is taken over.
static int put_last(struct stream *stream, struct table *last) {
    int r = statuses_add(&stream->dump->statuses, stream->request.netns->name, &last->status);
    if (r == 0 && last->count > 0)
        return put_part(last, stream);
    table_unref(last);
    return r;
}

static int stream_namespace(struct stream *stream) {
    const struct source_sink sink = {PIPELINE_ROWS, put_part, stream};
    stream->request.sink = &sink;
    struct table *last = stream->source->read(&stream->request);
    stream->request.sink = NULL;
    if (!last)
        return -ENOMEM;
    if (stream->error == 0)
        return put_last(stream, last);
    table_unref(last);
    return stream->error;
}

// In order; those that are small are read already, and several at a time.
static int stream_some(struct stream *stream, const struct netns *const *netnses, size_t count) {
    struct source_request small = stream->request;
    struct table *tables[SMALL_NAMESPACES] = {0};
    int r = 0;
    small.enough = SMALL_ROWS;
    if (count > 1)
        r = node_read_small_tables(&small, stream->source, netnses, count, tables);
    for (size_t i = 0; i < count; i++) {
        stream->request.netns = netnses[i];
        if (r < 0)
            table_unref(tables[i]);
        else if (tables[i])
            r = put_last(stream, tables[i]);
        else
            r = stream_namespace(stream);
    }
    return r;
}

static int dump_streamed(struct dump *dump, const struct source *source) {
    struct conditions conditions = {.count = 0};
    struct stream stream = {
        .dump = dump, .source = source, .request = node_request(dump->node, NULL)};
    int r = 0;
    stream.request.conditions = &conditions;
    if (current(dump)->filter)
        filter_conditions(current(dump)->filter, &conditions);
    for (size_t first = 0; first < dump->chosen_count && r == 0; first += SMALL_NAMESPACES) {
        size_t left = dump->chosen_count - first;
        r = stream_some(&stream, dump->chosen + first,
                        left < SMALL_NAMESPACES ? left : SMALL_NAMESPACES);
    }
    return r;
}

// --- All -----------------------------------------------------------------------------------------

// The rows that a kind's own fields look at must be held.
static bool can_stream(const struct dump *dump, enum kind_id id, const struct source *source) {
    bool looked_at = (kinds[id]->looks_at & KIND_BIT(id)) ||
                     (kinds[id]->compares_netnses && dump->chosen_count > 1);
    return source->streams && current(dump)->sort.count == 0 && !looked_at;
}

static int dump_rows(struct dump *dump, enum kind_id id) {
    const struct source *source = source_of(id);
    if (id == KIND_NAMESPACES)
        return dump_namespaces(dump);
    if (can_stream(dump, id, source))
        return dump_streamed(dump, source);
    return dump_held(dump, id);
}

static int dump_kind(struct dump *dump, size_t index) {
    enum kind_id id = dump->plan->request->kinds[index];
    writer_begin_kind(&dump->writer, index);
    int r = read_others(dump, kinds[id]);
    if (r == 0)
        r = dump_rows(dump, id);
    if (r == 0)
        r = write_held_rows(dump);
    int written = pipeline_finish(dump->pipeline);
    dump->row_count = 0;
    writer_end_kind(&dump->writer);
    return r < 0 ? r : written;
}

static int follow(struct dump *dump) {
    int r = read_others(dump, kinds[dump->plan->request->kinds[0]]);
    writer_begin_kind(&dump->writer, 0);
    if (r == 0)
        r = follow_flows(&dump->writer, dump->node, dump->chosen, dump->chosen_count,
                         &dump->statuses);
    writer_end_kind(&dump->writer);
    return r;
}

static int write_dump(struct dump *dump) {
    bool followed = dump->plan->request->follow;
    int r = 0;
    writer_begin(&dump->writer, dump->node);
    if (dump->plan->request->all_netns && dump->node->namespaces->status.state != STATUS_OK)
        r = statuses_add_table(&dump->statuses, NULL, dump->node->namespaces);
    bool as_ruleset = ruleset_text_is_wanted(dump->plan);
    if (followed && r == 0)
        r = follow(dump);
    if (as_ruleset && r == 0)
        r = ruleset_text_write(dump->plan, dump->chosen, dump->chosen_count, dump->writer.output,
                               &dump->statuses);
    for (size_t i = 0; !followed && !as_ruleset && i < dump->plan->kind_count && r == 0; i++)
        r = dump_kind(dump, i);
    writer_end(&dump->writer, &dump->statuses);
    return r;
}

int dump_run(const struct dump_plan *plan, int fd, bool *ret_whole, struct error *err) {
    bool all_netns = plan->request->all_netns;
    struct output output = OUTPUT_INIT(fd);
    struct dump dump = {.plan = plan, .node = node_new(), .writer = writer_of(plan, &output)};
    dump.pipeline = dump.node ? pipeline_new(&dump.writer, dump.node) : NULL;
    int r = dump.pipeline ? node_read_namespaces(dump.node, err)
                          : error_set(err, -ENOMEM, "out of memory");
    if (r == 0)
        r = choose_namespaces(&dump, err);
    if (r == 0) {
        r = write_dump(&dump);
        int written = output_done(&output);
        r = r < 0 ? r : written;
        if (r == -ENOMEM)
            error_set(err, r, "out of memory");
        else if (r < 0)
            error_set_errno(err, r, "standard output");
    }
    if (r == 0) {
        *ret_whole = statuses_whole(&dump.statuses, all_netns);
        if (plan->request->format == DUMP_TEXT)
            statuses_report(&dump.statuses, all_netns);
    }
    pipeline_free(dump.pipeline);
    statuses_done(&dump.statuses);
    free(dump.chosen);
    free(dump.rows);
    node_free(dump.node);
    return r;
}
