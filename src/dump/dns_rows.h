// SPDX-License-Identifier: GPL-2.0-or-later
// What lookups came to, on its way to a descriptor: as text reply by reply, or as rows of the kinds
// that the plan names, each filtered; sorted rows, and all but ndjson, wait until all are there.
#ifndef DUMP_DNS_ROWS_H
#define DUMP_DNS_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "dump/output.h"
#include "dump/plan.h"
#include "dump/writer.h"
#include "model/netns.h"
#include "model/node.h"
#include "model/table.h"

struct dns_rows {
    const struct dump_plan *plan;
    bool sections; // text, and no rows: whoever has it adds it to output.buffer
    const struct node *node;
    const struct netns *netns;
    struct output output;
    struct writer writer;
    struct table **held; // answers, queries, answers ...: what is written at the end
    size_t held_count, held_capacity;
};

// Rows of one namespace of the node, to the descriptor.
void dns_rows_init(struct dns_rows *rows, const struct dump_plan *plan, bool sections, int fd);

// The head, and the resolver that answers are asked of.
int dns_rows_begin(struct dns_rows *rows, const struct node *node, const struct netns *netns,
                   struct table *resolvers);
// What one lookup came to.
int dns_rows_put(struct dns_rows *rows, struct table *answers, struct table *queries);
// The rows that were held, and the status of reading the resolver.
int dns_rows_end(struct dns_rows *rows, const struct status *status);

// Writes what is left and frees everything. Returns 0 or -errno of writing. All of these do.
int dns_rows_done(struct dns_rows *rows);

#endif
