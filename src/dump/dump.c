// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/dump.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "dump/writer.h"
#include "model/link.h"
#include "source/node_read.h"

struct dump {
    const struct dump_plan *plan;
    struct node *node;
    const struct netns **chosen; // the namespaces to dump
    size_t chosen_count;
    struct writer writer;

    struct row_ref *rows; // of the current kind, held for sorting
    size_t row_count, row_capacity;

    struct dump_status *statuses;
    size_t status_count, status_capacity;
};

// Room for one more item in an array that grows.
static int reserve(void **items, size_t *capacity, size_t count, size_t size) {
    if (count < *capacity)
        return 0;
    size_t wanted = *capacity ? *capacity * 2 : 64;
    void *grown = reallocarray(*items, wanted, size);
    if (!grown)
        return -ENOMEM;
    *items = grown;
    *capacity = wanted;
    return 0;
}

static int add_status(struct dump *dump, const char *netns, const struct status *status) {
    int r = reserve((void **)&dump->statuses, &dump->status_capacity, dump->status_count,
                    sizeof(*dump->statuses));
    if (r == 0)
        dump->statuses[dump->status_count++] = (struct dump_status){netns, status};
    return r;
}

static bool has_status(const struct dump *dump, const struct status *status) {
    for (size_t i = 0; i < dump->status_count; i++) {
        if (dump->statuses[i].status == status)
            return true;
    }
    return false;
}

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

static int take_row(struct dump *dump, const struct row_ref *ref) {
    const struct dump_kind *kind = dump->writer.kind;
    if (kind->filter && !filter_match(kind->filter, ref))
        return 0;
    if (kind->sort.count == 0) {
        writer_row(&dump->writer, ref);
        return dump->writer.output->error;
    }
    int r =
        reserve((void **)&dump->rows, &dump->row_capacity, dump->row_count, sizeof(*dump->rows));
    if (r == 0)
        dump->rows[dump->row_count++] = *ref;
    return r;
}

static int write_sorted_rows(struct dump *dump) {
    sort_rows(&dump->writer.kind->sort, dump->rows, dump->row_count);
    for (size_t i = 0; i < dump->row_count; i++)
        writer_row(&dump->writer, &dump->rows[i]);
    dump->row_count = 0;
    return dump->writer.output->error;
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
    int r = has_status(dump, &table->status) ? 0 : add_status(dump, NULL, &table->status);
    for (size_t i = 0; i < table->count && r == 0; i++) {
        const struct netns *netns = table_row(table, i);
        struct row_ref ref = {.node = dump->node, .netns = netns, .row = netns};
        if (!dump->plan->request->netns || is_chosen(dump, netns))
            r = take_row(dump, &ref);
    }
    return r;
}

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
        if (table && table->status.state != STATUS_OK && !has_status(dump, &table->status) &&
            !link_find(table, (int32_t)link->link.value))
            r = add_status(dump, there->netns->name, &table->status);
    }
    return r;
}

static int dump_table(struct dump *dump, const struct netns *netns, enum kind_id id) {
    const struct table *table;
    int r = node_read_table(dump->node, netns, id, &table);
    if (r == 0 && id == KIND_INTERFACES)
        r = read_other_ends(dump, table);
    if (r == 0 && id == KIND_INTERFACES)
        r = check_other_ends(dump, table);
    if (r == 0 && !has_status(dump, &table->status))
        r = add_status(dump, netns->name, &table->status);
    for (size_t i = 0; r == 0 && i < table->count; i++) {
        struct row_ref ref = {.node = dump->node, .netns = netns, .row = table_row(table, i)};
        r = take_row(dump, &ref);
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
        if (lacks_rows && !has_status(dump, &table->status))
            r = add_status(dump, there->netns->name, &table->status);
    }
    return r;
}

// What the kind's fields look at, in every namespace.
static int read_others(struct dump *dump, const struct kind *kind) {
    size_t count = node_count(dump->node);
    const struct netns **netnses = calloc(count + 1, sizeof(*netnses));
    int r = netnses ? 0 : -ENOMEM;
    for (size_t i = 0; netnses && i < count; i++)
        netnses[i] = dump->node->netnses[i].netns;
    for (enum kind_id id = 0; id < KIND_COUNT && r == 0; id++) {
        if (!(kind->looks_at & KIND_BIT(id)))
            continue;
        r = node_read_tables(dump->node, netnses, count, id);
        if (r == 0)
            r = report_others(dump, id);
    }
    free(netnses);
    return r;
}

static int dump_kind(struct dump *dump, size_t index) {
    enum kind_id id = dump->plan->request->kinds[index];
    writer_begin_kind(&dump->writer, index);
    int r = read_others(dump, kinds[id]);
    if (r == 0 && id == KIND_NAMESPACES)
        r = dump_namespaces(dump);
    else if (r == 0)
        r = node_read_tables(dump->node, dump->chosen, dump->chosen_count, id);
    for (size_t i = 0; id != KIND_NAMESPACES && i < dump->chosen_count && r == 0; i++)
        r = dump_table(dump, dump->chosen[i], id);
    if (r == 0)
        r = write_sorted_rows(dump);
    writer_end_kind(&dump->writer);
    return r;
}

// --- Statuses ------------------------------------------------------------------------------------

// A namespace that went while all were read, or what this kernel does not have, is not missing.
static bool is_missing(const struct dump *dump, const struct status *status) {
    switch (status->state) {
    case STATUS_OK:
    case STATUS_UNSUPPORTED:
        return false;
    case STATUS_GONE:
        return !dump->plan->request->all_netns;
    case STATUS_PARTIAL:
    case STATUS_DENIED:
    case STATUS_FAILED:
        return true;
    }
    return true;
}

static bool is_whole(const struct dump *dump) {
    for (size_t i = 0; i < dump->status_count; i++) {
        if (is_missing(dump, dump->statuses[i].status))
            return false;
    }
    return true;
}

static void report_status(const struct dump_status *entry) {
    struct buffer words = BUFFER_INIT, line = BUFFER_INIT;
    buffer_puts(&words, entry->status->source);
    if (entry->netns)
        buffer_printf(&words, " of %s", entry->netns);
    buffer_printf(&words, ": %s: %s", status_state_names.names[entry->status->state],
                  entry->status->reason);
    text_printable(buffer_text(&words), words.len, &line);
    fprintf(stderr, "netscope: %s\n", buffer_text(&line));
    buffer_done(&words);
    buffer_done(&line);
}

// A text dump has no place for it among its rows.
static void report_statuses(const struct dump *dump) {
    for (size_t i = 0; i < dump->status_count; i++) {
        if (is_missing(dump, dump->statuses[i].status))
            report_status(&dump->statuses[i]);
    }
}

static int write_dump(struct dump *dump) {
    int r = 0;
    writer_begin(&dump->writer, dump->node);
    if (dump->plan->request->all_netns && dump->node->namespaces->status.state != STATUS_OK)
        r = add_status(dump, NULL, &dump->node->namespaces->status);
    for (size_t i = 0; i < dump->plan->kind_count && r == 0; i++)
        r = dump_kind(dump, i);
    writer_end(&dump->writer, dump->statuses, dump->status_count);
    return r;
}

int dump_run(const struct dump_plan *plan, int fd, bool *ret_whole, struct error *err) {
    struct output output = OUTPUT_INIT(fd);
    struct dump dump = {.plan = plan, .node = node_new(), .writer = writer_of(plan, &output)};
    int r = dump.node ? node_read_namespaces(dump.node, err) : -ENOMEM;
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
        *ret_whole = is_whole(&dump);
        if (plan->request->format == DUMP_TEXT)
            report_statuses(&dump);
    }
    free(dump.chosen);
    free(dump.rows);
    free(dump.statuses);
    node_free(dump.node);
    return r;
}
