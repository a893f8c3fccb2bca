// SPDX-License-Identifier: GPL-2.0-or-later
// From rows to bytes on several threads: batches of rows go in, are filtered and formatted by
// whichever thread is free, and are written in the order in which they came. So many batches are
// under way at most that a dump's memory does not grow with its rows: who puts one more waits, and
// formats meanwhile. Threads start when there is work for them: a small dump has none.
#ifndef DUMP_PIPELINE_H
#define DUMP_PIPELINE_H

#include <stddef.h>

#include "dump/writer.h"

#define PIPELINE_ROWS 1024 // of a batch, at best: what rows share is made once a batch

// Rows of the writer's kind. What they refer to in the node must not change until they are written.
struct batch {
    const struct netns *netns;
    struct table
        *table; // rows first to first + count - 1 of this table, a reference of the batch's
    size_t first, count;
    const struct row_ref
        *rows; // or, where table is NULL, count of these, which are filtered already
};

struct pipeline;

// A pipeline into the writer, with rows of the node. NULL when memory is out. pipeline_free ends
// its threads; what was not written by then is lost.
struct pipeline *pipeline_new(struct writer *writer, const struct node *node);
void pipeline_free(struct pipeline *pipeline);

// Takes over the batch. Returns 0, or the first -errno of all that was written so far (-EPIPE: the
// reader left) or -ENOMEM; from then on batches are dropped.
int pipeline_put(struct pipeline *pipeline, const struct batch *batch);

// Waits until all that was put is written: to be called before the writer goes to another kind.
// Returns as pipeline_put.
int pipeline_finish(struct pipeline *pipeline);

#endif
