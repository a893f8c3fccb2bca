// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/dns_rows.h"

#include <errno.h>
#include <stdlib.h>

void dns_rows_init(struct dns_rows *rows, const struct dump_plan *plan, bool sections, int fd) {
    *rows = (struct dns_rows){.plan = plan, .sections = sections, .output = OUTPUT_INIT(fd)};
    rows->writer = writer_of(plan, &rows->output);
}

static void put(struct dns_rows *rows, const struct row_ref *refs, size_t count) {
    struct chunk chunk = {.bytes = BUFFER_INIT, .scratch = BUFFER_INIT};
    for (size_t i = 0; i < count; i++) {
        writer_format(&rows->writer, &refs[i], &chunk);
        writer_take(&rows->writer, &chunk);
        chunk_clear(&chunk);
    }
    chunk_done(&chunk);
}

// The rows of a kind in these tables, filtered and sorted.
static int write_kind(struct dns_rows *rows, size_t index, struct table *const *tables,
                      size_t table_count) {
    const struct dump_kind *kind = &rows->plan->kinds[index];
    size_t count = 0, all = 0;
    for (size_t i = 0; i < table_count; i++)
        all += tables[i]->kind == kind->kind ? tables[i]->count : 0;
    struct row_ref *refs = calloc(all + 1, sizeof(*refs));
    if (!refs)
        return -ENOMEM;
    for (size_t i = 0; i < table_count; i++) {
        for (size_t j = 0; tables[i]->kind == kind->kind && j < tables[i]->count; j++) {
            refs[count] = (struct row_ref){rows->node, rows->netns, table_row(tables[i], j)};
            count += !kind->filter || filter_match(kind->filter, &refs[count]);
        }
    }
    if (kind->sort.count > 0)
        sort_rows(&kind->sort, refs, count);
    writer_begin_kind(&rows->writer, index);
    put(rows, refs, count);
    writer_end_kind(&rows->writer);
    free(refs);
    return rows->output.error;
}

// Of the plan's kinds those that answer a question, or the others.
static int write_kinds(struct dns_rows *rows, struct table *const *tables, size_t count,
                       bool asked) {
    int r = 0;
    for (size_t i = 0; i < rows->plan->kind_count && r == 0; i++) {
        if ((rows->plan->kinds[i].kind->asked_with != NULL) == asked)
            r = write_kind(rows, i, tables, count);
    }
    return r;
}

int dns_rows_begin(struct dns_rows *rows, const struct node *node, const struct netns *netns,
                   struct table *resolvers) {
    rows->node = node;
    rows->netns = netns;
    if (rows->sections)
        return 0;
    writer_begin(&rows->writer, node);
    return write_kinds(rows, &resolvers, 1, false);
}

// --- Lookups -------------------------------------------------------------------------------------

static bool are_held(const struct dns_rows *rows) {
    const struct dump_request *request = rows->plan->request;
    return !rows->sections && (request->format != DUMP_NDJSON || request->sort);
}

static int hold(struct dns_rows *rows, struct table *table) {
    if (rows->held_count == rows->held_capacity) {
        size_t wanted = rows->held_capacity ? 2 * rows->held_capacity : 64;
        struct table **grown = reallocarray(rows->held, wanted, sizeof(*grown));
        if (!grown)
            return -ENOMEM;
        rows->held = grown;
        rows->held_capacity = wanted;
    }
    rows->held[rows->held_count++] = table_ref(table);
    return 0;
}

int dns_rows_put(struct dns_rows *rows, struct table *answers, struct table *queries) {
    struct table *const tables[] = {answers, queries};
    if (!are_held(rows))
        return write_kinds(rows, tables, 2, true);
    int r = hold(rows, answers);
    return r == 0 ? hold(rows, queries) : r;
}

int dns_rows_end(struct dns_rows *rows, const struct status *status) {
    struct dump_statuses statuses = {0};
    int r = are_held(rows) ? write_kinds(rows, rows->held, rows->held_count, true) : 0;
    if (r < 0 || rows->sections)
        return r;
    r = statuses_add(&statuses, rows->netns->name, status);
    writer_end(&rows->writer, &statuses);
    statuses_done(&statuses);
    return r;
}

int dns_rows_done(struct dns_rows *rows) {
    for (size_t i = 0; i < rows->held_count; i++)
        table_unref(rows->held[i]);
    free(rows->held);
    return output_done(&rows->output);
}
