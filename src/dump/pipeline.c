// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/pipeline.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>

#define PIPELINE_DEPTH   8 // batches under way
#define PIPELINE_HELPERS 3 // threads, besides the one that puts

// A batch under way.
struct slot {
    struct batch batch;
    struct chunk chunk;
    bool ready; // formatted
};

// One thread's filter for the writer's kind: a filter serves one thread at a time.
struct formatter {
    struct pipeline *pipeline;
    const struct dump_kind *kind;
    struct filter *filter;
};

// Batches are numbered as they come: batch n has slots[n % PIPELINE_DEPTH]. Those below `written`
// are done with, those below `taken` have found a thread, those below `put` are there.
struct pipeline {
    struct writer *writer;
    const struct node *node;
    pthread_mutex_t lock; // of all that follows
    pthread_cond_t work;  // for threads: a batch came, or the end
    pthread_cond_t room;  // for who puts: a batch was written
    uint64_t put, taken, written;
    struct slot slots[PIPELINE_DEPTH];
    bool writing; // some thread is
    bool ending;
    int error; // the first
    struct formatter own;
    struct formatter formatters[PIPELINE_HELPERS];
    pthread_t threads[PIPELINE_HELPERS];
    size_t thread_count, thread_max;
};

// --- One batch -----------------------------------------------------------------------------------

static int choose_filter(struct formatter *formatter, const struct writer *writer) {
    if (formatter->kind == writer->kind)
        return 0;
    filter_free(formatter->filter);
    formatter->filter = NULL;
    formatter->kind = writer->kind;
    if (!writer->kind->filter)
        return 0;
    return filter_compile(writer->kind->kind, writer->plan->request->filter, &formatter->filter,
                          NULL, NULL);
}

static void format_table(struct formatter *formatter, struct slot *slot) {
    const struct batch *batch = &slot->batch;
    struct row_ref ref = {.node = formatter->pipeline->node, .netns = batch->netns};
    for (size_t i = 0; i < batch->count; i++) {
        ref.row = table_row(batch->table, batch->first + i);
        if (!formatter->filter || filter_match(formatter->filter, &ref))
            writer_format(formatter->pipeline->writer, &ref, &slot->chunk);
    }
}

static int format_slot(struct formatter *formatter, struct slot *slot) {
    const struct writer *writer = formatter->pipeline->writer;
    int r = choose_filter(formatter, writer);
    if (r < 0)
        return r;
    if (slot->batch.table)
        format_table(formatter, slot);
    for (size_t i = 0; !slot->batch.table && i < slot->batch.count; i++)
        writer_format(writer, &slot->batch.rows[i], &slot->chunk);
    return 0;
}

static void write_slot(struct pipeline *pipeline, struct slot *slot) {
    writer_take(pipeline->writer, &slot->chunk);
    chunk_clear(&slot->chunk);
    table_unref(slot->batch.table);
    slot->batch.table = NULL;
}

// --- Under the lock ------------------------------------------------------------------------------

static void note_error(struct pipeline *pipeline, int r) {
    if (pipeline->error == 0)
        pipeline->error = r;
}

static struct slot *slot_of(struct pipeline *pipeline, uint64_t number) {
    return &pipeline->slots[number % PIPELINE_DEPTH];
}

// Writes what is ready, in order, unless another thread is at it: that one will come to it.
static void write_ready(struct pipeline *pipeline) {
    if (pipeline->writing)
        return;
    pipeline->writing = true;
    while (slot_of(pipeline, pipeline->written)->ready) {
        struct slot *slot = slot_of(pipeline, pipeline->written);
        pthread_mutex_unlock(&pipeline->lock);
        write_slot(pipeline, slot);
        pthread_mutex_lock(&pipeline->lock);
        note_error(pipeline, pipeline->writer->output->error);
        slot->ready = false;
        pipeline->written++;
        pthread_cond_signal(&pipeline->room);
    }
    pipeline->writing = false;
}

static bool has_work(const struct pipeline *pipeline) {
    return pipeline->taken < pipeline->put;
}

static void format_next(struct pipeline *pipeline, struct formatter *formatter) {
    struct slot *slot = slot_of(pipeline, pipeline->taken++);
    if (pipeline->error == 0) {
        pthread_mutex_unlock(&pipeline->lock);
        int r = format_slot(formatter, slot);
        pthread_mutex_lock(&pipeline->lock);
        note_error(pipeline, r);
    }
    slot->ready = true;
    write_ready(pipeline);
}

// Waits until no more than `left` batches are under way, and works meanwhile.
static void wait_for_room(struct pipeline *pipeline, uint64_t left) {
    while (pipeline->put - pipeline->written > left) {
        if (has_work(pipeline))
            format_next(pipeline, &pipeline->own);
        else
            pthread_cond_wait(&pipeline->room, &pipeline->lock);
    }
}

// --- Threads -------------------------------------------------------------------------------------

static void *run_formatter(void *data) {
    struct formatter *formatter = data;
    struct pipeline *pipeline = formatter->pipeline;
    pthread_mutex_lock(&pipeline->lock);
    for (;;) {
        while (!has_work(pipeline) && !pipeline->ending)
            pthread_cond_wait(&pipeline->work, &pipeline->lock);
        if (pipeline->ending)
            break;
        format_next(pipeline, formatter);
    }
    pthread_mutex_unlock(&pipeline->lock);
    return NULL;
}

// A batch that nobody has begun when the next one comes is worth a thread. Where none can be had,
// those that there are do it all.
static void find_thread(struct pipeline *pipeline) {
    size_t next = pipeline->thread_count;
    pthread_cond_signal(&pipeline->work);
    if (pipeline->put - pipeline->taken < 2 || next == pipeline->thread_max)
        return;
    pipeline->formatters[next].pipeline = pipeline;
    if (pthread_create(&pipeline->threads[next], NULL, run_formatter,
                       &pipeline->formatters[next]) == 0)
        pipeline->thread_count++;
    else
        pipeline->thread_max = next;
}

// One for each processor, the one that puts among them.
static size_t count_helpers(void) {
    cpu_set_t processors;
    if (sched_getaffinity(0, sizeof(processors), &processors) < 0)
        return 1;
    size_t count = (size_t)CPU_COUNT(&processors);
    return count > PIPELINE_HELPERS ? PIPELINE_HELPERS : count - 1;
}

struct pipeline *pipeline_new(struct writer *writer, const struct node *node) {
    struct pipeline *pipeline = calloc(1, sizeof(*pipeline));
    if (!pipeline)
        return NULL;
    pipeline->writer = writer;
    pipeline->node = node;
    pipeline->own.pipeline = pipeline;
    pipeline->thread_max = count_helpers();
    pthread_mutex_init(&pipeline->lock, NULL);
    pthread_cond_init(&pipeline->work, NULL);
    pthread_cond_init(&pipeline->room, NULL);
    return pipeline;
}

static void end_threads(struct pipeline *pipeline) {
    pthread_mutex_lock(&pipeline->lock);
    pipeline->ending = true;
    pthread_cond_broadcast(&pipeline->work);
    pthread_mutex_unlock(&pipeline->lock);
    for (size_t i = 0; i < pipeline->thread_count; i++)
        pthread_join(pipeline->threads[i], NULL);
}

void pipeline_free(struct pipeline *pipeline) {
    if (!pipeline)
        return;
    end_threads(pipeline);
    for (size_t i = 0; i < PIPELINE_DEPTH; i++) {
        table_unref(pipeline->slots[i].batch.table);
        chunk_done(&pipeline->slots[i].chunk);
    }
    filter_free(pipeline->own.filter);
    for (size_t i = 0; i < pipeline->thread_count; i++)
        filter_free(pipeline->formatters[i].filter);
    pthread_mutex_destroy(&pipeline->lock);
    pthread_cond_destroy(&pipeline->work);
    pthread_cond_destroy(&pipeline->room);
    free(pipeline);
}

// --- Putting -------------------------------------------------------------------------------------

int pipeline_put(struct pipeline *pipeline, const struct batch *batch) {
    pthread_mutex_lock(&pipeline->lock);
    wait_for_room(pipeline, PIPELINE_DEPTH - 1);
    int r = pipeline->error;
    if (r == 0) {
        slot_of(pipeline, pipeline->put++)->batch = *batch;
        find_thread(pipeline);
    }
    pthread_mutex_unlock(&pipeline->lock);
    if (r < 0)
        table_unref(batch->table);
    return r;
}

int pipeline_finish(struct pipeline *pipeline) {
    pthread_mutex_lock(&pipeline->lock);
    wait_for_room(pipeline, 0);
    int r = pipeline->error;
    pthread_mutex_unlock(&pipeline->lock);
    return r;
}
