// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/trace_summary.h"

#include <errno.h>
#include <stdlib.h>

struct trace_summary_place {
    const struct netns *netns;
    struct packet_counting *counting;
};

void trace_summary_done(struct trace_summary *summary) {
    for (size_t i = 0; i < summary->count; i++)
        packet_counting_free(summary->places[i].counting);
    free(summary->places);
    *summary = (struct trace_summary){0};
}

static struct packet_counting *counting_of(struct trace_summary *summary,
                                           const struct netns *netns) {
    for (size_t i = 0; i < summary->count; i++) {
        if (summary->places[i].netns == netns)
            return summary->places[i].counting;
    }
    void *grown = reallocarray(summary->places, summary->count + 1, sizeof(*summary->places));
    if (!grown)
        return NULL;
    summary->places = grown;
    struct packet_counting *counting = packet_counting_new(summary->begin);
    if (counting)
        summary->places[summary->count++] = (struct trace_summary_place){netns, counting};
    return counting;
}

int trace_summary_add(struct trace_summary *summary, const struct netns *netns,
                      const struct packet *packet) {
    struct packet_counting *counting = counting_of(summary, netns);
    return counting ? packet_counting_add(counting, packet) : -ENOMEM;
}

static int write_place(const struct trace_summary_place *place, const struct table *table,
                       const struct node *node, struct writer *writer) {
    const struct dump_kind *kind = writer->kind;
    struct row_ref *rows = calloc(table->count + 1, sizeof(*rows));
    struct sort own = {.count = 0};
    struct chunk chunk = {0};
    int r = rows ? 0 : -ENOMEM;
    if (r == 0 && kind->sort.count == 0)
        r = sort_compile(kind->kind, kind->kind->sort, &own, NULL);
    for (size_t i = 0; r == 0 && i < table->count; i++)
        rows[i] = (struct row_ref){node, place->netns, table_row(table, i)};
    if (r == 0)
        r = sort_rows(kind->sort.count > 0 ? &kind->sort : &own, rows, table->count);
    for (size_t i = 0; r == 0 && i < table->count; i++)
        writer_format(writer, &rows[i], &chunk);
    if (r == 0)
        writer_take(writer, &chunk);
    chunk_done(&chunk);
    free(rows);
    return r;
}

int trace_summary_write(const struct trace_summary *summary, int64_t now, const struct node *node,
                        struct writer *writer) {
    int r = 0;
    for (size_t i = 0; i < summary->count && r == 0; i++) {
        struct table *table = table_new(&packet_summary_kind);
        r = table ? packet_counting_fill(summary->places[i].counting, now, table) : -ENOMEM;
        if (r == 0)
            r = write_place(&summary->places[i], table, node, writer);
        table_unref(table);
    }
    return r;
}
